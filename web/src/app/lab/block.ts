/** The block on the bench: what it is made of, and what the core is asked of it. */
import type { LabRequest, LabStorage } from '../../core/types';

export type Storage = 'real' | 'f16' | 'e8m0' | 'ue4m3';

export interface Bench {
  weights: number[];
  /** As many as weights; null: all one. */
  importance: number[] | null;
  /** A format's name, or empty for levels and storage of one's own. */
  format: string;
  levels: number[];
  storage: Storage;
  /** Of the super-block, for sub-blocks of K-quants that come from a model; null: any scale and minimum. */
  superNumbers: { superScale: number; superMinimum: number | null } | null;
}

export const MOST_WEIGHTS = 256;

const integers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);
const mirrored = (sizes: readonly number[]) => [...sizes.map((size) => -size).reverse(), ...sizes];

/** Levels to start from. NF4: quantiles of a normal distribution; FP4: every value of E2M1. */
export const LEVEL_PRESETS: readonly { name: string; label: string; levels: number[] }[] = [
  { name: 'seven', label: '−7 … 7', levels: integers(-7, 7) },
  { name: 'eight', label: '−8 … 7', levels: integers(-8, 7) },
  {
    name: 'nf4',
    label: 'NF4',
    levels: [
      -1, -0.6961928, -0.52507305, -0.3949175, -0.28444138, -0.18477343, -0.091050036, 0, 0.0795803, 0.1609302,
      0.2461123, 0.33791524, 0.44070983, 0.562617, 0.72295684, 1,
    ],
  },
  { name: 'fp4', label: 'FP4 (E2M1)', levels: [...mirrored([0.5, 1, 1.5, 2, 3, 4, 6]), 0].sort((a, b) => a - b) },
  { name: 'hand', label: 'made by hand', levels: mirrored([0.5, 1, 2, 3, 5, 10, 1000, 1_000_000]) },
];

export interface LabFormat {
  name: string;
  label: string;
  /** Weights that share a scale. */
  blockLength: number;
  /** How many levels a code can choose from; 0: as many as the person has. */
  levels: number;
  /** Whether the block has an offset beside its scale. */
  affine?: boolean;
  /** Whether it is a part of a super-block, which stores its scale as a multiple of a number of its own. */
  subBlock?: boolean;
}

export const FORMATS: readonly LabFormat[] = [
  { name: '', label: 'levels of your own', blockLength: 32, levels: 0 },
  { name: 'q4_0', label: 'Q4_0: −8 … 7, half float', blockLength: 32, levels: 16 },
  { name: 'q5_0', label: 'Q5_0: −16 … 15, half float', blockLength: 32, levels: 32 },
  { name: 'q8_0', label: 'Q8_0: −128 … 127, half float', blockLength: 32, levels: 256 },
  { name: 'iq4_nl', label: 'IQ4_NL: 16 uneven levels, half float', blockLength: 32, levels: 16 },
  { name: 'mxfp4', label: 'MXFP4: FP4, power of two', blockLength: 32, levels: 15 },
  { name: 'nvfp4', label: 'NVFP4: FP4, E4M3', blockLength: 16, levels: 15 },
  { name: 'q4_1', label: 'Q4_1: 0 … 15 and an offset, half floats', blockLength: 32, levels: 16, affine: true },
  { name: 'q5_1', label: 'Q5_1: 0 … 31 and an offset, half floats', blockLength: 32, levels: 32, affine: true },
  {
    name: 'q2_K',
    label: 'Q2_K, one sub-block: 0 … 3 and a minimum',
    blockLength: 16,
    levels: 4,
    affine: true,
    subBlock: true,
  },
  { name: 'q3_K', label: 'Q3_K, one sub-block: −4 … 3', blockLength: 16, levels: 8, subBlock: true },
  {
    name: 'q4_K',
    label: 'Q4_K, one sub-block: 0 … 15 and a minimum',
    blockLength: 32,
    levels: 16,
    affine: true,
    subBlock: true,
  },
  {
    name: 'q5_K',
    label: 'Q5_K, one sub-block: 0 … 31 and a minimum',
    blockLength: 32,
    levels: 32,
    affine: true,
    subBlock: true,
  },
  { name: 'q6_K', label: 'Q6_K, one sub-block: −32 … 31', blockLength: 16, levels: 64, subBlock: true },
];

export const formatOf = (bench: Bench): LabFormat =>
  FORMATS.find((format) => format.name === bench.format) ?? FORMATS[0]!;

export const STORAGES: readonly { name: Storage; label: string }[] = [
  { name: 'f16', label: 'half float' },
  { name: 'real', label: 'any real number' },
  { name: 'e8m0', label: 'power of two (E8M0)' },
  { name: 'ue4m3', label: 'E4M3 without sign' },
];

/** How a number is stored, in words. */
export const STORED_AS: Readonly<Record<LabStorage, string>> = {
  real: 'any real number',
  f16: 'a half float',
  e8m0: 'a power of two (E8M0)',
  ue4m3: 'an E4M3 float without sign',
  multiples: 'a whole multiple of a number the super-block stores',
};

export const FIRST_BENCH: Bench = {
  weights: [0.1, 0.2, 0.3, 0.6],
  importance: null,
  format: '',
  levels: integers(-7, 7),
  storage: 'f16',
  superNumbers: null,
};

export function isFirstBench(bench: Bench): boolean {
  return JSON.stringify(bench) === JSON.stringify(FIRST_BENCH);
}

export function requestOf(bench: Bench): LabRequest {
  const { weights, importance, format, levels, storage, superNumbers } = bench;
  if (!format) return { weights, importance, levels, storage };
  if (!superNumbers) return { weights, importance, format };
  const { superScale, superMinimum } = superNumbers;
  return { weights, importance, format, superScale, ...(superMinimum === null ? {} : { superMinimum }) };
}
