/** The story of the Lab: each step one idea, and one thing to try on the instruments it sets. */
import type { Texts } from '../../../text/en';
import { type Bench, FIRST_BENCH } from '../block';
import { FIRST_LOOK, type Look } from '../block-link';

export interface StoryStep {
  /** Its words are texts().lab.story.steps[id]. */
  id: keyof Texts['lab']['story']['steps'];
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
    id: 'obvious',
    bench: FIRST_BENCH,
    look: { ...FIRST_LOOK, method: 'max7' },
  },
  {
    id: 'better',
    bench: FIRST_BENCH,
    look: { ...FIRST_LOOK, method: 'exact' },
  },
  {
    id: 'outlier',
    bench: bench(OUTLIER, 'q4_0'),
    look: { ...FIRST_LOOK, method: 'max7' },
  },
  {
    id: 'offset',
    bench: bench(ONE_SIDED, 'q4_1'),
    look: { ...FIRST_LOOK, method: 'exact' },
  },
  {
    id: 'superBlock',
    bench: bench([...ONE_SIDED.map((weight) => weight - 0.6), ...ONE_SIDED.map((weight) => 0.55 - weight)], 'q4_K', {
      superScale: 0.001,
      superMinimum: 0.005,
    }),
    look: { ...FIRST_LOOK, method: 'exact', below: 'bits' },
  },
  {
    id: 'feedback',
    bench: FIRST_BENCH,
    look: { ...FIRST_LOOK, tab: 'feedback' },
  },
  {
    id: 'worst',
    bench: FIRST_BENCH,
    look: FIRST_LOOK,
    ofModel: true,
  },
];
