/** What the stepper begins with: invented, so that it runs before any file is dropped. */

export interface FeedbackExample {
  weights: number[];
  metric: number[]; // H, row by row
  first: number; // the number of the first column
  from: string; // in words
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
  from:
    'An invented row. All its inputs have a mean square of 1; those of neighbours have a correlation of ' +
    `${TOGETHER}, of columns further apart less.`,
};
