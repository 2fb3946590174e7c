/** Something a person can act on. The message is a plain sentence: what is wrong, where, and what to do. */
export class Problem extends Error {
  override name = 'Problem';
}

/** A problem that has nothing to do with what is read: another attempt may go on where this one ended. */
export class Setback extends Problem {}

/** The person stopped the run. Nothing is wrong. */
export class Stopped extends Error {
  override name = 'AbortError';
  readonly left: string; // what there is of the output all the same

  constructor(left = 'nothing was written') {
    super('Stopped.');
    this.left = left;
  }
}

/** Why a run is stopped that is to go on another time. */
export const forNow = new Stopped('nothing was written yet');

/** The sentence inside anything that was thrown. */
export function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
