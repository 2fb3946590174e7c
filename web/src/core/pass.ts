import { toJson } from '../wasm/json';
import type {
  BeginStep,
  CompareStreams,
  EndStep,
  FromPassWorker,
  GetFigures,
  PassTile,
  StartPass,
  StepEnded,
} from './protocol';
import type { Core } from './opened-model';
import type { Pause } from './pause';
import type { WorkerPort } from './platform';
import { openWith } from './derived-source';
import { Problem, Stopped } from './problem';
import type { ByteSource, SourceHandle } from './source';
import type { LayerRole, PassOptions, PassPlan, PassStep, ProductEngine, StepOrder, Text, WeightTile } from './types';

/** What texts are taken through: a model that was opened, or what will be made of it. */
export interface PassSubject {
  readonly core: Core;
  readonly sources: readonly SourceHandle[];
  passPlan(options: PassOptions): PassPlan;
  /** Makes the bytes of a tile that lies in none of the sources; null: it does. */
  readTile?(step: PassStep, tile: WeightTile): Promise<Uint8Array | null>;
}

export interface PassProgress {
  share: number; // of the products, 0 to 1
  seconds: number;
  secondsLeft: number | null; // null at first
}

/** Of work that began at `start` (performance.now()). */
export function progressSince(start: number, share: number): PassProgress {
  const seconds = (performance.now() - start) / 1000;
  return { share, seconds, secondsLeft: share > 0.01 ? (seconds / share) * (1 - share) : null };
}

export interface PassRun {
  workers?: number; // default: as many as the machine has cores
  signal?: AbortSignal;
  pause?: Pause;
  /** Lets the GPU compute the products, where there is one: then the last digits of figures are its own. */
  gpu?: boolean;
  /** At the end: who computed the products. */
  onEngine?: (engine: ProductEngine) => void;
  onProgress?: (progress: PassProgress) => void;
}

/** What a pass tells on its way. */
export interface PassWatch {
  /** What a step saw of its input: of each text in order, the sums of squares of the columns, and how many tokens. */
  onSeen?: (step: PassStep, sums: Float64Array, tokens: number) => void;
  /**
   * Of what onSeen() tells of, also how many tokens each column has with a magnitude of at least `threshold`, and the
   * largest magnitude.
   */
  magnitudes?: { threshold: number; use: (step: PassStep, beyond: Float64Array, largest: Float64Array) => void };
  /**
   * After a layer of two networks: the mean over all tokens of how far their residual streams are apart, of the first's
   * length.
   */
  onStreams?: (layer: number, apart: number) => void;
  /**
   * After a matrix of a layer of the first of two networks, where they have the same steps: the square of what the
   * second's weights change in its output, and of the output, over all tokens.
   */
  onContrast?: (step: PassStep, change: number, output: number) => void;
}

/** What a pass is for, beside scoring the tokens. */
export type PassWishes = Pick<PassOptions, 'observe' | 'observeOutput' | 'logits' | 'contrast'>;

/** Tiles that one worker has: one at work, one waiting. */
const tilesPerWorker = 2;
const secondsBetweenProgress = 0.1;

/**
 * Takes texts through a model, or through two side by side, layer by layer. Each tile of weights is read once and a
 * copy given to every worker; the texts are divided among them. Answers the figures of the scored tokens as the core's
 * Answers takes them, text after text: they do not depend on the number of workers. Throws Stopped or Problem; then the
 * workers are gone.
 */
export async function runPass(
  models: readonly PassSubject[],
  texts: readonly Text[],
  run: PassRun = {},
  watch: PassWatch = {},
  wishes: PassWishes = { observe: watch.onSeen !== undefined, contrast: watch.onContrast !== undefined },
): Promise<Float64Array[]> {
  if (run.signal?.aborted) throw new Stopped();
  const plans = planPass(models, texts, wishes);
  const pass = new RunningPass(models, plans, texts, run, watch);
  try {
    return await pass.run();
  } finally {
    pass.stop();
  }
}

/** What a pass over texts is planned by. */
export function sizeOf(texts: readonly Text[]): Pick<PassOptions, 'tokens' | 'sequences' | 'longest'> {
  return {
    tokens: texts.reduce((sum, { tokens }) => sum + tokens.length, 0),
    sequences: texts.length,
    longest: texts.reduce((most, { tokens }) => Math.max(most, tokens.length), 0),
  };
}

