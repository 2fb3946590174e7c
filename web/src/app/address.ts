/**
 * Which of the page's places is shown, with which of its tabs, and its address: "#/plan", "#/plan/size", or "#lab:…"
 * with a block for the Lab. The browser's buttons go back and forth between them; each is found as it was left.
 */
import { batch, effect, signal } from '@preact/signals';
import { isBlockLink } from './lab/block-link';

export const PLACES = ['model', 'plan', 'run', 'result', 'lab'] as const;
export type PlaceId = (typeof PLACES)[number];

/** The tab that a place shows first. Its address is that of the place. */
const FIRST_VIEWS = { model: 'bytes', plan: 'types', result: 'answers' } as const;
type WithViews = keyof typeof FIRST_VIEWS;
const hasViews = (id: PlaceId): id is WithViews => id in FIRST_VIEWS;

/** Which of a place's tabs is shown. What is no tab of it shows the first one. */
export const views = {
  model: signal<string>(FIRST_VIEWS.model),
  plan: signal<string>(FIRST_VIEWS.plan),
  result: signal<string>(FIRST_VIEWS.result),
};

interface Shown {
  place: PlaceId;
  /** Null: the place has no tabs, or keeps them in an address of its own. */
  view: string | null;
}

/** What an address points to; null: nothing. Addresses of earlier versions have no stroke after the "#". */
export function readAddress(hash: string): Shown | null {
  if (isBlockLink(hash)) return { place: 'lab', view: null };
  const [id, view] = hash.replace(/^#\/?/, '').split('/');
  const place = id === '' ? 'model' : PLACES.find((known) => known === id);
  if (!place) return null;
  return { place, view: hasViews(place) ? view || FIRST_VIEWS[place] : null };
}

/** Writes an earlier version's address as it is now: the browser would go to the element of that name by itself. */
function renew(): void {
  const id = PLACES.find((known) => location.hash === `#${known}`);
  if (id) history.replaceState(null, '', `#/${id}`);
}

renew();
const first = location.hash === '' ? null : readAddress(location.hash);
export const place = signal<PlaceId>(first?.place ?? 'model');
/** Counts the ways that were gone: the place that is shown takes the keyboard after each. */
export const arrivals = signal(first === null ? 0 : 1);
/** The Lab's address holds the block on the bench, where that has a link. */
export const labAddress = signal(isBlockLink(location.hash) ? location.hash : '#/lab');
if (first) showView(first);

/** The address of a place as it is now, or as it was left. */
export function addressOf(id: PlaceId): string {
  if (id === 'lab') return labAddress.value;
  const view = hasViews(id) && views[id].value !== FIRST_VIEWS[id] ? `/${views[id].value}` : '';
  return `#/${id}${view}`;
}

function showView({ place: id, view }: Shown): void {
  if (view !== null && hasViews(id)) views[id].value = view;
}

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
export function goTo(id: PlaceId, view: string | null = null): void {
  batch(() => {
    showView({ place: id, view });
    show(id, true);
  });
}

/**
 * The Lab shows something else: where it is on the page, the address follows, without a step in the history, or with
 * one `from` the address of what was shown before.
 */
export function moveLab(address: string, from: string | null = null): void {
  labAddress.value = address;
  if (place.peek() !== 'lab' || location.hash === address) return;
  history.replaceState(null, '', from ?? address);
  if (from !== null) history.pushState(null, '', address);
}

/** To be called once the page stands: what is shown follows the address, and the address what is shown. */
export function followAddress(): void {
  history.scrollRestoration = 'manual';
  window.addEventListener('hashchange', () => {
    renew();
    const wanted = readAddress(location.hash);
    if (wanted === null) return;
    batch(() => {
      showView(wanted);
      // Another tab of the same place leaves the keyboard where it is.
      if (wanted.place !== place.peek()) show(wanted.place, false);
    });
  });
  let stands = false;
  effect(() => {
    const [id, address] = [place.value, addressOf(place.value)];
    const there = readAddress(location.hash);
    const says = there?.place === id && (!hasViews(id) || there.view === views[id].value);
    if (stands && !says) history.pushState(null, '', address);
    stands = true;
  });
}
