/** Where the error sits and what the bits were spent on, computed from a run's report. No drawing here. */
import type { RunReport } from '../core/report';
import type { FormatInfo, Plan, Role } from '../core/types';
import type { TensorError } from './error-series';
import { ROLE_ORDER } from './roles';

const MOST_WORST = 20;

export interface WorstBlock {
  tensor: string;
  type: string;
  block: number;
  length: number;
  rmse: number;
}

/** The worst blocks of several tensors; of equal ones those that come first in the file. */
export function worstBlocks(rows: readonly TensorError[]): WorstBlock[] {
  return rows
    .flatMap(({ name, to, error: { blocks } }) =>
      blocks?.length
        ? blocks.worst.map(({ block, rmse }) => ({ tensor: name, type: to, block, length: blocks.length!, rmse }))
        : [],
    )
    .sort((a, b) => b.rmse - a.rmse)
    .slice(0, MOST_WORST);
}

export interface RoleSpending {
  role: Role;
  before: number;
  after: number;
}

/** Bytes of each role in the input and in the output. */
export function spendingByRole({ plan }: { plan: Pick<Plan, 'tensors'> }): RoleSpending[] {
  return ROLE_ORDER.flatMap((role) => {
    const tensors = plan.tensors.filter((tensor) => tensor.role === role);
    const sum = (bytes: 'inputBytes' | 'outputBytes') => tensors.reduce((total, tensor) => total + tensor[bytes], 0);
    return tensors.length === 0 ? [] : [{ role, before: sum('inputBytes'), after: sum('outputBytes') }];
  });
}

export interface CodeUse {
  type: string;
  bits: number;
  counts: number[];
  entropy: number; // bits
  bitsPerWeight: number; // of the type, scales included
}

/** The codes of each type that was written, over all its tensors. */
export function codesByType(
  { tensors }: Pick<RunReport, 'tensors'>,
  formats: readonly Pick<FormatInfo, 'name' | 'bitsPerWeight'>[],
): CodeUse[] {
  const found = new Map<string, { bits: number; counts: number[] }>();
  for (const { to, error } of tensors) {
    if (!error?.codes) continue;
    const sum = found.get(to) ?? { bits: error.codes.bits, counts: error.codes.counts.map(() => 0) };
    error.codes.counts.forEach((count, code) => (sum.counts[code]! += count));
    found.set(to, sum);
  }
  return [...found].map(([type, { bits, counts }]) => {
    const total = counts.reduce((sum, count) => sum + count, 0);
    const entropy = counts.reduce(
      (sum, count) => (count === 0 ? sum : sum - (count / total) * Math.log2(count / total)),
      0,
    );
    return {
      type,
      bits,
      counts,
      entropy,
      bitsPerWeight: formats.find(({ name }) => name === type)?.bitsPerWeight ?? NaN,
    };
  });
}
