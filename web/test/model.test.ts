import { describe, expect, it } from 'vitest';
import {
  loadCore,
  openModel,
  run,
  type OpenedModel,
  type PlanOptions,
  type RunReport,
  type SourceHandle,
} from '../src/core';
import { OrderedFiles } from '../src/core/ordered-files';
import { BlobSource } from '../src/core/source';
import { nodePlatform } from '../src/platform/node';
import { MemoryDestination } from '../src/worker/stores';
import { tinyGguf, tinyTensor } from './support/tiny-gguf';

const core = await loadCore(nodePlatform);

function file(name: string, bytes: Uint8Array<ArrayBuffer>): SourceHandle {
  return { kind: 'blob', name, bytes: bytes.byteLength, blob: new Blob([bytes]) };
}

async function quantize(model: OpenedModel, options: PlanOptions): Promise<RunReport> {
  return run(model, options, new OrderedFiles(new MemoryDestination()), { workers: 2 });
}

const architecture = { 'general.architecture': { string: 'llama' }, 'llama.block_count': { u32: 2 } };

describe('a header', () => {
  it('longer than the first bite is read in growing ones, and no further', async () => {
    const tokens = { 'tokenizer.ggml.tokens': { strings: Array.from({ length: 100_000 }, (_, i) => `token ${i}`) } };
    const tensors = [tinyTensor('blk.0.ffn_up.weight', [256, 4096])];
    const bytes = tinyGguf({ ...architecture, ...tokens }, tensors);
    const headerBytes = bytes.byteLength - tensors[0]!.values.byteLength;

    const read: [number, number][] = [];
    const watched = {
      ...core,
      platform: {
        ...nodePlatform,
        openSource(handle: SourceHandle) {
          const source = new BlobSource(handle.name, (handle as { blob: Blob }).blob);
          return {
            name: source.name,
            bytes: source.bytes,
            read(offset: number, length: number, into: Uint8Array) {
              read.push([offset, length]);
              return source.read(offset, length, into);
            },
          };
        },
      },
    };
    const model = await openModel(watched, [file('big.gguf', bytes)]);
    expect(model.info.tensors).toHaveLength(1);
    model.close();
    expect(headerBytes).toBeGreaterThan(1e6);
    const end = Math.max(...read.map(([offset, length]) => offset + length));
    expect(end).toBeGreaterThanOrEqual(headerBytes);
    expect(end).toBeLessThan(2 * headerBytes);
    // No byte is read twice.
    expect(read.reduce((sum, [, length]) => sum + length, 0)).toBe(end);
  });

  it('that claims absurd amounts is refused after reading a little', async () => {
    const bytes = tinyGguf(architecture, []);
    new DataView(bytes.buffer).setBigUint64(24, 1n << 29n, true); // the first key's length
    const padded = new Uint8Array(1e6);
    padded.set(bytes);
    await expect(openModel(core, [file('odd.gguf', padded)])).rejects.toThrow(/^odd\.gguf: /);
  });

  it('names the file it is in', async () => {
    await expect(
      openModel(core, [file('notes.txt', new TextEncoder().encode('These are notes, not a model at all.'))]),
    ).rejects.toThrow(/^notes\.txt: /);
    await expect(openModel(core, [file('empty.gguf', new Uint8Array(0))])).rejects.toThrow(/^empty\.gguf/);
  });
});

describe('a model in parts', () => {
  const first = tinyTensor('blk.0.ffn_up.weight', [256, 8]);
  const second = tinyTensor('blk.1.ffn_up.weight', [256, 16]);
  const parts = (count: number, part: number) => ({
    'split.no': { u16: part },
    'split.count': { u16: count },
    'split.tensors.count': { i32: 2 },
  });
  const files = [
    file('m-00001-of-00002.gguf', tinyGguf({ ...architecture, ...parts(2, 0) }, [first])),
    file('m-00002-of-00002.gguf', tinyGguf(parts(2, 1), [second])),
  ];
  const whole = file('m.gguf', tinyGguf(architecture, [first, second]));

  async function report(given: SourceHandle[], options: PlanOptions): Promise<RunReport> {
    const model = await openModel(core, given);
    try {
      return await quantize(model, options);
    } finally {
      model.close();
    }
  }

  it('becomes one file, the same as from the whole model, whatever order the parts come in', async () => {
    const expected = (await report([whole], { type: 'Q4_0' })).files[0]!.sha256;
    expect((await report(files, { type: 'Q4_0' })).files).toMatchObject([{ name: '', sha256: expected }]);
    expect((await report(files.toReversed(), { type: 'Q4_0' })).files).toMatchObject([{ name: '', sha256: expected }]);
  });

  it('becomes parts again when asked to, which can be opened again', async () => {
    const made = await report(files, { type: 'Q4_0', keepSplit: true });
    expect(made.files.map(({ name }) => name)).toEqual(['-00001-of-00002.gguf', '-00002-of-00002.gguf']);
    const handles = made.files.map(({ name, bytes, blob }) => ({
      kind: 'blob' as const,
      name: `out${name}`,
      bytes,
      blob: blob!,
    }));
    const model = await openModel(core, handles);
    expect(model.info.tensors.map(({ name, type, file: part }) => [name, type, part])).toEqual([
      ['blk.0.ffn_up.weight', 'q4_0', 0],
      ['blk.1.ffn_up.weight', 'q4_0', 1],
    ]);
    model.close();
  });

  it('is refused when a part is missing, and the part is named', async () => {
    await expect(openModel(core, [files[1]!])).rejects.toThrow('00001-of-00002');
  });
});

it('tensors that only copy need no kernel, and are exact', async () => {
  const model = await openModel(core, [
    file('m.gguf', tinyGguf(architecture, [tinyTensor('blk.0.attn_norm.weight', [77])])),
  ]);
  const made = await quantize(model, { type: 'Q4_0' });
  model.close();
  expect(made).toMatchObject({ kernel: 'none', total: null, tensors: [{ action: 'copy', error: null, kernel: null }] });
});

it('a model without tensors gives a header', async () => {
  const model = await openModel(core, [file('vocabulary.gguf', tinyGguf(architecture, []))]);
  const made = await quantize(model, { type: 'Q8_0' });
  model.close();
  expect(made.tensors).toEqual([]);
  expect(made.files[0]!.bytes).toBe(made.outputBytes);
});
