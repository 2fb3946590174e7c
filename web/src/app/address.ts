/**
 * What an address points to, a place of the page or a block for the Lab, is opened: in a fresh tab, and when the
 * address changes.
 */
import { effect } from '@preact/signals';
import { isBlockLink } from './lab/block-link';
import { labProblem, reported } from './lab/bench';
import { goTo } from './parts/place';

function openAddress(): void {
  const id = isBlockLink(location.hash) ? 'lab' : location.hash.slice(1);
  if (document.getElementById(id)?.classList.contains('place')) goTo(id);
}

/** To be called once the page stands. */
export function followAddress(): void {
  window.addEventListener('hashchange', openAddress);
  if (!location.hash) return;
  openAddress();
  // Too little stands below a place at first for it to reach the top; once the Lab is drawn, it can. By then someone
  // may have gone elsewhere.
  const gone = new AbortController();
  const { signal } = gone;
  for (const sign of ['wheel', 'touchstart', 'pointerdown', 'keydown'])
    window.addEventListener(sign, () => gone.abort(), { signal, passive: true });
  effect(() => {
    if (signal.aborted || !(reported.value || labProblem.value)) return;
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        if (!signal.aborted) openAddress();
        gone.abort();
      }),
    );
  });
}
