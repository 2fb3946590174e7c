import type { Calibration } from './calibration';
import { fromBase64, toBase64 } from './base64';
import { decisiveBytes } from './fingerprint';
import { ImportanceRows } from './importance-rows';
import { type Measured, Measurements } from './measurements';
import type { OpenedModel, PreparedRun } from './opened-model';
import type { Pause } from './pause';
import { JobPool } from './pool';
import { forNow, Problem, sentenceOf, Setback, Stopped } from './problem';
import { ProgressMeter, type Progress } from './progress';
import type { RunReport, TensorReport } from './report';
import { jobsPerWorker, type JobDone, type JobRequest, type StartWorker, type Work } from './protocol';
import { withTextImportance } from './text-importance';
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
  /** The run goes on where an earlier one stopped: bytes of the output that are there. */
  onKept?: (bytes: number) => void;
}

/**
 * Quantizes `model` into `sink`. Throws Stopped when the signal says so, and Problem (or whatever broke) otherwise;
 * then the workers are gone, and the sink has removed its files: or it keeps them for a later run, when the signal's
 * reason is `forNow` or it is a Setback, and the sentence says so.
 */
export async function run(
  model: OpenedModel,
  options: PlanOptions,
  sink: ByteSink,
  run: RunOptions = {},
): Promise<RunReport> {
  if (run.signal?.aborted) throw new Stopped();
  const prepared = model.prepare(options);
  const { calibration } = run;
  const runner = new Runner(model, calibration ? withTextImportance(prepared, calibration) : prepared, sink, run);
  try {
    const files = await runner.run();
    return runner.report(options, files);
  } catch (error) {
    runner.stop();
    const mayGoOn = error instanceof Setback || (error instanceof Stopped && run.signal?.reason === forNow);
    throw await (mayGoOn ? withKept(error, sink.suspend()) : withLeftOver(error, sink.abort()));
  } finally {
    runner.stop();
    runner.delete();
  }
}

/** That the output cannot be written is no fault of the input's. */
function asSetback(error: unknown): never {
  throw error instanceof Problem ? new Setback(error.message) : error;
}

/** What went wrong, and what could not be removed after it. */
async function withLeftOver(error: unknown, end: Promise<unknown>): Promise<unknown> {
  const leftOver = await end.then(() => '', sentenceOf);
  return leftOver ? new Problem(`${sentenceOf(error)} ${leftOver}`) : error;
}

/** What went wrong, and where what was written is kept. */
async function withKept(error: unknown, end: Promise<string | null>): Promise<unknown> {
  const kept = await end.catch(() => null);
  if (kept === null) return withLeftOver(error, end);
  if (kept === '') return error; // whoever gave the sink says it
  if (error instanceof Stopped) return new Stopped(kept);
  return new Problem(`${sentenceOf(error)} ${kept[0]!.toUpperCase()}${kept.slice(1)}.`);
}

/** Outputs that may wait for an earlier one, beyond the jobs under way. Keeps workers busy while one is slow. */
const waitingOutputs = 2;

/** A file that is repeated goes from one place to the other in pieces of this length. */
const copyBytes = 2 ** 20;

class Runner {
  readonly #model: OpenedModel;
  readonly #prepared: PreparedRun;
  readonly #plan: Plan;
  readonly #headers: Uint8Array<ArrayBuffer>[];
  readonly #importance: ImportanceRows;
  readonly #sink: ByteSink;
  readonly #options: RunOptions;
  readonly #measurements: Measurements;
  readonly #meter: ProgressMeter;
  readonly #workers: number;
  readonly #outputBytes: number;
  readonly #freeBuffers: ArrayBuffer[] = [];
  readonly #pool: JobPool<JobRequest, JobDone>;
  readonly #stopListening: () => void;
  #file = -1; // of the output, being written
  #endedTensors = 0;

  constructor(model: OpenedModel, prepared: PreparedRun, sink: ByteSink, options: RunOptions) {
    const { plan, headers } = prepared;
    if (!options.calibration && plan.tensors.some(({ method }) => method === 'calibrated'))
      throw new Problem('The method "calibrated" needs a text that is run through the model first.');
    this.#model = model;
    this.#prepared = prepared;
    this.#plan = plan;
    this.#headers = headers;
    this.#importance = new ImportanceRows(prepared);
    this.#sink = sink;
    this.#options = options;
    const packs = plan.jobs.some(({ work }) => work === 'pack'); // there is no other method to compare with
    this.#measurements = new Measurements(model.core, plan, packs ? null : (options.reference ?? null));
    this.#meter = new ProgressMeter(plan, options.onProgress ?? (() => {}));
    this.#workers = Math.max(1, Math.min(options.workers ?? model.core.platform.parallelism, plan.jobs.length));
    // A copied job is read straight into the output buffer. All buffers have one size, so that any fits any job.
    this.#outputBytes = longest(plan, (job) => job.outputBytes + job.padding);
    const { pause } = options;
    this.#stopListening = pause?.listen((paused) => this.#meter.setPaused(paused)) ?? (() => {});
    if (pause?.paused) this.#meter.setPaused(true);
    this.#pool = this.#startPool();
  }

