import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  answersByToken,
  checkImportance,
  cutText,
  evaluateAnswers,
  loadCore,
  makeImportance,
  passMemory,
  Pause,
  type PassProgress,
  planPass,
  run,
  runPass,
  Stopped,
  tokensFor,
  type OpenedModel,
  type Text,
} from '../src/core';
import { OrderedFiles } from '../src/core/ordered-files';
import { nodePlatform } from '../src/platform/node';
import { DiskDestination } from '../src/platform/node-destination';
import { testData, withModel } from './support/real';

const ts3m = testData('ts3m-F16.gguf');
const text = await withModel(ts3m, async (model) => model.encode(readFileSync(testData('tinystories.txt'))));
const folder = mkdtempSync(join(tmpdir(), 'nibble-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The first stretches of the text. */
function stretches(count: number, length = 256): Text[] {
  return cutText(text, length, count);
}

/** Quantizes ts3m to a file of the folder. */
async function quantized(type: string, pure = false): Promise<string> {
  const path = join(folder, `${type}.gguf`);
  await withModel(ts3m, (model) => run(model, { type, pure }, new OrderedFiles(new DiskDestination(() => path))));
  return path;
}

async function withTwo<T>(other: string, use: (one: OpenedModel, other: OpenedModel) => Promise<T>): Promise<T> {
  return withModel(ts3m, (one) => withModel(other, (two) => use(one, two)));
}

describe('predictions of a text', () => {
  it('do not depend on workers nor kernel', async () => {
    const texts = stretches(3, 70);
    const figures = async (workers: number, kernel: 'simd' | 'scalar') => {
      const parts = await withModel(ts3m, (model) => runPass([model], texts, { workers }), { kernel });
      return parts.flatMap((part) => [...part]);
    };
    const one = await figures(1, 'simd');
    expect(one.length).toBeGreaterThan(0);
    expect(one.length % (3 * 34)).toBe(0);
    expect(await figures(3, 'simd')).toEqual(one);
    expect(await figures(2, 'scalar')).toEqual(one);
  });
});

describe('two models beside each other', () => {
  it('differ as much as llama.cpp says they do', async () => {
    // Its mean divergence from F32 on the whole text: .0040; it rounds activations to 8 bits as well.
    const report = await withTwo(await quantized('Q4_0'), (one, other) => evaluateAnswers([one, other], stretches(20)));
    expect(report.divergence.value).toBeGreaterThan(0.0034);
    expect(report.divergence.value).toBeLessThan(0.0044);
    expect(report.divergence.error).toBeLessThan(0.0005);
    expect(report.divergenceMedian).toBeLessThan(report.divergence99);
    expect(report.sameTop.value).toBeGreaterThan(0.95);
    expect(report.sameTop.value).toBeLessThan(0.98);
    expect(report.kept.value).toBeGreaterThan(0.9);
    expect(Math.abs(report.secondPerplexity.value - report.perplexity.value)).toBeLessThan(0.05);
  });

  it('say what quantizing changes in the outputs of each layer, whatever the workers', async () => {
    const path = await quantized('Q4_0', true);
    const look = (workers: number) =>
      withTwo(path, (one, other) => answersByToken([one, other], stretches(3, 70), { workers }, 0));
    const { outputs, streams, report } = await look(1);
    expect(outputs.map(({ layer }) => layer)).toEqual([0, 1, 2, 3]);
    for (const { errors } of outputs) {
      expect(Object.keys(errors)).toEqual(['q', 'k', 'v', 'o', 'gate', 'up', 'down']);
      // Four bits with a scale for 32 weights: an amplitude between 1:50 and 1:6.
      for (const error of Object.values(errors)) {
        expect(error).toBeGreaterThan(0.0003);
        expect(error).toBeLessThan(0.03);
      }
    }
    expect(await look(2)).toMatchObject({ outputs, streams, report });
    const same = await withModel(ts3m, (one) =>
      withModel(ts3m, (other) => answersByToken([one, other], stretches(1, 70), {}, 0)),
    );
    expect(same.outputs.flatMap(({ errors }) => Object.values(errors))).toEqual(new Array(28).fill(0));
    expect(same.report.divergence.value).toBe(0);
  });

  it('are refused when their vocabularies differ', async () => {
    await withModel(ts3m, async (one) => {
      const plan = one.passPlan({ tokens: 256, sequences: 1, longest: 256, observe: false });
      const other = { passPlan: () => ({ ...plan, network: { ...plan.network, vocabulary: 256 } }) };
      expect(() => planPass([one, other as unknown as OpenedModel], stretches(1))).toThrow(
        /vocabularies of 512 and 256 tokens/,
      );
    });
  });
});

describe('an importance matrix', () => {
  it('does not depend on workers, and can be read again', async () => {
    const texts = stretches(3, 70);
    const make = (workers: number) => withModel(ts3m, (model) => makeImportance(model, texts, 'text', { workers }));
    const file = await make(1);
    expect(Buffer.compare(await make(3), file)).toBe(0);
    const core = await loadCore(nodePlatform);
    const info = await checkImportance(core, {
      kind: 'blob',
      name: 'imatrix.gguf',
      bytes: file.byteLength,
      blob: new Blob([file]),
    });
    expect(info).toMatchObject({ entries: 28, chunks: 3, datasets: ['text'] });
  });
});

describe('a text', () => {
  it('becomes tokens that begin with the one texts begin with', () => {
    expect(text.begin).toBe(1);
    expect(text.tokens.slice(0, 4)).toEqual([1, 301, 427, 309]);
    expect(text.tokens).toHaveLength(25675);
    expect(stretches(2, 5)).toEqual([
      { tokens: text.tokens.slice(0, 5), firstScored: 2 },
      { tokens: [1, ...text.tokens.slice(6, 10)], firstScored: 2 },
    ]);
  });

  it('is not compared where two models read it differently', async () => {
    await withModel(ts3m, async (one) => {
      const other = { encode: () => ({ tokens: [1, 2], begin: 1 }) } as unknown as OpenedModel;
      expect(() => tokensFor([one, other], new Uint8Array([97]))).toThrow(/make different tokens of this text/);
    });
  });

  it('needs a tokenizer', async () => {
    const path = join(folder, 'without.gguf');
    const bytes = readFileSync(ts3m);
    bytes.write('tokenizer.ggml.nodel', bytes.indexOf('tokenizer.ggml.model'));
    writeFileSync(path, bytes);
    await withModel(path, async (model) => {
      expect(() => model.encode(new Uint8Array([97]))).toThrow(/^without\.gguf: The model has no tokenizer, so texts/);
    });
  });
});

describe('what goes wrong', () => {
  it('says where', async () => {
    const path = join(folder, 'damaged.gguf');
    const bytes = readFileSync(ts3m);
    const at = await withModel(ts3m, async (model) =>
      model.info.tensors.find(({ name }) => name === 'blk.2.ffn_up.weight')!,
    );
    bytes.writeUInt16LE(0x7e00, at.offset + 2 * (3 * 256 + 5));
    writeFileSync(path, bytes);
    await expect(withModel(path, (model) => evaluateAnswers([model], stretches(1)))).rejects.toThrow(
      /^blk\.2\.ffn_up\.weight: The weight at row 3, column 5/,
    );
  });

  it('refuses a text shorter than a stretch', () => {
    expect(() => cutText({ tokens: [1, 2, 3], begin: 1 }, 4, 10)).toThrow(/has 3 tokens; at least one stretch of 4/);
  });

  it('refuses an architecture it does not know, and opens it all the same', async () => {
    const path = join(folder, 'unknown.gguf');
    const bytes = readFileSync(ts3m);
    bytes.write('llamb', bytes.indexOf('llama'));
    writeFileSync(path, bytes);
    await withModel(path, async (model) => {
      expect(() => planPass([model], stretches(1))).toThrow(
        /^Nibble cannot run networks of the architecture "llamb"\. It can run: llama, .* Everything else works\.$/,
      );
    });
  });

  it('stops within 200 ms when it is told to', async () => {
    const stop = new AbortController();
    let asked = Infinity;
    const pass = withModel(ts3m, (model) =>
      evaluateAnswers([model], stretches(60), {
        signal: stop.signal,
        onProgress: () => {
          asked = Math.min(asked, performance.now());
          stop.abort();
        },
      }),
    );
    await expect(pass).rejects.toThrow(Stopped);
    expect(performance.now() - asked).toBeLessThan(200);
  });

  it('is held, goes on to the same figures, and does not count the time between', async () => {
    const pause = new Pause();
    const start = performance.now();
    let seconds = 0;
    let matrices = 0;
    let begun = () => {};
    const first = new Promise<void>((resolve) => (begun = resolve));
    const onProgress = (now: PassProgress) => (seconds = now.seconds);
    const onSeen = () => {
      matrices += 1;
      begun();
    };
    await withModel(ts3m, async (model) => {
      const pass = runPass([model], stretches(20), { pause, onProgress }, { onSeen });
      await first;
      pause.pause();
      await new Promise((resolve) => setTimeout(resolve, 500));
      const seen = matrices;
      await new Promise((resolve) => setTimeout(resolve, 1000));
      expect(matrices).toBe(seen);
      pause.resume();
      const figures = (await pass).flatMap((part) => [...part]);
      expect(matrices).toBeGreaterThan(seen);
      expect(pause.milliseconds).toBeGreaterThan(1400);
      expect(seconds).toBeLessThan((performance.now() - start) / 1000 - 1.4);
      expect(figures).toEqual((await runPass([model], stretches(20))).flatMap((part) => [...part]));
    });
  });
});

it('states its memory', async () => {
  await withModel(ts3m, async (model) => {
    const [plan] = planPass([model], stretches(60));
    const one = passMemory([plan!], 1);
    expect(passMemory([plan!], 3) - one).toBe(2 * plan!.memory.perWorkerBytes);
    expect(one).toBeGreaterThan(15360 * (256 + 768) * 4);
    expect(one).toBeLessThan(150e6);
  });
});
