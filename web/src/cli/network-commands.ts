import { basename } from 'node:path';
import {
  answersByToken,
  LAYER_ROLES,
  cutText,
  inChatTemplate,
  passMemory,
  planPass,
  tokensFor,
  type AnsweredText,
  type ChatUse,
  type Mean,
  type OpenedModel,
  type PassProgress,
  type PassControls,
  type PassWishes,
  type Text,
} from '../core';
import { readBytes } from '../platform/node-files';
import { bytes as size, duration, integer, percent, plural } from '../text/units';
import { LineDisplay, withDisplay } from './display';
import { workersOf, type ComputeOptions } from './options';
import { tell } from './notes';
import { note, print, table } from './text';
import { withModel } from './with-model';

/** Running a model over a text: what it predicts, and what its matrices meet. */

export interface TextOptions extends ComputeOptions {
  file: string;
  ctxSize: number;
  chunks?: number;
  fromChunk?: number;
  parseSpecial?: boolean;
  chatTemplate?: boolean;
  json?: boolean;
}

export async function perplexity(path: string, options: TextOptions, signal: AbortSignal): Promise<void> {
  await withModel(path, options, nothingToCheck, async (model) => {
    const { notes } = model.info;
    tell(options, notes);
    const read = await readTexts([model], options);
    const { texts } = read;
    const work = (controls: PassControls) => answersByToken([model], texts, controls, 0);
    const { report, engine } = await withProgress(options, signal, work, [model], texts);
    print(
      options,
      { ...sourceOf(read, options), tokens: report.tokens, perplexity: report.perplexity, engine, notes },
      ({ tokens, perplexity: found }) =>
        `Perplexity ${estimate(found)} over ` +
        `${plural(tokens, 'token')} (${stretchesOf(read, options)}, the second half of each).`,
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
      const notes = { a: one.info.notes, b: other.info.notes };
      tell(options, notes.a, first);
      tell(options, notes.b, second);
      const read = await readTexts([one, other], options);
      const { texts } = read;
      const work = (controls: PassControls) => answersByToken([one, other], texts, controls, 0);
      const found = await withProgress(options, signal, work, [one, other], texts, { contrast: true });
      const { report, streams, outputs, engine } = found;
      print(options, { ...sourceOf(read, options), ...report, streams, outputs, engine, notes }, () =>
        describeAnswers(found, basename(first), basename(second)),
      );
    }),
  );
}

/** These commands' options mean something or are refused when they are parsed. */
export function nothingToCheck(): void {}

/** What a command reads: stretches of the text, and whether that is in the model's chat template. */
export interface ReadTexts {
  texts: Text[];
  chat: ChatUse;
}

/**
 * The stretches of the text. One line end at its end is no part of it, as in llama.cpp's programs. `chatByDefault`: a
 * model with a chat template gets the text in it when nobody says otherwise.
 */
export async function readTexts(
  models: readonly OpenedModel[],
  { file, ctxSize, chunks, fromChunk, parseSpecial, chatTemplate }: TextOptions,
  chatByDefault = false,
): Promise<ReadTexts> {
  const bytes = readBytes(file);
  const plain = bytes.at(-1) === lineEnd ? bytes.subarray(0, -1) : bytes;
  const wanted = chatTemplate ?? (chatByDefault && !parseSpecial);
  const { text, chat } = wanted
    ? await inChatTemplate(models[0]!, plain)
    : { text: plain, chat: { used: false, why: null } as const };
  if (!chat.used && chatTemplate === true) {
    note(chat.why ?? 'The model has no chat template, so the text is read as it is.');
  } else if (!chat.used && chat.why) {
    note(chat.why);
  }
  const tokens = tokensFor(models, text, parseSpecial || chat.used);
  return { texts: cutText(tokens, ctxSize, chunks ?? Infinity, fromChunk), chat };
}

const lineEnd = 10;

export function stretchesOf({ texts, chat }: ReadTexts, { ctxSize }: Pick<TextOptions, 'ctxSize'>): string {
  const stretches = `${plural(texts.length, 'stretch', 'stretches')} of ${ctxSize} tokens`;
  return chat.used ? `${stretches} in the model's chat template` : stretches;
}

/** What the figures were made of. */
export function sourceOf({ texts, chat }: ReadTexts, { file, ctxSize }: TextOptions) {
  return { text: basename(file), stretches: texts.length, ctxSize, chatTemplate: chat };
}

export async function withProgress<T>(
  options: ComputeOptions,
  signal: AbortSignal,
  work: (controls: PassControls) => Promise<T>,
  models: readonly OpenedModel[],
  texts: readonly Text[],
  wishes: PassWishes = {},
): Promise<T> {
  const workers = Math.min(options.workers ?? models[0]!.core.platform.parallelism, texts.length);
  note(
    `This takes at most ` +
      `${size(passMemory(planPass(models, texts, wishes), workers))} of memory with ${plural(workers, 'worker')}.`,
  );
  return withDisplay(new LineDisplay(), (display) =>
    work({
      ...workersOf(options),
      signal,
      onProgress: ({ share, secondsLeft }: PassProgress) =>
        display.show(`${percent(share)}${secondsLeft === null ? '' : ` · ${duration(secondsLeft)} left`}`),
    }),
  );
}

export function estimate({ value, error }: Mean, digits = 4): string {
  return `${value.toFixed(digits)} ± ${error.toFixed(digits)}`;
}

/** What differs in the answers of two models. */
export function describeAnswers(
  { report, streams, outputs }: Pick<AnsweredText, 'report' | 'streams' | 'outputs'>,
  first: string,
  second: string,
): string {
  const share = ({ value, error }: Mean) => `${percent(value, 2)} ± ${percent(error, 2)}`;
  const figures = table([
    [`Perplexity of ${first}`, estimate(report.perplexity)],
    [`Perplexity of ${second}`, estimate(report.secondPerplexity)],
    ['Mean divergence', `${estimate(report.divergence, 6)} nats`],
    ['Median divergence', `${report.divergenceMedian.toFixed(6)} nats`],
    ['99th percentile', `${report.divergence99.toFixed(6)} nats`],
    ['Same most likely token', share(report.sameTop)],
    ['Probability kept', share(report.kept)],
    ['Tokens', integer(report.tokens)],
  ]);
  if (outputs.length === 0) return figures;
  const roles = ROLES.filter((role) => outputs.some(({ errors }) => errors[role] !== undefined));
  const cell = (value: number | undefined) => (value === undefined ? '–' : percent(value, 3));
  const layers = table(
    [
      ['layer', ...roles, 'streams apart'],
      ...outputs.map(({ layer, errors }) => [
        String(layer),
        ...roles.map((role) => cell(errors[role])),
        cell(streams[layer]),
      ]),
    ],
    [0, ...roles.map((_, index) => index + 1), roles.length + 1],
  );
  return `${figures}\n\nSquared error of each layer's outputs, and how far the streams are apart after it:\n${layers}`;
}

const ROLES = Object.values(LAYER_ROLES);
