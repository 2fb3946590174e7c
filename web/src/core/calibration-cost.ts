import { windowColumns, type CalibrationLevel } from './calibration';
import { calibratedOf } from './chosen-codes';
import { isProduct } from './pass';
import type { PassPlan, PassStep, Plan } from './types';

/** Floating point operations: what workers share, and what each of them does. */
export interface CalibrationWork {
  shared: number;
  each: number;
}

/**
 * What a weight takes, in operations of products that last as long: searches, and steps of descent. With the numbers
 * below fitted to five types at 256, 768 and 2048 columns (docs/measurements.md).
 */
const searchOperations: Record<CalibrationLevel, number> = { 'one-pass': 5600, layers: 4600 };
/** Likewise for each weight and column: descent, and errors over the tokens held back; of layers also the target. */
const choosingOperations: Record<CalibrationLevel, number> = { 'one-pass': 7.3, layers: 10.7 };

/** What a weight takes besides in types with a codebook, all of whose points are looked at in each pass. */
const codebookOperations: Readonly<Record<string, number>> = {
  iq2_xxs: 6000,
  iq2_xs: 7500,
  iq2_s: 9000,
  iq3_xxs: 6000,
  iq3_s: 9000,
};

/** What a calibration takes, step by step. About: how often a descent moves a code depends on the weights. */
export class CalibrationCost {
  readonly #pass: PassPlan;
  readonly #level: CalibrationLevel;
  readonly #tokens: number;
  readonly #heldBack: number;
  readonly #weights: ReadonlyMap<number, { count: number; codebook: number }>; // of a matrix, by tensor of the model
  readonly #expertShare: number; // of the tokens, that an expert meets

  /** `tokens` calibrate, `heldBack` judge: the pass is over both. */
  constructor(plan: Plan, pass: PassPlan, tokens: number, heldBack: number, level: CalibrationLevel) {
    this.#pass = pass;
    this.#level = level;
    this.#tokens = tokens;
    this.#heldBack = heldBack;
    this.#weights = new Map(
      calibratedOf(plan).map(
        ({ source, to, weights, shape }) =>
          [source, { count: weights / (shape[2] ?? 1), codebook: codebookOperations[to] ?? 0 }] as const,
      ),
    );
    const products = (part: (step: PassStep) => boolean) =>
      pass.steps.filter(part).reduce((sum, step) => sum + productsOf(step), 0);
    const ofExperts = products(({ part }) => part === 'expert');
    const ofAll = pass.operations / (2 * (tokens + heldBack));
    this.#expertShare =
      ofExperts > 0 ? Math.min(1, Math.max(0, ofAll - products(({ part }) => part !== 'expert')) / ofExperts) : 1;
  }

  /** Of a step of the pass, and of the choices that are made by its input. */
  of(step: PassStep): CalibrationWork {
    const layers = this.#level === 'layers';
    const share = step.part === 'expert' ? this.#expertShare : 1;
    const tokens = share * this.#tokens;
    const all = tokens + share * this.#heldBack;
    const reading = 2 * productsOf(step) * all * (layers ? 2 : 1);
    const matrices = (step.observed ?? []).flatMap((number) => this.#weights.get(number) ?? []);
    const weights = matrices.reduce((sum, { count }) => sum + count, 0);
    if (weights === 0) return { shared: reading, each: 0 };
    const columns = step.columns!;
    const windows = Math.ceil(columns / windowColumns);
    const width = columns / windows;
    // Half of H is computed, for it is symmetric; what two networks have in common is not.
    const sums = windows * width ** 2 * (all + (layers ? 2 * tokens : 0));
    const codebooks = matrices.reduce((sum, { count, codebook }) => sum + count * codebook, 0);
    const choosing = weights * (searchOperations[this.#level] + choosingOperations[this.#level] * width) + codebooks;
    return { shared: reading + sums + choosing, each: layers ? windows * ((2 / 3) * width ** 3) : 0 };
  }

  total(): CalibrationWork {
    return this.#pass.steps.reduce(
      (sum, step) => {
        const { shared, each } = this.of(step);
        return { shared: sum.shared + shared, each: sum.each + each };
      },
      { shared: 0, each: 0 },
    );
  }
}

/** A step's, for each token. */
function productsOf({ op, rows = 0, columns = 0 }: PassStep): number {
  return isProduct(op) ? rows * columns : 0;
}
