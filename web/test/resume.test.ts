// Runs that are stopped and go on: the same bytes and figures come out, wherever it was, and what is not theirs stays.
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { forNow, Problem, run, type OpenedModel, type PlanOptions, type RunReport } from '../src/core';
import { OrderedFiles } from '../src/core/ordered-files';
import { DiskDestination } from '../src/platform/node-destination';
import { testData, withModel } from './support/real';

const folder = mkdtempSync(join(tmpdir(), 'nibble-resume-'));
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => {
  for (const name of readdirSync(folder)) rmSync(join(folder, name));
});

const ts3m = testData('ts3m-F16.gguf');
const options: PlanOptions = { type: 'Q4_K_M' };
const at = (name: string) => join(folder, name);

/** Writes like OrderedFiles, until so many jobs are written: then the run is stopped for now, or the disk is full. */
class Until extends OrderedFiles {
  readonly stop = new AbortController();
  left: number;
  kept = 0;
  readonly #isFull: boolean;

  constructor(jobs: number, resumes: boolean, isFull = false) {
    super(new DiskDestination((name) => at(`out${name}`), { of: at('out'), resumes }));
    this.left = jobs;
    this.#isFull = isFull;
  }

  override async open(...given: Parameters<OrderedFiles['open']>): Promise<string[]> {
    const records = await super.open(...given);
    this.kept = records.filter(Boolean).length;
    return records;
  }

