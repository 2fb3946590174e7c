import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { AnswerReport } from '../src/core';
import { expectSentence, startIn } from './support/command-line';
import { testData } from './support/real';

const folder = mkdtempSync(join(tmpdir(), 'nibble-'));
afterAll(() => rmSync(folder, { recursive: true }));

const ts3m = testData('ts3m-F16.gguf');
// Its name stands in the importance matrix.
const text = 'tinystories-valid-794K.txt';
copyFileSync(testData('tinystories.txt'), join(folder, text));

function nibble(...words: string[]) {
  return startIn(folder, words).ended;
}

/** What follows the list of tensors of a GGUF file, as floats; `last` is the list's last name. */
function floatsBehind(file: Buffer, last: string): { header: Buffer; values: Float32Array } {
  const start = file.indexOf(last) + last.length + 4 + 8 + 4 + 8;
  const data = Math.ceil(start / 32) * 32;
  const count = Math.floor((file.byteLength - data) / 4);
  return {
    header: file.subarray(0, start),
    values: Float32Array.from({ length: count }, (_, i) => file.readFloatLE(data + 4 * i)),
  };
}

describe('perplexity', () => {
  it("is llama.cpp's to four digits", async () => {
    // llama-perplexity -m ts3m-F16.gguf -c 256 --chunks 100: 4.5787.
    const { code, out, err } = await nibble('perplexity', ts3m, '-f', text, '-c', '256', '--chunks', '100');
    expect(out).toMatch(
      /^Perplexity 4\.5787 ± 0\.0\d{3} over 12\s700 tokens \(100 stretches of 256 tokens, the second .*\)\.\n$/,
    );
    expect(err).toMatch(/This takes at most \d+ MB of memory/);
    expect(code).toBe(0);
  });

  it('is that of the file a folder stands for', async () => {
    const value = async (model: string) => {
      const words = ['perplexity', testData(model), '-f', text, '-c', '64', '--chunks', '8', '--json'];
      return (JSON.parse((await nibble(...words)).out) as AnswerReport).perplexity.value;
    };
    // The folder's weights are halves, the file's are not.
    const [folder, file] = [await value('stories260K-hf'), await value('stories260K-F32.gguf')];
    expect(Math.abs(folder - file)).toBeLessThan(1e-3);
    expect(file).toBeCloseTo(4.2005, 3);
  });
});

describe('imatrix', () => {
  it("agrees with llama-imatrix's of the same text", async () => {
    const { code, out } = await nibble('imatrix', ts3m, '-f', text, '-c', '256', '--chunks', '60', '-o', 'made.gguf');
    expect({ code, out }).toEqual({
      code: 0,
      out: expect.stringMatching(
        /^made\.gguf: 41\.3 kB, from 60 stretches of 256 tokens\. Perplexity 4\.\d{4} ± .*\n$/,
      ) as string,
    });
    const last = 'blk.3.ffn_up.weight.counts';
    const ours = floatsBehind(readFileSync(join(folder, 'made.gguf')), last);
    const theirs = floatsBehind(readFileSync(testData('ts3m-60x256-imatrix.gguf')), last);
    expect(Buffer.compare(ours.header, theirs.header)).toBe(0);
    const differences = [...theirs.values].flatMap((value, i) =>
      value > 0 ? [Math.abs(ours.values[i]! - value) / value] : [],
    );
    differences.sort((a, b) => a - b);
    expect(differences.length).toBeGreaterThan(8000);
    expect(differences[Math.floor(differences.length / 2)]).toBeLessThan(1e-4);
    expect(differences.at(-1)).toBeLessThan(1e-3);
    const quantized = await nibble('quantize', '--imatrix', 'made.gguf', ts3m, 'q2.gguf', 'Q2_K');
    expect(quantized.code).toBe(0);
  });

  it('does not take the place of its text', async () => {
    const ended = await nibble('imatrix', ts3m, '-f', text, '-o', text);
    expectSentence(ended, `nibble: ${text} is the text, and the importance matrix would replace it.`);
  });
});

