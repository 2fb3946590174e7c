import type { Interval, MeasurementFile, Mix, Objective, Observation, OnGrid, Solution } from '../core';
import { bytes as size, duration, plural, quantity as amount, tally } from '../text/units';
import { onGridSentence } from '../text/on-grid';
import { table } from './text';

/** What measuring and choosing print for people. */

export function describeMeasurement({ tensors, method, allRows, onGrids }: MeasurementFile, seconds: number): string {
  const types = [...new Set(tensors.flatMap((tensor) => tensor.types.map(({ type }) => type)))];
  const weights = tensors.reduce((sum, tensor) => sum + tensor.weights, 0);
  const measured = tensors.reduce((sum, tensor) => sum + (tensor.weights / tensor.rows) * tensor.rowsMeasured, 0);
  const rows = tensors.map((tensor) => [
    tensor.name,
    `${tensor.rowsMeasured} of ${tensor.rows}`,
    ...types.map((name) => {
      const found = tensor.types.find(({ type }) => type === name);
      return found ? (found.possible ? relative(found.relativeSquaredError) : 'too large') : '–';
    }),
  ]);
  return [
    table(
      [['tensor', 'rows', ...types], ...rows],
      types.map((_, index) => index + 2),
    ),
    '',
    'Relative error, % (RMS error over the RMS of the weights) ± half ' +
      'of the interval that holds the truth for at least 95 of 100 tensors.',
    `${plural(tensors.length, 'tensor')}, method ${method}, ` +
      `${allRows ? 'all rows' : `${((100 * measured) / Math.max(1, weights)).toPrecision(2)} % of the weights`} ` +
      `(${amount(measured)} of ${amount(weights)}), ${duration(seconds)}`,
    ...onGrids.flatMap((one) => ['', onGridSentence(one), `To keep them: ${onGridOptions(one)}`]),
  ].join('\n');
}

function onGridOptions({ method, tensorTypes }: OnGrid): string {
  return [`--method ${method}`, ...tensorTypes.map(({ pattern, type }) => `--tensor-type '${pattern}=${type}'`)].join(
    ' ',
  );
}

function relative(squared: Interval | null): string {
  if (squared?.value == null) return '–';
  const percent = (value: number | null) => 100 * Math.sqrt(value ?? 0);
  const half = (percent(squared.high) - percent(squared.low)) / 2;
  return `${percent(squared.value).toFixed(2)}${half > 0 ? `±${half.toFixed(2)}` : ''}`;
}

const madeSmall: Readonly<Record<Objective, string>> = {
  squared: 'the squared error of all weights together',
  weighted: 'the squared error counted by importance of all weights together',
  outputs: 'what is changed of the outputs of all tensors, calibrated',
};

export function describeMix(mix: Mix | Solution): string {
  const rows = mix.tensors.map(({ name, from, type, bytes, relativeError }) => [
    name,
    from === type ? `${from}, kept` : `${from} → ${type}`,
    size(bytes),
    relativeError === null ? '–' : `${(100 * relativeError).toFixed(2)} %`,
  ]);
  return [
    table([['tensor', 'type', 'size', 'relative error'], ...rows], [2, 3]),
    '',
    mixLine(mix),
    ...('gap' in mix
      ? [
          `Made small: ${madeSmall[mix.objective]}; ` +
            (mix.gap < 1e-9
              ? 'no mix of these types has less at this size.'
              : `at most ${(100 * mix.gap).toPrecision(2)} % above the least possible at this size.`),
        ]
      : []),
    '',
    mix.command,
  ].join('\n');
}

function mixLine({ bytes, bitsPerWeight, prediction, tensors }: Mix): string {
  return (
    `${size(bytes)} (${bytes} bytes), ${bitsPerWeight.toFixed(3)} bits per weight, ` +
    `${decibels(prediction.sqnrDb)} signal to noise predicted; ${tally(tensors.map(({ type }) => type))}`
  );
}

function decibels({ value, low, high }: Interval): string {
  if (value === null) return 'no error, so no limit to the';
  return (
    `${value.toFixed(2)} ` +
    `dB${low !== null && high !== null && high > low ? ` (${low.toFixed(2)} to ${high.toFixed(2)})` : ''}`
  );
}

export function describeObservation({ before, after, steps }: Observation): string {
  const rows = steps.map(({ name, tried, errorBefore, errorAfter, bytesBefore, bytesAfter, halved }) => [
    name,
    tried.join(' → '),
    errorBefore.toPrecision(4),
    errorAfter.toPrecision(4),
    size(bytesBefore),
    size(bytesAfter),
    halved ? '' : 'not halved',
  ]);
  return [
    table([['tensor', 'types tried', 'error before', 'after', 'size before', 'after', ''], ...rows], [2, 3, 4, 5]),
    '',
    `Before: ${mixLine(before)}`,
    `After: ${mixLine(after)}`,
  ].join('\n');
}
