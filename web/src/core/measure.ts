import type { StatisticsFile } from './calibration-file';
import { measureOutputs } from './measure-outputs';
import type { Measurement } from './measurement';
import type { OpenedModel, PreparedSample } from './opened-model';
import { importanceOfMatrix } from './importance-rows';
import type { PassProgress } from './pass';
import type { Pause } from './pause';
import { JobPool } from './pool';
import { Stopped } from './problem';
import { jobsPerWorker, type SampleDone, type SampleRequest, type StartWorker } from './protocol';
import type { MeasureOptions, PlanOptions, SampleJob } from './types';

export interface MeasureProgress {
  tensors: number; // whose rows so far are all in
  tensorsTotal: number;
  rows: number;
  seconds: number;
}

export interface MeasureControls {
  workers?: number; // default: as many as the machine has cores
  signal?: AbortSignal;
  pause?: Pause;
  onProgress?: (progress: MeasureProgress) => void;
  /**
   * Gets the sample and its measurement before anything is in it, to look at while it grows. It stays the caller's when
   * measuring fails.
   */
  onBegin?: (prepared: PreparedSample) => void;
  /** Statistics of a calibration: outputs are measured by them as well, after the weights. */
  statistics?: StatisticsFile;
  onOutputs?: (progress: PassProgress) => void;
}

/** A job's input. Rows of a sample are short and far apart; jobs of this size keep all workers busy. */
const jobBytes = 512 * 1024;

/**
 * Measures a sample of the rows of every tensor that can be quantized: first the pilot rows of all tensors, then more
 * of those whose interval is too wide. Figures are merged in plan order, so that they do not depend on the number of
 * workers. Throws Stopped when the signal says so, and Problem otherwise; the workers are gone then.
 */
export async function measure(
  model: OpenedModel,
  options: PlanOptions,
  what: MeasureOptions,
  controls: MeasureControls = {},
): Promise<Measurement> {
  await model.core.whole;
  if (controls.signal?.aborted) throw new Stopped();
  const prepared = model.prepareSample(options, what);
  controls.onBegin?.(prepared);
  const pass = new MeasurePass(model, prepared, controls);
  try {
    await pass.run();
    if (controls.statistics) {
      const { onProgress: _, onOutputs, ...how } = controls;
      await measureOutputs(model, prepared, controls.statistics, {
        ...how,
        ...(onOutputs && { onProgress: onOutputs }),
      });
    }
  } catch (error) {
    if (!controls.onBegin) prepared.measurement.delete();
    throw error;
  } finally {
    pass.stop();
  }
  return prepared.measurement;
}

/** Results that may wait for an earlier one; they are small. */
const waitingResults = 64;

/** A part of the sample of a tensor. */
interface TensorPart {
  tensor: number;
  job: SampleJob;
  last: boolean; // of the tensor's, in this round
}

class MeasurePass {
  readonly #prepared: PreparedSample;
  readonly #controls: MeasureControls;
  readonly #pool: JobPool<SampleRequest, SampleDone>;
  readonly #progress: MeasureProgress;
  readonly #start = performance.now();
  readonly #tensorOfJob: number[] = [];
  #importance: { tensor: number; rows: Promise<Float32Array<ArrayBuffer>> } | null = null;

  constructor({ core, sources }: OpenedModel, prepared: PreparedSample, controls: MeasureControls) {
    this.#prepared = prepared;
    this.#controls = controls;
    const { tensors } = prepared.plan;
    this.#progress = { tensors: 0, tensorsTotal: tensors.length, rows: 0, seconds: 0 };
    const workers = Math.max(1, Math.min(controls.workers ?? core.platform.parallelism, tensors.length));
    this.#pool = new JobPool<SampleRequest, SampleDone>(
      core.platform,
      new Array<StartWorker>(workers).fill({
        kind: 'start',
        kernel: core.kernel,
        compiled: core.compiled,
        sources,
        inputBytes: 0,
        outputBytes: 0,
        importanceBytes: 0,
      }),
      {
        ...controls,
        jobsPerWorker,
        ahead: waitingResults,
        nameOf: ({ index }) => tensors[this.#tensorOfJob[index]!]?.name,
      },
    );
  }

  async run(): Promise<void> {
    const { plan, measurement } = this.#prepared;
    const pilots = plan.tensors.map(({ pilotRows }): [number, number] => [0, pilotRows]);
    await this.#measureRows(pilots);
    await this.#measureRows(pilots.map(([, pilot], tensor) => [pilot, measurement.rowsWanted(tensor)]));
  }

  stop(): void {
    this.#pool.stop();
  }

  /** Measures rows begin to end of the sample of each tensor. */
  #measureRows(ranges: [number, number][]): Promise<void> {
    this.#progress.tensors = 0;
    return this.#pool.inOrder(
      this.#partsOf(ranges),
      (part, index) => this.#requestFor(part, index),
      (done, part) => this.#merge(done, part),
    );
  }

  *#partsOf(ranges: [number, number][]): Generator<TensorPart> {
    for (const [tensor, [begin, end]] of ranges.entries()) {
      const jobs = end > begin ? this.#prepared.jobs(tensor, begin, end, jobBytes) : [];
      if (jobs.length === 0) this.#progress.tensors += 1;
      for (const [index, job] of jobs.entries()) yield { tensor, job, last: index === jobs.length - 1 };
    }
  }

  async #requestFor({ tensor, job: { matrix, ranges } }: TensorPart, index: number): Promise<SampleRequest> {
    const { from, types, shape, importance } = this.#prepared.plan.tensors[tensor]!;
    this.#tensorOfJob[index] = tensor;
    if (importance && this.#importance?.tensor !== tensor)
      this.#importance = { tensor, rows: this.#prepared.importanceOf(tensor) };
    return {
      kind: 'sample',
      index,
      from,
      types,
      method: this.#prepared.plan.method,
      rowLength: shape[0]!,
      ranges,
      importance:
        importance && importanceOfMatrix(await this.#importance!.rows, matrix, shape[0]!, importance.unusable),
    };
  }

  #merge({ rows, figures }: SampleDone, { tensor, last }: TensorPart): void {
    this.#prepared.measurement.add(tensor, rows, figures);
    this.#progress.rows += rows;
    if (last) this.#progress.tensors += 1;
    this.#controls.onProgress?.({ ...this.#progress, seconds: (performance.now() - this.#start) / 1000 });
  }
}
