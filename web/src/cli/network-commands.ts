import { basename } from 'node:path';
import {
  cutText,
  evaluateAnswers,
  makeImportance,
  passMemory,
  planPass,
  Problem,
  type AnswerReport,
  type Estimate,
  type OpenedModel,
  type PassProgress,
  type PassRun,
  type Text,
} from '../core';
import { readText } from '../platform/node-files';
import { writeBytes } from '../platform/node-place';
import { bytes as size, duration, percent } from '../text/units';
import { LineDisplay, withDisplay } from './display';
import { workersOf, type ComputeOptions } from './options';
import { checkOutputs, removeLeftovers } from './outputs';
import { note, print, table } from './text';
import { withModel } from './with-model';

/** Running a model over a text: what it predicts, and what its matrices meet. */

export interface TextOptions extends ComputeOptions {
  tokens: string;
  ctxSize: number;
  chunks?: number;
  json?: boolean;
}

export async function perplexity(path: string, options: TextOptions, signal: AbortSignal): Promise<void> {
  await withModel(path, options, nothingToCheck, async (model) => {
    const texts = readTexts(options);
    const report = await withProgress(options, signal, (run) => evaluateAnswers([model], texts, run), [model], texts);
    print(
      options,
      { tokens: report.tokens, perplexity: report.perplexity },
      ({ tokens, perplexity: found }) =>
        `Perplexity ${estimate(found)} over ${tokens} tokens (${texts.length} stretches of ${options.ctxSize}, the second half of each).`,
    );
  });
}

export async function evaluate(
  first: string,
  second: string,
  options: TextOptions,
  signal: AbortSignal,
): Promise<void> {
  await withModel(first, options, nothingToCheck, (one) =>
    withModel(second, options, nothingToCheck, async (other) => {
      const texts = readTexts(options);
      const work = (run: PassRun) => evaluateAnswers([one, other], texts, run);
      const report = await withProgress(options, signal, work, [one, other], texts);
      print(options, report, (found) => describeAnswers(found, basename(first), basename(second)));
    }),
  );
}

export interface ImatrixOptions extends TextOptions {
  output: string;
}

export async function imatrix(path: string, options: ImatrixOptions, signal: AbortSignal): Promise<void> {
  await withModel(path, options, nothingToCheck, async (model, inputs) => {
    const what = 'the importance matrix';
    const named = [...inputs.named, { path: options.tokens, what: 'the tokens' }];
    const targets = checkOutputs([{ path: options.output, what }], named);
    removeLeftovers(targets);
    const texts = readTexts(options);
    const work = (run: PassRun) => makeImportance(model, texts, basename(options.tokens), run);
    const file = await withProgress(options, signal, work, [model], texts);
    await writeBytes(targets[0]!, file);
    const written = { output: options.output, bytes: file.byteLength, chunks: texts.length, tokens: options.ctxSize };
    print(
      options,
      written,
      () => `${options.output}: ${size(file.byteLength)}, from ${texts.length} stretches of ${options.ctxSize} tokens.`,
    );
  });
}

/** These commands' options mean something or are refused when they are parsed. */
function nothingToCheck(): void {}

/** Tokens made elsewhere: JSON { "begin": the token that begins a sequence, or null, "tokens": [...] }. */
function readTexts({ tokens: path, ctxSize, chunks }: TextOptions): Text[] {
  let file: { begin?: unknown; tokens?: unknown };
  try {
    file = JSON.parse(readText(path));
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem(`${path} is no JSON.`);
  }
  const isToken = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 0;
  const begin = file?.begin ?? null;
  if (!Array.isArray(file?.tokens) || !file.tokens.every(isToken) || !(begin === null || isToken(begin))) {
    throw new Problem(`${path} holds no tokens. Write {"begin": 1, "tokens": [...]}, or "begin": null.`);
  }
  const all = begin === null ? file.tokens : [begin, ...file.tokens];
  return cutText(all, ctxSize, chunks ?? Infinity, begin);
}

async function withProgress<T>(
  options: ComputeOptions,
  signal: AbortSignal,
  work: (run: PassRun) => Promise<T>,
  models: readonly OpenedModel[],
  texts: readonly Text[],
): Promise<T> {
  const workers = Math.min(options.workers ?? models[0]!.core.platform.parallelism, texts.length);
  note(`This takes at most ${size(passMemory(planPass(models, texts), workers))} of memory with ${workers} workers.`);
  return withDisplay(new LineDisplay(), (display) =>
    work({
      ...workersOf(options),
      signal,
      onProgress: ({ share, secondsLeft }: PassProgress) =>
        display.show(`${percent(share)}${secondsLeft === null ? '' : ` · ${duration(secondsLeft)} left`}`),
    }),
  );
}

function estimate({ value, error }: Estimate, digits = 4): string {
  return `${value.toFixed(digits)} ± ${error.toFixed(digits)}`;
}

/** What differs in the answers of two models. */
export function describeAnswers(report: AnswerReport, first: string, second: string): string {
  const share = ({ value, error }: Estimate) => `${percent(value, 2)} ± ${percent(error, 2)}`;
  return table([
    [`Perplexity of ${first}`, estimate(report.perplexity)],
    [`Perplexity of ${second}`, estimate(report.secondPerplexity)],
    ['Mean divergence', `${estimate(report.divergence, 6)} nats`],
    ['Median divergence', `${report.divergenceMedian.toFixed(6)} nats`],
    ['99th percentile', `${report.divergence99.toFixed(6)} nats`],
    ['Same most likely token', share(report.sameTop)],
    ['Probability kept', share(report.kept)],
    ['Tokens', String(report.tokens)],
  ]);
}
