import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ImportanceStatistics } from '../src/core';
import { expectSentence, startIn } from './support/command-line';
import { testData } from './support/real';

const folder = mkdtempSync(join(tmpdir(), 'nibble-'));
afterAll(() => rmSync(folder, { recursive: true }));

const ts3m = testData('ts3m-F16.gguf');
const theirs = testData('ts3m-60x256-imatrix.gguf');
copyFileSync(testData('tinystories.txt'), join(folder, 'text.txt'));

function nibble(...words: string[]) {
  return startIn(folder, words).ended;
}

const bytesOf = (name: string) => readFileSync(join(folder, name));
const text = ['-f', 'text.txt', '-c', '64'];

beforeAll(async () => {
  await nibble('imatrix', ts3m, ...text, '--chunks', '3', '-o', 'first.gguf');
  await nibble('imatrix', ts3m, ...text, '--chunk', '3', '--chunks', '2', '-o', 'rest.gguf', '--no-ppl');
});

describe('merging importance matrices', () => {
  it('gives what the whole text gives', async () => {
    const { code, out } = await nibble('imatrix', '--in-file', 'first.gguf', '--in-file', 'rest.gguf', '-c', '64');
    expect({ code, out }).toEqual({ code: 0, out: 'imatrix.gguf: 41.3 kB, from first.gguf and rest.gguf.\n' });
    await nibble('imatrix', ts3m, ...text, '--in-file', 'first.gguf', '--chunk', '3', '--chunks', '2', '-o', 'on.gguf');
    await nibble('imatrix', ts3m, ...text, '--chunks', '5', '-o', 'whole.gguf');
    const statistics = async (file: string) => {
      const { out: json } = await nibble('imatrix', '--in-file', file, '--show-statistics', '--json');
      return JSON.parse(json) as ImportanceStatistics;
    };
    const whole = await statistics('whole.gguf');
    for (const file of ['imatrix.gguf', 'on.gguf']) {
      const found = await statistics(file);
      expect(found.tensors).toHaveLength(28);
      for (const [index, one] of found.tensors.entries()) {
        expect(one.name).toBe(whole.tensors[index]!.name);
        expect(Math.abs(one.sum / whole.tensors[index]!.sum - 1)).toBeLessThan(1e-6);
      }
    }
    // The names of the texts stand one after the other.
    expect(bytesOf('imatrix.gguf').toString('latin1').split('text.txt')).toHaveLength(3);
  });

  it('turns the older form into the newer one and back', async () => {
    // -c is how many tokens a call of the older form stands for.
    const same = await nibble('imatrix', '--in-file', theirs, '-c', '256', '-o', 'same.gguf');
    expect(same.code).toBe(0);
    expect(Buffer.compare(bytesOf('same.gguf'), readFileSync(theirs))).toBe(0);
    await nibble('imatrix', '--in-file', theirs, '-c', '256', '--output-format', 'dat', '-o', 'old.dat');
    expect(bytesOf('old.dat').readInt32LE(0)).toBe(28);
    const quantized = async (matrix: string, to: string) => {
      expect((await nibble('quantize', '--imatrix', matrix, ts3m, to, 'Q2_K')).code).toBe(0);
    };
    await quantized('old.dat', 'by-old.gguf');
    await nibble('imatrix', '--in-file', 'old.dat', '-c', '256', '-o', 'again.gguf');
    const { out } = await nibble('imatrix', '--in-file', 'again.gguf', '--show-statistics');
    const { out: before } = await nibble('imatrix', '--in-file', theirs, '--show-statistics');
    expect(out).toBe(before);
    expect(out).toMatch(/^layer +tensor +Σ E\[a²\]/);
    expect(out).toMatch(/\n +3 +ffn_down +\d/);
  });

  it('says what does not belong together, and replaces no input', async () => {
    await nibble('imatrix', testData('stories260K-F32.gguf'), ...text, '--chunks', '1', '-o', 'other.gguf');
    expectSentence(
      await nibble('imatrix', '--in-file', 'first.gguf', '--in-file', 'other.gguf', '-o', 'none.gguf'),
      /nibble: other\.gguf: The importance matrices do not belong together: for ".*" one has 256 .*/,
    );
    expectSentence(
      await nibble('imatrix', ts3m, ...text, '--in-file', 'other.gguf', '-o', 'none.gguf'),
      /The importance matrix that is added to does not fit this model: for "blk\.0\.attn_q\.weight" it has 64 /,
    );
    expectSentence(
      await nibble('imatrix', '--in-file', 'text.txt', '-o', 'none.gguf'),
      /nibble: text\.txt: This is not a readable importance matrix/,
    );
    expectSentence(
      await nibble('imatrix', '--in-file', 'first.gguf', '-o', 'first.gguf'),
      /first\.gguf is a matrix that is added to, and the importance matrix would replace it/,
    );
    expect(existsSync(join(folder, 'none.gguf'))).toBe(false);
  });
});

describe('a command line about matrices', () => {
  it('means something, or is code 2', async () => {
    for (const words of [
      [],
      [ts3m],
      ['-f', 'text.txt'],
      ['--show-statistics'],
      ['--show-statistics', '--in-file', 'first.gguf', '--in-file', 'rest.gguf'],
      ['--in-file', 'first.gguf', '--output-format', 'txt'],
      [ts3m, ...text, '--chunk', '-1'],
    ]) {
      expect({ words, code: (await nibble('imatrix', ...words)).code }).toEqual({ words, code: 2 });
    }
  });

  it('leaves out stretches at the start, and the output layer with --no-ppl', async () => {
    const json = async (...words: string[]) =>
      JSON.parse((await nibble('imatrix', ts3m, ...text, '-o', 'x.gguf', '--json', ...words)).out) as {
        stretches: number;
        perplexity?: { value: number };
      };
    const all = await json('--chunks', '1');
    expect(all.perplexity!.value).toBeGreaterThan(2);
    expect(await json('--chunks', '1', '--no-ppl')).not.toHaveProperty('perplexity');
    const later = await json('--from-chunk', '3', '--chunks', '1');
    expect(later.stretches).toBe(1);
    expect(later.perplexity!.value).not.toBe(all.perplexity!.value);
    expectSentence(
      await nibble('imatrix', ts3m, ...text, '--chunk', '100000'),
      /at least one stretch of 64 after the first 100000 is needed/,
    );
  });

  it('observes the output layer where it is asked to and is a tensor of its own', async () => {
    await nibble('imatrix', ts3m, ...text, '--chunks', '1', '--process-output', '-o', 'tied.gguf');
    expect(bytesOf('tied.gguf').includes('token_embd')).toBe(false);
  });
});
