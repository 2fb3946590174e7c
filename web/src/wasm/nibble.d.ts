import type { Json } from './json';
import type {
  AnsweredToken,
  AnswerReport,
  Assignment,
  BlockBits,
  ChatTemplate,
  ChosenFiles,
  DerivedPiece,
  DivisorTable,
  ErrorReport,
  FeedbackReport,
  FeedbackRequest,
  FileKinds,
  FilesBeside,
  FileTypeInfo,
  Finding,
  FormatInfo,
  HeaderCheck,
  HeaderReply,
  ImportanceEntries,
  ImportanceReply,
  ImportanceStatistics,
  LabPoint,
  LabReport,
  LabRequest,
  LevelFigures,
  LevelPreset,
  LevelRequest,
  MeasuredOutputs,
  MeasurementFile,
  MeasureOptions,
  MergeReply,
  Mix,
  ModelInfo,
  NeededTensors,
  NumberFormatReport,
  Observation,
  ObserveRequest,
  OutputChangeRequest,
  PackerRequest,
  PackingInfo,
  PassOptions,
  PassPlan,
  PassRequest,
  Plan,
  PlanOptions,
  PlanRequest,
  Prediction,
  Price,
  ProductOrder,
  RoundingRequest,
  RowSample,
  RowSampleOptions,
  RuntimeMemory,
  SampleJob,
  SamplePlan,
  ScaleAnalysisReport,
  ScaleStudyOptions,
  ShardNames,
  SizeLimits,
  Solution,
  SolveRequest,
  StepOrder,
  StoredRun,
  StudyOptions,
  StudyPiece,
  SuperBlockNumbers,
  TensorPair,
  TypeChoice,
  WeightCounts,
  WeightForm,
  WeightPlace,
  TensorValues,
} from './types';

/**
 * The core, as the Embind module exports it. Cold calls speak JSON text, whose content its type says; hot calls pass
 * pointers into HEAPU8 and sizes as numbers. A call never throws for bad input: JSON answers may be
 * `{ "error": sentence }` instead, others return the sentence. HEAPU8 must be read again after any call that may
 * allocate (memory may have grown).
 */
export interface NibbleModule {
  readonly HEAPU8: Uint8Array;
  _malloc(bytes: number): number;
  _free(pointer: number): void;

  version(): string;
  /** The fastest kernel of this build: "simd" or "scalar". */
  bestKernel(): string;
  /** In the order of the format list. */
  formats(): Json<FormatInfo[]>;
  /** In menu order. */
  fileTypes(): Json<FileTypeInfo[]>;
  /** In menu order. */
  packings(): Json<PackingInfo[]>;
  fileKinds(): Json<FileKinds>;
  levelPresets(): Json<LevelPreset[]>;

  /**
   * What llama.cpp's search gives the super-block of the 256 f32 at `weights`; error for a format without super-blocks.
   */
  superBlockNumbers(format: string, weights: number): Json<SuperBlockNumbers>;

  /** Error for formats whose weights have no levels of their own. */
  blockBits(format: string): Json<BlockBits>;
  feedbackReport(request: Json<FeedbackRequest>): Json<FeedbackReport>;

  Lab: new (request: Json<LabRequest>) => Lab;
  /** Which files of a folder make one model, given their paths in the folder, and the path of that. */
  chooseFiles(paths: Json<readonly string[]>, folder: string): Json<ChosenFiles>;
  /** Whether a folder at this path inside a model's may hold a part of it. */
  mayHoldPart(path: string): boolean;
  /** Which files of a folder, of those at these paths in it, make a model of the weights in its file `weights`. */
  filesBeside(weights: string, paths: Json<readonly string[]>): Json<FilesBeside>;

  /** What is wrong with a request, whatever the model is. Empty, or the sentence. */
  checkPlanOptions(options: Json<PlanOptions>): string;
  checkMeasureOptions(options: Json<MeasureOptions>): string;
  checkSolveRequest(request: Json<SolveRequest>): string;
  checkScaleAnalysis(options: Json<{ format?: string }>): string;
  checkMethod(method: string): string;

