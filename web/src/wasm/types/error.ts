/** How far weights are from what they were. */

export interface ErrorReport {
  count: number; // weights the figures are about: those with a finite difference
  rmse: number;
  maxError: number;
  bias: number;
  sqnrDb: number | null; // null: no error at all
  weightedRmse: number | null; // sqrt(sum q (x-y)^2 / sum q) over weights with an importance q; null: there are none
  rmsWeight: number;
  median: number; // quantiles of |x-y|: at most 1/128 above the exact ones
  p95: number;
  p999: number;
  coarseMedian: number; // as quantize-stats prints them
  coarseP95: number;
  zeros: number;
  clipped: number;
  nans: number;
  infinities: number;
  coarseHistogram: number[]; // 150 buckets of 0.0002, the last one open
  // of |x-y|, 8 buckets an octave, empty ones left out; from = to = 0: no error; above: y > x
  histogram: { from: number; to: number; count: number; above: number }[];
  // bucket i: i * width <= |x-y| < (i + 1) * width; below: y < x, above: y > x; 33 to 64 buckets, none without error
  linearHistogram: { width: number; below: number[]; above: number[] };
  blocks: BlockErrorReport | null; // null: no quantized blocks
  // of 2^bits codes; entropy in bits; null: not counted for this type, or several types
  codes: { bits: number; entropy: number; counts: number[] } | null;
}

/** How the error is spread over blocks: of a tensor, or of several. */
export interface BlockErrorReport {
  length: number | null; // weights in a block; null: several lengths
  count: number;
  histogram: { from: number; to: number; count: number }[]; // of the blocks' RMS errors, 4 buckets an octave
  worst: { block: number; rmse: number }[]; // of one tensor: at most 20, the largest first; block counts from 0
}
