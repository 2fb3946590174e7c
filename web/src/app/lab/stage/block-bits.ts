/** The stored block: its numbers, read from its bits as the core describes them, and a weight's formula in them. */
import type { BlockBits, StoredPart, StoredRun } from '../../../core/types';
import { texts } from '../../../text/texts';
import { listed, precise } from '../../../text/units';

/** Which kinds of numbers look alike. */
export const KINDS: Readonly<Record<StoredPart, string>> = {
  code: 'code',
  point: 'code',
  scale: 'scale',
  minimum: 'minimum',
  sign: 'minimum',
  'shared scale': 'shared',
  'shared minimum': 'shared-minimum',
  shift: 'shared-minimum',
};

/** A number that a block stores, and the bits it lies in. */
export interface StoredNumber {
  part: StoredPart;
  /** The weight of a code or sign, the run of a scale or minimum, the number of a point or shift; 0 for shared ones. */
  index: number;
  /** By falling significance. */
  bits: { bit: number; adds: number }[];
}

/** Every number of a block, in the order its first bit lies in. */
export function numbersOf({ bits }: BlockBits): StoredNumber[] {
  const numbers = new Map<string, StoredNumber>();
  for (const [bit, part, index, adds] of bits) {
    const key = `${part} ${index}`;
    const number = numbers.get(key) ?? { part, index, bits: [] };
    number.bits.push({ bit, adds });
    numbers.set(key, number);
  }
  for (const { bits: own } of numbers.values()) own.sort((a, b) => Math.abs(b.adds) - Math.abs(a.adds));
  return [...numbers.values()];
}

/** Whether several numbers lie in the same bits, as the digits of TQ1_0 do. */
export const sharesBits = ({ bits }: StoredNumber): boolean => bits.some(({ adds }) => adds === 0);

export const bitOf = (bytes: readonly number[], bit: number): 0 | 1 =>
  (((bytes[bit >> 3] ?? 0) >> (bit & 7)) & 1) as 0 | 1;

/** The stored number that bits make: an integer, or the bits of a float. */
export function storedValue(
  { lowestScale }: BlockBits,
  { part, bits }: StoredNumber,
  bytes: readonly number[],
): number {
  return bits.reduce((sum, { bit, adds }) => sum + bitOf(bytes, bit) * adds, part === 'scale' ? lowestScale : 0);
}

/** Whether a number belongs to the run on the bench, and not to others of its block. */
export function isOfRun(
  { runLength }: BlockBits,
  { part, index }: StoredNumber,
  run: number,
  weights: number,
): boolean {
  if (part === 'code') return index >= run * runLength && index < run * runLength + weights;
  return part === 'scale' || part === 'minimum' ? index === run : true;
}

/** Whether runs store multiples or codes, and the block a number that they share. */
const isSuperBlock = ({ kind, points }: BlockBits): boolean => kind.startsWith('super-block') || points !== null;

/** The weights that a number has a part in, from the first of the block on. */
export function weightsOf({ blockLength, runLength, points }: BlockBits, { part, index }: StoredNumber): number[] {
  const range = (length: number) => Array.from({ length }, (_, at) => index * length + at);
  switch (part) {
    case 'code':
      return [index];
    case 'scale':
    case 'minimum':
      return range(runLength);
    case 'shared scale':
    case 'shared minimum':
      return range(blockLength);
    case 'point':
      return range(points!.length);
    case 'shift':
      return range(points!.shiftLength);
    case 'sign': // of which the last of eight is the parity, where it is not stored
      return points!.evenSigns ? [index, index - (index % 8) + 7] : [index];
  }
}

/** The names of a format's numbers in its formula. */
export function partName(layout: BlockBits, part: StoredPart): string {
  const { parts } = texts().lab.bits;
  switch (part) {
    case 'code':
    case 'point':
    case 'sign':
    case 'shift':
      return parts[part];
    case 'shared scale':
      return 'd';
    case 'shared minimum':
      return 'dmin';
    case 'scale':
      return isSuperBlock(layout) ? parts.scale : 'd';
    case 'minimum':
      return isSuperBlock(layout) ? parts.minimum : 'm';
  }
}

