import type { CalibrationFigures } from './calibration';
import type { OpenedModel } from './opened-model';
import type { FinishedFile } from './sink';
import type { ErrorReport, ImportanceInfo, Note, Plan, PlannedTensor, PlanOptions } from './types';

/** What became of one tensor. */
export interface TensorReport extends Pick<
  PlannedTensor,
  'name' | 'shape' | 'layer' | 'role' | 'from' | 'to' | 'action' | 'method' | 'weights'
> {
  tensor: number; // index into Plan.tensors
  bytes: number; // in the output
  error: ErrorReport | null; // null: copied, so without error
  // what RunReport.reference's method gives on the same weights; null: copied, or not measured
  reference: ErrorReport | null;
  statsLine: string | null; // as quantize-stats prints it
  kernel: string | null; // that converted: "simd" or "scalar"
}

/** What a run did. */
export interface RunReport {
  version: string; // of this program
  method: string;
  fileType: string;
  options: PlanOptions; // that make the same plan again
  calibration: CalibrationFigures | null; // of the method "calibrated"
  importance: (ImportanceInfo & { path: string }) | null; // the matrix that was used
  kernel: string; // that converted: "simd", "scalar", "simd, scalar" or "none"
  workers: number;
  seconds: number; // without pauses
  inputBytes: number;
  outputBytes: number;
  weights: number;
  bitsPerWeight: number;
  files: FinishedFile[];
  tensors: TensorReport[]; // in output order
  total: ErrorReport | null; // over all converted tensors; null when all were copied
  /** The method that was measured beside the one used, over the same tensors as `total`; null: none was. */
  reference: { method: string; total: ErrorReport } | null;
  totalStatsLine: string | null; // as quantize-stats prints it
  notes: Note[]; // those of the plan
}

/** What a run did, whoever did it and however long it took. */
export type OutputReport = Omit<RunReport, 'workers' | 'seconds'>;

/** What a report says that is known before a weight is read. */
export type Announced = Pick<
  RunReport,
  | 'version'
  | 'method'
  | 'fileType'
  | 'options'
  | 'importance'
  | 'inputBytes'
  | 'outputBytes'
  | 'weights'
  | 'bitsPerWeight'
  | 'notes'
>;

/** What the report of a run of `plan`, which `options` made, begins with. */
export function announced(model: OpenedModel, options: PlanOptions, plan: Plan): Announced {
  const { method, fileType, inputBytes, outputBytes, weights, bitsPerWeight, notes } = plan;
  return {
    version: model.core.version,
    method,
    fileType,
    options,
    importance: options.useImportance === false ? null : model.importance,
    inputBytes,
    outputBytes,
    weights,
    bitsPerWeight,
    notes,
  };
}
