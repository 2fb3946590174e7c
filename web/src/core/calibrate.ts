import {
  damping,
  fewestTokens,
  fewestTokensPerColumn,
  heldBackEvery,
  stretchTokens,
  tokensPerColumnForLayers,
  windowColumns,
  type CalibratedPart,
  type Calibration,
  type CalibrationLevel,
} from './calibration';
import { CalibrationCost, type CalibrationWork } from './calibration-cost';
import { CalibrationWorkers } from './calibration-workers';
import type { ChatUse } from './chat';
import { openWith } from './derived-source';
import type { OpenedModel } from './opened-model';
import type { PassProgress, PassRun } from './pass';
import { Problem } from './problem';
import type { HashedFile } from './receipt';
import type { Scratch } from './scratch';
import type { ByteSource } from './source';
import type { FormatInfo, PassPlan, PassStep, Plan, PlannedTensor, RoundingRequest, Text } from './types';
import type { RowsRounded, SumsDone, SumsKind } from '../worker/calibration-protocol';

/** The stretches of a text. */
export interface DividedTexts {
  calibrate: readonly Text[];
  heldBack: readonly Text[];
}

/** Texts cut for a calibration. */
export interface CalibrationTexts extends DividedTexts {
  text: HashedFile; // that they were cut from
  chat: ChatUse; // how it is read
}

/** Every tenth stretch is held back. Throws Problem when there are too few tokens. */
export function divideTexts(texts: readonly Text[]): DividedTexts {
  const tokens = tokensOf(texts);
  if (tokens < fewestTokens) {
    throw new Problem(
      `The text gives ${tokens} tokens in stretches of ${stretchTokens}; ` +
        `fewer than ${fewestTokens} do more harm than good. ` +
        'Use a longer text, or the method lowest-error.',
    );
  }
  const isHeldBack = (number: number) => number % heldBackEvery === heldBackEvery - 1 || number === texts.length - 1;
  return {
    calibrate: texts.filter((_, number) => !isHeldBack(number)),
    heldBack: texts.filter((_, number) => isHeldBack(number)),
  };
}

export const tokensOf = (texts: readonly Text[]) => texts.reduce((sum, { tokens }) => sum + tokens.length, 0);

/** What taking the texts through the model will do. Throws Problem when it cannot be run. */
export function calibrationPass(model: OpenedModel, texts: DividedTexts): PassPlan {
  const all = [...texts.calibrate, ...texts.heldBack];
  return model.passPlan({
    tokens: tokensOf(all),
    sequences: all.length,
    longest: all.reduce((most, { tokens }) => Math.max(most, tokens.length), 0),
    observe: true,
    logits: false,
    leastWindow: windowColumns,
  });
}

/** Layer after layer where there are enough tokens for the widest matrix. */
export function levelFor(pass: PassPlan, texts: DividedTexts): CalibrationLevel {
  const widest = pass.steps.reduce(
    (most, { part, columns }) => (part === 'dense' ? Math.max(most, columns!) : most),
    1,
  );
  return tokensOf(texts.calibrate) >= tokensPerColumnForLayers * widest ? 'layers' : 'one-pass';
}

/** What a calibration takes at most, beside an idle page, in bytes. */
export function calibrationMemory(pass: PassPlan, level: CalibrationLevel, workers: number): number {
  const widest = pass.steps.reduce(
    (most, { columns, op }) => (op === 'vector' ? most : Math.max(most, columns ?? 0)),
    1,
  );
  const window = 4 * Math.min(widest, windowColumns) ** 2;
  const networks = level === 'layers' ? 2 : 1;
  // The sums, what a worker makes of them, and on their way; of two networks also the sums of both, and the factor.
  const matrices = level === 'layers' ? 8 : 5;
  return networks * pass.memory.activationsBytes + workers * (pass.memory.perWorkerBytes + matrices * window);
}

/** How far a calibration is, and at what. */
export interface CalibrationProgress extends PassProgress {
  layer: number; // at work, from 1 on
  layers: number;
  matrix: string | null; // whose codes are being chosen; null: the text goes through the layer
}

export interface CalibrationRun extends Omit<PassRun, 'onProgress'> {
  level?: CalibrationLevel; // default: as many tokens allow
  onProgress?: (progress: CalibrationProgress) => void;
}

/**
 * Chooses the codes of the tensors that `plan` has for the method calibrated, into `scratch`. They do not depend on the
 * number of workers. Throws Stopped or Problem; then the workers are gone.
 */
