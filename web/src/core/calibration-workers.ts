import { toJson } from '../wasm/json';
import type { FromCalibrationWorker, ToCalibrationWorker } from './calibration-protocol';
import type {
  BeginStep,
  EndStep,
  FromPassWorker,
  GetFigures,
  PassTile,
  StartPass,
  StepEnded,
  TileTaken,
} from './protocol';
import type { OpenedModel } from './opened-model';
import type { Pause } from './pause';
import { joinedEngines, type PassRun } from './pass';
import type { WorkerPort } from './platform';
import { Problem, Stopped } from './problem';
import type { PassPlan, ProductEngine, Text } from './types';

type Request = ToCalibrationWorker | BeginStep | PassTile | EndStep | GetFigures;
type Reply = Exclude<FromPassWorker, { kind: 'failed' }> | FromCalibrationWorker;
type Unnumbered<T> = T extends { index: number } ? Omit<T, 'index'> : never;

interface Member {
  port: WorkerPort;
  busy: number; // tasks under way
}

export interface WorkerShare {
  texts: readonly Text[];
}

/** Workers that take texts through a network, or two, and round rows. Throws Stopped or Problem from every call. */
export class CalibrationWorkers {
  readonly #members: Member[];
  readonly #waiting = new Map<number, (reply: Reply) => void>();
  readonly #pause: Pause | undefined;
  readonly #failure: Promise<never>;
  #fail!: (error: unknown) => void;
  #index = 0;
  #stopListening: () => void = () => {};

  /** Workers that only round: they take no text through the network. */
  static withoutTexts(model: OpenedModel, run: PassRun): CalibrationWorkers {
    const count = Math.max(1, run.workers ?? model.core.platform.parallelism);
    const one = model.passPlan({ tokens: 1, sequences: 1, longest: 1, logits: false });
    return new CalibrationWorkers(model, { ...one, steps: [] }, 1, new Array(count).fill({ texts: [] }), run);
  }

  constructor(
    { core }: OpenedModel,
    plan: PassPlan,
    networks: number,
    shares: readonly WorkerShare[],
    { signal, pause, gpu }: Pick<PassRun, 'signal' | 'pause' | 'gpu'>,
  ) {
    this.#pause = pause;
    this.#failure = new Promise<never>((_, reject) => (this.#fail = reject));
    this.#failure.catch(() => {}); // heard by whoever waits
    const one = { network: plan.network, workChannels: plan.workChannels };
    this.#members = shares.map(({ texts }) => {
      const port = core.platform.startJobWorker();
      port.onMessage((message) => this.#take(message as FromPassWorker | FromCalibrationWorker));
      port.onFailure((error) =>
        this.#fail(new Problem(`A worker broke down: ${error.message || 'no reason was given'}`)),
      );
      const request = {
        kernel: core.kernel,
        networks: new Array(networks).fill(one),
        sequences: texts.map(({ tokens }) => ({ tokens: [...tokens], firstScored: tokens.length })),
      };
      port.post({
        kind: 'start-pass',
        kernel: core.kernel,
        compiled: core.compiled,
        gpu: gpu ?? false,
        request: toJson(request),
        tileBytes: plan.steps
          .flatMap(({ tiles }) => tiles ?? [])
          .reduce((most, [, , bytes]) => Math.max(most, bytes), 0),
      } satisfies StartPass);
      return { port, busy: 0 };
    });
    const onAbort = () => this.#fail(new Stopped());
    if (signal?.aborted) onAbort();
    signal?.addEventListener('abort', onAbort);
    this.#stopListening = () => signal?.removeEventListener('abort', onAbort);
  }

  get count(): number {
    return this.#members.length;
  }

  stop(): void {
    this.#stopListening();
    for (const { port } of this.#members) port.terminate();
  }

  /** Tells all workers something they do not answer. */
  tell(message: Omit<BeginStep, 'index'>): void {
    for (const { port } of this.#members) port.post({ ...message, index: this.#index++ });
  }

  /** Asks all workers the same; a tile's bytes are copied for each. */
  async askAll(message: Unnumbered<PassTile | EndStep>): Promise<(TileTaken | StepEnded)[]>;
  async askAll(message: Unnumbered<ToCalibrationWorker>): Promise<FromCalibrationWorker[]>;
  async askAll(message: Unnumbered<Request>): Promise<Reply[]> {
    await this.#ready();
    return this.orFailure(
      Promise.all(
        this.#members.map((member) => {
          if (message.kind !== 'tile') return this.#ask(member, message);
          const buffer = message.buffer.slice(0);
          return this.#ask(member, { ...message, buffer }, [buffer]);
        }),
      ),
    );
  }

  /** Who computed the products of all workers. */
  async engine(): Promise<ProductEngine> {
    const asked = { kind: 'get-figures' } as const;
    const figures = await this.orFailure(Promise.all(this.#members.map((member) => this.#ask(member, asked))));
    const engines = figures.flatMap((reply) => (reply.kind === 'figures' ? [reply.engine] : []));
    return joinedEngines(engines);
  }

  /** Asks worker number `member`. */
  async askOne<T extends FromCalibrationWorker>(member: number, message: Unnumbered<ToCalibrationWorker>): Promise<T> {
    await this.#ready();
    return this.orFailure(this.#ask(this.#members[member]!, message)) as Promise<T>;
  }

  /** Does tasks on whichever worker is free, in order; answers come in order. */
  async spread<Task, Result>(
    tasks: Iterable<Task>,
    work: (task: Task, member: number) => Promise<Result>,
  ): Promise<Result[]> {
    const results: Result[] = [];
    const left = [...tasks].entries();
    const serve = async (member: number): Promise<void> => {
      for (const [number, task] of left) results[number] = await work(task, member);
    };
    await this.orFailure(Promise.all(this.#members.map((_, member) => serve(member))));
    return results;
  }

  orFailure<T>(promise: Promise<T>): Promise<T> {
    return Promise.race([this.#failure, promise]);
  }

  async #ready(): Promise<void> {
    await this.orFailure(Promise.resolve());
    if (!this.#pause?.paused) return;
    let stop: (() => void) | undefined;
    await this.orFailure(
      new Promise<void>((resolve) => {
        stop = this.#pause!.listen((paused) => void (paused || resolve()));
      }),
    ).finally(() => stop?.());
  }

  #ask(member: Member, message: Unnumbered<Request>, transfer: ArrayBuffer[] = []): Promise<Reply> {
    const index = this.#index++;
    return new Promise((resolve) => {
      this.#waiting.set(index, resolve);
      member.port.post({ ...message, index }, transfer);
    });
  }

  #take(message: FromPassWorker | FromCalibrationWorker): void {
    if (message.kind === 'failed') {
      this.#fail(new Problem(message.sentence));
      return;
    }
    const answer = this.#waiting.get(message.index);
    this.#waiting.delete(message.index);
    answer?.(message);
  }
}
