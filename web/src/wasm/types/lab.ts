/** The Scale lab: one block, its error curve and what every method chooses. */
import type { FormatGrammar } from './formats';

/** A block on the Scale lab's bench: of a format with one scale, or with levels of one's own. */
export interface LabRequest {
  weights: number[]; // 1..256
  importance?: number[] | null;
  /** The name of a format with a scale to search (FormatGrammar.searchable). */
  format?: string;
  levels?: number[]; // ascending; instead of a format
  storage?: 'real' | 'f16' | 'e8m0' | 'ue4m3'; // with levels
  /** What the super-block of a K-quant stores: scales and minima are multiples of them. Without, any real number. */
  superScale?: number;
  superMinimum?: number;
}

/** How the block decodes with a scale and an offset; the offset is 0 where the format has none. */
export interface LabPoint {
  scale: number;
  offset: number;
  error: number; // sum w (x - y)^2
  relativeError: number; // sqrt(error / sum w x^2)
  maxError: number;
  divisor: number; // max|x| / |scale|; with an offset (max x - min x) / scale
  clipped: number;
  codes: number[]; // index into the levels
  decoded: number[];
  bytes: string; // hex; empty unless the block is a whole block of a format
}

export interface LabMethod extends Omit<LabPoint, 'codes' | 'decoded'> {
  name: string;
  summary: string;
  tried: number; // 0: not counted
  written: boolean; // the block as the format's quantizer of this method writes it
  candidates: [scale: number, offset: number][]; // in the order tried
}

export type LabStorage = 'real' | 'f16' | 'e8m0' | 'ue4m3' | 'multiples';

export interface LabReport {
  levels: number[];
  affine: boolean; // x ~ scale * level + offset
  offsetAtMostZero: boolean;
  storage: LabStorage;
  offsetStorage: LabStorage;
  signed: boolean; // negative scales exist
  format: string;
  squareSum: number; // sum w x^2
  methods: LabMethod[];
}

/** What a super-block stores for all its runs. */
export interface SuperBlockNumbers {
  superScale: number;
  superMinimum: number | null; // null: the format has no minima
}

/** Which number of a block a bit is part of. */
export type StoredPart = 'code' | 'scale' | 'minimum' | 'shared scale' | 'shared minimum';

/** How the blocks of a format lie in bytes, as the core found it by asking the format's decoder. */
export interface BlockBits {
  format: string;
  kind: FormatGrammar['kind'];
  blockLength: number;
  blockBytes: number;
  runLength: number; // weights that share a scale
  storage: FormatGrammar['storage'];
  lowestScale: number; // the stored scale whose bits are all zero; every other number is 0 there
  levels: [code: number, level: number][]; // by rising level
  /**
   * By rising bit, 8 * byte + place, 0 the lowest. `index`: the weight of a code, the run of a scale or minimum.
   * `adds`: to the stored number where the bit is set; 0 where numbers share bits, which then are there once for each.
   */
  bits: [bit: number, part: StoredPart, index: number, adds: number][];
}

/** The Lab's block as a run of a stored block, decoded from there. */
export interface StoredRun {
  bytes: number[];
  run: number;
  sharedScale: number; // of super-blocks
  sharedMinimum: number;
  step: number; // a weight is step * level + offset
  offset: number;
  decoded: number[]; // the weights of the run
}

/** A short row that is calibrated step by step: the core's FeedbackBlock. */
export interface FeedbackRequest {
  weights: number[]; // 2..16
  metric: number[]; // H: the mean product of the inputs of each two columns, row by row
  levels: number[]; // ascending
}

/** The row after a column was rounded or moved. */
export interface FeedbackStep {
  column: number;
  wanted: number; // what was rounded: with errors handed on, or where the error is lowest in a descent
  level: number; // index into the levels
  row: number[]; // columns that are not rounded yet: what is wanted of them by now
  outputError: number; // e^T H e; columns that are not rounded yet count as right
  weightError: number; // sum e^2
}

export interface FeedbackPath {
  rounding: FeedbackStep[]; // column after column
  descent: FeedbackStep[]; // changes from there on
}

export interface FeedbackReport {
  scale: number;
  outputSquare: number; // w^T H w
  damped: number[]; // H as used
  factor: number[]; // U of H = U D U^T above the diagonal, row by row
  pivots: number[]; // D
  plain: FeedbackPath;
  feedback: FeedbackPath;
}
