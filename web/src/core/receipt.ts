import type { CalibrationFigures } from './calibration';
import type { HashedFile } from './hash';
import type { OpenedModel } from './opened-model';
import type { Platform } from './platform';
import { Problem } from './problem';
import type { OutputReport } from './report';
import type { SourceHandle } from './source';
import type { ErrorReport, PlanOptions, ProductEngine } from './types';

/** What was done, to what, and what came out: enough to check a file, or to make the same bytes again. */
export interface Receipt {
  nibbleReceipt: 1; // the form of this file
  version: string; // of the program
  inputs: HashedFile[]; // the model's files
  /** The matrix, its name as the output's metadata has it, and, where it was made in the page, what computed it. */
  importance: (HashedFile & { path: string; engine?: ProductEngine }) | null;
  /** What codes were chosen by, of the method "calibrated"; receipts from before that have none. */
  calibration?: ReceiptCalibration | null;
  options: PlanOptions;
  fileType: string;
  method: string;
  outputs: HashedFile[]; // name: what follows the output's name; empty when there is one file
  outputBytes: number;
  weights: number;
  bitsPerWeight: number;
  total: ErrorFigures | null;
  reference: { method: string; total: ErrorFigures } | null;
  tensors: {
    name: string;
    from: string;
    to: string;
    method: string | null;
    bytes: number;
    error: ErrorFigures | null;
  }[];
}

/** Receipts from before say nothing of what is optional. */
type ReceiptCalibration = Pick<CalibrationFigures, 'text' | 'tokens' | 'heldBack' | 'level' | 'damping'> &
  Partial<Pick<CalibrationFigures, 'chatTemplate' | 'engine' | 'statistics' | 'answers'>>;

type ErrorFigures = Pick<
  ErrorReport,
  | 'count'
  | 'rmse'
  | 'maxError'
  | 'bias'
  | 'sqnrDb'
  | 'weightedRmse'
  | 'median'
  | 'p95'
  | 'p999'
  | 'clipped'
  | 'zeros'
  | 'nans'
  | 'infinities'
>;

const figureNames: readonly (keyof ErrorFigures)[] = [
  'count',
  'rmse',
  'maxError',
  'bias',
  'sqnrDb',
  'weightedRmse',
  'median',
  'p95',
  'p999',
  'clipped',
  'zeros',
  'nans',
  'infinities',
];

/** Progress of hashing, and a way to end it. */
interface HashControls {
  signal?: AbortSignal;
  onShare?: (share: number) => void; // 0 to 1
}

/** Hashes files one after the other. Reads every byte of them: an extra pass. Throws Stopped or Problem. */
export async function hashFiles(
  platform: Platform,
  files: readonly SourceHandle[],
  { signal, onShare }: HashControls = {},
): Promise<HashedFile[]> {
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  let done = 0;
  const hashed: HashedFile[] = [];
  for (const file of files) {
    const sha256 = await platform.hashFile(file, {
      ...(signal && { signal }),
      onBytes: (bytes) => onShare?.((done += bytes) / Math.max(1, total)),
    });
    hashed.push({ name: file.name, bytes: file.bytes, sha256 });
  }
  return hashed;
}

/** The files a model was opened from, without the values that were computed. */
export function filesOf(model: OpenedModel): SourceHandle[] {
  return model.sources.slice(0, model.info.files.length);
}

/**
 * The receipt of a finished run. Reads the model (and the matrix) once more to hash it. `matrix`: the file, when one
 * was used; `run.engine`: what computed it, where that is known.
 */
export async function makeReceipt(
  model: OpenedModel,
  report: OutputReport,
  matrix: SourceHandle | null,
  controls: HashControls & { engine?: ProductEngine | null } = {},
): Promise<Receipt> {
  const used = report.importance !== null && matrix !== null ? [matrix] : [];
  const given = filesOf(model);
  const hashed = await hashFiles(model.core.platform, [...given, ...used], controls);
  const inputs = hashed.slice(0, given.length);
  const importance = hashed[given.length];
  return {
    nibbleReceipt: 1,
    version: report.version,
    inputs,
    importance:
      importance && report.importance
        ? { ...importance, path: report.importance.path, ...(controls.engine && { engine: controls.engine }) }
        : null,
    calibration: report.calibration && calibrationOf(report.calibration),
    options: report.options,
    fileType: report.fileType,
    method: report.method,
    outputs: report.files.map(({ name, bytes, sha256 }) => ({ name, bytes, sha256: sha256 ?? '' })),
    outputBytes: report.outputBytes,
    weights: report.weights,
    bitsPerWeight: report.bitsPerWeight,
    total: report.total && figuresOf(report.total),
    reference: report.reference && { method: report.reference.method, total: figuresOf(report.reference.total) },
    tensors: report.tensors.map(({ name, from, to, method, bytes, error }) => ({
      name,
      from,
      to,
      method,
      bytes,
      error: error && figuresOf(error),
    })),
  };
}

