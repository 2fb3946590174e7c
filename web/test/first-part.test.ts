// What the core does before all of its code is there: scripts/split-module says what may wait.
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { checkImportance } from '../src/core/importance';
import { loadCore, openModel } from '../src/core/model';
import { NotLoaded } from '../src/core/module';
import type { Core } from '../src/core/opened-model';
import { Problem } from '../src/core/problem';
import { run } from '../src/core/run';
import { DiscardSink } from '../src/core/sink';
import { nodePlatform } from '../src/platform/node';
import { toJson } from '../src/wasm/json';
import { openHandle, testData } from './support/real';

/** The code that a page gets, which comes in two parts. */
async function compilePart(name: string): Promise<WebAssembly.Module> {
  return WebAssembly.compile(await readFile(new URL(`../src/wasm/generated/${name}.wasm`, import.meta.url)));
}

/** A core whose rest comes when a test says so. */
async function firstPart(): Promise<{ core: Core; complete: () => void }> {
  let complete!: () => void;
  const asked = new Promise<void>((resolve) => (complete = resolve));
  const platform = {
    ...nodePlatform,
    compile: () => compilePart('nibble'),
    async compileRest() {
      await asked;
      return compilePart('nibble-rest');
    },
  };
  return { core: await loadCore(platform, { soon: true }), complete };
}

const open = (core: Core, file: string) => openModel(core, [openHandle(testData(file))]);

/** What a call gives, or the sentence of what is wrong with what was asked: never that the core is loading. */
function answerOf<T>(call: () => T): T | string {
  try {
    return call();
  } catch (error) {
    expect(error).not.toBeInstanceOf(NotLoaded);
    return String(error);
  }
}

/** Time enough for whatever does not wait. */
const settled = () => new Promise((resolve) => setTimeout(() => resolve('not yet'), 200));

const TEXT = new TextEncoder().encode('Once upon a time, there was 1 tiny naïve 小 cat.');

test.each(['ts3m-F16.gguf', 'stories260K-F32.gguf'])('answers at once all that a page asks of %s', async (file) => {
  const { core } = await firstPart();
  const model = await open(core, file);
  const all = [...core.fileTypes, ...core.packings].map(({ name }) => name);
  for (const type of [...all, 'nonsense']) {
    for (const options of [
      {},
      { method: 'lowest-error' },
      { method: 'calibrated' },
      { pure: true, allowRequantize: true },
    ]) {
      const asked = { type, ...options };
      const plan = answerOf(() => model.prepare(asked).plan);
      const price = answerOf(() => model.price(asked));
      if (typeof plan !== 'string' && typeof price !== 'string') expect(price.outputBytes).toBe(plan.outputBytes);
      answerOf(() => model.assignment(asked));
    }
  }
  const chosen = {
    type: 'Q4_K_M',
    tensorTypes: [
      { pattern: 'ffn_down', type: 'q6_K' },
      { pattern: 'nowhere', type: 'q8_0' },
    ],
    overrides: [{ key: 'general.name', type: 'str' as const, value: 'x' }],
  };
  expect(answerOf(() => model.noteOnRules(chosen))).toContain('nowhere');
  answerOf(() => model.plan({ ...chosen, pruneLayers: [1] }));
  expect(answerOf(() => model.runtimeMemory(4096, 'F16'))).toBeTypeOf('object');
  expect(answerOf(() => model.passPlan({ tokens: 256, sequences: 1, longest: 256, logits: true }))).toBeTypeOf(
    'object',
  );
  const { tokens } = model.encode(TEXT);
  expect(tokens.length).toBeGreaterThan(8);
  expect(model.pieces(tokens).size).toBeGreaterThan(5);
  expect(model.encode(TEXT, true).tokens).toEqual(tokens);
  answerOf(() => model.chatTemplate());
  expect(model.weightSample(4, 1024).jobs.length).toBeGreaterThan(0);
  expect(model.sample({ weightsPerTensor: 4096, jobWeights: 0 }).jobs.length).toBeGreaterThan(0);
  expect(model.pair(model).length).toBe(model.info.tensors.length);
  expect(model.place(0, 0, 32).bytes).toBeGreaterThan(0);
  model.close();
});

test('tells at once whether a file is an importance matrix', async () => {
  const { core } = await firstPart();
  const info = await checkImportance(core, openHandle(testData('ts3m-imatrix.gguf')));
  expect(info.entries).toBeGreaterThan(0);
  const problem = await checkImportance(core, openHandle(testData('ts3m-F16.gguf'))).catch((error: unknown) => error);
  expect(problem).toBeInstanceOf(Problem);
  expect(problem).not.toBeInstanceOf(NotLoaded);
});

test('opens other files when the rest is there, and computes with weights then', async () => {
  const { core, complete } = await firstPart();
  const model = await open(core, 'ts3m-F16.gguf');
  expect(() => core.compiled).toThrow(NotLoaded);
  expect(() => new core.module.Study('summary', toJson({}))).toThrow(
    'This part of the page is still loading. Try again in a moment.',
  );
  const waiting = Promise.all([
    open(core, 'stories260K-hf/model.safetensors'),
    run(model, { type: 'Q4_0' }, new DiscardSink(), { workers: 1 }),
  ]);
  await expect(Promise.race([waiting, settled()])).resolves.toBe('not yet');
  complete();
  const [other, report] = await waiting;
  expect(other.info.tensors.length).toBeGreaterThan(0);
  expect(report.files).toHaveLength(1);
  other.close();
  model.close();
});

test('says so when the rest cannot be had', async () => {
  const platform = {
    ...nodePlatform,
    compile: () => compilePart('nibble'),
    async compileRest() {
      throw new Problem('The program could not be loaded completely.');
    },
  };
  const core = await loadCore(platform, { soon: true });
  const model = await open(core, 'ts3m-F16.gguf');
  const problem = 'The program could not be loaded completely.';
  await expect(core.whole).rejects.toThrow(problem);
  await expect(run(model, { type: 'Q4_0' }, new DiscardSink())).rejects.toThrow(problem);
  await expect(open(core, 'stories260K-hf/model.safetensors')).rejects.toThrow(problem);
  await expect(loadCore(platform)).rejects.toThrow(problem);
  model.close();
});
