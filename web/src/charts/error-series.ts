/** What the error charts draw, computed from the statistics of each tensor. No drawing here. */
import type { ErrorReport, Role } from '../core/types';
import { ROLE_ORDER } from './roles';

/** One tensor that was converted, with its statistics. */
export interface TensorError {
  name: string;
  layer: number | null;
  role: Role;
  from: string;
  to: string;
  outputBytes: number;
  error: ErrorReport;
  /** What the method compared with gives on the same weights; null: it was not measured. */
  reference: ErrorReport | null;
}

/** relative: RMSE over the RMS of the weights; sqnr: the same in decibels, upside down. */
export type ErrorMetric = 'relative' | 'sqnr';

export interface LayerPoint {
  layer: number;
  value: number;
  names: string[];
  type: string;
}

export interface RoleSeries {
  role: Role;
  points: LayerPoint[];
}

/** A figure outside the layers: token embedding, output matrix. */
export interface LoosePoint {
  role: Role;
  value: number;
  names: string[];
  type: string;
}

/**
 * The error of several tensors together: squared errors over squared weights. Null where nothing was lost or there is
 * nothing to compare with.
 */
export function combinedError(errors: readonly ErrorReport[], metric: ErrorMetric): number | null {
  let lost = 0;
  let signal = 0;
  for (const error of errors) {
    lost += error.rmse ** 2 * error.count;
    signal += error.rmsWeight ** 2 * error.count;
  }
  if (signal === 0) return null;
  if (metric === 'relative') return Math.sqrt(lost / signal);
  return lost === 0 ? null : 10 * Math.log10(signal / lost);
}

/** Rows grouped by role, and within a role by layer; tensors without a layer stay apart. */
export function layerSeries(
  rows: readonly TensorError[],
  metric: ErrorMetric,
): { series: RoleSeries[]; loose: LoosePoint[] } {
  const groups = new Map<string, TensorError[]>();
  for (const row of rows) {
    const key = `${row.role}/${row.layer ?? ''}`;
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  const byRole = new Map<Role, LayerPoint[]>();
  const loose: LoosePoint[] = [];
  for (const group of groups.values()) {
    const value = combinedError(
      group.map((row) => row.error),
      metric,
    );
    const [first] = group;
    if (value === null || first === undefined) continue;
    const names = group.map((row) => row.name);
    const type = [...new Set(group.map((row) => row.to))].join(', ');
    if (first.layer === null) {
      loose.push({ role: first.role, value, names, type });
    } else {
      const points = byRole.get(first.role) ?? [];
      points.push({ layer: first.layer, value, names, type });
      byRole.set(first.role, points);
    }
  }
  const inOrder = (a: { role: Role }, b: { role: Role }) => ROLE_ORDER.indexOf(a.role) - ROLE_ORDER.indexOf(b.role);
  const series = [...byRole].map(([role, points]) => ({ role, points: points.sort((a, b) => a.layer - b.layer) }));
  return { series: series.sort(inOrder), loose: loose.sort(inOrder) };
}

export interface Bucket {
  from: number;
  to: number;
  count: number;
  open: boolean; // holds everything above `from` as well
}

/** Width of quantize-stats' buckets, and their number; the last one is open. */
export const COARSE_WIDTH = 0.0002;
const COARSE_BUCKETS = 150;

/** The 150 buckets of quantize-stats without the empty ones at the end. */
export function coarseBuckets(error: Pick<ErrorReport, 'coarseHistogram'>): Bucket[] {
  const last = error.coarseHistogram.findLastIndex((count) => count > 0);
  return error.coarseHistogram.slice(0, last + 1).map((count, index) => ({
    from: index * COARSE_WIDTH,
    to: (index + 1) * COARSE_WIDTH,
    count,
    open: index === COARSE_BUCKETS - 1,
  }));
}

/** Even buckets on both sides of zero, by y − x: what decodes to less than it was on the left. */
export function signedBuckets({
  linearHistogram: { width, below, above },
}: Pick<ErrorReport, 'linearHistogram'>): Bucket[] {
  const side = (counts: readonly number[], sign: 1 | -1) =>
    counts.map((count, index) => ({
      from: (sign > 0 ? index : -index - 1) * width,
      to: (sign > 0 ? index + 1 : -index) * width,
      count,
      open: false,
    }));
  return [...side(below, -1).reverse(), ...side(above, 1)];
}

/** The logarithmic buckets; errors of exactly zero have no place on a logarithmic axis and are counted apart. */
export function fineBuckets(error: Pick<ErrorReport, 'histogram'>): { buckets: Bucket[]; zero: number } {
  let zero = 0;
  const buckets: Bucket[] = [];
  for (const { from, to, count } of error.histogram) {
    if (from > 0) buckets.push({ from, to, count, open: !Number.isFinite(to) });
    else zero += count;
  }
  return { buckets, zero };
}
