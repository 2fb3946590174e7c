/** Two results beside each other, and which outputs make way. */
import { describe, expect, it } from 'vitest';
import { overMost } from '../src/app/state/results';
import type { TensorError } from '../src/charts/error-series';
import { errorRatios, errorRows, typeChanges, wholeRatio } from '../src/charts/result-pair';
import { DiscardSink, run, type RunReport } from '../src/core';
import { testData, withModel } from './support/real';

const stories = testData('stories260K-F32.gguf');

async function resultOf(type: string): Promise<RunReport> {
  let report: RunReport | null = null;
  await withModel(stories, async (model) => {
    report = await run(model, { type }, new DiscardSink(), { workers: 2 });
  });
  return report!;
}

describe('two results', () => {
  it('the ratio of errors, role by role and layer by layer', async () => {
    const [first, second] = [await resultOf('Q4_0'), await resultOf('Q8_0')];
    const [a, b] = [errorRows(first.tensors), errorRows(second.tensors)];
    const { series, loose } = errorRatios(a, b);
    expect(series.map(({ role, points }) => [role, points.length])).toEqual(
      ['q', 'k', 'v', 'o', 'gate', 'up', 'down'].map((role) => [role, 5]),
    );
    const relative = (rows: TensorError[], name: string) => {
      const { error } = rows.find((row) => row.name === name)!;
      return error.rmse / error.rmsWeight;
    };
    const v3 = series.find(({ role }) => role === 'v')!.points.find(({ layer }) => layer === 3)!;
    expect(v3.value).toBeCloseTo(relative(b, 'blk.3.attn_v.weight') / relative(a, 'blk.3.attn_v.weight'), 12);
    expect(v3.type).toBe('q4_0 → q8_0');
    expect(loose.map(({ role }) => role)).toEqual(['token_embd']);
    const whole = wholeRatio(a, b)!;
    expect(20 * Math.log10(whole)).toBeCloseTo(first.total!.sqnrDb! - second.total!.sqnrDb!, 9);
    expect(wholeRatio([], b)).toBeNull();
    const { changes, onlyFirst, onlySecond } = typeChanges(first.tensors, second.tensors);
    expect(changes.map(({ from, to, names }) => [from, to, names.length])).toContainEqual(['q4_0', 'q8_0', 30]);
    expect([onlyFirst, onlySecond]).toEqual([[], []]);
    expect(typeChanges(first.tensors, first.tensors).changes).toEqual([]);
    expect(typeChanges(first.tensors, second.tensors.slice(1)).onlyFirst).toEqual([first.tensors[0]!.name]);
  });
});

describe('outputs that make way', () => {
  it('are the oldest that hold something, and no more than need be', () => {
    expect(overMost([3, 2, 1], 6)).toEqual([]);
    expect(overMost([3, 2, 1], 5)).toEqual([2]);
    expect(overMost([3, 2, 0, 1], 4)).toEqual([3, 1]);
    expect(overMost([5], 4)).toEqual([0]);
    expect(overMost([], 0)).toEqual([]);
  });
});
