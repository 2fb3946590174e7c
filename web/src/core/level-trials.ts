import type { LevelTrials as CoreTrials } from '../wasm/nibble';
import { toJson } from '../wasm/json';
import { answer, sound, withBytes } from './module';
import type { OpenedModel } from './opened-model';
import { Problem } from './problem';
import { readPiece } from './study';
import type { LevelFigures, LevelRequest, RowSample } from './types';

/** So many weights answer within a frame while a level is dragged. */
const benchWeights = 1 << 15;

/** A sample of one tensor that lists of levels are tried on, in this thread. close() it. */
export class LevelTrials {
  readonly sample: Pick<RowSample, 'weights' | 'ofWeights'>;
  readonly #trials: CoreTrials;

  private constructor(trials: CoreTrials, sample: RowSample) {
    this.#trials = trials;
    this.sample = sample;
  }

  /** Reads rows of the tensor of that name, spread evenly. Throws Problem. */
  static async open(model: OpenedModel, tensor: string): Promise<LevelTrials> {
    await model.core.whole;
    const sample = model.sample({ tensors: tensor, weightsPerTensor: benchWeights, jobWeights: 0 });
    const [job] = sample.jobs;
    if (!job) throw new Problem(`${tensor} cannot be read.`);
    const { module } = model.core;
    const bytes = await readPiece(model.core, model.sources, job);
    const trials = withBytes(module, bytes, (source) => new module.LevelTrials(source, toJson(job)));
    return new LevelTrials(sound(trials, tensor), sample);
  }

  /** Throws Problem when the levels mean nothing. */
  measure(request: LevelRequest): LevelFigures {
    return answer(this.#trials.measure(toJson(request)));
  }

  /** The levels with the least squared error for this tensor, between -1 and 1. */
  optimal(count: number, block: number): number[] {
    return answer(this.#trials.optimal(count, block));
  }

  /** Counts of the weights divided by their block's largest magnitude, in equal buckets from -1 to 1. */
  histogram(block: number): number[] {
    return answer(this.#trials.histogram(block));
  }

  close(): void {
    this.#trials.delete();
  }
}
