// Runs in parts: what is joined is the file, the figures and the receipt of one run; what does not fit is said.
import { createHash } from 'node:crypto';
import { closeSync, copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as pathOf } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  join,
  openParts,
  run,
  runPart,
  type Core,
  type OpenedModel,
  type OutputReport,
  type PlanOptions,
  type RunReport,
} from '../src/core';
import { parsePart } from '../src/cli/options';
import { OrderedFiles } from '../src/core/ordered-files';
import { shareOf } from '../src/core/part';
import { DiskDestination } from '../src/platform/node-destination';
import { openInput } from '../src/platform/node-files';
import { createNodeHasher } from '../src/platform/node-hasher';
import { expectSentence, startIn } from './support/command-line';
import { testData, withModel } from './support/real';

const ts3m = testData('ts3m-F16.gguf');
const matrix = testData('ts3m-imatrix.gguf');
const stories = testData('stories260K-F32.gguf');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(pathOf(tmpdir(), 'nibble-parts-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const nibble = (...words: string[]) => startIn(folder, words).ended;
const at = (name: string) => pathOf(folder, name);
const hashOf = (name: string) =>
  createHash('sha256')
    .update(readFileSync(at(name)))
    .digest('hex');
const namesOf = (output: string) =>
  readdirSync(folder)
    .filter((name) => name.startsWith(`${output}.part-`))
    .sort();
const createHasher = async () => createNodeHasher();

/** Writes all parts, NAME.1 and so on, by the core alone. */
async function writeParts(model: OpenedModel, options: PlanOptions, of: number, name: string): Promise<string[]> {
  const names = Array.from({ length: of }, (_, index) => `${name}.${index + 1}`);
  for (const [index, one] of names.entries())
    await runPart(model, options, { part: index + 1, of }, new DiskDestination(() => at(one)), { workers: 1 });
  return names;
}

/** Joins parts to OUT by the core alone. */
async function joinTo(core: Core, output: string, names: string[]): Promise<OutputReport> {
  const files = names.map((name) => openInput(at(name)));
  try {
    const parts = await openParts(core, files, createHasher);
    return await join(
      core,
      parts,
      new OrderedFiles(new DiskDestination((name) => at(`${output}${name}`))),
      createHasher,
    );
  } finally {
    for (const { fd } of files) closeSync(fd);
  }
}

const wholeRun = (model: OpenedModel, options: PlanOptions) =>
  run(model, options, new OrderedFiles(new DiskDestination((name) => at(`whole${name}`))));

describe('shares', () => {
  it('have every job once, in order, and about the same number of bytes', async () => {
    await withModel(ts3m, async (model) => {
      const whole = model.prepare({ type: 'Q4_K_M', jobBytes: 2 ** 14 });
      const { jobs, outputBytes, outputFiles } = whole.plan;
      const total = jobs.reduce((sum, job) => sum + job.inputBytes, 0);
      const largest = Math.max(...jobs.map((job) => job.inputBytes));
      for (const of of [1, 2, 3, 16, jobs.length, 5 * jobs.length]) {
        const shares = Array.from({ length: of }, (_, index) => shareOf(whole, { part: index + 1, of }));
        expect(shares.flatMap(({ prepared }) => prepared.plan.jobs)).toEqual(jobs);
        expect(shares.reduce((sum, { prepared }) => sum + prepared.plan.outputBytes, 0)).toBe(outputBytes);
        let before = 0;
        for (const { prepared, first } of shares) {
          expect(first).toBe(before);
          before += prepared.plan.jobs.length;
          const bytes = prepared.plan.jobs.reduce((sum, job) => sum + job.inputBytes, 0);
          expect(Math.abs(bytes - total / of)).toBeLessThanOrEqual(largest);
        }
        const begun = shares.flatMap(({ files }) =>
          Array.from({ length: Math.max(0, files.end - files.begin) }, (_, index) => files.begin + index),
        );
        expect(begun).toEqual(outputFiles.map((_, file) => file));
      }
    });
  });
});

describe('parts, joined', () => {
  it('are the file, the figures and the receipt of one run, whatever machine wrote each', async () => {
    const options = ['--imatrix', matrix, '--compare-method', 'lowest-error'];
    const written = ['whole.gguf', 'Q4_K_M'];
    const whole = await nibble('quantize', '--json', '--receipt', 'whole.json', ...options, ts3m, ...written);
    expect(whole.code, whole.err).toBe(0);
    for (const [index, machine] of [
      ['--workers', '1'],
      ['--workers', '2'],
      ['--kernel', 'scalar'],
    ].entries()) {
      const part = ['quantize', '--part', `${index + 1}/3`, ...machine, ...options, ts3m, 'out.gguf', 'Q4_K_M'];
      const ended = await nibble(...part);
      expect(ended, ended.err).toMatchObject({ code: 0 });
      expect(ended.out).toContain('When all parts are there: nibble join out.gguf out.gguf.part-*');
    }
    const given = ['--receipt', 'out.json', '--model', ts3m, '--imatrix', matrix];
    const joined = await nibble('join', '--json', 'out.gguf', ...namesOf('out.gguf').reverse(), ...given);
    expect(joined, joined.err).toMatchObject({ code: 0 });
    expect(hashOf('out.gguf')).toBe(hashOf('whole.gguf'));
    expect(readFileSync(at('out.json'), 'utf8')).toBe(readFileSync(at('whole.json'), 'utf8'));
    const [one, other] = [joined, whole].map(({ out }) => JSON.parse(out) as RunReport);
    const figures = ({ tensors, total, reference, totalStatsLine, importance, bitsPerWeight, notes }: RunReport) => ({
      ...{ total, reference, totalStatsLine, importance, bitsPerWeight, notes },
      tensors: tensors.map((tensor) => ({ ...tensor, kernel: null })),
    });
    expect(figures(one!)).toEqual(figures(other!));
    expect(one!.reference).not.toBeNull();
    expect(one!.kernel).toBe('simd, scalar');
    expect(readdirSync(folder).filter((name) => name.includes('partial'))).toEqual([]);
  }, 120_000);

  it.each<[string, number, PlanOptions]>([
    ['of more parts than jobs, some of them empty', 40, { type: 'Q8_0' }],
    ['of one part', 1, { type: 'Q4_0', method: 'lowest-error' }],
    [
      'of a split file with metadata alone in its first',
      4,
      { type: 'COPY', edit: { split: { tensors: 9, bareFirst: true } } },
    ],
  ])(
    'are the files and figures %s',
    async (_, of, options) => {
      await withModel(stories, async (model) => {
        const { files, tensors, total, totalStatsLine } = await wholeRun(model, options);
        const joined = await joinTo(model.core, 'out', await writeParts(model, options, of, 'part'));
        expect(joined).toMatchObject({ files, tensors, total, totalStatsLine });
      });
    },
    120_000,
  );

  it('give all files of an output that has several, and join again over them', async () => {
    const hf = testData('stories260K-hf');
    const whole = await nibble('quantize', '--json', hf, 'whole.safetensors', 'gptq-4bit-32g');
    expect(whole.code, whole.err).toBe(0);
    const { files } = JSON.parse(whole.out) as RunReport;
    expect(files.length).toBeGreaterThan(2);
    for (const part of ['1/2', '2/2']) await nibble('quantize', '--part', part, hf, 'out.safetensors', 'gptq-4bit-32g');
    for (let time = 0; time < 2; time++) {
      const joined = await nibble('join', '--json', 'out.safetensors', ...namesOf('out.safetensors'));
      expect(joined, joined.err).toMatchObject({ code: 0 });
      const again = (JSON.parse(joined.out) as RunReport).files;
      expect(again).toEqual(files.map((file) => ({ ...file, name: file.name.replace('whole', 'out') })));
    }
    writeFileSync(at('out-config.json'), 'mine');
    const ended = await nibble('join', 'out.safetensors', ...namesOf('out.safetensors'));
    expectSentence(ended, 'out-config.json is there already');
  }, 120_000);
});

describe('join says', () => {
  it('which part is missing, there twice, of another run or cut otherwise', async () => {
    await withModel(stories, async (model) => {
      const a = await writeParts(model, { type: 'Q8_0' }, 3, 'a');
      const b = await writeParts(model, { type: 'Q8_0' }, 2, 'b');
      const c = await writeParts(model, { type: 'Q4_0' }, 3, 'c');
      copyFileSync(at('a.2'), at('copy'));
      copyFileSync(stories, at('model'));
      const says = (parts: string[], sentence: string) =>
        expect(joinTo(model.core, 'out', parts)).rejects.toMatchObject({ name: 'Problem', message: sentence });
      await says(['a.1', 'a.3'], 'Of 3 parts number 2 is missing. Write it with quantize --part 2/3.');
      await says(['a.2'], 'Of 3 parts 2 are missing: 1, 3. Write them with quantize --part 1/3.');
      await says([...a, 'copy'], 'a.2 and copy are both part 2. Give each part once.');
      const other = 'c.2 is of another run than a.1: of another model, other options or another type. ';
      await says(['a.1', c[1]!, 'a.3'], `${other}Give the parts of one run.`);
      await says(['a.1', b[1]!], 'b.2 is part 2 of 2, and a.1 is one of 3. Give parts that were cut alike.');
      await says(['model'], 'model is no part of a run. Give the files that quantize --part writes.');
      const given = ['--receipt', 'r.json', '--model', ts3m];
      expectSentence(
        await nibble('join', 'out', ...a, ...given),
        /The parts were not made from .*ts3m-F16.gguf as it is/,
      );
      expectSentence(await nibble('join', 'a.1', ...a), /a\.1 is a part, and the output would replace it/);
      expect(readdirSync(folder).filter((name) => /^out|^r/.test(name))).toEqual([]);
    });
  }, 60_000);

  it('which part is damaged, wherever it is, and leaves no output', async () => {
    await withModel(stories, async (model) => {
      const parts = await writeParts(model, { type: 'Q8_0' }, 2, 'a');
      const good = readFileSync(at('a.1'));
      const head = good.indexOf('\n') + 1;
      const tail = good.lastIndexOf('{"pieces"');
      const damaged = async (bytes: Buffer, sentence: RegExp) => {
        writeFileSync(at('a.1'), bytes);
        await expect(joinTo(model.core, 'out', parts)).rejects.toMatchObject({
          name: 'Problem',
          message: expect.stringMatching(sentence) as string,
        });
        expect(readdirSync(folder).sort()).toEqual(parts);
      };
      const flipped = (place: number) => {
        const bytes = Buffer.from(good);
        bytes[place]! ^= 1;
        return bytes;
      };
      const any = /^a\.1 (is damaged|was written by|is no part|ended early)/;
      await damaged(flipped(head), /^a\.1 is damaged or was not copied whole \(its header is not what was written/);
      await damaged(
        flipped(tail - 40),
        /^a\.1 is damaged or was not copied whole \([\w.]+ is not what was written\)\. Copy/,
      );
      for (let place = 0; place < head; place += 97) await damaged(flipped(place), any);
      for (let place = tail; place < good.length; place += 97) await damaged(flipped(place), any);
      for (const bytes of [0, 1, head - 1, head, tail, good.length - 66, good.length - 1])
        await damaged(good.subarray(0, bytes), any);
      await damaged(Buffer.concat([good, Buffer.from('\n')]), any);
      // Whoever makes a part by hand can give it the right hash, too.
      const sealed = (change: (text: string) => string) => {
        const line = change(good.subarray(0, head).toString());
        const rest = change(good.subarray(tail, -65).toString());
        const seal = createHash('sha256').update(line).update(rest).digest('hex');
        return Buffer.concat([Buffer.from(line), good.subarray(head, tail), Buffer.from(`${rest}${seal}\n`)]);
      };
      await damaged(
        sealed((text) => text.replace('"version":"', '"version":"9.')),
        /was written by Nibble 9\.[\d.]+, and/,
      );
      await damaged(
        sealed((text) => text.replace('"name":""', '"name":"-/../../x"')),
        /is damaged/,
      );
      await damaged(
        sealed((text) => text.replace('"jobs":', '"jobs":1')),
        /is damaged/,
      );
      await damaged(
        sealed((text) => text.replace('"first":0', '"first":1')),
        /is damaged/,
      );
      await damaged(
        sealed((text) => text.replace(/"record":"\[/g, '"record":"{')),
        /\(what a job measured is not/,
      );
      writeFileSync(
        at('a.1'),
        sealed((text) => text),
      );
      await joinTo(model.core, 'out', parts);
    });
  }, 60_000);

  it('what cannot be cut, and what goes with what', async () => {
    const part = ['quantize', '--part', '1/2'];
    expectSentence(
      await nibble(...part, '--method', 'calibrated', ts3m, 'out.gguf', 'Q4_0'),
      'Calibrating looks at the whole model, so its output is not written in parts.',
    );
    expect(parsePart('3/16')).toEqual({ part: 3, of: 16 });
    for (const wrong of ['0/2', '3/2', '1', '1/2/3', 'a/b', '1.5/2', '1/100000', '/', ''])
      expect(() => parsePart(wrong)).toThrow('Write it as K/N');
    expect(await nibble(...part, '--resume', stories, 'Q8_0')).toMatchObject({ code: 2 });
    expect(await nibble('join', 'out', 'part', '--receipt', 'r.json')).toMatchObject({ code: 2 });
    expect(readdirSync(folder)).toEqual([]);
  }, 60_000);
});
