import { toJson } from '../wasm/json';
import {
  damping,
  fewestTokens,
  heldBackEvery,
  stretchTokens,
  tokensPerColumnForLayers,
  windowColumns,
  type Calibration,
  type CalibrationLevel,
  type ColumnWindow,
  type WindowStatistics,
} from './calibration';
import { CalibrationCost, type CalibrationWork } from './calibration-cost';
import {
  StatisticsWriter,
  statisticsBytes,
  StatisticsFile,
  type StatisticsHead,
  type StatisticsTarget,
  type StatisticsWindow,
} from './calibration-file';
import { areEnough, CalibrationRounding, expectFiles, targetsOf } from './calibration-rounding';
import type { ChatUse } from './chat';
import { rowBytesOf } from './chosen-codes';
import { openWith } from './derived-source';
import type { OpenedModel } from './opened-model';
import { longestTile, type PassProgress, type PassControls, progressSince, sizeOf } from './pass';
import { PassWorkers, unscored } from './pass-workers';
import { Problem } from './problem';
import type { HashedFile } from './hash';
import { filesOf } from './receipt';
import type { Scratch } from './scratch';
import type { ByteSource } from './source';
import type { PassPlan, PassStep, Plan, PlannedTensor, PlanOptions, Text } from './types';
import type { SumsDone, SumsKind } from './calibration-protocol';

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
  return model.passPlan({
    ...sizeOf([...texts.calibrate, ...texts.heldBack]),
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

export interface CalibrationControls extends Omit<PassControls, 'onProgress'> {
  level?: CalibrationLevel; // default: as many tokens allow
  onProgress?: (progress: CalibrationProgress) => void;
  /** Where what the codes are chosen by is written, as StatisticsFile reads it. */
  save?: StatisticsTarget;
  /** As for any pass; only with `save`: what a GPU computed gives the same bytes by its file alone. */
  gpu?: boolean;
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
  controls: CalibrationControls = {},
): Promise<Calibration> {
  await model.core.whole;
  const pass = calibrationPass(model, texts);
  const level = controls.level ?? levelFor(pass, texts);
  const running = new RunningCalibration(model, plan, pass, texts, level, scratch, controls);
  try {
    return await running.run();
  } finally {
    running.stop();
  }
}

/** In which every matrix counts whose rows fit any type, and which few models are stored in. */
const anyType: PlanOptions = { type: 'Q5_1', pure: true, method: 'calibrated', allowRequantize: true };

/**
 * The statistics of one pass over the texts, which belong to the model and the texts alone: no codes are chosen. They
 * stay in `scratch`. Throws Stopped or Problem.
 */
export async function collectStatistics(
  model: OpenedModel,
  texts: CalibrationTexts,
  scratch: Scratch,
  controls: PassControls = {},
): Promise<StatisticsFile> {
  await model.core.whole;
  const pass = calibrationPass(model, texts);
  const own = { ...controls, save: { write: scratch.write }, onlySaves: true };
  const running = new RunningCalibration(model, model.plan(anyType), pass, texts, 'one-pass', scratch, own);
  try {
    const { source } = await running.run();
    return await StatisticsFile.open(source, model.core.platform.openSource(source));
  } finally {
    running.stop();
  }
}

/** The size of the file that CalibrationControls.save gets. Throws Problem when there is nothing to calibrate. */
export function savedBytes(
  model: OpenedModel,
  plan: Plan,
  pass: PassPlan,
  texts: CalibrationTexts,
  level: CalibrationLevel,
): number {
  return statisticsBytes(headOf(model, pass, texts, level, targetsOf(plan)));
}

/** What a file will say, but for what is found on the way. */
function headOf(
  model: OpenedModel,
  pass: PassPlan,
  texts: CalibrationTexts,
  level: CalibrationLevel,
  targets: ReadonlyMap<string, PlannedTensor>,
): StatisticsHead {
  const windows = pass.steps.flatMap((step): StatisticsWindow[] => {
    const own = targetsOfStep(model, step, targets);
    if (own.length === 0) return [];
    const tensors = own.map(({ name, to }) => ({ name, type: to }));
    return windowsOf(step).map((window) => {
      const crossed = isAimed(step, level, tokensOf(texts.calibrate), tokensOf(texts.heldBack), window.columns);
      const residualRows = crossed && joinsStream(pass, step) ? pass.network.embedding : 0;
      return { ...window, tensors, tokens: 0, heldBackTokens: 0, crossed, residualRows };
    });
  });
  return {
    nibbleCalibration: 1,
    level,
    text: texts.text,
    chatTemplate: texts.chat,
    tokens: tokensOf(texts.calibrate),
    heldBack: tokensOf(texts.heldBack),
    damping,
    engine: { name: '', problem: null },
    modelBytes: filesOf(model).map(({ bytes }) => bytes),
    windows,
  };
}

/** The matrices to calibrate whose input a step has. */
function targetsOfStep(
  model: OpenedModel,
  { observed }: PassStep,
  targets: ReadonlyMap<string, PlannedTensor>,
): readonly PlannedTensor[] {
  return (observed ?? []).flatMap((number) => targets.get(model.info.tensors[number]!.name) ?? []);
}

/** The input of a step, cut into windows of columns. */
function windowsOf({ columns, firstColumn = 0, part, expert }: PassStep): ColumnWindow[] {
  const width = Math.ceil(columns! / Math.ceil(columns! / windowColumns) / 256) * 256;
  return Array.from({ length: Math.ceil(columns! / width) }, (_, window) => ({
    expert: part === 'expert' ? expert! : null,
    firstColumn: firstColumn + window * width,
    columns: Math.min(width, columns! - window * width),
  }));
}

/** Whether matrices are rounded to give the original's outputs: other tokens are sent to an expert in another model. */
function isAimed(
  { part }: PassStep,
  level: CalibrationLevel,
  tokens: number,
  heldBackTokens: number,
  columns: number,
): boolean {
  return level === 'layers' && part === 'dense' && areEnough({ tokens, heldBackTokens }, columns);
}

/** Whether the residual stream gets what the step gives as it is: some architectures normalise it first. */
function joinsStream(pass: PassPlan, { op, layer }: PassStep): boolean {
  const norm = { attentionOutput: 'post_attention_norm.weight', down: 'post_ffw_norm.weight' }[op];
  return norm !== undefined && !pass.steps.some((one) => one.layer === layer && one.tensor?.endsWith(norm));
}

/**
 * Chooses the codes as calibrate() did when it saved the file: from the same file the same bytes, and the model runs
 * over no text. `file`: its name and hash. Throws Stopped, or Problem, also when it is of another model or plan.
 */
export async function calibrateFrom(
  model: OpenedModel,
  plan: Plan,
  statistics: StatisticsFile,
  file: HashedFile,
  scratch: Scratch,
  controls: PassControls = {},
): Promise<Calibration> {
  const start = performance.now();
  const { windows, nibbleCalibration: _, modelBytes: __, ...figures } = statistics.head;
  expectStatistics(model, plan, statistics);
  await model.core.whole;
  const workers = PassWorkers.withoutTexts(model, controls);
  try {
    const rounding = new CalibrationRounding(model, plan, figures.level, scratch, workers);
    for (const [number, window] of windows.entries()) {
      const targets = window.tensors.flatMap(({ name }) => rounding.targets.get(name) ?? []);
      if (targets.length > 0) await rounding.roundWindow(targets, window, await statistics.read(number));
      controls.onProgress?.(progressSince(start, (number + 1) / windows.length));
    }
    const seconds = (performance.now() - start) / 1000;
    return {
      figures: { ...figures, statistics: file, seconds, parts: rounding.parts, answers: null },
      source: await scratch.handle(),
      codes: rounding.codes,
      importance: rounding.importance,
    };
  } finally {
    workers.stop();
  }
}

/** Throws Problem when the statistics are not of this model, or not of these types. */
export function expectStatistics(model: OpenedModel, plan: Plan, statistics: StatisticsFile): void {
  const { head, name: file } = statistics;
  expectFiles(model, statistics);
  const targets = targetsOf(plan);
  const covered = new Map<string, number>(); // columns of the matrices of a tensor, counted on
  for (const { tensors, expert, firstColumn, columns, residualRows } of head.windows) {
    for (const { name, type } of tensors) {
      const target = targets.get(name);
      if (!target && head.level === 'one-pass') continue;
      if (target?.to !== type && head.level === 'layers') {
        throw new Problem(
          `${file} was made layer after layer for ${name} as ${type.toUpperCase()}, where this run has ` +
            `${target ? target.to.toUpperCase() : 'no code to choose'}. Ask for the same types.`,
        );
      }
      const { shape, weights } = target!;
      const column = (expert ?? 0) * shape[0]! + firstColumn;
      const rows = expert === null ? weights / shape[0]! : shape[1]!;
      const fits = firstColumn + columns <= shape[0]! && (residualRows === 0 || residualRows === rows);
      if (column !== (covered.get(name) ?? 0) || !fits)
        throw new Problem(`${file} does not fit ${name}: it is of another model, or damaged.`);
      covered.set(name, column + columns);
    }
  }
  for (const [name, { shape }] of targets) {
    const columns = shape[0]! * (shape[2] ?? 1);
    if (covered.get(name) !== columns)
      throw new Problem(`${file} does not say by what to choose the codes of ${name}. Save one with the same types.`);
  }
}

/**
 * Sums are added up in so many groups of texts, at the most: what a group gives does not depend on which worker has it.
 */
const mostGroups = 16;
const mostHeldBackGroups = 4;

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

/** The bytes of the longest tile, be it as the model has it or as the output will: it may have more bits. */
function longestOfBoth({ steps }: PassPlan, targets: ReadonlyMap<string, PlannedTensor>): number {
  return steps.reduce((most, { tensor, tiles }) => {
    const target = tensor === undefined ? undefined : targets.get(tensor);
    if (!target) return most;
    return (tiles ?? []).reduce((longest, [, , , , rows]) => Math.max(longest, rows * rowBytesOf(target)), most);
  }, longestTile(steps));
}

class RunningCalibration {
  readonly #model: OpenedModel;
  readonly #pass: PassPlan;
  readonly #level: CalibrationLevel;
  readonly #texts: CalibrationTexts;
  readonly #scratch: Scratch;
  readonly #controls: CalibrationControls & { onlySaves?: boolean };
  readonly #workers: PassWorkers;
  readonly #rounding: CalibrationRounding;
  readonly #writer: StatisticsWriter | null;
  readonly #groups: Group[] = [];
  readonly #heldBackGroups: Group[] = [];
  readonly #sources: ByteSource[];
  readonly #encoded = new Set<string>(); // tensors of the layer at work that the quantized network has already
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
    controls: CalibrationControls & { onlySaves?: boolean },
  ) {
    this.#model = model;
    this.#pass = pass;
    this.#texts = texts;
    this.#level = level;
    this.#scratch = scratch;
    this.#controls = controls;
    const { core } = model;
    this.#sources = model.sources.map(openWith(core.module, (source) => core.platform.openSource(source)));
    const targets = targetsOf(plan);
    this.#expectObserved(targets);
    this.#writer = controls.save
      ? new StatisticsWriter(headOf(model, pass, texts, level, targets), controls.save)
      : null;
    const groups = Math.min(mostGroups, texts.calibrate.length);
    const heldBackGroups = Math.min(mostHeldBackGroups, texts.heldBack.length);
    const workers = Math.max(1, Math.min(controls.workers ?? core.platform.parallelism, groups));
    const shares = Array.from({ length: workers }, (): Text[] => []);
    const divide = (all: readonly Text[], count: number, to: Group[]) => {
      for (let group = 0; group < count; ++group) {
        const own = all.slice(cut(group, all.length, count), cut(group + 1, all.length, count));
        const worker = Math.floor((group * workers) / count);
        to.push({ worker, firstText: shares[worker]!.length, texts: own.length });
        shares[worker]!.push(...unscored(own));
      }
    };
    divide(texts.calibrate, groups, this.#groups);
    divide(texts.heldBack, heldBackGroups, this.#heldBackGroups);
    this.#cost = new CalibrationCost(plan, pass, tokensOf(texts.calibrate), tokensOf(texts.heldBack), level);
    this.#work = this.#inTurn(this.#cost.total(), workers);
    const own = { ...controls, gpu: (controls.gpu ?? false) && controls.save !== undefined };
    const networks = level === 'layers' ? [pass, pass] : [pass];
    const tileBytes = level === 'layers' ? longestOfBoth(pass, targets) : longestTile(pass.steps);
    this.#workers = new PassWorkers(core, networks, shares, tileBytes, own);
    this.#rounding = new CalibrationRounding(model, plan, level, scratch, this.#workers);
  }

  async run(): Promise<Calibration> {
    for (const step of this.#pass.steps) {
      // What comes behind the layers has no number of its own.
      this.#layer = Math.max(this.#layer, Math.min(step.layer + 1, this.#pass.network.layers));
      await this.#runStep(step);
      this.#done += this.#inTurn(this.#cost.of(step), this.#workers.count);
      this.#showProgress(null);
    }
    const { engine } = await this.#workers.figures();
    await this.#writer?.finish(engine);
    return {
      figures: {
        text: this.#texts.text,
        chatTemplate: this.#texts.chat,
        level: this.#level,
        tokens: tokensOf(this.#texts.calibrate),
        heldBack: tokensOf(this.#texts.heldBack),
        damping,
        engine,
        statistics: null,
        seconds: (performance.now() - this.#start) / 1000,
        parts: this.#rounding.parts,
        answers: null,
      },
      source: await this.#scratch.handle(),
      codes: this.#rounding.codes,
      importance: this.#rounding.importance,
    };
  }

  stop(): void {
    this.#workers.stop();
  }

  /** Throws Problem when the pass does not know what a tensor meets. */
  #expectObserved(targets: ReadonlyMap<string, PlannedTensor>): void {
    const met = new Set(this.#pass.steps.flatMap((step) => targetsOfStep(this.#model, step, targets)));
    for (const [name, target] of targets) {
      if (!met.has(target))
        throw new Problem(`${name} cannot be calibrated: no step of the network reads a text through it.`);
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
      await this.#workers.giveTile(0, read.subarray(0, bytes), firstRow, rows);
      if (!layers) continue;
      const own = this.#ofQuantized(step);
      const length = own === null ? bytes : rows * rowBytesOf(own);
      const from = own === null ? read : await this.#rounding.readRows(own, step.firstRow! + firstRow, rows);
      await this.#workers.giveTile(1, from.subarray(0, length), firstRow, rows);
    }
    await this.#workers.giveEnd({ kind: 'end-step', network: 0 });
    if (layers) await this.#workers.giveEnd({ kind: 'end-step', network: 1 });
    if (step.op === 'finishFeedForward') this.#encoded.clear();
  }

  #begin(network: number, step: Omit<PassStep, 'tiles'>): void {
    this.#workers.begin({ network, step: toJson(step) });
  }

  /** The tensor of a step that the quantized network has in another form; null: it is as in the original. */
  #ofQuantized({ tensor, op }: Omit<PassStep, 'tiles'>): PlannedTensor | null {
    return op !== 'embed' && tensor !== undefined && this.#encoded.has(tensor)
      ? this.#rounding.targets.get(tensor)!
      : null;
  }

  /** The step as the quantized network does it. */
  #quantized(step: Omit<PassStep, 'tiles'>): Omit<PassStep, 'tiles'> {
    const own = this.#ofQuantized(step);
    return own === null ? step : { ...step, type: own.to, headRows: 0, add: 0 };
  }

  /** Chooses the codes of the matrices whose input the step has. Says whether there were any. */
  async #calibrateStep(step: PassStep): Promise<boolean> {
    const targets = targetsOfStep(this.#model, step, this.#rounding.targets);
    if (targets.length === 0) return false;
    for (const window of windowsOf(step)) {
      const statistics = await this.#statistics(step, window);
      await this.#workers.orFailure(this.#writer?.add(statistics) ?? Promise.resolve());
      if (this.#controls.onlySaves) continue;
      await this.#rounding.roundWindow(targets, window, statistics, (matrix) => this.#showProgress(matrix));
    }
    for (const { name } of targets) this.#encoded.add(name);
    return true;
  }

  async #statistics(step: PassStep, { firstColumn, columns }: ColumnWindow): Promise<WindowStatistics> {
    const network = this.#level === 'layers' ? 1 : 0;
    const first = firstColumn - (step.firstColumn ?? 0);
    const means = async (sums: SumsKind, groups: Group[]) =>
      meanOf(await this.#sums(sums, network, groups, first, columns));
    const inputs = await means('inputs', this.#groups);
    const heldBack = await means('inputs', this.#heldBackGroups);
    const aimed = isAimed(step, this.#level, inputs.tokens, heldBack.tokens, columns);
    const cross = aimed ? await means('cross', this.#groups) : null;
    const residual = aimed && joinsStream(this.#pass, step) ? await means('residual', this.#groups) : null;
    return {
      tokens: inputs.tokens,
      heldBackTokens: heldBack.tokens,
      inputs: inputs.values,
      heldBack: heldBack.values,
      cross: cross?.values ?? null,
      residual: residual?.values ?? null,
    };
  }

  /** Of all groups together, added in their order. */
  async #sums(sums: SumsKind, network: number, groups: Group[], firstColumn: number, columns: number): Promise<Sums> {
    const total: { values: Float32Array<ArrayBuffer> | null; tokens: number } = { values: null, tokens: 0 };
    const asked = groups.map(({ worker, firstText, texts }) =>
      this.#workers.ask<SumsDone>(worker, {
        kind: 'get-sums',
        network,
        sums,
        firstText,
        texts,
        firstColumn,
        columns,
      }),
    );
    for (const turn of asked) turn.catch(() => {}); // heard below
    for (const turn of asked) {
      const { sums: values, tokens } = await turn;
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
    const share = Math.min(1, this.#done / Math.max(1, this.#work));
    const layers = this.#pass.network.layers;
    this.#controls.onProgress?.({ ...progressSince(this.#start, share), layer: this.#layer, layers, matrix });
  }
}

function meanOf({ values, tokens }: Sums): Sums {
  for (let i = 0; i < values.length; ++i) values[i]! /= Math.max(1, tokens);
  return { values, tokens };
}

function cut(part: number, length: number, parts: number): number {
  return Math.floor((part * length) / parts);
}
