import type { CalibrationFigures, ColumnWindow, WindowStatistics } from './calibration';
import { windowColumns } from './calibration';
import { Problem } from './problem';
import type { ByteSource, SourceHandle } from './source';

/**
 * What codes are chosen by, as a file: a safetensors file of F32 tensors. Window number w of its list has "w.inputs"
 * and "w.heldBack", of symmetric matrices the part up to the diagonal, row by row; "w.cross" and "w.residual" where
 * there are two models. The metadata "nibble_calibration" is a StatisticsHead as JSON.
 */
export interface StatisticsHead extends Pick<
  CalibrationFigures,
  'level' | 'text' | 'chatTemplate' | 'tokens' | 'heldBack' | 'damping' | 'engine'
> {
  nibbleCalibration: 1; // the form of this file
  modelBytes: number[]; // of the model's files
  windows: StatisticsWindow[]; // in the order codes are chosen
}

export interface StatisticsWindow extends ColumnWindow {
  tensors: { name: string; type: string }[]; // that meet this input, and what they become
  tokens: number;
  heldBackTokens: number;
  crossed: boolean;
  residualRows: number; // 0: there is none
}

/** Where such a file goes. */
export interface StatisticsTarget {
  write(offset: number, bytes: Uint8Array): Promise<void>;
}

const metadata = 'nibble_calibration';
/** A header never has more: a model of a hundred layers has a few hundred windows. */
const mostHeaderBytes = 2 ** 26;
const lengthBytes = 8;
/** Longer names of adapters are cut. */
const mostEngineLetters = 400;

const triangle = (columns: number) => (columns * (columns + 1)) / 2;

/** The numbers of a window's tensors, in the order of the file. */
function counts({ columns, crossed, residualRows }: StatisticsWindow): [name: string, shape: number[]][] {
  return [
    ['inputs', [triangle(columns)]],
    ['heldBack', [triangle(columns)]],
    ...(crossed ? [['cross', [columns, columns]] as [string, number[]]] : []),
    ...(residualRows > 0 ? [['residual', [residualRows, columns]] as [string, number[]]] : []),
  ];
}

const numbersOf = (shape: number[]) => shape.reduce((product, size) => product * size, 1);

const bytesOfWindow = (window: StatisticsWindow) =>
  counts(window).reduce((sum, [, shape]) => sum + Float32Array.BYTES_PER_ELEMENT * numbersOf(shape), 0);

const dataBytes = (windows: readonly StatisticsWindow[]) =>
  windows.reduce((sum, window) => sum + bytesOfWindow(window), 0);

/** The start of the file, filled with spaces to `bytes` bytes; 0: to a multiple of eight. */
function headerOf(head: StatisticsHead, bytes: number): Uint8Array {
  let end = 0;
  const entries: Record<string, unknown> = { __metadata__: { [metadata]: JSON.stringify(head) } };
  for (const [number, window] of head.windows.entries()) {
    for (const [name, shape] of counts(window)) {
      const begin = end;
      end += Float32Array.BYTES_PER_ELEMENT * numbersOf(shape);
      entries[`${number}.${name}`] = { dtype: 'F32', shape, data_offsets: [begin, end] };
    }
  }
  const json = new TextEncoder().encode(JSON.stringify(entries));
  const whole = bytes === 0 ? Math.ceil((lengthBytes + json.byteLength) / 8) * 8 : bytes;
  const header = new Uint8Array(whole).fill(' '.charCodeAt(0));
  new DataView(header.buffer).setBigUint64(0, BigInt(whole - lengthBytes), true);
  header.set(json, lengthBytes);
  return header;
}

/** Room for whatever the counts of tokens and the engine will be. */
function headerBytes(head: StatisticsHead): number {
  const most = Number.MAX_SAFE_INTEGER;
  const windows = head.windows.map((window) => ({ ...window, tokens: most, heldBackTokens: most }));
  const letters = '"'.repeat(mostEngineLetters);
  return headerOf({ ...head, engine: { name: letters, problem: letters }, windows }, 0).byteLength;
}

/** How large the file will be; nothing of it depends on what is found. */
export function statisticsBytes(head: StatisticsHead): number {
  return headerBytes(head) + dataBytes(head.windows);
}

/** Writes windows in their order as they are known, the header last. */
export class StatisticsWriter {
  readonly #head: StatisticsHead;
  readonly #target: StatisticsTarget;
  readonly #headerBytes: number;
  readonly #windows: StatisticsWindow[] = [];
  #end: number;

  constructor(head: StatisticsHead, target: StatisticsTarget) {
    this.#head = head;
    this.#target = target;
    this.#end = this.#headerBytes = headerBytes(head);
  }

