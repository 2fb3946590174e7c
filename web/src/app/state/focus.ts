/** The part of a result that all its charts and tables show: one for the result that is on show. */
import { signal } from '@preact/signals';
import { EVERYTHING, type Focus, refocus } from '../../charts/focus';
import type { TensorError } from '../../charts/error-series';
import type { Result } from './results';

const focused = signal<{ of: Result | null; focus: Focus }>({ of: null, focus: EVERYTHING });

export function focusOf(shown: Result): Focus {
  const { of, focus } = focused.value;
  return of === shown ? focus : EVERYTHING;
}

/** Looks at another part. `rows`: the tensors of the result that have errors. */
export function focusOn(shown: Result, rows: readonly TensorError[], change: Partial<Focus>): void {
  focused.value = { of: shown, focus: refocus(focusOf(shown), change, rows) };
}
