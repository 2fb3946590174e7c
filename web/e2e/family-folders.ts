/**
 * Small Hugging Face folders to convert: one for each decoder family of tests/data/families.json, with invented
 * weights.
 */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const DATA = fileURLToPath(new URL('../../tests/data/', import.meta.url));
const TOKENIZER = ['tokenizer.json', 'tokenizer.model', 'tokenizer_config.json'];

/** The first token of stories260K that stands for more than a byte. */
const BYTE_TOKENS_END = 259;

interface Family {
  name: string;
  config: Record<string, unknown>;
  /** Shapes by name, as Hugging Face writes them. In `layer`, '#' stands for the number of an expert. */
  globals: Record<string, number[]>;
  layer: Record<string, number[]>;
}

export const FAMILIES = JSON.parse(readFileSync(join(DATA, 'families.json'), 'utf8')) as Family[];

interface Tensor {
  dtype: string;
  shape: number[];
  data: Uint8Array;
}

/** A safetensors file of the tensors, in their order. */
export function writeSafetensors(path: string, tensors: Map<string, Tensor>): void {
  let end = 0;
  const header: Record<string, unknown> = {};
  for (const [name, { dtype, shape, data }] of tensors)
    header[name] = { dtype, shape, data_offsets: [end, (end += data.length)] };
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  writeFileSync(path, Buffer.concat([length, text, ...[...tensors.values()].map(({ data }) => data)]));
}

export function readSafetensors(path: string): Map<string, Tensor> {
  const file = readFileSync(path);
  const start = 8 + Number(file.readBigUInt64LE(0));
  const header = JSON.parse(file.toString('utf8', 8, start)) as Record<
    string,
    { dtype: string; shape: number[]; data_offsets: [number, number] }
  >;
  delete header['__metadata__'];
  return new Map(
    Object.entries(header).map(([name, { dtype, shape, data_offsets }]) => [
      name,
      { dtype, shape, data: file.subarray(start + data_offsets[0], start + data_offsets[1]) },
    ]),
  );
}

/** Half floats of both signs between 2^-6 and 2^-3, the same ones every time; `doubled` so many times. */
function* weights(doubled: number): Generator<number, never> {
  for (let state = 1; ;) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield ((state >>> 16) & 0x83ff) | ((9 + doubled + ((state >>> 8) % 3)) << 10);
  }
}

function invented(shape: number[], value: (index: number) => number): Tensor {
  const count = shape.reduce((product, size) => product * size, 1);
  return {
    dtype: 'F16',
    shape,
    data: new Uint8Array(Uint16Array.from({ length: count }, (_, index) => value(index)).buffer),
  };
}

/** Writes a folder of this family, with the tokenizer of stories260K. The weights are doubled so many times. */
export function writeFamilyFolder(family: Family, folder: string, doubled = 0): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'config.json'), JSON.stringify(family.config));
  for (const file of TOKENIZER) copyFileSync(join(DATA, 'stories260K-hf', file), join(folder, file));
  const random = weights(doubled);
  const one = 0x3c00;
  const tensors = new Map<string, Tensor>();
  const add = (name: string, shape: number[]) => {
    // Tokens that stand for single bytes get zeros, and so are never chosen: half a character is no text.
    const zeros = /embed_tokens|lm_head/.test(name) ? BYTE_TOKENS_END * (shape[1] as number) : 0;
    const value = (index: number) => (/norm/.test(name) ? one : index < zeros ? 0 : random.next().value);
    tensors.set(name, invented(shape, value));
  };
  for (const [name, shape] of Object.entries(family.globals)) add(name, shape);
  const experts = Number(family.config['num_experts'] ?? family.config['num_local_experts'] ?? 0);
  for (let layer = 0; layer < Number(family.config['num_hidden_layers']); ++layer) {
    for (const [name, shape] of Object.entries(family.layer)) {
      const full = `model.layers.${layer}.${name}`;
      for (let expert = 0; expert < (full.includes('#') ? experts : 1); ++expert)
        add(full.replace('#', String(expert)), shape);
    }
  }
  writeSafetensors(join(folder, 'model.safetensors'), tensors);
}