  Model: new () => Model;
  FileCheck: new () => FileCheck;
  /** What to say of a tensor with weights that are no finite numbers. */
  weightFinding(counts: Json<WeightCounts>): Json<Finding>;
  Converter: new (from: string, to: string, method: string, kernel: string) => Converter;
  Packer: new (request: Json<PackerRequest>) => Packer;
  DerivedReader: new (pointer: number, count: number) => DerivedReader;
  Statistics: new () => Statistics;
  Study: new (kind: string, options: Json<StudyOptions>) => Study;
  ScaleSummary: new (options: Json<ScaleStudyOptions>) => ScaleSummary;
  RowErrors: new (from: string, types: Json<string[]>, method: string, kernel: string) => RowErrors;
  /** From a text that may be a MeasurementFile; ask problem() before anything else. */
  Measurement: new (json: string) => Measurement;
  /** A product of the network's kernel: rows * columns f32, panels * columns * 8 and, out, panels * rows * 8. */
  multiplyPanels(weights: number, rows: number, columns: number, inputs: number, panels: number, out: number): void;
  Pass: new (request: Json<PassRequest>) => Pass;
  /** The numbers point at columns x columns f32 each, `cross` may be 0: the core's InputStatistics. */
  Rounder: new (request: Json<RoundingRequest>, inputs: number, cross: number, heldBack: number) => Rounder;
  /** The numbers point at columns x columns f32 each. */
  OutputChange: new (request: Json<OutputChangeRequest>, inputs: number, heldBack: number) => OutputChange;
  Answers: new () => Answers;
  ImportanceSums: new () => ImportanceSums;
  FormatSummary: new () => FormatSummary;
  /** The piece's rows lie at `source`; they are decoded and kept. */
  LevelTrials: new (source: number, piece: Json<StudyPiece>) => LevelTrials;
  /** Made by Model.tokenEncoder(). */
  TokenEncoder: { prototype: TokenEncoder };
}

/** Looks for what is wrong with GGUF files, headers first. */
export interface FileCheck {
  /** As Model.offer(). */
  offer(
    file: number,
    name: string,
    fileBytes: number,
    offset: number,
    pointer: number,
    length: number,
  ): Json<HeaderReply>;
  /** Call when every file answered done. */
  report(): Json<HeaderCheck>;
  delete(): void;
}

