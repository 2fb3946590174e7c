/** Analyses of real weights: figures that fit together, whatever the number of workers. */
import { describe, expect, it } from 'vitest';
import { analyzeScale, compareGroups, compareNumberFormats, Stopped, type ScaleAnalysis } from '../src/core';
import { testData, withModel } from './support/real';

const model = testData('ts3m-F16.gguf');

describe('analysis of scales', () => {
  const run = (workers: number): Promise<ScaleAnalysis> =>
    withModel(model, (opened) => analyzeScale(opened, { tensors: 'attn_[kv]', weights: 40_000 }, { workers }));

  it('gives the same figures with any number of workers', async () => {
    const [one, three] = [await run(1), await run(3)];
    expect(three).toEqual(one);
    const { report, sample, tables } = one;
    expect(sample.tensors).toBe(8);
    expect(report.weights).toBe(sample.weights);
    expect(report.histogram.reduce((sum, { longSide, shortSide }) => sum + longSide + shortSide, 0)).toBe(
      report.blocks,
    );
    expect(report.blocks + report.zeroBlocks).toBe(sample.weights / 32);
    const exact = report.methods.find(({ name }) => name === 'exact')!;
    for (const { rmse } of report.methods) expect(exact.rmse).toBeLessThanOrEqual(rmse);
    expect(tables.map(({ divisors }) => divisors.length)).toEqual(Array.from({ length: 16 }, (_, index) => index + 1));
    for (const [index, { rmse }] of tables.entries())
      expect(rmse).toBeLessThanOrEqual(tables[index - 1]?.rmse ?? Infinity);
    expect(tables[15]!.overExact).toBeGreaterThanOrEqual(1);
  });

  it('stops when told to, and says what is wrong', async () => {
    await withModel(model, async (opened) => {
      const stop = new AbortController();
      await expect(
        analyzeScale(opened, { weights: 0 }, { workers: 2, signal: stop.signal, onProgress: () => stop.abort() }),
      ).rejects.toThrow(Stopped);
      await expect(analyzeScale(opened, { tensors: 'nothing' })).rejects.toThrow(
        'No matrix that can be analysed has a name with "nothing" in it.',
      );
      await expect(analyzeScale(opened, { format: 'q4_K' })).rejects.toThrow(
        'There is no single scale to analyse in "q4_K".',
      );
    });
  });
});

it('scales are analysed in every format that the core says it can analyse, and in no other', async () => {
  await withModel(model, async (opened) => {
    const { formats } = opened.core;
    const names = formats.filter(({ oneScale }) => oneScale).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['q4_0', 'iq4_nl']));
    for (const { name } of formats) {
      const found = analyzeScale(opened, { format: name, tensors: 'blk.0.attn_k', weights: 4096 });
      if (names.includes(name)) expect((await found).report.format).toBe(name);
      else await expect(found).rejects.toThrow(`Formats with one: ${names.join(', ')}.`);
    }
  });
});

describe('number formats', () => {
  it('gives the same figures with any number of workers, the real error of the types among them', async () => {
    const wish = {
      tensors: 'blk.1.attn_k.weight',
      weights: 8192,
      bits: [3, 4],
      blocks: [32, 0],
      levels: [-1, -0.3, 0.3, 1],
    };
    const run = (workers: number) => withModel(model, (opened) => compareNumberFormats(opened, wish, { workers }));
    const [one, three] = [await run(1), await run(3)];
    expect(three).toEqual(one);
    const { points } = one.report;
    const find = (family: string, detail: string, block: number, search: string) =>
      points.find(
        (point) =>
          point.family === family && point.detail === detail && point.block === block && point.search === search,
      )!;
    expect(find('own', '', 32, 'absmax')).toMatchObject({ bits: 2, bitsPerWeight: 2.5 });
    // Q4_0 is signed-scale of four bits in blocks of 32.
    const signed = points.find(
      ({ family, bits, block, search }) =>
        family === 'signed-scale' && bits === 4 && block === 32 && search === 'absmax',
    )!;
    expect(find('gguf', 'q4_0', 32, 'llama.cpp').relativeError).toBeCloseTo(signed.relativeError, 4);
    expect(points.filter(({ frontier }) => frontier).length).toBeGreaterThan(3);
  });

  it('compares integers in groups over all tensors', async () => {
    const { report, sample } = await withModel(model, (opened) => compareGroups(opened, { weights: 2048 }));
    expect(report.points).toHaveLength(15);
    expect(sample.tensors).toBe(29);
    for (const { largestTensorError, meanTensorError } of report.points)
      expect(largestTensorError).toBeGreaterThanOrEqual(meanTensorError);
  });
});
