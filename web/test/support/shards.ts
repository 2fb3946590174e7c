import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const u16 = (value: number) => Buffer.from(Uint16Array.of(value).buffer);
const u32 = (value: number) => Buffer.from(Uint32Array.of(value).buffer);
const u64 = (value: number) => Buffer.from(BigUint64Array.of(BigInt(value)).buffer);
const text = (value: string) => Buffer.concat([u64(value.length), Buffer.from(value)]);
const types = { u16: 2, u32: 4, i32: 5, text: 8 };

/**
 * A model of two parts with one F32 tensor of 2 rows of 64 weights each, named as llama.cpp names parts. Answers the
 * paths.
 */
export function writeShards(folder: string, stem: string): string[] {
  return [0, 1].map((part) => {
    const entry = (key: string, type: number, value: Buffer) => Buffer.concat([text(key), u32(type), value]);
    const entries = [
      ...(part === 0
        ? [entry('general.architecture', types.text, text('llama')), entry('llama.block_count', types.u32, u32(2))]
        : []),
      entry('split.no', types.u16, u16(part)),
      entry('split.count', types.u16, u16(2)),
      entry('split.tensors.count', types.i32, u32(2)),
    ];
    const tensor = Buffer.concat([text(`blk.${part}.attn_q.weight`), u32(2), u64(64), u64(2), u32(0), u64(0)]);
    const head = Buffer.concat([Buffer.from('GGUF'), u32(3), u64(1), u64(entries.length), ...entries, tensor]);
    const weights = Float32Array.from({ length: 128 }, (_, index) => Math.sin(index + 128 * part));
    const path = join(folder, `${stem}-0000${part + 1}-of-00002.gguf`);
    writeFileSync(path, Buffer.concat([head, Buffer.alloc(-head.length & 31), Buffer.from(weights.buffer)]));
    return path;
  });
}
