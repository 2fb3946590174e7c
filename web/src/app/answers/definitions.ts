/** What the two files are to the person: "the original", "the output"; and in a word. */
export interface Names {
  first: string;
  second: string;
  shortFirst: string;
  shortSecond: string;
}

export const ORIGINAL_AND_OUTPUT: Names = {
  first: 'the original',
  second: 'the output',
  shortFirst: 'original',
  shortSecond: 'output',
};
export const HERE_AND_THERE: Names = {
  first: 'the open model',
  second: 'the other file',
  shortFirst: 'here',
  shortSecond: 'there',
};

/** What the figures of answers mean; docs/answers.md has the formulas. */
export function definitionsFor({ first, second }: Names) {
  return {
    divergence:
      `Mean Kullback–Leibler ` +
      `divergence: at each scored token, ` +
      `how much is lost by taking ` +
      `the probabilities that ${second} ` +
      `gives the next token for ` +
      `those of ${first}. 0 only if ` +
      `all are the same. After ±: ` +
      `the standard error of the mean.`,
    worst: '99 of 100 scored tokens have a divergence below this.',
    top: 'Share of scored tokens for which both hold the same next token most likely. After ±: the standard error.',
    kept:
      `What ${second} leaves, on ` +
      `average, of the probability ` +
      `that ${first} gives its most ` +
      `likely next token. More than ` +
      `100 % where ${second} is surer.`,
    perplexity:
      `Among how many equally ` +
      `likely tokens ${second} seems to ` +
      `choose on average: e to the ` +
      `mean of −ln p of the token ` +
      'that really comes next. Lower is better. Differences smaller than the error mean little.',
  };
}