/** A model's headers, and the plans made from them. Holds header bytes only, never weights. */
export interface Model {
  /**
   * Offers `length` bytes (at `pointer`) of file number `file` that lie from `offset` on: first its start, at least
   * 64 KiB or the whole file, then what was wanted.
   */
  offer(
    file: number,
    name: string,
    fileBytes: number,
    offset: number,
    pointer: number,
    length: number,
  ): Json<HeaderReply>;
  /** What to call the model where its files do not say: the name of their folder. Before info(). */
  setName(name: string): void;
  /** A sentence about how the files were chosen, to stand among the model's notes. Before info(). */
  addNote(sentence: string): void;
  /** Takes of a folder what looks at images, for a file beside the language model's. Before info(). */
  chooseProjector(): void;
  /** The files of the model that file number `file`, offered whole, is a part of. */
  shardNames(file: number): Json<ShardNames>;
  /** Call when every file answered done. */
  info(): Json<ModelInfo>;
  /** Of a GGUF model, the tensors whose values revert() is to be told: small ones of F32. After info(). */
  neededToRevert(): Json<NeededTensors>;
  /**
   * Makes a GGUF model the Hugging Face folder that it was converted from: info(), place() and plan() speak of that
   * from now on. Plans have the types F32, F16, BF16 and AUTO.
   */
  revert(values: Json<TensorValues[]>): Json<ModelInfo>;
  /**
   * Takes tensors of another GGUF model that match one of the patterns; its files are numbered behind this model's.
   * info(), place() and plan() speak of what there is then.
   */
  graft(other: Model, patterns: Json<readonly string[]>): Json<ModelInfo>;
  /** Values that no file holds: the content of a file numbered one beyond the last. Valid until delete(). */
  computedPointer(): number;
  computedBytes(): number;
  /** How long the file of derived values is, numbered two beyond the last; 0 where there are none. */
  derivedBytes(): number;
  /** Its description, for DerivedReader: derivedCount() doubles from here on. Valid until delete(). */
  derivedPointer(): number;
  /** After derivedPointer(). */
  derivedCount(): number;
  /** `runs` stretches of `runWeights` weights (a multiple of 256) of every tensor. */
  weightSample(runs: number, runWeights: number): Json<RowSample>;
  /** At most `count` weights of tensor number `tensor` from weight `first` on. */
  place(tensor: number, first: number, count: number): Json<WeightPlace>;
  /** Every tensor of this model and of another once. */
  pair(other: Model): Json<TensorPair[]>;
  passPlan(options: Json<PassOptions>): Json<PassPlan>;
  /** For so many tokens whose keys and values are stored as `cacheType`; `noMtp`: without layers that predict ahead. */
  runtimeMemory(context: number, cacheType: string, noMtp: boolean): Json<RuntimeMemory>;
  /** What turns texts into the model's tokens. */
  tokenEncoder(): TokenEncoder;
  chatTemplate(): Json<ChatTemplate>;
  plan(options: Json<PlanRequest>): Json<Plan>;
  /** Quick: no jobs, no header. */
  price(options: Json<PlanRequest>): Json<Price>;
  sample(options: Json<RowSampleOptions>): Json<RowSample>;
  /** The type of every tensor of the output. Quick. */
  assignment(options: Json<PlanRequest>): Json<Assignment>;
  /** Empty, or a sentence on rules that speak of no tensor. */
  noteOnRules(options: Json<PlanRequest>): string;
  /** importanceValues() then counts its tensors. */
  samplePlan(options: Json<PlanRequest>, measure: Json<MeasureOptions>): Json<SamplePlan>;
  /** The measurement of nothing yet that belongs to the last sample plan. Once per plan. */
  beginMeasurement(): Measurement;
  /** The rows that come begin-th to end-th in the sample of a tensor of ModelInfo. */
  sampleJobs(tensor: number, begin: number, end: number, jobBytes: number): Json<SampleJob[]>;
  /**
   * Begins reading an importance matrix, to be used by later plans and prices; `path` is repeated in the output's
   * metadata. Says what part of that file to offer next.
   */
  openImportance(path: string, fileBytes: number): Json<ImportanceReply>;
  /** Takes the bytes wanted. On an error the matrix is closed. */
  offerImportance(pointer: number, length: number): Json<ImportanceReply>;
  /** Those of the matrix that belong to tensors of the model. */
  importanceEntries(): Json<ImportanceEntries>;
  /**
   * Looks for values that cannot be used, given the bytes of an entry; plans know them from then on. Empty, or the
   * error.
   */
  checkImportance(entry: number, values: number, counts: number): string;
  /** Forgets the importance matrix. */
  closeImportance(): void;
  /**
   * Computes the importance of tensor number `tensor` of the last plan: valuesBytes / 4 f32 at `out`, row after row of
   * each matrix of a stack, from the bytes its PlannedTensor.importance names. Empty, or the error.
   */
  importanceValues(tensor: number, values: number, counts: number, out: number): string;
  /** The output header of the last plan's output file number `file`; valid until the next plan() or delete(). */
  headerPointer(file: number): number;
  headerBytes(file: number): number;
  delete(): void;
}

/** Converts runs of one tensor from one type to another and measures the error. Bounded scratch, kept between runs. */
export interface Converter {
  /** Empty, or the sentence that says why this conversion cannot be made (unknown type, no such method). */
  problem(): string;
  /** The kernel that really runs: "simd" or "scalar". */
  kernel(): string;
  /**
   * Converts `weights` weights at `source` into `target`. `importance` points at one f32 per weight of a row of
   * `rowLength` weights, or is 0. `firstWeight` is the run's position in its row-major tensor. `headRows` and `add` are
   * those of its PlannedTensor; 0: none. Empty, or the error.
   */
  run(
    source: number,
    target: number,
    weights: number,
    firstWeight: number,
    rowLength: number,
    importance: number,
    headRows: number,
    add: number,
  ): string;
  /** The last run's error statistics as Statistics.merge() takes them; valid until the next run. */
  statisticsPointer(): number;
  statisticsBytes(): number;
  delete(): void;
}

/** Makes bytes of derived tensors, piece by piece. Made of Model.derivedPointer() and derivedCount(). */
export interface DerivedReader {
  /** Empty, or the sentence that says why it cannot be made. */
  problem(): string;
  /** How many of the `bytes` bytes from `offset` on are made next, and what that takes. */
  plan(offset: number, bytes: number): Json<DerivedPiece>;
  /** Makes what was planned of what was to be read, one stretch behind the other. Empty, or the error. */
  make(input: number, output: number): string;
  delete(): void;
}

