/** What earlier visits and other tabs keep in this browser's private storage. What no tab has any more is removed. */
import { signal } from '@preact/signals';
import { clearUnowned, clearWhenUnowned, listFolders, remove } from '../../worker/private-folder';
import type { Unfinished } from '../../worker/unfinished';
import { bytes } from '../../text/units';
import { tell, tellProblem } from './notices';
import { texts } from '../../text/texts';

export interface Kept {
  name: string;
  bytes: number;
}

/** Outputs that this page does not own. */
export const keptElsewhere = signal<readonly Kept[]>([]);

/** Runs that were cut short and can go on. */
export const unfinished = signal<readonly Unfinished[]>([]);

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
    const cleared = await clearUnowned(kept.name);
    if (cleared !== false) {
      forget(kept.name);
      if (cleared === true) removed.push(kept);
      else offer(cleared);
    } else {
      void clearWhenUnowned(kept.name).then((later) => {
        forget(kept.name);
        if (typeof later === 'boolean') tellRemoved([kept]);
        else offer(later);
      });
    }
  }
  tellRemoved(removed);
}

function offer(one: Unfinished): void {
  unfinished.value = [...unfinished.value.filter(({ folder }) => folder !== one.folder), one];
}

/** No longer offers a run that goes on, or is given up. */
export function withdraw({ folder }: Unfinished): void {
  unfinished.value = unfinished.value.filter((other) => other.folder !== folder);
}

/** Gives up a run that was cut short. */
export async function discard(one: Unfinished): Promise<void> {
  withdraw(one);
  await remove(one.folder);
}

/** Offers what this page's own runs left that were cut short by a problem. */
export async function lookForUnfinished(): Promise<void> {
  if (!canKnowOwners) return;
  for (const { name } of await listFolders().catch(() => [])) {
    const cleared = await clearUnowned(name);
    if (typeof cleared !== 'boolean') offer(cleared);
  }
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
