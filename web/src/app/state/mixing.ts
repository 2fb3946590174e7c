/** The best mix of types for a size, and what a person changes about it. While there is one, it stands in for the file type. */
import { effect, signal } from '@preact/signals';
import {
  type Assignment,
  breath,
  type Mix,
  type Observation,
  type PlanOptions,
  sentenceOf,
  type Solution,
  type SolveRequest,
} from '../../core/index';
import { complete, measured, measurement } from './measuring';
import { opened } from './opening';
import { beforeMix, options } from './planning';
import { isRunning } from './running';

type Objective = 'squared' | 'weighted';

/** The mix that is planned; null: a file type is. */
export const mix = signal<Mix | Solution | null>(null);
export const mixProblem = signal<string | null>(null);
/** The size last asked for, in bytes of the output. */
export const wantedBytes = signal<number | null>(null);
export const objective = signal<Objective>('squared');
/** Factors of the error of roles; 1 where nothing is said. */
export const roleWeights = signal<NonNullable<SolveRequest['roleWeights']>>({});
/** Types a person gave to tensors; they stay when the size changes. */
export const ownTypes = signal<Assignment>({});
/** The least error for sizes from the smallest to the largest. */
export const frontier = signal<readonly { bytes: number; bitsPerWeight: number; sqnrDb: number }[]>([]);
export const observation = signal<Observation | null>(null);

const FRONTIER_POINTS = 28;
/** A slider asks many times a second; the plan follows when it rests. */
const PLAN_AFTER_MS = 200;

/** What the person's options say of single tensors. */
function fixedBy(own: PlanOptions): Pick<SolveRequest, 'fixed' | 'assigned'> {
  const tensors = opened.value?.info.tensors ?? [];
  const output = tensors.find((tensor) => tensor.name === 'output.weight');
  const first: NonNullable<SolveRequest['fixed']> = [];
  if (own.tokenEmbeddingType)
    first.push({ pattern: '^(per_layer_)?token_embd\\.weight$', type: own.tokenEmbeddingType });
  if (own.outputTensorType) first.push({ pattern: '^output\\.weight$', type: own.outputTensorType });
  return {
    fixed: [...first, ...(own.tensorTypes ?? [])],
    assigned: { ...(own.leaveOutputTensor && output ? { 'output.weight': output.type } : {}), ...ownTypes.value },
  };
}

function request(size: { bytes: number } | { bitsPerWeight: number }): SolveRequest {
  return {
    ...size,
    objective: objective.value,
    roleWeights: roleWeights.value,
    ...fixedBy(beforeMix.value ?? options.value),
  };
}

let planTimer = 0;

/** Plans a mix in place of the file type. */
function plan(next: Mix | Solution): void {
  mix.value = next;
  mixProblem.value = null;
  clearTimeout(planTimer);
  planTimer = window.setTimeout(() => {
    if (mix.value !== next) return;
    beforeMix.value ??= options.value;
    const { type, tensorTypes } = next.recipe;
    const {
      pure: _pure,
      leaveOutputTensor: _leave,
      outputTensorType: _output,
      tokenEmbeddingType: _embedding,
      ...rest
    } = beforeMix.value;
    options.value = { ...rest, type, tensorTypes };
  }, PLAN_AFTER_MS);
}

function attempt(make: () => void): void {
  try {
    make();
  } catch (error) {
    mixProblem.value = sentenceOf(error);
  }
}

/** The best mix for a file of at most so many bytes. */
export function solveFor(bytes: number): void {
  wantedBytes.value = bytes;
  const known = measurement.value;
  if (known) attempt(() => plan(known.solve(request({ bytes }))));
}

/** The best mix that takes at most so many bits per weight. */
export function solveForBits(bitsPerWeight: number): void {
  const known = measurement.value;
  if (!known) return;
  attempt(() => {
    const solution = known.solve(request({ bitsPerWeight }));
    wantedBytes.value = solution.bytes;
    plan(solution);
  });
}

/** Solves again after something about the question changed. */
export function solveAgain(): void {
  if (mix.value && wantedBytes.value !== null) solveFor(wantedBytes.value);
}

/** The types of the mix, or those of the file type. */
function currentTypes(): Assignment | null {
  if (mix.value) return Object.fromEntries(mix.value.tensors.map(({ name, type }) => [name, type]));
  const model = opened.value?.model;
  try {
    return model?.assignment(options.value) ?? null;
  } catch {
    return null;
  }
}

/** Gives tensors a type; the others keep theirs. */
export function giveType(names: readonly string[], type: string): void {
  const known = measurement.value;
  const types = currentTypes();
  if (!known || !types) return;
  const given = Object.fromEntries(names.map((name) => [name, type]));
  ownTypes.value = { ...ownTypes.value, ...given };
  attempt(() => plan(known.mix({ ...types, ...given })));
}

export function observeWorst(worst: number): void {
  const known = measurement.value;
  const start = currentTypes();
  if (known && start)
    attempt(() => {
      observation.value = known.observe({ start, worst, objective: objective.value });
    });
}

/** Plans what observing led to. */
export function takeObservation(): void {
  if (observation.value) plan(observation.value.after);
}

/** Back to the file type and the options of before. */
export function leaveMix(): void {
  const before = beforeMix.value;
  mix.value = null;
  if (!before) return;
  beforeMix.value = null;
  options.value = before;
}

let frontierRound = 0;

async function traceFrontier(): Promise<void> {
  const mine = ++frontierRound;
  const known = measurement.value;
  if (!known || !complete.value) {
    if (!known) frontier.value = [];
    return;
  }
  const { smallestBytes, largestBytes } = known.limits();
  const points: { bytes: number; bitsPerWeight: number; sqnrDb: number }[] = [];
  for (let step = 0; step < FRONTIER_POINTS; step++) {
    await breath();
    if (mine !== frontierRound || isRunning.peek()) return;
    const bytes = Math.floor(smallestBytes * (largestBytes / smallestBytes) ** (step / (FRONTIER_POINTS - 1)));
    try {
      const { prediction, bytes: taken, bitsPerWeight } = known.solve(request({ bytes }));
      if (prediction.sqnrDb.value !== null)
        points.push({ bytes: taken, bitsPerWeight, sqnrDb: prediction.sqnrDb.value });
    } catch {
      // Rules of the person make the smallest file larger than this.
    }
  }
  frontier.value = points;
}

/** Follows the measurement and the options from now on. */
export function followWithMixes(): void {
  effect(() => {
    // Another type, or another model, takes the place of a mix.
    if (beforeMix.value === null) mix.value = null;
  });
  let last: unknown;
  effect(() => {
    if (measurement.value === last) return;
    last = measurement.value;
    observation.value = null;
    mixProblem.value = null;
    ownTypes.value = {};
    wantedBytes.value = null;
    leaveMix();
  });
  effect(() => {
    void measured.value;
    void complete.value;
    void objective.value;
    void roleWeights.value;
    void ownTypes.value;
    void beforeMix.value;
    if (!isRunning.value) void traceFrontier();
  });
}