/** The plans of a pass. Throws Problem when a model cannot be run, or two cannot be compared. */
export function planPass(models: readonly PassSubject[], texts: readonly Text[], wishes: PassWishes = {}): PassPlan[] {
  const options = { ...sizeOf(texts), ...wishes };
  // The second network's weights are held against the first's, where those are at work.
  const plans = models.map((model, index) => model.passPlan(index === 0 ? options : { ...options, contrast: false }));
  const [first, second] = plans;
  if (second && first!.network.vocabulary !== second.network.vocabulary) {
    throw new Problem(
      `The models have vocabularies of ${first!.network.vocabulary} and ${second.network.vocabulary} tokens; ` +
        `only answers in the same tokens can be compared.`,
    );
  }
  return plans;
}

/** What a pass takes at most, beside an idle page, in bytes. */
export function passMemory(plans: readonly PassPlan[], workers: number): number {
  return plans.reduce((sum, { memory }) => sum + memory.activationsBytes + workers * memory.perWorkerBytes, 0);
}

/** Floating point operations of a pass. */
export function passOperations(plans: readonly PassPlan[], { contrast }: PassWishes): number {
  const workOfAll = (steps: Iterable<PassStep>) => [...steps].reduce((sum, step) => sum + workOf(step), 0);
  const again = contrast ? workOfAll(contrasted(plans).keys()) / Math.max(1, workOfAll(plans[0]!.steps)) : 0;
  return plans.reduce((sum, { operations }) => sum + operations, 0) + again * plans[0]!.operations;
}

interface Member {
  port: WorkerPort;
  tiles: number; // under way
  free: ArrayBuffer[];
  done: number; // of the work
}

class RunningPass {
  readonly #models: readonly PassSubject[];
  readonly #plans: readonly PassPlan[];
  readonly #sources: ByteSource[][];
  readonly #run: PassRun;
  readonly #watch: PassWatch;
  readonly #members: Member[];
  readonly #tokens: Set<number>;
  readonly #tileBytes: number;
  readonly #work: number;
  /** Of the first network's steps, those of the second whose weights are held against theirs. */
  readonly #others: ReadonlyMap<PassStep, PassStep>;
  readonly #start: number;
  #shown = 0;
  #step = 0; // of all networks, counted on
  /** What every worker is to answer, and what becomes of it. */
  readonly #underWay = new Map<number, { seen: (Float64Array | undefined)[]; use: (seen: Float64Array[]) => void }>();
  readonly #stepTensors: string[] = [];
  readonly #figures: (Float64Array | undefined)[];
  readonly #engines: ProductEngine[] = [];
  #input: Uint8Array = new Uint8Array(0);
  readonly #failure: Promise<never>;
  #fail!: (error: unknown) => void;
  #wake: () => void = () => {};
  #stopListening: () => void = () => {};

