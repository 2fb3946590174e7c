/** Models, as their headers tell of them. Sizes are bytes. */

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

/** Tensors of a model, as indices into ModelInfo.tensors. */
export interface NeededTensors {
  tensors: number[];
}

/** All values of a small tensor. */
export interface TensorValues {
  name: string;
  values: number[];
}

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
  offers: Offers;
}

/** What else can be made of the files, and what can be added to the model or left out. */
export interface Offers {
  folder: boolean; // the Hugging Face folder that the GGUF file was converted from
  projector: boolean; // what looks at images, as a file beside
  adapters: boolean; // can be merged into it, or be written by themselves
  denseModules: boolean; // layers behind the pooling
  nextLayers: number; // that predict further tokens; see PlanOptions.noMtp, mtpOnly
}

/** Bytes of a file that the core wants to see next. */
export interface Wanted {
  wanted: { offset: number; bytes: number };
}

/** Done: enough of the file was read. */
export type HeaderReply = Wanted | { done: true };

/** Which files of a folder make one model. */
export interface ChosenFiles {
  files: { index: number; name: string }[];
  name: string;
  notes: string[]; // sentences
}

export interface FilesBeside {
  files: number[]; // indices of the paths
}

export interface ShardNames {
  names: string[];
}

/** How conversations are put to a model. */
export interface ChatTemplate {
  template: string | null;
  eos: number | null; // the token that ends a turn
}

/** What is made next of derived values, and what that takes. */
export interface DerivedPiece {
  made: number; // bytes
  inputBytes: number;
  reads: StridedRead[];
}

/** `count` stretches of a file, `bytes` long each, `stride` bytes from one to the next. */
export interface StridedRead {
  file: number;
  offset: number;
  bytes: number;
  count: number;
  stride: number;
}
