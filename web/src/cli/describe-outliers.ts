import { featureRule, type ChatUse, type OutlierReport, type TensorOutliers } from '../core';
import { percent, plural, quantity as amount } from '../text/units';
import { table } from './text';

const BASES: Record<TensorOutliers['basis'], string> = {
  weights: 'weights (proxy)',
  producers: 'rows before (proxy)',
  importance: 'activations',
};

const inLayers = ({ input, column, layers, ofLayers }: OutlierReport['shared'][number]) =>
  `${input} column ${column} (${layers} of ${ofLayers} layers)`;

export function describeOutliers({
  type,
  method,
  threshold,
  weights,
  ofWeights,
  tensors,
  shared,
  activations,
  kept,
}: OutlierReport): string {
  const rows = tensors.map(({ name, to, columns, basis, median, largest, count, outliers, errorShare, saved }) => [
    name,
    to,
    BASES[basis],
    String(columns),
    (largest / median).toFixed(1),
    String(count),
    outliers
      .slice(0, 4)
      .map(({ column }) => String(column))
      .join(' ') + (count > 4 ? ' …' : ''),
    percent(errorShare, 2),
    percent(saved[2] ?? 0, 1),
  ]);
  const widest = Math.max(0, ...tensors.map((tensor) => tensor.columns));
  return [
    table(
      [
        ['tensor', 'type', 'by', 'columns', 'largest/median', 'outliers', 'which', 'of the error', 'worst 1 % carry'],
        ...rows,
      ],
      [3, 4, 5, 7, 8],
    ),
    '',
    `A column is an outlier beyond ${threshold} times the median column of its tensor. Errors are of ${type}, ` +
      `method ${method}, over ${amount(weights)} of ${amount(ofWeights)} ` +
      `weights${tensors.some(({ basis }) => basis === 'importance') ? ', times the importance of the column' : ''}.`,
    shared.length === 0
      ? 'No column is an outlier in more than one layer.'
      : `In more than one layer: ${shared.map(inLayers).join(', ')}.`,
    ...(activations ? ['', ...describeFeatures(activations)] : []),
    '',
    `Keeping the columns with the largest error at 16 bits (of ` +
      `${plural(widest, 'column')} and fewer, at least one a tensor; no GGUF type stores it):`,
    table(
      [
        ['columns kept', 'more bits per weight', 'squared error saved', 'RMSE becomes'],
        ...kept.map(({ share, bitsPerWeight, savedError, rmseRatio }) => [
          percent(share, 1),
          bitsPerWeight.toFixed(3),
          percent(savedError, 1),
          `× ${rmseRatio.toFixed(4)}`,
        ]),
      ],
      [0, 1, 2, 3],
    ),
  ].join('\n');
}

const inTemplate = (chat: ChatUse | null) =>
  chat?.used ? ` in the model's chat template (${plural(chat.turns, 'turn')})` : '';

/** Outlier features, input by input. */
function describeFeatures({
  threshold,
  tokens,
  chatTemplate,
  inputs,
}: NonNullable<OutlierReport['activations']>): string[] {
  return [
    `Outlier features in ${amount(tokens)} tokens${inTemplate(chatTemplate)}: ` +
      `columns that reach ${threshold} in at least ` +
      `${percent(featureRule.layers, 0)} of the layers and for at least ${percent(featureRule.positions, 0)} of all ` +
      `tokens of all layers, and the part of the error (weights' squared error times E[a²]) that they carry.`,
    table(
      [
        ['input of', 'columns', 'largest', 'features', 'of the error', 'which (in layers; of tokens; of the error)'],
        ...inputs.map(({ input, columns, ofLayers, largest, features, errorShare }) => [
          input,
          String(columns),
          largest.toFixed(1),
          String(features.length),
          percent(errorShare, 1),
          features
            .slice(0, 3)
            .map(
              ({ column, layers, positions, errorShare: own }) =>
                `${column} (${layers} of ${ofLayers}; ${percent(positions, 0)}; ${percent(own, 1)})`,
            )
            .join(', ') + (features.length > 3 ? ', …' : ''),
        ]),
      ],
      [1, 2, 3, 4],
    ),
  ];
}
