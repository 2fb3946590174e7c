import type { ColumnActivations } from './activations';
import type { Role } from './types';

/**
 * Outlier features as Dettmers et al. define them (LLM.int8(), 2022, section 4.1): a feature is a column of the layers'
 * inputs; it is an outlier when it reaches the threshold in at least a quarter of the layers, and does so for at least
 * 6 % of all tokens of all layers. The threshold of the paper is 6.
 */
export const featureRule = { threshold: 6, layers: 0.25, positions: 0.06 } as const;

/** What layers are multiplied with: each is one vector of a token. */
export type LayerInput = 'q, k, v' | 'o' | 'gate, up' | 'down';

const INPUT_OF: Partial<Record<Role, LayerInput>> = {
  q: 'q, k, v',
  k: 'q, k, v',
  v: 'q, k, v',
  qkv: 'q, k, v',
  o: 'o',
  gate: 'gate, up',
  up: 'gate, up',
  down: 'down',
};

/** One matrix: what its columns met, and the squared error of their weights. */
export interface ObservedMatrix {
  layer: number | null;
  role: Role;
  activations: ColumnActivations;
  errors: Float64Array;
}

export interface OutlierFeature {
  column: number;
  layers: number; // in which it reaches the threshold for at least one token
  positions: number; // share of the tokens of all layers for which it does
  largest: number; // magnitude
  errorShare: number; // of the error of all matrices with this input: weights' squared error times E[a²]
}

export interface InputFeatures {
  input: LayerInput;
  columns: number;
  ofLayers: number;
  largest: number; // magnitude of any column
  features: OutlierFeature[]; // by the share of the error, the largest first
  errorShare: number; // that all of them carry
}

/** What is found in the inputs of layers; of each kind, where there are any. */
export function outlierFeatures(matrices: readonly ObservedMatrix[], threshold: number): InputFeatures[] {
  const kinds = new Map<LayerInput, ObservedMatrix[]>();
  for (const matrix of matrices) {
    const input = INPUT_OF[matrix.role];
    if (input === undefined || matrix.layer === null || matrix.activations.tokens === 0) continue;
    kinds.set(input, [...(kinds.get(input) ?? []), matrix]);
  }
  return [...kinds].map(([input, all]) => featuresOf(input, all, threshold));
}

function featuresOf(input: LayerInput, matrices: readonly ObservedMatrix[], threshold: number): InputFeatures {
  const columns = Math.max(...matrices.map(({ errors }) => errors.length));
  // Matrices of one layer that share an input have met the same.
  const layers = new Map(matrices.map(({ layer, activations }) => [layer, activations]));
  const tokens = [...layers.values()].reduce((sum, one) => sum + one.tokens, 0);
  const errors = new Float64Array(columns);
  for (const { activations, errors: own } of matrices) {
    own.forEach((error, column) => (errors[column]! += error * activations.meanSquares[column]!));
  }
  const all = errors.reduce((sum, error) => sum + error, 0);
  const features = Array.from({ length: columns }, (_, column): OutlierFeature => {
    const seen = [...layers.values()];
    return {
      column,
      layers: seen.filter(({ largest }) => largest[column]! >= threshold).length,
      positions: seen.reduce((sum, { beyond }) => sum + beyond[column]!, 0) / tokens,
      largest: seen.reduce((most, { largest }) => Math.max(most, largest[column]!), 0),
      errorShare: all > 0 ? errors[column]! / all : 0,
    };
  });
  const found = features
    .filter((one) => one.layers >= featureRule.layers * layers.size && one.layers > 0)
    .filter(({ positions }) => positions >= featureRule.positions)
    .sort((a, b) => b.errorShare - a.errorShare || a.column - b.column);
  return {
    input,
    columns,
    ofLayers: layers.size,
    largest: features.reduce((most, { largest }) => Math.max(most, largest), 0),
    features: found,
    errorShare: found.reduce((sum, { errorShare }) => sum + errorShare, 0),
  };
}
