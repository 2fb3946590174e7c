import type { ImportanceStatistics } from '../core';
import { percent } from '../text/units';
import { table } from './text';

const cosine = (value: number | null) => (value === null ? '–' : value.toFixed(4));

/** The table of llama-imatrix --show-statistics, and the columns that matter most. */
export function describeImportance({ tensors, layers }: ImportanceStatistics): string {
  return [
    table(
      [
        [
          'layer',
          'tensor',
          'Σ E[a²]',
          'min',
          'max',
          'mean',
          'deviation',
          'active',
          'N',
          'entropy',
          'of most',
          'ZD',
          'cosine',
          'most important columns',
        ],
        ...tensors.map((one) => [
          one.layer === null ? '–' : String(one.layer),
          one.part,
          one.sum.toFixed(2),
          one.min.toFixed(4),
          one.max.toFixed(4),
          one.mean.toFixed(4),
          one.deviation.toFixed(4),
          percent(one.active, 2),
          String(one.elements),
          one.entropy.toFixed(4),
          one.normalisedEntropy === null ? '–' : percent(one.normalisedEntropy, 2),
          percent(one.zd, 2),
          cosine(one.cosine),
          one.largest
            .slice(0, 3)
            .map(({ matrix, column }) => (matrix > 0 ? `${matrix}:${column}` : String(column)))
            .join(' '),
        ]),
      ],
      [0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
    ),
    '',
    'Of a layer, each tensor counted by its columns:',
    table(
      [
        ['layer', 'Σ E[a²]', 'ZD', 'cosine'],
        ...layers.map(({ layer, sum, zd, cosine: like }) => [
          String(layer),
          sum.toFixed(2),
          percent(zd, 2),
          cosine(like),
        ]),
      ],
      [0, 1, 2, 3],
    ),
  ].join('\n');
}
