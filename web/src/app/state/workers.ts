/** How many workers a run gets. */
import { signal } from '@preact/signals';

/** Reading a file feeds only so many. */
const MOST_BY_DEFAULT = 8;

export const workers = signal(Math.max(1, Math.min(MOST_BY_DEFAULT, navigator.hardwareConcurrency)));
