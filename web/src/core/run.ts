import { jobsPerWorker, type Conversion, type JobDone, type JobRequest, type Packing } from './protocol';
import type { Calibration } from './calibration';
import { ImportanceRows } from './importance-rows';
import { Measurements } from './measurements';
import type { OpenedModel, PreparedRun } from './opened-model';
import type { Pause } from './pause';
import { JobPool } from './pool';
import { Problem, sentenceOf, Stopped } from './problem';
import { ProgressMeter, type Progress } from './progress';
import type { RunReport, TensorReport } from './report';
import type { ByteSink, FinishedFile } from './sink';
import type { Job, Plan, PlannedTensor, PlanOptions } from './types';

export interface RunOptions {
  workers?: number; // default: as many as the machine has cores
  signal?: AbortSignal;
  pause?: Pause;
  /** Also measures what this method would give: about as much work again where it is not the plan's own. */
  reference?: string;
  /** The codes of the tensors that the plan has for the method "calibrated". */
  calibration?: Calibration;
  onProgress?: (progress: Progress) => void;
  onTensor?: (report: TensorReport) => void;
}

/**
 * Quantizes `model` into `sink`. Throws Stopped when the signal says so, and Problem (or whatever broke) otherwise;
 * then the workers are gone and the sink has removed its files.
 */
export async function run(
  model: OpenedModel,
  options: PlanOptions,
  sink: ByteSink,
  run: RunOptions = {},
): Promise<RunReport> {
  if (run.signal?.aborted) throw new Stopped();
  const runner = new Runner(model, model.prepare(options), sink, run);
  try {
    const files = await runner.run();
    return runner.report(options, files);
  } catch (error) {
    runner.stop();
    const leftOver = await sink.abort().then(() => '', sentenceOf);
    throw leftOver ? new Problem(`${sentenceOf(error)} ${leftOver}`) : error;
  } finally {
    runner.stop();
    runner.delete();
  }
}

/**
 * Outputs that may wait for an earlier one, beyond the jobs that are under way. Keeps workers busy while one is slow.
 */
const waitingOutputs = 2;

/** A file that is repeated goes from one place to the other in pieces of this length. */
const copyBytes = 2 ** 20;

class Runner {
  readonly #model: OpenedModel;
  readonly #plan: Plan;
  readonly #headers: Uint8Array<ArrayBuffer>[];
  readonly #importance: ImportanceRows;
  readonly #sink: ByteSink;
  readonly #options: RunOptions;
  readonly #measurements: Measurements;
  readonly #meter: ProgressMeter;
  readonly #workers: number;
  readonly #outputBytes: number;
  readonly #finished = new Map<number, JobDone>();
  readonly #freeBuffers: ArrayBuffer[] = [];
  #buffersLeft: number;
  #nextJob = 0;
  #endedTensors = 0;
  #stopped = false;
  #wake: () => void = () => {};
  #fail: (error: unknown) => void = () => {};
  #pool: JobPool | null = null;
  #stopListening: () => void = () => {};

