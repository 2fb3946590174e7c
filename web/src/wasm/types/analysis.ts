/** What is found in samples of weights: scales, number formats, levels. */

/** Where the best scales of blocks lie; the divisor of a block is max|x| / |best scale|. */
export interface ScaleAnalysisReport {
  format: string;
  blockLength: number;
  reach: number; // the largest level
  blocks: number; // with a divisor
  zeroBlocks: number; // best left all zero
  weights: number;
  step: number; // width of the buckets
  meanDivisor: number | null;
  histogram: { from: number; to: number | null; longSide: number; shortSide: number }[]; // empty buckets left out
  methods: ScaleMethodFigures[];
  tableBlocks: number; // blocks the tables were searched on
  candidates: { from: number; to: number; step: number }; // divisors a table may hold
}

export interface ScaleMethodFigures {
  name: string;
  summary: string;
  rmse: number;
  relativeError: number; // sqrt(sum (x-y)^2 / sum x^2)
  maxError: number;
  clippedShare: number; // of the weights
  overMax7: number | null; // RMSE / that of max7
  overExact: number | null; // RMSE / that of exact
}

/** The best table of some size found, when every block takes the best divisor of it. */
export interface DivisorTable {
  divisors: number[];
  rmse: number;
  relativeError: number;
  overExact: number | null; // RMSE / that of the best storable scale, over the same blocks
  proven: boolean; // every table of this size was tried
}

/** What k bits are to be spent on. */
export interface NumberFormatOptions {
  bits?: number[]; // 2..8; default all
  families?: string[]; // names of NumberFamily; default all, "own" only with levels
  levels?: number[]; // of "own"
  scaleBits?: 16 | 32; // half or single floats, for scales and offsets
}

export interface NumberFamily {
  name: string;
  label: string;
  definition: string;
  fitted: boolean; // its levels belong to the tensor and are stored with it
}

export interface NumberFormatPoint {
  family: string; // of NumberFamily, or "gguf"
  detail: string; // "e2m1", or the GGUF type
  bits: number; // of a code; 0: a GGUF type
  block: number; // 0: whole rows
  search: string;
  bitsPerWeight: number; // codes, scales, offsets and lists of levels
  relativeError: number; // sqrt(sum (x-y)^2 / sum x^2) over the sample
  frontier: boolean; // no other way has as few bits and less error
  // Sums of squared errors of single tensors, as if all their weights had been looked at:
  meanTensorError: number;
  largestTensorError: number;
  worstTensor: string;
  meanRelativeError: number;
  largestRelativeError: number;
  relativelyWorstTensor: string;
}

export interface NumberFormatReport {
  points: NumberFormatPoint[];
  families: NumberFamily[];
}

/** Levels to start a list of one's own from. */
export interface LevelPreset {
  name: string;
  label: string;
  source: string;
  levels: number[];
}

/** What a list of levels leaves of a sample. */
export interface LevelFigures {
  relativeError: number;
  rmse: number;
  bits: number; // of a code
  bitsPerWeight: number;
  entropy: number; // bits of information in a code
  weights: number;
  levels: { level: number; share: number }[]; // share of the weights that take it
}

/** A list of levels to try on a sample. */
export interface LevelRequest {
  levels: readonly number[];
  block: number; // 0: whole rows
  search: ScaleSearchName;
}

export type ScaleSearchName = 'absmax' | 'grid' | 'exact';

/** What a study is told, of the kinds "scale" and "formats"; the others are told nothing. */
export type StudyOptions = ScaleStudyOptions | NumberFormatOptions;

/** What a scale study is told. */
export interface ScaleStudyOptions {
  format: string;
  weights: number; // of the sample
}
