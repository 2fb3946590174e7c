import type { ComparedTensor, Comparison, ErrorReport } from '../core';
import { bytes as size, decibels, percent, plural } from '../text/units';
import { printable, table } from './text';

/** One line for a tensor of two models, in columns of fixed width so that lines can come one at a time. */
export function describeComparedTensor({ a, b, match, error, problem }: ComparedTensor): string {
  const name = match === 'renamed' ? `${a!.name} = ${b!.name}` : (a ?? b)!.name;
  const types = `${a?.type ?? '–'} → ${b?.type ?? '–'}`;
  const note =
    match === 'reshaped'
      ? `reshaped from ${a!.shape.join(' × ')} to ${b!.shape.join(' × ')}`
      : match === 'renamed'
        ? doubt(error)
        : '';
  return printable(
    (
      `${name.padEnd(30)}  ${types.padEnd(14)}  ` +
      `${error === null ? (problem ?? '') : `${figures(error)}${note && `  ${note}`}`}`
    ).trimEnd(),
  );
}

export function describeComparison({ a, b, tensors, total, seconds }: Comparison): string {
  const count = (match: ComparedTensor['match']) => tensors.filter((tensor) => tensor.match === match).length;
  const found = [
    [count('renamed'), 'renamed'],
    [count('reshaped'), 'reshaped'],
    [count('resized'), 'of different size'],
    [count('onlyA'), 'only in the first'],
    [count('onlyB'), 'only in the second'],
  ].filter(([number]) => number !== 0);
  const sides = [a, b].map(({ files, weights, tensorBytes, bitsPerWeight }) => [
    files.map((file) => file.name).join(', '),
    size(files.reduce((sum, file) => sum + file.bytes, 0)),
    size(tensorBytes),
    String(weights),
    bitsPerWeight.toFixed(2),
  ]);
  return [
    '',
    table([['', 'file', 'tensors', 'weights', 'bits/weight'], ...sides], [1, 2, 3, 4]),
    '',
    `${plural(tensors.length, 'tensor')}${found.map(([number, what]) => `, ${number} ${what}`).join('')}, ` +
      `in ${seconds.toFixed(1)} s`,
    total === null ? 'Nothing could be compared.' : `The second against the first: ${figures(total)}`,
  ].join('\n');
}

function figures(error: ErrorReport): string {
  if (error.maxError === 0 && error.nans + error.infinities === 0) return 'the same values';
  const nans = error.nans + error.infinities;
  const relative = error.rmsWeight > 0 ? `, ${percent(error.rmse / error.rmsWeight, 2)} of the RMS` : '';
  return (
    `RMSE ${error.rmse.toPrecision(4)}${relative}, largest ${error.maxError.toPrecision(4)}, ` +
    `${decibels(error.sqnrDb)}${nans > 0 ? `, ${nans} not finite` : ''}`
  );
}

/** A renamed tensor is a guess from its shape; an error as large as the weights speaks against it. */
function doubt(error: ErrorReport | null): string {
  return error !== null && error.rmse > 0.5 * error.rmsWeight
    ? 'probably another tensor of the same shape'
    : 'paired by shape';
}