/** Writes runs of a matrix in a layout of safetensors files, fed with its source piece by piece, passes() times. */
export interface Packer {
  /** Empty, or the sentence that says why it cannot be made. */
  problem(): string;
  kernel(): string;
  passes(): number;
  /** Begins a run (see Job.run); `target` must stay until finish(). */
  begin(target: number, first: number, count: number): void;
  /** Bytes of the blocks that go with so many bytes of the source: the method is "calibrated"; otherwise 0. */
  givenBytes(bytes: number): number;
  /**
   * Takes the next bytes of the run's source, whole rows, and the blocks that were chosen for them at `blocks`; 0 where
   * none are given. Empty, or the error.
   */
  take(source: number, bytes: number, blocks: number): string;
  /** Ends the run. Empty, or the error. */
  finish(): string;
  /** As Converter's. */
  statisticsPointer(): number;
  statisticsBytes(): number;
  delete(): void;
}

/** Error figures, merged from pieces in plan order. */
export interface Statistics {
  /** Empty, or the error. */
  merge(pointer: number, length: number): string;
  /** Adds all of another. */
  add(other: Statistics): void;
  report(): Json<ErrorReport>;
  /** The line quantize-stats prints for a tensor or a total, without the end of line. */
  quantizeStatsLine(name: string): string;
  delete(): void;
}

/** Looks at pieces of a sample; kinds and options are those of src/analysis/study.h. */
export interface Study {
  problem(): string;
  /** The piece's rows lie at `source`. Empty, or the error. */
  run(source: number, piece: Json<StudyPiece>): string;
  /** What the last run gave; valid until the next. Of the kind "summary" the text of a Json<SummaryReply>. */
  resultPointer(): number;
  resultBytes(): number;
  delete(): void;
}

/** Merges the results of a scale study, in the order of the sample. */
export interface ScaleSummary {
  problem(): string;
  merge(pointer: number, length: number): string;
  report(): Json<ScaleAnalysisReport>;
  /** Does a part of the search for tables of 1, 2, 3 ... divisors; gives the next one when it is found. */
  searchTables(): Json<DivisorTable | null>;
  delete(): void;
}

/** Quantizes rows to several types and measures the error of each row, keeping nothing else. */
export interface RowErrors {
  /** Empty, or the sentence that says why these types cannot be measured. */
  problem(): string;
  /** Numbers per row: sum x^2, sum q x^2, then sum (x-y)^2 and sum q (x-y)^2 of each type. */
  figures(): number;
  /** Measures `count` consecutive rows at `rows`; `out` takes count * figures() f64. Empty, or the error. */
  run(rows: number, count: number, rowLength: number, firstRow: number, importance: number, out: number): string;
  delete(): void;
}

/** What was learned of a model's tensors, and what follows from it. */
export interface Measurement {
  /** Empty, or why the JSON it was made from is no measurement. */
  problem(): string;
  json(): Json<MeasurementFile>;
  /** Adds what RowErrors has for `rows` rows: `count` f64 at `figures`. Empty, or the error. */
  add(tensor: number, figures: number, count: number, rows: number): string;
  /** Adds what a text showed of outputs. Empty, or the error. */
  addOutputs(outputs: Json<MeasuredOutputs>): string;
  /** How many rows of a tensor the precision asks for, judged from those measured. */
  rowsWanted(tensor: number): number;
  /** Quick. */
  predict(assignment: Json<Assignment>): Json<Prediction>;
  mix(assignment: Json<Assignment>): Json<Mix>;
  /** Of the output with the measured types. */
  limits(): Json<SizeLimits>;
  choices(tensor: string): Json<TypeChoice[]>;
  solve(request: Json<SolveRequest>): Json<Solution>;
  observe(request: Json<ObserveRequest>): Json<Observation>;
  delete(): void;
}

/** Joins the results of a study of number formats. */
export interface FormatSummary {
  merge(pointer: number, length: number): string;
  report(): Json<NumberFormatReport>;
  delete(): void;
}

/** A sample on which lists of levels are tried. */
export interface LevelTrials {
  problem(): string;
  measure(request: Json<LevelRequest>): Json<LevelFigures>;
  /** The levels with the least squared error. */
  optimal(count: number, block: number): Json<number[]>;
  /** Counts of weights divided by their block's largest magnitude, in equal buckets from -1 to 1. */
  histogram(block: number): Json<number[]>;
  delete(): void;
}

