/** The method "calibrated": the text codes are to be chosen by, and what that takes, known before a run begins. */
import { computed, effect, signal } from '@preact/signals';
import {
  blobHandle,
  CalibrationCost,
  type CalibrationLevel,
  calibratedOf,
  calibrationMemory,
  calibrationPass,
  type CalibrationTexts,
  type ChatUse,
  cutText,
  type DividedTexts,
  divideTexts,
  expectStatistics,
  fewestTokens,
  inChatTemplate,
  levelFor,
  type PassPlan,
  type Plan,
  Problem,
  productSpeed,
  savedBytes,
  sentenceOf,
  stretchTokens,
  tokensFor,
  tokensOf,
  usualTokens,
} from '../../core/index';
import { browserPlatform } from '../../platform/browser';
import { type Model, wholeCore } from '../engine';
import { opened, type Opened } from './opening';
import { blankTexts } from './pass-cost';
import { currentPlan, options } from './planning';
import { chosenGpu } from './gpu';
import { type ChosenStatistics, chosenStatistics, savesStatistics } from './statistics';
import { headOf, ownText, runText, textFile } from './text';
import { workers } from './workers';
import { ownSentence, texts as words } from '../../text/texts';

export const CALIBRATED = 'calibrated';

/** A text that a run is calibrated by. */
export interface TextWish {
  text: File;
  tokens: number; // at most
  level: CalibrationLevel;
  savedBytes: number | null; // of the file of what codes are chosen by; null: it is not kept
  gpu: boolean; // only where it is kept
}

/** What a run is calibrated by: a text, or what was made of one. */
export type CalibrationWish = TextWish | { statistics: File };

/** The name of the file that it is. */
export const nameOfWish = (wish: CalibrationWish) => ('statistics' in wish ? wish.statistics : wish.text).name;

export const wantedTokens = signal(usualTokens);
/** Null: as many tokens allow. */
export const wantedLevel = signal<CalibrationLevel | null>(null);

/** A text cut for the open model, and what the model will do with it. */
interface Cut {
  of: Opened;
  texts: DividedTexts;
  chat: ChatUse;
  pass: PassPlan;
  inText: number; // tokens of the whole text
  whole: boolean; // they were counted; otherwise the start of the text tells how many there are, about
}

/** Stands for the text where the length of what is saved is wanted: that depends on its name, by some bytes. */
const textUnknown = { text: { name: '', bytes: 0, sha256: '0'.repeat(64) } };

/** Null: not known yet; a sentence: why it cannot be. */
const cut = signal<Cut | string | null>(null);

/** Why a model cannot be calibrated by any text; null where it can. */
export function whyNotCalibrated(model: Model): string | null {
  try {
    model.encode(new TextEncoder().encode('Nibble'));
    const blank = blankTexts(Math.ceil(fewestTokens / stretchTokens), stretchTokens);
    calibrationPass(model, divideTexts(blank));
    return null;
  } catch (error) {
    return sentenceOf(error);
  }
}

/** Of ordinary texts and vocabularies; a start that was too short is doubled. */
const BYTES_A_TOKEN = 4;
/** How a text is cut into turns and tokens may change near its end: so many tokens are kept out of what is used. */
const SLACK = 2048;

/** Reads the start of a text, as far as so many tokens need it, and cuts it. Throws Problem. */
async function cutFor(model: Model, bytes: Uint8Array, tokens: number): Promise<Omit<Cut, 'of' | 'pass'>> {
  for (let length = (tokens + SLACK) * BYTES_A_TOKEN; ; length *= 2) {
    const head = headOf(bytes, length);
    const { text, chat } = await inChatTemplate(model, head);
    const read = tokensFor([model], text, chat.used);
    const whole = head.length === bytes.length;
    if (!whole && read.tokens.length < tokens + SLACK) continue;
    const most = Math.max(1, Math.floor(tokens / stretchTokens));
    return {
      texts: divideTexts(cutText(read, stretchTokens, most)),
      chat,
      inText: (read.tokens.length * bytes.length) / head.length,
      whole,
    };
  }
}

/** What a run is calibrated by, read once more from the file. Throws Stopped or Problem. */
export async function readTexts(model: Model, wish: TextWish, signal: AbortSignal): Promise<CalibrationTexts> {
  const { text } = wish;
  const sha256 = await browserPlatform.hashFile(blobHandle(text), { signal });
  const bytes = new Uint8Array(await text.arrayBuffer());
  const { texts, chat } = await cutFor(model, bytes, wish.tokens);
  return { ...texts, chat, text: { name: text.name, bytes: text.size, sha256 } };
}

/** Of a worker, in a second: timed once, until a calibration on this computer tells more. */
let timed: number | null = null;
const learned = signal<number | null>(null);

function speed(): number {
  if (learned.value !== null) return learned.value;
  timed ??= opened.value && wholeCore.value ? productSpeed(wholeCore.value.module) : null;
  return timed ?? 1e10;
}

