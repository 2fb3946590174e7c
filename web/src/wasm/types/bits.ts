/** Stored blocks, bit by bit. */
import type { FormatGrammar } from './formats';

/** Which number of a block a bit is part of. */
export type StoredPart =
  | 'code'
  | 'scale'
  | 'minimum'
  | 'shared scale'
  | 'shared minimum'
  | 'point' // a position in the codebook
  | 'sign' // 1: negative
  | 'shift'; // 1: down

/**
 * Of codebook formats: a weight is d * steps[scale] * magnitude * sign where signs are stored, and d * steps[scale] *
 * (magnitude ± shift) where shifts are.
 */
export interface BlockPoints {
  length: number; // weights of a point
  codebook: number[]; // of each position: level i at bits levelBits * i
  levelBits: number;
  magnitudes: number[]; // of each level
  steps: number[]; // of each scale code, for d = 1
  evenSigns: boolean; // the sign of a group of eight's last weight is the parity of the other seven, and not stored
  shiftLength: number; // weights that are shifted together; 0: signs are stored
  shift: number;
}

/** How the blocks of a format lie in bytes, as the core found it by asking the format's decoder. */
export interface BlockBits {
  format: string;
  kind: FormatGrammar['kind'] | 'codebook';
  blockLength: number;
  blockBytes: number;
  runLength: number; // weights that share a scale
  storage: FormatGrammar['storage'];
  lowestScale: number; // the stored scale whose bits are all zero; every other number is 0 there
  levels: [code: number, level: number][]; // by rising level; none in codebook formats
  points: BlockPoints | null; // null: not a codebook format
  /**
   * By rising bit, 8 * byte + place, 0 the lowest. `index`: the weight of a code or sign, the run of a scale or
   * minimum, the number of a point or shift.
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
