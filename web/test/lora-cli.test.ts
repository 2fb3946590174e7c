import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ModelInfo } from '../src/core';
import { rank, writeAdapter } from './support/lora-adapter';
import { expectSentence, startIn, type Ended } from './support/command-line';
import { testData } from './support/real';

/** LoRA adapters that are merged into a model on the way, on the command line. */

const stories = testData('stories260K-hf');
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'nibble-lora-'));
  cpSync(stories, join(folder, 'model'), { recursive: true });
  writeAdapter(join(folder, 'adapter'), 'model.layers.0.mlp.up_proj');
  writeAdapter(join(folder, 'other'), 'model.layers.7.mlp.up_proj');
});
afterAll(() => rmSync(folder, { recursive: true }));

function nibble(...words: string[]): Promise<Ended> {
  return startIn(folder, words).ended;
}

/** The weights of the tensors of an F32 file. */
async function weightsIn(file: string): Promise<Map<string, Float32Array>> {
  const info = JSON.parse((await nibble('inspect', '--json', file)).out) as ModelInfo;
  const content = readFileSync(join(folder, file));
  return new Map(
    info.tensors.map(({ name, offset, bytes }) => [
      name,
      new Float32Array(Uint8Array.from(content.subarray(offset, offset + bytes)).buffer),
    ]),
  );
}

describe('--lora', () => {
  it('merges an adapter with its strength', async () => {
    expect((await nibble('quantize', 'model', 'plain.gguf', 'F32')).code).toBe(0);
    const made = await nibble('quantize', '--lora', 'adapter=-0.5', 'model', 'merged.gguf', 'F32');
    expect(made.code, made.err).toBe(0);
    expect(made.err).toContain('An adapter is merged with strength -0.5: it changes 1 layer');
    const [plain, merged] = [await weightsIn('plain.gguf'), await weightsIn('merged.gguf')];
    expect(merged.get('blk.0.ffn_up.weight')).toEqual(
      plain
        .get('blk.0.ffn_up.weight')!
        .map((weight, i) => Math.fround(weight + (Math.floor(i / 64) % 2 === (i % 64) % 2 ? -0.5 * (4 / rank) : 0))),
    );
    expect(merged.get('blk.1.ffn_up.weight')).toEqual(plain.get('blk.1.ffn_up.weight'));
  });

  it('is repeated from a receipt', async () => {
    await nibble('quantize', '--lora', 'adapter=2', '--receipt', 'run.json', 'model', 'first.gguf', 'Q8_0');
    const again = await nibble('repeat', '--lora', 'adapter=2', 'run.json', 'model', 'again.gguf');
    expect(again.code, again.err).toBe(0);
    expect(readFileSync(join(folder, 'again.gguf'))).toEqual(readFileSync(join(folder, 'first.gguf')));
    expectSentence(await nibble('repeat', 'run.json', 'model', 'without.gguf'), 'adapter_config.json with SHA-256');
  });

  it('merges while quantizing as the merged model is quantized', async () => {
    await nibble('quantize', '--lora', 'adapter', 'model', 'f32.gguf', 'F32');
    await nibble('quantize', 'f32.gguf', 'two.gguf', 'Q4_K_M');
    await nibble('quantize', '--lora', 'adapter', 'model', 'one.gguf', 'Q4_K_M');
    expect(readFileSync(join(folder, 'one.gguf'))).toEqual(readFileSync(join(folder, 'two.gguf')));
    const stats = await nibble('stats', '--lora', 'adapter', '--lora', 'adapter=-1', 'model', 'F32');
    expect(stats.err.match(/An adapter is merged with strength/g)).toHaveLength(2);
  });

  it('writes an adapter by itself', async () => {
    const made = await nibble('quantize', '--lora', 'adapter', '--adapter-only', 'model', 'adapter.gguf', 'F32');
    expect(made.code, made.err).toBe(0);
    expect(made.err).toContain('The output is the adapter alone');
    const weights = await weightsIn('adapter.gguf');
    expect([...weights.keys()]).toEqual(['blk.0.ffn_up.weight.lora_a', 'blk.0.ffn_up.weight.lora_b']);
    expect(weights.get('blk.0.ffn_up.weight.lora_a')).toHaveLength(rank * 64);
    await nibble('quantize', '--lora', 'adapter', '--adapter-only', '--receipt', 'a.json', 'model', 'a16.gguf', 'F16');
    const again = await nibble('repeat', '--lora', 'adapter', '--adapter-only', 'a.json', 'model', 'b16.gguf');
    expect(again.code, again.err).toBe(0);
    expect(readFileSync(join(folder, 'b16.gguf'))).toEqual(readFileSync(join(folder, 'a16.gguf')));
    for (const adapters of [[], ['--lora', 'adapter=2'], ['--lora', 'adapter', '--lora', 'adapter']]) {
      const refused = await nibble('quantize', '--adapter-only', ...adapters, 'model', 'none.gguf', 'F32');
      expect(refused.code).toBe(2);
      expect(refused.err).toContain('--adapter-only writes one adapter as it is');
    }
  });

  it('says what is wrong, and writes nothing', async () => {
    const before = readdirSync(folder).sort();
    const asked = (...words: string[]) => nibble('quantize', ...words, 'none.gguf', 'Q8_0');
    expectSentence(
      await asked('--lora', 'nowhere', 'model'),
      'nowhere/adapter_config.json does not exist. --lora takes',
    );
    expectSentence(
      await asked('--lora', 'other', 'model'),
      'changes the layer "model.layers.7.mlp.up_proj", which this model does not have. It was trained for another',
    );
    expectSentence(
      await asked('--lora', 'adapter', testData('stories260K-F32.gguf')),
      'Open the folder that the model was published in',
    );
    expectSentence(
      await nibble('quantize', '--lora', 'adapter', 'model', 'none.safetensors', 'nf4'),
      'an adapter cannot be merged on the way',
    );
    expect(readdirSync(folder).sort()).toEqual(before);
  });
});
