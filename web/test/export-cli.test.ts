import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectSentence, startIn, type Ended } from './support/command-line';
import type { ModelInfo } from '../src/core';
import { conversionCase, writeConversionFolder } from './support/conversion-folder';
import { testData } from './support/real';

/** A GGUF file becomes the Hugging Face folder that it was converted from, on the command line. */

const stories = testData('stories260K-hf');

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'nibble-export-'));
  await nibble('quantize', stories, 'stories.gguf', 'AUTO');
});
afterAll(() => rmSync(folder, { recursive: true }));

function nibble(...words: string[]): Promise<Ended> {
  return startIn(folder, words).ended;
}

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

/** The tensors of a safetensors file, by name. */
function tensorsIn(path: string): Map<string, { dtype: string; shape: number[]; bytes: Buffer }> {
  const file = readFileSync(path);
  const length = Number(file.readBigUInt64LE());
  const { __metadata__, ...entries } = JSON.parse(file.toString('utf8', 8, 8 + length)) as Record<string, Entry>;
  expect(__metadata__).toEqual({ format: 'pt' });
  return new Map(
    Object.entries(entries).map(
      ([
        name,
        {
          dtype,
          shape,
          data_offsets: [begin, end],
        },
      ]) => [name, { dtype, shape, bytes: file.subarray(8 + length + begin, 8 + length + end) }],
    ),
  );
}

describe('export', () => {
  it('gives a trained model its folder back, byte for byte', async () => {
    const made = await nibble('export', 'stories.gguf', 'again');
    expect(made.code, made.err).toBe(0);
    expect(made.err).not.toContain('tokenizer');
    expect(made.out).toContain('Every weight has the value it has in the GGUF file.');
    expect(readdirSync(join(folder, 'again')).sort()).toEqual([
      'config.json',
      'model.safetensors',
      'tokenizer.model',
      'tokenizer_config.json',
    ]);
    expect(tensorsIn(join(folder, 'again/model.safetensors'))).toEqual(tensorsIn(join(stories, 'model.safetensors')));
    await nibble('quantize', 'again', 'again.gguf', 'Q4_K_M');
    await nibble('quantize', stories, 'first.gguf', 'Q4_K_M');
    const text = testData('tinystories.txt');
    const options = ['--json', '--chunks', '1', '--ctx-size', '64', '-f', text];
    const [a, b] = [
      await nibble('perplexity', ...options, 'again.gguf'),
      await nibble('perplexity', ...options, 'first.gguf'),
    ];
    expect(a.code, a.err).toBe(0);
    const metadata = async (file: string) => {
      const info = JSON.parse((await nibble('inspect', '--json', file)).out) as ModelInfo;
      return info.metadata.filter(({ key }) => key.startsWith('tokenizer.')).sort((a, b) => (a.key < b.key ? -1 : 1));
    };
    expect(await metadata('again.gguf')).toEqual(await metadata('stories.gguf'));
    expect(JSON.parse(a.out)).toMatchObject({ perplexity: (JSON.parse(b.out) as { perplexity: unknown }).perplexity });
  });

  it('writes several files with an index, whatever the number of workers', async () => {
    writeConversionFolder(conversionCase('qwen3_moe'), join(folder, 'moe'));
    await nibble('quantize', 'moe', 'moe.gguf', 'Q8_0');
    for (const [workers, out] of [
      ['1', 'one'],
      ['3', 'three'],
    ] as const) {
      const made = await nibble(
        'export',
        '--max-shard-size',
        '50kB',
        '--type',
        'f16',
        '--workers',
        workers,
        'moe.gguf',
        out,
      );
      expect(made.code, made.err).toBe(0);
      expect(made.out).toContain('Rounded to F16');
    }
    const names = readdirSync(join(folder, 'one')).sort();
    expect(names.length).toBeGreaterThan(4);
    expect(names).toContain('model.safetensors.index.json');
    for (const name of names)
      expect(readFileSync(join(folder, 'one', name)).equals(readFileSync(join(folder, 'three', name))), name).toBe(
        true,
      );
    // The folder opens as any does.
    expect((await nibble('plan', 'one', 'Q8_0')).code).toBe(0);
  });

  it('writes into new and empty folders only', async () => {
    mkdirSync(join(folder, 'taken'));
    writeFileSync(join(folder, 'taken/notes.txt'), 'mine');
    expectSentence(await nibble('export', 'stories.gguf', 'taken'), 'taken is not empty');
    expectSentence(await nibble('export', 'stories.gguf', 'stories.gguf'), 'stories.gguf is a file');
    expectSentence(await nibble('export', 'stories.gguf', 'none/there'), 'none/there cannot be made');
    expect(readdirSync(join(folder, 'taken'))).toEqual(['notes.txt']);
    mkdirSync(join(folder, 'empty'));
    expect((await nibble('export', 'stories.gguf', 'empty')).code).toBe(0);
  });

  it('says what it cannot do, and writes nothing', async () => {
    writeConversionFolder(conversionCase('nomic_bert_moe'), join(folder, 'nomic'));
    await nibble('quantize', 'nomic', 'nomic.gguf', 'F32');
    expectSentence(await nibble('export', 'nomic.gguf', 'back'), 'which has no way back here');
    expectSentence(await nibble('export', stories, 'back'), 'Only a GGUF file is made a folder');
    expect(existsSync(join(folder, 'back'))).toBe(false);
    const wrong = await nibble('export', '--type', 'Q8_0', 'stories.gguf', 'back');
    expect(wrong.code).toBe(2);
    expect(wrong.err).toContain('It is F32, F16 or BF16.');
    const dry = await nibble('export', '--dry-run', 'stories.gguf', 'back');
    expect(dry.out).toContain('model.embed_tokens.weight');
    expect(existsSync(join(folder, 'back'))).toBe(false);
  });
});
