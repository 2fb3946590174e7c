/** The story of the Lab: each step one idea, and one thing to try on the instruments it sets. */
import { type Bench, FIRST_BENCH } from '../block';
import { FIRST_LOOK, type Look } from '../block-link';

export interface StoryStep {
  title: string;
  text: string;
  /** What to try. */
  task: string;
  bench: Bench;
  look: Look;
  /** Whether it is about a block of the open model. */
  ofModel?: true;
}

/** Small weights, and among them one that is not. */
const OUTLIER = [0.11, -0.07, 0.16, 0.05, -0.13, 0.09, 0.02, -0.15, 0.14, -0.04, 1.3, 0.08, -0.11, 0.06, 0.17, -0.09];
/** All on one side of zero. */
const ONE_SIDED = [0.61, 0.47, 0.72, 0.55, 0.66, 0.43, 0.58, 0.79, 0.51, 0.64, 0.69, 0.45, 0.75, 0.53, 0.6, 0.49];

const bench = (weights: number[], format: string, superNumbers: Bench['superNumbers'] = null): Bench => ({
  ...FIRST_BENCH,
  weights,
  format,
  superNumbers,
});

export const STORY: readonly StoryStep[] = [
  {
    title: 'Four weights and the obvious scale',
    text:
      'A block stores one scale, and for each weight a small whole number, its level. The obvious scale, 0.6/7, puts ' +
      'the largest weight on the last level; the other three fall between levels and are rounded.',
    task: 'Press Play: the scale goes from one end to the other, and weights snap from level to level.',
    bench: FIRST_BENCH,
    look: { ...FIRST_LOOK, method: 'max7' },
  },
  {
    title: 'Why 0.1 is better',
    text:
      'At 0.1 the last level stays unused, but all four weights lie on a level. The best scale is the lowest valley ' +
      'of the curve, not the end of the range.',
    task: 'Drag the handle under the curve into another valley, and see which weights are right there.',
    bench: FIRST_BENCH,
    look: { ...FIRST_LOOK, method: 'exact' },
  },
  {
    title: 'An outlier arrives',
    text:
      'One weight is far larger than the others. A scale that reaches it leaves the small ones hardly a level: all ' +
      'of them share one scale.',
    task: 'Drag weight 11 on the number line towards the others, and watch the error fall.',
    bench: bench(OUTLIER, 'q4_0'),
    look: { ...FIRST_LOOK, method: 'max7' },
  },
  {
    title: 'An offset',
    text:
      'All these weights lie on one side of zero, where half of the levels are of no use. With an offset beside the ' +
      'scale the levels begin at the smallest weight, and the error is a map over two numbers.',
    task: 'Choose Q4_0 as the format, compare the relative error, and come back with Q4_1.',
    bench: bench(ONE_SIDED, 'q4_1'),
    look: { ...FIRST_LOOK, method: 'exact' },
  },
  {
    title: 'A super-block',
    text:
      'A scale and an offset for 32 weights cost 32 bits in Q4_1. Q4_K stores them as two whole numbers of six bits, ' +
      'multiples of two numbers, d and dmin, that 256 weights share.',
    task: 'Point at a weight below: its code lights up, and with it the numbers its value is computed from.',
    bench: bench([...ONE_SIDED.map((weight) => weight - 0.6), ...ONE_SIDED.map((weight) => 0.55 - weight)], 'q4_K', {
      superScale: 0.001,
      superMinimum: 0.005,
    }),
    look: { ...FIRST_LOOK, method: 'exact', below: 'bits' },
  },
  {
    title: 'Rounding that repairs itself',
    text:
      'What counts is what a layer puts out, and its inputs rise and fall together. Error feedback rounds column by ' +
      'column and hands each error on to the columns that follow: worse weights, a better answer.',
    task: 'Play the steps below, and compare the two errors of the output at the end.',
    bench: FIRST_BENCH,
    look: { ...FIRST_LOOK, tab: 'feedback' },
  },
  {
    title: 'The worst block of your model',
    text:
      'Every tensor is made of many such blocks. The one with the largest relative error shows what a format finds ' +
      'hardest.',
    task: 'Choose another tensor or format, show its worst block, and play through the scales.',
    bench: FIRST_BENCH,
    look: FIRST_LOOK,
    ofModel: true,
  },
];
