/** Something that is wrong with a file. */
export interface Finding {
  /** error: programs refuse the file, or its weights are of no use. warning: it loads, but says what is not so. */
  level: 'error' | 'warning';
  file: string; // empty: the model as a whole
  subject: string; // the key or the tensor; empty: all of it
  text: string; // sentences: what, where, what to do
  llamaCpp: string; // what llama.cpp does about it, in a sentence; empty: it is not known
}

/** What the headers of files tell. */
export interface HeaderCheck {
  gguf: boolean; // false: the files are of another kind, and nothing was looked at
  findings: Finding[];
  tensors: CheckedTensor[]; // whose weights are there
}

export interface CheckedTensor {
  name: string;
  shape: number[]; // innermost first
  type: string;
  weights: number;
  file: number;
  offset: number;
  decodable: boolean;
}

/** What the study "check" counted in a tensor's weights. */
export interface WeightCounts {
  file: string;
  tensor: string;
  shape: readonly number[];
  nan: number;
  infinite: number;
  first: number; // the first weight of either kind
}
