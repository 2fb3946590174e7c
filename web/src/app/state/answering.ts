/** What two files answer to the same text. */
import { effect, type Signal, signal } from '@preact/signals';
import {
  type AnsweredText,
  answersByToken,
  type ChatUse,
  cutText,
  inChatTemplate,
  type PassProgress,
  Pause,
  Problem,
  sentenceOf,
  Stopped,
  type Text,
  tokensFor,
} from '../../core/index';
import { type Model, openFiles } from '../engine';
import { tellProblem } from './notices';
import { type Comparing, comparing } from './comparing';
import { chosenGpu } from './gpu';
import { type Opened, opened } from './opening';
import { blankTexts, costOf, secondsOf, type PassCost } from './pass-cost';
import { type Result, result } from './results';
import { headFor, isTextAtHand, runText } from './text';
import { workers } from './workers';
import { ownSentence, texts } from '../../text/texts';

/** How much of the text is used: stretches of so many tokens, the second half of each being scored. */
export interface Extent {
  name: 'short' | 'long';
  stretches: number;
  length: number;
}
export const SHORT: Extent = { name: 'short', stretches: 4, length: 256 };
export const LONG: Extent = { name: 'long', stretches: 40, length: 256 };

/** Two files that are to read the same text: the open model, and another that is opened for as long as it is needed. */
export interface Pair {
  first: Opened;
  second: () => Promise<Model>;
  /** What a person calls the second. */
  name: string;
}

export interface Answering {
  of: Pair;
  extent: Extent;
  text: string; // its name
  chat: ChatUse | null; // null: not known yet
  gpu: boolean; // whether it is to compute
  cost: PassCost | null; // null: the text is being read
  stop: AbortController;
  pause: Pause;
  share: number;
  secondsLeft: number | null;
  done: Answered | null;
}

export interface Answered extends AnsweredText {
  texts: readonly Text[];
  pieces: ReadonlyMap<number, Uint8Array>;
  seconds: number;
}

export interface Offer {
  extent: Extent;
  cost: PassCost;
}

/** A short comparison of a result that takes no longer than this begins by itself. */
const SECONDS_UNASKED = 15;
/** Tokens shown one by one. */
const MOST_SHOWN = 2048;

async function withSecond<T>({ second }: Pair, use: (second: Model) => T | Promise<T>): Promise<T> {
  const model = await second();
  try {
    return await use(model);
  } finally {
    model.close();
  }
}

/** The comparisons of one place of the page: one pair, and one comparison of it at a time. */
export class Answers {
  readonly pair: Signal<Pair | null> = signal(null);
  /** The comparison that is going, or the last one. */
  readonly now: Signal<Answering | null> = signal(null);
  /** What can be run over the pair, and what it takes; or why nothing can. Null: not known yet. */
  readonly offers: Signal<readonly Offer[] | string | null> = signal(null);

  /** Takes another pair, or none. What was said of the one before is dropped. */
  async take(pair: Pair | null): Promise<void> {
    this.stop();
    this.pair.value = pair;
    this.offers.value = null;
    if (!pair) return;
    try {
      const { model } = pair.first;
      model.encode(new TextEncoder().encode('Nibble'));
      const found = await withSecond(pair, (second) =>
        [SHORT, LONG].map((extent) => {
          const texts = blankTexts(extent.stretches, extent.length);
          return { extent, cost: costOf([model, second], texts, workers.peek(), { contrast: true }) };
        }),
      );
      if (this.pair.peek() === pair) this.offers.value = found;
    } catch (error) {
      if (this.pair.peek() === pair) this.offers.value = sentenceOf(error);
    }
  }

  /** Runs both over the text, side by side. */
  async compare(pair: Pair, extent: Extent): Promise<void> {
    this.stop();
    const stop = new AbortController();
    const pause = new Pause();
    const show = (change: Partial<Answering>) => {
      if (!stop.signal.aborted) this.now.value = { ...this.now.peek()!, ...change };
    };
    const gpu = chosenGpu() !== null;
    this.now.value = {
      of: pair,
      extent,
      stop,
      pause,
      gpu,
      text: '',
      chat: null,
      cost: null,
      share: 0,
      secondsLeft: null,
      done: null,
    };
    try {
      const text = await runText();
      await withSecond(pair, async (second) => {
        const models = [pair.first.model, second] as const;
        const { stretches, length } = extent;
        const read = await inChatTemplate(models[0], headFor(text, stretches * length));
        const texts = cutText(tokensFor(models, read.text, read.chat.used), length, stretches);
        show({ text: text.name, chat: read.chat, cost: costOf(models, texts, workers.peek(), { contrast: true }) });
        const start = performance.now();
        const run = {
          workers: workers.peek(),
          gpu,
          signal: stop.signal,
          pause,
          onProgress: ({ share, secondsLeft }: PassProgress) => show({ share, secondsLeft }),
        };
        const found = await answersByToken(models, texts, run, MOST_SHOWN);
        const ids = [
          ...texts.flatMap(({ tokens }) => [...tokens]),
          ...found.tokens.flatMap(({ likely, secondLikely }) => [...likely, ...secondLikely].map(({ token }) => token)),
        ];
        const pieces = models[0].pieces(new Set(ids));
        show({
          share: 1,
          done: { ...found, texts, pieces, seconds: (performance.now() - start - pause.milliseconds) / 1000 },
        });
      });
    } catch (error) {
      if (this.now.peek()?.stop === stop) this.now.value = null;
      if (!(error instanceof Stopped) && !stop.signal.aborted) {
        tellProblem(texts().state.answersNotCompared(pair.name), error);
      }
    }
  }

  stop(): void {
    this.now.peek()?.stop.abort();
    this.now.value = null;
  }
}

export const resultAnswers = new Answers();
export const comparedAnswers = new Answers();

/** Opens the output of a run. Throws Problem. */
async function outputOf({ plan, report }: Result): Promise<Model> {
  if (plan.container === 'safetensors') throw new Problem(ownSentence(texts().state.onlyGguf));
  const files = report.files.flatMap(({ blob, name }) => (blob ? [new File([blob], name || 'output.gguf')] : []));
  if (files.length === 0) throw new Problem(ownSentence(texts().state.notReadBack));
  return openFiles(files);
}

/** Answers belong to a result, whose original must be the open model. A short comparison begins by itself. */
export function followResultWithAnswers(): void {
  let last: Result | null = null;
  effect(() => {
    const shown = result.value;
    const usable = shown !== null && opened.value === shown.opened ? shown : null;
    if (usable === last) return;
    last = usable;
    const pair = usable && { first: usable.opened, second: () => outputOf(usable), name: usable.output };
    void resultAnswers.take(pair).then(async () => {
      const offers = resultAnswers.offers.peek();
      if (!pair || resultAnswers.pair.peek() !== pair || offers === null || typeof offers === 'string') return;
      if (secondsOf(offers[0]!.cost) > SECONDS_UNASKED || !(await isTextAtHand())) return;
      if (resultAnswers.pair.peek() === pair) void resultAnswers.compare(pair, SHORT);
    });
  });
}

/** Answers belong to a comparison that is done. */
export function followComparisonWithAnswers(): void {
  let last: Comparing['done'] = null;
  effect(() => {
    const now = comparing.value;
    const done = now?.done ?? null;
    if (done === last) return;
    last = done;
    const model = opened.peek();
    void comparedAnswers.take(
      done && now && model && { first: model, second: () => openFiles(now.files), name: now.second },
    );
  });
}