export async function calibrate(
  model: OpenedModel,
  plan: Plan,
  texts: CalibrationTexts,
  scratch: Scratch,
  run: CalibrationRun = {},
): Promise<Calibration> {
  const pass = calibrationPass(model, texts);
  const level = run.level ?? levelFor(pass, texts);
  const running = new RunningCalibration(model, plan, pass, texts, level, scratch, run);
  try {
    return await running.run();
  } finally {
    running.stop();
  }
}

/**
 * Sums are added up in so many groups of texts, at the most: what a group gives does not depend on which worker has it.
 */
const mostGroups = 16;
const mostHeldBackGroups = 4;
/** Weights of a tile that is rounded. */
const tileWeights = 2 ** 18;
/** Rows that the core rounds side by side. */
const rowsTogether = 8;

/** Texts whose sums are made by one worker. */
interface Group {
  worker: number;
  firstText: number; // of the worker's
  texts: number;
}

interface Sums {
  values: Float32Array<ArrayBuffer>;
  tokens: number;
}

/** A tensor that is calibrated. */
interface Target {
  number: number; // in the plan
  planned: PlannedTensor;
  format: FormatInfo;
  form: string;
  offset: number; // in the scratch
}

class RunningCalibration {
  readonly #model: OpenedModel;
  readonly #pass: PassPlan;
  readonly #level: CalibrationLevel;
  readonly #texts: CalibrationTexts;
  readonly #scratch: Scratch;
  readonly #run: CalibrationRun;
  readonly #workers: CalibrationWorkers;
  readonly #groups: Group[] = [];
  readonly #heldBackGroups: Group[] = [];
  readonly #sources: ByteSource[];
  readonly #targets = new Map<string, Target>();
  readonly #encoded = new Set<string>(); // tensors of the layer at work that the quantized network has already
  readonly #parts: CalibratedPart[] = [];
  readonly #start = performance.now();
  readonly #cost: CalibrationCost;
  readonly #work: number;
  #done = 0;
  #layer = 1;