  /** The whole run, or the first thing that goes wrong. */
  async run(): Promise<FinishedFile[]> {
    const plan = this.#plan;
    const done = await this.#pool.orFailure(this.#open());
    await this.#pool.inOrder(
      [...plan.jobs.entries()].slice(done),
      ([index, job]) => this.#requestFor(job, index),
      (done, [index, job]) => this.#write(done, job, index),
    );
    await this.#pool.orFailure(this.#beginFilesUpTo(plan.outputFiles.length - 1));
    this.#endTensorsBefore(plan.tensors.length);
    // From here on it is too late to stop: files are getting their names.
    const files = await this.#sink.finish();
    this.#meter.report();
    return files;
  }

  /** Lets go of the workers at once, whatever they are doing. */
  stop(): void {
    this.#stopListening();
    this.#pool.stop();
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

  #startPool(): JobPool<JobRequest, JobDone> {
    const { core, sources } = this.#model;
    const plan = this.#plan;
    // What is copied does not go through the core.
    const inCore = (bytesOf: (job: Job, tensor: PlannedTensor) => number) =>
      longest(plan, (job) => (job.work === 'copy' ? 0 : bytesOf(job, plan.tensors[job.tensor]!)));
    return new JobPool<JobRequest, JobDone>(
      core.platform,
      new Array<StartWorker>(plan.jobs.length === 0 ? 0 : this.#workers).fill({
        kind: 'start',
        kernel: core.kernel,
        compiled: core.compiled,
        sources: this.#options.calibration ? [...sources, this.#options.calibration.source] : sources,
        inputBytes: inCore((job, { packing }) => Math.min(job.inputBytes, packing?.pieceBytes ?? Infinity)),
        outputBytes: inCore((job) => job.outputBytes),
        importanceBytes: longest(plan, (job) =>
          plan.tensors[job.tensor]!.importance ? 4 * plan.tensors[job.tensor]!.shape[0]! : 0,
        ),
      }),
      {
        ...this.#options,
        jobsPerWorker,
        ahead: waitingOutputs,
        nameOf: ({ index }) => plan.tensors[plan.jobs[index]!.tensor]!.name,
      },
    );
  }

  /** Opens the output; answers how many jobs were done by an earlier run with which this one goes on. */
  async #open(): Promise<number> {
    const { calibration, reference = null, onKept } = this.#options;
    const { jobs, outputFiles } = this.#plan;
    const files = outputFiles.map(({ name, bytes }) => ({ name, bytes }));
    // Codes that were chosen by a text are gone with the run that chose them.
    const run = calibration ? undefined : () => decisiveBytes(this.#model, this.#prepared, reference);
    const records = await this.#sink.open(files, run);
    let done = 0;
    for (const record of records) {
      if (record === '') this.#meter.add({ bytesOut: this.#beginBytes(++this.#file) }, true);
      else {
        this.#measure(measuredOf(record), jobs[done]!);
        this.#count(jobs[done]!, done++, true);
      }
    }
    if (done > 0) onKept?.(this.#meter.bytesOut);
    return done;
  }

  async #requestFor(job: Job, index: number): Promise<JobRequest> {
    const { tensor, inputFile, inputOffset, inputBytes, outputBytes, padding } = job;
    const importance = await this.#importance.rowFor(tensor, job.firstWeight);
    return {
      kind: 'job',
      index,
      inputFile,
      inputOffset,
      inputBytes,
      outputBytes,
      padding,
      work: this.#workOf(job, importance),
      buffer: this.#freeBuffers.pop() ?? new ArrayBuffer(this.#outputBytes),
    };
  }

  #workOf({ work, tensor, firstWeight, weights, range }: Job, importance: Float32Array<ArrayBuffer> | null): Work {
    const planned = this.#plan.tensors[tensor]!;
    const { from, to, method, measured, packing, rowLength, headRows, add } = planned;
    if (work === 'copy') return { kind: 'copy' };
    if (work === 'pack') {
      const [first, count] = range!;
      const given = this.#givenBlocks(tensor);
      return { kind: 'pack', request: { ...packing!, type: from, method: method! }, first, count, measured, given };
    }
    return {
      kind: 'convert',
      from,
      to,
      method: method ?? 'llama.cpp',
      measured,
      firstWeight,
      weights,
      rowLength,
      headRows,
      add,
      given: this.#givenBlocks(tensor, (firstWeight / planned.weights) * planned.outputBytes),
      reference: this.#measurements.otherMethod(tensor),
      importance,
    };
  }

  /** Where the blocks lie that calibration chose, from a byte of the tensor's on. */
  #givenBlocks(tensor: number, from = 0): { file: number; offset: number } | null {
    if (this.#plan.tensors[tensor]!.method !== 'calibrated') return null;
    return { file: this.#model.sources.length, offset: this.#options.calibration!.codes.offsetOf(tensor) + from };
  }

  async #write(done: JobDone, job: Job, index: number): Promise<void> {
    await this.#beginFilesUpTo(job.outputFile);
    this.#measure(done, job);
    const bytes = new Uint8Array(done.buffer, 0, job.outputBytes + job.padding);
    const written = this.#sink.write(job.outputFile, job.outputOffset, bytes, recordOf(done));
    this.#freeBuffers.push(await written.catch(asSetback));
    this.#pool.check();
    this.#count(job, index);
  }

  #measure(done: Measured, { tensor }: Job): void {
    this.#endTensorsBefore(tensor);
    this.#measurements.add(done);
  }

  /** The output of a job is written, by this run or an earlier one. */
  #count({ tensor, inputBytes, outputBytes, padding, weights }: Job, index: number, earlier = false): void {
    const { jobs, tensors } = this.#plan;
    if (jobs[index + 1]?.tensor !== tensor) this.#endTensorsBefore(tensor + 1);
    const bytesOut = outputBytes + padding;
    this.#meter.add({ bytesIn: inputBytes, bytesOut, weights, tensor: tensors[tensor]!.name }, earlier);
  }

  /** Reports tensors that are complete, also those without a weight and so without a job. */
  #endTensorsBefore(tensor: number): void {
    while (this.#endedTensors < tensor) {
      const report = this.#measurements.endTensor(this.#endedTensors++);
      this.#options.onTensor?.(report);
      this.#meter.add({ tensors: 1 });
    }
  }

  async #beginFilesUpTo(file: number): Promise<void> {
    while (this.#file < file) await this.#beginFile(++this.#file);
  }

  /** Writes the header of an output file, or all of one that repeats an input file. */
  async #beginFile(file: number): Promise<void> {
    const { copyOf } = this.#plan.outputFiles[file]!;
    if (copyOf === undefined) return this.#writeBegin(file, 0, this.#headers[file]!);
    const source = this.#model.core.platform.openSource(this.#model.sources[copyOf]!);
    const bytes = this.#beginBytes(file);
    for (let offset = 0; offset < bytes || offset === 0; offset += copyBytes) {
      const length = Math.min(copyBytes, bytes - offset);
      await this.#writeBegin(
        file,
        offset,
        (await source.read(offset, length, new Uint8Array(length))).slice(0, length),
      );
    }
  }

  #beginBytes(file: number): number {
    const { copyOf, bytes } = this.#plan.outputFiles[file]!;
    return copyOf === undefined ? this.#headers[file]!.byteLength : bytes;
  }

  async #writeBegin(file: number, offset: number, bytes: Uint8Array): Promise<void> {
    const { byteLength } = bytes; // a sink may take the buffer at once
    const isWhole = offset + byteLength === this.#beginBytes(file);
    await this.#sink.write(file, offset, bytes, isWhole ? '' : undefined);
    this.#pool.check();
    this.#meter.add({ bytesOut: byteLength });
  }
}

/** What a run that goes on needs of a job that an earlier one did. Never empty. */
function recordOf({ statistics, reference, kernel }: Measured): string {
  return JSON.stringify([statistics && toBase64(statistics), reference && toBase64(reference), kernel]);
}

function measuredOf(record: string): Measured {
  const [statistics, reference, kernel] = JSON.parse(record) as (string | null)[];
  return {
    statistics: statistics == null ? null : fromBase64(statistics),
    reference: reference == null ? null : fromBase64(reference),
    kernel: kernel ?? null,
  };
}

function longest(plan: Plan, bytesOf: (job: Job) => number): number {
  return plan.jobs.reduce((most, job) => Math.max(most, bytesOf(job)), 0);
}
