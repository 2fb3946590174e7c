/** Samples of the rows of models. */

/** Which rows of a model an analysis looks at. */
export interface RowSampleOptions {
  tensors?: string; // a name, or a regular expression found in names; without it every matrix
  weights?: number; // about so many in all, the same share of every tensor; 0 or nothing: every row
  weightsPerTensor?: number; // instead of `weights`: about so many of each tensor
  rowMultiple?: number; // only tensors whose rows are a multiple of this
  jobWeights?: number; // a job ends with the row that reaches it; 0: one job for each tensor
}

export interface RowSampleJob {
  tensor: number; // index into ModelInfo.tensors
  type: string;
  rowLength: number;
  position: number; // weights of the sample in the jobs before
  weights: number;
  bytes: number;
  add: number; // to every stored weight
  ranges: { file: number; offset: number; bytes: number; firstWeight: number; weights: number }[];
}

export interface RowSample {
  jobs: RowSampleJob[];
  leftOut: string[]; // matrices whose rows do not suit
  tensors: number;
  weights: number;
  ofWeights: number; // in the tensors the sample is taken from
}

/** What the weights of a tensor are like, in a sample; `problem` instead when one is no finite number. */
export interface TensorSummary {
  weights: number; // in the sample
  min: number;
  max: number;
  rms: number; // sqrt(sum x^2 / n)
  outliers: number; // with a magnitude of more than 6 rms
  tiny: boolean; // not zero, but too small for the scales of quantized types, which are half floats
  histogram: number[]; // counts in 24 equal steps from -4 rms to 4 rms; what lies beyond is in the outermost ones
}

/** A piece of a sample, with what it is asked where pieces are asked different things. */
export type StudyPiece = RowSampleJob & { request?: unknown };

/** What the study "summary" gives for a piece. */
export type SummaryReply = TensorSummary | { problem: string };
