/** Tensors that a type holds as they are: found in the sample that is measured, with the options that keep them so. */
import type { VNode } from 'preact';
import type { OnGrid } from '../../core/index';
import { onGridSentence } from '../../text/on-grid';
import { onGrids } from '../state/on-grids';
import { ask, options } from '../state/planning';
import { texts } from '../../text/texts';

export function OnGrids(): VNode | null {
  if (onGrids.value.length === 0) return null;
  return (
    <ul class="notes on-grids" aria-label={texts().plan.onGrids}>
      {onGrids.value.map((found) => (
        <li key={found.type}>
          {onGridSentence(found)}{' '}
          {!isAskedFor(found) && (
            <button type="button" class="button small" onClick={() => keep(found)}>
              {texts().plan.useForThem(found.type.toUpperCase(), found.method)}
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}

function isAskedFor({ method, tensorTypes }: OnGrid): boolean {
  const asked = JSON.stringify(options.value.tensorTypes ?? []);
  return options.value.method === method && tensorTypes.every((rule) => asked.includes(JSON.stringify(rule)));
}

/** Before the rules that are there: the first that matches counts. */
function keep({ method, tensorTypes }: OnGrid): void {
  ask({ method, tensorTypes: [...tensorTypes, ...(options.value.tensorTypes ?? [])] });
}