  constructor(
    models: readonly PassSubject[],
    plans: readonly PassPlan[],
    texts: readonly Text[],
    run: PassRun,
    watch: PassWatch,
  ) {
    const { core } = models[0]!;
    this.#models = models;
    this.#plans = plans;
    this.#run = run;
    this.#start = performance.now() - (run.pause?.milliseconds ?? 0);
    this.#watch = watch;
    const open = openWith(core.module, (source) => core.platform.openSource(source));
    this.#sources = models.map(({ sources }) => sources.map(open));
    this.#tokens = new Set(texts.flatMap(({ tokens }) => [...tokens]));
    this.#others = watch.onContrast ? contrasted(plans) : new Map();
    this.#work =
      plans.reduce((sum, plan) => sum + plan.steps.reduce((all, step) => all + workOf(step), 0), 0) +
      [...this.#others.keys()].reduce((all, step) => all + workOf(step), 0);
    const tiles = plans.flatMap(({ steps }) => steps.flatMap((step) => step.tiles ?? []));
    this.#tileBytes = tiles.reduce((most, [, , bytes]) => Math.max(most, bytes), 0);
    this.#failure = new Promise<never>((_, reject) => (this.#fail = reject));
    this.#failure.catch(() => {}); // heard by whoever waits

    const workers = Math.max(1, Math.min(run.workers ?? core.platform.parallelism, texts.length));
    this.#figures = new Array<undefined>(workers).fill(undefined);
    this.#members = Array.from({ length: workers }, (_, worker) => {
      const member: Member = { port: core.platform.startJobWorker(), tiles: 0, free: [], done: 0 };
      member.port.onMessage((message) => this.#take(member, worker, message as FromPassWorker));
      member.port.onFailure((error) =>
        this.#fail(new Problem(`A worker broke down: ${error.message || 'no reason was given'}`)),
      );
      const share = texts.slice(
        Math.floor((worker * texts.length) / workers),
        Math.floor(((worker + 1) * texts.length) / workers),
      );
      const request = {
        kernel: core.kernel,
        networks: plans.map(({ network, workChannels }) => ({ network, workChannels })),
        sequences: share.map(({ tokens, firstScored }) => ({ tokens: [...tokens], firstScored })),
      };
      member.port.post({
        kind: 'start-pass',
        kernel: core.kernel,
        compiled: core.compiled,
        request: toJson(request),
        tileBytes: this.#tileBytes,
        gpu: run.gpu ?? false,
      } satisfies StartPass);
      return member;
    });
    const onAbort = () => this.#fail(new Stopped());
    run.signal?.addEventListener('abort', onAbort);
    const stopPause = run.pause?.listen(() => this.#wake());
    this.#stopListening = () => {
      run.signal?.removeEventListener('abort', onAbort);
      stopPause?.();
    };
  }

  async run(): Promise<Float64Array[]> {
    const layers = this.#plans.map(({ steps }) => layersOf(steps));
    const most = Math.max(...layers.map(({ length }) => length));
    const comparable = layers.length === 2 && layers[0]!.length === layers[1]!.length;
    for (let layer = 0; layer < most; ++layer) {
      for (const [network, all] of layers.entries()) {
        for (const step of all[layer] ?? []) if (step.op !== 'logits') await this.#runStep(network, step);
      }
      if (comparable && this.#watch.onStreams && layer + 1 < most) this.#compareStreams(layer);
    }
    const scores = this.#plans.map(({ steps }) => steps.find(({ op }) => op === 'logits'));
    if (scores.every((step) => step !== undefined)) await this.#score(scores);
    for (const { port } of this.#members) port.post({ kind: 'get-figures', index: this.#step } satisfies GetFigures);
    while (this.#figures.includes(undefined)) await this.#change();
    this.#run.onEngine?.(joinedEngines(this.#engines));
    return this.#figures as Float64Array[];
  }

  stop(): void {
    this.#stopListening();
    for (const { port } of this.#members) port.terminate();
  }

  async #runStep(network: number, step: PassStep): Promise<void> {
    const index = this.#begin(network, step);
    const other = network === 0 ? this.#others.get(step) : undefined;
    for (const [number, tile] of (step.tiles ?? []).entries()) {
      await this.#give(network, index, step, tile);
      if (other) await this.#give(network, index, other, other.tiles![number]!, 1);
    }
    this.#end(network, index);
  }

  /** The output layers of all networks, tile by tile in turn. */
  async #score(steps: readonly PassStep[]): Promise<void> {
    const indices = steps.map((step, network) => this.#begin(network, step));
    for (let tile = 0; tile < steps[0]!.tiles!.length; ++tile) {
      for (const [network, step] of steps.entries()) {
        await this.#give(network, indices[network]!, step, step.tiles![tile]!);
      }
    }
    for (const [network, index] of indices.entries()) this.#end(network, index);
  }

  #begin(network: number, step: PassStep): number {
    const index = this.#step++;
    const other = network === 0 ? this.#others.get(step) : undefined;
    this.#stepTensors[index] = step.tensor ?? `layer ${step.layer}`;
    this.#underWay.set(index, {
      seen: this.#members.map(() => undefined),
      use: (seen) => {
        if ((step.observed?.length ?? 0) > 0) this.#tellSeen(step, seen);
        else if (other) this.#tellContrast(step, seen);
      },
    });
    const json = toJson<StepOrder>({
      ...orderOf(step),
      ...(other && { other: orderOf(other) }),
      ...(this.#watch.magnitudes && { threshold: this.#watch.magnitudes.threshold }),
    });
    const message: BeginStep = { kind: 'begin-step', index, network, step: json };
    for (const { port } of this.#members) port.post(message);
    return index;
  }

  #compareStreams(layer: number): void {
    const index = this.#step++;
    this.#stepTensors[index] = `layer ${layer}`;
    this.#underWay.set(index, {
      seen: this.#members.map(() => undefined),
      use: (seen) => {
        let apart = 0;
        let tokens = 0;
        for (const pairs of seen) {
          for (let at = 0; at < pairs.length; at += 2) {
            apart += pairs[at]!;
            tokens += pairs[at + 1]!;
          }
        }
        this.#watch.onStreams?.(layer, apart / tokens);
      },
    });
    for (const { port } of this.#members) port.post({ kind: 'compare-streams', index } satisfies CompareStreams);
  }

