/**
 * What each error figure means. x is a weight before, y after decoding; sums run over the weights of converted tensors.
 */
export const DEFINITIONS = {
  sqnr: 'Signal to quantization noise: 10 log₁₀(Σ x² / Σ (x − y)²). Six decibels more halve the error.',
  relative:
    'RMS error over the RMS of the weights: √(Σ (x − y)² / Σ x²). It compares tensors whose weights differ in size.',
  rmse: 'Root of the mean squared error: √(Σ (x − y)² / n), in the units of the weights.',
  weighted:
    'RMSE with each weight counted by the importance q of its column: √(Σ q (x − y)² / Σ q), over weights that ' +
    'have one. It is what the importance matrix makes smaller.',
  ratio:
    'The RMSE of the method used over that of the method compared with, on the same weights in the same type ' +
    'and size. Below 1 the method used lost less.',
  max: 'The largest |x − y| of all weights.',
  median:
    'Half of the weights have an |x − y| of at most this. Read ' +
    'from a fine logarithmic histogram, at most 1/128 too high.',
  p95: '95 of 100 weights have an |x − y| of at most this, read like the median.',
  bias: 'The mean of y − x: positive where decoded weights are too large on average.',
  clipped: 'Weights outside the range that the codes of their block can reach, cut off at its end.',
  zeros: 'Weights that are not zero before and decode to exactly zero.',
  bits: 'Bits of tensor data in the output, block scales included, for each weight of the model.',
  notFinite: 'Weights that are not numbers or infinite. They are left out of the other figures.',
  caveat:
    'These figures say how far the weights moved, not how well the model answers. A smaller error usually ' +
    'helps, but two files with the same error can answer differently; only trying them tells.',
} as const;
