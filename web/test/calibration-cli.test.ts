import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { cutText, evaluateAnswers, tokensFor, type AnswerReport, type Receipt, type RunReport } from '../src/core';
import { FAMILIES, writeFamilyFolder } from '../e2e/family-folders';
import { startIn } from './support/command-line';
import { testData, withModel } from './support/real';

const folder = mkdtempSync(join(tmpdir(), 'nibble-'));
afterAll(() => rmSync(folder, { recursive: true }));

const small = testData('stories260K-F32.gguf');
const ts3m = testData('ts3m-F16.gguf');

/** The test's text in two parts, so that what calibrates does not judge. */
const all = readFileSync(testData('tinystories.txt'), 'utf8');
const middle = all.indexOf('\n', 40_000);
writeFileSync(join(folder, 'first.txt'), all.slice(0, middle));
writeFileSync(join(folder, 'rest.txt'), all.slice(middle));
copyFileSync(small, join(folder, 'small.gguf'));

const nibble = (...words: string[]) => startIn(folder, words).ended;

async function quantize(model: string, output: string, type: string, ...more: string[]): Promise<RunReport> {
  const kept = ['--pure', '--token-embedding-type', 'f16', '--output-tensor-type', 'f16', '--json'];
  const { code, out, err } = await nibble('quantize', model, output, type, ...kept, ...more);
  expect(err.includes('nibble:') ? err : '').toBe('');
  expect(code).toBe(0);
  return JSON.parse(out) as RunReport;
}

async function divergence(model: string, file: string): Promise<number> {
  const { out } = await nibble('evaluate', model, file, '-f', 'rest.txt', '-c', '128', '--chunks', '24', '--json');
  return (JSON.parse(out) as AnswerReport).divergence.value;
}

const measured = ['--method', 'calibrated', '--calibration', 'first.txt'];
const calibrated = [...measured, '--no-answers'];

