/** A receipt that was dropped: what some run did, to be checked or repeated. */
import { signal } from '@preact/signals';
import { parseReceipt, readText, type Receipt } from '../../core/index';
import { tellProblem } from './notices';
import { texts } from '../../text/texts';

export interface DroppedReceipt {
  name: string;
  receipt: Receipt;
}

export const receipt = signal<DroppedReceipt | null>(null);

/** Receipts of the largest models have about this many bytes. */
const LARGEST_RECEIPT = 2 ** 26;

/** Takes a file when it is a receipt, or was meant as one. */
export async function takeReceipt(file: File): Promise<boolean> {
  if (!/\.json$/i.test(file.name) || file.size > LARGEST_RECEIPT) return false;
  const text = await readText(file);
  if (!text.includes('"nibbleReceipt"')) return false;
  try {
    receipt.value = { name: file.name, receipt: parseReceipt(text, file.name) };
  } catch (error) {
    tellProblem(texts().state.notReceipt(file.name), error);
  }
  return true;
}
