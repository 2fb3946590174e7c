/** How the answers of files that were written by a method measured beside those of llama.cpp's: docs/quality.md. */
import { texts } from '../../text/texts';

/** The types of weights, in small letters, whose answers measured nearest to the original by the method unbiased. */
const unbiasedTypes: ReadonlySet<string> = new Set(['q2_k', 'q3_k', 'iq3_s']);

/** The method whose answers measured best in a type of weights, without a text; undefined: llama.cpp's. */
export const bestMethodOf = (type: string) => (unbiasedTypes.has(type.toLowerCase()) ? 'unbiased' : undefined);

/** A model whose answers by a method were further from the original's than by llama.cpp's own search. */
export interface WorseAnswers {
  model: 'ts3m' | 'wide';
  importance: boolean; // all methods had the same matrix
  percent: number; // that the mean divergence was larger by
}

const worse = (model: WorseAnswers['model'], percent: number, importance = false): WorseAnswers => ({
  model,
  importance,
  percent,
});

/** By method and type, in small letters; all others were as near or nearer in every model that was measured. */
export const worseAnswers: Readonly<Record<string, Readonly<Record<string, readonly WorseAnswers[]>>>> = {
  'lowest-error': {
    q4_1: [worse('wide', 3, true)],
    q4_0: [worse('wide', 8, true)],
    iq4_nl: [worse('wide', 1)],
    q3_k: [worse('ts3m', 4), worse('ts3m', 6, true), worse('wide', 12), worse('wide', 7, true)],
    q2_k: [worse('ts3m', 11), worse('ts3m', 17, true), worse('wide', 4), worse('wide', 21, true)],
  },
  unbiased: {
    q4_1: [worse('wide', 2, true)],
    q4_0: [worse('wide', 4, true)],
  },
};

/** One sentence for each of the types whose answers by the method measured worse than llama.cpp's on some model. */
export function worseSentences(method: string, types: Iterable<string>): string[] {
  return [...new Set(types)].flatMap((type) => {
    const found = worseAnswers[method]?.[type.toLowerCase()];
    if (!found) return [];
    const { worseAnswers: worse, worseOn, worseWithMatrix } = texts().plan;
    const where = found.map(({ model, importance, percent }) =>
      (importance ? worseWithMatrix : worseOn)[model](percent),
    );
    return [worse(type.toUpperCase(), method, where.join(', '))];
  });
}
