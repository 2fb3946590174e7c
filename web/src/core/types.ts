/** The data that crosses between the core (C++), the pipeline, the page and the command line. Sizes are bytes. */

export interface FormatInfo {
  name: string; // as llama.cpp spells it: "q4_0"
  summary: string;
  bitsPerWeight: number;
  blockLength: number;
  blockBytes: number;
  quantized: boolean;
  importance: 'ignored' | 'optional' | 'required';
  methods: string[]; // search methods that can write it; empty: read only
  decodable: boolean;
  // one scale for each run of weights, and nothing beside it: it can be searched exactly and analysed
  oneScale: boolean;
  grammar: FormatGrammar | null; // of types whose weights have levels of their own
}

/** How a weight comes from what a block stores. */
export interface FormatGrammar {
  kind: 'one scale' | 'scale and offset' | 'super-block' | 'super-block with minima' | 'ternary';
  searchable: boolean; // there is a scale to search
  runLength: number; // weights that share a scale
  levels: number[]; // ascending, in units of the scale
  offset: boolean; // an offset or a minimum beside each scale
  superBlock: boolean; // scales are multiples of a number that the runs of a block share
  storage: Exclude<LabStorage, 'multiples'>; // of scales and offsets, or of the shared numbers
}

export interface FileTypeInfo {
  name: string; // as llama-quantize spells it: "Q4_0"
  number: number; // general.file_type; -1: COPY and AUTO, by the source's
  defaultType: string; // the type of every tensor no rule speaks of; empty: COPY, AUTO
  summary: string;
  needsImportance: boolean;
}

/** How names of files end, dots included and in small letters. */
export interface FileKinds {
  weights: string[];
  beside: string[]; // small files that belong to a model
}

/** A layout of quantized layers in safetensors files. */
export interface PackingInfo {
  name: string;
  summary: string;
}

export interface TensorInfo {
  name: string;
  shape: number[]; // innermost first, trailing ones dropped
  type: string; // in the GGUF file the model stands for
  stored: string; // the format of its bytes in the files; the same as type in a GGUF file
  dtype: string; // the container's own name of that
  weights: number;
  bytes: number; // as stored
  file: number; // index into ModelInfo.files; where the data begins
  offset: number; // from the start of that file
  add: number; // to every stored weight
  layer: number | null; // the number after "blk."
  role: Role;
}

/** What a tensor does, for charts and tables. */
export type Role = 'token_embd' | 'output' | 'q' | 'k' | 'v' | 'qkv' | 'o' | 'gate' | 'up' | 'down' | 'norm' | 'other';

/** Where consecutive weights of a tensor lie in the files. */
export interface WeightPlace {
  file: number;
  offset: number;
  bytes: number;
  weights: number; // that lie there without a gap; at most as many as were asked for
}

/** A tensor of one model and the same one of another, by index into ModelInfo.tensors; null: that model has none. */
export interface TensorPair {
  a: number | null;
  b: number | null;
  /**
   * reshaped: the same name and number of weights; resized: the same name only; renamed: the same shape, and no
   * namesake on either side.
   */
  match: 'same' | 'reshaped' | 'resized' | 'renamed' | 'onlyA' | 'onlyB';
}

export interface MetadataEntry {
  key: string;
  type: string; // "u32", "string", "array of string", ...
  count: number | null; // elements of an array
  value: string; // readable; long texts and arrays are cut and end in "…"
}

/** What a person should know of a model, or of what is to be made of it; lists of them begin with the warnings. */
export interface Note {
  level: 'warning' | 'note'; // warning: the output is of no use as it is, no program loads it or it answers nonsense
  text: string; // sentences
}

export interface ModelInfo {
  container: string; // "GGUF", "safetensors"
  version: number | null; // of the container, where it has one
  files: { name: string; bytes: number }[];
  architecture: string | null;
  name: string | null;
  alignment: number;
  weights: number;
  tensorBytes: number;
  tensors: TensorInfo[]; // in file order
  metadata: MetadataEntry[];
  notes: Note[];
}

export interface PlanOptions {
  type: string; // a file type's name or number
  method?: string; // default "llama.cpp"
  pure?: boolean;
  leaveOutputTensor?: boolean;
  outputTensorType?: string;
  tokenEmbeddingType?: string;
  tensorTypes?: { pattern: string; type: string }[];
  overrides?: { key: string; type: 'int' | 'float' | 'bool' | 'str'; value: string }[];
  allowRequantize?: boolean;
  keepSplit?: boolean;
  useImportance?: boolean; // of the matrix that was opened; default true
  includeWeights?: string[]; // use only its entries whose name contains one of these
  excludeWeights?: string[]; // or leave these out
  jobBytes?: number; // upper bound of one job's input; default a few MiB
}