describe('the method calibrated', () => {
  it('leaves much less of the divergence of answers, layer after layer', async () => {
    await quantize(small, 'plain.gguf', 'Q4_0');
    const report = await quantize(small, 'better.gguf', 'Q4_0', ...calibrated, '--tokens', '14000');
    expect(report.outputBytes).toBe(readFileSync(join(folder, 'plain.gguf')).byteLength);
    expect(report.calibration).toMatchObject({ level: 'layers', damping: 0.1 });
    expect(report.calibration!.parts.every(({ left }) => left !== null && left < 1)).toBe(true);
    const [plain, better] = [await divergence(small, 'plain.gguf'), await divergence(small, 'better.gguf')];
    expect(better / plain).toBeLessThan(0.6);
  });

  it('does so in one pass, where there are fewer tokens', async () => {
    await quantize(ts3m, 'plain.gguf', 'Q4_K');
    const report = await quantize(ts3m, 'better.gguf', 'Q4_K', ...calibrated, '--tokens', '4096');
    expect(report.calibration!.level).toBe('one-pass');
    const [plain, better] = [await divergence(ts3m, 'plain.gguf'), await divergence(ts3m, 'better.gguf')];
    expect(better / plain).toBeLessThan(0.75);
  });

  it('measures the answers of the very outputs, before and after', async () => {
    // The output layer and the embedding are quantized too, and an importance matrix counts.
    const own = ['--imatrix', testData('ts3m-imatrix.gguf'), '--json'];
    const made = async (output: string, ...more: string[]) =>
      JSON.parse((await nibble('quantize', ts3m, output, 'Q3_K_S', ...own, ...more)).out) as RunReport;
    await made('plain.gguf', '--method', 'lowest-error');
    const { calibration } = await made('better.gguf', ...measured, '--tokens', '2560', '--receipt', 'answers.json');
    const receipt = JSON.parse(readFileSync(join(folder, 'answers.json'), 'utf8')) as Receipt;
    expect(receipt.calibration!.answers).toEqual(calibration!.answers);
    const file = (output: string) =>
      withModel(ts3m, (model) =>
        withModel(join(folder, output), async (other) => {
          const stretches = cutText(tokensFor([model], readFileSync(join(folder, 'first.txt'))), 256, 10);
          const texts = [{ ...stretches[9]!, firstScored: 0 }];
          return evaluateAnswers([model, other], texts);
        }),
      );
    const { before, after } = calibration!.answers!;
    expect(await file('plain.gguf')).toMatchObject(before);
    expect(await file('better.gguf')).toMatchObject(after);
    expect(after.tokens).toBe(255);
    const without = await made('better.gguf', '--force', ...calibrated, '--tokens', '2560', '--no-answers');
    expect(without.calibration!.answers).toBe(null);
  });

  it('gives the same bytes on any number of workers and either kernel, and again by its receipt', async () => {
    const own = [...calibrated, '--tokens', '4096', '--level', 'layers'];
    const hashes: (string | null)[] = [];
    for (const how of [
      ['--workers', '1', '--receipt', 'receipt.json'],
      ['--workers', '3'],
      ['--kernel', 'scalar'],
    ]) {
      const { files } = await quantize(small, `out${hashes.length}.gguf`, 'Q4_1', ...own, ...how);
      hashes.push(files[0]!.sha256);
    }
    expect(new Set(hashes).size).toBe(1);
    const receipt = JSON.parse(readFileSync(join(folder, 'receipt.json'), 'utf8')) as Receipt;
    expect(receipt.calibration).toMatchObject({ level: 'layers', text: { name: 'first.txt' } });
    const other = await nibble('repeat', 'receipt.json', small, 'again.gguf');
    expect(other.err).toMatch(/calibration\.txt is not the text of the receipt's calibration/);
    expect(existsSync(join(folder, 'again.gguf'))).toBe(false);
    const again = await nibble('repeat', 'receipt.json', small, 'again.gguf', '--calibration', 'first.txt');
    expect(again.out).toMatch(/The same bytes as the receipt's run\./);
  });

  it('of a folder gives the file that its model in one file gives', async () => {
    // As F16 the folder's model is the same in either form.
    await quantize(testData('stories260K-hf'), 'half.gguf', 'F16');
    const own = [...calibrated, '--tokens', '4096', '--level', 'layers'];
    const from = async (model: string, output: string) =>
      (await quantize(model, output, 'Q4_0', ...own)).tensors.map(({ name, error }) => [name, error?.rmse]);
    const folderErrors = await from(testData('stories260K-hf'), 'from-folder.gguf');
    expect(await from('half.gguf', 'from-file.gguf')).toEqual(folderErrors);
    const { out } = await nibble('compare', 'from-folder.gguf', 'from-file.gguf', '--json');
    const { tensors } = JSON.parse(out) as { tensors: { name: string; error: { rmse: number } | null }[] };
    expect(tensors.filter(({ error }) => error !== null && error.rmse > 0)).toEqual([]);
  });

  it('serves layers that normalise what they give before it joins the stream', async () => {
    const gemma = join(folder, 'gemma2');
    mkdirSync(gemma);
    writeFamilyFolder(
      FAMILIES.find(({ name }) => name === 'gemma2')!,
      gemma,
    );
    await quantize(gemma, 'plain.gguf', 'Q4_0', '--method', 'lowest-error');
    await quantize(gemma, 'better.gguf', 'Q4_0', ...calibrated, '--tokens', '2560', '--level', 'layers');
    const [plain, better] = [await divergence(gemma, 'plain.gguf'), await divergence(gemma, 'better.gguf')];
    expect(better / plain).toBeLessThan(1);
  });

  it('uses the text that comes along when none is given', async () => {
    const { calibration } = await quantize(small, 'shipped.gguf', 'Q4_0', '--method', 'calibrated', '--tokens', '3000');
    expect(calibration!.text).toMatchObject({ name: 'calibration.txt', bytes: 203637 });
  });

  it('refuses what is too short, and options that mean nothing', async () => {
    const files = readdirSync(folder).length;
    const short = await nibble('quantize', small, 'short.gguf', 'Q4_0', ...calibrated, '--tokens', '1900');
    expect(short.err).toMatch(/fewer than 2000 do more harm than good/);
    const plain = await nibble('quantize', small, 'short.gguf', 'Q4_0', '--tokens', '1900');
    expect(plain.err).toMatch(/--tokens is for the method calibrated/);
    const nothing = await nibble('quantize', small, 'short.gguf', 'F16', ...calibrated);
    expect(nothing.err).toMatch(/There is nothing to calibrate/);
    const stats = await nibble('stats', small, 'Q4_0', '--method', 'calibrated');
    expect(stats.err).toMatch(/needs a text that is run through the model/);
    expect([short, plain, nothing, stats].map(({ code }) => code)).toEqual([1, 1, 1, 1]);
    expect(readdirSync(folder).length).toBe(files);
  });
});
