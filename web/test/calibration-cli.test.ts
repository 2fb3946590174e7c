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
import { cutText, evaluateAnswers, tokensFor } from '../src/core';
import type { AnswerReport, MeasurementFile, Observation, Receipt, RunReport } from '../src/core';
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

describe('the method calibrated', { timeout: 120_000 }, () => {
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

  it('goes on where the output’s rows are longer than the model’s', async () => {
    await quantize(ts3m, 'few-bits.gguf', 'Q4_0');
    const few = join(folder, 'few-bits.gguf');
    const how = ['--allow-requantize', '--method', 'calibrated', '--level', 'layers', '--calibration', 'first.txt'];
    const { calibration } = await quantize(few, 'more-bits.gguf', 'Q5_K', ...how, '--tokens', '4096');
    expect(calibration!.parts.filter(({ kept }) => kept === 'calibrated').length).toBeGreaterThan(0);
    const { before, after } = calibration!.answers!;
    expect(after.divergence.value).toBeLessThan(before.divergence.value);
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

  it('needs no importance matrix for types that do, and compares with one of the same text', async () => {
    const own = [...measured, '--tokens', '2560', '--level', 'one-pass', '--tensor-type', 'ffn=f16'];
    const plain = await quantize(
      ts3m,
      'weighed.gguf',
      'IQ2_XXS',
      ...own,
      '--compare-method',
      'llama.cpp',
      '--receipt',
      'weighed.json',
    );
    expect(plain.notes.map(({ text }) => text).join()).toMatch(/16 tensors of types that need an importance matrix/);
    expect(plain.reference!.total.rmse).toBeGreaterThan(0);
    const again = await nibble('repeat', 'weighed.json', ts3m, 'weighed-again.gguf', '--calibration', 'first.txt');
    expect(again.out).toMatch(/The same bytes as the receipt's run\./);
    const matrix = ['--imatrix', testData('ts3m-imatrix.gguf')];
    const weighted = await quantize(ts3m, 'matrix.gguf', 'IQ2_XXS', ...own, ...matrix);
    expect(weighted.calibration!.parts).toEqual(plain.calibration!.parts);
    const [one, other] = [plain, weighted].map(({ calibration }) => calibration!.answers!);
    expect(one!.after).toEqual(other!.after);
    // That matrix is of another text, but stories.
    expect(one!.before.divergence.value / other!.before.divergence.value).toBeCloseTo(1, 0.5);
    expect(one!.after.divergence.value).toBeLessThan(0.8 * one!.before.divergence.value);
    const refused = await nibble('quantize', ts3m, 'refused.gguf', 'IQ2_XXS', '--pure', ...own);
    expect(refused.err).toMatch(
      /token_embd\.weight cannot become IQ2_XXS .* takes importance from its text for matrices/,
    );
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

  it('gives the same bytes by what it saved, without the text', async () => {
    const own = [...calibrated, '--tokens', '4096', '--level', 'layers'];
    const save = ['--save-calibration', 'small.statistics', '--receipt', 'saved.json'];
    const { files, calibration } = await quantize(small, 'saved.gguf', 'Q4_0', ...own, ...save);
    const saved = readFileSync(join(folder, 'small.statistics'));
    expect(calibration!.statistics).toMatchObject({ name: 'small.statistics', bytes: saved.byteLength });
    expect(calibration!.engine).toEqual({ name: 'wasm SIMD', problem: null });

    const from = ['--method', 'calibrated', '--from-calibration', 'small.statistics'];
    const again = await quantize(small, 'again.gguf', 'Q4_0', ...from, '--force', '--workers', '3');
    expect(again.files[0]!.sha256).toBe(files[0]!.sha256);
    expect(again.calibration!.parts).toEqual(calibration!.parts);
    const by = (...words: string[]) => nibble('repeat', 'saved.json', small, 'repeated.gguf', ...words);
    expect((await by('--from-calibration', 'small.statistics')).out).toMatch(/The same bytes as the receipt's run\./);

    // What a GPU computed is not computed again: its last digits are its own.
    const receipt = JSON.parse(readFileSync(join(folder, 'saved.json'), 'utf8')) as Receipt;
    receipt.calibration!.engine!.name = 'WebGPU (some adapter)';
    writeFileSync(join(folder, 'saved.json'), JSON.stringify(receipt));
    expect((await by('--calibration', 'first.txt')).err).toMatch(
      /computed by WebGPU \(some adapter\).* Give the file it saved, small\.statistics, with --from-calibration/,
    );
    writeFileSync(join(folder, 'other.statistics'), saved.fill(1, saved.byteLength - 4));
    expect((await by('--from-calibration', 'other.statistics')).err).toMatch(/is not what the receipt's run chose/);
  });

  it('refuses statistics of other types or models, and damaged ones', async () => {
    const from = ['--method', 'calibrated', '--from-calibration'];
    const refused = async (model: string, type: string, file: string) => {
      const { code, err } = await nibble('quantize', model, 'refused.gguf', type, '--pure', ...from, file);
      expect([code, existsSync(join(folder, 'refused.gguf'))]).toEqual([1, false]);
      return err;
    };
    const whole = readFileSync(join(folder, 'small.statistics'));
    writeFileSync(join(folder, 'short.statistics'), whole.subarray(0, whole.byteLength - 8));
    writeFileSync(join(folder, 'endless.statistics'), Buffer.alloc(64, 0xff));
    writeFileSync(join(folder, 'broken.statistics'), whole.toString('latin1').replace('layers', 'lawyer'), 'latin1');
    const infinite = Buffer.from(whole);
    infinite.writeFloatLE(Infinity, whole.byteLength - whole.byteLength / 2 - ((whole.byteLength / 2) % 4));
    writeFileSync(join(folder, 'infinite.statistics'), infinite);
    expect(await refused(small, 'Q4_1', 'small.statistics')).toMatch(/layer after layer for .* as Q4_0.* has Q4_1/);
    expect(await refused(ts3m, 'Q4_0', 'small.statistics')).toMatch(/is of another model: its files have \d+ bytes/);
    expect(await refused(small, 'Q4_0', 'short.statistics')).toMatch(/is damaged: it is not as long as/);
    expect(await refused(small, 'Q4_0', 'broken.statistics')).toMatch(/is damaged/);
    expect(await refused(small, 'Q4_0', 'endless.statistics')).toMatch(/holds no statistics of a calibration/);
    expect(await refused(small, 'Q4_0', 'first.txt')).toMatch(/holds no statistics of a calibration/);
    expect(await refused(small, 'Q4_0', 'infinite.statistics')).toMatch(/finite/);
  });

  it('takes statistics of one pass for other types, too', async () => {
    const own = [...calibrated, '--tokens', '4096', '--level', 'one-pass'];
    await quantize(small, 'one.gguf', 'Q4_0', ...own, '--force', '--save-calibration', 'one.statistics');
    const direct = await quantize(small, 'one.gguf', 'Q5_1', ...own, '--force');
    const from = ['--method', 'calibrated', '--from-calibration', 'one.statistics', '--force'];
    expect((await quantize(small, 'one.gguf', 'Q5_1', ...from)).files).toEqual(direct.files);
  });

  it('lets types be measured, chosen and observed by what they change of outputs', async () => {
    const types = ['--types', 'q4_0,q5_1,q8_0,f16', '--all-rows'];
    const from = ['--from-calibration', 'one.statistics'];
    const measure = async (...words: string[]) => {
      const { code, out, err } = await nibble('measure', small, ...types, '--json', ...words);
      expect([code, err.includes('nibble:') ? err : '']).toEqual([0, '']);
      return JSON.parse(out) as MeasurementFile;
    };
    const measured = await measure(...from, '-o', 'outputs.json', '--workers', '1');
    expect(measured.text).toEqual({ name: 'first.txt', tokens: 3584 });
    expect(await measure(...from, '--workers', '3')).toEqual(measured);
    let ofOutputs = 0;
    let ofWeights = 0;
    for (const { name, squaredOutput, types: found } of measured.tensors) {
      const [q4, q5, q8] = found.map(({ outputError }) => outputError);
      if (found.length < 4) continue; // its rows do not fill blocks
      if (!name.startsWith('blk.')) {
        expect([squaredOutput, q4]).toEqual([null, null]);
        continue;
      }
      ofOutputs += q4! / squaredOutput!;
      ofWeights += found[0]!.relativeSquaredError!.value!;
      expect(q5!).toBeLessThan(q4!);
      expect(q8!).toBeLessThan(q5!);
    }
    // Codes are calibrated: less is changed of the outputs than of the weights.
    expect(ofOutputs).toBeLessThan(0.8 * ofWeights);
    const solve = (file: string, ...words: string[]) => nibble('solve', file, '--bpw', '11', '--json', ...words);
    expect(JSON.parse((await solve('outputs.json')).out)).toMatchObject({ objective: 'outputs' });
    expect(JSON.parse((await solve('outputs.json', '--no-outputs')).out)).toMatchObject({ objective: 'squared' });
    const observe = (...words: string[]) => nibble('observe', 'outputs.json', small, 'Q4_0', '--json', ...words);
    const observed = JSON.parse((await observe()).out) as Observation;
    expect(observed.objective).toBe('outputs');
    const plain = JSON.parse((await observe('--no-outputs')).out) as Observation;
    expect(plain.objective).toBe('squared');
    const ofLayers = ({ steps }: Observation) =>
      steps.filter(({ name }) => name.startsWith('blk.')).reduce((sum, { errorBefore }) => sum + errorBefore, 0);
    expect(ofLayers(observed)).toBeLessThan(0.8 * ofLayers(plain));

    // By the text itself: the same statistics, and so the same figures.
    expect(await measure('--calibration', 'first.txt', '--tokens', '4096')).toEqual(measured);
    expect((await nibble('measure', small, '--tokens', '4096')).err).toMatch(/--tokens is for a text/);

    await measure('-o', 'weights.json');
    expect(JSON.parse((await solve('weights.json')).out)).toMatchObject({ objective: 'squared' });
    expect(JSON.parse((await nibble('observe', 'weights.json', small, 'Q4_0', '--json')).out)).toMatchObject({
      objective: 'squared',
    });
    expect((await nibble('measure', ts3m, ...from)).err).toMatch(/is of another model: its files have \d+ bytes/);
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
