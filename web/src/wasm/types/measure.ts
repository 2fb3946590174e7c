/** Errors measured on samples, and the mixes of types they lead to. */
import type { TensorImportance } from './importance';
import type { Note, Role } from './model';
import type { PlanOptions } from './plan';

/** What to measure. */
export interface MeasureOptions {
  types?: string[] | 'usual' | 'all'; // without: for each tensor the type it gets in the plan
  allRows?: boolean; // instead of a sample
  precision?: number; // half of the interval, relative to the error, that more rows are read for; default 0.05
}

/** What a measure pass reads: tensors in output order. */
export interface SamplePlan {
  method: string;
  tensors: {
    source: number; // index into ModelInfo.tensors
    name: string;
    shape: number[];
    from: string; // as stored
    rows: number;
    pilotRows: number; // measured first
    rowBytes: number;
    types: string[]; // those whose blocks fit its rows and that it may have
    importance: TensorImportance | null;
  }[];
}

/** Rows of one matrix of a tensor that one job measures. */
export interface SampleJob {
  matrix: number; // of a stack of experts
  ranges: RowRange[];
}

/** Consecutive rows as they lie in a file. */
export interface RowRange {
  file: number;
  offset: number;
  bytes: number;
  firstRow: number;
  rows: number;
}

/** A value and the interval it lies in for at least 95 of 100 tensors. low = high: all rows were measured. */
export interface Interval {
  value: number | null; // null: infinite
  low: number | null;
  high: number | null;
}

/**
 * What a measure pass writes and `nibble solve` and the page read again. Sums marked "read back" suffice to make the
 * rest.
 */
export interface MeasurementFile {
  nibbleMeasurement: 1; // version of this form
  version: string; // of the program
  method: string;
  files: { name: string; bytes: number }[]; // of the model
  architecture: string | null;
  importance: string | null; // path of the matrix in use
  text: { name: string; tokens: number } | null; // by what outputs were measured; null: they were not
  precision: number;
  allRows: boolean;
  weights: number; // of the model
  keptFileBytes: number; // of an output: its header and the tensors that are not quantized, padded
  keptTensorBytes: number; // of the latter, without padding
  quantizedSource: boolean;
  onGrids: OnGrid[];
  tensors: {
    name: string;
    shape: number[];
    layer: number | null;
    role: Role;
    from: string;
    weights: number;
    rows: number;
    rowsMeasured: number;
    importance: boolean;
    squaredWeight: Estimate; // sum x^2
    squaredOutput: number | null; // read back: sum w^T H w, the mean square of the tensor's outputs; null: not measured
    sums: number[]; // read back: over measured rows, of the row's s = sum x^2: sum s, sum s^2, and again sum s^2
    weightedSums: number[]; // read back: the same of sum q x^2
    types: {
      type: string;
      bytes: number;
      possible: boolean; // false: a row has weights too large for it
      squaredError: Estimate | null; // sum (x-y)^2 over the tensor
      relativeSquaredError: Estimate | null; // sum (x-y)^2 / sum x^2
      weightedSquaredError: Estimate | null; // sum q (x-y)^2
      outputError: number | null; // read back: sum e^T H e, what the type changes of the outputs; codes calibrated
      sums: number[]; // read back: over measured rows, of the row's e = sum (x-y)^2: sum e, sum e^2, sum e s
      weightedSums: number[]; // read back: the same, weighted
    }[];
    // read back: blocks that come out bit for bit, at least so many, and those looked at; zeros alone do not count
    grids: { type: string; kept: number; blocks: number }[];
  }[]; // that can be quantized, in output order
}

/** Tensors whose weights lie on a type's grid already, wholly or mostly, so that the type holds them as they are. */
export interface OnGrid {
  type: string;
  method: string; // that writes them so
  tensors: string[];
  kept: number; // blocks that come out bit for bit, at least so many
  blocks: number; // that were looked at
  tensorTypes: NonNullable<PlanOptions['tensorTypes']>; // that give these tensors the type
}

export interface Estimate extends Interval {
  standardError: number | null;
}

/** What a text showed of the outputs of a model's tensors, to go into a measurement: sums over all of their rows. */
export interface MeasuredOutputs {
  text: string; // its name
  tokens: number; // that chose codes
  tensors: {
    name: string;
    squaredOutput: number; // w^T H w
    errors: Record<string, number | null>; // e^T H e, by type; null: it cannot hold the tensor
  }[];
}

/** Which error is made small: sum (x-y)^2, the same counted by importance, or the change of the outputs. */
export type Objective = 'squared' | 'weighted' | 'outputs';

/** The error that an assignment of types will have, over all tensors that can be quantized. */
export interface Prediction {
  squaredError: Interval; // sum (x-y)^2
  relativeError: Interval; // sqrt(sum (x-y)^2 / sum x^2)
  sqnrDb: Interval; // null where there is no error
  weightedSquaredError: Interval | null; // null: no importance matrix
  weightedRelativeError: Interval | null;
  weights: number;
  weightsMeasured: number;
  tensors: number; // that were measured
  missing: number; // tensors left out: not measured as their type
}

/** The types of all tensors that can be quantized. */
export type Assignment = Record<string, string>;

/** An assignment, what it weighs and costs, and how to ask for it. */
export interface Mix {
  bytes: number; // of the output file, exactly
  bitsPerWeight: number;
  prediction: Prediction;
  tensors: {
    name: string;
    layer: number | null;
    role: Role;
    from: string;
    type: string;
    weights: number;
    bytes: number;
    squaredError: number | null;
    relativeError: number | null;
  }[];
  recipe: Pick<PlanOptions, 'type'> & Required<Pick<PlanOptions, 'tensorTypes'>>;
  command: string; // of llama-quantize
}

/** Ask for bytes or for bits per weight. */
export interface SolveRequest {
  bytes?: number; // of the output file, at most
  bitsPerWeight?: number; // at most
  objective?: Objective; // default outputs where they were measured, otherwise squared
  roleWeights?: Partial<Record<Role, number>>; // factors of the error of a role's tensors; default 1
  types?: string[]; // that may be chosen; default all that were measured
  assigned?: Assignment; // tensors that have their type already
  fixed?: { pattern: string; type: string }[]; // rules as in PlanOptions.tensorTypes
}

/** What one tensor can be. */
export interface TypeChoice {
  type: string;
  bytes: number;
  bitsPerWeight: number;
  relativeError: number | null; // null: not measured
}

export interface Solution extends Mix {
  objective: Objective;
  loss: number; // sum over tensors of role weight times error: what was made small
  bound: number; // no mix of these types within the size has less
  gap: number; // (loss - bound) / loss
  notes: Note[]; // on rules that speak of no measured tensor
}

export interface ObserveRequest {
  start: Assignment;
  worst?: number; // how many tensors; default 40
  objective?: Objective; // default outputs where they were measured, otherwise squared
}

export interface Observation {
  objective: Objective;
  before: Mix;
  after: Mix;
  steps: {
    name: string;
    tried: string[]; // types from the first to the one it gets
    errorBefore: number;
    errorAfter: number;
    bytesBefore: number;
    bytesAfter: number;
    halved: boolean;
  }[]; // the worst first
}

/** The least and the most an output weighs. */
export interface SizeLimits {
  smallestBytes: number;
  largestBytes: number;
}