  constructor(
    model: OpenedModel,
    plan: Plan,
    pass: PassPlan,
    texts: CalibrationTexts,
    level: CalibrationLevel,
    scratch: Scratch,
    run: CalibrationRun,
  ) {
    this.#model = model;
    this.#pass = pass;
    this.#texts = texts;
    this.#level = level;
    this.#scratch = scratch;
    this.#run = run;
    const { core } = model;
    this.#sources = model.sources.map(openWith(core.module, (source) => core.platform.openSource(source)));
    this.#chooseTargets(plan);
    const groups = Math.min(mostGroups, texts.calibrate.length);
    const heldBackGroups = Math.min(mostHeldBackGroups, texts.heldBack.length);
    const workers = Math.max(1, Math.min(run.workers ?? core.platform.parallelism, groups));
    const shares = Array.from({ length: workers }, () => ({ texts: [] as Text[] }));
    const divide = (all: readonly Text[], count: number, to: Group[]) => {
      for (let group = 0; group < count; ++group) {
        const own = all.slice(cut(group, all.length, count), cut(group + 1, all.length, count));
        const worker = Math.floor((group * workers) / count);
        to.push({ worker, firstText: shares[worker]!.texts.length, texts: own.length });
        shares[worker]!.texts.push(...own);
      }
    };
    divide(texts.calibrate, groups, this.#groups);
    divide(texts.heldBack, heldBackGroups, this.#heldBackGroups);
    this.#cost = new CalibrationCost(plan, pass, tokensOf(texts.calibrate), tokensOf(texts.heldBack), level);
    this.#work = this.#inTurn(this.#cost.total(), workers);
    this.#workers = new CalibrationWorkers(model, pass, level === 'layers' ? 2 : 1, shares, run);
  }

  async run(): Promise<Calibration> {
    for (const step of this.#pass.steps) {
      // What comes behind the layers has no number of its own.
      this.#layer = Math.max(this.#layer, Math.min(step.layer + 1, this.#pass.network.layers));
      await this.#runStep(step);
      this.#done += this.#inTurn(this.#cost.of(step), this.#workers.count);
      this.#showProgress(null);
    }
    return {
      figures: {
        text: this.#texts.text,
        chatTemplate: this.#texts.chat,
        level: this.#level,
        tokens: tokensOf(this.#texts.calibrate),
        heldBack: tokensOf(this.#texts.heldBack),
        damping,
        seconds: (performance.now() - this.#start) / 1000,
        parts: this.#parts,
        answers: null,
      },
      source: await this.#scratch.handle(),
      offsets: new Map([...this.#targets.values()].map(({ number, offset }) => [number, offset])),
    };
  }

  stop(): void {
    this.#workers.stop();
  }

  /** Tensors the plan has for the method, where the pass knows what they meet. */
  #chooseTargets(plan: Plan): void {
    const formOf = new Map(this.#pass.steps.map((step) => [step.tensor, step] as const));
    const observed = new Set(this.#pass.steps.flatMap(({ observed: tensors }) => tensors ?? []));
    let offset = 0;
    for (const [number, planned] of plan.tensors.entries()) {
      const step = formOf.get(planned.name);
      if (planned.method !== 'calibrated') continue;
      if (!step || !observed.has(planned.source))
        throw new Problem(`${planned.name} cannot be calibrated: no step of the network reads a text through it.`);
      const format = this.#model.core.formats.find(({ name }) => name === planned.to)!;
      const { type, rowLength, add } = step;
      const form = JSON.stringify({ type, rowLength, headRows: 0, add }); // #readRows() puts them in order
      this.#targets.set(planned.name, { number, planned, format, form, offset });
      offset += planned.outputBytes;
    }
    if (this.#targets.size === 0) {
      throw new Problem('There is nothing to calibrate: no matrix of a layer gets a type with levels to choose from.');
    }
  }

  async #runStep(step: PassStep): Promise<void> {
    const { tiles: _, ...order } = step;
    const layers = this.#level === 'layers';
    this.#begin(0, order);
    if (layers) this.#begin(1, this.#quantized(order));
    if ((step.observed?.length ?? 0) > 0 && (await this.#calibrateStep(step)) && layers)
      this.#begin(1, this.#quantized(order));
    for (const tile of step.tiles ?? []) {
      const [file, offset, bytes, firstRow, rows] = tile;
      const read = await this.#workers.orFailure(this.#sources[file]!.read(offset, bytes, new Uint8Array(bytes)));
      await this.#give(0, read, firstRow, rows);
      if (!layers) continue;
      const own = this.#ofQuantized(step);
      const length = own === null ? bytes : rows * rowBytes(own);
      const from = own === null ? read : await this.#readEncoded(own, step.firstRow! + firstRow, rows);
      await this.#give(1, from.subarray(0, length), firstRow, rows);
    }
    await this.#workers.askAll({ kind: 'end-step', network: 0 });
    if (layers) await this.#workers.askAll({ kind: 'end-step', network: 1 });
    if (step.op === 'finishFeedForward') this.#encoded.clear();
  }

  #begin(network: number, step: Omit<PassStep, 'tiles'>): void {
    this.#workers.tell({ kind: 'begin-step', network, step: JSON.stringify(step) });
  }

  async #give(network: number, bytes: Uint8Array, firstRow: number, rows: number): Promise<void> {
    const buffer = bytes.slice().buffer as ArrayBuffer;
    await this.#workers.askAll({ kind: 'tile', network, bytes: bytes.byteLength, firstRow, rows, buffer });
  }

  /** The tensor of a step that the quantized network has in another form; null: it is as in the original. */
  #ofQuantized({ tensor, op }: Omit<PassStep, 'tiles'>): Target | null {
    return op !== 'embed' && tensor !== undefined && this.#encoded.has(tensor) ? this.#targets.get(tensor)! : null;
  }

  /** The step as the quantized network does it. */
  #quantized(step: Omit<PassStep, 'tiles'>): Omit<PassStep, 'tiles'> {
    const own = this.#ofQuantized(step);
    return own === null ? step : { ...step, type: own.planned.to, headRows: 0, add: 0 };
  }

  #readEncoded(target: Target, firstRow: number, rows: number): Promise<Uint8Array> {
    return this.#scratch.read(target.offset + firstRow * rowBytes(target), rows * rowBytes(target));
  }

  /** Chooses the codes of the matrices whose input the step has. Says whether there were any. */
  async #calibrateStep(step: PassStep): Promise<boolean> {
    const targets = step.observed!.flatMap((number) => this.#targets.get(this.#model.info.tensors[number]!.name) ?? []);
    if (targets.length === 0) return false;
    const columns = step.columns!;
    const windows = Math.ceil(columns / windowColumns);
    const width = Math.ceil(columns / windows / 256) * 256;
    for (let first = 0; first < columns; first += width)
      await this.#calibrateWindow(step, targets, first, Math.min(width, columns - first));
    for (const { planned } of targets) this.#encoded.add(planned.name);
    return true;
  }

  async #calibrateWindow(step: PassStep, targets: Target[], first: number, columns: number): Promise<void> {
    const network = this.#level === 'layers' ? 1 : 0;
    const means = async (sums: SumsKind, groups: Group[]) =>
      meanOf(await this.#sums(sums, network, groups, first, columns));
    const inputs = await means('inputs', this.#groups);
    const heldBack = await means('inputs', this.#heldBackGroups);
    const enough = inputs.tokens >= fewestTokensPerColumn * columns && heldBack.tokens > 0;
    // Other tokens are sent to an expert in the quantized network, so there is nothing to compare.
    const aimed = network === 1 && step.part === 'dense' && enough;
    const cross = aimed ? await means('cross', this.#groups) : null;
    const residual = aimed && this.#joinsStream(step) ? await means('residual', this.#groups) : null;
    const types = new Set(targets.map(({ planned }) => planned.to));
    for (const type of types) {
      const request: RoundingRequest = {
        type,
        columns,
        feedback: network === 1,
        passes: 4,
        kernel: this.#model.core.kernel,
      };
      await this.#workers.askAll({
        kind: 'start-rounding',
        request: JSON.stringify(request),
        inputs: inputs.values,
        cross: cross?.values ?? null,
        heldBack: heldBack.values,
      });
      for (const target of targets) {
        if (target.planned.to !== type) continue;
        this.#showProgress(target.planned.name);
        await this.#round(step, target, first, columns, enough ? inputs.tokens : null, residual?.values ?? null);
        if (!enough) this.#parts.at(-1)!.tokens = inputs.tokens;
      }
    }
  }

  /** Whether the residual stream gets what the step gives as it is: some architectures normalise it first. */
  #joinsStream({ op, layer }: PassStep): boolean {
    const norm = { attentionOutput: 'post_attention_norm.weight', down: 'post_ffw_norm.weight' }[op];
    return norm !== undefined && !this.#pass.steps.some((one) => one.layer === layer && one.tensor?.endsWith(norm));
  }

  /** `tokens`: null where too few came by. */
  async #round(
    step: PassStep,
    target: Target,
    first: number,
    columns: number,
    tokens: number | null,
    residual: Float32Array<ArrayBuffer> | null,
  ): Promise<void> {
    const { shape, name } = target.planned;
    const stacked = step.part === 'expert';
    const rows = stacked ? shape[1]! : target.planned.weights / shape[0]!;
    const firstRow = stacked ? step.expert! * rows : 0;
    const firstColumn = (step.firstColumn ?? 0) + first;
    const window = { target, firstRow, rows, firstColumn, columns, residual };
    let kept: CalibratedPart['kept'] = 'too few tokens';
    let left: number | null = null;
    if (tokens !== null) {
      const [calibrated, plain] = await this.#roundRows(window, false);
      left = plain > 0 ? calibrated / plain : 1;
      kept = calibrated < plain ? 'calibrated' : 'no better';
    }
    if (kept !== 'calibrated') await this.#roundRows(window, true);
    const expert = stacked ? step.expert! : null;
    this.#parts.push({ name, expert, columns: [firstColumn, columns], tokens: tokens ?? 0, left, kept });
  }

  /** The sums of the rows' errors, calibrated and plain. */
  async #roundRows(
    { target, firstRow, rows, firstColumn, columns, residual }: Window,
    plain: boolean,
  ): Promise<[number, number]> {
    const { planned, format, form } = target;
    const rowLength = planned.shape[0]!;
    const tileRows = Math.max(1, Math.floor(tileWeights / rowLength / rowsTogether)) * rowsTogether;
    const tiles = Array.from({ length: Math.ceil(rows / tileRows) }, (_, tile) => tile * tileRows);
    const blockBytes = (weights: number) => (weights / format.blockLength) * format.blockBytes;
    const results = await this.#workers.spread(tiles, async (tile, member) => {
      const count = Math.min(tileRows, rows - tile);
      const rounded = await this.#workers.askOne<RowsRounded>(member, {
        kind: 'round-rows',
        form,
        bytes: await this.#readRows(planned, firstRow + tile, count),
        firstRow: firstRow + tile,
        rows: count,
        firstColumn,
        outputBytes: count * blockBytes(columns),
        residual: residual?.slice(tile * columns, (tile + count) * columns) ?? null,
        plain,
      });
      for (const [offset, bytes] of piecesOf(rounded.blocks, count, blockBytes(columns), blockBytes(rowLength))) {
        const place = (firstRow + tile) * blockBytes(rowLength) + blockBytes(firstColumn);
        await this.#scratch.write(target.offset + place + offset, bytes);
      }
      return rounded;
    });
    return results.reduce<[number, number]>(
      ([calibrated, other], { calibratedError, plainError }) => [calibrated + calibratedError, other + plainError],
      [0, 0],
    );
  }

  /** Whole rows of a tensor in its order, each as stored. */
  async #readRows(planned: PlannedTensor, firstRow: number, rows: number): Promise<Uint8Array<ArrayBuffer>> {
    const rowLength = planned.shape[0]!;
    const pieces: Uint8Array[] = [];
    for (let done = 0; done < rows * rowLength;) {
      const place = this.#model.place(planned.source, firstRow * rowLength + done, rows * rowLength - done);
      const read = await this.#sources[place.file]!.read(place.offset, place.bytes, new Uint8Array(place.bytes));
      pieces.push(read.subarray(0, place.bytes));
      done += place.weights;
    }
    return joined(pieces);
  }

  /** Of all groups together, added in their order. */
  async #sums(sums: SumsKind, network: number, groups: Group[], firstColumn: number, columns: number): Promise<Sums> {
    const total: { values: Float32Array<ArrayBuffer> | null; tokens: number } = { values: null, tokens: 0 };
    const queues = Array.from({ length: this.#workers.count }, () => Promise.resolve());
    const asked = groups.map(({ worker, firstText, texts }) => {
      // A worker has the sums of one group under way at a time.
      const turn = queues[worker]!.then(() =>
        this.#workers.askOne<SumsDone>(worker, {
          kind: 'get-sums',
          network,
          sums,
          firstText,
          texts,
          firstColumn,
          columns,
        }),
      );
      queues[worker] = turn.then(
        () => {},
        () => {},
      );
      return turn;
    });
    for (const turn of asked) turn.catch(() => {}); // heard below
    for (const turn of asked) {
      const { sums: values, tokens } = await this.#workers.orFailure(turn);
      total.tokens += tokens;
      if (total.values === null) total.values = values;
      else for (let i = 0; i < values.length; ++i) total.values[i]! += values[i]!;
    }
    return { values: total.values ?? new Float32Array(0), tokens: total.tokens };
  }

  /** What passes one after the other. */
  #inTurn({ shared, each }: CalibrationWork, workers: number): number {
    return shared / workers + each;
  }

  #showProgress(matrix: string | null): void {
    const seconds = (performance.now() - this.#start) / 1000;
    const share = Math.min(1, this.#done / Math.max(1, this.#work));
    const secondsLeft = share > 0.01 ? (seconds / share) * (1 - share) : null;
    const layers = this.#pass.network.layers;
    this.#run.onProgress?.({ share, seconds, secondsLeft, layer: this.#layer, layers, matrix });
  }
}

interface Window {
  target: Target;
  firstRow: number;
  rows: number;
  firstColumn: number;
  columns: number;
  residual: Float32Array<ArrayBuffer> | null;
}

function meanOf({ values, tokens }: Sums): Sums {
  for (let i = 0; i < values.length; ++i) values[i]! /= Math.max(1, tokens);
  return { values, tokens };
}

function rowBytes({ planned: { shape }, format }: Target): number {
  return (shape[0]! / format.blockLength) * format.blockBytes;
}

/** Rows of a window lie apart in the tensor, unless the window is all of it. */
function* piecesOf(
  blocks: Uint8Array,
  rows: number,
  windowBytes: number,
  wholeBytes: number,
): Iterable<[offset: number, bytes: Uint8Array]> {
  if (windowBytes === wholeBytes) return void (yield [0, blocks]);
  for (let row = 0; row < rows; ++row)
    yield [row * wholeBytes, blocks.subarray(row * windowBytes, (row + 1) * windowBytes)];
}

function joined(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(pieces.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.byteLength;
  }
  return all;
}

function cut(part: number, length: number, parts: number): number {
  return Math.floor((part * length) / parts);
}