export interface PlannedTensor {
  source: number; // index into ModelInfo.tensors
  name: string;
  shape: number[];
  layer: number | null;
  role: Role;
  from: string; // the type of the stored bytes
  to: string;
  wanted: string | null; // the type the recipe asked for, when another had to be taken
  reason: string; // why this type, in words
  action: 'copy' | 'convert'; // copied tensors keep the type of the GGUF file the model stands for
  method: string | null; // the one asked for, or llama.cpp where the type has no other; null: copied
  weights: number;
  rowLength: number; // weights in a row
  headRows: number; // rows of a head whose halves are interleaved; 0: rows stay in order
  add: number; // to every weight
  inputBytes: number;
  outputBytes: number; // without padding
  file: number; // output file
  offset: number; // from the start of the output file
  importance: TensorImportance | null; // to be used when converting
  packing?: TensorPacking | null; // of an output in safetensors
  measured?: boolean; // with a packing: writing this stretch measures the error
}

/** A stretch of a safetensors output that is made from a matrix: codes or scales, as Packer writes them. */
export interface TensorPacking {
  name: string; // of the layout
  part: 'codes' | 'scales';
  dtype: string;
  rows: number;
  columns: number;
  pieceBytes: number; // how much of a job's input to feed at once
}

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

/** A run of one tensor. Jobs are in output order: one job's bytes and padding end where the next one's begin. */
export interface Job {
  tensor: number; // index into Plan.tensors
  inputFile: number;
  inputOffset: number;
  inputBytes: number;
  outputFile: number;
  outputOffset: number;
  outputBytes: number;
  padding: number; // zero bytes to write after the output
  firstWeight: number;
  weights: number;
  run?: [first: number, count: number]; // of a tensor with a packing: what Packer.begin() takes
}

export interface PlannedFile {
  name: string; // see outputPath(); "" for a single file
  bytes: number;
  headerBytes: number;
  copyOf?: number; // the input file that it repeats whole
}

export interface Plan {
  fileType: string;
  container?: 'safetensors'; // of the output; otherwise GGUF
  method: string;
  inputBytes: number; // the model files, headers included
  outputBytes: number; // all output files, exactly
  outputFiles: PlannedFile[];
  bitsPerWeight: number; // tensor data of the output x 8 / weights
  weights: number;
  tensors: PlannedTensor[]; // in output order
  jobs: Job[];
  notes: Note[]; // what a person should know before running; those of the model are among them
  memory: { sharedBytes: number; perWorkerBytes: number };
}

/** What an output would weigh, before anything is planned in detail. */
export interface Price {
  outputBytes: number;
  bitsPerWeight: number;
  substitutions: number; // tensors that cannot have the type their rule asks for
  needsImportance: boolean; // cannot be made without an importance matrix, and none was given
}

export interface ErrorReport {
  count: number; // weights the figures are about: those with a finite difference
  rmse: number;
  maxError: number;
  bias: number;
  sqnrDb: number | null; // null: no error at all
  weightedRmse: number | null; // sqrt(sum q (x-y)^2 / sum q) over weights with an importance q; null: there are none
  rmsWeight: number;
  median: number; // quantiles of |x-y|: at most 1/128 above the exact ones
  p95: number;
  p999: number;
  coarseMedian: number; // as quantize-stats prints them
  coarseP95: number;
  zeros: number;
  clipped: number;
  nans: number;
  infinities: number;
  coarseHistogram: number[]; // 150 buckets of 0.0002, the last one open
  // of |x-y|, 8 buckets an octave, empty ones left out; from = to = 0: no error; above: y > x
  histogram: { from: number; to: number; count: number; above: number }[];
  // bucket i: i * width <= |x-y| < (i + 1) * width; below: y < x, above: y > x; 33 to 64 buckets, none without error
  linearHistogram: { width: number; below: number[]; above: number[] };
  blocks: BlockErrorReport | null; // null: no quantized blocks
  // of 2^bits codes; entropy in bits; null: not counted for this type, or several types
  codes: { bits: number; entropy: number; counts: number[] } | null;
}

/** How the error is spread over blocks: of a tensor, or of several. */
export interface BlockErrorReport {
  length: number | null; // weights in a block; null: several lengths
  count: number;
  histogram: { from: number; to: number; count: number }[]; // of the blocks' RMS errors, 4 buckets an octave
  worst: { block: number; rmse: number }[]; // of one tensor: at most 20, the largest first; block counts from 0
}

/** A block on the Scale lab's bench: of a format with one scale, or with levels of one's own. */
export interface LabRequest {
  weights: number[]; // 1..256
  importance?: number[] | null;
  /** The name of a format with a scale to search (FormatGrammar.searchable). */
  format?: string;
  levels?: number[]; // ascending; instead of a format
  storage?: 'real' | 'f16' | 'e8m0' | 'ue4m3'; // with levels
  /** What the super-block of a K-quant stores: scales and minima are multiples of them. Without, any real number. */
  superScale?: number;
  superMinimum?: number;
}

