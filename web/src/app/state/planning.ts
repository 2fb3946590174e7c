/** What the person asks for, and what it would give: the plan of the chosen type, and the price of every other. */
import { computed, effect, signal } from '@preact/signals';
import { breath, type FileTypeInfo, type Plan, type PlanOptions, type Price, sentenceOf } from '../../core/index';
import { core, type Model } from '../engine';
import { bestMethodOf } from '../plan/method-answers';
import { opened } from './opening';
import { packedTypes } from './packed-types';

export type Priced = { price: Price } | { problem: string };

const DEFAULT_TYPE = 'Q4_K_M';

export const options = signal<PlanOptions>({ type: DEFAULT_TYPE });
export const plan = signal<{ plan: Plan } | { problem: string } | null>(null);
export const prices = signal<ReadonlyMap<string, Priced>>(new Map());

export const currentPlan = computed(() => (plan.value && 'plan' in plan.value ? plan.value.plan : null));

/** While a mix for a size stands in for the file type: what was asked for before, and is again when the mix is left. */
export const beforeMix = signal<PlanOptions | null>(null);

type Change = { [Key in keyof PlanOptions]?: PlanOptions[Key] | undefined };

function changedBy(change: Change, before: PlanOptions): PlanOptions {
  const next: Record<string, unknown> = { ...before, ...change };
  for (const key of Object.keys(next)) if (next[key] === undefined) delete next[key];
  return next as unknown as PlanOptions;
}

/** The method that goes with a file type until the person chooses one; undefined: llama.cpp's. */
export function methodOfType(name: string): string | undefined {
  const type = core.value?.fileTypes.find((each) => each.name === name)?.defaultType ?? '';
  return bestMethodOf(type);
}

let methodIsChosen = false;
let someTypeIsChosen = false;
/** Whether the person has chosen a type, or a mix stands in for one. */
export const typeIsChosen = () => someTypeIsChosen || beforeMix.peek() !== null;

/** Takes options as a whole, of a run that is to be repeated. */
export function takeOptions(wanted: PlanOptions): void {
  someTypeIsChosen = true;
  options.value = wanted;
}

/**
 * Changes some of the options; undefined takes one back. Another type takes the place of a mix, and brings its method
 * along where the person has not chosen one; a recipe brings what it says. `by`: who asks.
 */
export function ask(asked: Change, by: 'person' | 'suggested' = 'person'): void {
  let change = asked;
  if ('type' in asked && by === 'person') someTypeIsChosen = true;
  if ('method' in asked) methodIsChosen = true;
  else if (asked.type !== undefined && !('tensorTypes' in asked) && !methodIsChosen)
    change = { ...asked, method: methodOfType(asked.type) };
  const before = beforeMix.value;
  if (before && 'type' in change) {
    beforeMix.value = null;
    options.value = changedBy(change, before);
    return;
  }
  if (before && !('tensorTypes' in change)) beforeMix.value = changedBy(change, before);
  options.value = changedBy(change, options.value);
}

function attempt<T>(make: () => T): T | { problem: string } {
  try {
    return make();
  } catch (error) {
    return { problem: sentenceOf(error) };
  }
}

let round = 0;
let priced: Model | undefined;

/** Plans every type under the current options, one at a time, and gives up when the options change. */
async function priceAll(fileTypes: readonly FileTypeInfo[]): Promise<void> {
  round += 1;
  const mine = round;
  const model = opened.value?.model;
  const wanted = beforeMix.value ?? options.value;
  const found = new Map<string, Priced>();
  if (model !== priced) prices.value = new Map();
  priced = model;
  if (model) {
    for (const { name } of fileTypes) {
      await breath();
      if (mine !== round) return;
      found.set(
        name,
        attempt(() => ({ price: model.price({ ...wanted, type: name }) })),
      );
    }
  }
  prices.value = found;
}

/** Follows the open model and the options from now on. */
export function startPlanning(): void {
  let planned: Model | undefined;
  effect(() => {
    const model = opened.value?.model;
    const wanted = options.value;
    if (model === planned) {
      plan.value = model ? attempt(() => ({ plan: model.plan(wanted) })) : null;
      return;
    }
    // A new model is shown first; planning thousands of tensors takes a moment.
    planned = model;
    plan.value = null;
    void breath().then(() => {
      if (planned === model && model) plan.value = attempt(() => ({ plan: model.plan(options.value) }));
    });
  });
  effect(() => {
    const fileTypes = [...(core.value?.fileTypes ?? []), ...packedTypes.value];
    void opened.value;
    void options.value;
    void beforeMix.value;
    void priceAll(fileTypes);
  });
}
