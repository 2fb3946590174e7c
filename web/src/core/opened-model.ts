import type { NibbleModule } from '../wasm/nibble';
import type { ImportanceFile } from './importance';
import type { Kernel } from './kernel';
import type { Measurement } from './measurement';
import type { CompiledCore } from './module';
import type { Platform } from './platform';
import type { SourceHandle } from './source';
import type {
  Assignment,
  FileKinds,
  FileTypeInfo,
  FormatInfo,
  ImportanceInfo,
  MeasureOptions,
  ModelInfo,
  PackingInfo,
  PassOptions,
  PassPlan,
  Plan,
  PlanOptions,
  Price,
  RowSample,
  RowSampleOptions,
  RuntimeMemory,
  SampleJob,
  SamplePlan,
  TensorPair,
  TextTokens,
  WeightPlace,
} from './types';

/** What the parts of the pipeline hand to one another: the core, and a model that it has opened. */

/**
 * The core. Until all of its code is there its module, and `compiled`, throw NotLoaded where they need what is missing.
 * What the list of what there is needs is there from the start, and so is all that OpenedModel tells of a GGUF file at
 * once; whatever computes with weights waits for `whole`.
 */
export interface Core {
  readonly platform: Platform;
  readonly kernel: Kernel;
  /** Settles when all of its code is there, or cannot be. */
  readonly whole: Promise<void>;
  readonly compiled: CompiledCore; // for workers to share
  readonly module: NibbleModule;
  readonly version: string;
  readonly formats: FormatInfo[];
  readonly fileTypes: FileTypeInfo[];
  readonly packings: PackingInfo[];
  readonly fileKinds: FileKinds;
}

/** A run, planned: everything that is known before the first weight is read. */
export interface PreparedRun {
  plan: Plan;
  headers: Uint8Array<ArrayBuffer>[]; // of the output files
  /**
   * The importance of a tensor whose PlannedTensor.importance says that there is one: a row for each of its matrices.
   */
  importanceOf(tensor: number): Promise<Float32Array<ArrayBuffer>>;
}

/** A measure pass, planned. */
export interface PreparedSample {
  plan: SamplePlan;
  measurement: Measurement; // of nothing yet; the caller deletes it
  /** Jobs for the rows that come begin-th to end-th in the sample of a tensor of the plan. */
  jobs(tensor: number, begin: number, end: number, jobBytes: number): SampleJob[];
  /** As PreparedRun.importanceOf. */
  importanceOf(tensor: number): Promise<Float32Array<ArrayBuffer>>;
}

/** What is known of a model beside its files. */
export interface ModelOrigin {
  readonly name: string; // what its folder says it is called; empty: nothing does
  readonly notes: readonly string[]; // sentences about what was passed over
}

/**
 * What files are opened as: the model they make; of a GGUF model, the Hugging Face folder it was converted from; of a
 * folder, what looks at images.
 */
export type ModelForm = 'model' | 'folder' | 'projector';

/** Tensors that are taken from another GGUF model: those whose names match one of the patterns. */
export interface TakenTensors {
  files: SourceHandle[]; // all of that model's
  patterns: readonly string[];
}

export interface ChosenModel<T> extends ModelOrigin {
  readonly files: readonly { file: T; name: string }[]; // named as in the model's own folder
}

/** A model whose headers were read. Holds no weights. */
export interface OpenedModel {
  readonly core: Core;
  /** What openModel() got, to open it once more elsewhere. */
  readonly given: { files: SourceHandle[]; importance: ImportanceFile | null; origin: ModelOrigin };
  readonly sources: SourceHandle[]; // those given, and the values that no file holds
  readonly info: ModelInfo;
  /** The importance matrix beside it, and its name as the output's metadata will have it. */
  readonly importance: (ImportanceInfo & { path: string }) | null;
  /**
   * Where at most `count` weights of tensor number `tensor` lie, from weight `first` (the start of a block) on. Throws
   * Problem.
   */
  place(tensor: number, first: number, count: number): WeightPlace;
  /** Which of its tensors is which of another model's. */
  pair(other: OpenedModel): TensorPair[];
  /** What quantizing would do, computed from the headers alone. Throws Problem when it cannot be done. */
  plan(options: PlanOptions): Plan;
  /** Which rules speak of no tensor, as the plan's notes say; empty when there is no such rule. */
  noteOnRules(options: PlanOptions): string;
  /** What plan() would say of the size, quickly. Throws Problem likewise. */
  price(options: PlanOptions): Price;
  prepare(options: PlanOptions): PreparedRun;
  /** What taking texts through the model's network would do. Throws Problem when it cannot be run. */
  passPlan(options: PassOptions): PassPlan;
  /**
   * What answering with the model takes beside its weights, for so many tokens whose keys and values are stored as
   * `cacheType`. Throws Problem when the metadata does not tell.
   */
  runtimeMemory(context: number, cacheType: string, noMtp?: boolean): RuntimeMemory;
  /**
   * The tokens of a text (UTF-8). `parseSpecial`: names of tokens that control a conversation are such tokens, not
   * text. Throws Problem when the model has no tokenizer, or one of an unknown kind.
   */
  encode(text: Uint8Array, parseSpecial?: boolean): TextTokens;
  /** The chat template in its metadata, and the text of the token that ends a turn; null where it has none. */
  chatTemplate(): { template: string; eos: string } | null;
  /** The bytes (UTF-8, perhaps a part of a character) that tokens stand for. Throws Problem as encode() does. */
  pieces(tokens: Iterable<number>): Map<number, Uint8Array>;
  /** Chooses `runs` stretches of `runWeights` weights of every tensor. */
  weightSample(runs: number, runWeights: number): RowSample;
  /** Chooses rows for an analysis. Throws Problem. */
  sample(options: RowSampleOptions): RowSample;
  /** The types that tensors get. Quick. Throws Problem. */
  assignment(options: PlanOptions): Assignment;
  /** Throws Problem. */
  prepareSample(options: PlanOptions, measure: MeasureOptions): PreparedSample;
  close(): void;
}