function calibrationOf(figures: CalibrationFigures): ReceiptCalibration {
  const { text, chatTemplate, tokens, heldBack, level, damping, engine, statistics, answers } = figures;
  return { text, chatTemplate, tokens, heldBack, level, damping, engine, statistics, answers };
}

function figuresOf(error: ErrorReport): ErrorFigures {
  return Object.fromEntries(figureNames.map((name) => [name, error[name]])) as unknown as ErrorFigures;
}

/** Reads a receipt. Throws Problem when the text is none. */
export function parseReceipt(text: string, name: string): Receipt {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Problem(`${name} is no receipt: it is not JSON.`);
  }
  if (isReceipt(value)) return value;
  const form = typeof value === 'object' && value !== null ? (value as Partial<Receipt>).nibbleReceipt : undefined;
  if (form === undefined) throw new Problem(`${name} is no receipt of a run: it has no "nibbleReceipt".`);
  if (form !== 1) throw new Problem(`${name} is a receipt of a newer Nibble, which this one does not know.`);
  throw new Problem(`${name} is a damaged receipt: something of the run is missing in it. Take another copy of it.`);
}

function isReceipt(value: unknown): value is Receipt {
  if (typeof value !== 'object' || value === null) return false;
  const { nibbleReceipt, version, inputs, outputs, options, importance } = value as Partial<Receipt>;
  return (
    nibbleReceipt === 1 &&
    typeof version === 'string' &&
    areFiles(inputs) &&
    areFiles(outputs) &&
    typeof options === 'object' &&
    options !== null &&
    typeof options.type === 'string' &&
    (importance === null || areFiles([importance]))
  );
}

function areFiles(list: unknown): boolean {
  const isFile = (file: Partial<HashedFile> | null) =>
    typeof file?.name === 'string' && typeof file.bytes === 'number' && /^[0-9a-f]{64}$/.test(String(file.sha256));
  return Array.isArray(list) && list.length > 0 && list.every(isFile);
}

/** What a file is to a receipt. */
export type Verdict = { is: 'output' | 'input' | 'matrix'; file: HashedFile } | { is: 'none' };

export function verdictOf(receipt: Receipt, sha256: string): Verdict {
  const among = (files: readonly HashedFile[]) => files.find((file) => file.sha256 === sha256);
  const output = among(receipt.outputs);
  if (output) return { is: 'output', file: output };
  const input = among(receipt.inputs);
  if (input) return { is: 'input', file: input };
  if (receipt.importance?.sha256 === sha256) return { is: 'matrix', file: receipt.importance };
  return { is: 'none' };
}

/** Throws Problem unless these are the files the receipt's run began with, whatever their names and order. */
export function expectInputs(receipt: Receipt, given: readonly HashedFile[]): void {
  for (const { name, sha256 } of receipt.inputs) {
    if (!given.some((file) => file.sha256 === sha256))
      throw new Problem(
        `The receipt's run read ${name} with SHA-256 ${sha256}, and none ` +
          `of these files is that. Give the same file to get the same bytes.`,
      );
  }
  for (const { name, sha256 } of given) {
    if (!receipt.inputs.some((file) => file.sha256 === sha256))
      throw new Problem(`${name} (SHA-256 ${sha256}) is not among the files the receipt's run read.`);
  }
}

/** Throws Problem when a repeated run gave other bytes than the receipt says. */
export function expectOutputs(
  receipt: Receipt,
  files: readonly { name: string; sha256: string | null }[],
  version: string,
): void {
  const other = receipt.outputs.find(({ name, sha256 }) => files.find((file) => file.name === name)?.sha256 !== sha256);
  if (!other) return;
  const got = files.find((file) => file.name === other.name)?.sha256;
  const versions =
    version === receipt.version
      ? ''
      : ` The receipt is of version ${receipt.version}, this is ${version}: a method may have been improved since.`;
  throw new Problem(
    `The repeated run gave other bytes: SHA-256 ${got ?? 'of no such file'} instead of ${other.sha256}.${versions}`,
  );
}
