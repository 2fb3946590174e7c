import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { findOutliers, type OutlierReport } from '../src/core';
import { testData, withModel } from './support/real';
import { tinyGguf, tinyTensor, type TinyTensor } from './support/tiny-gguf';

const folder = mkdtempSync(join(tmpdir(), 'nibble-'));
afterAll(() => rmSync(folder, { recursive: true }));

const columns = 64;
/** Columns 5 and 40 of every layer's residual matrices are ten times as large; column 9 of one alone. */
function planted(name: string, rows: number, loud: number[]): TinyTensor {
  const tensor = tinyTensor(name, [columns, rows]);
  tensor.values = tensor.values.map((value, index) => value * (loud.includes(index % columns) ? 10 : 1));
  return tensor;
}

const tensors = [0, 1, 2].flatMap((layer) => [
  planted(`blk.${layer}.attn_q.weight`, 32, [5, 40]),
  planted(`blk.${layer}.ffn_up.weight`, 96, layer === 1 ? [5, 9] : [5]),
  planted(`blk.${layer}.attn_output.weight`, 64, []),
]);
const path = join(folder, 'planted.gguf');
writeFileSync(
  path,
  tinyGguf({ 'general.architecture': { string: 'llama' }, 'llama.block_count': { u32: 3 } }, tensors),
);

const find = (
  model: string,
  options: Partial<Parameters<typeof findOutliers>[1]> = {},
  workers = 2,
  imatrix?: string,
): Promise<OutlierReport> =>
  withModel(
    model,
    (opened) => findOutliers(opened, { plan: { type: 'Q4_0', pure: true }, ...options }, { workers }),
    imatrix === undefined ? {} : { imatrix },
  );

describe('outliers', () => {
  it('finds planted columns, what layers share, and the share of the error they carry', async () => {
    const report = await find(path);
    const up = report.tensors.find(({ name }) => name === 'blk.1.ffn_up.weight')!;
    expect(up.outliers.map(({ column }) => column).sort((a, b) => a - b)).toEqual([5, 9]);
    expect(up.outliers[0]!.ratio).toBeGreaterThan(8);
    expect(report.tensors.find(({ name }) => name === 'blk.0.attn_output.weight')!.count).toBe(0);
    expect(report.shared).toEqual([
      { input: 'residual', column: 5, layers: 3, ofLayers: 3 },
      { input: 'residual', column: 40, layers: 3, ofLayers: 3 },
    ]);
    for (const tensor of report.tensors) {
      expect(tensor.errorShare).toBeGreaterThanOrEqual(0);
      for (let i = 1; i < tensor.saved.length; i++)
        expect(tensor.saved[i]!).toBeGreaterThanOrEqual(tensor.saved[i - 1]!);
    }
    expect(report.kept.at(-1)!.savedError).toBeGreaterThan(0);
    expect(report.kept.at(-1)!.rmseRatio).toBeLessThan(1);
  });

  it('looks at the tensors that are asked for alone', async () => {
    const [all, some] = await Promise.all([find(path), find(path, { tensors: 'blk\\.1\\.' })]);
    expect(some!.tensors).toEqual(all!.tensors.filter(({ layer }) => layer === 1));
    expect(some!.ofWeights).toBe(some!.tensors.reduce((sum, { columns: width, rows }) => sum + width * rows, 0));
  });

  it('gives the same figures with any number of workers, and carries the error that a run measures', async () => {
    const ts3m = testData('ts3m-F16.gguf');
    const [one, three] = await Promise.all([find(ts3m, {}, 1), find(ts3m, {}, 3)]);
    expect(one).toEqual(three);
    expect(one!.weights).toBe(one!.ofWeights);
    expect(one!.tensors).toHaveLength(29);
  });

  it('looks at activations by the importance matrix or by the rows before', async () => {
    const ts3m = testData('ts3m-F16.gguf');
    const measured = await find(ts3m, {}, 2, testData('ts3m-imatrix.gguf'));
    expect(measured.tensors.find(({ role }) => role === 'down')!.basis).toBe('importance');
    const guessed = await find(ts3m, { basis: 'producers' });
    expect(guessed.tensors.find(({ role }) => role === 'down')!.basis).toBe('producers');
    // nothing is before it
    expect(guessed.tensors.find(({ name }) => name === 'blk.0.attn_q.weight')!.basis).toBe('weights');
    await expect(find(ts3m, { basis: 'importance' })).rejects.toThrow('There is no importance matrix');
  });
});
