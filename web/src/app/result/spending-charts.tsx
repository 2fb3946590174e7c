/** What the bits were spent on: bytes of each role, and how well the codes are used. */
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { Bars } from '../../charts/bars';
import { CodeShares } from '../../charts/code-shares';
import { ChartFrame, Switch } from '../../charts/frame';
import { ROLE_ORDER, ROLE_STYLES } from '../../charts/roles';
import type { FormatInfo, RunReport } from '../../core/index';
import { bytes as size, integer } from '../../text/units';
import type { Result } from '../state/running';

export interface RoleSpending {
  role: (typeof ROLE_ORDER)[number];
  before: number;
  after: number;
}

/** Bytes of each role in the input and in the output. */
export function spendingByRole({ plan }: Pick<Result, 'plan'>): RoleSpending[] {
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
export function codesByType({ tensors }: Pick<RunReport, 'tensors'>, formats: readonly Pick<FormatInfo, 'name' | 'bitsPerWeight'>[]): CodeUse[] {
  const found = new Map<string, { bits: number; counts: number[] }>();
  for (const { to, error } of tensors) {
    if (!error?.codes) continue;
    const sum = found.get(to) ?? { bits: error.codes.bits, counts: error.codes.counts.map(() => 0) };
    error.codes.counts.forEach((count, code) => (sum.counts[code]! += count));
    found.set(to, sum);
  }
  return [...found].map(([type, { bits, counts }]) => {
    const total = counts.reduce((sum, count) => sum + count, 0);
    const entropy = counts.reduce((sum, count) => (count === 0 ? sum : sum - (count / total) * Math.log2(count / total)), 0);
    return { type, bits, counts, entropy, bitsPerWeight: formats.find(({ name }) => name === type)?.bitsPerWeight ?? NaN };
  });
}

export function SpendingCharts({ shown }: { shown: Result }): VNode {
  const roles = spendingByRole(shown);
  const uses = codesByType(shown.report, shown.opened.model.core.formats);
  const [chosen, setChosen] = useState('');
  const use = uses.find(({ type }) => type === chosen) ?? uses[0];
  return (
    <>
      <ChartFrame
        title="Bytes by role"
        note="Tensor data in the output, and behind it, paler, in the input. Decimal units: 1 MB is 10⁶ bytes."
        file={`bytes-by-role-${shown.plan.fileType}`}
        table={() => ({ header: ['role', 'bytes before', 'bytes after'], rows: roles.map(({ role, before, after }) => [role, before, after]) })}
      >
        {(width) => (
          <Bars
            width={width}
            label="Bytes by role"
            title="bytes"
            tick={(value) => (value === 0 ? '0' : size(value))}
            rows={roles.map(({ role, before, after }) => ({ label: ROLE_STYLES[role].label, color: ROLE_STYLES[role].color, value: after, before, lines: [`${integer(after)} bytes`, `${integer(before)} bytes before`] }))}
          />
        )}
      </ChartFrame>
      {use && (
        <ChartFrame
          title="Use of the codes"
          note={
            <>
              {use.type}: {integer(use.counts.reduce((sum, count) => sum + count, 0))} codes of {use.bits} bits carry {use.entropy.toFixed(3)} bits each (entropy, −Σ p log₂ p); with scales the type spends {use.bitsPerWeight.toFixed(2)} bits a weight. The dashed line is even use.
            </>
          }
          file={`codes-${use.type}`}
          controls={uses.length > 1 ? <Switch label="Type" value={use.type} onChange={setChosen} choices={uses.map(({ type }) => ({ value: type, label: type }))} /> : undefined}
          table={() => ({ header: ['code', 'weights'], rows: use.counts.map((count, code) => [code, count]) })}
        >
          {(width) => <CodeShares width={width} counts={use.counts} />}
        </ChartFrame>
      )}
    </>
  );
}
