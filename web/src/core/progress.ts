import type { Plan } from './types';

/** How far a run is. Everything counted is on its way to the output for good. */
export interface Progress {
  bytesIn: number;
  bytesInTotal: number;
  bytesOut: number;
  bytesOutTotal: number;
  tensors: number; // finished
  tensorsTotal: number;
  tensor: string; // the one being written
  weights: number;
  weightsTotal: number;
  weightsPerSecond: number;
  seconds: number; // without pauses
  secondsLeft: number | null; // null until there is something to judge by
  paused: boolean;
}

/** Time between two reports; a display needs no more. */
const intervalMilliseconds = 100;
/** Start-up is not typical: no prediction before this. */
const secondsBeforePrediction = 0.5;

/** Counts a run and reports now and then. */
export class ProgressMeter {
  readonly #report: (progress: Progress) => void;
  readonly #now: () => number;
  readonly #progress: Progress;
  #runningSince: number;
  #secondsBefore = 0;
  #earlierWeights = 0;
  #lastReport = -Infinity;

  constructor(plan: Plan, report: (progress: Progress) => void, now: () => number = () => performance.now()) {
    this.#report = report;
    this.#now = now;
    this.#runningSince = now();
    this.#progress = {
      bytesIn: 0,
      bytesInTotal: plan.jobs.reduce((sum, job) => sum + job.inputBytes, 0),
      bytesOut: 0,
      bytesOutTotal: plan.outputBytes,
      tensors: 0,
      tensorsTotal: plan.tensors.length,
      tensor: '',
      weights: 0,
      weightsTotal: plan.jobs.reduce((sum, job) => sum + job.weights, 0),
      weightsPerSecond: 0,
      seconds: 0,
      secondsLeft: null,
      paused: false,
    };
  }

  get seconds(): number {
    return this.#secondsBefore + (this.#progress.paused ? 0 : (this.#now() - this.#runningSince) / 1000);
  }

  get bytesOut(): number {
    return this.#progress.bytesOut;
  }

  /**
   * Adds to the counters and reports if the last report is old enough. `earlier`: another run did it, whose speed is
   * not this one's.
   */
  add(step: Partial<Pick<Progress, 'bytesIn' | 'bytesOut' | 'tensors' | 'weights' | 'tensor'>>, earlier = false): void {
    const progress = this.#progress;
    if (earlier) this.#earlierWeights += step.weights ?? 0;
    progress.bytesIn += step.bytesIn ?? 0;
    progress.bytesOut += step.bytesOut ?? 0;
    progress.tensors += step.tensors ?? 0;
    progress.weights += step.weights ?? 0;
    progress.tensor = step.tensor ?? progress.tensor;
    if (this.#now() - this.#lastReport >= intervalMilliseconds) this.report();
  }

  setPaused(paused: boolean): void {
    if (paused === this.#progress.paused) return;
    if (paused) this.#secondsBefore = this.seconds;
    else this.#runningSince = this.#now();
    this.#progress.paused = paused;
    this.report();
  }

  report(): void {
    const progress = this.#progress;
    const seconds = this.seconds;
    const weights = progress.weights - this.#earlierWeights;
    this.#lastReport = this.#now();
    this.#report({
      ...progress,
      seconds,
      weightsPerSecond: seconds > 0 ? weights / seconds : 0,
      secondsLeft:
        seconds >= secondsBeforePrediction && weights > 0
          ? (seconds * (progress.weightsTotal - progress.weights)) / weights
          : null,
    });
  }
}
