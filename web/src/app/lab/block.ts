/** The block on the bench: what it is made of, and what the core is asked of it. */
import type { FormatInfo, LabRequest, LevelPreset } from '../../core/types';
import { texts } from '../../text/texts';

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

export interface LabFormat {
  /** Empty: levels and storage of one's own. */
  name: string;
  label: string;
  /** Weights that share a scale. */
  runLength: number;
  /** How many levels a code can choose from; 0: as many as the person has. */
  levels: number;
  /** Whether a run has an offset beside its scale. */
  affine: boolean;
  /**
   * Weights of the super-block a run is a part of, which stores its scale as a multiple of a number of its own; or
   * null.
   */
  superBlock: number | null;
}

/** What the Lab can put on its bench: of the core, what the core says. */
export interface LabLists {
  formats: readonly LabFormat[];
  /** Levels to start from. */
  presets: readonly Pick<LevelPreset, 'name' | 'label' | 'levels'>[];
  /** Formats without a scale to search, whose blocks can be looked at whole. */
  whole: readonly string[];
}

const ownFormat = (): LabFormat => ({
  name: '',
  label: texts().lab.formats.own,
  runLength: 32,
  levels: 0,
  affine: false,
  superBlock: null,
});
const OWN_PRESETS = [
  { name: 'seven', label: '−7 … 7', levels: integers(-7, 7) },
  { name: 'eight', label: '−8 … 7', levels: integers(-8, 7) },
];

/** What there is before the core is. */
export const ownLists = (): LabLists => ({ formats: [ownFormat()], presets: OWN_PRESETS, whole: [] });

/** With every format that has a scale to search, and every list of levels the core knows. */
export function listsOf(formats: readonly FormatInfo[], presets: readonly LevelPreset[]): LabLists {
  const isNew = ({ levels }: LevelPreset) => !OWN_PRESETS.some((own) => String(own.levels) === String(levels));
  return {
    formats: [ownFormat(), ...formats.flatMap(labFormats)],
    presets: [...OWN_PRESETS, ...presets.filter(isNew)],
    whole: wholeFormats(formats).map(({ name }) => name),
  };
}

/** Formats that the bench has no curve for, and that can be written: codebooks, and two or three values. */
export function wholeFormats(formats: readonly FormatInfo[]): FormatInfo[] {
  return formats.filter(
    ({ quantized, decodable, methods, grammar }) =>
      quantized && decodable && methods.includes('llama.cpp') && !grammar?.searchable,
  );
}

function labFormats({ name, blockLength, grammar }: FormatInfo): LabFormat[] {
  if (!grammar?.searchable) return [];
  const { levels, offset: affine, superBlock, storage, runLength } = grammar;
  const { formats: words, storedAs } = texts().lab;
  const [first = 0, last = 0] = [levels[0], levels[levels.length - 1]];
  const what =
    last - first + 1 === levels.length ? `${String(first).replace('-', '−')} … ${last}` : words.uneven(levels.length);
  const called = name.toUpperCase();
  return [
    {
      name,
      label: superBlock
        ? (affine ? words.subBlockMinimum : words.subBlock)(called, what)
        : (affine ? words.offset : words.plain)(called, what, storedAs[storage]),
      runLength,
      levels: levels.length,
      affine,
      superBlock: superBlock ? blockLength : null,
    },
  ];
}

export const formatOf = (bench: Bench, { formats }: LabLists): LabFormat =>
  formats.find((format) => format.name === bench.format) ?? ownFormat();

/** Ways to store a scale, for levels of one's own. */
export const STORAGES: readonly Storage[] = ['f16', 'real', 'e8m0', 'ue4m3'];

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
