import type { ChatUse } from './chat';
import type { ChosenCodes } from './chosen-codes';
import type { HashedFile } from './hash';
import type { SourceHandle } from './source';
import type { AnswerReport, ProductEngine } from './types';

/** One pass: by the inputs of the original alone. Layers: layer after layer, by those of the quantized model so far. */
export type CalibrationLevel = 'one-pass' | 'layers';

/** Columns of the input of some matrices, as far as they are taken together. */
export interface ColumnWindow {
  expert: number | null; // of tensors that stack them
  firstColumn: number; // in the tensor
  columns: number;
}

/** What codes are chosen by: means over tokens, row by row. */
export interface WindowStatistics {
  tokens: number; // that met the input, of those that calibrate
  heldBackTokens: number; // likewise, of those that judge
  inputs: Float32Array<ArrayBuffer>; // of a aᵀ, a the input; of the quantized model's where there are two
  heldBack: Float32Array<ArrayBuffer>; // the same over the tokens held back
  cross: Float32Array<ArrayBuffer> | null; // of (input in the original) aᵀ, where there are two models
  residual: Float32Array<ArrayBuffer> | null; // of (what the original has more in the residual stream) aᵀ
}

/** What calibration made of a matrix, or of one window of its columns, or one expert of it. */
export interface CalibratedPart {
  name: string; // of the tensor
  expert: number | null; // of a tensor that stacks them
  columns: [first: number, count: number];
  tokens: number; // that met it, of those that calibrate
  /**
   * What is left of the error of its outputs over the tokens held back, of what lowest-error leaves; of types that have
   * no such search (IQ2, IQ3) of what llama.cpp's leaves, weighted by the same text.
   */
  left: number | null; // null: not calibrated
  kept: 'calibrated' | 'too few tokens' | 'no better';
}

/** What two outputs of the same types answer on the tokens held back, against the model: every position counts. */
export interface CalibrationAnswers {
  before: AnswerFigures; // of lowest-error; of IQ2 and IQ3 of llama.cpp's search, with importance, be it of the text
  after: AnswerFigures; // of what was calibrated
  seconds: number;
}

export type AnswerFigures = Pick<AnswerReport, 'tokens' | 'divergence' | 'divergence99' | 'sameTop' | 'kept'>;

export interface CalibrationFigures {
  text: HashedFile;
  chatTemplate: ChatUse; // how it was read
  level: CalibrationLevel;
  tokens: number; // that calibrate
  heldBack: number; // tokens that judge
  damping: number;
  engine: ProductEngine; // that computed what codes were chosen by
  /** The file that holds it, when one was written or read. */
  statistics: HashedFile | null;
  seconds: number;
  parts: CalibratedPart[];
  answers: CalibrationAnswers | null; // null: nobody asked
}

/** The codes that were chosen, for a run. */
export interface Calibration {
  figures: CalibrationFigures;
  source: SourceHandle;
  codes: ChosenCodes; // where they lie in the source
  /** What the columns of tensors that no importance matrix weighs count, by the same text: of each of its matrices. */
  importance: ReadonlyMap<number, Float32Array<ArrayBuffer>>;
}

/** Fewer tokens than this do more harm than good. */
export const fewestTokens = 2000;
/** A matrix that fewer tokens met, for each of its columns, keeps lowest-error. */
export const fewestTokensPerColumn = 2;
/** Layer after layer pays from so many tokens for each column of the widest matrix on. */
export const tokensPerColumnForLayers = 8;
/** Tokens of a stretch of the text. */
export const stretchTokens = 256;
/** Tokens that are used when nobody says. */
export const usualTokens = 8192;
/** Every so-manieth stretch is held back. */
export const heldBackEvery = 10;
/** As the core's calibration::damping. */
export const damping = 0.1;
/** Columns of an input whose products are kept at a time. */
export const windowColumns = 4096;
