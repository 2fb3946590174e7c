/** What Nibble's own forward pass predicts, and what llama.cpp does, of the same file. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test, type Page, type TestInfo } from '@playwright/test';
import { runPass } from '../src/core';
import { withModel } from '../test/support/real';
import { FAMILIES, writeFamilyFolder } from './family-folders';

/** Of pages/probabilities.js. */
declare global {
  interface Window {
    loadChosen(contextLength: number, settings: object): Promise<number>;
    logProbabilities(tokens: readonly number[]): Promise<number[][]>;
  }
}

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const data = (name: string) => here(`../../tests/data/${name}`);
const PROGRAM = here('../dist-cli/nibble.js');

/** The token that begins a sequence, and some that follow it. */
const BEGIN = 1;
const TOKENS = Array.from({ length: 11 }, (_, i) => 259 + ((i * 97) % 253));
/** All of the models have that of stories260K. */
const VOCABULARY = 512;
/** Numbers of tokens in whose places the whole vocabulary is compared: in the first block of lanes and beyond it. */
const PLACES = [3, 10];

/** Each key and value, and attention, in single precision as here; windows of sliding attention as the model says. */
const PRECISE = { cache_type_k: 'f32', cache_type_v: 'f32', flash_attn: false };

/**
 * The file with its byte tokens called normal ones: their texts are no UTF-8 by themselves, which the build cannot put
 * into its answer. No probability depends on it.
 */
function printable(path: string): Buffer {
  const file = readFileSync(path);
  const key = file.indexOf('tokenizer.ggml.token_type');
  const at = key + 'tokenizer.ggml.token_type'.length + 4 + 4 + 8; // types of the value and its elements, their number
  const count = Number(file.readBigUInt64LE(at - 8));
  for (let i = 0; i < count; ++i) if (file.readInt32LE(at + 4 * i) === 6) file.writeInt32LE(1, at + 4 * i);
  return file;
}

/** Logarithms of the probabilities of the whole vocabulary in each of the places. */
async function ofLlama(page: Page, path: string): Promise<number[][]> {
  await page.goto('/pages/probabilities.html');
  await page
    .getByLabel('Model')
    .setInputFiles({ name: 'model.gguf', mimeType: 'application/octet-stream', buffer: printable(path) });
  return page.evaluate(
    async ([settings, tokens, places]) => {
      await window.loadChosen(64, settings);
      const all = await window.logProbabilities(tokens);
      return places.map((place) => all[place]!);
    },
    [PRECISE, TOKENS, PLACES] as const,
  );
}

/** The same by asking for the probability of each token of the vocabulary, as the one that really comes next. */
async function ofNibble(path: string): Promise<number[][]> {
  return withModel(path, async (model) => {
    const rows: number[][] = [];
    for (const place of PLACES) {
      const before = [BEGIN, ...TOKENS.slice(0, place)];
      const texts = Array.from({ length: VOCABULARY }, (_, token) => ({
        tokens: [...before, token],
        firstScored: place,
      }));
      // Of each text one token is scored, and its probability comes first.
      const figures = (await runPass([model], texts)).flatMap((part) => [...part]);
      const numbers = figures.length / VOCABULARY;
      rows.push(texts.map((_, token) => figures[token * numbers]!));
    }
    return rows;
  });
}

/** Logarithms of probabilities that add up to 1 in double precision, too. */
function normalised(row: number[]): number[] {
  const sum = row.reduce((all, one) => all + Math.exp(one), 0);
  return row.map((one) => one - Math.log(sum));
}

/** The Kullback-Leibler divergence of the second from the first, in nats. */
function divergence(first: number[], second: number[]): number {
  return first.reduce((sum, p, token) => sum + Math.exp(p) * (p - second[token]!), 0);
}

/** The mean divergence of Nibble's distributions from llama.cpp's, and the least of those from one another. */
async function compare(page: Page, path: string): Promise<[mean: number, between: number]> {
  const theirs = (await ofLlama(page, path)).map(normalised);
  const ours = (await ofNibble(path)).map(normalised);
  const each = theirs.map((row, i) => divergence(row, ours[i]!));
  const between = theirs.slice(1).map((row, i) => divergence(theirs[i]!, row));
  return [each.reduce((sum, one) => sum + one, 0) / each.length, Math.min(...between)];
}

/**
 * At most so much, on average: llama.cpp rounds what it multiplies with half floats to half floats, and what it
 * multiplies with quantized weights to 8 bits, of which those of the weights are not the smaller error.
 */
const MOST = { F32: 1e-5, F16: 1e-5, Q8_0: 3e-3, Q4_K: 3e-3 } as const;

/** Quantizes to each type, and compares what both make of it. */
async function expectAgreement(
  page: Page,
  info: TestInfo,
  source: string,
  types: readonly (keyof typeof MOST)[],
): Promise<void> {
  for (const type of types) {
    const path = info.outputPath(`${type}.gguf`);
    execFileSync('node', [PROGRAM, 'quantize', source, path, type], { stdio: 'pipe' });
    const [mean, between] = await compare(page, path);
    expect(mean, `${source} as ${type}`).toBeLessThan(MOST[type]);
    // Far enough to see that it is this text that both have read.
    expect(between, `${source} as ${type}`).toBeGreaterThan(100 * mean);
  }
}

/** All files of a test are compared one after the other, a few seconds each. */
const SLOW = 120_000;
/**
 * Families of which more than half floats are compared: experts, windows, tensors in one, biases. In single precision
 * the native tests compare all of them with stored scores (tests/data/llama-cpp-scores).
 */
const MORE = ['qwen2moe', 'gemma3', 'phi3', 'starcoder2'];

for (const [which, families] of [
  ['some', FAMILIES.filter(({ name }) => MORE.includes(name))],
  ['other', FAMILIES.filter(({ name }) => !MORE.includes(name))],
] as const) {
  test(`${which} families predict what llama.cpp predicts`, async ({ page }, info) => {
    test.setTimeout(SLOW);
    for (const family of families) {
      // Not by its name: llama.cpp takes a model called phi3 for one with tokens of its own.
      const folder = info.outputPath(`model${families.indexOf(family)}`);
      writeFamilyFolder(family, folder, 1);
      await expectAgreement(page, info, folder, which === 'some' ? ['F16', 'F32', 'Q8_0'] : ['F16']);
    }
  });
}

test('models with a story to tell predict what llama.cpp predicts', async ({ page }, info) => {
  test.setTimeout(SLOW);
  await expectAgreement(page, info, data('stories260K-F32.gguf'), ['F16', 'F32', 'Q8_0']);
  await expectAgreement(page, info, data('ts3m-F16.gguf'), ['F16', 'Q8_0', 'Q4_K']);
});
