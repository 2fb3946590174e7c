import { gguf } from '@huggingface/gguf';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { run, type PlanOptions, type RunReport } from '../src/core';
import { OrderedFiles } from '../src/core/ordered-files';
import { DiskDestination } from '../src/platform/node-destination';
import { withModel } from './support/real';
import { tinyGguf, tinyTensor, type TinyTensor } from './support/tiny-gguf';

/**
 * A model of eight experts against the same experts as matrices of their own: each slice must get its own rows of the
 * importance matrix.
 */

const folder = mkdtempSync(join(tmpdir(), 'nibble-'));
afterAll(() => rmSync(folder, { recursive: true }));

const width = 256;
const rows = 16;
const experts = 8;
const all = Array.from({ length: experts }, (_, expert) => expert);
const layer = ['ffn_down_exps', 'ffn_gate_exps', 'ffn_up_exps'].map((name) =>
  tinyTensor(`blk.0.${name}.weight`, [width, rows, experts]),
);
const attention = [tinyTensor('blk.0.attn_v.weight', [width, rows]), tinyTensor('output.weight', [width, rows])];

/** The name of an expert's matrix where each is a tensor of its own, in a layer of its own. */
function sliceName(tensor: string, expert: number): string {
  return tensor.replace('_exps', '').replace('blk.0', `blk.${expert}`);
}
function slicesOf({ name, values }: TinyTensor): TinyTensor[] {
  const length = width * rows;
  return all.map((expert) => ({
    name: sliceName(name, expert),
    shape: [width, rows],
    values: values.slice(expert * length, (expert + 1) * length),
  }));
}

function write(name: string, content: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function model(name: string, expertCount: number, tensors: TinyTensor[]): string {
  return write(
    name,
    tinyGguf(
      {
        'general.architecture': { string: 'llama' },
        'llama.block_count': { u32: experts },
        'llama.expert_count': { u32: expertCount },
      },
      tensors,
    ),
  );
}

/** Sums of squares that favour other columns in every expert; the third expert was never asked. */
function sums(expert: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: width }, (_, i) => 1 + 50 * Math.sin(i * (expert + 1)) ** 2);
}
const calls = (expert: number): number => (expert === 2 ? 0 : 10 + expert);

function matrix(name: string, entries: { tensor: string; experts: number[] }[]): string {
  const tensors = entries.flatMap(({ tensor, experts: chosen }) => [
    {
      name: `${tensor}.in_sum2`,
      shape: [width, chosen.length],
      values: Float32Array.from(chosen.flatMap((e) => [...sums(e)])),
    },
    { name: `${tensor}.counts`, shape: [1, chosen.length], values: Float32Array.from(chosen, calls) },
  ]);
  const metadata = {
    'general.type': { string: 'imatrix' },
    'imatrix.datasets': { strings: ['text'] },
    'imatrix.chunk_count': { u32: 10 },
    'imatrix.chunk_size': { u32: 512 },
  };
  return write(name, tinyGguf(metadata, tensors));
}

/** Quantizes, and gives the report and the bytes of every tensor. */
async function quantize(
  path: string,
  options: PlanOptions,
  imatrix: string,
): Promise<{ report: RunReport; bytes: Map<string, Buffer> }> {
  const out = join(folder, 'out.gguf');
  const report = await withModel(
    path,
    (opened) => run(opened, options, new OrderedFiles(new DiskDestination(() => out)), { workers: 2 }),
    { imatrix },
  );
  const { tensorInfos, tensorDataOffset } = await gguf(out, { allowLocalFile: true });
  const file = readFileSync(out);
  const bytesOf = new Map(
    tensorInfos.map(({ name, offset }) => {
      const start = Number(tensorDataOffset + offset);
      return [name, file.subarray(start, start + report.tensors.find((tensor) => tensor.name === name)!.bytes)];
    }),
  );
  return { report, bytes: bytesOf };
}

describe.each(['Q4_K_M', 'Q2_K', 'IQ3_XS', 'IQ2_XXS'])('%s', (type) => {
  it('converts each expert with its own rows, like a matrix of its own', async () => {
    const named = [...layer, ...attention].map(({ name }) => ({
      tensor: name,
      experts: name.includes('exps') ? all : [0],
    }));
    // Jobs of a few rows, so that some end inside an expert and some hold the end of one and the start of the next.
    const options = { type, jobBytes: 5 * width * 4 };
    const whole = await quantize(
      model('experts.gguf', experts, [...layer, ...attention]),
      options,
      matrix('experts.imatrix', named),
    );

    const tensorTypes = whole.report.tensors.map(({ name, to }) => ({
      pattern: name.replace('blk.0', '').replace('_exps', ''),
      type: to,
    }));
    // `shift`: how many experts further the rows of the importance matrix are taken from.
    const apart = (shift: number) =>
      quantize(
        model('apart.gguf', 0, layer.flatMap(slicesOf)),
        { type: 'Q8_0', tensorTypes },
        matrix(
          'apart.imatrix',
          layer.flatMap(({ name }) =>
            all.map((expert) => ({ tensor: sliceName(name, expert), experts: [(expert + shift) % experts] })),
          ),
        ),
      );
    const [slices, mismatched] = [await apart(0), await apart(1)];
    for (const { name } of layer) {
      const bytes = whole.bytes.get(name)!;
      const length = bytes.byteLength / experts;
      for (const expert of all) {
        const slice = slices.bytes.get(sliceName(name, expert))!;
        expect(slice.byteLength).toBe(length);
        expect(bytes.subarray(expert * length, (expert + 1) * length).equals(slice), `${name}, expert ${expert}`).toBe(
          true,
        );
        expect(mismatched.bytes.get(sliceName(name, expert))!.equals(slice), 'whatever the rows are').toBe(false);
      }
    }
  });
});
