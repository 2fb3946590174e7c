/** What is known of many blocks of a tensor: which of them are measured, and which stand out. */
import { texts } from '../../text/texts';
import { integer } from '../../text/units';

/** A sample is made of runs of so many neighbouring blocks, spread evenly. */
const RUN_BLOCKS = 128;
export const SAMPLE_BLOCKS = 64 * RUN_BLOCKS;
/**
 * Where a whole tensor is asked for, and it has more blocks than this, it is a sample too: their figures stay in
 * memory.
 */
export const MOST_BLOCKS = 1 << 20;
/** Figures of the whole blocks of a tensor, or of a sample of them. */
export interface BlockFigures {
  /** The numbers of the blocks, ascending. */
  blocks: Uint32Array;
  /** Of how many blocks these are a sample; as many as there are when it is all. */
  total: number;
  /** max|x|; with an offset max x − min x. */
  ranges: Float32Array;
  /** max|x| over the root mean square; 0 for a block of zeros. */
  peaks: Float32Array;
  /** The relative error that a method leaves, by its name. */
  errors: ReadonlyMap<string, Float32Array>;
}

/** Which blocks are measured when at most `most` may be: all of them in longer runs, or short runs spread evenly. */
export function runsOf(total: number, most: number): { first: number; count: number }[] {
  if (total <= most) {
    const length = 8 * RUN_BLOCKS;
    return Array.from({ length: Math.ceil(total / length) }, (_, run) => ({
      first: run * length,
      count: Math.min(length, total - run * length),
    }));
  }
  const runs = Math.max(1, Math.floor(most / RUN_BLOCKS));
  return Array.from({ length: runs }, (_, run) => ({
    first: runs > 1 ? Math.floor((run * (total - RUN_BLOCKS)) / (runs - 1)) : 0,
    count: RUN_BLOCKS,
  }));
}

/** Of how many blocks figures are. */
export function sampleOf({ blocks, total }: BlockFigures): string {
  const words = texts().lab.fromModel;
  return blocks.length < total ? words.sample(integer(blocks.length), integer(total)) : words.whole(integer(total));
}

/** That they were measured. */
export function measuredOf({ blocks, total }: BlockFigures, tensor: string): string {
  const words = texts().lab.fromModel;
  return blocks.length < total
    ? words.measuredSample(integer(blocks.length), integer(total), tensor)
    : words.measuredAll(integer(total), tensor);
}

export type BlockPick = 'worst' | 'median' | 'outlier';

/**
 * The index of the block with the largest error, with the one in the middle, or with the weight that stands out most.
 * Blocks of zeros have neither.
 */
export function pickOf({ peaks, errors }: BlockFigures, method: string, pick: BlockPick): number | null {
  const figures = pick === 'outlier' ? peaks : (errors.get(method) ?? peaks);
  const order = [...peaks.keys()]
    .filter((index) => (peaks[index] ?? 0) > 0)
    .sort((a, b) => (figures[a] ?? 0) - (figures[b] ?? 0) || a - b);
  const rank = pick === 'median' ? Math.floor((order.length - 1) / 2) : order.length - 1;
  return order[rank] ?? null;
}
