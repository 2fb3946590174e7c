/** The Lab and the address: what a link says is shown, and what is shown is in the address. */
import { batch, effect, signal, untracked } from '@preact/signals';
import { moveLab, place } from '../address';
import { wholeCore } from '../engine';
import {
  bench,
  choose,
  chosen,
  followBench,
  linkProblem,
  lists,
  offset,
  reported,
  scale,
  setBench,
  setViews,
  showCandidate,
  views,
} from './bench';
import type { Bench } from './block';
import { FIRST_LOOK, isBlockLink, linkOf, type Look, readLink } from './block-link';
import { mode, showTrial, stop, trial } from './play';
import { followProjector } from './projector';
import { below, type LabTab, projecting, storedAs, storyStep, tab } from './view';

const LINK_MS = 300;
/** The method that a block is opened with. */
const FIRST_METHOD = 'max7';

/** A look waits for the report of its block. */
const awaited = signal<{ bench: Bench; look: Look; inAddress: boolean } | null>(null);

/** Puts a block on the bench and looks at it. `inAddress`: the address says so already. */
export function showBlock(block: Partial<Bench>, look: Look = FIRST_LOOK, inAddress = false): void {
  stop();
  batch(() => {
    tab.value = look.tab;
    below.value = look.below;
    storedAs.value = look.storedAs;
    storyStep.value = look.story;
    projecting.value = look.projecting;
    chosen.value = look.at ? null : (look.method ?? FIRST_METHOD);
    setBench(block);
    awaited.value = { bench: bench.peek(), look, inAddress };
  });
}

function lookAt({ method, candidate, at, span, offsets }: Look): void {
  const one = reported.peek()?.report.methods.find(({ name }) => name === method);
  mode.value = candidate === null ? 'sweep' : 'method';
  if (at) showCandidate(at.scale, at.offset);
  else if (one && candidate !== null && candidate < one.candidates.length) showTrial(one, candidate);
  else if (one) choose(one);
  setViews(span, offsets);
}

function lookNow(view: LabTab): Look {
  const first = reported.value?.report.methods[0]?.name;
  const method = trial.value?.name ?? chosen.value;
  return {
    method: method === FIRST_METHOD || (method === first && !trial.value) ? null : method,
    candidate: trial.value?.index ?? null,
    at: method === null ? { scale: scale.value, offset: offset.value } : null,
    ...views.value,
    tab: view,
    below: below.value,
    storedAs: storedAs.value,
    story: storyStep.value,
    projecting: projecting.value,
  };
}

/**
 * What is shown, as an address of this page from "#" on; null when it is too long for one. `alone`: the stage without
 * the rest of the page, for a frame.
 */
export function addressNow(alone = projecting.value, view = tab.value): string | null {
  const link = linkOf(bench.value, lists.value, { ...lookNow(view), projecting: alone });
  return link === null ? null : `#${link}`;
}

/** Follows the block with its report, and the address with what is shown. To be called once. */
export function startLab(): void {
  const followLink = () => {
    const linked = readLink(location.hash, lists.peek());
    const isThere = location.hash === untracked(addressNow);
    if (linked?.bench && !isThere) showBlock(linked.bench, linked.look, true);
    else linkProblem.value = linked?.problem ?? null;
  };
  let linked = isBlockLink(location.hash);
  effect(() => {
    if (!wholeCore.value || !linked) return;
    linked = false;
    untracked(followLink);
  });
  followBench();
  followProjector();
  let last = addressNow();
  effect(() => {
    const shown = reported.value;
    const wait = awaited.value;
    if (!wait || shown?.bench !== wait.bench) return;
    untracked(() => {
      awaited.value = null;
      batch(() => lookAt(wait.look));
      if (wait.inAddress) last = addressNow();
    });
  });
  let linking: ReturnType<typeof setTimeout> | undefined;
  effect(() => {
    void [bench.value, chosen.value, scale.value, offset.value, trial.value, views.value];
    void [tab.value, below.value, storedAs.value, storyStep.value, projecting.value];
    clearTimeout(linking);
    linking = setTimeout(() => untracked(write), LINK_MS);
  });
  /** Whether another tab was opened, which the browser's buttons go back from. */
  let stepped = false;
  function write(): void {
    const now = addressNow();
    if (awaited.peek()) return;
    if (now !== last) moveLab(now ?? '#/lab', stepped ? (last ?? '#/lab') : null);
    last = now;
    stepped = false;
  }
  let open = tab.peek();
  effect(() => {
    const before = open;
    open = tab.value;
    if (open === before) return;
    untracked(() => {
      if (place.value !== 'lab' || awaited.value?.inAddress) return;
      stepped = true;
      if (awaited.value) return; // what the story shows is written when it stands
      last = addressNow(projecting.value, before);
      write();
    });
  });
  window.addEventListener('hashchange', () => {
    if (wholeCore.value) followLink();
    else linked = isBlockLink(location.hash);
  });
}