  async add({ tokens, heldBackTokens, inputs, heldBack, cross, residual }: WindowStatistics): Promise<void> {
    const window = { ...this.#head.windows[this.#windows.length]!, tokens, heldBackTokens };
    if (window.crossed !== (cross !== null) || window.residualRows * window.columns !== (residual?.length ?? 0))
      throw new Problem('The statistics of a matrix are not what was planned. This is a fault in the program.');
    this.#windows.push(window);
    const { columns } = window;
    for (const values of [lowerPart(inputs, columns), lowerPart(heldBack, columns), cross, residual]) {
      if (values === null) continue;
      await this.#target.write(this.#end, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
      this.#end += values.byteLength;
    }
  }

  async finish(engine: StatisticsHead['engine']): Promise<void> {
    const short = (text: string) => text.slice(0, mostEngineLetters);
    const cut = { name: short(engine.name), problem: engine.problem && short(engine.problem) };
    const head = { ...this.#head, engine: cut, windows: this.#windows };
    await this.#target.write(0, headerOf(head, this.#headerBytes));
  }
}

/** A file of statistics that was opened. Holds its header. */
export class StatisticsFile {
  readonly head: StatisticsHead;
  readonly #name: string;
  readonly #source: ByteSource;
  readonly #offsets: number[] = [];

  /** Throws Problem when it is none, or damaged. */
  static async open({ name, bytes }: SourceHandle, source: ByteSource): Promise<StatisticsFile> {
    const none = new Problem(`${name} holds no statistics of a calibration, as --save-calibration writes them.`);
    const damaged = new Problem(`${name} is damaged: it is not as long as its header says, or the header is broken.`);
    if (bytes < lengthBytes) throw none;
    const read = async (offset: number, length: number) =>
      (await source.read(offset, length, new Uint8Array(length))).subarray(0, length);
    const start = await read(0, lengthBytes);
    const length = new DataView(start.buffer, start.byteOffset).getBigUint64(0, true);
    if (length > BigInt(Math.min(mostHeaderBytes, bytes - lengthBytes))) throw none;
    let text: unknown;
    try {
      const header = JSON.parse(new TextDecoder().decode(await read(lengthBytes, Number(length)))) as {
        __metadata__?: Record<string, unknown>;
      };
      text = header.__metadata__?.[metadata];
    } catch {
      throw none;
    }
    if (typeof text !== 'string') throw none;
    let head: unknown;
    try {
      head = JSON.parse(text);
    } catch {
      throw damaged;
    }
    if ((head as Partial<StatisticsHead> | null)?.nibbleCalibration !== 1)
      throw new Problem(`${name} is of a newer Nibble, which this one does not know.`);
    if (!isHead(head) || bytes !== lengthBytes + Number(length) + dataBytes(head.windows)) throw damaged;
    return new StatisticsFile(name, head, source, lengthBytes + Number(length));
  }

  private constructor(name: string, head: StatisticsHead, source: ByteSource, start: number) {
    this.#name = name;
    this.head = head;
    this.#source = source;
    for (const window of head.windows) {
      this.#offsets.push(start);
      start += bytesOfWindow(window);
    }
  }

  get name(): string {
    return this.#name;
  }

  async read(number: number): Promise<WindowStatistics> {
    const window = this.head.windows[number]!;
    const { columns, tokens, heldBackTokens, crossed, residualRows } = window;
    const length = bytesOfWindow(window);
    const bytes = await this.#source.read(this.#offsets[number]!, length, new Uint8Array(length));
    let at = bytes.byteOffset;
    const next = (count: number) => {
      const values = new Float32Array(bytes.buffer.slice(at, at + 4 * count) as ArrayBuffer);
      at += values.byteLength;
      if (!values.every(Number.isFinite)) {
        const [tensor] = window.tensors;
        throw new Problem(
          `${this.#name} is damaged: what it has for ${tensor?.name} holds numbers that are not finite.`,
        );
      }
      return values;
    };
    return {
      tokens,
      heldBackTokens,
      inputs: wholeOf(next(triangle(columns)), columns),
      heldBack: wholeOf(next(triangle(columns)), columns),
      cross: crossed ? next(columns * columns) : null,
      residual: residualRows > 0 ? next(residualRows * columns) : null,
    };
  }
}

function lowerPart(matrix: Float32Array, columns: number): Float32Array {
  const part = new Float32Array(triangle(columns));
  for (let row = 0; row < columns; ++row)
    part.set(matrix.subarray(row * columns, row * columns + row + 1), triangle(row));
  return part;
}

function wholeOf(part: Float32Array, columns: number): Float32Array<ArrayBuffer> {
  const matrix = new Float32Array(columns * columns);
  for (let row = 0; row < columns; ++row) {
    for (let column = 0; column <= row; ++column) {
      const value = part[triangle(row) + column]!;
      matrix[row * columns + column] = value;
      matrix[column * columns + row] = value;
    }
  }
  return matrix;
}

function isHead(value: unknown): value is StatisticsHead {
  const head = value as Partial<StatisticsHead>;
  const isCount = (number: unknown) => Number.isSafeInteger(number) && (number as number) >= 0;
  const isWindow = (window: Partial<StatisticsWindow> | null) =>
    window !== null &&
    typeof window === 'object' &&
    Array.isArray(window.tensors) &&
    window.tensors.every((tensor) => typeof tensor?.name === 'string' && typeof tensor.type === 'string') &&
    (window.expert === null || isCount(window.expert)) &&
    [window.firstColumn, window.columns, window.tokens, window.heldBackTokens, window.residualRows].every(isCount) &&
    window.columns! > 0 &&
    window.columns! <= windowColumns &&
    typeof window.crossed === 'boolean';
  return (
    (head.level === 'layers' || head.level === 'one-pass') &&
    typeof head.text?.name === 'string' &&
    typeof head.chatTemplate === 'object' &&
    typeof head.engine?.name === 'string' &&
    [head.tokens, head.heldBack].every(isCount) &&
    typeof head.damping === 'number' &&
    Array.isArray(head.modelBytes) &&
    head.modelBytes.every(isCount) &&
    Array.isArray(head.windows) &&
    head.windows.every(isWindow)
  );
}