  constructor(model: OpenedModel, prepared: PreparedRun, sink: ByteSink, options: RunOptions) {
    const { plan, headers } = prepared;
    if (!options.calibration && plan.tensors.some(({ method }) => method === 'calibrated'))
      throw new Problem('The method "calibrated" needs a text that is run through the model first.');
    this.#model = model;
    this.#plan = plan;
    this.#headers = headers;
    this.#importance = new ImportanceRows(
      prepared,
      () => this.#dispatch(),
      (error) => this.#fail(error),
    );
    this.#sink = sink;
    this.#options = options;
    this.#measurements = new Measurements(
      model.core,
      plan,
      plan.container === 'safetensors' ? null : (options.reference ?? null),
    );
    this.#meter = new ProgressMeter(plan, options.onProgress ?? (() => {}));
    this.#workers = Math.max(1, Math.min(options.workers ?? model.core.platform.parallelism, plan.jobs.length));
    this.#buffersLeft = this.#workers * jobsPerWorker + waitingOutputs;
    // A copied job is read straight into the output buffer. All buffers have one size, so that any fits any job.
    this.#outputBytes = longest(plan, (job) => job.outputBytes + job.padding);
  }

  /** The whole run, or the first thing that goes wrong. */
  async run(): Promise<FinishedFile[]> {
    const failure = new Promise<never>((_, reject) => {
      const { signal, pause } = this.#options;
      this.#fail = reject;
      const onAbort = () => reject(new Stopped());
      signal?.addEventListener('abort', onAbort);
      const stopPause = pause?.listen((paused) => {
        this.#meter.setPaused(paused);
        this.#dispatch();
      });
      this.#stopListening = () => {
        signal?.removeEventListener('abort', onAbort);
        stopPause?.();
      };
      if (pause?.paused) this.#meter.setPaused(true);
      this.#startPool();
    });
    const work = this.#write();
    work.catch(() => {}); // it fails again, unheard, when the run was stopped
    return Promise.race([failure, work]);
  }

  /** Lets go of the workers at once, whatever they are doing. */
  stop(): void {
    this.#stopped = true;
    this.#stopListening();
    this.#pool?.terminate();
    this.#pool = null;
  }

  delete(): void {
    this.#measurements.delete();
  }

  report(options: PlanOptions, files: FinishedFile[]): RunReport {
    const { core } = this.#model;
    const plan = this.#plan;
    return {
      version: core.version,
      method: plan.method,
      fileType: plan.fileType,
      options,
      calibration: this.#options.calibration?.figures ?? null,
      importance: options.useImportance === false ? null : this.#model.importance,
      kernel: [...this.#measurements.kernels].join(', ') || 'none',
      workers: this.#workers,
      seconds: this.#meter.seconds,
      inputBytes: plan.inputBytes,
      outputBytes: plan.outputBytes,
      weights: plan.weights,
      bitsPerWeight: plan.bitsPerWeight,
      files,
      tensors: this.#measurements.tensors,
      total: this.#measurements.total(),
      reference: this.#measurements.reference(),
      totalStatsLine: this.#measurements.totalStatsLine(),
      notes: plan.notes,
    };
  }

  #startPool(): void {
    const { core, sources } = this.#model;
    const plan = this.#plan;
    if (plan.jobs.length === 0) return;
    const converted = (bytes: number, tensor: number) =>
      conversionOf(plan.tensors[tensor]!) || plan.tensors[tensor]!.packing ? bytes : 0;
    this.#pool = new JobPool(
      Array.from({ length: this.#workers }, () => core.platform.startJobWorker()),
      {
        kind: 'start',
        kernel: core.kernel,
        compiled: core.compiled,
        sources: this.#options.calibration ? [...sources, this.#options.calibration.source] : sources,
        inputBytes: longest(plan, (job) =>
          converted(Math.min(job.inputBytes, plan.tensors[job.tensor]!.packing?.pieceBytes ?? Infinity), job.tensor),
        ),
        outputBytes: longest(plan, (job) => converted(job.outputBytes, job.tensor)),
        importanceBytes: longest(plan, (job) =>
          plan.tensors[job.tensor]!.importance ? 4 * plan.tensors[job.tensor]!.shape[0]! : 0,
        ),
      },
      (done) => {
        this.#finished.set(done.index, done);
        this.#dispatch();
        this.#wake();
      },
      (job, sentence) => {
        const name = job === null ? null : plan.tensors[plan.jobs[job]!.tensor]!.name;
        this.#fail(new Problem(name === null ? sentence : `${name}: ${sentence}`));
      },
    );
  }

  /** Gives out jobs in plan order, as long as there are workers and buffers. */
  #dispatch(): void {
    const plan = this.#plan;
    while (
      this.#nextJob < plan.jobs.length &&
      this.#pool?.hasRoom() &&
      this.#hasBuffer() &&
      !this.#options.pause?.paused
    ) {
      const { tensor, inputFile, inputOffset, inputBytes, outputBytes, padding, firstWeight, weights, run } =
        plan.jobs[this.#nextJob]!;
      const importance = this.#importance.rowFor(tensor, firstWeight);
      if (importance === undefined) return;
      const index = this.#nextJob++;
      const { rowLength, headRows, add } = plan.tensors[tensor]!;
      this.#pool.give({
        kind: 'job',
        index,
        inputFile,
        inputOffset,
        inputBytes,
        outputBytes,
        padding,
        firstWeight,
        weights,
        rowLength,
        headRows,
        add,
        conversion: conversionOf(plan.tensors[tensor]!),
        given: this.#givenBlocks(tensor, firstWeight),
        packing: packingOf(plan.tensors[tensor]!, run),
        reference: this.#measurements.otherMethod(tensor),
        importance,
        buffer: this.#takeBuffer(),
      });
    }
  }

  #givenBlocks(tensor: number, firstWeight: number): JobRequest['given'] {
    const { method, weights, outputBytes } = this.#plan.tensors[tensor]!;
    if (method !== 'calibrated') return null;
    const start = this.#options.calibration!.offsets.get(tensor)!;
    return { file: this.#model.sources.length, offset: start + (firstWeight / weights) * outputBytes };
  }

  #hasBuffer(): boolean {
    return this.#freeBuffers.length > 0 || this.#buffersLeft > 0;
  }

  #takeBuffer(): ArrayBuffer {
    const free = this.#freeBuffers.pop();
    if (free) return free;
    this.#buffersLeft--;
    return new ArrayBuffer(this.#outputBytes);
  }

  /** Writes headers and outputs in plan order. */
  async #write(): Promise<FinishedFile[]> {
    const plan = this.#plan;
    await this.#sink.open(plan.outputFiles.map(({ name, bytes }) => ({ name, bytes })));
    this.#dispatch();
    let file = -1;
    for (const [index, job] of plan.jobs.entries()) {
      while (file < job.outputFile) await this.#beginFile(++file);
      const done = await this.#outputOf(index);
      this.#endTensorsBefore(job.tensor);
      this.#measurements.add(done);
      const bytes = new Uint8Array(done.buffer, 0, job.outputBytes + job.padding);
      const { byteLength } = bytes; // a sink may take the buffer at once
      this.#freeBuffers.push(await this.#sink.write(file, job.outputOffset, bytes));
      if (this.#stopped) throw new Stopped();
      this.#dispatch();
      if (plan.jobs[index + 1]?.tensor !== job.tensor) this.#endTensorsBefore(job.tensor + 1);
      const tensor = plan.tensors[job.tensor]!.name;
      this.#meter.add({ bytesIn: job.inputBytes, bytesOut: byteLength, weights: job.weights, tensor });
    }
    while (file + 1 < plan.outputFiles.length) await this.#beginFile(++file);
    this.#endTensorsBefore(plan.tensors.length);
    const files = await this.#sink.finish();
    this.#meter.report();
    return files;
  }

  /** Reports tensors that are complete, also those without a weight and so without a job. */
  #endTensorsBefore(tensor: number): void {
    while (this.#endedTensors < tensor) {
      const report = this.#measurements.endTensor(this.#endedTensors++);
      this.#options.onTensor?.(report);
      this.#meter.add({ tensors: 1 });
    }
  }

  /** Writes the header of an output file, or all of one that repeats an input file. */
  async #beginFile(file: number): Promise<void> {
    const { copyOf, bytes } = this.#plan.outputFiles[file]!;
    if (copyOf === undefined) return this.#writeBytes(file, 0, this.#headers[file]!);
    const source = this.#model.core.platform.openSource(this.#model.sources[copyOf]!);
    for (let offset = 0; offset < bytes || offset === 0; offset += copyBytes) {
      const length = Math.min(copyBytes, bytes - offset);
      await this.#writeBytes(
        file,
        offset,
        (await source.read(offset, length, new Uint8Array(length))).slice(0, length),
      );
    }
  }

  async #writeBytes(file: number, offset: number, bytes: Uint8Array): Promise<void> {
    const { byteLength } = bytes;
    await this.#sink.write(file, offset, bytes);
    if (this.#stopped) throw new Stopped();
    this.#meter.add({ bytesOut: byteLength });
  }

  async #outputOf(index: number): Promise<JobDone> {
    for (;;) {
      const done = this.#finished.get(index);
      if (done) {
        this.#finished.delete(index);
        return done;
      }
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}

function packingOf({ packing, from, method, measured }: PlannedTensor, run: Job['run']): Packing | null {
  if (!packing || !run) return null;
  return {
    request: { ...packing, type: from, method: method! },
    first: run[0],
    count: run[1],
    measured: measured ?? false,
  };
}

/** What the workers have to do with a tensor's bytes; null: nothing, or packing. */
export function conversionOf({ from, to, method, headRows, add, packing }: PlannedTensor): Conversion | null {
  if (packing) return null;
  if (method === null && from === to && headRows === 0 && add === 0) return null;
  return { from, to, method: method ?? 'llama.cpp', measured: method !== null };
}

function longest(plan: Plan, bytesOf: (job: Plan['jobs'][number]) => number): number {
  return plan.jobs.reduce((most, job) => Math.max(most, bytesOf(job)), 0);
}
