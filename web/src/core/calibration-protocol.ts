/** Messages of a calibration, beside those of a pass (protocol.ts): what the workers of a pass do for it. */
import type { Json } from '../wasm/json';
import type { OutputChangeRequest, RoundingRequest, WeightForm } from './types';

/** Sums over tokens of the input of the step that has begun, of some of the worker's texts. */
export interface GetSums {
  kind: 'get-sums';
  index: number;
  network: number;
  sums: SumsKind;
  firstText: number;
  texts: number;
  firstColumn: number;
  columns: number;
}

/** As the core's calibration::Sums, in its order. */
export const sumsKinds = ['inputs', 'cross', 'residual'] as const;
export type SumsKind = (typeof sumsKinds)[number];

export interface SumsDone {
  kind: 'sums';
  index: number;
  sums: Float32Array<ArrayBuffer>; // row by row
  tokens: number; // that meet the step
}

/** What rows of one type and one input are rounded by from now on: the core's Rounder takes `request`. */
export interface StartRounding {
  kind: 'start-rounding';
  index: number;
  request: Json<RoundingRequest>;
  inputs: Float32Array<ArrayBuffer>;
  cross: Float32Array<ArrayBuffer> | null;
  heldBack: Float32Array<ArrayBuffer>;
}

/** Rows of a tensor, as stored, whole. */
export interface RoundRows {
  kind: 'round-rows';
  index: number;
  form: Json<WeightForm>;
  bytes: Uint8Array<ArrayBuffer>;
  firstRow: number;
  rows: number;
  firstColumn: number; // of the columns that are rounded
  outputBytes: number;
  residual: Float32Array<ArrayBuffer> | null; // of these rows
  plain: boolean; // by the method lowest-error
}

export interface RowsRounded {
  kind: 'rounded';
  index: number;
  blocks: Uint8Array<ArrayBuffer>;
  calibratedError: number; // see the core's OutputErrors; 0 where they are rounded plainly
  plainError: number;
}

export interface RoundingStarted {
  kind: 'rounding-started';
  index: number;
}

/** By what the outputs of matrices that meet one input are measured from now on, by the core's OutputChange. */
export interface StartOutputs {
  kind: 'start-outputs';
  index: number;
  request: Json<OutputChangeRequest>;
  inputs: Float32Array<ArrayBuffer>;
  heldBack: Float32Array<ArrayBuffer>;
}

export interface OutputsStarted {
  kind: 'outputs-started';
  index: number;
}

/** Rows as stored, whole: what they put out, or what a type changes of it. */
export interface MeasureOutputs {
  kind: 'measure-outputs';
  index: number;
  type: string | null; // null: what they put out
  form: Json<WeightForm>;
  bytes: Uint8Array<ArrayBuffer>;
  rows: number;
  firstColumn: number; // of the columns that meet the input
}

export interface OutputsMeasured {
  kind: 'outputs';
  index: number;
  sum: number; // of the rows' mean squares
}

export type ToCalibrationWorker = GetSums | StartRounding | RoundRows | StartOutputs | MeasureOutputs;
export type FromCalibrationWorker = SumsDone | RoundingStarted | RowsRounded | OutputsStarted | OutputsMeasured;
