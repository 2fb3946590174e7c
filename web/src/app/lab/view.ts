/** What of the Lab is on show, beside the block itself. */
import { signal } from '@preact/signals';

export const LAB_TABS = ['block', 'blocks', 'feedback', 'divisors', 'formats', 'levels', 'groups'] as const;
export type LabTab = (typeof LAB_TABS)[number];
export const tab = signal<LabTab>('block');

/** What stands under the curve. */
export const BELOW = ['line', 'bits', 'figures', 'two'] as const;
export type Below = (typeof BELOW)[number];
export const below = signal<Below>('line');

/** The format whose whole block the bits are of; empty: the bench's, at the scale on show. */
export const storedAs = signal('');

/** The weight that is pointed at, by its index: every drawing of the stage marks it. */
export const pointed = signal<number | null>(null);

/** The step of the story, from 0; null when it is not told. */
export const storyStep = signal<number | null>(null);

/** Whether the stage is all that is on the page, in large type. */
export const projecting = signal(false);