/** One block on the Scale lab's bench. */
export interface Lab {
  /** Empty, or what is wrong with the request; then nothing else may be called. */
  problem(): string;
  /** Afterwards the pieces are the curve at offset 0, where there is no offset. */
  report(): Json<LabReport>;
  point(scale: number, offset: number): Json<LabPoint>;
  /** The block at a scale and an offset as it is stored, as run number `run`; error where it has no stored form. */
  storedRun(scale: number, offset: number, run: number): Json<StoredRun>;
  /** The storable number nearest to one, and `steps` of them away from it. */
  nearestScale(scale: number): number;
  nextScale(scale: number, steps: number): number;
  nearestOffset(offset: number): number;
  nextOffset(offset: number, steps: number): number;
  /** Computes the curve over the scale at an offset; answers sum w (x - offset)^2. */
  cut(offset: number): number;
  /** The last curve's pieces for scales of a sign, as Curve reads them; valid until the next call. */
  piecesPointer(sign: number): number;
  piecesBytes(sign: number): number;
  /** Relative errors (f32) at the middles of columns x rows cells, into `errors`; rows by rising offset. */
  errorMap(
    scaleLow: number,
    scaleHigh: number,
    offsetLow: number,
    offsetHigh: number,
    columns: number,
    rows: number,
    errors: number,
  ): void;
  /** The names of the methods that work on this block, as the report lists them. */
  methods(): Json<string[]>;
  /**
   * For `count` blocks (f32) of the bench's length, all weights counting the same: the relative errors (f32) that a
   * method leaves. The bench has another block afterwards. Empty, or the error.
   */
  blockErrors(method: string, weights: number, count: number, errors: number): string;
  /** Of as many blocks max|x| or, with an offset, max x - min x (f32), and max|x| over the root mean square (f32). */
  blockShapes(weights: number, count: number, ranges: number, peaks: number): void;
  delete(): void;
}

/** The vocabulary of a model. */
export interface TokenEncoder {
  /** Empty, or the sentence that says why texts cannot be turned into its tokens. */
  problem(): string;
  /**
   * Makes the tokens of `bytes` bytes of text (UTF-8) at `text` the ids, with those around it that texts begin and end
   * with. `parseSpecial`: names of tokens that control a conversation are such tokens. Empty, or the error.
   */
  encode(text: number, bytes: number, parseSpecial: boolean): string;
  /** u32; valid until the next call. */
  idsPointer(): number;
  idsCount(): number;
  /** Makes the bytes a token stands for the piece; answers how many there are. */
  piece(id: number): number;
  /** Valid until the next call. */
  piecePointer(): number;
  /** The token that every text begins with; -1 for none. */
  begin(): number;
  delete(): void;
}

/** Some texts on their way through one network, or through two side by side (numbers 0 and 1). */
export interface Pass {
  /** Empty, or the sentence that says why it cannot be done. */
  problem(): string;
  /**
   * Begins a step of a network. With a member `other`, a step of another network, each tile is followed by that of
   * beginContrast(). Empty, or the error.
   */
  begin(network: number, step: Json<StepOrder>): string;
  /**
   * Takes rows of that step, as stored, at `tile`, up to their product. Of the output layers, the networks take the
   * same rows in turn. Empty, or the error; so are the answers of the others.
   */
  beginTile(network: number, tile: number, firstRow: number, rows: number): string;
  /** The same of the other network's weights of the same rows, after those of its own. They change nothing. */
  beginContrast(network: number, tile: number, firstRow: number, rows: number): string;
  /** The product that the tile waits for. */
  order(network: number): Json<ProductOrder>;
  /** Copies `panels` panels of the order's input from number `firstPanel` on: panels * columns * 8 f32. */
  copyInput(network: number, firstPanel: number, panels: number, to: number): string;
  /** Takes `panels` panels of the product, computed elsewhere: panels * rows * 8 f32. */
  fill(network: number, firstPanel: number, panels: number, product: number): string;
  /** Computes the product here, from that panel on. */
  multiply(network: number, firstPanel: number): string;
  /** Uses the product. */
  endTile(network: number): string;
  /** Ends the step. The result is what StepEnded says. Empty, or the error. */
  end(network: number): string;
  /** Of two networks, between steps: the result is what network/streams.h says. */
  streams(): string;
  /** Makes the figures of all scored tokens the result: what Answers.add() takes. After the last tile. */
  figures(): string;
  /**
   * Makes sums over the tokens of some of the texts (number `sums` of sumsKinds), of the input of the step that has
   * begun in a network: see calibration/stream_sums.h. Empty, or the error.
   */
  sums(network: number, sums: number, firstText: number, texts: number, firstColumn: number, columns: number): string;
  /** f32; valid until the next call of sums(). */
  sumsPointer(): number;
  sumsCount(): number;
  /** How many tokens of some of the texts meet the step that has begun. */
  tokensThatMeet(network: number, firstText: number, texts: number): number;
  /**
   * What sums() would multiply, for a product that is computed elsewhere: ProductTerms of calibration/input_products.h.
   * Empty, or the error.
   */
  sumTerms(
    network: number,
    sums: number,
    firstText: number,
    texts: number,
    firstColumn: number,
    columns: number,
  ): string;
  /** f32; valid until the next call of sumTerms(). */
  leftPointer(): number;
  leftCount(): number;
  rightPointer(): number;
  rightCount(): number;
  termsTokens(): number;
  /** f64; valid until the next call. */
  resultPointer(): number;
  resultCount(): number;
  delete(): void;
}

