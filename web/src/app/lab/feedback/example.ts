/** What the stepper begins with: invented, so that it runs before any file is dropped. */

import { texts } from '../../../text/texts';
import { decimal } from '../../../text/units';

export interface FeedbackExample {
  weights: number[];
  metric: number[]; // H, row by row
  first: number; // the number of the first column
  /** Where it is from, in words. */
  from: () => string;
}

const COLUMNS = 8;
/** How far neighbours go together. */
const TOGETHER = 0.95;

export const INVENTED: FeedbackExample = {
  weights: [0.28, 0.9, -0.85, 0.52, -0.2, 0.46, 0.88, -0.56],
  metric: Array.from({ length: COLUMNS ** 2 }, (_, at) => {
    const apart = Math.abs(Math.floor(at / COLUMNS) - (at % COLUMNS));
    return Number((TOGETHER ** apart).toFixed(4));
  }),
  first: 0,
  from: () => texts().lab.feedback.invented(decimal(TOGETHER)),
};
