/** Importance matrices. */
import type { Wanted } from './model';

/**
 * Where an importance matrix file holds what it has for a tensor. Model.importanceValues() makes it one f32 per weight
 * of a row, for each matrix of a stack: job j uses those of matrix floor(j.firstWeight / (shape[0] * shape[1])).
 */
export interface TensorImportance {
  valuesOffset: number;
  valuesBytes: number;
  countsOffset: number | null;
  countsBytes: number;
  unusable: number[]; // matrices of the stack that must go without
}

/** An importance matrix file, read to the end of its index. */
export interface ImportanceInfo {
  done: true;
  entries: number;
  datasets: string[];
  chunks: number;
}

/** What llama-imatrix --show-statistics says of a tensor, over the numbers E[a²] of all its columns. */
export interface TensorImportanceStatistics {
  name: string;
  part: string; // "attn_q"
  layer: number | null;
  elements: number; // N: how many numbers
  sum: number;
  min: number;
  max: number;
  mean: number;
  deviation: number;
  active: number; // share of the numbers above 1e-5
  entropy: number; // bits: −Σ p log2 p, p being a number's share of the sum
  normalisedEntropy: number | null; // share of log2 N
  zd: number; // share of the numbers more than a deviation above the mean
  cosine: number | null; // with the sums of the same tensor of the layer before
  largest: { matrix: number; column: number; value: number }[]; // the largest first, eight at most
}

/** An importance matrix in figures. Of layers: means, in which each tensor counts as often as it has numbers. */
export interface ImportanceStatistics {
  tensors: TensorImportanceStatistics[]; // by part, then the largest sum first
  layers: { layer: number; sum: number; zd: number; cosine: number | null }[];
}

export type ImportanceReply = Wanted | ImportanceInfo;

/** Those of a matrix that belong to tensors of the model; `entry`: their number in the file. */
export interface ImportanceEntries {
  entries: (TensorImportance & { entry: number })[];
}

/** Of a file that is added to others: what to offer next, or where its entries are. */
export type MergeReply = Wanted | { entries: Omit<TensorImportance, 'unusable'>[] };
