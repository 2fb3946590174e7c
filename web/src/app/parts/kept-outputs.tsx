/** What this page does not own of its private storage: how much, and how it goes. */
import type { VNode } from 'preact';
import { bytes, plural } from '../../text/units';
import { canKnowOwners, deleteKept, keptElsewhere } from '../state/keeping';

export function KeptOutputs(): VNode | null {
  const kept = keptElsewhere.value;
  if (kept.length === 0) return null;
  const what = `${plural(kept.length, 'output')}, ${bytes(kept.reduce((sum, one) => sum + one.bytes, 0))}`;
  return canKnowOwners ? (
    <p>Other tabs of this page keep {what}, in this browser’s private storage. It is removed when they are closed.</p>
  ) : (
    <p>
      This browser’s private storage keeps {what}, of earlier visits or of other tabs of this page.{' '}
      <button type="button" class="link-button" onClick={() => void deleteKept()}>
        Delete it
      </button>{' '}
      unless another tab still needs it.
    </p>
  );
}
