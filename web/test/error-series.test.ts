/** The charts' data against the same figures computed from the weights themselves. */
import { describe, expect, test } from 'vitest';
import { perDoubling } from '../src/charts/error-histogram';
import { coarseBuckets, combinedError, fineBuckets, layerSeries, type TensorError } from '../src/charts/error-series';
import type { ErrorReport, Role } from '../src/core/types';

/** The report of a tensor whose weights and decoded weights are known. Only what the charts read is filled in. */
function reportOf(weights: number[], decoded: number[]): ErrorReport {
  const square = (values: number[]) => values.reduce((sum, value) => sum + value * value, 0);
  const count = weights.length;
  return {
    count,
    rmse: Math.sqrt(square(weights.map((weight, index) => weight - (decoded[index] ?? 0))) / count),
    rmsWeight: Math.sqrt(square(weights) / count),
    coarseHistogram: [],
    histogram: [],
  } as unknown as ErrorReport;
}

function tensor(name: string, layer: number | null, role: Role, error: ErrorReport, to = 'q4_0'): TensorError {
  return { name, layer, role, from: 'f16', to, outputBytes: 18, error, reference: null };
}

const a = { weights: [0.1, 0.2, 0.3, 0.6], decoded: [0.0857, 0.1714, 0.3428, 0.6] };
const b = { weights: [4, -2], decoded: [4.5, -2.5] };

describe('the error of several tensors together', () => {
  test('is that of all their weights in one tensor', () => {
    const together = reportOf([...a.weights, ...b.weights], [...a.decoded, ...b.decoded]);
    const combined = combinedError([reportOf(a.weights, a.decoded), reportOf(b.weights, b.decoded)], 'relative');
    expect(combined).toBeCloseTo(together.rmse / together.rmsWeight, 12);
  });

  test('in decibels is minus twenty times the logarithm of the relative error', () => {
    const error = [reportOf(a.weights, a.decoded)];
    expect(combinedError(error, 'sqnr')).toBeCloseTo(-20 * Math.log10(combinedError(error, 'relative') ?? 0), 9);
  });

  test('does not exist for weights that are all zero, nor in decibels where nothing was lost', () => {
    expect(combinedError([reportOf([0, 0], [0, 0])], 'relative')).toBeNull();
    expect(combinedError([reportOf(b.weights, b.weights)], 'sqnr')).toBeNull();
    expect(combinedError([reportOf(b.weights, b.weights)], 'relative')).toBe(0);
  });
});

describe('lines over layers', () => {
  const small = reportOf(a.weights, a.decoded);
  const large = reportOf(b.weights, b.decoded);

  test('one for each role, points in layer order, roles as data flows', () => {
    const { series, loose } = layerSeries(
      [
        tensor('down.3', 3, 'down', small),
        tensor('down.1', 1, 'down', large),
        tensor('q.1', 1, 'q', small),
        tensor('output', null, 'output', large, 'q6_K'),
      ],
      'relative',
    );
    expect(series.map(({ role, points }) => [role, ...points.map((point) => point.layer)])).toEqual([
      ['q', 1],
      ['down', 1, 3],
    ]);
    expect(loose.map(({ role, type, names }) => [role, type, names])).toEqual([['output', 'q6_K', ['output']]]);
  });

  test('tensors of one role in one layer are one point, with both names and types', () => {
    const { series } = layerSeries([tensor('x', 0, 'up', small), tensor('y', 0, 'up', large, 'q8_0')], 'relative');
    expect(series[0]?.points).toEqual([
      { layer: 0, value: combinedError([small, large], 'relative'), names: ['x', 'y'], type: 'q4_0, q8_0' },
    ]);
  });
});

describe('histograms', () => {
  test('coarse buckets end with the last that is not empty; only the 150th is open', () => {
    const coarseHistogram = Array.from({ length: 150 }, () => 0);
    coarseHistogram[0] = 5;
    coarseHistogram[2] = 1;
    const report = { ...reportOf([1], [1]), coarseHistogram };
    expect(coarseBuckets(report).map(({ count, open }) => [count, open])).toEqual([
      [5, false],
      [0, false],
      [1, false],
    ]);
    coarseHistogram[149] = 1;
    const last = coarseBuckets(report)[149];
    expect(last?.open).toBe(true);
    expect(last?.from).toBeCloseTo(0.0298, 12);
  });

  test('the height of a bucket does not depend on its width', () => {
    // So many errors e <= x, as if evenly spread or with a density that falls as 1/e.
    const even = (x: number) => 1000 * x;
    const bucket = (from: number, to: number) => ({ from, to, count: even(to) - even(from), open: false });
    const heights = [1, 1.125, 1.25, 1.75, 1.8, 2, 2.25].map((from, index, edges) =>
      perDoubling(bucket(from, edges[index + 1] ?? 2.5)),
    );
    // Buckets twice as wide from 2 on: counts would fall from 200 at 1.8 and rise to 250 at 2.
    for (const [index, height] of heights.entries()) expect(height).toBeGreaterThan(heights[index - 1] ?? 0);
    expect(perDoubling({ from: 0.25, to: 0.5, count: 7, open: false })).toBe(7);
    expect(perDoubling({ from: 3, to: 3 * 2 ** 0.125, count: 7, open: false })).toBeCloseTo(56, 9);
  });

  test('errors of zero are counted apart from the logarithmic buckets', () => {
    const histogram = [
      { from: 0, to: 0, count: 7, above: 0 },
      { from: 0.001, to: 0.0011, count: 3, above: 1 },
    ];
    expect(fineBuckets({ ...reportOf([1], [1]), histogram })).toEqual({
      buckets: [{ from: 0.001, to: 0.0011, count: 3, open: false }],
      zero: 7,
    });
  });
});
