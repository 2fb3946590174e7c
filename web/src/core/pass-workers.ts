import { toJson } from '../wasm/json';
import type { FromCalibrationWorker, ToCalibrationWorker } from './calibration-protocol';
import type { Core, OpenedModel } from './opened-model';
import type { Pause } from './pause';
import { JobPool } from './pool';
import type { BeginStep, Failed, FiguresDone, FromPassWorker, StartPass, StepEnded, ToPassWorker } from './protocol';
import type { PassPlan, ProductEngine, Text } from './types';

type Request = Exclude<ToPassWorker, StartPass> | ToCalibrationWorker;
type Answer = Exclude<FromPassWorker, Failed> | FromCalibrationWorker;
type Unnumbered<T> = T extends { index: number } ? Omit<T, 'index'> : never;

/** What a worker has under way at most: one at work, one waiting. */
const jobsPerWorker = 2;

export interface PassWorkersOptions {
  signal?: AbortSignal | undefined;
  pause?: Pause | undefined;
  /** Lets the GPU compute the products, where there is one. */
  gpu?: boolean | undefined;
}

/**
 * Workers that take texts through a network, or two side by side, each its own share of the texts; a calibration's
 * round rows as well. Each hears the same steps and tiles in the same order. Every call throws Stopped or Problem; a
 * Problem begins with what was named by tell(), if anything was.
 */
export class PassWorkers {
  readonly #pool: JobPool<Request, Answer>;
  readonly #names: (string | undefined)[] = []; // by network
  readonly #free: ArrayBuffer[][]; // by worker: came back with its answers
  readonly #tileBytes: number;

  /** `shares`: the texts of each worker. `tileBytes`: of the longest tile. */
  constructor(
    { platform, kernel, compiled }: Core,
    networks: readonly Pick<PassPlan, 'network' | 'workChannels'>[],
    shares: readonly (readonly Text[])[],
    tileBytes: number,
    { signal, pause, gpu }: PassWorkersOptions,
  ) {
    this.#tileBytes = tileBytes;
    this.#free = shares.map(() => []);
    const starts = shares.map((texts): StartPass => ({
      kind: 'start-pass',
      kernel,
      compiled,
      request: toJson({
        kernel,
        networks: networks.map(({ network, workChannels }) => ({ network, workChannels })),
        sequences: texts.map(({ tokens, firstScored }) => ({ tokens: [...tokens], firstScored })),
      }),
      tileBytes,
      gpu: gpu ?? false,
    }));
    this.#pool = new JobPool<Request, Answer>(platform, starts, {
      ...(signal && { signal }),
      ...(pause && { pause }),
      jobsPerWorker,
      ahead: Infinity,
      nameOf: (request) => this.#nameOf(request),
    });
  }

  /** Workers that only round: they take no text through the network. */
  static withoutTexts(
    model: OpenedModel,
    controls: PassWorkersOptions & { workers?: number | undefined },
  ): PassWorkers {
    const count = Math.max(1, controls.workers ?? model.core.platform.parallelism);
    const one = model.passPlan({ tokens: 1, sequences: 1, longest: 1, logits: false });
    return new PassWorkers(model.core, [one], new Array<Text[]>(count).fill([]), 0, controls);
  }

  get count(): number {
    return this.#pool.count;
  }

  /** Lets go of the workers at once, whatever they are doing. */
  stop(): void {
    this.#pool.stop();
  }

  /** Ends everything with what somebody who uses the answers threw. */
  fail(error: unknown): void {
    this.#pool.fail(error);
  }

  /** What is promised, unless a worker fails or somebody stops all this before. */
  orFailure<T>(promise: Promise<T>): Promise<T> {
    return this.#pool.orFailure(promise);
  }

  /** Begins a step; `name` is what sentences on its problems, and on those of its tiles, begin with. */
  begin(step: Omit<BeginStep, 'kind' | 'index'>, name?: string): void {
    this.#names[step.network] = name;
    this.#pool.tellEach((index) => ({ kind: 'begin-step', ...step, index }));
  }

  /** Gives each worker a copy of a tile when all have room. */
  async giveTile(network: number, bytes: Uint8Array, firstRow: number, rows: number, contrast = false): Promise<void> {
    const given = await this.#pool.giveEach((index, worker) => {
      const buffer = this.#free[worker]!.pop() ?? new ArrayBuffer(this.#tileBytes);
      new Uint8Array(buffer).set(bytes);
      return { kind: 'tile', index, network, contrast, bytes: bytes.byteLength, firstRow, rows, buffer };
    });
    for (const [worker, taken] of given.entries()) {
      void taken.then((answer) => answer.kind === 'taken' && this.#free[worker]!.push(answer.buffer));
    }
  }

  /** Ends a step of a network, or compares the streams of two; what each worker saw comes later. */
  async giveEnd(
    message: { kind: 'end-step'; network: number } | { kind: 'compare-streams' },
  ): Promise<Promise<Float64Array>[]> {
    const given = await this.#pool.giveEach((index) => ({ ...message, index }));
    return given.map(async (ended) => ((await ended) as StepEnded).seen);
  }

  /** Asks each worker the same. */
  async askEach<T extends FromCalibrationWorker>(message: Unnumbered<ToCalibrationWorker>): Promise<T[]> {
    const given = await this.#pool.giveEach((index) => ({ ...message, index }));
    return this.orFailure(Promise.all(given)) as Promise<Answer[]> as Promise<T[]>;
  }

  /** Asks worker number `worker`. */
  async ask<T extends FromCalibrationWorker>(worker: number, message: Unnumbered<ToCalibrationWorker>): Promise<T> {
    return this.#pool.ask((index) => ({ ...message, index }), worker) as Promise<Answer> as Promise<T>;
  }

  /** Does jobs on whichever worker is free; `use` gets what they give in their order. */
  inOrder<Job, T extends FromCalibrationWorker>(
    jobs: Iterable<Job>,
    request: (job: Job) => Unnumbered<ToCalibrationWorker> | Promise<Unnumbered<ToCalibrationWorker>>,
    use: (done: T, job: Job) => void | Promise<void>,
  ): Promise<void> {
    return this.#pool.inOrder(
      jobs,
      async (job, index) => ({ ...(await request(job)), index }),
      (done, job) => use(done as T, job),
    );
  }

  /** At the end: the figures of all texts, worker after worker, and who computed the products. */
  async figures(): Promise<{ figures: Float64Array[]; engine: ProductEngine }> {
    const given = await this.#pool.giveEach((index) => ({ kind: 'get-figures', index }));
    const all = (await this.orFailure(Promise.all(given))) as FiguresDone[];
    return { figures: all.map(({ figures }) => figures), engine: joinedEngines(all.map(({ engine }) => engine)) };
  }

  #nameOf(request: Request): string | undefined {
    if ('network' in request) return this.#names[request.network];
    return request.kind === 'compare-streams' || request.kind === 'get-figures' ? 'the network' : undefined;
  }
}

/** Texts of which no token is scored. */
export function unscored(texts: readonly Text[]): Text[] {
  return texts.map((text) => ({ ...text, firstScored: text.tokens.length }));
}

/** What computed the products of several workers. */
function joinedEngines(engines: readonly ProductEngine[]): ProductEngine {
  return {
    name: [...new Set(engines.map(({ name }) => name))].filter(Boolean).join(', '),
    problem: engines.find(({ problem }) => problem !== null)?.problem ?? null,
  };
}
