/** Stored blocks, bit by bit. */
import type { FormatGrammar } from './formats';

/** Which number of a block a bit is part of. */
export type StoredPart = 'code' | 'scale' | 'minimum' | 'shared scale' | 'shared minimum';

/** How the blocks of a format lie in bytes, as the core found it by asking the format's decoder. */
export interface BlockBits {
  format: string;
  kind: FormatGrammar['kind'];
  blockLength: number;
  blockBytes: number;
  runLength: number; // weights that share a scale
  storage: FormatGrammar['storage'];
  lowestScale: number; // the stored scale whose bits are all zero; every other number is 0 there
  levels: [code: number, level: number][]; // by rising level
  /**
   * By rising bit, 8 * byte + place, 0 the lowest. `index`: the weight of a code, the run of a scale or minimum.
   * `adds`: to the stored number where the bit is set; 0 where numbers share bits, which then are there once for each.
   */
  bits: [bit: number, part: StoredPart, index: number, adds: number][];
}

/** The Lab's block as a run of a stored block, decoded from there. */
export interface StoredRun {
  bytes: number[];
  run: number;
  sharedScale: number; // of super-blocks
  sharedMinimum: number;
  step: number; // a weight is step * level + offset
  offset: number;
  decoded: number[]; // the weights of the run
}
