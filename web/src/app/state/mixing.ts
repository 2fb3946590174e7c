/**
 * The best mix of types for a size, and what a person changes about it. While there is one, it stands in for the file
 * type.
 */
import { computed, effect, signal, untracked } from '@preact/signals';
import {
  type Assignment,
  type Mix,
  type Objective,
  type Observation,
  type PlanOptions,
  sentenceOf,
  type Solution,
  type SolveRequest,
  Stopped,
} from '../../core/index';
import type { RemoteMeasurement } from '../../platform/measurement';
import { limits, measured, measurement, outputsBy } from './measuring';
import { opened } from './opening';
import { beforeMix, options } from './planning';
import { isRunning } from './running';

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
function plan(made: Mix | Solution): void {
  mix.value = made;
  mixProblem.value = null;
  clearTimeout(planTimer);
  planTimer = window.setTimeout(() => {
    if (mix.value !== made) return;
    beforeMix.value ??= options.value;
    const { type, tensorTypes } = made.recipe;
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

/** The newest question that waits while another is being answered. */
let next: (() => Promise<void>) | null = null;
let answering = false;

/**
 * Asks the measurement; a slider asks faster than it answers, so only the newest of the questions that wait is asked.
 * The answer is of no interest when another measurement has taken its place.
 */
async function attempt<T>(ask: (known: RemoteMeasurement) => Promise<T>, use: (answer: T) => void): Promise<void> {
  const known = measurement.value;
  if (!known) return;
  next = async () => {
    try {
      const answer = await ask(known);
      if (measurement.value === known) use(answer);
    } catch (error) {
      if (measurement.value === known && !(error instanceof Stopped)) mixProblem.value = sentenceOf(error);
    }
  };
  if (answering) return;
  answering = true;
  while (next) {
    const now: () => Promise<void> = next;
    next = null;
    await now();
  }
  answering = false;
}

/** The best mix for a file of at most so many bytes. */
export function solveFor(bytes: number): void {
  wantedBytes.value = bytes;
  void attempt((known) => known.solve(request({ bytes })), plan);
}

/** The best mix that takes at most so many bits per weight. */
export function solveForBits(bitsPerWeight: number): void {
  void attempt(
    (known) => known.solve(request({ bitsPerWeight })),
    (solution) => {
      wantedBytes.value = solution.bytes;
      plan(solution);
    },
  );
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
  const types = currentTypes();
  if (!types) return;
  const given = Object.fromEntries(names.map((name) => [name, type]));
  ownTypes.value = { ...ownTypes.value, ...given };
  void attempt((known) => known.mix({ ...types, ...given }), plan);
}

export function observeWorst(worst: number): void {
  const start = currentTypes();
  if (!start) return;
  void attempt(
    (known) => known.observe({ start, worst, objective: observedBy.value }),
    (found) => {
      observation.value = found;
    },
  );
}

/** By which error the worst tensors are found: outputs where they were measured, otherwise what mixes make small. */
export const observedBy = computed<Objective>(() => (outputsBy.value === null ? objective.value : 'outputs'));

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
  if (!known) frontier.value = [];
  if (!known || !limits.value) return;
  const { smallestBytes, largestBytes } = limits.value;
  if (!(largestBytes > smallestBytes)) return;
  const points: { bytes: number; bitsPerWeight: number; sqnrDb: number }[] = [];
  for (let step = 0; step < FRONTIER_POINTS; step++) {
    if (isRunning.peek()) return;
    const bytes = Math.floor(smallestBytes * (largestBytes / smallestBytes) ** (step / (FRONTIER_POINTS - 1)));
    try {
      const { prediction, bytes: taken, bitsPerWeight } = await known.solve(request({ bytes }));
      if (prediction.sqnrDb.value !== null)
        points.push({ bytes: taken, bitsPerWeight, sqnrDb: prediction.sqnrDb.value });
    } catch {
      // Rules of the person make the smallest file larger than this.
    }
    if (mine !== frontierRound) return;
  }
  frontier.value = points;
}

/** Follows the measurement and the options from now on. */
export function followWithMixes(): void {
  effect(() => {
    // Another type, or another model, takes the place of a mix.
    if (beforeMix.value === null) mix.value = null;
  });
  effect(() => {
    // What measured best in answers (docs/mixes.md) is made small as soon as it is known.
    const known = outputsBy.value !== null;
    if (!known && objective.peek() !== 'outputs') return;
    objective.value = known ? 'outputs' : 'squared';
    untracked(solveAgain); // not once more for each answer
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
    void limits.value;
    void objective.value;
    void roleWeights.value;
    void ownTypes.value;
    void beforeMix.value;
    if (!isRunning.value) void traceFrontier();
  });
}