/** How the block decodes with a scale and an offset; the offset is 0 where the format has none. */
export interface LabPoint {
  scale: number;
  offset: number;
  error: number; // sum w (x - y)^2
  relativeError: number; // sqrt(error / sum w x^2)
  maxError: number;
  divisor: number; // max|x| / |scale|; with an offset (max x - min x) / scale
  clipped: number;
  codes: number[]; // index into the levels
  decoded: number[];
  bytes: string; // hex; empty unless the block is a whole block of a format
}

export interface LabMethod extends Omit<LabPoint, 'codes' | 'decoded'> {
  name: string;
  summary: string;
  tried: number; // 0: not counted
  written: boolean; // the block as the format's quantizer of this method writes it
  candidates: [scale: number, offset: number][]; // in the order tried
}

export type LabStorage = 'real' | 'f16' | 'e8m0' | 'ue4m3' | 'multiples';

export interface LabReport {
  levels: number[];
  affine: boolean; // x ~ scale * level + offset
  offsetAtMostZero: boolean;
  storage: LabStorage;
  offsetStorage: LabStorage;
  signed: boolean; // negative scales exist
  format: string;
  squareSum: number; // sum w x^2
  methods: LabMethod[];
}

/** A short row that is calibrated step by step: the core's FeedbackBlock. */
export interface FeedbackRequest {
  weights: number[]; // 2..16
  metric: number[]; // H: the mean product of the inputs of each two columns, row by row
  levels: number[]; // ascending
}

/** The row after a column was rounded or moved. */
export interface FeedbackStep {
  column: number;
  wanted: number; // what was rounded: with errors handed on, or where the error is lowest in a descent
  level: number; // index into the levels
  row: number[]; // columns that are not rounded yet: what is wanted of them by now
  outputError: number; // e^T H e; columns that are not rounded yet count as right
  weightError: number; // sum e^2
}

export interface FeedbackPath {
  rounding: FeedbackStep[]; // column after column
  descent: FeedbackStep[]; // changes from there on
}

export interface FeedbackReport {
  scale: number;
  outputSquare: number; // w^T H w
  damped: number[]; // H as used
  factor: number[]; // U of H = U D U^T above the diagonal, row by row
  pivots: number[]; // D
  plain: FeedbackPath;
  feedback: FeedbackPath;
}

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
  precision: number;
  allRows: boolean;
  weights: number; // of the model
  keptFileBytes: number; // of an output: its header and the tensors that are not quantized, padded
  keptTensorBytes: number; // of the latter, without padding
  quantizedSource: boolean;
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
    sums: number[]; // read back: over measured rows, of the row's s = sum x^2: sum s, sum s^2, and again sum s^2
    weightedSums: number[]; // read back: the same of sum q x^2
    types: {
      type: string;
      bytes: number;
      possible: boolean; // false: a row has weights too large for it
      squaredError: Estimate | null; // sum (x-y)^2 over the tensor
      relativeSquaredError: Estimate | null; // sum (x-y)^2 / sum x^2
      weightedSquaredError: Estimate | null; // sum q (x-y)^2
      sums: number[]; // read back: over measured rows, of the row's e = sum (x-y)^2: sum e, sum e^2, sum e s
      weightedSums: number[]; // read back: the same, weighted
    }[];
  }[]; // that can be quantized, in output order
}

export interface Estimate extends Interval {
  standardError: number | null;
}

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
  objective?: 'squared' | 'weighted'; // the error to make small: sum (x-y)^2, or counted by importance; default squared
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
  objective: 'squared' | 'weighted';
  loss: number; // sum over tensors of role weight times error: what was made small
  bound: number; // no mix of these types within the size has less
  gap: number; // (loss - bound) / loss
  notes: Note[]; // on rules that speak of no measured tensor
}

/** What `nibble solve` writes and `nibble quantize --recipe` reads: options of a plan, and what they were made for. */
export interface RecipeFile {
  nibbleRecipe: 1;
  options: Pick<PlanOptions, 'type' | 'method' | 'tensorTypes'>;
  bytes: number; // the output will have
  bitsPerWeight: number;
  sqnrDb: Interval; // predicted
  objective: 'squared' | 'weighted' | null; // what a solver made small; null: chosen by hand
  gap: number | null; // of the solver's answer to the best there is, at most
  command: string; // the same for llama-quantize
}

export interface ObserveRequest {
  start: Assignment;
  worst?: number; // how many tensors; default 40
  objective?: 'squared' | 'weighted';
}

