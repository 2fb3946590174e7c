import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  chooseFiles,
  loadCore,
  openModel,
  run,
  summarize,
  type Core,
  type OpenedModel,
  type SourceHandle,
  type TensorSummary,
} from '../src/core';
import { OrderedFiles } from '../src/core/ordered-files';
import { DiskDestination } from '../src/platform/node-destination';
import { nodePlatform } from '../src/platform/node';
import { testData } from './support/real';

/** A Hugging Face folder, and the GGUF file of the same model: quantizing either gives the same weights. */

const out = mkdtempSync(join(tmpdir(), 'nibble-folder-'));
afterAll(() => rmSync(out, { recursive: true }));

function handle(path: string): SourceHandle & { kind: 'blob' } {
  const bytes = readFileSync(path);
  return {
    kind: 'blob',
    name: path.slice(path.lastIndexOf('/') + 1),
    bytes: bytes.byteLength,
    blob: new Blob([bytes]),
  };
}

const origin = { name: 'stories260K-hf', notes: [] };

function folderHandles(core: Core): SourceHandle[] {
  const folder = testData('stories260K-hf');
  return chooseFiles(
    core,
    readdirSync(folder).map((path) => ({ path })),
  ).files.map(({ file }) => handle(join(folder, file.path)));
}

/** Writes the model as `type` and answers each tensor's type and the hash of its bytes, read by the core. */
async function quantized(
  core: Core,
  sources: SourceHandle[],
  type: string,
  jobBytes?: number,
): Promise<{ path: string; tensors: Map<string, string> }> {
  const path = join(out, `${type}-${sources.length}-${jobBytes ?? ''}.gguf`);
  const model = await openModel(core, sources, undefined, origin);
  await run(
    model,
    { type, ...(jobBytes !== undefined && { jobBytes }) },
    new OrderedFiles(new DiskDestination(() => path)),
    {
      workers: 2,
    },
  );
  model.close();
  return { path, tensors: await tensorsOf(core, path) };
}

async function tensorsOf(core: Core, path: string): Promise<Map<string, string>> {
  const bytes = readFileSync(path);
  const model = await openModel(core, [handle(path)]);
  const { tensors } = model.info;
  model.close();
  return new Map(
    tensors.map(({ name, type, shape, offset, bytes: length }) => [
      name,
      `${type} ${shape.join('x')} ${createHash('sha256')
        .update(bytes.subarray(offset, offset + length))
        .digest('hex')}`,
    ]),
  );
}

