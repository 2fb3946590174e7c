/**
 * What words and figures mean: one sentence or a few for each, wherever it is shown. docs/ has the formulas at length.
 */

/**
 * What each error figure means. x is a weight before, y after decoding; sums run over the weights of converted tensors.
 */
export const DEFINITIONS = {
  sqnr: 'Signal to quantization noise: 10 log₁₀(Σ x² / Σ (x − y)²). Six decibels more halve the error.',
  relative:
    'RMS error over the RMS of the weights: √(Σ (x − y)² / Σ x²). It compares tensors whose weights differ in size.',
  rmse: 'Root of the mean squared error: √(Σ (x − y)² / n), in the units of the weights.',
  weighted:
    'RMSE with each weight counted by the importance q of its column: √(Σ q (x − y)² / Σ q), over weights that ' +
    'have one. It is what the importance matrix makes smaller.',
  ratio:
    'The RMSE of the method used over that of the method compared with, on the same weights in the same type ' +
    'and size. Below 1 the method used lost less.',
  max: 'The largest |x − y| of all weights.',
  median:
    'Half of the weights have an |x − y| of at most this. Read ' +
    'from a fine logarithmic histogram, at most 1/128 too high.',
  p95: '95 of 100 weights have an |x − y| of at most this, read like the median.',
  bias: 'The mean of y − x: positive where decoded weights are too large on average.',
  clipped: 'Weights outside the range that the codes of their block can reach, cut off at its end.',
  zeros: 'Weights that are not zero before and decode to exactly zero.',
  bits: 'Bits of tensor data in the output, block scales included, for each weight of the model.',
  notFinite: 'Weights that are not numbers or infinite. They are left out of the other figures.',
  caveat:
    'These figures say how far the weights moved, not how well the model answers. A smaller error usually ' +
    'helps, but two files with the same error can answer differently; only trying them tells.',
} as const;

/** What the two files of a comparison are to the person: "the original", "the output". */
interface Pair {
  first: string;
  second: string;
}

/** What the figures of answers mean; docs/answers.md has the formulas. */
export function definitionsFor({ first, second }: Pair) {
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

const ANSWERS = definitionsFor({ first: 'the original', second: 'the smaller file' });

export interface Entry {
  /** The word as a heading. */
  word: string;
  means: string;
}

/** Words that a newcomer does not know. */
export const GLOSSARY = {
  quantize: {
    word: 'quantize',
    means: 'To store weights in fewer bits: each is rounded to one of the few levels that its block has.',
  },
  gguf: {
    word: 'GGUF',
    means: 'The file format of llama.cpp and of programs built on it: weights, tokenizer and settings in one file.',
  },
  weight: {
    word: 'weight',
    means: 'One of the numbers that a model has learned, also called a parameter.',
  },
  tensor: {
    word: 'tensor',
    means: 'A named array of weights, mostly a matrix. Every layer has about ten of them.',
  },
  layer: {
    word: 'layer',
    means:
      'One of the equally built steps that a text goes through: mostly attention, which looks at other tokens, then ' +
      'a feed-forward network, which works on each by itself.',
  },
  shape: {
    word: 'shape',
    means: 'How many weights a tensor has along each of its sides; the length of a row first, as GGUF stores it.',
  },
  metadata: {
    word: 'metadata',
    means: 'What a file says beside its weights: architecture, sizes, tokenizer, chat template, licence.',
  },
  architecture: {
    word: 'architecture',
    means: 'How the layers of a model are built and connected. Programs run only those that they know.',
  },
  role: {
    word: 'role',
    means: 'What a tensor does in its layer: query, key, value and output of attention, or part of the feed-forward.',
  },
  type: {
    word: 'file type',
    means:
      'Which format each tensor of a file is stored in. The number in its name is about the bits of a weight; S, M ' +
      'and L say how many tensors get a larger format.',
  },
  bits: { word: 'bits per weight', means: DEFINITIONS.bits },
  block: {
    word: 'block',
    means: 'Weights that follow each other in a row, 32 in many formats, and share a scale.',
  },
  superBlock: {
    word: 'super-block',
    means: '256 weights of a row in formats such as Q4_K: several blocks, whose scales are stored in few bits too.',
  },
  scale: {
    word: 'scale',
    means: 'The number by which the small whole numbers of a block, its codes, are multiplied to be weights again.',
  },
  minimum: {
    word: 'minimum',
    means:
      'An offset that formats such as Q4_1 and Q4_K store beside the scale, for blocks whose weights do not lie ' +
      'evenly around zero.',
  },
  scaleSearch: {
    word: 'scale search',
    means:
      'How the scale of each block is chosen. Methods differ in the error they leave and in the time they take; the ' +
      'size and the format of the file stay the same.',
  },
  imatrix: {
    word: 'importance matrix',
    means:
      'How much each column of a matrix matters: the mean square of what enters it while the model reads a text. ' +
      'Errors in columns that matter are made smaller, at the cost of the others. Also called imatrix.',
  },
  mix: {
    word: 'mix',
    means: 'A type of its own for every tensor, so that the bytes go where they take away the most error.',
  },
  sqnr: { word: 'signal to noise', means: DEFINITIONS.sqnr },
  rmse: { word: 'RMSE', means: DEFINITIONS.rmse },
  divergence: { word: 'Kullback–Leibler divergence', means: ANSWERS.divergence },
  token: {
    word: 'token',
    means: 'A piece of text, a word or a part of one: models read and write one after the other.',
  },
  context: {
    word: 'context',
    means: 'How many tokens of a conversation or a text a model keeps in sight. More of them take a larger cache.',
  },
  cache: {
    word: 'KV cache',
    means:
      'What the attention of a model keeps of each token in sight: a key and a value in every layer. It takes memory ' +
      'beside the weights, less where it is stored as Q8_0 or Q4_0.',
  },
  scratch: {
    word: 'scratch',
    means: 'Memory for what a model computes on the way from one token to the next.',
  },
  worker: {
    word: 'worker',
    means: 'A thread of the browser beside the page’s own. Any number of them makes the same bytes.',
  },
  checksum: {
    word: 'SHA-256',
    means: 'A fingerprint of a file: files with the same one have the same bytes.',
  },
} as const satisfies Record<string, Entry>;

export type TermId = keyof typeof GLOSSARY;
