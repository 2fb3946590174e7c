/** Parts of a result: which tensors they hold, and what the error of several tensors is, taken as one. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { TensorError } from '../src/charts/error-series';
import { EVERYTHING, focusName, groupError, refocus, rowsBeside, rowsIn } from '../src/charts/focus';
import { DiscardSink, run, type RunReport } from '../src/core';
import { testData, withModel } from './support/real';

let report: RunReport;
let rows: TensorError[];

beforeAll(async () => {
  await withModel(testData('stories260K-F32.gguf'), async (model) => {
    report = await run(model, { type: 'Q4_K_M' }, new DiscardSink(), { workers: 2 });
  });
  rows = report.tensors.flatMap(({ error, bytes: outputBytes, ...tensor }) =>
    error ? [{ ...tensor, outputBytes, error }] : [],
  );
});

describe('a part of a result', () => {
  it('is a layer, a role, both, or a tensor among them', () => {
    expect(rowsIn(rows, EVERYTHING)).toEqual(rows);
    const third = rowsIn(rows, { ...EVERYTHING, layer: 3 });
    expect(third.map(({ name }) => name).every((name) => name.startsWith('blk.3.'))).toBe(true);
    expect(third).toHaveLength(7);
    const values = { layer: 3, role: 'v', tensor: null } as const;
    expect(rowsIn(rows, values).map(({ name }) => name)).toEqual(['blk.3.attn_v.weight']);
    const one = { layer: 3, role: null, tensor: 'blk.3.attn_v.weight' };
    expect(rowsIn(rows, one)).toHaveLength(1);
    expect(rowsBeside(rows, one)).toEqual(third);
    expect([EVERYTHING, { ...EVERYTHING, layer: 3 }, { ...values, layer: null }, values, one].map(focusName)).toEqual([
      'all converted tensors',
      'Layer 3',
      'v, every layer',
      'Layer 3 × v',
      'blk.3.attn_v.weight',
    ]);
  });

  it('leaves what does not go with a change of it', () => {
    const tensor = { layer: null, role: null, tensor: 'blk.3.attn_v.weight' };
    expect(refocus(tensor, { layer: 3 }, rows)).toEqual({ ...tensor, layer: 3 });
    expect(refocus(tensor, { layer: 2 }, rows)).toEqual({ ...EVERYTHING, layer: 2 });
    expect(refocus({ ...EVERYTHING, layer: 3 }, { role: 'token_embd' }, rows)).toEqual({
      ...EVERYTHING,
      role: 'token_embd',
    });
    expect(refocus({ ...EVERYTHING, layer: 3 }, { role: 'v' }, rows)).toEqual({ ...EVERYTHING, layer: 3, role: 'v' });
    expect(refocus({ ...tensor, layer: 3 }, EVERYTHING, rows)).toEqual(EVERYTHING);
  });
});

describe('the error of several tensors', () => {
  it('of all of them is what the core says of the whole', () => {
    const all = groupError(rows)!;
    const total = report.total!;
    expect(rows.length).toBeGreaterThan(20);
    for (const counted of ['count', 'maxError', 'zeros', 'clipped', 'nans', 'infinities'] as const)
      expect(all[counted], counted).toBe(total[counted]);
    for (const summed of ['rmse', 'rmsWeight', 'bias', 'sqnrDb'] as const)
      expect(all[summed]! / total[summed]!, summed).toBeCloseTo(1, 9);
    expect(all.coarseHistogram).toEqual(total.coarseHistogram);
    expect(all.histogram).toEqual(total.histogram);
    expect(all.linearHistogram).toEqual(total.linearHistogram);
    expect(all.blocks).toEqual(total.blocks);
    expect([all.median, all.p95, all.p999]).toEqual([null, null, null]);
  });

  it('of one is its own, quantiles and all; of none there is none', () => {
    expect(groupError(rows.slice(0, 1))).toBe(rows[0]!.error);
    expect(groupError([])).toBeNull();
  });
});
