import { toJson } from '../wasm/json';
import type { Core } from './opened-model';
import { PassWorkers } from './pass-workers';
import type { Pause } from './pause';
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

export interface PassControls {
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
  controls: PassControls = {},
  watch: PassWatch = {},
  wishes: PassWishes = { observe: watch.onSeen !== undefined, contrast: watch.onContrast !== undefined },
): Promise<Float64Array[]> {
  await models[0]?.core.whole;
  if (controls.signal?.aborted) throw new Stopped();
  const plans = planPass(models, texts, wishes);
  const pass = new RunningPass(models, plans, texts, controls, watch);
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

class RunningPass {
  readonly #models: readonly PassSubject[];
  readonly #plans: readonly PassPlan[];
  readonly #sources: ByteSource[][];
  readonly #controls: PassControls;
  readonly #watch: PassWatch;
  readonly #workers: PassWorkers;
  readonly #tokens: Set<number>;
  readonly #tileBytes: number;
  readonly #work: number;
  /** Of the first network's steps, those of the second whose weights are held against theirs. */
  readonly #others: ReadonlyMap<PassStep, PassStep>;
  readonly #start: number;
  #given = 0; // of the work
  #shown = 0;
  #told: Promise<void> = Promise.resolve(); // of what the steps saw
  #input: Uint8Array = new Uint8Array(0);

  constructor(
    models: readonly PassSubject[],
    plans: readonly PassPlan[],
    texts: readonly Text[],
    controls: PassControls,
    watch: PassWatch,
  ) {
    const { core } = models[0]!;
    this.#models = models;
    this.#plans = plans;
    this.#controls = controls;
    this.#start = performance.now() - (controls.pause?.milliseconds ?? 0);
    this.#watch = watch;
    const open = openWith(core.module, (source) => core.platform.openSource(source));
    this.#sources = models.map(({ sources }) => sources.map(open));
    this.#tokens = new Set(texts.flatMap(({ tokens }) => [...tokens]));
    this.#others = watch.onContrast ? contrasted(plans) : new Map();
    this.#work =
      plans.reduce((sum, plan) => sum + plan.steps.reduce((all, step) => all + workOf(step), 0), 0) +
      [...this.#others.keys()].reduce((all, step) => all + workOf(step), 0);
    this.#tileBytes = longestTile(plans.flatMap(({ steps }) => steps));
    const workers = Math.max(1, Math.min(controls.workers ?? core.platform.parallelism, texts.length));
    const shares = Array.from({ length: workers }, (_, worker) =>
      texts.slice(Math.floor((worker * texts.length) / workers), Math.floor(((worker + 1) * texts.length) / workers)),
    );
    this.#workers = new PassWorkers(core, plans, shares, this.#tileBytes, controls);
  }

  async run(): Promise<Float64Array[]> {
    const layers = this.#plans.map(({ steps }) => layersOf(steps));
    const most = Math.max(...layers.map(({ length }) => length));
    const comparable = layers.length === 2 && layers[0]!.length === layers[1]!.length;
    for (let layer = 0; layer < most; ++layer) {
      for (const [network, all] of layers.entries()) {
        for (const step of all[layer] ?? []) if (step.op !== 'logits') await this.#runStep(network, step);
      }
      if (comparable && this.#watch.onStreams && layer + 1 < most) await this.#compareStreams(layer);
    }
    const scores = this.#plans.map(({ steps }) => steps.find(({ op }) => op === 'logits'));
    if (scores.every((step) => step !== undefined)) await this.#score(scores);
    const { figures, engine } = await this.#workers.figures();
    await this.#workers.orFailure(this.#told);
    this.#controls.onEngine?.(engine);
    return figures;
  }

  stop(): void {
    this.#workers.stop();
  }

  async #runStep(network: number, step: PassStep): Promise<void> {
    this.#begin(network, step);
    const other = this.#otherOf(network, step);
    for (const [number, tile] of (step.tiles ?? []).entries()) {
      await this.#give(network, step, tile);
      if (other) await this.#give(network, other, other.tiles![number]!, 1);
    }
    await this.#end(network, step);
  }

  /** The output layers of all networks, tile by tile in turn. */
  async #score(steps: readonly PassStep[]): Promise<void> {
    for (const [network, step] of steps.entries()) this.#begin(network, step);
    for (let tile = 0; tile < steps[0]!.tiles!.length; ++tile) {
      for (const [network, step] of steps.entries()) await this.#give(network, step, step.tiles![tile]!);
    }
    for (const [network, step] of steps.entries()) await this.#end(network, step);
  }

  #begin(network: number, step: PassStep): void {
    const other = this.#otherOf(network, step);
    const order = toJson<StepOrder>({
      ...orderOf(step),
      ...(other && { other: orderOf(other) }),
      ...(this.#watch.magnitudes && { threshold: this.#watch.magnitudes.threshold }),
    });
    this.#workers.begin({ network, step: order }, step.tensor ?? `layer ${step.layer}`);
  }

  #otherOf(network: number, step: PassStep): PassStep | undefined {
    return network === 0 ? this.#others.get(step) : undefined;
  }

  async #end(network: number, step: PassStep): Promise<void> {
    const ended = await this.#workers.giveEnd({ kind: 'end-step', network });
    this.#tell(ended, (seen) => {
      if ((step.observed?.length ?? 0) > 0) this.#tellSeen(step, seen);
      else if (this.#otherOf(network, step)) this.#tellContrast(step, seen);
    });
  }

  async #compareStreams(layer: number): Promise<void> {
    const ended = await this.#workers.giveEnd({ kind: 'compare-streams' });
    this.#tell(ended, (seen) => {
      const [apart, tokens] = summedPairs(seen);
      this.#watch.onStreams?.(layer, apart / tokens);
    });
  }

  /** What all workers saw, in the order of the steps. */
  #tell(ended: readonly Promise<Float64Array>[], use: (seen: Float64Array[]) => void): void {
    this.#told = this.#told.then(async () => use(await Promise.all(ended)));
    this.#told.catch((error: unknown) => this.#workers.fail(error));
  }

  async #give(
    network: number,
    step: PassStep,
    tile: WeightTile,
    from = network, // whose files the tile is in; another network's is held against this one's
  ): Promise<void> {
    const [, , bytes, firstRow, rows] = tile;
    if (looksUp(step.op) && !this.#needs(firstRow, rows)) return;
    const input = await this.#workers.orFailure(this.#read(from, step, tile));
    await this.#workers.giveTile(network, input.subarray(0, bytes), firstRow, rows, from !== network);
    this.#given += isProduct(step.op) ? rows * step.columns! : 0;
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
    const [change, output] = summedPairs(seen);
    this.#watch.onContrast?.(step, change, output);
  }

  #showProgress(): void {
    // As if the time that the pass was held had not been.
    const start = this.#start + (this.#controls.pause?.milliseconds ?? 0);
    const seconds = (performance.now() - start) / 1000;
    if (seconds - this.#shown < secondsBetweenProgress) return;
    this.#shown = seconds;
    this.#controls.onProgress?.(progressSince(start, this.#given / Math.max(1, this.#work)));
  }
}

/** The sums of pairs of numbers, worker after worker. */
function summedPairs(seen: readonly Float64Array[]): [number, number] {
  const sums: [number, number] = [0, 0];
  for (const pairs of seen) {
    for (let at = 0; at < pairs.length; at += 2) {
      sums[0] += pairs[at]!;
      sums[1] += pairs[at + 1]!;
    }
  }
  return sums;
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

/** The bytes of the longest tile of steps. */
export function longestTile(steps: readonly PassStep[]): number {
  return steps.flatMap(({ tiles }) => tiles ?? []).reduce((most, [, , bytes]) => Math.max(most, bytes), 0);
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
