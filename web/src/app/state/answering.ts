/** What the output answers beside its original: one comparison at a time. */
import { effect, signal } from '@preact/signals';
import {
  type AnsweredText,
  answersByToken,
  cutText,
  passMemory,
  type PassProgress,
  planPass,
  Problem,
  sentenceOf,
  Stopped,
  type Text,
  tokensFor,
} from '../../core/index';
import { type Model, openFiles } from '../engine';
import { tellProblem } from './notices';
import { opened } from './opening';
import { type Result, result } from './running';
import { headOf, OPERATIONS_A_SECOND, runText } from './text';
import { workers } from './workers';

/** How much of the text is used: stretches of so many tokens, the second half of each being scored. */
export interface Extent {
  name: 'short' | 'long';
  stretches: number;
  length: number;
}
export const SHORT: Extent = { name: 'short', stretches: 4, length: 256 };
export const LONG: Extent = { name: 'long', stretches: 40, length: 256 };

/** What a comparison will take. */
export interface Cost {
  tokens: number;
  seconds: number;
  memory: number; // bytes, beside the page
}

export interface Answering {
  of: Result;
  extent: Extent;
  text: string; // its name
  cost: Cost | null; // null: the text is being read
  stop: AbortController;
  share: number;
  secondsLeft: number | null;
  done: Answered | null;
}

export interface Answered extends AnsweredText {
  texts: readonly Text[];
  pieces: ReadonlyMap<number, Uint8Array>;
  seconds: number;
}

export const answering = signal<Answering | null>(null);
/** What can be run over the last result and its original, and what it takes; or why nothing can. Null: not known yet. */
export const offers = signal<readonly Offer[] | string | null>(null);

export interface Offer {
  extent: Extent;
  cost: Cost;
}

/** A short comparison that takes no longer than this begins by itself. */
const SECONDS_UNASKED = 15;
/** Tokens shown one by one. */
const MOST_SHOWN = 2048;

/** Opens the output of a run, for as long as `use` takes. Throws Problem. */
async function withOutput<T>({ plan, report }: Result, use: (output: Model) => T | Promise<T>): Promise<T> {
  if (plan.container === 'safetensors') throw new Problem('Only GGUF files are run here.');
  const files = report.files.flatMap(({ blob, name }) => (blob ? [new File([blob], name || 'output.gguf')] : []));
  if (files.length === 0) throw new Problem('The output cannot be read back here.');
  const output = await openFiles(files);
  try {
    return await use(output);
  } finally {
    output.close();
  }
}

/** What passes of two models over texts take. Throws Problem when they cannot be run. */
function costOf(models: readonly Model[], texts: readonly Text[]): Cost {
  const plans = planPass(models, texts);
  const used = Math.min(workers.peek(), texts.length);
  const operations = plans.reduce((sum, plan) => sum + plan.operations, 0);
  return {
    tokens: texts.reduce((sum, { tokens }) => sum + tokens.length, 0),
    seconds: operations / (used * OPERATIONS_A_SECOND),
    memory: passMemory(plans, used),
  };
}

async function findOffers(shown: Result): Promise<Offer[]> {
  const original = shown.opened.model;
  original.encode(new TextEncoder().encode('Nibble'));
  return withOutput(shown, (output) =>
    [SHORT, LONG].map((extent) => {
      const one = { tokens: new Array<number>(extent.length).fill(0), firstScored: extent.length / 2 };
      return { extent, cost: costOf([original, output], new Array<Text>(extent.stretches).fill(one)) };
    }),
  );
}

/** Runs original and output over the text, side by side. */
export async function compareAnswers(shown: Result, extent: Extent): Promise<void> {
  answering.peek()?.stop.abort();
  const stop = new AbortController();
  const show = (change: Partial<Answering>) => {
    if (!stop.signal.aborted) answering.value = { ...answering.peek()!, ...change };
  };
  answering.value = { of: shown, extent, stop, text: '', cost: null, share: 0, secondsLeft: null, done: null };
  try {
    const text = await runText();
    await withOutput(shown, async (output) => {
      const models = [shown.opened.model, output] as const;
      const { stretches, length } = extent;
      const texts = cutText(tokensFor(models, headOf(text, stretches * length)), length, stretches);
      show({ text: text.name, cost: costOf(models, texts) });
      const start = performance.now();
      const run = {
        workers: workers.peek(),
        signal: stop.signal,
        onProgress: ({ share, secondsLeft }: PassProgress) => show({ share, secondsLeft }),
      };
      const found = await answersByToken(models, texts, run, MOST_SHOWN);
      const ids = [
        ...texts.flatMap(({ tokens }) => [...tokens]),
        ...found.tokens.flatMap(({ likely, secondLikely }) => [...likely, ...secondLikely].map(({ token }) => token)),
      ];
      const pieces = models[0].pieces(new Set(ids));
      show({ share: 1, done: { ...found, texts, pieces, seconds: (performance.now() - start) / 1000 } });
    });
  } catch (error) {
    if (answering.peek()?.stop === stop) answering.value = null;
    if (!(error instanceof Stopped) && !stop.signal.aborted) {
      tellProblem(`Answers not compared: ${shown.output}`, error);
    }
  }
}

export function stopAnswering(): void {
  answering.peek()?.stop.abort();
  answering.value = null;
}

/** Answers belong to a result, whose original must be the open model. A short comparison begins by itself. */
export function followResultWithAnswers(): void {
  effect(() => {
    const shown = result.value;
    const usable = shown !== null && opened.value === shown.opened;
    if (usable && answering.peek()?.of === shown) return;
    stopAnswering();
    offers.value = null;
    if (!usable) return;
    findOffers(shown).then(
      (found) => {
        if (result.peek() !== shown) return;
        offers.value = found;
        if (found[0]!.cost.seconds <= SECONDS_UNASKED) void compareAnswers(shown, SHORT);
      },
      (error: unknown) => {
        if (result.peek() === shown) offers.value = sentenceOf(error);
      },
    );
  });
}
