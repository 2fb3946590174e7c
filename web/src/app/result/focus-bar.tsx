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
  return (
    <div class="focus-bar" role="group" aria-label="What the views show">
      <select
        class="select"
        aria-label="Layer"
        value={focus.layer ?? ''}
        onChange={({ currentTarget: { value } }) => onFocus({ layer: value === '' ? null : Number(value) })}
      >
        <option value="">every layer</option>
        {layers.map((layer) => (
          <option key={layer} value={layer}>
            layer {layer}
          </option>
        ))}
      </select>
      <select
        class="select"
        aria-label="Role"
        value={focus.role ?? ''}
        onChange={({ currentTarget: { value } }) => onFocus({ role: value === '' ? null : (value as Role) })}
      >
        <option value="">every role</option>
        {roles.map((role) => (
          <option key={role} value={role}>
            {ROLE_STYLES[role].label}
          </option>
        ))}
      </select>
      {isEverything(focus) ? (
        <span class="small quiet" role="status">
          all {integer(rows.length)} converted tensors
        </span>
      ) : (
        <>
          <span class="focus-chip">
            <span class={focus.tensor === null ? '' : 'mono'}>{focusName(focus)}</span>
            <button
              type="button"
              aria-label={`Show everything, not only ${focusName(focus)}`}
              onClick={() => onFocus(EVERYTHING)}
            >
              ×
            </button>
          </span>
          <span class="small quiet" role="status">
            {integer(looked.length)} of {integer(rows.length)} tensors
          </span>
        </>
      )}
      {worst && (
        <button
          type="button"
          class="button small push"
          disabled={!open}
          title={
            open
              ? `Block ${integer(worst.block)} of ${worst.tensor}, RMS error ${precise(worst.rmse)}`
              : 'The model it is from is no longer open'
          }
          onClick={() => showInLab(worst.tensor, worst.block * worst.length, worst.type)}
        >
          Open {isEverything(focus) ? 'the' : 'its'} worst block in the Lab
        </button>
      )}
    </div>
  );
}