  #end(network: number, index: number): void {
    for (const { port } of this.#members) port.post({ kind: 'end-step', index, network } satisfies EndStep);
  }

  async #give(
    network: number,
    index: number,
    step: PassStep,
    tile: WeightTile,
    from = network, // whose files the tile is in; another network's is held against this one's
  ): Promise<void> {
    const [, , bytes, firstRow, rows] = tile;
    if (looksUp(step.op) && !this.#needs(firstRow, rows)) return;
    await this.#room();
    const input = await this.#orFailure(this.#read(from, step, tile));
    await this.#room();
    for (const member of this.#members) {
      const buffer = member.free.pop() ?? new ArrayBuffer(this.#tileBytes);
      new Uint8Array(buffer).set(input.subarray(0, bytes));
      member.tiles += 1;
      const contrast = from !== network;
      const message: PassTile = { kind: 'tile', index, network, contrast, bytes, firstRow, rows, buffer };
      member.port.post(message, [buffer]);
      member.done += isProduct(step.op) ? rows * step.columns! : 0;
    }
    this.#showProgress();
  }

  async #read(from: number, step: PassStep, tile: WeightTile): Promise<Uint8Array> {
    const made = await this.#models[from]!.readTile?.(step, tile);
    if (made) return made;
    const [file, offset, bytes] = tile;
    if (this.#input.byteLength < bytes) this.#input = new Uint8Array(this.#tileBytes);
    return (this.#input = await this.#sources[from]![file]!.read(offset, bytes, this.#input));
  }

  #needs(firstRow: number, rows: number): boolean {
    for (let row = firstRow; row < firstRow + rows; ++row) if (this.#tokens.has(row)) return true;
    return false;
  }

  async #room(): Promise<void> {
    await this.#orFailure(Promise.resolve());
    while (this.#run.pause?.paused || this.#members.some(({ tiles }) => tiles >= tilesPerWorker)) await this.#change();
  }

  #change(): Promise<void> {
    return this.#orFailure(new Promise<void>((resolve) => (this.#wake = resolve)));
  }

  #orFailure<T>(promise: Promise<T>): Promise<T> {
    return Promise.race([this.#failure, promise]);
  }

  #take(member: Member, worker: number, message: FromPassWorker): void {
    switch (message.kind) {
      case 'failed':
        this.#fail(
          new Problem(
            message.index === null
              ? message.sentence
              : `${this.#stepTensors[message.index] ?? 'the network'}: ${message.sentence}`,
          ),
        );
        break;
      case 'taken':
        member.tiles -= 1;
        member.free.push(message.buffer);
        break;
      case 'ended':
        this.#ended(worker, message);
        break;
      case 'figures':
        this.#figures[worker] = message.figures;
        this.#engines[worker] = message.engine;
    }
    this.#wake();
  }

  #ended(worker: number, { index, seen }: StepEnded): void {
    const underWay = this.#underWay.get(index)!;
    underWay.seen[worker] = seen;
    if (underWay.seen.includes(undefined)) return;
    this.#underWay.delete(index);
    try {
      underWay.use(underWay.seen as Float64Array[]);
    } catch (error) {
      this.#fail(error);
    }
  }

  #tellSeen(step: PassStep, seen: readonly Float64Array[]): void {
    const columns = step.columns!;
    const { onSeen, magnitudes } = this.#watch;
    for (const all of seen) {
      const texts = all.length / (columns + 1 + (magnitudes ? 2 * columns : 0));
      for (let text = 0; text < texts; ++text) {
        const part = (from: number) => all.subarray(from + text * columns, from + (text + 1) * columns);
        onSeen?.(step, part(0), all[texts * columns + text]!);
        magnitudes?.use(step, part(texts * (columns + 1)), part(texts * (2 * columns + 1)));
      }
    }
  }

  #tellContrast(step: PassStep, seen: readonly Float64Array[]): void {
    let change = 0;
    let output = 0;
    for (const pairs of seen) {
      for (let at = 0; at < pairs.length; at += 2) {
        change += pairs[at]!;
        output += pairs[at + 1]!;
      }
    }
    this.#watch.onContrast?.(step, change, output);
  }

  #showProgress(): void {
    // As if the time that the pass was held had not been.
    const start = this.#start + (this.#run.pause?.milliseconds ?? 0);
    const seconds = (performance.now() - start) / 1000;
    if (seconds - this.#shown < secondsBetweenProgress) return;
    this.#shown = seconds;
    const share = Math.min(...this.#members.map(({ done }) => done)) / Math.max(1, this.#work);
    this.#run.onProgress?.(progressSince(start, share));
  }
}

