/** The block as text and as a link. */
import { expect, test } from 'vitest';
import {
  type Bench,
  benchOfLink,
  FIRST_BENCH,
  LEVEL_PRESETS,
  linkOf,
  parseNumbers,
  shortFloat,
} from '../src/app/lab/block';
import { pickOf, runsOf } from '../src/app/lab/block-figures';

test('numbers are read with anything between them', () => {
  expect(parseNumbers('0.1, 0.2;\n[-.3]\t+6e-1 \u22121', 1, 256).values).toEqual([0.1, 0.2, -0.3, 0.6, -1]);
});

test('what is not a number is named', () => {
  expect(parseNumbers('0.1 nan', 1, 256).problem).toBe('“nan” is not a number.');
  expect(parseNumbers('', 1, 256).problem).toContain('There are 0 numbers');
  expect(parseNumbers('1 '.repeat(257), 1, 256).problem).toContain('257');
  expect(parseNumbers('1 1e39', 1, 256).problem).toContain('Number 2');
});

test('a float is written as short as it can be', () => {
  expect(shortFloat(Math.fround(0.1))).toBe('0.1');
  expect(shortFloat(-1e-7)).toBe('-1e-7');
  for (const value of [Math.PI, 1 / 3, 3.4e38, 1e-45])
    expect(Math.fround(Number(shortFloat(value)))).toBe(Math.fround(value));
});

test('a block survives its link', () => {
  const benches: Bench[] = [
    FIRST_BENCH,
    { ...FIRST_BENCH, weights: [-1e-7, 3, 0.25], importance: [0, 1, 2.5], format: 'q4_0' },
    { ...FIRST_BENCH, levels: [-3, 0.5, 9], storage: 'real' },
    { ...FIRST_BENCH, levels: LEVEL_PRESETS[4]?.levels ?? [], storage: 'ue4m3' },
    { ...FIRST_BENCH, format: 'q4_K', superNumbers: { superScale: 0.0123, superMinimum: 0.5 } },
    { ...FIRST_BENCH, format: 'q6_K', superNumbers: { superScale: -0.25, superMinimum: null } },
  ];
  for (const bench of benches) expect(benchOfLink(`#${linkOf(bench)}`)).toEqual(bench);
});

test('links that are something else, or too long, make no block', () => {
  expect(benchOfLink('#plan')).toBeNull();
  expect(benchOfLink('#lab:w=;f=q4_0')).toBeNull();
  expect(benchOfLink(`#lab:w=${'1,'.repeat(4000)}`)).toBeNull();
  expect(
    linkOf({ ...FIRST_BENCH, weights: Array(256).fill(1.2345678e-12), importance: Array(256).fill(1.2345678e-12) })
      ?.length ?? 0,
  ).toBeLessThanOrEqual(6000);
});

test('all blocks are measured in runs; of too many a sample that reaches both ends', () => {
  expect(runsOf(0, 8192)).toEqual([]);
  expect(runsOf(1500, 8192)).toEqual([
    { first: 0, count: 1024 },
    { first: 1024, count: 476 },
  ]);
  const sample = runsOf(100_001, 8192);
  expect(sample.reduce((sum, { count }) => sum + count, 0)).toBe(8192);
  expect(sample[0]?.first).toBe(0);
  const last = sample[sample.length - 1]!;
  expect(last.first + last.count).toBe(100_001);
  sample.reduce((before, run) => {
    expect(run.first).toBeGreaterThanOrEqual(before.first + before.count);
    return run;
  });
});

test('the worst, the middle and the most peaked block; blocks of zeros are none of them', () => {
  const figures = {
    blocks: Uint32Array.of(7, 8, 9, 10),
    total: 4,
    ranges: Float32Array.of(1, 2, 3, 0),
    peaks: Float32Array.of(1.5, 4, 2, 0),
    errors: new Map([['grid', Float32Array.of(0.3, 0.1, 0.2, 0)]]),
  };
  expect(pickOf(figures, 'grid', 'worst')).toBe(0);
  expect(pickOf(figures, 'grid', 'median')).toBe(2);
  expect(pickOf(figures, 'grid', 'outlier')).toBe(1);
  expect(pickOf({ ...figures, peaks: new Float32Array(4) }, 'grid', 'worst')).toBeNull();
});
