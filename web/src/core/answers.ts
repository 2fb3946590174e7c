import type { Core, OpenedModel } from './opened-model';
import { answer, throwProblem, withBytes } from './module';
import { LAYER_ROLES, runPass, type PassControls, type PassWatch } from './pass';
import { Problem } from './problem';
import type { AnsweredToken, AnswerReport, LayerRole, OutputErrors, ProductEngine, Text, TextTokens } from './types';

/**
 * The tokens of a text (UTF-8) for one model, or for two that are to be compared. Throws Problem when a model cannot
 * read texts, or when the two make different tokens of it.
 */
export function tokensFor(models: readonly OpenedModel[], text: Uint8Array, parseSpecial = false): TextTokens {
  const [first, second] = models.map((model) => model.encode(text, parseSpecial));
  const other = second?.tokens;
  if (other && (other.length !== first!.tokens.length || other.some((token, i) => token !== first!.tokens[i]))) {
    throw new Problem(
      'The models make different tokens of this text, so their ' +
        'answers cannot be compared: they have different tokenizers.',
    );
  }
  return first!;
}

/**
 * Cuts a text into stretches of `length` tokens, `most` at most and `passedOver` ones left out before them, as
 * llama-perplexity does: each begins with the token that begins a text, if there is one, in place of its first, and its
 * second half is scored. Tokens left over at the end are not used. Throws Problem when there are too few.
 */
export function cutText({ tokens, begin }: TextTokens, length: number, most: number, passedOver = 0): Text[] {
  const count = Math.min(most, Math.floor(tokens.length / length) - passedOver);
  if (count < 1) {
    throw new Problem(
      `The text has ${tokens.length} tokens; at least one stretch of ${length}` +
        `${passedOver > 0 ? ` after the first ${passedOver}` : ''} is needed. ` +
        'Use a longer text, or shorter stretches.',
    );
  }
  return Array.from({ length: count }, (_, index) => {
    const number = passedOver + index;
    const own = tokens.slice(number * length, (number + 1) * length);
    if (begin !== null) own[0] = begin;
    return { tokens: own, firstScored: Math.floor(length / 2) };
  });
}

/**
 * What a model predicts of texts, or, of two models, how the second's predictions differ from the first's. Throws
 * Stopped or Problem.
 */
export async function evaluateAnswers(
  models: readonly [OpenedModel, OpenedModel?],
  texts: readonly Text[],
  controls: PassControls = {},
): Promise<AnswerReport> {
  return (await answersByToken(models, texts, controls, 0)).report;
}

/** What evaluateAnswers() finds, and what was predicted where each of the first scored tokens stands. */
export interface AnsweredText {
  report: AnswerReport;
  /**
   * After each layer: how far the second model's residual stream is from the first's, the mean over all tokens of the
   * difference's length over that of the first's. Empty where the models have other layers.
   */
  streams: number[];
  /** Layer by layer, what the second model's weights change in outputs; empty where the models have other layers. */
  outputs: OutputErrors[];
  engine: ProductEngine;
  tokens: AnsweredToken[]; // in the order of the texts: in each from number firstScored + 1 on
}

/** As evaluateAnswers(), with what was predicted of up to `most` tokens. Throws Stopped or Problem. */
export async function answersByToken(
  models: readonly [OpenedModel, OpenedModel?],
  texts: readonly Text[],
  controls: PassControls,
  most: number,
): Promise<AnsweredText> {
  const [first, second] = models;
  const streams: number[] = [];
  const onStreams = (_: number, apart: number) => void streams.push(apart);
  const changes = new OutputChanges();
  const watch = second ? { onStreams, onContrast: changes.add } : {};
  let engine: ProductEngine = { name: '', problem: null };
  const onEngine = (used: ProductEngine) => {
    engine = used;
    controls.onEngine?.(used);
  };
  const figures = await runPass(second ? [first, second] : [first], texts, { ...controls, onEngine }, watch);
  return { streams, outputs: changes.errors(), engine, ...answersOf(first.core, figures, most) };
}

/** Sums of squares by layer and role, as a pass tells them: what changes, and the output. */
class OutputChanges {
  readonly #layers: Partial<Record<LayerRole, [change: number, output: number]>>[] = [];

  readonly add: NonNullable<PassWatch['onContrast']> = ({ op, layer }, change, output) => {
    const sums = ((this.#layers[layer] ??= {})[LAYER_ROLES[op]!] ??= [0, 0]);
    sums[0] += change;
    sums[1] += output;
  };

  errors(): OutputErrors[] {
    return this.#layers.map((roles, layer) => ({
      layer,
      errors: Object.fromEntries(
        Object.entries(roles).flatMap(([role, [change, output]]) => (output > 0 ? [[role, change / output]] : [])),
      ),
    }));
  }
}

/** What figures of scored tokens, as runPass() gives them, come to; and up to `most` tokens one by one. */
export function answersOf(
  { module }: Pick<Core, 'module'>,
  figures: readonly Float64Array[],
  most = 0,
): Pick<AnsweredText, 'report' | 'tokens'> {
  const answers = new module.Answers();
  try {
    for (const part of figures) {
      const bytes = new Uint8Array(part.buffer, part.byteOffset, part.byteLength);
      throwProblem(withBytes(module, bytes, (pointer) => answers.add(pointer, part.length)));
    }
    return {
      report: answer(answers.report()),
      tokens: answer(answers.tokens(0, most)),
    };
  } finally {
    answers.delete();
  }
}