/** Rounds rows of matrices that meet one input: the core's calibration::Rounder. */
export interface Rounder {
  problem(): string;
  /**
   * Rounds `rows` rows that lie whole and as stored at `source`, the rounder's columns from `firstColumn` on, to blocks
   * at `target`. `residual`: f32 of these rows, or 0. Empty, or the error.
   */
  round(
    form: Json<WeightForm>,
    source: number,
    firstRow: number,
    rows: number,
    firstColumn: number,
    residual: number,
    target: number,
  ): string;
  /** The same by the method lowest-error. */
  roundPlain(
    form: Json<WeightForm>,
    source: number,
    firstRow: number,
    rows: number,
    firstColumn: number,
    target: number,
  ): string;
  /** Of the last round(): see the core's OutputErrors. */
  calibratedError(): number;
  plainError(): number;
  delete(): void;
}

/** What types change of the outputs of matrices that meet one input: the core's calibration::OutputChange. */
export interface OutputChange {
  problem(): string;
  /** Rows are written as this type from now on. Empty, or the error. */
  begin(type: string): string;
  /**
   * Measures the columns from `firstColumn` on of rows that lie whole and as stored: what they put out, or what the
   * type changes of it. Empty, or the error.
   */
  measure(form: Json<WeightForm>, source: number, rows: number, firstColumn: number, change: boolean): string;
  /** Of the last measure(): the core's OutputChange::output() or error(). */
  sum(): number;
  delete(): void;
}

/** What predictions of texts come to. */
export interface Answers {
  /** Adds `count` f64 at `figures`, text after text. Empty, or the error. */
  add(figures: number, count: number): string;
  report(): Json<AnswerReport>;
  /** `count` scored tokens from number `first` on, or as many as there are. */
  tokens(first: number, count: number): Json<AnsweredToken[]>;
  delete(): void;
}

/** An importance matrix in the making. */
export interface ImportanceSums {
  /**
   * Adds to matrix number `matrix` of `matrices` of a tensor: `columns` sums (f64) at `sums`, for the columns from
   * `firstColumn` on, over `tokens` tokens. Empty, or the error.
   */
  add(
    tensor: string,
    rowLength: number,
    matrices: number,
    matrix: number,
    firstColumn: number,
    sums: number,
    columns: number,
    tokens: number,
  ): string;
  /** Begins to read a file that is to be added. Says what to offer next, or where each entry is. */
  read(fileBytes: number): Json<MergeReply>;
  offer(pointer: number, length: number): Json<MergeReply>;
  /** Adds entry number `entry` of the file, whose bytes are at `values` and `counts`. Empty, or the error. */
  merge(entry: number, values: number, counts: number, chunkTokens: number): string;
  /** The name of a text, after those of the files that were read. */
  addDataset(name: string): void;
  /** Makes the file as llama-imatrix writes it: GGUF, or the legacy one. Empty, or the error. */
  make(chunkTokens: number, legacy: boolean): string;
  statistics(): Json<ImportanceStatistics>;
  filePointer(): number;
  fileBytes(): number;
  delete(): void;
}
