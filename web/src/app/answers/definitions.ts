/** What the figures of answers mean; docs/answers.md has the formulas. */
export const ANSWER_DEFINITIONS = {
  divergence:
    'Mean Kullback–Leibler divergence: at each scored token, how much is lost by taking the output’s probabilities of ' +
    'the next token for the original’s. 0 only if all are the same. After ±: the standard error of the mean.',
  worst: '99 of 100 scored tokens have a divergence below this.',
  top: 'Share of scored tokens for which both hold the same next token most likely. After ±: the standard error.',
  kept:
    'What the output leaves, on average, of the probability that the original gives its most likely next token. More ' +
    'than 100 % where the output is surer.',
  perplexity:
    'Among how many equally likely tokens the model seems to choose on average: e to the mean of −ln p of the token ' +
    'that really comes next. Lower is better. Differences smaller than the error mean little.',
};
