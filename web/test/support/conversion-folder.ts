import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { testData } from './real';

/** A case of tests/data/conversion/cases.json; its README says what the members are. */
export interface ConversionCase {
  name: string;
  config: Record<string, unknown>;
  files: Record<string, unknown>;
  safetensors: string;
  tensors: [name: string, dtype: string, shape: number[], kind?: string | number[]][];
  expected: [name: string, dimensions: number[], type: string, auto: string, f32: string][];
}

const cases = JSON.parse(readFileSync(testData('conversion/cases.json'), 'utf8')) as ConversionCase[];

export function conversionCase(name: string): ConversionCase {
  return cases.find((one) => one.name === name)!;
}

/** In the order the safetensors library writes types. */
const sizes: [dtype: string, bytes: number][] = [
  ['I64', 8],
  ['F32', 4],
  ['I32', 4],
  ['BF16', 2],
  ['F16', 2],
  ['F8_E4M3', 1],
  ['U8', 1],
];
const rankOf = (dtype: string) => sizes.findIndex(([name]) => name === dtype);

/** Writes the folder, and checks that its weights are those of the case. */
export function writeConversionFolder(one: ConversionCase, folder: string): void {
  mkdirSync(folder, { recursive: true });
  const tensors = [...one.tensors].sort(([a, kindA], [b, kindB]) => rankOf(kindA) - rankOf(kindB) || (a < b ? -1 : 1));
  const header: Record<string, unknown> = { __metadata__: { format: 'pt' } };
  const data: Buffer[] = [];
  let offset = 0;
  for (const tensor of tensors) {
    const bytes = weightsOf(one.name, tensor);
    header[tensor[0]] = { dtype: tensor[1], shape: tensor[2], data_offsets: [offset, offset + bytes.length] };
    offset += bytes.length;
    data.push(bytes);
  }
  const text = JSON.stringify(header);
  const padded = Buffer.from(text.padEnd(Math.ceil(text.length / 8) * 8, ' '));
  const length = Buffer.alloc(8);
  length.writeUInt32LE(padded.length);
  const file = Buffer.concat([length, padded, ...data]);
  if (!hashOf(file).startsWith(one.safetensors)) throw new Error(`${one.name} was not made as it should be.`);
  writeFileSync(join(folder, 'model.safetensors'), file);
  writeFileSync(join(folder, 'config.json'), JSON.stringify(one.config));
  for (const [name, content] of Object.entries(one.files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), JSON.stringify(content));
  }
}

export function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function weightsOf(name: string, [tensor, dtype, shape, kind]: ConversionCase['tensors'][number]): Buffer {
  const count = shape.reduce((product, size) => product * size, 1);
  const size = sizes[rankOf(dtype)]![1];
  if (Array.isArray(kind) || kind === 'i/32') {
    const bytes = Buffer.alloc(count * size);
    for (let i = 0; i < count; i++)
      bytes.writeUInt32LE(kind === 'i/32' ? Math.floor(i / 32) : Number(kind[i]), i * size);
    return bytes;
  }
  const bytes = createHash('shake256', { outputLength: count * size })
    .update(`${name}/${tensor}`)
    .digest();
  for (let i = size - 1; i < bytes.length; i += size) {
    const byte = bytes[i]!;
    if (dtype === 'F32' || dtype === 'F16' || dtype === 'BF16') bytes[i] = highByte(byte, dtype === 'F16', kind ?? '');
    if (dtype === 'F8_E4M3' && (byte & 0x7f) === 0x7f) bytes[i] = byte ^ 1;
    if (dtype === 'U8' && kind === 'exponent') bytes[i] = 118 + (byte & 7);
  }
  return bytes;
}

/** A random top byte made one whose exponent is in a sensible range. */
function highByte(byte: number, half: boolean, kind: string): number {
  if (half) {
    if (kind === 'norm') return 0x38 | (byte & 7);
    if (kind === 'positive') return 0x30 | (byte & 15);
    return (byte & 0x80) | ((6 + ((byte >> 2) & 7)) << 2) | (byte & 3);
  }
  if (kind === 'norm') return 63;
  if (kind === 'positive') return 62 + (byte & 1);
  return (byte & 0x80) | (59 + (byte & 3));
}
