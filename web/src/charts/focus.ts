/** A part of the model that all charts of a result look at together, and the figures of several tensors as one. */
import type { BlockErrorReport, ErrorReport, Role } from '../core/types';
import { texts } from '../text/texts';
import { combinedError, type TensorError } from './error-series';
import { ROLE_STYLES } from './roles';

/** What is null is not narrowed. A tensor is one of those in the layer and role, where these are given. */
export interface Focus {
  layer: number | null;
  role: Role | null;
  tensor: string | null;
}

export const EVERYTHING: Focus = { layer: null, role: null, tensor: null };

export const isEverything = ({ layer, role, tensor }: Focus): boolean =>
  layer === null && role === null && tensor === null;

type Place = Pick<TensorError, 'layer' | 'role'>;

/** The tensors in the layer and the role, whichever of them is looked at. */
export function rowsBeside<Row extends Place>(rows: readonly Row[], { layer, role }: Focus): Row[] {
  return rows.filter((row) => (layer === null || row.layer === layer) && (role === null || row.role === role));
}

export function rowsIn<Row extends Place & { name: string }>(rows: readonly Row[], focus: Focus): Row[] {
  return rowsBeside(rows, focus).filter(({ name }) => focus.tensor === null || name === focus.tensor);
}

/** The same with a change. What does not go with it is left: there is no layer of a token embedding. */
export function refocus(focus: Focus, change: Partial<Focus>, rows: readonly TensorError[]): Focus {
  const wider = [
    { ...focus, ...change },
    { ...focus, ...change, tensor: null },
    { ...EVERYTHING, ...change },
  ];
  return wider.find((next) => rowsIn(rows, next).length > 0) ?? EVERYTHING;
}

/** "Layer 3 × v", "every layer × v", or the tensor's name. */
export function focusName({ layer, role, tensor }: Focus): string {
  if (tensor !== null) return tensor;
  const words = texts().charts.focus;
  if (role === null) return layer === null ? words.all : words.layer(layer);
  const { label } = ROLE_STYLES[role];
  return layer === null ? words.role(label) : words.both(layer, label);
}

/** Figures that counts and sums of several tensors give. Quantiles and weighted errors are not among them: null. */
export type GroupError = Omit<
  ErrorReport,
  'median' | 'p95' | 'p999' | 'coarseMedian' | 'coarseP95' | 'weightedRmse' | 'codes'
> & { median: number | null; p95: number | null; p999: number | null; weightedRmse: number | null };

/** The error of these tensors taken as one; null where there are none. One tensor keeps all its figures. */
export function groupError(rows: readonly Pick<TensorError, 'error'>[]): GroupError | null {
  const errors = rows.map(({ error }) => error);
  const [first] = errors;
  if (!first || errors.length === 1) return first ?? null;
  const sum = (of: (error: ErrorReport) => number) => errors.reduce((total, error) => total + of(error), 0);
  const count = sum((error) => error.count);
  const mean = (of: (error: ErrorReport) => number) =>
    count === 0 ? 0 : sum((error) => of(error) * error.count) / count;
  return {
    count,
    rmse: Math.sqrt(mean(({ rmse }) => rmse ** 2)),
    rmsWeight: Math.sqrt(mean(({ rmsWeight }) => rmsWeight ** 2)),
    sqnrDb: combinedError(errors, 'sqnr'),
    maxError: Math.max(...errors.map(({ maxError }) => maxError)),
    bias: mean(({ bias }) => bias),
    zeros: sum(({ zeros }) => zeros),
    clipped: sum(({ clipped }) => clipped),
    nans: sum(({ nans }) => nans),
    infinities: sum(({ infinities }) => infinities),
    coarseHistogram: first.coarseHistogram.map((_, at) => sum(({ coarseHistogram }) => coarseHistogram[at] ?? 0)),
    histogram: byEdge(errors.map(({ histogram }) => histogram)),
    linearHistogram: linear(errors.map(({ linearHistogram }) => linearHistogram)),
    blocks: blocksOf(errors.flatMap(({ blocks }) => blocks ?? [])),
    median: null,
    p95: null,
    p999: null,
    weightedRmse: null,
  };
}

/** Buckets of the same edges are one. */
function byEdge<Bucket extends { from: number; count: number; above?: number }>(
  lists: readonly (readonly Bucket[])[],
): Bucket[] {
  const found = new Map<number, Bucket>();
  for (const bucket of lists.flat()) {
    const known = found.get(bucket.from);
    found.set(
      bucket.from,
      known
        ? {
            ...known,
            count: known.count + bucket.count,
            ...(known.above !== undefined && { above: known.above + (bucket.above ?? 0) }),
          }
        : bucket,
    );
  }
  return [...found.values()].sort((a, b) => a.from - b.from);
}

/** Widths are 0.0002 times powers of two: several narrow steps make a wide one. */
function linear(all: readonly ErrorReport['linearHistogram'][]): ErrorReport['linearHistogram'] {
  const width = Math.max(...all.map((one) => one.width));
  const side = (name: 'below' | 'above') => {
    const counts: number[] = [];
    for (const one of all) {
      const narrow = Math.round(width / one.width);
      one[name].forEach((count, at) => {
        const into = Math.floor(at / narrow);
        counts[into] = (counts[into] ?? 0) + count;
      });
    }
    return counts;
  };
  const [below, above] = [side('below'), side('above')];
  const steps = Math.max(below.length, above.length);
  const filled = (counts: number[]) => Array.from({ length: steps }, (_, at) => counts[at] ?? 0);
  return { width, below: filled(below), above: filled(above) };
}

function blocksOf(all: readonly BlockErrorReport[]): BlockErrorReport | null {
  if (all.length === 0) return null;
  const lengths = new Set(all.map(({ length }) => length));
  return {
    length: lengths.size === 1 ? all[0]!.length : null,
    count: all.reduce((sum, { count }) => sum + count, 0),
    histogram: byEdge(all.map(({ histogram }) => histogram)),
    worst: [],
  };
}
