/** The data of the pipeline: what crosses between it and the core (C++), and what is its own. */
import type { Interval, Objective, PlanOptions } from '../wasm/types';

export type * from '../wasm/types';

/** What `nibble solve` writes and `nibble quantize --recipe` reads: options of a plan, and what they were made for. */
export interface RecipeFile {
  nibbleRecipe: 1;
  options: Pick<PlanOptions, 'type' | 'method' | 'tensorTypes' | 'pruneLayers'>;
  bytes: number; // the output will have
  bitsPerWeight: number;
  sqnrDb: Interval; // predicted
  objective: Objective | null; // what a solver made small; null: chosen by hand
  gap: number | null; // of the solver's answer to the best there is, at most
  command: string; // the same for llama-quantize
}

/** A text in tokens, of which those from number firstScored on are to predict the one after them. */
export interface Text {
  tokens: readonly number[];
  firstScored: number;
}

/** What computed the products of a pass. */
export interface ProductEngine {
  name: string; // "wasm SIMD", "WebGPU (adapter)", or both where the second did not last
  problem: string | null; // why a GPU that was asked for did not compute all of them
}

/** A GPU whose products agree with the CPU's. */
export interface FoundGpu {
  adapter: string; // as the browser names it
  operationsASecond: number; // as measured, on the way there and back included
}

/** The matrices of a layer, by what they do; of experts and the shared one all together. */
export type LayerRole = 'q' | 'k' | 'v' | 'o' | 'gate' | 'up' | 'down';

/**
 * What another model's weights change in the output of a layer's matrices, whose input is that in the first model:
 * |(W − V) a|² over |W a|², both summed over all tokens. Roles that a layer does not have are left out.
 */
export interface OutputErrors {
  layer: number;
  errors: Partial<Record<LayerRole, number>>;
}

/** A text in a model's tokens, with those around it that the model's texts begin and end with. */
export interface TextTokens {
  tokens: number[];
  begin: number | null; // the token that every text begins with
}
