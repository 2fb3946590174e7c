import type { Json } from '../wasm/json';
import type { Kernel } from './kernel';
import type { CompiledCore } from './module';
import type { SourceHandle } from './source';
import type {
  FoundGpu,
  PackerRequest,
  PassRequest,
  ProductEngine,
  RowRange,
  StepOrder,
  StudyOptions,
  StudyPiece,
} from './types';

/** Jobs that one worker has under way: while one is converted, the next one's bytes are on their way. */
export const jobsPerWorker = 2;

/** The first message to a job worker. */
export interface StartWorker {
  kind: 'start';
  kernel: Kernel;
  compiled: CompiledCore;
  sources: SourceHandle[];
  /** The longest input and output of any job. */
  inputBytes: number;
  outputBytes: number;
  /** The longest row of importance; 0: nothing is weighted. */
  importanceBytes: number;
}

/** A run of one tensor to read, and what to do with it. */
export interface JobRequest {
  kind: 'job';
  index: number;
  inputFile: number;
  inputOffset: number;
  inputBytes: number;
  outputBytes: number;
  padding: number;
  work: Work;
  /** Where the output goes; comes back with the answer. */
  buffer: ArrayBuffer;
}

/** As Job.work says; a copy is read straight into the buffer. */
export type Work = { kind: 'copy' } | Conversion | Packing;

export interface Conversion {
  kind: 'convert';
  from: string;
  to: string;
  method: string;
  /**
   * False: the tensor only gets the form it has in the GGUF file the model stands for; that is no error to speak of.
   */
  measured: boolean;
  firstWeight: number;
  weights: number;
  /** Weights in a row of the tensor. */
  rowLength: number;
  /** What happens to rows and weights on the way: see PlannedTensor. */
  headRows: number;
  add: number;
  /** Where the blocks lie that the conversion is to check and measure: the method is "calibrated". */
  given: { file: number; offset: number } | null;
  /** Another method: what it would give is measured as well, and not kept. */
  reference: string | null;
  /** One for each weight of a row; null: all weights count the same. */
  importance: Float32Array<ArrayBuffer> | null;
}

/** A run of a matrix that goes into a safetensors file; its input is fed piece by piece. */
export interface Packing {
  kind: 'pack';
  /** What Packer is made from, but for the kernel. */
  request: Omit<PackerRequest, 'kernel'>;
  first: number;
  count: number;
  measured: boolean;
  /** Where the blocks of the matrix begin, row by row: the method is "calibrated". */
  given: { file: number; offset: number } | null;
}

/**
 * The first message to a worker that is to look at samples: the study's kind and options as the core's Study takes
 * them.
 */
export interface StartStudy {
  kind: 'start-study';
  kernel: Kernel;
  compiled: CompiledCore;
  sources: SourceHandle[];
  study: string;
  options: Json<StudyOptions>;
  /** The longest input of any piece. */
  inputBytes: number;
}

/** A piece of a sample: its bytes, and what the core is told of it. */
export interface StudyRequest {
  kind: 'study';
  index: number;
  ranges: readonly { file: number; offset: number; bytes: number }[];
  piece: Json<StudyPiece>;
}

export interface StudyDone {
  kind: 'studied';
  index: number;
  result: Uint8Array<ArrayBuffer>;
}

/** Rows of one matrix of a tensor, to be quantized to several types and measured. Nothing but figures comes back. */
export interface SampleRequest {
  kind: 'sample';
  index: number;
  from: string;
  types: string[];
  method: string;
  rowLength: number;
  ranges: RowRange[];
  importance: Float32Array<ArrayBuffer> | null; // one for each weight of a row
}

/** The first message to a worker that is to take texts through a network: the core's Pass takes `request`. */
export interface StartPass {
  kind: 'start-pass';
  kernel: Kernel;
  compiled: CompiledCore;
  request: Json<PassRequest>;
  /** The longest tile. */
  tileBytes: number;
  /** Whether the GPU is to compute the products, where there is one. */
  gpu: boolean;
}

/** To a job worker that has nothing else to do: is there a GPU, and is it right? */
export interface LookForGpu {
  kind: 'look-for-gpu';
  kernel: Kernel;
  compiled: CompiledCore;
}

export interface GpuLookedFor {
  kind: 'gpu';
  found: FoundGpu | null;
}

/** The next step of one of the networks. */
export interface BeginStep {
  kind: 'begin-step';
  index: number;
  network: number;
  step: Json<StepOrder>;
}

/** Rows of the step that has begun, as stored; or the same rows of the other weights, which follow each such tile. */
export interface PassTile {
  kind: 'tile';
  contrast?: boolean;
  index: number;
  network: number;
  bytes: number;
  firstRow: number;
  rows: number;
  buffer: ArrayBuffer; // comes back with the answer
}

export interface EndStep {
  kind: 'end-step';
  index: number;
  network: number;
}

/** Between the steps of two networks: how far are they apart? */
export interface CompareStreams {
  kind: 'compare-streams';
  index: number;
}

export interface GetFigures {
  kind: 'get-figures';
  index: number;
}

export interface TileTaken {
  kind: 'taken';
  index: number;
  buffer: ArrayBuffer;
}

/**
 * `seen`: of each sequence, the sums of squares of the columns; then how many tokens each has. Empty: not observed.
 * Where other weights were held against the step's own, two more numbers of each sequence: the square of what they
 * change in its output, and that of the output. With a threshold, of each sequence how many tokens each column has
 * beyond it; then of each sequence the largest magnitude of each column. Of CompareStreams, what the core's
 * Pass.streams() gives.
 */
export interface StepEnded {
  kind: 'ended';
  index: number;
  seen: Float64Array<ArrayBuffer>;
}

/** What Answers.add() takes, of this worker's texts; and who computed the products. */
export interface FiguresDone {
  kind: 'figures';
  index: number;
  engine: ProductEngine;
  figures: Float64Array<ArrayBuffer>;
}

export type ToPassWorker = StartPass | BeginStep | PassTile | EndStep | CompareStreams | GetFigures;
export type FromGpuWorker = GpuLookedFor | Failed;
export type FromPassWorker = TileTaken | StepEnded | FiguresDone | Failed;
export type ToJobWorker = StartWorker | JobRequest | SampleRequest;
export type ToStudyWorker = StartStudy | StudyRequest;

export interface JobDone {
  kind: 'done';
  index: number;
  buffer: ArrayBuffer; // outputBytes, then zeros for the padding
  statistics: Uint8Array<ArrayBuffer> | null; // of a conversion, as Statistics.merge() takes them
  reference: Uint8Array<ArrayBuffer> | null; // likewise, of the method to compare with
  kernel: string | null; // that converted
}

export interface SampleDone {
  kind: 'sampled';
  index: number;
  rows: number;
  figures: Float64Array<ArrayBuffer>; // of each row, as Measurement.add() takes them
}

/** The job that failed; null: the worker could not start. */
export interface Failed {
  kind: 'failed';
  index: number | null;
  sentence: string;
}
export type FromJobWorker = JobDone | SampleDone | Failed;
export type FromStudyWorker = StudyDone | Failed;
