/** Plays a method: the slider visits its candidates in the order tried, then rests on its choice. */
import { signal } from '@preact/signals';
import type { LabMethod } from '../../core/types';
import { choose, showCandidate } from './bench';

const LONGEST_MS = 350;
const WHOLE_MS = 6000;

/** The candidate on show; null when nothing plays. */
export const trial = signal<{ name: string; index: number; running: boolean } | null>(null);

const quiet = matchMedia('(prefers-reduced-motion: reduce)');
/** Without motion there is no playing, only stepping. */
export const stillness = signal(quiet.matches);
quiet.addEventListener('change', () => {
  stillness.value = quiet.matches;
  if (quiet.matches) stop();
});

let timer: ReturnType<typeof setTimeout> | undefined;

export function play(method: LabMethod): void {
  stop();
  trial.value = { name: method.name, index: -1, running: true };
  const next = () => {
    if (!advance(method, true)) return;
    timer = setTimeout(next, Math.min(LONGEST_MS, WHOLE_MS / method.candidates.length));
  };
  next();
}

/** One candidate further; after the last one, the choice. */
export function step(method: LabMethod): void {
  clearTimeout(timer);
  if (trial.value?.name !== method.name) trial.value = { name: method.name, index: -1, running: false };
  advance(method, false);
}

export function stop(): void {
  clearTimeout(timer);
  trial.value = null;
}

function advance(method: LabMethod, running: boolean): boolean {
  const index = (trial.value?.index ?? -1) + 1;
  const candidate = method.candidates[index];
  if (candidate === undefined) {
    stop();
    choose(method);
    return false;
  }
  trial.value = { name: method.name, index, running };
  showCandidate(...candidate);
  return true;
}
