/** Something a person can act on. The message is a plain sentence: what is wrong, where, and what to do. */
export class Problem extends Error {
  override name = 'Problem';
}

/** The person stopped the run. Nothing is wrong. */
export class Stopped extends Error {
  override name = 'AbortError';
  readonly left: string; // what there is of the output all the same

  constructor(left = 'nothing was written') {
    super('Stopped.');
    this.left = left;
  }
}

/** The sentence inside anything that was thrown. */
export function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
