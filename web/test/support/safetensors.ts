import { writeFileSync } from 'node:fs';

/** Writes a small safetensors file of F32 tensors; shapes are outermost first. */
export function writeSafetensors(
  path: string,
  tensors: { name: string; shape: number[]; values: Float32Array }[],
): void {
  let end = 0;
  const entries = tensors.map(({ name, shape, values }) => {
    const begin = end;
    end += values.byteLength;
    return [name, { dtype: 'F32', shape, data_offsets: [begin, end] }];
  });
  const text = JSON.stringify(Object.fromEntries(entries));
  const header = Buffer.from(text.padEnd(Math.ceil(text.length / 8) * 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.byteLength));
  writeFileSync(path, Buffer.concat([length, header, ...tensors.map(({ values }) => Buffer.from(values.buffer))]));
}
