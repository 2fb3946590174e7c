/** What differs between two results, computed from their reports. No drawing here. */
import type { TensorReport } from '../core/report';
import { combinedError, layerSeries, type LoosePoint, type RoleSeries, type TensorError } from './error-series';

/** The tensors of a run that have an error. */
export function errorRows(tensors: readonly TensorReport[]): TensorError[] {
  return tensors.flatMap(({ error, bytes: outputBytes, ...tensor }) =>
    error ? [{ ...tensor, outputBytes, error }] : [],
  );
}

/**
 * The relative error of the second over that of the first, of each role in each layer. Where only one has an error, or
 * the first lost nothing, there is no ratio.
 */
export function errorRatios(
  first: readonly TensorError[],
  second: readonly TensorError[],
): { series: RoleSeries[]; loose: LoosePoint[] } {
  const [before, after] = [layerSeries(first, 'relative'), layerSeries(second, 'relative')];
  const over = <Point extends { value: number; type: string }>(one: Point | undefined, other: Point): Point[] =>
    one && one.value > 0
      ? [
          {
            ...other,
            value: other.value / one.value,
            type: one.type === other.type ? one.type : `${one.type} → ${other.type}`,
          },
        ]
      : [];
  const series = after.series.flatMap(({ role, points }) => {
    const known = before.series.find((one) => one.role === role)?.points ?? [];
    const both = points.flatMap((point) =>
      over(
        known.find(({ layer }) => layer === point.layer),
        point,
      ),
    );
    return both.length > 0 ? [{ role, points: both }] : [];
  });
  const loose = after.loose.flatMap((point) =>
    over(
      before.loose.find(({ role }) => role === point.role),
      point,
    ),
  );
  return { series, loose };
}

/** Relative error of the second over that of the first, over all that both converted; null where there is no ratio. */
export function wholeRatio(first: readonly TensorError[], second: readonly TensorError[]): number | null {
  const all = (rows: readonly TensorError[]) =>
    combinedError(
      rows.map(({ error }) => error),
      'relative',
    );
  const [before, after] = [all(first), all(second)];
  return before === null || after === null || before === 0 ? null : after / before;
}

export interface TypeChange {
  from: string;
  to: string;
  names: string[];
}

/** Tensors that have another type in the second, by both types, the most first; and those of only one of the two. */
export function typeChanges(
  first: readonly Pick<TensorReport, 'name' | 'to'>[],
  second: readonly Pick<TensorReport, 'name' | 'to'>[],
): { changes: TypeChange[]; onlyFirst: string[]; onlySecond: string[] } {
  const typesOf = (tensors: readonly Pick<TensorReport, 'name' | 'to'>[]) =>
    new Map(tensors.map(({ name, to }) => [name, to]));
  const [before, after] = [typesOf(first), typesOf(second)];
  const found = new Map<string, TypeChange>();
  for (const [name, from] of before) {
    const to = after.get(name);
    if (to === undefined || to === from) continue;
    const change = found.get(`${from} ${to}`) ?? { from, to, names: [] };
    change.names.push(name);
    found.set(`${from} ${to}`, change);
  }
  return {
    changes: [...found.values()].sort((a, b) => b.names.length - a.names.length),
    onlyFirst: [...before.keys()].filter((name) => !after.has(name)),
    onlySecond: [...after.keys()].filter((name) => !before.has(name)),
  };
}
