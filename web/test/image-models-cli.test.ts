import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ModelInfo } from '../src/core';
import { expectSentence, startIn, type Ended } from './support/command-line';
import { testData } from './support/real';

/** Networks that make images, and the part of a model that looks at them, on the command line. */

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'nibble-images-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function nibble(...words: string[]): Promise<Ended> {
  return startIn(folder, words).ended;
}

/** A safetensors file of half floats between 1 and 2, whose number is their place. */
function writeHalfs(path: string, tensors: [name: string, shape: number[]][]): void {
  const header: Record<string, unknown> = {};
  let offset = 0;
  for (const [name, shape] of tensors) {
    const bytes = 2 * shape.reduce((product, size) => product * size, 1);
    header[name] = { dtype: 'F16', shape, data_offsets: [offset, offset + bytes] };
    offset += bytes;
  }
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  const data = Uint16Array.from({ length: offset / 2 }, (_, place) => 0x3c00 + (place % 1024));
  writeFileSync(path, Buffer.concat([length, text, Buffer.from(data.buffer)]));
}

async function inspect(file: string): Promise<ModelInfo> {
  return JSON.parse((await nibble('inspect', '--json', file)).out) as ModelInfo;
}

describe('networks for images', () => {
  it('are known by their names and quantized by their rules', async () => {
    writeHalfs(join(folder, 'flux.safetensors'), [
      ['double_blocks.0.img_attn.proj.weight', [256, 256]],
      ['double_blocks.0.img_attn.qkv.weight', [768, 256]],
      ['img_in.weight', [256, 64]],
      ['img_in.bias', [256]],
    ]);
    const made = await nibble('quantize', 'flux.safetensors', 'flux.gguf', 'Q4_K_M');
    expect(made.code, made.err).toBe(0);
    expect(made.err).toContain('By the names of its tensors this is FLUX');
    const { architecture, tensors } = await inspect('flux.gguf');
    expect(architecture).toBe('flux');
    expect(Object.fromEntries(tensors.map(({ name, type }) => [name, type]))).toEqual({
      'double_blocks.0.img_attn.proj.weight': 'q4_K',
      'double_blocks.0.img_attn.qkv.weight': 'q5_K',
      'img_in.weight': 'f16',
      'img_in.bias': 'f16',
    });
  });
});

describe('--mmproj', () => {
  it('writes what looks at images, under the name that llama.cpp gives it', async () => {
    const [width, hidden, text] = [32, 64, 48];
    mkdirSync(join(folder, 'vl'));
    const vision = { depth: 1, hidden_size: width, intermediate_size: hidden, num_heads: 2, patch_size: 14 };
    writeFileSync(
      join(folder, 'vl/config.json'),
      JSON.stringify({
        architectures: ['Qwen2_5_VLForConditionalGeneration'],
        hidden_size: text,
        vision_config: { ...vision, fullatt_block_indexes: [0] },
      }),
    );
    writeFileSync(
      join(folder, 'vl/preprocessor_config.json'),
      JSON.stringify({ image_mean: [0.5, 0.5, 0.5], image_std: [0.5, 0.5, 0.5] }),
    );
    const both = (name: string, shape: number[]): [string, number[]][] => [
      [`${name}.weight`, shape],
      [`${name}.bias`, [shape[0]!]],
    ];
    writeHalfs(join(folder, 'vl/model.safetensors'), [
      ['model.layers.0.mlp.up_proj.weight', [text, text]],
      ['visual.patch_embed.proj.weight', [width, 3, 2, 14, 14]],
      ['visual.blocks.0.norm1.weight', [width]],
      ['visual.blocks.0.norm2.weight', [width]],
      ...both('visual.blocks.0.attn.qkv', [3 * width, width]),
      ...both('visual.blocks.0.attn.proj', [width, width]),
      ...both('visual.blocks.0.mlp.gate_proj', [hidden, width]),
      ...both('visual.blocks.0.mlp.up_proj', [hidden, width]),
      ...both('visual.blocks.0.mlp.down_proj', [width, hidden]),
      ['visual.merger.ln_q.weight', [width]],
      ...both('visual.merger.mlp.0', [4 * width, 4 * width]),
      ...both('visual.merger.mlp.2', [text, 4 * width]),
    ]);
    const made = await nibble('quantize', '--mmproj', 'vl', 'Q8_0');
    expect(made.code, made.err).toBe(0);
    expect(readdirSync(join(folder, 'vl'))).toContain('mmproj-vl-Q8_0.gguf');
    const { architecture, tensors } = await inspect('vl/mmproj-vl-Q8_0.gguf');
    expect(architecture).toBe('clip');
    expect(Object.fromEntries(tensors.map(({ name, type }) => [name, type]))).toMatchObject({
      'v.patch_embd.weight': 'f32',
      'v.patch_embd.weight.1': 'f32',
      'v.blk.0.attn_q.weight': 'q8_0',
      'v.blk.0.attn_q.bias': 'f32',
      'mm.2.weight': 'q8_0',
    });
    expectSentence(await nibble('quantize', '--mmproj', 'vl', 'no.gguf', 'Q4_K_M'), 'F32, F16, BF16 or Q8_0');
    expect(existsSync(join(folder, 'no.gguf'))).toBe(false);
  });

  it('says where there is nothing that does', async () => {
    expectSentence(
      await nibble('quantize', '--mmproj', testData('stories260K-hf'), 'no.gguf', 'F16'),
      'looks at no images',
    );
    await nibble('quantize', testData('stories260K-hf'), 'stories.gguf', 'F16');
    expectSentence(await nibble('plan', '--mmproj', 'stories.gguf'), 'has no image encoder in it');
    expect((await nibble('quantize', '--mmproj', '--lora', 'a', 'vl', 'no.gguf', 'F16')).code).toBe(2);
  });
});
