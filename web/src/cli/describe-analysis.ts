import type { NumberFormatPoint, NumberFormats, ScaleAnalysis } from '../core';
import { blockName, pointName } from '../text/number-formats';
import { percent, plural, precise, quantity as amount } from '../text/units';
import { table } from './text';

/** What the analyses print for people. */

const widestBar = 50;

export function describeScaleAnalysis({ sample, report, tables }: ScaleAnalysis): string {
  const counts = report.histogram.map(({ longSide, shortSide }) => longSide + shortSide);
  const most = Math.max(1, ...counts);
  const digits = report.step < 1 ? 1 : 0;
  const histogram = report.histogram.map(({ from, to }, index) => [
    to === null ? `${from.toFixed(digits)} and more` : `${from.toFixed(digits)}–${to.toFixed(digits)}`,
    String(counts[index]),
    '█'.repeat(Math.round((widestBar * counts[index]!) / most)),
  ]);
  const short = report.histogram.reduce((sum, { shortSide }) => sum + shortSide, 0);
  const ratio = (value: number | null) => (value === null ? '–' : value.toFixed(4));
  return [
    `${report.format}, blocks of ${report.blockLength}: ` +
      `${amount(sample.weights)} weights of ${plural(sample.tensors, 'tensor')}, ` +
      (sample.weights === sample.ofWeights
        ? 'all of them'
        : `${percent(sample.weights / sample.ofWeights)} of their rows, spread evenly`) +
      `${sample.leftOut.length > 0 ? `; left out, because their rows do not suit: ${sample.leftOut.join(', ')}` : ''}`,
    '',
    'Best divisor of each block: max|x| / |scale of least error|',
    table(histogram, [0, 1]),
    `mean ${report.meanDivisor?.toFixed(3) ?? '–'} over ${plural(report.blocks, 'block')}; in ` +
      `${percent(short / Math.max(1, report.blocks))} of them the largest weight lies on the short side; ` +
      `${plural(report.zeroBlocks, 'block')} of zeros`,
    '',
    table(
      [
        ['method', 'RMSE', 'relative error', '/ max7', '/ exact', 'clipped', 'largest error'],
        ...report.methods.map((one) => [
          one.name,
          precise(one.rmse),
          percent(one.relativeError, 3),
          ratio(one.overMax7),
          ratio(one.overExact),
          percent(one.clippedShare, 2),
          precise(one.maxError),
        ]),
      ],
      [1, 2, 3, 4, 5, 6],
    ),
    '',
    `Best tables of divisors (multiples of ${precise(report.candidates.step)} from ` +
      `${precise(report.candidates.from)} to ` +
      `${precise(report.candidates.to)}; each block takes the best of the table; ` +
      `searched on ${plural(report.tableBlocks, 'block')} at even ` +
      `distances; 1 and 2 by trying all, larger ones by exchange from several starts)`,
    table(
      [
        ['k', 'RMSE', '/ exact', 'divisors'],
        ...tables.map((one) => [
          String(one.divisors.length),
          precise(one.rmse),
          ratio(one.overExact),
          one.divisors.map((divisor) => String(Number(divisor.toFixed(3)))).join(' '),
        ]),
      ],
      [0, 1, 2],
    ),
  ].join('\n');
}

export function describeNumberFormats({ sample, report }: NumberFormats): string {
  const row = (point: NumberFormatPoint) => [
    point.bitsPerWeight.toFixed(3),
    percent(point.relativeError, 3),
    pointName(point, report.families),
    blockName(point.block),
    point.search,
  ];
  const frontier = report.points.filter((point) => point.frontier).sort((a, b) => a.bitsPerWeight - b.bitsPerWeight);
  const types = report.points
    .filter(({ family }) => family === 'gguf')
    .sort((a, b) => a.bitsPerWeight - b.bitsPerWeight);
  const bestOf = [...new Set(report.points.map(({ bits, family }) => `${bits} ${family}`))]
    .map(
      (key) =>
        report.points
          .filter(({ bits, family }) => bits > 0 && `${bits} ${family}` === key)
          .sort((a, b) => a.relativeError - b.relativeError)[0],
    )
    .filter((point) => point !== undefined)
    .sort((a, b) => a.bits - b.bits || a.relativeError - b.relativeError);
  const head = ['bits/weight', 'relative error', 'numbers', 'block', 'scale search'];
  return [
    `${amount(sample.weights)} weights of ${plural(sample.tensors, 'tensor')}, ` +
      `${sample.weights === sample.ofWeights ? 'all of them' : 'rows spread evenly'}; ` +
      `${plural(report.points.length, 'way')} to spend bits. Bits count codes, scales, offsets and lists of levels.`,
    '',
    'The frontier: no other way has as few bits and less error',
    table([head, ...frontier.map(row)], [0, 1]),
    '',
    'The types of llama.cpp, by its own method',
    table([head, ...types.map(row)], [0, 1]),
    '',
    'The least error of each kind of number, whatever the block',
    table([['k', ...head], ...bestOf.map((point) => [String(point.bits), ...row(point)])], [0, 1, 2]),
  ].join('\n');
}

export function describeGroups({ sample, report }: NumberFormats): string {
  const label = new Map(report.families.map(({ name, label: text }) => [name, text]));
  const rows = [...report.points]
    .sort((a, b) => b.block - a.block || b.bitsPerWeight - a.bitsPerWeight)
    .map((point) => [
      String(point.block),
      label.get(point.family) ?? point.family,
      point.bitsPerWeight.toFixed(3),
      precise(point.largestTensorError),
      point.worstTensor,
      precise(point.meanTensorError),
      percent(point.largestRelativeError, 2),
      percent(point.meanRelativeError, 2),
    ]);
  return [
    `4-bit integers in groups, scale by the largest magnitude; ${amount(sample.weights)} weights of ` +
      `${plural(sample.tensors, 'tensor')}. Squared errors are ` +
      `sums over a tensor, as if all its weights had been looked at.`,
    '',
    table(
      [
        [
          'group',
          'numbers',
          'bits/weight',
          'largest squared error',
          'of',
          'mean squared error',
          'largest relative',
          'mean relative',
        ],
        ...rows,
      ],
      [0, 2, 3, 5, 6, 7],
    ),
  ].join('\n');
}
