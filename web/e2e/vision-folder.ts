/** The folder of a small model that looks at images. */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { conversionCase, writeConversionFolder } from '../test/support/conversion-folder';
import { readSafetensors, writeSafetensors } from './family-folders';

/** Writes one of Qwen2.5-VL, with an image encoder of one layer. */
export function writeVisionFolder(folder: string): void {
  const one = conversionCase('qwen2_5_vl');
  writeConversionFolder(one, folder);
  writeFileSync(
    join(folder, 'preprocessor_config.json'),
    JSON.stringify({ image_mean: [0.5, 0.5, 0.5], image_std: [0.5, 0.5, 0.5] }),
  );
  const weights = join(folder, 'model.safetensors');
  const tensors = readSafetensors(weights);
  for (const name of [...tensors.keys()]) if (name.startsWith('visual.')) tensors.delete(name);
  const [text, width, hidden] = [64, 32, 64];
  const add = (name: string, ...shape: number[]) => {
    const outputLength = 2 * shape.reduce((product, size) => product * size, 1);
    const data = createHash('shake256', { outputLength }).update(name).digest();
    for (let i = 1; i < data.length; i += 2) data[i] = (data[i]! & 0x80) | (59 + (data[i]! & 3));
    tensors.set(`visual.${name}`, { dtype: 'BF16', shape, data });
  };
  const addBoth = (name: string, rows: number, columns: number) => {
    add(`${name}.weight`, rows, columns);
    add(`${name}.bias`, rows);
  };
  add('patch_embed.proj.weight', width, 3, 2, 14, 14);
  add('blocks.0.norm1.weight', width);
  add('blocks.0.norm2.weight', width);
  addBoth('blocks.0.attn.qkv', 3 * width, width);
  addBoth('blocks.0.attn.proj', width, width);
  addBoth('blocks.0.mlp.gate_proj', hidden, width);
  addBoth('blocks.0.mlp.up_proj', hidden, width);
  addBoth('blocks.0.mlp.down_proj', width, hidden);
  add('merger.ln_q.weight', width);
  addBoth('merger.mlp.0', 4 * width, 4 * width);
  addBoth('merger.mlp.2', text, 4 * width);
  writeSafetensors(weights, tensors);
}
