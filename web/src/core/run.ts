import type { Calibration } from './calibration';
import { decisiveBytes } from './fingerprint';
import { ImportanceRows } from './importance-rows';
import { type Measured, measuredOf, Measurements, recordOf } from './measurements';
import type { OpenedModel, PreparedRun } from './opened-model';
import { hashOfRun, PartSink, shareOf, type FileRange, type PartDestination, type PartNumber } from './part';
import type { Pause } from './pause';
import { JobPool } from './pool';
import { forNow, Problem, sentenceOf, Setback, Stopped } from './problem';
import { ProgressMeter, type Progress } from './progress';
import { announced, type RunReport, type TensorReport } from './report';
import { jobsPerWorker, type JobDone, type JobRequest, type StartWorker, type Work } from './protocol';
import { withTextImportance } from './text-importance';
import type { ByteSink, FinishedFile } from './sink';
import type { Job, Note, Plan, PlannedTensor, PlanOptions } from './types';

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
  await model.core.whole;
  if (run.signal?.aborted) throw new Stopped();
  const prepared = model.prepare(options);
  const { calibration } = run;
  const runner = new Runner(model, calibration ? withTextImportance(prepared, calibration) : prepared, sink, run);
  return toItsEnd(runner, sink, run, (files) => runner.report(options, files));
}

/** A finished part of a run. */
export interface PartReport {
  part: number;
  of: number;
  bytes: number; // of the part's file
  jobs: number;
  jobsInAll: number;
  workers: number;
  seconds: number; // without pauses
  notes: Note[];
}

/** Does a share of the jobs of run() and writes a part, of which join() makes the output. Throws as run() does. */
export async function runPart(
  model: OpenedModel,
  options: PlanOptions,
  number: PartNumber,
  destination: PartDestination,
  run: Omit<RunOptions, 'calibration' | 'onTensor' | 'onKept'> = {},
): Promise<PartReport> {
  if (run.signal?.aborted) throw new Stopped();
  const whole = model.prepare(options);
  const { plan } = whole;
  if (plan.method === 'calibrated')
    throw new Problem('Calibrating looks at the whole model, so its output is not written in parts.');
  const { prepared, first, files } = shareOf(whole, number);
  const { jobs, outputBytes } = prepared.plan;
  const { reference = null } = run;
  const sink = new PartSink(
    destination,
    {
      nibblePart: 1,
      ...number,
      run: await hashOfRun(model, whole, reference, await destination.createHasher()),
      first,
      jobs: jobs.length,
      jobsInAll: plan.jobs.length,
      bytes: outputBytes,
      announced: announced(model, options, plan),
      plan: { ...plan, jobs: [] },
      reference,
    },
    jobs.map(({ tensor }) => tensor),
  );
  const runner = new Runner(model, prepared, sink, run, files);
  return toItsEnd(runner, sink, run, ([file]) => {
    const { workers, seconds } = runner;
    return {
      ...number,
      bytes: file!.bytes,
      jobs: jobs.length,
      jobsInAll: plan.jobs.length,
      workers,
      seconds,
      notes: plan.notes,
    };
  });
}

/** Lets a runner do all it has to, and ends it and its sink as they must end. */
async function toItsEnd<T>(
  runner: Runner,
  sink: ByteSink,
  { signal }: RunOptions,
  report: (files: FinishedFile[]) => T,
): Promise<T> {
  try {
    return report(await runner.run());
  } catch (error) {
    runner.stop();
    const mayGoOn = error instanceof Setback || (error instanceof Stopped && signal?.reason === forNow);
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
  readonly #endFile: number;
  #file: number; // of the output, being written
  #endedTensors = 0;

  /** `files`: those of the output that begin among the jobs of the plan; all where it is not given. */
  constructor(model: OpenedModel, prepared: PreparedRun, sink: ByteSink, options: RunOptions, files?: FileRange) {
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
    this.#file = (files?.begin ?? 0) - 1;
    this.#endFile = files?.end ?? plan.outputFiles.length;
    this.#measurements = new Measurements(model.core, plan, options.reference ?? null);
    this.#meter = new ProgressMeter(plan, options.onProgress ?? (() => {}));
    this.#workers = Math.max(1, Math.min(options.workers ?? model.core.platform.parallelism, plan.jobs.length));
    // A copied job is read straight into the output buffer. All buffers have one size, so that any fits any job.
    this.#outputBytes = longest(plan, (job) => job.outputBytes + job.padding);
    const { pause } = options;
    this.#stopListening = pause?.listen((paused) => this.#meter.setPaused(paused)) ?? (() => {});
    if (pause?.paused) this.#meter.setPaused(true);
    this.#pool = this.#startPool();
  }

  get workers(): number {
    return this.#workers;
  }

  /** Without pauses. */
  get seconds(): number {
    return this.#meter.seconds;
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
    await this.#pool.orFailure(this.#beginFilesUpTo(this.#endFile - 1));
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
    return {
      ...announced(this.#model, options, this.#plan),
      ...this.#measurements.figures(),
      calibration: this.#options.calibration?.figures ?? null,
      workers: this.#workers,
      seconds: this.#meter.seconds,
      files,
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

function longest(plan: Plan, bytesOf: (job: Job) => number): number {
  return plan.jobs.reduce((most, job) => Math.max(most, bytesOf(job)), 0);
}
