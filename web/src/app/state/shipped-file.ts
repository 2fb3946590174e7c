/** Files that come with the page and are fetched when they are first needed; the service worker keeps them. */
import { Problem } from '../../core/index';
import { ownSentence } from '../../text/texts';

/** Whether such a file can be had without asking a network that is not there, which browsers complain of. */
export async function isAtHand(name: string): Promise<boolean> {
  if (navigator.onLine) return true;
  // The service worker keeps it under its address and revision.
  const kept = 'caches' in window ? await caches.match(name, { ignoreSearch: true }) : undefined;
  return kept !== undefined;
}

/** The file, from where the page came from. `failed`: what is said where it does not come. */
export async function shippedFile(name: string, failed: string): Promise<Blob> {
  const response = (await isAtHand(name)) ? await fetch(name).catch(() => null) : null;
  // A body that ends early is as good as none.
  const file = response?.ok ? await response.blob().catch(() => null) : null;
  if (file) return file;
  throw new Problem(ownSentence(failed));
}
