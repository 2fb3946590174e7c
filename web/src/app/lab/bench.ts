/** The Lab's state: the block, what the core says of it, and the scale (and offset) under the sliders. */
import { fromJson } from '../../wasm/json';
import { batch, computed, effect, signal, untracked } from '@preact/signals';
import { Curve, type Sign, type Span } from '../../charts/curve-geometry';
import { sentenceOf } from '../../core/index';
import { answer } from '../../core/module';
import type { BlockBits, LabMethod, LabPoint, LabReport, LabRequest, StoredRun } from '../../core/types';
import type { Lab } from '../../wasm/nibble';
import { ownSentence, texts } from '../../text/texts';
import { wholeCore } from '../engine';
import { labWorker } from './away';
import { type Bench, FIRST_BENCH, formatOf, type LabLists, listsOf, ownLists, requestOf } from './block';
import { curvesOf, cutAt, makeLab, readReport, type WholeReport } from './lab-core';

/** Above so many weights × levels a worker makes the report, and the curve follows when it is ready. */
const LARGE = 20_000;
/** The same for blocks whose like took the page longer than this, so many times in a row: code runs slowly at first. */
const LONGEST_REPORT_MS = 8;
const SLOW_REPORTS = 3;

export interface Shown {
  bench: Bench;
  report: LabReport;
  /** Of both signs; null where an offset decides which curve it is. */
  curves: Curve[] | null;
}

/** Formats and levels there are; until the core is there, the page's own. */
export const lists = computed<LabLists>(() =>
  wholeCore.value ? listsOf(wholeCore.value.formats, fromJson(wholeCore.value.module.levelPresets())) : ownLists(),
);
/** A link is read once the core, which knows the formats, is there. */
export const bench = signal<Bench>(FIRST_BENCH);
/** Why the link that was opened shows no block; null once another block is on the bench. */
export const linkProblem = signal<string | null>(null);
/** The bench a report belongs to comes with it: while a large block is dragged the report is a moment behind. */
export const reported = signal<Shown | null>(null);
/** Why the core has no report, in its words. */
export const labProblem = signal<string | null>(null);
/** The method whose choice the sliders show; null after one was moved by hand. */
export const chosen = signal<string | null>('max7');
export const scale = signal(0);
export const offset = signal(0);
/** The visible range of |scale|, and of the offset; null: around the methods' choices. */
const view = signal<Span | null>(null);
const offsetView = signal<Span | null>(null);

/** The block on the core's bench. */
const lab = signal<Lab | null>(null);

/** The block at the sliders' scale and offset; null where labProblem says why. */
export const point = computed<LabPoint | null>(() =>
  lab.value && reported.value ? fromJson(lab.value.point(scale.value, offset.value)) : null,
);

/** The block on the bench as a method leaves it. */
export function pointOf({ scale: at, offset: from }: LabMethod): LabPoint | null {
  return lab.value && fromJson(lab.value.point(at, from));
}

/** How blocks of a format lie in bytes; formats are asked once each. */
const layouts = new Map<string, BlockBits>();

/**
 * The block at the sliders' scale and offset as it is stored; an error where it has no stored form. `block`: its number
 * in a tensor, which says which run of its stored block it is.
 */
export function storedRun(block: number): { layout: BlockBits; run: StoredRun } | { error: string } {
  const module = wholeCore.value?.module;
  const shown = reported.value;
  if (!module || !lab.value || !shown) return { error: ownSentence(texts().lab.notLoaded) };
  const { format } = shown.report;
  try {
    const layout = format === '' ? null : (layouts.get(format) ?? answer(module.blockBits(format)));
    if (layout) layouts.set(format, layout);
    const runs = layout ? layout.blockLength / layout.runLength : 1;
    const run = answer(lab.value.storedRun(scale.value, offset.value, block % runs));
    return layout ? { layout, run } : { error: '' };
  } catch (error) {
    return { error: sentenceOf(error) };
  }
}

/** The curve over the scale, of each sign there is. */
export const curves = computed<Curve[]>(() => {
  const shown = reported.value;
  if (!shown) return [];
  if (shown.curves) return shown.curves;
  if (!wholeCore.value || !lab.value) return [];
  return cutAt(wholeCore.value.module, lab.value, offset.value, shown.report.squareSum).filter(
    (curve) => curve.count > 0,
  );
});

export const sign = computed<Sign>(() => (scale.value < 0 ? -1 : 1));
export const signed = computed(() => reported.value?.report.signed ?? true);

/**
 * The scale that uses all levels: the largest weight on the nearer end, or all weights between the first level and the
 * last.
 */
