/** What the bits were spent on: bytes of each role, and how well the codes are used. */
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { Bars } from '../../charts/bars';
import { CodeShares } from '../../charts/code-shares';
import { type Focus, focusName, isEverything, rowsIn } from '../../charts/focus';
import { ChartFrame, Switch } from '../../charts/frame';
import { ROLE_STYLES } from '../../charts/roles';
import { codesByType, spendingByRole } from '../../charts/spending-series';
import { bytes as size, integer } from '../../text/units';
import type { Result } from '../state/results';

export function SpendingCharts({
  shown,
  focus,
  onFocus,
}: {
  shown: Result;
  focus: Focus;
  onFocus: (change: Partial<Focus>) => void;
}): VNode {
  const roles = spendingByRole(shown);
  const looked = rowsIn(shown.report.tensors, focus);
  const uses = codesByType({ tensors: looked }, shown.opened.model.core.formats);
  const [chosen, setChosen] = useState('');
  const use = uses.find(({ type }) => type === chosen) ?? uses[0];
  const total = use?.counts.reduce((sum, count) => sum + count, 0) ?? 0;
  return (
    <>
      <ChartFrame
        title="Bytes by role"
        note={
          'Tensor data in the output, and behind it, paler, in the input, of all layers. Decimal units: 1 MB is 10⁶ ' +
          'bytes. Choose a role, and all views of the result show that part.'
        }
        file={`bytes-by-role-${shown.plan.fileType}`}
        table={() => ({
          columns: [{ title: 'role' }, { title: 'before', unit: 'bytes' }, { title: 'after', unit: 'bytes' }],
          rows: roles.map(({ role, before, after }) => [role, before, after]),
        })}
      >
        {(width) => (
          <Bars
            width={width}
            label="Bytes by role"
            title="bytes"
            tick={(value) => (value === 0 ? '0' : size(value))}
            chosen={focus.role === null ? null : roles.findIndex(({ role }) => role === focus.role)}
            onChoose={(index) => {
              const role = roles[index]?.role ?? null;
              const hasError = shown.report.tensors.some((one) => one.role === role && one.error);
              if (hasError) onFocus({ role: role === focus.role ? null : role });
            }}
            rows={roles.map(({ role, before, after }) => ({
              label: ROLE_STYLES[role].label,
              color: ROLE_STYLES[role].color,
              value: after,
              before,
              lines: [`${integer(after)} bytes`, `${integer(before)} bytes before`],
            }))}
          />
        )}
      </ChartFrame>
      {use && (
        <ChartFrame
          title="Use of the codes"
          note={
            <>
              {!isEverything(focus) && `${focusName(focus)}, `}
              {use.type}: {integer(total)} codes of {use.bits} bits carry {use.entropy.toFixed(3)} bits each (entropy,
              −Σ p log₂ p); with scales the type spends {use.bitsPerWeight.toFixed(2)} bits a weight. The dashed line is
              even use.
            </>
          }
          file={`codes-${use.type}`}
          controls={
            uses.length > 1 ? (
              <Switch
                label="Type"
                value={use.type}
                onChange={setChosen}
                choices={uses.map(({ type }) => ({ value: type, label: type }))}
              />
            ) : undefined
          }
          table={() => ({
            columns: [{ title: 'code' }, { title: 'weights' }, { title: 'share of the weights', unit: '%' }],
            rows: use.counts.map((count, code) => [code, count, count / Math.max(1, total)]),
          })}
        >
          {(width) => <CodeShares width={width} counts={use.counts} />}
        </ChartFrame>
      )}
    </>
  );
}
