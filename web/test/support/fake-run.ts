import type { Core, OpenedModel, Plan, PlannedTensor, Platform, PreparedRun, WorkerPort } from '../../src/core';
import type { ByteSink, FinishedFile, OutputFile } from '../../src/core/sink';
import type { Conversion, FromJobWorker, JobRequest, ToJobWorker } from '../../src/core/protocol';

/** A plan of `tensors` tensors with `jobsEach` jobs; every job turns 8 bytes into 4 and 4 of padding. */
export function fakePlan(tensors: number, jobsEach: number): Plan {
  const headerBytes = 16;
  const planned = Array.from({ length: tensors }, (_, index) => ({
    source: index,
    name: `blk.${index}.weight`,
    shape: [4, jobsEach],
    layer: index,
    role: 'other' as const,
    from: 'f16',
    to: 'q4_0',
    wanted: null,
    reason: 'test',
    action: 'convert' as const,
    method: 'llama.cpp',
    weights: 4 * jobsEach,
    rowLength: 4 * jobsEach,
    headRows: 0,
    add: 0,
    inputBytes: 8 * jobsEach,
    outputBytes: 8 * jobsEach,
    file: 0,
    offset: headerBytes + index * 8 * jobsEach,
    importance: null,
    packing: null,
    measured: true,
  })) satisfies PlannedTensor[];
  const jobs = planned.flatMap((_, tensor) =>
    Array.from({ length: jobsEach }, (_, part) => ({
      work: 'convert' as const,
      tensor,
      inputFile: 0,
      inputOffset: 8 * (tensor * jobsEach + part),
      inputBytes: 8,
      outputFile: 0,
      outputOffset: headerBytes + 8 * (tensor * jobsEach + part),
      outputBytes: 4,
      padding: 4,
      firstWeight: 4 * part,
      weights: 4,
      range: null,
    })),
  );
  const bytes = headerBytes + 8 * jobs.length;
  return {
    fileType: 'Q4_0',
    container: 'GGUF',
    method: 'llama.cpp',
    inputBytes: 8 * jobs.length,
    outputBytes: bytes,
    outputFiles: [{ name: '', bytes, headerBytes }],
    bitsPerWeight: 4,
    weights: 4 * jobs.length,
    tensors: planned,
    jobs,
    notes: [],
    memory: { sharedBytes: 0, perWorkerBytes: 0 },
  };
}

/** Accepts every piece; the figures are not what these tests look at. */
class FakeStatistics {
  merge(): string {
    return '';
  }
  add(): void {}
  report(): string {
    return '{"rmse": 0.5}';
  }
  quantizeStatsLine(name: string): string {
    return name;
  }
  delete(): void {}
}

export type Behaviour = (
  job: JobRequest,
  answer: (message: FromJobWorker) => void,
  fail: (error: Error) => void,
) => void;

/** What a well-behaved worker answers: the job's number in its output, zeros in the padding. */
export function doneWith(job: JobRequest): FromJobWorker {
  const bytes = new Uint8Array(job.buffer);
  bytes.fill(job.index & 0xff, 0, job.outputBytes);
  bytes.fill(0, job.outputBytes, job.outputBytes + job.padding);
  return {
    kind: 'done',
    index: job.index,
    buffer: job.buffer,
    statistics: new Uint8Array([job.index]),
    reference: conversionIn(job)?.reference ? new Uint8Array([job.index]) : null,
    kernel: 'simd',
  };
}

export function conversionIn({ work }: JobRequest): Conversion | null {
  return work.kind === 'convert' ? work : null;
}

export class FakeWorkers {
  readonly given: number[] = [];
  terminated = 0;
  started = 0;
  readonly #behave: Behaviour;

  constructor(behave: Behaviour) {
    this.#behave = behave;
  }

  readonly start = (): WorkerPort => {
    this.started++;
    let gone = false;
    let listener: (message: unknown) => void = () => {};
    let failed: (error: Error) => void = () => {};
    return {
      post: (message) => {
        const request = message as ToJobWorker;
        if (request.kind !== 'job') return;
        this.given.push(request.index);
        this.#behave(
          request,
          (answer) => void (gone || listener(answer)),
          (error) => failed(error),
        );
      },
      onMessage: (listen) => void (listener = listen),
      onFailure: (listen) => void (failed = listen),
      terminate: () => {
        if (!gone) this.terminated++;
        gone = true;
      },
    };
  };
}

export function fakeModel(
  plan: Plan,
  workers: FakeWorkers,
  importanceOf: PreparedRun['importanceOf'] = () => Promise.reject(new Error('not here')),
): OpenedModel {
  const memory = new Uint8Array(1024);
  const platform: Platform = {
    parallelism: 2,
    compile: () => Promise.reject(new Error('not here')),
    compileRest: () => Promise.reject(new Error('not here')),
    openSource: () => {
      throw new Error('not here');
    },
    startJobWorker: workers.start,
    hashFile: () => Promise.reject(new Error('not here')),
  };
  const module = { HEAPU8: memory, _malloc: () => 16, _free: () => {}, Statistics: FakeStatistics };
  const core = {
    platform,
    kernel: 'simd',
    whole: Promise.resolve(),
    compiled: null,
    module,
    version: 'test',
    formats: [],
    fileTypes: [],
  } as unknown as Core;
  return {
    core,
    given: { files: [], importance: null, origin: { name: '', notes: [] } },
    sources: [],
    info: null as never,
    importance: null,
    place: () => null as never,
    passPlan: () => null as never,
    runtimeMemory: () => null as never,
    chatTemplate: () => null,
    encode: () => null as never,
    pieces: () => null as never,
    weightSample: () => null as never,
    pair: () => null as never,
    plan: () => plan,
    noteOnRules: () => '',
    price: () => null as never,
    sample: () => null as never,
    assignment: () => null as never,
    prepareSample: () => null as never,
    prepare: () => ({
      plan,
      headers: plan.outputFiles.map(({ headerBytes }) => new Uint8Array(headerBytes).fill(0xee)),
      importanceOf,
    }),
    close: () => {},
  };
}

/** Keeps what it is given. `delay` milliseconds per write make it a slow disk. */
export class FakeSink implements ByteSink {
  readonly bytes: number[] = [];
  writes = 0;
  aborted = false;
  finished = false;
  failAt = -1;
  readonly #delay: number;
  #files: OutputFile[] = [];

  constructor(delay = 0) {
    this.#delay = delay;
  }

  /** Every job gives 8 bytes, after a header of 16. */
  get jobsWritten(): number {
    return Math.max(0, this.bytes.length - 16) / 8;
  }

  async open(files: OutputFile[]): Promise<string[]> {
    this.#files = files;
    return [];
  }
  async write(_file: number, offset: number, bytes: Uint8Array): Promise<ArrayBuffer> {
    if (offset !== this.bytes.length) throw new Error(`gap at ${offset}`);
    if (this.writes++ === this.failAt) throw new Error('no space');
    if (this.#delay > 0) await new Promise((resolve) => setTimeout(resolve, this.#delay));
    this.bytes.push(...bytes);
    // As a worker does: the caller's buffer is gone, and another one comes back.
    const buffer = bytes.buffer as ArrayBuffer;
    return structuredClone(buffer, { transfer: [buffer] });
  }
  async finish(): Promise<FinishedFile[]> {
    this.finished = true;
    return this.#files.map(({ name, bytes }) => ({ name, bytes, sha256: 'none' }));
  }
  async abort(): Promise<void> {
    this.aborted = true;
  }
  async suspend(): Promise<null> {
    await this.abort();
    return null;
  }
}
