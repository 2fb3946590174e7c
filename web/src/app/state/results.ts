/** The results of this visit: the one on show, and a shelf that holds them all, with their outputs while room lasts. */
import { computed, signal } from '@preact/signals';
import type { Pause, Plan, PlanOptions, RunReport } from '../../core/index';
import { roomLeft } from '../../platform/room';
import type { BrowserSink } from '../../platform/browser';
import type { CalibrationWish } from './calibrated-method';
import type { Opened } from './opening';

/** What a run was given. */
export interface Assignment {
  opened: Opened;
  plan: Plan;
  options: PlanOptions;
  workers: number;
  /** A method whose error is measured as well. */
  reference?: string;
  /** The importance matrix the model was opened with. */
  matrix?: File;
  /** Of the method "calibrated". */
  calibration?: CalibrationWish;
  /** Name for the output file. */
  output: string;
}

export interface Run extends Assignment {
  pause: Pause;
  stop: AbortController;
}

export interface Result extends Assignment {
  report: RunReport;
  sink: BrowserSink;
  /** What codes were chosen by, where it was to be kept. */
  statistics: KeptStatistics | null;
}

export interface KeptStatistics {
  blob: Blob;
  close(): void;
}

/** Results whose figures are kept; and bytes of their outputs, the one on show not counted. */
export const MOST_RESULTS = 12;
export const MOST_KEPT_BYTES = 4e9;

/** The newest first. */
export const shelf = signal<readonly Result[]>([]);
/** The one on show. */
export const result = signal<Result | null>(null);
/** The two that are compared; null: the last two. */
export const compared = signal<readonly [Result | null, Result | null]>([null, null]);
/** Those whose outputs this page does not keep any more. */
const gone = signal<ReadonlySet<Result>>(new Set());

export const isGone = (one: Result): boolean => gone.value.has(one);

/** Bytes that this page keeps for a result. */
export function keptBytes(one: Result): number {
  const output = isGone(one) || one.sink.destination === 'picked' ? 0 : one.report.outputBytes;
  return output + (one.statistics?.blob.size ?? 0);
}
export const keptOnShelf = computed(() => shelf.value.reduce((sum, one) => sum + keptBytes(one), 0));

/**
 * Which are to be let go, the last first, until no more than `most` are kept. `sizes`: bytes of each, the newest first.
 */
export function overMost(sizes: readonly number[], most: number): number[] {
  const over: number[] = [];
  let sum = sizes.reduce((all, size) => all + size, 0);
  for (let at = sizes.length - 1; at >= 0 && sum > most; at -= 1) {
    const size = sizes[at]!;
    if (size === 0) continue;
    over.push(at);
    sum -= size;
  }
  return over;
}

/** Gives up what is kept of a result beside its figures; a file that the person chose is theirs. */
export async function letGo(one: Result): Promise<void> {
  one.statistics?.close();
  one.statistics = null;
  const isOurs = one.sink.destination !== 'picked';
  if (isOurs) for (const file of one.report.files) delete file.blob;
  gone.value = new Set(isOurs ? [...gone.value, one] : gone.value);
  await one.sink.dispose();
}

const others = () => shelf.peek().filter((one) => one !== result.peek());

/** Lets older outputs go where the browser has no room for so many bytes more. The one on show stays. */
export async function makeRoom(needed: number): Promise<void> {
  for (const one of others().reverse()) {
    const room = await roomLeft();
    if (room === null || needed <= room) return;
    if (keptBytes(one) > 0) await letGo(one);
  }
}

const sameBytes = (a: Result, b: Result) =>
  a.opened.title === b.opened.title &&
  a.report.files.length === b.report.files.length &&
  a.report.files.every(({ sha256 }, at) => sha256 !== null && sha256 === b.report.files[at]!.sha256);

/** Shows a new result. What there is of the same bytes makes way for it; so do the oldest, where there are too many. */
export function shelve(fresh: Result): void {
  const before = shelf.peek();
  const stay = before.filter((one) => !sameBytes(one, fresh)).slice(0, MOST_RESULTS - 1);
  result.value = fresh;
  shelf.value = [fresh, ...stay];
  for (const one of before) if (!stay.includes(one)) void letGo(one);
  // In memory only one is kept.
  const older = others();
  for (const one of older) if (one.sink.destination === 'memory') void letGo(one);
  for (const at of overMost(older.map(keptBytes), MOST_KEPT_BYTES)) void letGo(older[at]!);
}

/** Takes a result off the shelf, its output and its figures. */
export function unshelve(one: Result): void {
  void letGo(one);
  shelf.value = shelf.peek().filter((other) => other !== one);
  if (result.peek() === one) result.value = shelf.peek()[0] ?? null;
}
