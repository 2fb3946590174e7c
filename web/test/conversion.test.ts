import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ModelInfo } from '../src/core';
import { startIn } from './support/command-line';
import { testData } from './support/real';
import { conversionCase, hashOf, writeConversionFolder } from './support/conversion-folder';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nibble-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function nibble(...words: string[]): Promise<string> {
  const { code, out, err } = await startIn(folder, words).ended;
  expect(code, err).toBe(0);
  return out;
}

/** First digits of the hash of every tensor of a GGUF file. */
async function hashesIn(path: string): Promise<Map<string, string>> {
  const { tensors } = JSON.parse(await nibble('inspect', '--json', path)) as ModelInfo;
  const file = readFileSync(join(folder, path));
  return new Map(
    tensors.map(({ name, offset, bytes }) => [name, hashOf(file.subarray(offset, offset + bytes)).slice(0, 16)]),
  );
}

/** The weights of a matrix of the first layer. */
async function floatsOf(path: string, matrix: string): Promise<Float32Array> {
  const { tensors } = JSON.parse(await nibble('inspect', '--json', path)) as ModelInfo;
  const { offset, bytes } = tensors.find(({ name }) => name === `blk.0.${matrix}.weight`)!;
  return new Float32Array(Uint8Array.from(readFileSync(join(folder, path)).subarray(offset, offset + bytes)).buffer);
}

describe('derived values, through workers', () => {
  // Transposed; blocks repacked; decoded and regrouped; decoded from columns; filled up with zeros.
  it.each(['gpt2', 'gpt_oss-mxfp4', 'qwen3_5-fp8', 'qwen3-gptq', 'gemma3n'])(
    'make of %s what the conversion script writes, however many workers there are',
    async (name) => {
      const one = conversionCase(name);
      writeConversionFolder(one, join(folder, 'model'));
      for (const workers of ['1', '3']) {
        await nibble('quantize', 'model', `${workers}.gguf`, 'auto', '--workers', workers);
        const got = await hashesIn(`${workers}.gguf`);
        for (const [tensor, , , auto] of one.expected) {
          // The last place of exp differs from library to library.
          if (!tensor.endsWith('ssm_a')) expect(got.get(tensor), tensor).toBe(auto);
        }
        expect(got.size).toBe(one.expected.length);
      }
    },
  );

  it('are quantized, measured and sampled as any others', async () => {
    writeConversionFolder(conversionCase('qwen3-gptq'), join(folder, 'model'));
    await nibble('quantize', 'model', 'direct.gguf', 'q8_0');
    await nibble('quantize', 'model', 'f32.gguf', 'f32');
    await nibble('quantize', 'f32.gguf', 'twice.gguf', 'q8_0');
    const [direct, twice] = [await hashesIn('direct.gguf'), await hashesIn('twice.gguf')];
    expect(direct).toEqual(twice);
    expect(JSON.parse(await nibble('measure', 'model', '--types', 'q4_0', '--json'))).toHaveProperty('tensors');
  });

  it('read back what the packing to GPTQ wrote', async () => {
    const original = testData('stories260K-hf');
    mkdirSync(join(folder, 'packed'));
    await nibble('quantize', original, 'packed/model.safetensors', 'gptq-4bit-32g');
    await nibble('quantize', 'packed', 'packed.gguf', 'f32');
    await nibble('quantize', original, 'original.gguf', 'f32');
    const [packed, whole] = [await floatsOf('packed.gguf', 'attn_q'), await floatsOf('original.gguf', 'attn_q')];
    const squares = (values: Float32Array) => values.reduce((sum, value) => sum + value * value, 0);
    const error = squares(packed.map((value, i) => value - whole[i]!)) / squares(whole);
    // 4 bits with a scale for 32 weights leave about a hundredth; another order of rows or codes leaves more than 1.
    expect(error).toBeGreaterThan(0.001);
    expect(error).toBeLessThan(0.03);
  });
});
