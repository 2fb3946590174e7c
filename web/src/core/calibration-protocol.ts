/** Messages of a calibration, beside those of a pass (protocol.ts): what the workers of a pass do for it. */
import type { Json } from '../wasm/json';
import type { RoundingRequest, WeightForm } from './types';

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

export type ToCalibrationWorker = GetSums | StartRounding | RoundRows;
export type FromCalibrationWorker = SumsDone | RoundingStarted | RowsRounded;
