/** Which few of many file types are worth a first look: by their sizes and predicted errors alone. */
/** A file type as it is chosen among: its size, and its predicted signal to noise; null: no weight changes. */
export interface Candidate {
  type: string;
  bytes: number;
  sqnrDb: number | null;
}

export type Aim = 'small' | 'recommended' | 'lossless';

/** What people of llama.cpp take first: about 4.8 bits a weight. */
export const USUAL_TYPE = 'Q4_K_M';

/**
 * Least signal to noise in dB: an error of 20, 10 and 2 % of the weights' root mean square. Of ts3m (docs/quality.md),
 * Q2_K, which chooses another token than the original for one in ten, has 13.8 dB, Q4_K_M 25.4 and Q6_K 35.1.
 */
export const LEAST_DB: Readonly<Record<Aim, number>> = { small: 14, recommended: 20, lossless: 33 };

/** The smallest type that reaches each aim; llama.cpp's usual one is recommended wherever it does. */
export function suggest(candidates: readonly Candidate[]): Partial<Record<Aim, Candidate>> {
  const bySize = [...candidates].sort((a, b) => a.bytes - b.bytes);
  const reaches = (aim: Aim) => (one: Candidate) => (one.sqnrDb ?? Infinity) >= LEAST_DB[aim];
  const good = bySize.filter(reaches('recommended'));
  const recommended = good.find(({ type }) => type === USUAL_TYPE) ?? good[0];
  const [small, lossless] = [bySize.find(reaches('small')), bySize.find(reaches('lossless'))];
  return {
    ...(small && small.bytes < (recommended?.bytes ?? Infinity) && { small }),
    ...(recommended && { recommended }),
    ...(lossless && lossless.bytes > (recommended?.bytes ?? 0) && { lossless }),
  };
}
