/**
 * What plays: a sweep from one end of the scales in view to the other, or the candidates of a method in the order
 * tried. Both can be paused, gone through step by step and turned back.
 */
import { batch, signal } from '@preact/signals';
import type { Curve, Span } from '../../charts/curve-geometry';
import type { LabMethod } from '../../core/types';
import { choose, chosen, curves, offset, reported, scale, showCandidate, sign, span } from './bench';

/** At speed 1: a sweep, and a method's candidates, of which each is seen so long at most. */
const SWEEP_MS = 12_000;
const CANDIDATES_MS = 6000;
const LONGEST_MS = 350;
/** A long frame moves the sweep no further than this one. */
const LONGEST_FRAME_MS = 100;

export const SPEEDS = [0.25, 0.5, 1, 2, 4] as const;
export const speed = signal<(typeof SPEEDS)[number]>(1);

export type PlayMode = 'sweep' | 'method';
export const mode = signal<PlayMode>('sweep');
export const running = signal(false);
/** The candidate on show; null when none is. */
export const trial = signal<{ name: string; index: number } | null>(null);
/** The |scales| that the sweep has gone over. */
export const swept = signal<Span | null>(null);
/** The weight that moved with the last step of a sweep, and its codes. */
export const moved = signal<{ weight: number; from: number; to: number } | null>(null);

const quiet = matchMedia('(prefers-reduced-motion: reduce)');
/** Without motion there is no playing, only stepping. */
export const stillness = signal(quiet.matches);
quiet.addEventListener('change', () => {
  stillness.value = quiet.matches;
  if (quiet.matches) pause();
});

let timer: ReturnType<typeof setTimeout> | undefined;
let frame = 0;

/** The method whose candidates are gone through. */
export function methodOnShow(): LabMethod | null {
  const name = trial.value?.name ?? chosen.value;
  return reported.value?.report.methods.find((one) => one.name === name) ?? null;
}

export function pause(): void {
  clearTimeout(timer);
  cancelAnimationFrame(frame);
  running.value = false;
}

/** Ends what plays and forgets how far it was. */
export function stop(): void {
  pause();
  batch(() => {
    trial.value = null;
    swept.value = null;
    moved.value = null;
  });
}

export function setMode(next: PlayMode): void {
  const method = methodOnShow();
  stop();
  mode.value = next;
  if (next === 'method' && method) choose(method);
}

export function playOrPause(): void {
  if (running.value) pause();
  else if (stillness.value) stepBy(1);
  else if (mode.value === 'sweep') playSweep();
  else playMethod();
}

export function stepBy(steps: 1 | -1): void {
  pause();
  if (mode.value === 'sweep') stepSweep(steps);
  else stepMethod(steps);
}

function playSweep(): void {
  const { low, high } = span.peek();
  const at = Math.abs(scale.peek());
  // On from where it was paused; otherwise from the left end.
  const from = swept.peek() && at > low && at < high * (1 - 1e-9) ? at : low;
  batch(() => {
    trial.value = null;
    running.value = true;
    swept.value = { low: swept.peek() && from === at ? swept.peek()!.low : from, high: from };
    showSwept(from);
  });
  let before: number | null = null;
  let position = from;
  const next = (now: number) => {
    const passed = before === null ? 0 : Math.min(LONGEST_FRAME_MS, now - before);
    before = now;
    position = Math.min(high, position + ((high - low) * passed * speed.peek()) / SWEEP_MS);
    showSwept(position);
    if (position >= high) pause();
    else frame = requestAnimationFrame(next);
  };
  frame = requestAnimationFrame(next);
}

function showSwept(at: number): void {
  batch(() => {
    chosen.value = null;
    moved.value = null;
    const start = swept.peek()?.low ?? at;
    swept.value = { low: Math.min(start, at), high: at };
    showCandidate(sign.peek() * at, offset.peek());
  });
}

/** To the middle of the next piece of the curve, where another weight has another code. */
function stepSweep(steps: 1 | -1): void {
  const curve = curves.peek().find((one) => one.sign === sign.peek());
  const { low, high } = span.peek();
  const here = Math.abs(scale.peek());
  if (!curve || curve.count === 0) return;
  const piece = nextPiece(curve, curve.at(here), steps, here);
  if (piece === null) return;
  const [from, to] = [Math.max(low, curve.to(piece)), Math.min(high, curve.from(piece))];
  if (!(from < to)) return;
  batch(() => {
    showSwept((from + to) / 2);
    // Codes change where a piece begins, which is its end of larger scales.
    const kink = steps === 1 ? piece + 1 : piece;
    if (kink >= 1 && kink < curve.count)
      moved.value =
        steps === 1
          ? { weight: curve.weight(kink), from: curve.after(kink), to: curve.before(kink) }
          : { weight: curve.weight(kink), from: curve.before(kink), to: curve.after(kink) };
  });
}

/** Pieces too narrow for single precision are passed over. */
function nextPiece(curve: Curve, at: number, steps: 1 | -1, here: number): number | null {
  for (let piece = at - steps; piece >= 0 && piece < curve.count; piece -= steps)
    if (curve.from(piece) - curve.to(piece) > here * 1e-6) return piece;
  return null;
}

function playMethod(): void {
  const method = methodOnShow();
  if (!method || method.candidates.length < 2) return;
  if (trial.peek()?.name !== method.name) trial.value = { name: method.name, index: -1 };
  running.value = true;
  const next = () => {
    if (!showTrial(method, (trial.peek()?.index ?? -1) + 1)) return;
    timer = setTimeout(next, Math.min(LONGEST_MS, CANDIDATES_MS / method.candidates.length) / speed.peek());
  };
  next();
}

function stepMethod(steps: 1 | -1): void {
  const method = methodOnShow();
  if (!method) return;
  const index = trial.peek()?.name === method.name ? (trial.peek()?.index ?? -1) : steps === 1 ? -1 : Infinity;
  showTrial(method, index === Infinity ? method.candidates.length - 1 : Math.max(0, index + steps));
}

/** A candidate; after the last one, the choice. */
export function showTrial(method: LabMethod, index: number): boolean {
  const candidate = method.candidates[index];
  if (candidate === undefined) {
    stop();
    choose(method);
    return false;
  }
  batch(() => {
    swept.value = null;
    trial.value = { name: method.name, index };
    showCandidate(...candidate);
  });
  return true;
}
