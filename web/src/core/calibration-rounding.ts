import { toJson } from '../wasm/json';
import type { RowsRounded } from './calibration-protocol';
import {
  fewestTokensPerColumn,
  type CalibratedPart,
  type CalibrationLevel,
  type ColumnWindow,
  type WindowStatistics,
} from './calibration';
import type { StatisticsFile } from './calibration-file';
import { calibratedOf, ChosenCodes, networkOf, rowBytesOf } from './chosen-codes';
import type { PassWorkers } from './pass-workers';
import { openWith } from './derived-source';
import type { OpenedModel } from './opened-model';
import { Problem } from './problem';
import { filesOf } from './receipt';
import type { Scratch } from './scratch';
import { dampedDiagonal, isWeighedByText } from './text-importance';
import type { ByteSource } from './source';
import type { Plan, PlannedTensor, RoundingRequest } from './types';

/** Weights of a tile that is rounded. */
const tileWeights = 2 ** 18;
/** Rows that the core rounds side by side. */
const rowsTogether = 8;
/** Passes of the descent, at most. */
export const passes = 4;

/** Throws Problem when statistics are of another model. */
export function expectFiles(model: OpenedModel, { head, name }: StatisticsFile): void {
  const bytes = filesOf(model).map((file) => file.bytes);
  if (bytes.join() !== head.modelBytes.join())
    throw new Problem(`${name} is of another model: its files have ${head.modelBytes.join(' and ')} bytes.`);
}

interface Window {
  target: PlannedTensor;
  firstRow: number;
  rows: number;
  firstColumn: number;
  columns: number;
  residual: Float32Array<ArrayBuffer> | null;
}

/** The tensors that the plan has for the method, by name. Throws Problem when there are none. */
export function targetsOf(plan: Plan): Map<string, PlannedTensor> {
  const targets = new Map(calibratedOf(plan).map((planned) => [planned.name, planned]));
  if (targets.size === 0)
    throw new Problem('There is nothing to calibrate: no matrix of a layer gets a type whose codes can be chosen.');
  return targets;
}

/** Chooses codes by statistics, wherever those come from, into a scratch. */
export class CalibrationRounding {
  readonly targets: ReadonlyMap<string, PlannedTensor>;
  readonly codes: ChosenCodes; // where they go in the scratch
  readonly parts: CalibratedPart[] = [];
  /** As Calibration.importance. */
  readonly importance = new Map<number, Float32Array<ArrayBuffer>>();
  readonly #model: OpenedModel;
  readonly #network: readonly PlannedTensor[];
  readonly #level: CalibrationLevel;
  readonly #scratch: Scratch;
  readonly #workers: PassWorkers;
  readonly #sources: ByteSource[];

  /** Throws Problem when the plan has nothing for the method. */
  constructor(model: OpenedModel, plan: Plan, level: CalibrationLevel, scratch: Scratch, workers: PassWorkers) {
    const { core } = model;
    this.#model = model;
    this.#network = networkOf(plan);
    this.#level = level;
    this.#scratch = scratch;
    this.#workers = workers;
    this.#sources = model.sources.map(openWith(core.module, (source) => core.platform.openSource(source)));
    this.targets = targetsOf(plan);
    this.codes = new ChosenCodes(model, plan);
  }

