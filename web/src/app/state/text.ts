/** The text that models are run over: the one that ships with the page, or the person's own. */
import { computed, signal } from '@preact/signals';
import { Problem } from '../../core/index';

/** A text and its name, as receipts and importance matrices have it. */
export interface RunText {
  name: string;
  bytes: Uint8Array;
}

/** Null: the text that ships with the page. */
export const ownText = signal<File | null>(null);

export const SHIPPED_TEXT = 'calibration.txt';
/** The name of the text of choice. */
export const textName = computed(() => ownText.value?.name ?? SHIPPED_TEXT);

/** Longer texts are cut: more tokens than this could give are never run in a page. */
const MOST_BYTES = 2 ** 24;

let shipped: Promise<RunText> | null = null;

/** The text of choice. The shipped one is fetched when it is first asked for, from where the page came from. */
export async function runText(): Promise<RunText> {
  const own = ownText.peek();
  if (own) return { name: own.name, bytes: new Uint8Array(await own.slice(0, MOST_BYTES).arrayBuffer()) };
  shipped ??= fetchShipped();
  shipped.catch(() => (shipped = null));
  return shipped;
}

/** Whether the text of choice can be had without asking a network that is not there, which browsers complain of. */
export async function isTextAtHand(): Promise<boolean> {
  if (ownText.peek() || navigator.onLine) return true;
  // The service worker keeps it under its address and revision.
  const kept = 'caches' in window ? await caches.match(SHIPPED_TEXT, { ignoreSearch: true }) : undefined;
  return kept !== undefined;
}

async function fetchShipped(): Promise<RunText> {
  const response = (await isTextAtHand()) ? await fetch(SHIPPED_TEXT).catch(() => null) : null;
  if (!response?.ok) {
    throw new Problem(
      `The text that ships with this page (${SHIPPED_TEXT}) did not come: it is fetched when it is first needed, and ` +
        'kept from then on. Try again with a network, or use a text of your own.',
    );
  }
  return { name: SHIPPED_TEXT, bytes: new Uint8Array(await response.arrayBuffer()) };
}

/** Tokens of ordinary texts have fewer. */
const MOST_BYTES_A_TOKEN = 12;
const LINE_END = 10;

/** As much of a text as so many tokens can need, up to the end of a line. */
export function headOf({ bytes }: RunText, tokens: number): Uint8Array {
  const most = tokens * MOST_BYTES_A_TOKEN;
  if (bytes.length <= most) return bytes;
  const end = bytes.lastIndexOf(LINE_END, most);
  return bytes.subarray(0, end > 0 ? end : most);
}
