/** What earlier visits and other tabs keep in this browser's private storage. What no tab has any more is removed. */
import { signal } from '@preact/signals';
import { listFolders, remove, removeUnowned, removeWhenUnowned } from '../../worker/private-folder';
import { bytes } from '../../text/units';
import { tell, tellProblem } from './notices';
import { texts } from '../../text/texts';

export interface Kept {
  name: string;
  bytes: number;
}

/** Outputs that this page does not own. */
export const keptElsewhere = signal<readonly Kept[]>([]);

/** True where a page can know whether another tab still has an output. */
export const canKnowOwners = 'locks' in navigator;

function forget(name: string): void {
  keptElsewhere.value = keptElsewhere.value.filter((kept) => kept.name !== name);
}

function tellRemoved(removed: readonly Kept[]): void {
  const size = removed.reduce((sum, kept) => sum + kept.bytes, 0);
  if (size > 0) tell(texts().state.removed(bytes(size)), texts().state.removedWhat(removed.length));
}

/** Looks once, when the page opens, before it keeps anything itself. Outputs of other tabs go when those tabs do. */
export async function clearLeftOvers(): Promise<void> {
  let found: Kept[];
  try {
    found = await listFolders();
  } catch {
    return; // no private file system, so nothing is in it
  }
  keptElsewhere.value = found;
  if (!canKnowOwners) return;
  const removed: Kept[] = [];
  for (const kept of found) {
    if (await removeUnowned(kept.name)) {
      forget(kept.name);
      removed.push(kept);
    } else {
      void removeWhenUnowned(kept.name).then(() => {
        forget(kept.name);
        tellRemoved([kept]);
      });
    }
  }
  tellRemoved(removed);
}

/** Deletes all of it, on the person's word: only they know whether another tab needs it. */
export async function deleteKept(): Promise<void> {
  for (const { name } of keptElsewhere.value) {
    try {
      await remove(name);
      forget(name);
    } catch (error) {
      tellProblem(texts().state.notDeleted, error);
    }
  }
}
