import type { SampleDone } from './protocol';
import type { Measurement } from './measurement';
import type { OpenedModel, PreparedSample } from './opened-model';
import type { Pause } from './pause';
import { JobPool } from './pool';
import { Problem, Stopped } from './problem';
import type { MeasureOptions, PlanOptions, SampleJob } from './types';

export interface MeasureProgress {
  tensors: number; // whose rows so far are all in
  tensorsTotal: number;
  rows: number;
  seconds: number;
}

export interface MeasureRun {
  workers?: number; // default: as many as the machine has cores
  signal?: AbortSignal;
  pause?: Pause;
  onProgress?: (progress: MeasureProgress) => void;
  /**
   * Gets the measurement before anything is in it, to look at while it grows. It stays the caller's when measuring
   * fails.
   */
  onBegin?: (measurement: Measurement) => void;
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
  run: MeasureRun = {},
): Promise<Measurement> {
  if (run.signal?.aborted) throw new Stopped();
  const prepared = model.prepareSample(options, what);
  run.onBegin?.(prepared.measurement);
  const pass = new MeasurePass(model, prepared, run);
  try {
    await pass.run();
  } catch (error) {
    if (!run.onBegin) prepared.measurement.delete();
    throw error;
  } finally {
    pass.stop();
  }
  return prepared.measurement;
}

interface Waiting {
  tensor: number;
  last: boolean; // of its tensor's jobs
  done: Promise<SampleDone>;
}

class MeasurePass {
  readonly #prepared: PreparedSample;
  readonly #run: MeasureRun;
  readonly #pool: JobPool<'sample'>;
  readonly #answers = new Map<number, (done: SampleDone) => void>();
  readonly #tensorOfJob = new Map<number, number>();
  readonly #progress: MeasureProgress;
  readonly #start = performance.now();
  readonly #failure: Promise<never>;
  #fail!: (error: unknown) => void;
  #nextJob = 0;
  #stopped = false;
  #wake: () => void = () => {};
  #stopListening: () => void = () => {};

  constructor({ core, sources }: OpenedModel, prepared: PreparedSample, run: MeasureRun) {
    this.#prepared = prepared;
    this.#run = run;
    const { tensors } = prepared.plan;
    this.#progress = { tensors: 0, tensorsTotal: tensors.length, rows: 0, seconds: 0 };
    this.#failure = new Promise<never>((_, reject) => (this.#fail = reject));
    this.#failure.catch(() => {}); // heard by whoever waits
    const workers = Math.max(1, Math.min(run.workers ?? core.platform.parallelism, tensors.length));
    this.#pool = new JobPool<'sample'>(
      Array.from({ length: workers }, () => core.platform.startJobWorker()),
      {
        kind: 'start',
        kernel: core.kernel,
        compiled: core.compiled,
        sources,
        inputBytes: 0,
        outputBytes: 0,
        importanceBytes: 0,
      },
      (done) => {
        this.#answers.get(done.index)?.(done);
        this.#answers.delete(done.index);
        this.#tensorOfJob.delete(done.index);
        this.#wake();
      },
      (job, sentence) => {
        const name = job === null ? undefined : tensors[this.#tensorOfJob.get(job) ?? -1]?.name;
        this.#fail(new Problem(name === undefined ? sentence : `${name}: ${sentence}`));
      },
    );
    const onAbort = () => this.#fail(new Stopped());
    run.signal?.addEventListener('abort', onAbort);
    const stopPause = run.pause?.listen(() => this.#wake());
    this.#stopListening = () => {
      run.signal?.removeEventListener('abort', onAbort);
      stopPause?.();
    };
  }

  async run(): Promise<void> {
    const { plan, measurement } = this.#prepared;
    const pilots = plan.tensors.map(({ pilotRows }): [number, number] => [0, pilotRows]);
    await this.#measureRows(pilots);
    await this.#measureRows(pilots.map(([, pilot], tensor) => [pilot, measurement.rowsWanted(tensor)]));
  }

  stop(): void {
    this.#stopped = true;
    this.#stopListening();
    this.#pool.terminate();
  }

  /** Measures rows begin to end of the sample of each tensor. */
  async #measureRows(ranges: [number, number][]): Promise<void> {
    this.#progress.tensors = 0;
    let merged = Promise.resolve();
    for (const [tensor, [begin, end]] of ranges.entries()) {
      await this.#orFailure(Promise.resolve());
      const jobs = end > begin ? this.#prepared.jobs(tensor, begin, end, jobBytes) : [];
      if (jobs.length === 0) this.#progress.tensors += 1;
      const importance =
        jobs.length > 0 && this.#prepared.plan.tensors[tensor]!.importance !== null
          ? await this.#orFailure(this.#prepared.importanceOf(tensor))
          : null;
      for (const [index, job] of jobs.entries()) {
        await this.#room();
        const next = { tensor, last: index === jobs.length - 1, done: this.#give(tensor, job, importance) };
        merged = merged.then(() => this.#merge(next));
        merged.catch(this.#fail);
      }
    }
    await this.#orFailure(merged);
  }

  #orFailure<T>(promise: Promise<T>): Promise<T> {
    return Promise.race([this.#failure, promise]);
  }

  async #room(): Promise<void> {
    await this.#orFailure(Promise.resolve());
    while (!this.#pool.hasRoom() || this.#run.pause?.paused) {
      await this.#orFailure(new Promise<void>((resolve) => (this.#wake = resolve)));
    }
  }

  #give(tensor: number, { matrix, ranges }: SampleJob, rows: Float32Array<ArrayBuffer> | null): Promise<SampleDone> {
    const { from, types, shape, importance: place } = this.#prepared.plan.tensors[tensor]!;
    const length = shape[0]!;
    const index = this.#nextJob++;
    this.#tensorOfJob.set(index, tensor);
    const usable = rows && !place?.unusable.includes(matrix) ? rows : null;
    const importance = usable && (usable.slice(matrix * length, (matrix + 1) * length) as Float32Array<ArrayBuffer>);
    const done = new Promise<SampleDone>((resolve) => this.#answers.set(index, resolve));
    this.#pool.give({
      kind: 'sample',
      index,
      from,
      types,
      method: this.#prepared.plan.method,
      rowLength: length,
      ranges,
      importance,
    });
    return done;
  }

  async #merge({ tensor, last, done }: Waiting): Promise<void> {
    const { rows, figures } = await done;
    if (this.#stopped) return;
    this.#prepared.measurement.add(tensor, rows, figures);
    this.#progress.rows += rows;
    if (last) this.#progress.tensors += 1;
    this.#run.onProgress?.({ ...this.#progress, seconds: (performance.now() - this.#start) / 1000 });
  }
}