  override async write(...given: Parameters<OrderedFiles['write']>): Promise<ArrayBuffer> {
    const [, , , record] = given;
    if (record && this.left === 0 && this.#isFull) throw new Problem('the disk is full.');
    const buffer = await super.write(...given);
    if (record && --this.left === 0 && !this.#isFull) this.stop.abort(forNow);
    return buffer;
  }
}

const quantize = (model: OpenedModel, sink: Until, chosen = options) =>
  run(model, chosen, sink, { workers: 1, signal: sink.stop.signal, reference: 'llama.cpp' });

const figuresOf = ({ files, tensors, total, reference, totalStatsLine, kernel }: RunReport) => ({
  files,
  tensors,
  total,
  reference,
  totalStatsLine,
  kernel,
});

describe('a run that is stopped for now', () => {
  it('after every job gives the same bytes and figures', async () => {
    await withModel(ts3m, async (model) => {
      // Few layers, and figures of another method.
      const chosen: PlanOptions = { type: 'Q4_0', method: 'lowest-error', pruneLayers: [1, 2, 3] };
      const whole = await quantize(model, new Until(Infinity, false), chosen);
      rmSync(at('out'));
      const { jobs } = model.plan(chosen);
      for (let done = 0; done < jobs.length; done++) {
        const sink = new Until(1, true);
        const ended = quantize(model, sink, chosen);
        if (done < jobs.length - 1) {
          await expect(ended).rejects.toMatchObject({ name: 'AbortError', left: expect.stringContaining('--resume') });
          expect(readdirSync(folder).sort()).toEqual(['out.partial', 'out.partial.journal']);
        } else await ended.catch(() => {}); // the last job is written: stopping comes too late, or just in time
        expect(sink.kept).toBe(done);
      }
      if (!readdirSync(folder).includes('out')) await quantize(model, new Until(Infinity, true), chosen);
      expect(readdirSync(folder)).toEqual(['out']);
      rmSync(at('out'));
      await expect(quantize(model, new Until(7, false), chosen)).rejects.toThrow('Stopped.');
      expect(figuresOf(await quantize(model, new Until(Infinity, true), chosen))).toEqual(figuresOf(whole));
    });
  }, 120_000);

  it('counts only what is there as its journal says', async () => {
    await withModel(ts3m, async (model) => {
      const whole = await quantize(model, new Until(Infinity, false));
      rmSync(at('out'));
      await expect(quantize(model, new Until(9, false))).rejects.toThrow('Stopped.');
      for (const name of ['out.partial', 'out.partial.journal']) copyFileSync(at(name), at(`kept-${name}`));
      const { jobs } = model.plan(options);
      const goesOn = async (damage: () => void, jobsKept: number) => {
        for (const name of ['out.partial', 'out.partial.journal']) copyFileSync(at(`kept-${name}`), at(name));
        damage();
        const sink = new Until(Infinity, true);
        expect((await quantize(model, sink)).files).toEqual(whole.files);
        expect(sink.kept).toBe(jobsKept);
      };
      const flip = (place: number) => {
        const bytes = readFileSync(at('out.partial'));
        bytes[place]! ^= 1;
        writeFileSync(at('out.partial'), bytes);
      };
      const journal = () => readFileSync(at('out.partial.journal'), 'utf8');
      await goesOn(() => {}, 9);
      await goesOn(() => flip(jobs[8]!.outputOffset + jobs[8]!.outputBytes - 1), 8);
      await goesOn(() => flip(jobs[4]!.outputOffset), 4);
      await goesOn(() => flip(0), 0);
      await goesOn(() => truncateSync(at('out.partial'), jobs[6]!.outputOffset + 1), 6);
      await goesOn(() => rmSync(at('out.partial')), 0);
      await goesOn(() => rmSync(at('out.partial.journal')), 0);
      await goesOn(() => writeFileSync(at('out.partial.journal'), journal().slice(0, -1)), 8);
      await goesOn(() => writeFileSync(at('out.partial'), Buffer.alloc(2 ** 23)), 0);
    });
  });

  it('goes on with no other run: another type, another model, another version of the model', async () => {
    await withModel(ts3m, async (model) => {
      await expect(quantize(model, new Until(5, false))).rejects.toThrow('Stopped.');
      const before = readFileSync(at('out.partial'));
      const other = /^What an earlier run left unfinished is of another model, other options or another version/;
      await expect(quantize(model, new Until(1, true), { type: 'Q4_K_S' })).rejects.toThrow(other);
      await expect(
        run(model, options, new Until(1, true), { workers: 1, reference: 'lowest-error' }),
        'another figure to note',
      ).rejects.toThrow(other);
      const bytes = readFileSync(ts3m);
      bytes[bytes.length - 1]! ^= 1;
      writeFileSync(at('changed.gguf'), bytes);
      await withModel(at('changed.gguf'), async (changed) => {
        await expect(quantize(changed, new Until(1, true))).rejects.toThrow(other);
      });
      expect(readFileSync(at('out.partial'))).toEqual(before);
    });
  });

  it('is not kept before its first job, and not when it is stopped for good', async () => {
    await withModel(ts3m, async (model) => {
      const early = new Until(Infinity, false);
      const ended = quantize(model, early);
      early.stop.abort(forNow);
      await expect(ended).rejects.toMatchObject({ left: 'nothing was written' });
      expect(readdirSync(folder)).toEqual([]);
      const sink = new Until(5, false);
      sink.stop.signal.addEventListener('abort', () => {});
      const stop = new AbortController();
      const good = run(model, options, sink, { workers: 1, signal: stop.signal });
      sink.stop.signal.addEventListener('abort', () => stop.abort());
      await expect(good).rejects.toMatchObject({ left: 'nothing was written' });
      expect(readdirSync(folder)).toEqual([]);
    });
  });

  it('is kept when the disk takes no more, which is said', async () => {
    await withModel(ts3m, async (model) => {
      await expect(quantize(model, new Until(4, false, true))).rejects.toThrow(
        'the disk is full. What was done is kept in out.partial, and the same command with --resume goes on with it.',
      );
      const sink = new Until(Infinity, true);
      await quantize(model, sink);
      expect(sink.kept).toBe(4);
      // In a page, which says it in the person's language, the sentence is the problem's alone.
      const silent = new Until(4, false, true);
      silent.suspend = async () => '';
      await expect(quantize(model, silent)).rejects.toThrow(/^the disk is full\.$/);
    });
  });
});