  async readRows(target: PlannedTensor, firstRow: number, rows: number): Promise<Uint8Array> {
    const pieces: Uint8Array[] = [];
    for (const { offset, rows: count } of this.codes.rowsOf(target, firstRow, rows))
      pieces.push(await this.#scratch.read(offset, count * rowBytesOf(target)));
    return pieces.length === 1 ? pieces[0]! : joined(pieces);
  }

  /** Chooses the codes of a window of the columns of all matrices that meet one input; tells which comes next. */
  async roundWindow(
    targets: readonly PlannedTensor[],
    window: ColumnWindow,
    statistics: WindowStatistics,
    onMatrix: (name: string) => void = () => {},
  ): Promise<void> {
    const { columns } = window;
    const { tokens, residual } = statistics;
    const enough = areEnough(statistics, columns);
    this.#weigh(targets, window, statistics);
    const types = new Set(targets.map(({ to }) => to));
    for (const type of types) {
      const request: RoundingRequest = {
        type,
        columns,
        feedback: this.#level === 'layers',
        passes,
        kernel: this.#model.core.kernel,
      };
      const { inputs, cross, heldBack } = statistics;
      await this.#workers.askEach({
        kind: 'start-rounding',
        request: toJson(request),
        inputs,
        cross,
        heldBack,
      });
      for (const target of targets) {
        if (target.to !== type) continue;
        onMatrix(target.name);
        await this.#round(target, window, tokens, enough, residual);
      }
    }
  }

  #weigh(
    targets: readonly PlannedTensor[],
    { expert, firstColumn, columns }: ColumnWindow,
    { inputs }: WindowStatistics,
  ): void {
    for (const planned of targets) {
      const format = this.#model.core.formats.find(({ name }) => name === planned.to);
      if (!isWeighedByText(planned, format)) continue;
      const number = this.#network.indexOf(planned);
      const [rowLength, , matrices = 1] = planned.shape as [number, number, number?];
      const all = this.importance.get(number) ?? new Float32Array(rowLength * matrices);
      this.importance.set(number, all);
      all.set(dampedDiagonal(inputs, columns), (expert ?? 0) * rowLength + firstColumn);
    }
  }

  async #round(
    target: PlannedTensor,
    { expert, firstColumn, columns }: ColumnWindow,
    tokens: number,
    enough: boolean,
    residual: Float32Array<ArrayBuffer> | null,
  ): Promise<void> {
    const { shape, name, weights } = target;
    const rows = expert === null ? weights / shape[0]! : shape[1]!;
    const window = { target, firstRow: (expert ?? 0) * rows, rows, firstColumn, columns, residual };
    let kept: CalibratedPart['kept'] = 'too few tokens';
    let left: number | null = null;
    if (enough) {
      const [calibrated, plain] = await this.#roundRows(window, false);
      left = plain > 0 ? calibrated / plain : 1;
      kept = calibrated < plain ? 'calibrated' : 'no better';
    }
    if (kept !== 'calibrated') await this.#roundRows(window, true);
    this.parts.push({ name, expert, columns: [firstColumn, columns], tokens, left, kept });
  }

  /** The sums of the rows' errors, calibrated and plain. */
  async #roundRows(
    { target, firstRow, rows, firstColumn, columns, residual }: Window,
    plain: boolean,
  ): Promise<[number, number]> {
    const { from: type, rowLength, add, outputBytes } = target;
    const form = toJson({ type, rowLength, headRows: 0, add }); // #readSource() puts rows in order
    const tileRows = Math.max(1, Math.floor(tileWeights / rowLength / rowsTogether)) * rowsTogether;
    const tiles = Array.from({ length: Math.ceil(rows / tileRows) }, (_, tile) => tile * tileRows);
    const blockBytes = (weights: number) => (weights * outputBytes) / target.weights;
    const errors: [number, number] = [0, 0];
    const countOf = (tile: number) => Math.min(tileRows, rows - tile);
    await this.#workers.inOrder<number, RowsRounded>(
      tiles,
      async (tile) => ({
        kind: 'round-rows',
        form,
        bytes: await this.#readSource(target, firstRow + tile, countOf(tile)),
        firstRow: firstRow + tile,
        rows: countOf(tile),
        firstColumn,
        outputBytes: countOf(tile) * blockBytes(columns),
        residual: residual?.slice(tile * columns, (tile + countOf(tile)) * columns) ?? null,
        plain,
      }),
      async ({ blocks, calibratedError, plainError }, tile) => {
        let done = 0;
        for (const { offset, rows: count } of this.codes.rowsOf(target, firstRow + tile, countOf(tile))) {
          const own = blocks.subarray(done * blockBytes(columns), (done += count) * blockBytes(columns));
          for (const [place, bytes] of piecesOf(own, count, blockBytes(columns), blockBytes(rowLength)))
            await this.#scratch.write(offset + blockBytes(firstColumn) + place, bytes);
        }
        errors[0] += calibratedError;
        errors[1] += plainError;
      },
    );
    return errors;
  }

  /** Whole rows of a tensor in its order, each as stored. */
  async #readSource(planned: PlannedTensor, firstRow: number, rows: number): Promise<Uint8Array<ArrayBuffer>> {
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
}

/** Whether so many tokens met an input that its statistics can be trusted. */
export function areEnough({ tokens, heldBackTokens }: Counts, columns: number): boolean {
  return tokens >= fewestTokensPerColumn * columns && heldBackTokens > 0;
}

type Counts = Pick<WindowStatistics, 'tokens' | 'heldBackTokens'>;

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
