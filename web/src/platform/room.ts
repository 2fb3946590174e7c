import { Problem } from '../core/problem';
import { bytes } from '../text/units';
import { ownSentence, texts } from '../text/texts';

/** Above this, a browser is asked not to clear the page's storage by itself; some ask the person in turn. */
const PERSIST_ABOVE_BYTES = 1e8;

/** Bytes that this page may still store; null where the browser does not say. */
export async function roomLeft(): Promise<number | null> {
  const { quota, usage } = (await navigator.storage?.estimate?.()) ?? {};
  return quota === undefined || usage === undefined ? null : Math.max(0, quota - usage);
}

/**
 * Makes sure, as far as the browser tells, that an output of so many bytes finds room in its private storage. Throws
 * Problem with what is missing. `advice`: what else can be done about it.
 */
export async function expectRoom(needed: number, advice: readonly string[]): Promise<void> {
  let room = await roomLeft();
  if (room === null) return;
  if (needed > room || needed > PERSIST_ABOVE_BYTES) {
    // A page that may keep things for good gets more room in some browsers.
    const asked = navigator.storage.persist?.().catch(() => false);
    if (needed > room) {
      await asked;
      room = (await roomLeft()) ?? needed;
    }
  }
  if (needed <= room) return;
  const { noRoom, freeSpace, or } = texts().state;
  const ways = [freeSpace, ...advice].join(or);
  throw new Problem(ownSentence(noRoom(bytes(needed), bytes(room), bytes(needed - room), ways)));
}