describe('evaluate', () => {
  it('says what quantizing did to the answers, as text and as JSON', async () => {
    await nibble('quantize', ts3m, 'q4.gguf', 'Q4_0');
    const words = ['evaluate', ts3m, 'q4.gguf', '-f', text, '-c', '256', '--chunks', '4'];
    const { code, out } = await nibble(...words);
    expect(code).toBe(0);
    const json = JSON.parse((await nibble(...words, '--json')).out) as AnswerReport;
    expect(json).toMatchObject({ text, stretches: 4, ctxSize: 256, tokens: 4 * 127 });
    const lines = [
      ['Perplexity of ts3m-F16.gguf', json.perplexity.value.toFixed(4), json.perplexity.error.toFixed(4)],
      ['Perplexity of q4.gguf', json.secondPerplexity.value.toFixed(4), json.secondPerplexity.error.toFixed(4)],
      ['Mean divergence', json.divergence.value.toFixed(6), json.divergence.error.toFixed(6)],
    ];
    for (const [name, value, error] of lines) expect(out).toMatch(new RegExp(`${name} +${value} ± ${error}`));
    expect(out).toMatch(new RegExp(`99th percentile +${json.divergence99.toFixed(6)} nats`));
    expect(out).toMatch(/\nlayer +q +k +v +o +gate +up +down +streams apart\n +0 +\d\.\d{3} %/);
    expect(json).toMatchObject({ outputs: [{ layer: 0 }, { layer: 1 }, { layer: 2 }, { layer: 3 }] });
    expect(out).toMatch(/Same most likely token +9\d\.\d+ % ± \d\.\d+ %/);
  });
});

describe('a model that changes while a text is read', () => {
  const changes = {
    'cut short': {
      change: (path: string) => truncateSync(path, statSync(path).size / 2),
      sentence:
        /^nibble: changing\.gguf was changed on disk while it was being read: it had \d+ bytes and has \d+ now\./,
    },
    'with another byte': {
      change: (path: string) => {
        const file = openSync(path, 'r+');
        writeSync(file, Buffer.of(1), 0, 1, statSync(path).size - 1);
        closeSync(file);
      },
      sentence: /^nibble: changing\.gguf was changed on disk while it was being read\./,
    },
  };
  it.each(
    Object.entries(changes).flatMap(([name, how]) =>
      [['perplexity'], ['imatrix', '-o', 'none.gguf']].map((command) => [command[0]!, name, command, how] as const),
    ),
  )('gives %s nothing but a sentence: %s', async (_, __, command, { change, sentence }) => {
    const model = join(folder, 'changing.gguf');
    copyFileSync(ts3m, model);
    const before = readdirSync(folder);
    const going = startIn(folder, [...command, 'changing.gguf', '-f', text, '-c', '256', '--chunks', '200']);
    await going.says('This takes at most');
    change(model);
    expectSentence(await going.ended, sentence);
    expect(readdirSync(folder)).toEqual(before);
  });
});

describe('a command line', () => {
  it('says what is wrong with its text', async () => {
    writeFileSync(join(folder, 'short.txt'), 'Once upon a time');
    expectSentence(
      await nibble('perplexity', ts3m, '-f', 'short.txt'),
      /nibble: The text has \d+ tokens; at least one stretch of 512 is needed\. Use a longer text, or shorter .*\.\n/,
    );
    expectSentence(await nibble('imatrix', ts3m, '-f', 'none.txt'), 'nibble: There is no file none.txt.');
    expect(existsSync(join(folder, 'imatrix.gguf'))).toBe(false);
    const vocabulary = testData('gguf/ggml-vocab-llama-spm.gguf');
    const { code, err } = await nibble('perplexity', vocabulary, '-f', text);
    expect(code).toBe(1);
    expect(err).toMatch(/^nibble: .*\n$/m);
    expect((await nibble('perplexity', ts3m)).code).toBe(2);
    expect((await nibble('perplexity', ts3m, '-f', text, '-c', '1')).code).toBe(2);
  });
});