describe('a Hugging Face folder', async () => {
  const core = await loadCore(nodePlatform);
  const sources = folderHandles(core);
  const withModel = async <T>(use: (model: OpenedModel) => T): Promise<T> => {
    const model = await openModel(core, sources, undefined, origin);
    try {
      return use(model);
    } finally {
      model.close();
    }
  };

  it('stands for the GGUF model of its architecture', () =>
    withModel(({ info }) => {
      expect(info.container).toBe('Hugging Face folder');
      expect(info.architecture).toBe('llama');
      expect(info.notes).toEqual([]);
      expect(info.tensors.find(({ name }) => name === 'blk.4.attn_k.weight')).toMatchObject({
        shape: [64, 32],
        type: 'f16',
        stored: 'f16',
        role: 'k',
        layer: 4,
      });
      expect(info.tensors.find(({ name }) => name === 'blk.4.attn_norm.weight')).toMatchObject({
        type: 'f32',
        stored: 'f16',
        dtype: 'F16',
      });
    }));

  // The folder stores the norms in half precision, so they are compared with the folder's own GGUF; all else with the
  // file made from F32.
  it('gives the bytes of the GGUF file beside it, rows of queries and keys in their order', async () => {
    const { tensors: fromGguf, path } = await quantized(core, [handle(testData('stories260K-F32.gguf'))], 'F16');
    const { tensors: fromFolder } = await quantized(core, sources, 'COPY');
    expect(new Set(fromFolder.keys())).toEqual(new Set(fromGguf.keys()));
    const norms = [...fromGguf.keys()].filter((name) => name.includes('norm'));
    for (const [name, content] of fromGguf) if (!norms.includes(name)) expect(fromFolder.get(name), name).toBe(content);
    for (const name of norms) expect(fromFolder.get(name)).toMatch(/^f32 64 /);

    for (const type of ['Q8_0', 'Q4_0', 'IQ4_NL']) {
      const { tensors: expected } = await quantized(core, [handle(path)], type);
      const { tensors: found } = await quantized(core, sources, type);
      for (const [name, content] of expected)
        if (!norms.includes(name)) expect(found.get(name), `${type} ${name}`).toBe(content);
    }
  });

  it('gives the same bytes whatever the size of the jobs', async () => {
    const hash = async (jobBytes?: number) =>
      createHash('sha256')
        .update(readFileSync((await quantized(core, sources, 'Q8_0', jobBytes)).path))
        .digest('hex');
    expect(await hash(4096)).toBe(await hash());
  });

  it('converts in one pass, without counting the change of form as an error', async () => {
    const model = await openModel(core, sources, undefined, origin);
    const report = await run(
      model,
      { type: 'F16' },
      new OrderedFiles(new DiskDestination(() => join(out, 'plain.gguf'))),
      {
        workers: 1,
      },
    );
    expect(report.total).toBeNull();
    expect(report.tensors.every(({ error }) => error === null)).toBe(true);
    model.close();
  });
});

describe('a safetensors file of a network nobody knows', async () => {
  const core = await loadCore(nodePlatform);
  /** One matrix of 2 x 64 for each name, all weights of it of one magnitude. */
  const file = (magnitudes: Record<string, number>): SourceHandle => {
    const entries = Object.fromEntries(
      Object.keys(magnitudes).map((name, index) => [
        name,
        { dtype: 'F32', shape: [2, 64], data_offsets: [512 * index, 512 * (index + 1)] },
      ]),
    );
    const json = new TextEncoder().encode(JSON.stringify(entries));
    const data = Object.values(magnitudes).map((magnitude) =>
      Float32Array.from({ length: 128 }, (_, index) => (index % 3 ? magnitude : -magnitude)),
    );
    const blob = new Blob([BigUint64Array.of(BigInt(json.byteLength)), json, ...data]);
    return { kind: 'blob', name: 'net.safetensors', bytes: blob.size, blob };
  };

  it('leaves tensors as stored that are too small for half-float scales, and says so', async () => {
    const model = await openModel(core, [file({ 'Emb.Weight': 1e-7, usual: 0.02, zero: 0 })]);
    const tiny = { level: 'note', text: expect.stringContaining('"Emb.Weight" holds values so small') as string };
    expect(model.info.notes).toContainEqual(tiny);
    expect(model.plan({ type: 'Q8_0' }).notes).toContainEqual(tiny);
    const types = Object.fromEntries(model.plan({ type: 'Q8_0' }).tensors.map(({ name, to }) => [name, to]));
    expect(types).toEqual({ 'Emb.Weight': 'f32', usual: 'q8_0', zero: 'q8_0' });
    expect(model.plan({ type: 'F32' }).tensors[0]!.to).toBe('f32');
    model.close();
  });

  it('says what the weights of every tensor are like, from a sample', async () => {
    const model = await openModel(core, [file({ a: 0.5, b: 0 })]);
    const found = new Map<number, TensorSummary>();
    await summarize(model, (tensor, summary) => found.set(tensor, summary), { workers: 1 });
    expect(found.get(0)).toMatchObject({ weights: 128, min: -0.5, max: 0.5, rms: 0.5, outliers: 0 });
    expect(found.get(1)).toMatchObject({ rms: 0, tiny: false });
    model.close();
  });
});
