/** What the bits were spent on: bytes of each role, and how well the codes are used. */
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { Bars } from '../../charts/bars';
import { CodeShares } from '../../charts/code-shares';
import { type Focus, focusName, isEverything, rowsIn } from '../../charts/focus';
import { ChartFrame, Switch } from '../../charts/frame';
import { ROLE_STYLES } from '../../charts/roles';
import { codesByType, spendingByRole } from '../../charts/spending-series';
import { texts } from '../../text/texts';
import { bytes as size, fixed, integer } from '../../text/units';
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
  const codes = [
    use?.type ?? '',
    integer(total),
    use?.bits ?? 0,
    fixed(use?.entropy ?? 0, 3),
    fixed(use?.bitsPerWeight ?? 0, 2),
  ] as const;
  const words = texts().result.spending;
  const heads = () => texts().result.heads;
  return (
    <>
      <ChartFrame
        title={words.title}
        note={words.note}
        file={`bytes-by-role-${shown.plan.fileType}`}
        table={() => ({
          columns: [
            { title: heads().role },
            { title: heads().before, unit: heads().bytes },
            { title: heads().after, unit: heads().bytes },
          ],
          rows: roles.map(({ role, before, after }) => [role, before, after]),
        })}
      >
        {(width) => (
          <Bars
            width={width}
            label={words.title}
            title={words.axis}
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
              lines: [words.bytes(integer(after)), words.bytesBefore(integer(before))],
            }))}
          />
        )}
      </ChartFrame>
      {use && (
        <ChartFrame
          title={words.codes}
          note={isEverything(focus) ? words.codesNote(...codes) : words.codesNoteOf(focusName(focus), ...codes)}
          file={`codes-${use.type}`}
          controls={
            uses.length > 1 ? (
              <Switch
                label={words.type}
                value={use.type}
                onChange={setChosen}
                choices={uses.map(({ type }) => ({ value: type, label: type }))}
              />
            ) : undefined
          }
          table={() => ({
            columns: [
              { title: heads().code },
              { title: heads().weights },
              { title: texts().result.spending.share, unit: '%' },
            ],
            rows: use.counts.map((count, code) => [code, count, count / Math.max(1, total)]),
          })}
        >
          {(width) => <CodeShares width={width} counts={use.counts} />}
        </ChartFrame>
      )}
    </>
  );
}
