/**
 * Which of the page's places is shown, and its address: "#/plan", or "#lab:…" with a block for the Lab. The browser's
 * buttons go back and forth between places; each is found as it was left.
 */
import { signal, untracked } from '@preact/signals';
import { isBlockLink } from './lab/block-link';

export const PLACES = ['model', 'plan', 'run', 'result', 'lab'] as const;
export type PlaceId = (typeof PLACES)[number];

/** The place that an address points to; null: none. Addresses of earlier versions have no stroke. */
export function placeOf(hash: string): PlaceId | null {
  if (isBlockLink(hash)) return 'lab';
  const id = hash.replace(/^#\/?/, '');
  return PLACES.find((known) => known === id) ?? null;
}

/** Writes an earlier version's address as it is now: the browser would go to the element of that name by itself. */
function renew(id: PlaceId | null): void {
  if (id !== null && location.hash === `#${id}`) history.replaceState(null, '', `#/${id}`);
}

const first = placeOf(location.hash);
renew(first);
export const place = signal<PlaceId>(first ?? 'model');
/** Counts the ways that were gone: the place that is shown takes the keyboard after each. */
export const arrivals = signal(first === null ? 0 : 1);
/** The Lab's address holds the block on the bench, where that has a link. */
export const labAddress = signal(isBlockLink(location.hash) ? location.hash : '#/lab');

export const addressOf = (id: PlaceId): string => (id === 'lab' ? labAddress.value : `#/${id}`);

/** Which of a place's tabs is shown. */
export const views = { model: signal('bytes'), plan: signal('types'), result: signal('answers') };

/** How far down each place was scrolled when it was left. */
const scrolled = new Map<PlaceId, number>();
export const scrolledTo = (id: PlaceId): number => scrolled.get(id) ?? 0;

function show(id: PlaceId, fromTop: boolean): void {
  scrolled.set(place.peek(), window.scrollY);
  if (fromTop) scrolled.delete(id);
  place.value = id;
  arrivals.value = arrivals.peek() + 1;
}

/** Shows the top of a place; with a view, that tab of it. */
export function goTo(id: PlaceId, view?: string): void {
  if (view !== undefined && id in views) views[id as keyof typeof views].value = view;
  const address = untracked(() => addressOf(id));
  if (location.hash !== address) history.pushState(null, '', address);
  show(id, true);
}

/** The bench has another block: where the Lab is shown, its address follows without a step in the history. */
export function moveLab(address: string): void {
  labAddress.value = address;
  if (place.peek() === 'lab' && location.hash !== address) history.replaceState(null, '', address);
}

/** To be called once the page stands. */
export function followAddress(): void {
  history.scrollRestoration = 'manual';
  window.addEventListener('hashchange', () => {
    const id = placeOf(location.hash) ?? (location.hash === '' ? 'model' : null);
    renew(id);
    if (id !== null) show(id, false);
  });
}
