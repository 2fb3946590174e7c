/** The Scale lab: one block, its error curve and what every method chooses. */

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
