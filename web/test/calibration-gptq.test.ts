import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { chooseFiles, cutText, evaluateAnswers, loadCore, openModel, tokensFor } from '../src/core';
import type { AnswerReport, OpenedModel, Plan, Receipt, RunReport } from '../src/core';
import { nodePlatform } from '../src/platform/node';
import { FAMILIES, readSafetensors, writeFamilyFolder } from '../e2e/family-folders';
import { startIn } from './support/command-line';
import { testData } from './support/real';

/** The method calibrated in outputs of the GPTQ layout. */

const folder = mkdtempSync(join(tmpdir(), 'nibble-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A llama: its rotary embeddings want the rows of q and k in another order than its files have them in. */
const model = testData('stories260K-hf');

/** The test's text in two parts, so that what calibrates does not judge. */
const all = readFileSync(testData('tinystories.txt'), 'utf8');
const middle = all.indexOf('\n', 40_000);
writeFileSync(join(folder, 'first.txt'), all.slice(0, middle));
writeFileSync(join(folder, 'rest.txt'), all.slice(middle));

const nibble = (...words: string[]) => startIn(folder, words).ended;
const weightsOf = (output: string) => join(folder, output, 'model.safetensors');

/** Makes the folder `output`. */
async function quantize(output: string, type: string, ...more: string[]): Promise<RunReport> {
  mkdirSync(join(folder, output), { recursive: true });
  const { code, out, err } = await nibble('quantize', model, `${output}/model.safetensors`, type, '--json', ...more);
  expect(err.includes('nibble:') ? err : '').toBe('');
  expect(code).toBe(0);
  return JSON.parse(out) as RunReport;
}

async function divergence(output: string): Promise<number> {
  const { out } = await nibble('evaluate', model, output, '-f', 'rest.txt', '-c', '128', '--chunks', '24', '--json');
  return (JSON.parse(out) as AnswerReport).divergence.value;
}

async function withFolder<T>(path: string, use: (model: OpenedModel) => Promise<T>): Promise<T> {
  const core = await loadCore(nodePlatform);
  const { files } = chooseFiles(
    core,
    readdirSync(path).map((name) => ({ path: name })),
  );
  const sources = files.map(({ file, name }) => {
    const blob = new Blob([readFileSync(join(path, file.path))]);
    return { kind: 'blob' as const, name, bytes: blob.size, blob };
  });
  const opened = await openModel(core, sources);
  try {
    return await use(opened);
  } finally {
    opened.close();
  }
}

/** A layer of the layout as its definition says: weight = scale * (code - zero), row by row. */
function dequantized(path: string, module: string, { asymmetric = false } = {}): Float32Array {
  const tensors = readSafetensors(path);
  const numbers = <T>(part: string, Numbers: new (buffer: ArrayBuffer) => T) => {
    const { data, shape } = tensors.get(`${module}.${part}`)!;
    return { shape, values: new Numbers(new Uint8Array(data).buffer) };
  };
  const { shape, values: words } = numbers('qweight', Uint32Array);
  const zeros = numbers('qzeros', Uint32Array).values;
  const scales = Float32Array.from(numbers('scales', Uint16Array).values, halfToFloat);
  const groups = numbers('g_idx', Uint32Array).values;
  const [columns, rows] = [shape[0]! * 8, shape[1]!];
  return Float32Array.from({ length: rows * columns }, (_, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    const group = groups[column]!;
    const code = (words[Math.floor(column / 8) * rows + row]! >>> (4 * (column % 8))) & 15;
    const zero = (zeros[(group * rows) / 8 + Math.floor(row / 8)]! >>> (4 * (row % 8))) & 15;
    return scales[group * rows + row]! * (code - zero - (asymmetric ? 0 : 1));
  });
}

function halfToFloat(half: number): number {
  const exponent = (half >> 10) & 31;
  const fraction = half & 1023;
  const size = exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15);
  return half & 0x8000 ? -size : size;
}

const source = readSafetensors(join(model, 'model.safetensors'));
const original = (module: string) => {
  const { data } = source.get(`${module}.weight`)!;
  return Float32Array.from(new Uint16Array(new Uint8Array(data).buffer), halfToFloat);
};

const moduleOf = (layer: number, part: string) => `model.layers.${layer}.self_attn.${part}_proj`;

const calibrated = ['--method', 'calibrated', '--calibration', 'first.txt', '--no-answers'];

describe('the method calibrated in the GPTQ layout', { timeout: 120_000 }, () => {
  it.each(['gptq-4bit-32g', 'gptq-4bit-32g-asym'])(
    'of %s leaves much less of the divergence of answers than lowest-error, for the same size',
    async (type) => {
      const plain = await quantize('plain', type, '--method', 'lowest-error', '--force');
      const before = await divergence('plain');
      const layers = await quantize('layers', type, ...calibrated, '--tokens', '14000', '--force');
      expect(layers.outputBytes).toBe(plain.outputBytes);
      expect(layers.calibration).toMatchObject({ level: 'layers' });
      expect(layers.calibration!.parts).toHaveLength(20); // q, k, v and o of five layers
      expect((await divergence('layers')) / before).toBeLessThan(0.6);
      const one = await quantize('one', type, ...calibrated, '--tokens', '4096', '--level', 'one-pass', '--force');
      expect(one.calibration).toMatchObject({ level: 'one-pass' });
      expect((await divergence('one')) / before).toBeLessThan(0.75);
    },
  );

  it('keeps rows in the order of the files, also where the network wants another', async () => {
    await quantize('one', 'gptq-4bit-32g', ...calibrated, '--tokens', '4096', '--level', 'one-pass', '--force');
    for (const part of ['q', 'k', 'v', 'o']) {
      const wanted = original(moduleOf(2, part));
      const found = dequantized(weightsOf('one'), moduleOf(2, part));
      expect(found.length).toBe(wanted.length);
      const columns = 64;
      for (let first = 0; first < wanted.length; first += columns) {
        let off = 0;
        let all = 0;
        for (let i = first; i < first + columns; ++i) {
          off += (found[i]! - wanted[i]!) ** 2;
          all += wanted[i]! ** 2;
        }
        expect(Math.sqrt(off / all), `${part}, row ${first / columns}`).toBeLessThan(0.3); // of another row: above 1
      }
    }
  });

  it('measures the answers of the very outputs, before and after', async () => {
    const how = ['--tokens', '2560', '--receipt', 'answers.json', '--force'];
    await quantize('plain', 'gptq-4bit-32g', '--method', 'lowest-error', '--force');
    const { calibration } = await quantize('better', 'gptq-4bit-32g', ...calibrated.slice(0, -1), ...how);
    const receipt = JSON.parse(readFileSync(join(folder, 'answers.json'), 'utf8')) as Receipt;
    expect(receipt.calibration!.answers).toEqual(calibration!.answers);
    const answers = (output: string) =>
      withFolder(model, (one) =>
        withFolder(join(folder, output), async (other) => {
          const stretches = cutText(tokensFor([one], readFileSync(join(folder, 'first.txt'))), 256, 10);
          return evaluateAnswers([one, other], [{ ...stretches[9]!, firstScored: 0 }]);
        }),
      );
    const { before, after } = calibration!.answers!;
    expect(await answers('plain')).toMatchObject(before);
    expect(await answers('better')).toMatchObject(after);
  });

  it('gives the same bytes on any number of workers and either kernel, and again by its receipt', async () => {
    const own = [...calibrated, '--tokens', '4096', '--level', 'layers', '--force'];
    const hashes: (string | null)[] = [];
    for (const how of [
      ['--workers', '1', '--receipt', 'receipt.json'],
      ['--workers', '2'],
      ['--kernel', 'scalar'],
    ]) {
      const { files } = await quantize('same', 'gptq-4bit-32g-asym', ...own, ...how);
      hashes.push(files[0]!.sha256);
    }
    expect(new Set(hashes).size).toBe(1);
    mkdirSync(join(folder, 'again'));
    const how = ['--calibration', 'first.txt'];
    const again = await nibble('repeat', 'receipt.json', model, 'again/model.safetensors', ...how);
    expect(again.out).toMatch(/The same bytes as the receipt's run\./);
  });

  it('gives the same bytes by what it saved, without the text', async () => {
    const own = [...calibrated, '--tokens', '4096', '--level', 'layers', '--force'];
    const { files, calibration } = await quantize(
      'saved',
      'gptq-4bit-32g',
      ...own,
      '--save-calibration',
      'layers.statistics',
    );
    const from = ['--method', 'calibrated', '--from-calibration', 'layers.statistics', '--force'];
    const again = await quantize('saved', 'gptq-4bit-32g', ...from);
    expect(again.files[0]!.sha256).toBe(files[0]!.sha256);
    expect(again.calibration!.parts).toEqual(calibration!.parts);
    const other = await nibble('quantize', model, 'other.safetensors', 'gptq-4bit-64g', ...from);
    expect(other.err).toMatch(/layer after layer for .* as GPTQ-4BIT-32G.* has GPTQ-4BIT-64G/);
    expect(existsSync(join(folder, 'other.safetensors'))).toBe(false);
  });

  it('keeps lowest-error where calibrated codes are no better on the tokens held back', async () => {
    const own = [...calibrated, '--tokens', '4096', '--level', 'one-pass', '--force'];
    await quantize('whole', 'gptq-4bit-32g', ...own, '--save-calibration', 'one.statistics');
    // Where every weight of the first input counts by itself, the lowest error is the lowest.
    const file = readFileSync(join(folder, 'one.statistics'));
    const start = 8 + Number(file.readBigUInt64LE(0));
    const header = JSON.parse(file.toString('utf8', 8, start)) as Record<string, { data_offsets: [number, number] }>;
    let at = start + header['0.heldBack']!.data_offsets[0];
    for (let row = 0; row < 64; ++row)
      for (let column = 0; column <= row; ++column, at += 4) file.writeFloatLE(row === column ? 1 : 0, at);
    writeFileSync(join(folder, 'one.statistics'), file);
    const from = ['--method', 'calibrated', '--from-calibration', 'one.statistics', '--force'];
    const { calibration } = await quantize('guarded', 'gptq-4bit-32g', ...from);
    const kept = calibration!.parts.filter((part) => part.kept === 'no better').map(({ name }) => name);
    expect(kept.sort()).toEqual(['blk.0.attn_k.weight', 'blk.0.attn_q.weight', 'blk.0.attn_v.weight']);
    await quantize('plain', 'gptq-4bit-32g', '--method', 'lowest-error', '--force');
    const [guarded, plain, whole] = ['guarded', 'plain', 'whole'].map((output) => readSafetensors(weightsOf(output)));
    const same = (a: typeof guarded, b: typeof guarded, layer: number, part: string) =>
      ['qweight', 'qzeros', 'scales'].every((name) => {
        const [one, other] = [a, b].map((file) => file!.get(`${moduleOf(layer, part)}.${name}`)!.data);
        return Buffer.compare(one!, other!) === 0;
      });
    for (const part of ['q', 'k', 'v']) {
      expect(same(guarded, plain, 0, part), part).toBe(true);
      expect(same(whole, plain, 0, part), part).toBe(false);
      expect(same(guarded, whole, 1, part), part).toBe(true);
    }
  });

  it('plans every family whose matrices lie in its files as the network reads them', async () => {
    const planned: string[] = [];
    for (const family of FAMILIES) {
      const path = join(folder, family.name);
      mkdirSync(path);
      writeFamilyFolder(family, path);
      const { out, err } = await nibble('plan', path, 'gptq-4bit-32g', '--method', 'calibrated', '--json');
      if (out === '') {
        expect(err, family.name).toMatch(/cannot be calibrated in a safetensors output|cannot be stored|transposed/);
        continue;
      }
      const { network, tensors } = JSON.parse(out) as Plan;
      const served = network!.filter(({ method }) => method === 'calibrated');
      const weights = tensors.filter(({ method, measured }) => method === 'calibrated' && measured);
      const sum = (list: readonly { weights: number }[]) => list.reduce((total, each) => total + each.weights, 0);
      expect(sum(served), family.name).toBe(sum(weights));
      if (served.length > 0) planned.push(family.name);
    }
    expect(planned).toEqual(expect.arrayContaining(['llama3', 'qwen3', 'qwen3moe', 'gemma2']));
  });

  it('says what it does not serve', async () => {
    const refused = async (type: string, ...how: string[]) =>
      (await nibble('quantize', model, 'refused.safetensors', type, ...how)).err;
    expect(await refused('nf4', ...calibrated)).toMatch(
      /The method "calibrated" chooses codes of GPTQ layouts and GGUF types, not of nf4/,
    );
    expect(await refused('gptq-4bit-32g', '--tokens', '3000')).toMatch(/--tokens is for the method calibrated/);
    expect(await refused('gptq-4bit-32g', ...calibrated, '--tokens', '1900')).toMatch(/fewer than 2000/);
    expect(existsSync(join(folder, 'refused.safetensors'))).toBe(false);
  });
});
