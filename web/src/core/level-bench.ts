import type { LevelBench as CoreBench } from '../wasm/nibble';
import { answer, sound, withBytes } from './module';
import type { OpenedModel } from './opened-model';
import { Problem } from './problem';
import type { ScaleSearchName } from './number-formats';
import { readPiece } from './study';
import type { LevelFigures, RowSample } from './types';

/** So many weights answer within a frame while a level is dragged. */
const benchWeights = 1 << 15;

export interface LevelRequest {
  levels: readonly number[];
  block: number; // 0: whole rows
  search: ScaleSearchName;
}

/** A sample of one tensor that lists of levels are tried on, in this thread. close() it. */
export class LevelBench {
  readonly sample: Pick<RowSample, 'weights' | 'ofWeights'>;
  readonly #bench: CoreBench;

  private constructor(bench: CoreBench, sample: RowSample) {
    this.#bench = bench;
    this.sample = sample;
  }

  /** Reads rows of the tensor of that name, spread evenly. Throws Problem. */
  static async open(model: OpenedModel, tensor: string): Promise<LevelBench> {
    const sample = model.sample({ tensors: tensor, weightsPerTensor: benchWeights, jobWeights: 0 });
    const [job] = sample.jobs;
    if (!job) throw new Problem(`${tensor} cannot be read.`);
    const { module } = model.core;
    const bytes = await readPiece(model.core, model.sources, job);
    const bench = withBytes(module, bytes, (source) => new module.LevelBench(source, JSON.stringify(job)));
    return new LevelBench(sound(bench, tensor), sample);
  }

  /** Throws Problem when the levels mean nothing. */
  measure(request: LevelRequest): LevelFigures {
    return answer<LevelFigures>(this.#bench.measure(JSON.stringify(request)));
  }

  /** The levels with the least squared error for this tensor, between -1 and 1. */
  optimal(count: number, block: number): number[] {
    return answer<number[]>(this.#bench.optimal(count, block));
  }

  /** Counts of the weights divided by their block's largest magnitude, in equal buckets from -1 to 1. */
  histogram(block: number): number[] {
    return answer<number[]>(this.#bench.histogram(block));
  }

  close(): void {
    this.#bench.delete();
  }
}