export const settledScale = computed(() => {
  const shown = reported.value;
  if (!shown) return 0;
  const { levels, affine, offsetAtMostZero } = shown.report;
  const { weights } = shown.bench;
  if (affine)
    return (Math.max(...weights) - Math.min(...weights, ...(offsetAtMostZero ? [0] : []))) / (levels.length - 1);
  const reach = Math.min(Math.abs(levels[0] ?? 1), Math.abs(levels[levels.length - 1] ?? 1));
  return Math.max(...weights.map(Math.abs)) / reach;
});

/**
 * Around the scale that uses the whole range, from half to twice it (closer with an offset, where the map shows both),
 * and every method's choice in view.
 */
const wholeSpan = computed<Span>(() => {
  const choices = (reported.value?.report.methods ?? [])
    .map((method) => Math.abs(method.scale))
    .filter((choice) => choice > 0);
  const settled = settledScale.value || 1;
  const [low, high] = reported.value?.report.affine ? [0.75, 1.35] : [0.5, 2];
  return withStorable(
    {
      low: Math.min(settled * low, ...choices.map((choice) => choice * 0.8)),
      high: Math.max(settled * high, ...choices.map((choice) => choice * 1.25)),
    },
    (end) => lab.value?.nearestScale(end) ?? end,
  );
});
/** Two scales around every method's offset. */
const wholeOffsets = computed<Span>(() => {
  const offsets = (reported.value?.report.methods ?? []).map((method) => method.offset);
  const air = 2 * (settledScale.value || 1);
  const high = Math.max(...offsets) + air;
  return withStorable(
    { low: Math.min(...offsets) - air, high: reported.value?.report.offsetAtMostZero ? Math.min(0, high) : high },
    (end) => lab.value?.nearestOffset(end) ?? end,
  );
});
/** A span that holds what its ends are rounded to, so that a slider over it rests on no number beside it. */
function withStorable({ low, high }: Span, nearest: (end: number) => number): Span {
  return { low: Math.min(low, nearest(low)), high: Math.max(high, nearest(high)) };
}
export const span = computed<Span>(() => view.value ?? wholeSpan.value);
export const offsetSpan = computed<Span>(() => offsetView.value ?? wholeOffsets.value);
export const zoomed = computed(() => view.value !== null);
/** What was zoomed to; null: the whole range. */
export const views = computed(() => ({ span: view.value, offsets: offsetView.value }));
export function setViews(scales: Span | null, offsets: Span | null): void {
  view.value = scales;
  offsetView.value = offsets;
  keepInView();
}

/** Changes the block. The view stays where it is when only weights move. */
export function setBench(change: Partial<Bench>, keepView = false): void {
  if (!keepView) forgetViews();
  linkProblem.value = null;
  bench.value = { ...bench.value, ...change };
}

export function setWeight(index: number, value: number): void {
  setBench({ weights: bench.value.weights.map((weight, at) => (at === index ? value : weight)) }, true);
}

/** Moves the sliders to the storable numbers nearest to those wanted. */
export function moveTo(wantedScale: number, wantedOffset = offset.peek()): void {
  chosen.value = null;
  scale.value = lab.peek()?.nearestScale(wantedScale) ?? wantedScale;
  offset.value = lab.peek()?.nearestOffset(wantedOffset) ?? wantedOffset;
  keepInView();
}

export function stepScale(steps: number): void {
  if (!lab.value) return;
  chosen.value = null;
  // Away from zero on either branch is to the right.
  const next = lab.value.nextScale(scale.value, steps * sign.value);
  if (signed.value || next >= 0) scale.value = next;
  keepInView();
}

export function stepOffset(steps: number): void {
  if (!lab.value) return;
  chosen.value = null;
  offset.value = lab.value.nextOffset(offset.value, steps);
  keepInView();
}

export function choose(method: LabMethod): void {
  chosen.value = method.name;
  showCandidate(method.scale, method.offset);
}

/** Shows a scale and an offset as they are, storable or not. */
export function showCandidate(candidate: number, candidateOffset: number): void {
  scale.value = candidate;
  offset.value = candidateOffset;
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
  if (reported.value?.report.affine) {
    const offsets = offsetSpan.value;
    offsetView.value = {
      low: offset.value + (offsets.low - offset.value) * factor,
      high: offset.value + (offsets.high - offset.value) * factor,
    };
  }
}

export function showWhole(): void {
  forgetViews();
  keepInView();
}

function forgetViews(): void {
  view.value = null;
  offsetView.value = null;
}

/** The storable scales in view, while there are at most `most` of them; otherwise none. */
export function storableScales(most: number): number[] {
  if (!lab.value || !reported.value || reported.value.report.storage === 'real') return [];
  const { low, high } = span.value;
  const scales: number[] = [];
  for (let at = lab.value.nearestScale(low); at <= high;) {
    if (at >= low) scales.push(at);
    if (scales.length > most) return [];
    const next = lab.value.nextScale(at, 1);
    if (!(next > at)) break;
    at = next;
  }
  return scales;
}

