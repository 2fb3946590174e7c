/** Analyses of real weights: figures that fit together, whatever the number of workers. */
import { describe, expect, it } from 'vitest';
import { analyzeScale, Stopped, type ScaleAnalysis } from '../src/core';
import { testData, withModel } from './support/real';

const model = testData('ts3m-F16.gguf');

describe('analysis of scales', () => {
  const run = (workers: number): Promise<ScaleAnalysis> => withModel(model, (opened) => analyzeScale(opened, { tensors: 'attn_[kv]', weights: 40_000 }, { workers }));

  it('gives the same figures with any number of workers', async () => {
    const [one, three] = [await run(1), await run(3)];
    expect(three).toEqual(one);
    const { report, sample, tables } = one;
    expect(sample.tensors).toBe(8);
    expect(report.weights).toBe(sample.weights);
    expect(report.histogram.reduce((sum, { longSide, shortSide }) => sum + longSide + shortSide, 0)).toBe(report.blocks);
    expect(report.blocks + report.zeroBlocks).toBe(sample.weights / 32);
    const exact = report.methods.find(({ name }) => name === 'exact')!;
    for (const { rmse } of report.methods) expect(exact.rmse).toBeLessThanOrEqual(rmse);
    expect(tables.map(({ divisors }) => divisors.length)).toEqual(Array.from({ length: 16 }, (_, index) => index + 1));
    for (const [index, { rmse }] of tables.entries()) expect(rmse).toBeLessThanOrEqual(tables[index - 1]?.rmse ?? Infinity);
    expect(tables[15]!.overExact).toBeGreaterThanOrEqual(1);
  });

  it('stops when told to, and says what is wrong', async () => {
    await withModel(model, async (opened) => {
      const stop = new AbortController();
      await expect(analyzeScale(opened, { weights: 0 }, { workers: 2, signal: stop.signal, onProgress: () => stop.abort() })).rejects.toThrow(Stopped);
      await expect(analyzeScale(opened, { tensors: 'nothing' })).rejects.toThrow('No matrix that can be analysed has a name with "nothing" in it.');
      await expect(analyzeScale(opened, { format: 'q4_K' })).rejects.toThrow('There is no single scale to analyse in "q4_K".');
    });
  });
});
