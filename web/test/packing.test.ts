import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  chooseFiles,
  compareNumberFormats,
  loadCore,
  openModel,
  run,
  type RunReport,
  type SourceHandle,
} from '../src/core';
import { OrderedFiles } from '../src/core/ordered-files';
import { DiskDestination } from '../src/platform/node-destination';
import { nodePlatform } from '../src/platform/node';
import { outputPath } from '../src/core/output-path';
import { testData } from './support/real';

/** Outputs in safetensors, with quantized layers. What they decode to is the C++ tests' business. */

const out = mkdtempSync(join(tmpdir(), 'nibble-packing-'));
afterAll(() => rmSync(out, { recursive: true }));

function handle(path: string): SourceHandle {
  const bytes = readFileSync(path);
  return {
    kind: 'blob',
    name: path.slice(path.lastIndexOf('/') + 1),
    bytes: bytes.byteLength,
    blob: new Blob([bytes]),
  };
}

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

function headerOf(path: string): Record<string, Entry> {
  const bytes = readFileSync(path);
  return JSON.parse(bytes.subarray(8, 8 + Number(bytes.readBigUInt64LE(0))).toString()) as Record<string, Entry>;
}

describe('an output in safetensors', async () => {
  const core = await loadCore(nodePlatform);
  const folder = testData('stories260K-hf');
  const sources = chooseFiles(
    core,
    readdirSync(folder).map((path) => ({ path })),
  ).files.map(({ file }) => handle(join(folder, file.path)));

  async function pack(type: string, workers: number, jobBytes: number): Promise<{ path: string; report: RunReport }> {
    const path = join(out, `${type}-${workers}.safetensors`);
    const model = await openModel(core, sources, undefined, { name: 'stories260K-hf', notes: [] });
    try {
      const report = await run(
        model,
        { type, jobBytes },
        new OrderedFiles(new DiskDestination((name) => outputPath(path, name))),
        { workers },
      );
      return { path, report };
    } finally {
      model.close();
    }
  }

  it.each(core.packings.filter(({ name }) => !name.includes('64g') && !name.includes('128g')).map(({ name }) => name))(
    '%s has the same bytes with any number of workers and any job length',
    async (type) => {
      const one = await pack(type, 1, 1 << 20);
      const four = await pack(type, 4, 4096);
      expect(readFileSync(four.path).equals(readFileSync(one.path))).toBe(true);
      expect(one.report.total!.sqnrDb).toBeGreaterThan(15);
      expect(one.report.total!.rmse).toBeCloseTo(four.report.total!.rmse, 12); // sums of other pieces
      expect(one.report.weights).toBe(one.report.tensors.reduce((sum, { weights }) => sum + weights, 0));
    },
  );

  // The stored scales of GPTQ are half floats, and its zero points whole numbers; the comparison's are not rounded.
  it.each([
    { type: 'nf4', family: 'normal', block: 0, digits: 6 },
    { type: 'gptq-4bit-32g', family: 'symmetric', block: 32, digits: 5 },
    { type: 'gptq-4bit-32g-asym', family: 'zero-point', block: 32, digits: 3 },
  ])('$type has the error that the comparison of number formats shows', async ({ type, family, block, digits }) => {
    const { report } = await pack(type, 2, 1 << 20);
    const { error } = report.tensors.find(({ name }) => /^model\.layers\.0\.self_attn\.v_proj\.q?weight$/.test(name))!;
    const model = await openModel(core, sources, undefined, { name: 'stories260K-hf', notes: [] });
    try {
      const wish = {
        tensors: 'blk.0.attn_v.weight',
        bits: [4],
        blocks: [block],
        searches: ['absmax' as const],
        weights: 0,
        ggufTypes: false,
      };
      const { points } = (await compareNumberFormats(model, wish, { workers: 1 })).report;
      expect(error!.rmse / error!.rmsWeight).toBeCloseTo(
        points.find((point) => point.family === family)!.relativeError,
        digits,
      );
    } finally {
      model.close();
    }
  });

  it('brings the files that loaders look for', async () => {
    const { path, report } = await pack('gptq-4bit-32g', 2, 1 << 20);
    expect(report.files.map(({ name }) => name)).toEqual([
      '',
      'quantize_config.json',
      'config.json',
      'generation_config.json',
      'tokenizer.json',
      'tokenizer.model',
      'tokenizer_config.json',
    ]);
    expect(headerOf(path)['model.layers.0.self_attn.q_proj.qweight']).toMatchObject({ dtype: 'I32', shape: [8, 64] });
    expect(headerOf(path)['model.layers.0.self_attn.q_proj.weight']).toBeUndefined();
    const config = JSON.parse(readFileSync(path.replace('.safetensors', '-config.json'), 'utf8')) as Record<
      string,
      unknown
    >;
    expect(config).toMatchObject({
      model_type: 'llama',
      quantization_config: { quant_method: 'gptq', bits: 4, group_size: 32, sym: true },
    });
  });

  it('is refused for a GGUF model, and EXL2 with the reason', async () => {
    const model = await openModel(core, [handle(testData('stories260K-F32.gguf'))]);
    expect(() => model.plan({ type: 'nf4' })).toThrow('is a GGUF file. Choose one of the GGUF types.');
    expect(() => model.plan({ type: 'exl2' })).toThrow('runs texts through the model');
    model.close();
  });
});
