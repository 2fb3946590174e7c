/** What letting models read texts takes, said before it is begun. */
import { passMemory, passOperations, type PassWishes, planPass, type Text } from '../../core/index';
import { bytes, duration, integer } from '../../text/units';
import type { Model } from '../engine';
import { chosenGpu } from './gpu';
import { texts } from '../../text/texts';

export interface PassCost {
  tokens: number;
  operations: number;
  workers: number;
  memory: number; // bytes, beside the page
}

/** Operations of a processor's worker in a second: a fifth below what `scripts/bench` finds on a machine of 2.6 GHz. */
export const OPERATIONS_A_SECOND = 12e9;

/** `wishes`: what the pass is for. Throws Problem when a model cannot be run, or two cannot be compared. */
export function costOf(
  models: readonly Model[],
  texts: readonly Text[],
  workers: number,
  wishes: PassWishes = {},
): PassCost {
  const plans = planPass(models, texts, wishes);
  const used = Math.min(workers, texts.length);
  return {
    tokens: texts.reduce((sum, { tokens }) => sum + tokens.length, 0),
    operations: passOperations(plans, wishes),
    workers: used,
    memory: passMemory(plans, used),
  };
}

/** As many texts of one length as a plan needs before the real ones are read. */
export function blankTexts(count: number, length: number): Text[] {
  return new Array<Text>(count).fill({ tokens: new Array<number>(length).fill(0), firstScored: length / 2 });
}

/** How long it takes, about, with what is chosen at the moment. The workers share a GPU. */
export function secondsOf({ operations, workers }: PassCost): number {
  return operations / (chosenGpu()?.operationsASecond ?? workers * OPERATIONS_A_SECOND);
}

export function costWords(cost: PassCost): string {
  const { tokens, memory } = cost;
  const words = chosenGpu() ? texts().state.costWithGpu : texts().state.cost;
  return words(integer(tokens), duration(secondsOf(cost)), bytes(memory));
}
