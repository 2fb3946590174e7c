/** What the core can read, write and name. */
import type { LabStorage } from './lab';

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
  importance: string[]; // importance matrices
}

/** A layout of quantized layers in safetensors files. */
export interface PackingInfo {
  name: string;
  summary: string;
}
