import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  cutText,
  findOutliers,
  outlierFeatures,
  seeActivations,
  tokensFor,
  type ObservedMatrix,
  type OutlierReport,
} from '../src/core';
import { startIn } from './support/command-line';
import { testData, withModel } from './support/real';

const folder = mkdtempSync(join(tmpdir(), 'nibble-'));
afterAll(() => rmSync(folder, { recursive: true }));

const ts3m = testData('ts3m-F16.gguf');
const text = readFileSync(testData('tinystories.txt'));

/** Of `layers` inputs, tokens by columns: what a matrix met, and errors of its weights. */
function observed(inputs: readonly number[][][], errors: number[]): ObservedMatrix[] {
  return inputs.map((tokens, layer) => {
    const columns = errors.map((_, column) => tokens.map((values) => values[column]!));
    const each = (use: (values: number[]) => number) => Float64Array.from(columns, use);
    return {
      layer,
      role: 'q',
      errors: Float64Array.from(errors),
      activations: {
        tokens: tokens.length,
        meanSquares: each((values) => values.reduce((sum, value) => sum + value * value, 0) / values.length),
        beyond: each((values) => values.filter((value) => Math.abs(value) >= 6).length),
        largest: each((values) => Math.max(...values.map(Math.abs))),
      },
    };
  });
}

describe('outlier features', () => {
  it('are columns that reach the threshold in enough layers and for enough tokens', () => {
    // Eight layers, 25 tokens: 25 % are 2 layers, 6 % of 200 are 12 tokens.
    const inputs = Array.from({ length: 8 }, (_, layer) =>
      Array.from({ length: 25 }, (_, token) => [
        1, // never
        layer < 2 && token < 6 ? -6 : 0, // exactly both limits, and the threshold itself
        layer < 1 ? 50 : 0, // enough tokens, one layer
        layer < 4 && token < 2 ? 100 : 0, // enough layers, 8 tokens
        layer === 3 || token === 5 ? 5.999 : 0, // below
        token % 2 === 0 ? 7 : 0,
      ]),
    );
    const [found] = outlierFeatures(observed(inputs, [1, 2, 3, 4, 5, 6]), 6);
    expect(found!.features.map(({ column }) => column)).toEqual([5, 1]);
    expect(found).toMatchObject({ input: 'q, k, v', columns: 6, ofLayers: 8, largest: 100 });
    expect(found!.features[1]).toMatchObject({ layers: 2, positions: 12 / 200, largest: 6 });
    // The part of the error by its definition, from the numbers themselves.
    const share = (column: number) => {
      let own = 0;
      let all = 0;
      for (const tokens of inputs) {
        for (const values of tokens) {
          values.forEach((value, at) => {
            const error = (at + 1) * value * value;
            all += error;
            if (at === column) own += error;
          });
        }
      }
      return own / all;
    };
    expect(found!.features[0]!.errorShare).toBeCloseTo(share(5), 12);
    expect(found!.errorShare).toBeCloseTo(share(5) + share(1), 12);
  });

  it('are found where a norm makes a column large, and only there', async () => {
    // Column 7 of what queries, keys and values read is 40 times what it was, in every layer.
    const path = join(folder, 'planted.gguf');
    const bytes = readFileSync(ts3m);
    await withModel(ts3m, async ({ info }) => {
      for (const { name, offset } of info.tensors) {
        if (!name.endsWith('attn_norm.weight')) continue;
        const at = offset + 4 * 7;
        bytes.writeFloatLE(40 * bytes.readFloatLE(at), at);
      }
    });
    writeFileSync(path, bytes);
    const look = (file: string, workers = 2): Promise<OutlierReport> =>
      withModel(file, async (model) => {
        const texts = cutText(tokensFor([model], text), 64, 4);
        const activations = await seeActivations(model, texts, 6, { workers });
        return findOutliers(model, { plan: { type: 'Q4_0' }, activations }, { workers });
      });
    const report = await look(path);
    expect(report.activations).toMatchObject({ threshold: 6, tokens: 256 });
    const inputs = new Map(report.activations!.inputs.map((one) => [one.input, one]));
    expect([...inputs.keys()].sort()).toEqual(['down', 'gate, up', 'o', 'q, k, v']);
    expect(inputs.get('q, k, v')!.features).toMatchObject([{ column: 7, layers: 4 }]);
    expect(inputs.get('q, k, v')!.errorShare).toBeGreaterThan(0.05);
    expect(inputs.get('gate, up')!.features).toEqual([]);
    expect(report.tensors.every(({ basis }) => basis === 'importance' || basis === 'weights')).toBe(true);
    expect(await look(path, 1)).toEqual(report);
    const whole = await look(ts3m);
    expect(whole.activations!.inputs.find(({ input }) => input === 'q, k, v')!.features).toEqual([]);
  });

  it('are told by the command line', async () => {
    const words = ['outliers', join(folder, 'planted.gguf'), 'Q4_0', '-f', testData('tinystories.txt')];
    const stretches = ['-c', '64', '--chunks', '4'];
    const { code, out } = await startIn(folder, [...words, ...stretches]).ended;
    expect(code).toBe(0);
    expect(out).toMatch(/Outlier features in 256 tokens: columns that reach 6 in at least 25 % of the layers/);
    expect(out).toMatch(/\nq, k, v +256 +\d+\.\d +1 +\d+\.\d % +7 \(4 of 4; \d+ %; \d+\.\d %\)\n/);
    const small = await startIn(folder, [...words, ...stretches, '--magnitude', '1', '--json']).ended;
    const { activations } = JSON.parse(small.out) as OutlierReport;
    expect(activations!.threshold).toBe(1);
    expect(activations!.inputs.find(({ input }) => input === 'gate, up')!.features.length).toBeGreaterThan(0);
  });
});
