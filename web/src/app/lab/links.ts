/** Ways into the Lab from other places of the page. */
import { signal } from '@preact/signals';
import { goTo } from '../address';
import type { BlockPick } from './block-figures';

/** What another place asked to see; taken by the panel of the model's blocks. */
export const wanted = signal<{ tensor: string; weight: number; format: string | null } | null>(null);

/** A block that stands out, of the tensor that the panel shows. */
export const wantedPick = signal<BlockPick | null>(null);

/**
 * Puts the block that holds a weight of the open model on the bench, in `format` where the Lab knows it, else in the
 * bench's own.
 */
export function showInLab(tensor: string, weight = 0, format: string | null = null): void {
  wanted.value = { tensor, weight, format };
  goTo('lab');
}