/** The matrices of layers whose outputs are looked at, by what a step does. */
export const LAYER_ROLES: Readonly<Record<string, LayerRole>> = {
  query: 'q',
  key: 'k',
  value: 'v',
  attentionOutput: 'o',
  gate: 'gate',
  up: 'up',
  down: 'down',
};

/** The second network's matrices by the first's; none where the two do not have the same steps. */
export function contrasted(plans: readonly PassPlan[]): Map<PassStep, PassStep> {
  const [first, second] = plans.map(({ steps }) => steps.filter(({ op }) => LAYER_ROLES[op] !== undefined));
  const pairs = new Map<PassStep, PassStep>();
  if (!first || !second || first.length !== second.length) return pairs;
  for (const [index, step] of first.entries()) {
    const other = second[index]!;
    if (!areAlike(step, other)) return new Map();
    pairs.set(step, other);
  }
  return pairs;
}

/** Whether two steps do the same with weights of the same place, tile by tile. */
function areAlike(one: PassStep, other: PassStep): boolean {
  const same = (['op', 'layer', 'part', 'expert', 'rowLength', 'firstColumn', 'columns', 'rows'] as const).every(
    (name) => one[name] === other[name],
  );
  return (
    same &&
    one.tiles!.length === other.tiles!.length &&
    one.tiles!.every(([, , , firstRow, rows], index) => {
      const [, , , theirs, theirRows] = other.tiles![index]!;
      return firstRow === theirs && rows === theirRows;
    })
  );
}

/** What computed the products of several workers. */
export function joinedEngines(engines: readonly ProductEngine[]): ProductEngine {
  return {
    name: [...new Set(engines.map(({ name }) => name))].filter(Boolean).join(', '),
    problem: engines.find(({ problem }) => problem !== null)?.problem ?? null,
  };
}

/** Whether a step takes the rows of the tokens from its tensor: no others are read. */
function looksUp(op: string): boolean {
  return op === 'embed' || op === 'layerEmbed';
}

/** Whether a step with weights multiplies by them. */
export function isProduct(op: string): boolean {
  return !looksUp(op) && op !== 'vector';
}

/** Products per token of a step. */
function workOf({ op, rows, columns }: PassStep): number {
  return isProduct(op) ? (rows ?? 0) * (columns ?? 0) : 0;
}

/** The steps of each layer, in order; those behind the last layer at the end. */
function layersOf(steps: readonly PassStep[]): PassStep[][] {
  const layers: PassStep[][] = [];
  for (const step of steps) (layers[step.layer] ??= []).push(step);
  return layers;
}

/** What the core is told of a step: its tiles come one by one. */
function orderOf({ tiles: _, ...order }: PassStep): StepOrder {
  return order;
}
