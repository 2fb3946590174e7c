/** What an output is to be, and how it comes about. Sizes are bytes. */
import type { TensorImportance } from './importance';
import type { Note, Role } from './model';

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
  noMtp?: boolean; // layers that predict further tokens are left out
  mtpOnly?: boolean; // all other layers are, and what is left keeps its numbers
  pruneLayers?: number[]; // left out of the output; those behind them move up
  useImportance?: boolean; // of the matrix that was opened; default true
  includeWeights?: string[]; // use only its entries whose name contains one of these
  excludeWeights?: string[]; // or leave these out
  edit?: EditOptions; // with the type COPY
  shardBytes?: number; // of a folder made from a GGUF model: of the tensors in one file, at most; default 5 GB
  jobBytes?: number; // upper bound of one job's input; default a few MiB
}

/** Changes to a GGUF file that leave its weights as they are, made in this order. */
export interface EditOptions {
  remove?: string[]; // keys of metadata
  rename?: { from: string; to: string }[];
  set?: EditedEntry[];
  removeTensors?: string[]; // patterns of names
  /** Parts as gguf-split makes them; one of the two limits. Without it, the output is one file. */
  split?: { tensors?: number; bytes?: number; bareFirst?: boolean };
  headerBytes?: number; // the header has exactly so many, to be written over the one there is
}

export interface EditedEntry {
  key: string;
  kind?: string; // "u32", "string" ...; "[i32]" for a list; default: the kind the entry has
  values: string[]; // one, or those of a list
}

export interface PlannedTensor {
  source: number; // index into ModelInfo.tensors
  name: string; // in the output: the model's own, unless layers are left out
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
  packing: TensorPacking | null; // of an output in safetensors
  measured: boolean; // writing it measures the error
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

/** A run of one tensor. Jobs are in output order: one job's bytes and padding end where the next one's begin. */
export interface Job {
  work: 'copy' | 'convert' | 'pack'; // convert: also to the form of the GGUF file the model stands for
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
  range: [first: number, count: number] | null; // to pack: what Packer.begin() takes
}

export interface PlannedFile {
  name: string; // see outputPath(); "" for a single file
  bytes: number;
  headerBytes: number;
  copyOf?: number; // the input file that it repeats whole
}

export interface Plan {
  fileType: string;
  container: 'GGUF' | 'safetensors'; // of the output
  method: string;
  inputBytes: number; // the model files, headers included
  outputBytes: number; // all output files, exactly
  outputFiles: PlannedFile[];
  bitsPerWeight: number; // tensor data of the output x 8 / weights
  weights: number;
  tensors: PlannedTensor[]; // in output order
  /**
   * Of an output in safetensors: the tensors of the network that are packed, as they would be in groups of the layout;
   * none where it is not GPTQ's. Absent where `tensors` are the network's.
   */
  network?: PlannedTensor[];
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

/** What the core is asked to plan: the person's options, and what was found in the weights. */
export interface PlanRequest extends PlanOptions {
  tinyTensors?: string[]; // whose values are too small for scales in half precision
}

/** What Packer is made from. */
export interface PackerRequest extends TensorPacking {
  type: string; // the source's
  method: string;
  kernel: string;
}
