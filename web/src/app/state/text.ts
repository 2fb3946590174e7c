/** The text that models are run over: the one that ships with the page, or the person's own. */
import { computed, signal } from '@preact/signals';
import { isAtHand, shippedFile } from './shipped-file';
import { texts } from '../../text/texts';

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

/** The file of the text of choice, whole. */
export async function textFile(): Promise<File> {
  const own = ownText.peek();
  if (own) return own;
  const { name, bytes } = await runText();
  return new File([bytes as Uint8Array<ArrayBuffer>], name, { type: 'text/plain' });
}

/** Whether the text of choice can be had without a network. */
export async function isTextAtHand(): Promise<boolean> {
  return ownText.peek() !== null || (await isAtHand(SHIPPED_TEXT));
}

async function fetchShipped(): Promise<RunText> {
  const file = await shippedFile(SHIPPED_TEXT, texts().state.theText(SHIPPED_TEXT));
  return { name: SHIPPED_TEXT, bytes: new Uint8Array(await file.arrayBuffer()) };
}

/** Tokens of ordinary texts have fewer. */
const MOST_BYTES_A_TOKEN = 12;
const LINE_END = 10;

/** As much of a text as so many tokens can need, up to the end of a line. */
export function headFor(text: RunText, tokens: number): Uint8Array {
  return headOf(text.bytes, tokens * MOST_BYTES_A_TOKEN);
}

/** At most so many bytes of a text, up to the end of a line. */
export function headOf(bytes: Uint8Array, most: number): Uint8Array {
  if (bytes.length <= most) return bytes;
  const end = bytes.lastIndexOf(LINE_END, most);
  return bytes.subarray(0, end > 0 ? end : most);
}
