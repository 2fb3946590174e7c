/** What all views of a result show: every tensor, or a layer, a role, one tensor; and the way to its worst block. */
import type { VNode } from 'preact';
import { useMemo } from 'preact/hooks';
import type { TensorError } from '../../charts/error-series';
import { EVERYTHING, type Focus, focusName, isEverything, rowsIn } from '../../charts/focus';
import { ROLE_ORDER, ROLE_STYLES } from '../../charts/roles';
import { worstBlocks } from '../../charts/spending-series';
import type { Role } from '../../core/index';
import { showInLab } from '../lab/links';
import { opened } from '../state/opening';
import type { Result } from '../state/results';
import { texts } from '../../text/texts';
import { integer, precise } from '../../text/units';

export function FocusBar({
  shown,
  rows,
  focus,
  onFocus,
}: {
  shown: Result;
  /** All tensors that have an error. */
  rows: readonly TensorError[];
  focus: Focus;
  onFocus: (change: Partial<Focus>) => void;
}): VNode {
  const layers = useMemo(() => [...new Set(rows.flatMap(({ layer }) => layer ?? []))].sort((a, b) => a - b), [rows]);
  const roles = useMemo(() => ROLE_ORDER.filter((role) => rows.some((row) => row.role === role)), [rows]);
  const looked = rowsIn(rows, focus);
  const [worst] = useMemo(() => worstBlocks(looked), [rows, focus]);
  const open = opened.value?.model === shown.opened.model;
  const words = texts().result.focus;
  return (
    <div class="focus-bar" role="group" aria-label={words.label}>
      <select
        class="select"
        aria-label={words.layer}
        value={focus.layer ?? ''}
        onChange={({ currentTarget: { value } }) => onFocus({ layer: value === '' ? null : Number(value) })}
      >
        <option value="">{words.everyLayer}</option>
        {layers.map((layer) => (
          <option key={layer} value={layer}>
            {words.oneLayer(layer)}
          </option>
        ))}
      </select>
      <select
        class="select"
        aria-label={words.role}
        value={focus.role ?? ''}
        onChange={({ currentTarget: { value } }) => onFocus({ role: value === '' ? null : (value as Role) })}
      >
        <option value="">{words.everyRole}</option>
        {roles.map((role) => (
          <option key={role} value={role}>
            {ROLE_STYLES[role].label}
          </option>
        ))}
      </select>
      {isEverything(focus) ? (
        <span class="small quiet" role="status">
          {words.all(integer(rows.length))}
        </span>
      ) : (
        <>
          <span class="focus-chip">
            <span class={focus.tensor === null ? '' : 'mono'}>{focusName(focus)}</span>
            <button type="button" aria-label={words.everything(focusName(focus))} onClick={() => onFocus(EVERYTHING)}>
              ×
            </button>
          </span>
          <span class="small quiet" role="status">
            {words.some(integer(looked.length), integer(rows.length))}
          </span>
        </>
      )}
      {worst && (
        <button
          type="button"
          class="button small push"
          disabled={!open}
          title={open ? words.worst(integer(worst.block), worst.tensor, precise(worst.rmse)) : words.closed}
          onClick={() => showInLab(worst.tensor, worst.block * worst.length, worst.type)}
        >
          {isEverything(focus) ? words.openWorst : words.openItsWorst}
        </button>
      )}
    </div>
  );
}
