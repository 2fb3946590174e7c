/** The Lab's state: the block, what the core says of it, and the scale under the slider. */
import { computed, effect, signal } from '@preact/signals';
import type { Sign, Span } from '../../charts/curve-geometry';
import { sentenceOf } from '../../core/index';
import { answer } from '../../core/module';
import type { LabMethod, LabPoint, LabReport } from '../../core/types';
import { core } from '../engine';
import { type Bench, benchOfLink, FIRST_BENCH, linkOf, requestOf } from './block';

/** Above so many weights × levels the curve follows when the hand rests. */
const LARGE = 2500;
const REST_MS = 120;
const LINK_MS = 300;

export const bench = signal<Bench>(benchOfLink(location.hash) ?? FIRST_BENCH);
/** The bench a report belongs to comes with it: while a large block is dragged the report is a moment behind. */
export const reported = signal<{ bench: Bench; report: LabReport } | null>(null);
/** Why the core has no report, in its words. */
export const labProblem = signal<string | null>(null);
/** The method whose choice the slider shows; null after it was moved by hand. */
export const chosen = signal<string | null>('max7');
export const scale = signal(0);
/** The visible range of |scale|; null: around the methods' choices. */
const view = signal<Span | null>(null);

const request = computed(() => JSON.stringify(requestOf(bench.value)));

/** The block at the slider's scale; null where labProblem says why. */
export const point = computed<LabPoint | null>(() => {
  if (!core.value || !reported.value) return null;
  // A point has a number under the name that an answer without a point has its sentence under.
  const reply = JSON.parse(core.value.module.labPoint(request.value, scale.value)) as LabPoint | { error: string };
  return typeof reply.error === 'number' ? (reply as LabPoint) : null;
});

export const largest = computed(() => bench.value.weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0));
export const sign = computed<Sign>(() => (scale.value < 0 ? -1 : 1));
/** Scales of E8M0 and E4M3 have no sign. */
export const signed = computed(() => reported.value?.report.storage === 'f16' || reported.value?.report.storage === 'real');

/** Where the largest weight lies on the nearer end of the levels. */
export const settledScale = computed(() => {
  const levels = reported.value?.report.levels ?? [];
  const reach = Math.min(Math.abs(levels[0] ?? 1), Math.abs(levels[levels.length - 1] ?? 1));
  return largest.value / reach;
});

/** From half to twice the scale that uses the whole range, and every method's choice in view. */
const wholeSpan = computed<Span>(() => {
  const choices = (reported.value?.report.methods ?? []).map((method) => Math.abs(method.scale)).filter((choice) => choice > 0);
  const settled = settledScale.value || 1;
  return { low: Math.min(settled / 2, ...choices.map((choice) => choice * 0.8)), high: Math.max(settled * 2, ...choices.map((choice) => choice * 1.25)) };
});
export const span = computed<Span>(() => view.value ?? wholeSpan.value);
export const zoomed = computed(() => view.value !== null);

/** Changes the block. The view stays where it is when only weights move. */
export function setBench(change: Partial<Bench>, keepView = false): void {
  if (!keepView) view.value = null;
  bench.value = { ...bench.value, ...change };
}

export function setWeight(index: number, value: number): void {
  setBench({ weights: bench.value.weights.map((weight, at) => (at === index ? value : weight)) }, true);
}

/** Moves the slider to the scale nearest to `wanted` that can be stored. */
export function moveTo(wanted: number): void {
  chosen.value = null;
  scale.value = storable(wanted);
}

export function stepScale(steps: number): void {
  if (!core.value) return;
  chosen.value = null;
  // Away from zero on either branch is to the right.
  scale.value = core.value.module.labStep(scale.value, steps * sign.value, request.value);
  keepInView();
}

export function choose(method: LabMethod): void {
  chosen.value = method.name;
  scale.value = method.scale;
  keepInView();
}

/** Shows a scale as it is, storable or not. */
export function showCandidate(candidate: number): void {
  scale.value = candidate;
  keepInView();
}

export function zoom(factor: number): void {
  const { low, high } = span.value;
  const centre = Math.min(high, Math.max(low, Math.abs(scale.value)));
  const width = (high - low) * factor;
  const from = Math.max(0, centre - ((centre - low) / (high - low)) * width);
  // Zooming out ends at zero and a few times the whole range; zooming in where single precision ends.
  if (width > 4 * wholeSpan.value.high || width < centre * 1e-6) return;
  view.value = { low: from, high: from + width };
}

export function showWhole(): void {
  view.value = null;
}

/** The storable scales in view, while there are at most `most` of them; otherwise none. */
export function storableScales(most: number): number[] {
  if (!core.value || !reported.value || reported.value.report.storage === 'real') return [];
  const { low, high } = span.value;
  const scales: number[] = [];
  for (let at = storable(low); at <= high; ) {
    if (at >= low) scales.push(at);
    if (scales.length > most) return [];
    const next = core.value.module.labStep(at, 1, request.value);
    if (!(next > at)) break;
    at = next;
  }
  return scales;
}

function storable(wanted: number): number {
  const module = core.peek()?.module;
  if (!module || (reported.peek()?.report.storage ?? 'real') === 'real') return wanted;
  // A step finds the stored neighbour of the nearest stored scale; a step back, that scale itself.
  const next = module.labStep(wanted, 1, request.peek());
  return module.labStep(next, -1, request.peek());
}

function keepInView(): void {
  const { low, high } = span.value;
  const at = Math.abs(scale.value);
  if (at >= low && at <= high) return;
  if (at < wholeSpan.value.low || at > wholeSpan.value.high) return;
  const half = (high - low) / 2;
  view.value = { low: Math.max(0, at - half), high: at + half };
}

/** A scale set by hand stays as near as the new block allows; where it means nothing any more, the simplest method's is shown. */
function keepStorable(fresh: LabReport): void {
  const { low, high } = wholeSpan.peek();
  const at = Math.abs(scale.peek());
  const [first] = fresh.methods;
  if (first && (at < low || at > high)) {
    chosen.value = first.name;
    scale.value = first.scale;
  } else {
    scale.value = storable(signed.peek() ? scale.peek() : at);
  }
}

function report(): void {
  const module = core.peek()?.module;
  if (!module) return;
  const now = bench.peek();
  try {
    const fresh = answer<LabReport>(module.labReport(request.peek()));
    labProblem.value = null;
    const method = fresh.methods.find((one) => one.name === chosen.peek());
    reported.value = { bench: now, report: fresh };
    if (method) scale.value = method.scale;
    else keepStorable(fresh);
  } catch (error) {
    labProblem.value = sentenceOf(error);
  }
}

/** Follows the block: its report, and its link in the address. */
export function startLab(): void {
  let resting: ReturnType<typeof setTimeout> | undefined;
  effect(() => {
    const { weights, levels, format } = bench.value;
    if (!core.value) return;
    clearTimeout(resting);
    const codes = format === 'q8_0' ? 256 : format ? 32 : levels.length;
    if (weights.length * codes <= LARGE || reported.peek() === null) report();
    else resting = setTimeout(report, REST_MS);
  });
  let linking: ReturnType<typeof setTimeout> | undefined;
  let first = true;
  effect(() => {
    const link = linkOf(bench.value);
    if (first) {
      first = false;
      return;
    }
    clearTimeout(linking);
    linking = setTimeout(() => history.replaceState(null, '', link === null ? location.pathname + location.search : `#${link}`), LINK_MS);
  });
  window.addEventListener('hashchange', () => {
    const linked = benchOfLink(location.hash);
    if (linked) setBench(linked);
  });
}
