import { describe, expect, it } from 'vitest';
import { signedBuckets, type TensorError } from '../src/charts/error-series';
import { codesByType, spendingByRole, worstBlocks } from '../src/charts/spending-series';
import { DiscardSink, readWeights, run, type RunReport } from '../src/core';
import { testData, withModel } from './support/real';

const stories = testData('stories260K-F32.gguf');
const options = { type: 'Q4_0', pure: true, method: 'llama.cpp' };

/** Q4_0 the plain way: the weight of largest magnitude, with its sign, becomes -8. Codes and decoded weights. */
function plainQ4(weights: Float32Array): { codes: number[]; decoded: number[] } {
  const codes: number[] = [];
  const decoded: number[] = [];
  for (let start = 0; start < weights.length; start += 32) {
    const block = weights.subarray(start, start + 32);
    const largest = block.reduce((most, weight) => (Math.abs(weight) > Math.abs(most) ? weight : most), 0);
    const scale = Math.fround(largest / -8);
    const inverse = scale === 0 ? 0 : Math.fround(1 / scale);
    const stored = halfOf(scale);
    for (const weight of block) {
      const code = Math.min(15, Math.trunc(Math.fround(Math.fround(weight * inverse) + 8.5)));
      codes.push(code);
      decoded.push(Math.fround((code - 8) * stored));
    }
  }
  return { codes, decoded };
}

/** The half float nearest to a normal float of its range, ties to even. */
function halfOf(value: number): number {
  if (value === 0) return 0;
  const step = 2 ** Math.max(Math.floor(Math.log2(Math.abs(value))) - 10, -24);
  const times = value / step;
  const down = Math.floor(times);
  const rest = times - down;
  return (rest > 0.5 || (rest === 0.5 && down % 2 !== 0) ? down + 1 : down) * step;
}

describe('what the charts of a result draw', () => {
  const name = 'blk.2.ffn_up.weight';
  let report: RunReport;
  let weights: Float32Array;

  it('comes from a run', async () => {
    await withModel(stories, async (model) => {
      report = await run(model, options, new DiscardSink(), { workers: 2 });
      const tensor = model.info.tensors.find((one) => one.name === name)!;
      weights = await readWeights(model, tensor, 0, tensor.weights);
      const roles = spendingByRole({ plan: model.plan(options) });
      expect(roles.reduce((sum, { before }) => sum + before, 0)).toBe(model.info.tensorBytes);
      expect(roles.reduce((sum, { after }) => sum + after, 0)).toBe(
        report.tensors.reduce((sum, { bytes }) => sum + bytes, 0),
      );
    });
  });

  it('errors on both sides of zero, as computed one by one', () => {
    const { decoded } = plainQ4(weights);
    const error = report.tensors.find((tensor) => tensor.name === name)!.error!;
    const buckets = signedBuckets(error);
    const counts = buckets.map(() => 0);
    let without = 0;
    decoded.forEach((value, index) => {
      const d = value - weights[index]!;
      if (d === 0) without += 1;
      else counts[buckets.findIndex(({ from, to }) => (d < 0 ? d > from && d <= to : d >= from && d < to))]! += 1;
    });
    expect(buckets.map(({ count }) => count)).toEqual(counts);
    expect(counts.reduce((sum, count) => sum + count, 0) + without).toBe(weights.length);
  });

  it('the worst blocks and the use of codes, as computed one by one', () => {
    const { codes, decoded } = plainQ4(weights);
    const tensor = report.tensors.find((one) => one.name === name)!;
    const rows = [{ ...tensor, outputBytes: tensor.bytes, error: tensor.error! }] as TensorError[];
    const blocks = Array.from({ length: weights.length / 32 }, (_, block) => {
      let sum = 0;
      for (let i = 32 * block; i < 32 * block + 32; i++) sum += Math.fround(weights[i]! - decoded[i]!) ** 2;
      return { block, rmse: Math.sqrt(sum / 32) };
    }).sort((a, b) => b.rmse - a.rmse);
    const worst = worstBlocks(rows);
    expect(worst.map(({ block }) => block)).toEqual(blocks.slice(0, 20).map(({ block }) => block));
    worst.forEach(({ rmse }, index) => expect(rmse).toBeCloseTo(blocks[index]!.rmse, 12));

    const [use] = codesByType({ tensors: [tensor] }, [{ name: 'q4_0', bitsPerWeight: 4.5 }]);
    const counts = Array.from({ length: 16 }, (_, code) => codes.filter((one) => one === code).length);
    expect(use).toMatchObject({ type: 'q4_0', bits: 4, counts, bitsPerWeight: 4.5 });
    expect(use!.entropy).toBeCloseTo(tensor.error!.codes!.entropy, 12);
    expect(use!.entropy).toBeCloseTo(
      counts.reduce(
        (sum, count) => (count === 0 ? sum : sum - (count / codes.length) * Math.log2(count / codes.length)),
        0,
      ),
      12,
    );
  });

  it('lists equal blocks in the order of the file', () => {
    const make = (name: string, rmse: number) =>
      ({ name, to: 'q4_0', error: { blocks: { length: 32, worst: [{ block: 1, rmse }] } } }) as unknown as TensorError;
    expect(worstBlocks([make('a', 1), make('b', 2), make('c', 1)]).map(({ tensor }) => tensor)).toEqual([
      'b',
      'a',
      'c',
    ]);
  });
});