/** The relative error at the middles of columns × rows cells of the view; rows by rising offset. */
export function errorMap(columns: number, rows: number): Float32Array {
  const module = wholeCore.value?.module;
  if (!module || !lab.value) return new Float32Array(columns * rows);
  const out = module._malloc(columns * rows * 4) >>> 0;
  lab.value.errorMap(span.value.low, span.value.high, offsetSpan.value.low, offsetSpan.value.high, columns, rows, out);
  const errors = new Float32Array(module.HEAPU8.slice(out, out + columns * rows * 4).buffer);
  module._free(out);
  return errors;
}

/**
 * A view that holds `at`: widened to it where it lies near, around it where it lies far; null: the view holds it
 * already.
 */
function holding(at: number, { low, high }: Span): Span | null {
  if (at >= low && at <= high) return null;
  const width = high - low;
  if (at > low - 2 * width && at < high + 2 * width) return { low: Math.min(low, at), high: Math.max(high, at) };
  return { low: at - width / 2, high: at + width / 2 };
}

/** What the sliders stand at is always on the charts. */
function keepInView(): void {
  const moved = holding(Math.abs(scale.value), span.value);
  if (moved) view.value = { low: Math.max(0, moved.low), high: moved.high };
  const raised = holding(offset.value, offsetSpan.value);
  if (raised) offsetView.value = raised;
}

/**
 * Numbers set by hand stay as near as the new block allows; where they mean nothing any more, the simplest method's are
 * shown.
 */
function keepStorable(fresh: LabReport): void {
  const within = (at: number, { low, high }: Span) => at >= low && at <= high;
  const at = Math.abs(scale.peek());
  const [first] = fresh.methods;
  if (first && !(within(at, wholeSpan.peek()) && (!fresh.affine || within(offset.peek(), wholeOffsets.peek())))) {
    chosen.value = first.name;
    scale.value = first.scale;
    offset.value = first.offset;
    return;
  }
  scale.value = lab.peek()?.nearestScale(fresh.signed ? scale.peek() : at) ?? at;
  offset.value = fresh.affine ? (lab.peek()?.nearestOffset(offset.peek()) ?? 0) : 0;
}

function show(now: Bench, whole: WholeReport): void {
  const { report } = whole;
  batch(() => {
    labProblem.value = null;
    reported.value = { bench: now, report, curves: curvesOf(whole) };
    const method = report.methods.find((one) => one.name === chosen.peek());
    if (method) {
      scale.value = method.scale;
      offset.value = method.offset;
    } else {
      keepStorable(report);
    }
    keepInView();
  });
}

let away = false;

/** One report at a time; the newest bench comes next. */
async function reportAway(): Promise<void> {
  if (away) return;
  away = true;
  for (let now = bench.peek(); ; now = bench.peek()) {
    try {
      const whole = await (await labWorker()).report(requestOf(now));
      if (isLarge(bench.peek())) show(now, whole);
    } catch (error) {
      labProblem.value = sentenceOf(error);
    }
    if (bench.peek() === now || !isLarge(bench.peek())) break;
  }
  away = false;
}

/** How many of the last reports took long here, by kind of block: a format and a count of weights. */
const slow = new Map<string, number>();
const kindOf = ({ format, levels, weights }: Bench): string => `${format || levels.length} ${weights.length}`;

function isLarge(now: Bench): boolean {
  return (
    now.weights.length * (formatOf(now, lists.peek()).levels || now.levels.length) > LARGE ||
    (slow.get(kindOf(now)) ?? 0) >= SLOW_REPORTS
  );
}

function report(now: Bench): void {
  const module = wholeCore.peek()?.module;
  if (!module) return;
  const request: LabRequest = requestOf(now);
  try {
    const fresh = makeLab(module, request);
    lab.peek()?.delete();
    lab.value = fresh;
    if (isLarge(now)) {
      void reportAway();
      return;
    }
    const before = performance.now();
    const found = readReport(module, fresh);
    const kind = kindOf(now);
    slow.set(kind, performance.now() - before > LONGEST_REPORT_MS ? (slow.get(kind) ?? 0) + 1 : 0);
    show(now, found);
  } catch (error) {
    labProblem.value = sentenceOf(error);
  }
}

/** A report for every block. To be called once. */
export function followBench(): void {
  effect(() => {
    const now = bench.value;
    // A report follows the block, not the sliders, which it looks at as well.
    if (wholeCore.value) untracked(() => report(now));
  });
}