/** The bytes a number lies in. */
export function placesOf({ bits }: StoredNumber): string {
  const bytes = [...new Set(bits.map(({ bit }) => bit >> 3))].sort((a, b) => a - b);
  const words = texts().lab.bits;
  return bytes.length === 1 ? words.inByte(bytes[0]!) : words.inBytes(listed(bytes.map(String), Infinity));
}

/** How the number is written down: "half float 0x2e66", "6 bits 101010". */
export function writtenAs(layout: BlockBits, { part, bits }: StoredNumber, bytes: readonly number[]): string {
  const digits = bits.map(({ bit }) => bitOf(bytes, bit)).join('');
  const own = part === 'scale' || part === 'minimum';
  const float = part === 'shared scale' || part === 'shared minimum' || (own && !isSuperBlock(layout));
  const words = texts().lab.bits;
  if (!float) return words.integer(bits.length, digits);
  const hex = Number.parseInt(digits, 2)
    .toString(16)
    .padStart(bits.length / 4, '0');
  return words.float(words.floats[layout.storage], `0x${hex}`);
}

/** Codes are levels moved by this much; null where levels stand in a table. */
function codeShift({ levels }: BlockBits): number | null {
  const [first] = levels;
  const shift = first ? first[0] - first[1] : 0;
  return levels.every(([code, level]) => code - level === shift) ? shift : null;
}

/** The formula of a format's weights, in words. */
export function formulaOf(layout: BlockBits): string {
  const shift = codeShift(layout);
  const words = texts().lab.bits;
  const level = shift === null ? words.level : shift === 0 ? words.code : words.shifted(shift);
  switch (layout.kind) {
    case 'codebook':
      return layout.points?.shiftLength ? words.formulas.codebookShift : words.formulas.codebook;
    case 'super-block':
      return words.formulas.superBlock(level);
    case 'super-block with minima':
      return words.formulas.superBlockMinima(level);
    case 'scale and offset':
      return words.formulas.offset(level);
    default:
      return words.formulas.plain(level);
  }
}

/** The same with a weight's numbers, and what they give. */
export interface Worked {
  text: string;
  value: number;
}

/** A weight of the run from the numbers that its block stores, each as it is read from the bits. */
export function worked(
  layout: BlockBits,
  numbers: readonly StoredNumber[],
  { bytes, run, step, offset, sharedScale, sharedMinimum }: StoredRun,
  weight: number,
): Worked | null {
  const read = (part: StoredPart, index: number): number => {
    const number = numbers.find((one) => one.part === part && one.index === index);
    return number ? storedValue(layout, number, bytes) : NaN;
  };
  const code = read('code', run * layout.runLength + weight);
  const level = layout.levels.find(([one]) => one === code)?.[1];
  if (level === undefined) return null;
  const shift = codeShift(layout);
  const written = shift === null || shift === 0 ? signed(level) : `(${code} − ${shift})`;
  // Every product and sum is rounded to single precision, as decoders do it.
  const { fround } = Math;
  if (!isSuperBlock(layout)) {
    const product = fround(fround(step) * level);
    return layout.kind === 'scale and offset'
      ? {
          text: `${signed(step)} × ${written} ${offset < 0 ? '−' : '+'} ${precise(Math.abs(offset))}`,
          value: fround(product + fround(offset)),
        }
      : { text: `${signed(step)} × ${written}`, value: product };
  }
  const scale = read('scale', run);
  const product = fround(fround(fround(sharedScale) * scale) * level);
  const text = `${signed(sharedScale)} × ${signed(scale)} × ${written}`;
  if (layout.kind === 'super-block') return { text, value: product };
  const minimum = read('minimum', run);
  return {
    text: `${text} − ${signed(sharedMinimum)} × ${signed(minimum)}`,
    value: fround(product - fround(fround(sharedMinimum) * minimum)),
  };
}

const signed = (value: number): string => (value < 0 ? `(${precise(value)})` : precise(value));
