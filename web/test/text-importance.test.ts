import { describe, expect, it } from 'vitest';
import type { FormatInfo, PlannedTensor } from '../src/core';
import { dampedDiagonal, isWeighedByText } from '../src/core/text-importance';

describe('importance from the text that calibrates', () => {
  it('is the diagonal, with a tenth of its mean', () => {
    const found = dampedDiagonal(Float32Array.of(4, 9, 9, 9, 2, 9, 9, 9, 0), 3);
    expect([...found]).toEqual([4.2, 2.2, 0.2].map(Math.fround));
    expect([...dampedDiagonal(new Float32Array(4), 2)]).toEqual([1, 1]);
  });

  it('is for calibrated tensors that no matrix weighs, of types without a search of their own', () => {
    const tensor = { method: 'calibrated', importance: null } as PlannedTensor;
    const matrix = { valuesOffset: 0, valuesBytes: 4, countsOffset: null, countsBytes: 0, unusable: [] };
    const codebook = { methods: ['llama.cpp', 'unbiased'] } as FormatInfo;
    expect(isWeighedByText(tensor, codebook)).toBe(true);
    expect(isWeighedByText({ ...tensor, importance: matrix }, codebook)).toBe(false);
    expect(isWeighedByText({ ...tensor, method: 'llama.cpp' }, codebook)).toBe(false);
    expect(isWeighedByText(tensor, { methods: ['llama.cpp', 'lowest-error'] } as FormatInfo)).toBe(false);
  });
});
