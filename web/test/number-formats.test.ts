/** Ways to spend bits, by name. */
import { describe, expect, it } from 'vitest';
import type { NumberFormatPoint } from '../src/core';
import { bestOfEach, blockName, blockText, pointName } from '../src/text/number-formats';

const point = (change: Partial<NumberFormatPoint>): NumberFormatPoint => ({
  family: 'float',
  detail: 'e2m1',
  bits: 4,
  block: 32,
  search: 'absmax',
  bitsPerWeight: 4.5,
  relativeError: 0.1,
  frontier: false,
  meanTensorError: 0,
  largestTensorError: 0,
  worstTensor: '',
  meanRelativeError: 0,
  largestRelativeError: 0,
  relativelyWorstTensor: '',
  ...change,
});

describe('names of number formats', () => {
  it('are words', () => {
    const families = [{ name: 'float', label: 'float', definition: '', fitted: false }];
    expect(pointName(point({}), families)).toBe('4-bit float E2M1');
    expect(pointName(point({ family: 'gguf', detail: 'q4_K', bits: 0 }), families)).toBe('Q4_K');
    expect([blockName(0), blockName(64), blockText(0), blockText(64)]).toEqual([
      'row',
      '64',
      'one scale for each row',
      'blocks of 64',
    ]);
  });

  it('keep the best split and search of each, every type, and the frontier', () => {
    const worse = point({ relativeError: 0.2 });
    const best = point({ detail: 'e3m0', search: 'grid' });
    const onFrontier = point({ detail: 'e3m0', relativeError: 0.3, frontier: true });
    const other = point({ block: 64, relativeError: 0.4 });
    const types = [
      point({ family: 'gguf', detail: 'q4_0', bits: 0 }),
      point({ family: 'gguf', detail: 'q5_0', bits: 0 }),
    ];
    expect(bestOfEach([worse, best, onFrontier, other, ...types])).toEqual([best, onFrontier, other, ...types]);
  });
});
