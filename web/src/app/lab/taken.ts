/** Where the weights on the bench come from, as long as they are these. */
import { signal } from '@preact/signals';
import { bench } from './bench';

export const taken = signal<{ tensor: string; format: string; block: number; weights: readonly number[] } | null>(null);

/** The block of the open model that is on the bench; null for other weights. */
export const takenNow = () => (taken.value?.weights === bench.value.weights ? taken.value : null);
