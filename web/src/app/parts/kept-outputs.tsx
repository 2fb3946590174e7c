/** What this page does not own of its private storage: how much, and how it goes. */
import type { VNode } from 'preact';
import { bytes } from '../../text/units';
import { canKnowOwners, deleteKept, keptElsewhere } from '../state/keeping';
import { texts } from '../../text/texts';
import { Rich } from './rich';

export function KeptOutputs(): VNode | null {
  const kept = keptElsewhere.value;
  if (kept.length === 0) return null;
  const size = bytes(kept.reduce((sum, one) => sum + one.bytes, 0));
  const { otherTabsKeep, storageKeeps } = texts().page;
  if (canKnowOwners) return <p>{otherTabsKeep(kept.length, size)}</p>;
  const deleting = (words: string) => (
    <button type="button" class="link-button" onClick={() => void deleteKept()}>
      {words}
    </button>
  );
  return (
    <p>
      <Rich text={storageKeeps(kept.length, size)} parts={{ delete: deleting }} />
    </p>
  );
}