/** What a calibration that is done tells of the speed. */
export function learnSpeed(cost: CalibrationCost, workersUsed: number, seconds: number): void {
  const { shared, each } = cost.total();
  if (seconds > 1) learned.value = (shared / workersUsed + each) / seconds;
}

export interface CalibrationOffer {
  chat: ChatUse;
  tokens: number; // that calibrate
  heldBack: number;
  inText: number;
  whole: boolean;
  level: CalibrationLevel;
  bestLevel: CalibrationLevel; // as many tokens allow
  served: number; // tensors
  seconds: number;
  basis: 'a timing' | 'the last run'; // of the seconds
  memory: number; // bytes, beside an idle page
  statisticsBytes: number; // of the file that the statistics would be, about, or are
}

/** What the method would do with the plan and text of choice; or why it cannot. Null: not chosen, or not known yet. */
export const calibrationOffer = computed<CalibrationOffer | string | null>(() => {
  const plan = currentPlan.value;
  if (options.value.method !== CALIBRATED || plan === null) return null;
  const chosen = chosenStatistics.value;
  if (chosen !== null && opened.value !== null) return offerOf(opened.value.model, plan, chosen);
  const known = cut.value;
  if (known === null) return null;
  if (typeof known === 'string') return known;
  if (known.of !== opened.value) return null;
  const { texts, chat, pass, inText, whole } = known;
  const served = calibratedOf(plan).length;
  if (served === 0) return ownSentence(words().state.nothingToCalibrate);
  const bestLevel = levelFor(pass, texts);
  const level = wantedLevel.value ?? bestLevel;
  const [tokens, heldBack] = [tokensOf(texts.calibrate), tokensOf(texts.heldBack)];
  const { shared, each } = new CalibrationCost(plan, pass, tokens, heldBack, level).total();
  const used = Math.min(workers.value, texts.calibrate.length);
  // Two networks answer the tokens held back, twice.
  const answers = (4 * pass.operations * heldBack) / (tokens + heldBack);
  return {
    chat,
    tokens,
    heldBack,
    inText,
    whole,
    level,
    bestLevel,
    served,
    seconds: ((shared + answers) / used + each) / speed(),
    basis: learned.value === null ? 'a timing' : 'the last run',
    memory: calibrationMemory(pass, level, used),
    statisticsBytes: savedBytes(known.of.model, plan, pass, { ...texts, ...textUnknown, chat }, level),
  };
});

/** The same by statistics: the model reads no text. */
function offerOf(model: Model, plan: Plan, { file, statistics }: ChosenStatistics): CalibrationOffer | string {
  try {
    expectStatistics(model, plan, statistics);
    const { level, tokens, heldBack, chatTemplate: chat } = statistics.head;
    const blank = divideTexts(blankTexts(Math.ceil(fewestTokens / stretchTokens), stretchTokens));
    const pass = calibrationPass(model, blank);
    const { shared, each } = new CalibrationCost(plan, pass, 0, 0, level).total();
    return {
      chat,
      tokens,
      heldBack,
      inText: tokens + heldBack,
      whole: true,
      level,
      bestLevel: level,
      served: calibratedOf(plan).length,
      seconds: (shared / workers.value + each) / speed(),
      basis: learned.value === null ? 'a timing' : 'the last run',
      memory: calibrationMemory(pass, level, workers.value),
      statisticsBytes: file.size,
    };
  } catch (error) {
    return sentenceOf(error);
  }
}

/** Cuts the text of choice while the method is chosen. */
export function followWithCalibration(): void {
  let round = 0;
  effect(() => {
    const mine = ++round;
    const model = opened.value;
    const tokens = wantedTokens.value;
    const chosen = options.value.method === CALIBRATED;
    void ownText.value;
    if (!model || !chosen) return;
    const settle = (found: Cut | string) => {
      if (mine === round) cut.value = found;
    };
    runText()
      .then(async ({ bytes }) => {
        if (mine !== round) return;
        const found = await cutFor(model.model, bytes, tokens);
        const pass = calibrationPass(model.model, found.texts);
        settle({ of: model, ...found, pass });
      })
      .catch((error: unknown) => settle(sentenceOf(error)));
  });
}

/** What a run that begins now is calibrated by. Throws Problem. */
export async function calibrationWish(): Promise<CalibrationWish> {
  const offer = calibrationOffer.peek();
  if (offer === null || typeof offer === 'string') throw new Problem(offer ?? ownSentence(words().state.textBeingRead));
  const chosen = chosenStatistics.peek();
  if (chosen !== null) return { statistics: chosen.file };
  return {
    text: await textFile(),
    tokens: wantedTokens.peek(),
    level: offer.level,
    savedBytes: savesStatistics.peek() ? offer.statisticsBytes : null,
    gpu: chosenGpu() !== null,
  };
}