export interface Observation {
  objective: 'squared' | 'weighted';
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

/** A text in tokens, of which those from number firstScored on are to predict the one after them. */
export interface Text {
  tokens: readonly number[];
  firstScored: number;
}

/** A text in a model's tokens, with those around it that the model's texts begin and end with. */
export interface TextTokens {
  tokens: number[];
  begin: number | null; // the token that every text begins with
}

/** What the core's Model.passPlan() is asked. */
export interface PassOptions {
  tokens: number; // of all texts
  sequences: number;
  longest: number; // tokens of the longest text
  observe?: boolean; // the input of every matrix, for an importance matrix
  observeOutput?: boolean; // also that of output.weight
  logits?: boolean; // scores of the next tokens; default true
  contrast?: boolean; // another network's weights are held against those of each layer's matrices
  leastWindow?: number; // channels of a hidden layer that are worked on at a time, at the least
}

/** One thing to do on a pass. Steps without weights have only op and layer. */
export interface PassStep {
  op: string; // "embed", "query", "attend", ... "logits"
  layer: number;
  tensor?: string; // whose rows these are
  type?: string; // as stored
  rowLength?: number;
  headRows?: number;
  add?: number;
  part?: string;
  vector?: number;
  expert?: number;
  firstRow?: number;
  rows?: number;
  firstColumn?: number; // the window of the rows that counts
  columns?: number;
  firstOutput?: number;
  observed?: number[]; // tensors whose input this is; indices into ModelInfo.tensors
  tiles?: WeightTile[];
}

/** Rows of a step that are read at once: where they lie, and which of the step's they are. */
export type WeightTile = [file: number, offset: number, bytes: number, firstRow: number, rows: number];

/** What a pass over texts will do: every piece that is read, in order. */
export interface PassPlan {
  network: { architecture: string; vocabulary: number; layers: number; embedding: number; [name: string]: unknown };
  workChannels: number;
  steps: PassStep[];
  memory: { activationsBytes: number; perWorkerBytes: number }; // of all workers together; of each, beside that
  readBytes: number; // at most
  operations: number; // floating point operations of all products
}

/** What llama.cpp allocates beside the weights to answer with a model (its defaults, on the processor). */
export interface RuntimeMemory {
  context: number; // tokens, as llama.cpp rounds them up
  cacheBytes: number; // keys and values of so many tokens, and states of layers without attention
  workingBytes: number; // scratch of a batch of 512 tokens, about
}

/** What rows that meet one input are rounded by. */
export interface RoundingRequest {
  type: string;
  columns: number;
  feedback: boolean; // before the descent
  passes: number; // of the descent
  kernel: string;
}

/** What computed the products of a pass. */
export interface ProductEngine {
  name: string; // "wasm SIMD", "WebGPU (adapter)", or both where the second did not last
  problem: string | null; // why a GPU that was asked for did not compute all of them
}

/** A GPU whose products agree with the CPU's. */
export interface FoundGpu {
  adapter: string; // as the browser names it
  operationsASecond: number; // as measured, on the way there and back included
}

/** A product of a tile of weights and activations that the core waits for. */
export interface ProductOrder {
  panels: number; // of eight tokens; 0: no product
  rows: number; // of weights
  columns: number;
  stride: number; // floats from one row to the next
  weights: number; // where they lie in the core's memory
  input: number; // changes when the activations do
}

/** A mean, and its standard error. */
export interface Estimate {
  value: number;
  error: number;
}

/** A token that may come next. */
export interface Candidate {
  token: number;
  probability: number;
}

/** What was predicted where a scored token stands. What is of the second model means nothing when there was one. */
export interface AnsweredToken {
  probability: number; // of the token that really comes there, in the first model
  secondProbability: number;
  divergence: number; // of the second model's distribution from the first's, in nats
  likely: Candidate[]; // of the first model, the likeliest first, five at most
  secondLikely: Candidate[];
}

/** The matrices of a layer, by what they do; of experts and the shared one all together. */
export type LayerRole = 'q' | 'k' | 'v' | 'o' | 'gate' | 'up' | 'down';

/**
 * What another model's weights change in the output of a layer's matrices, whose input is that in the first model:
 * |(W − V) a|² over |W a|², both summed over all tokens. Roles that a layer does not have are left out.
 */
export interface OutputErrors {
  layer: number;
  errors: Partial<Record<LayerRole, number>>;
}

/** How well texts were predicted. What compares two models means nothing when there was one. */
export interface AnswerReport {
  tokens: number; // scored
  perplexity: Estimate; // e^(mean of -ln p of the tokens that come next)
  secondPerplexity: Estimate;
  divergence: Estimate; // Kullback-Leibler, of the second model's next-token distributions from the first's, in nats
  divergenceMedian: number;
  divergence99: number; // 99 of 100 tokens have less
  sameTop: Estimate; // share of tokens for which both models hold the same one most likely
  kept: Estimate; // mean share of its probability that the first model's most likely token has in the second
}
