/** The run: one at a time, with its own model, so that another file may be opened meanwhile. */
import { computed, effect, signal } from '@preact/signals';
import {
  calibratedOf,
  calibrate,
  calibrateFrom,
  type Calibration,
  CalibrationCost,
  calibrationPass,
  type CalibrationProgress,
  type HashedFile,
  measureCalibration,
  type PassProgress,
  Pause,
  type Plan,
  Problem,
  type Progress,
  run as runPipeline,
  sentenceOf,
  Stopped,
  type TensorReport,
  tokensOf,
} from '../../core/index';
import type { Scratch } from '../../core/scratch';
import type { RunDescription, Unfinished } from '../../worker/unfinished';
import { createBrowserScratch } from '../../platform/browser-scratch';
import { expectRoom } from '../../platform/room';
import { browserPlatform, BrowserSink, canPickFile, pickSink } from '../../platform/browser';
import { outputName } from '../command';
import { core, extensionsOf, type Model } from '../engine';
import { learnSpeed, readTexts, type TextWish } from './calibrated-method';
import { lookForUnfinished, withdraw } from './keeping';
import { tell, tellProblem } from './notices';
import { type Opened, opened } from './opening';
import {
  type Assignment,
  keptBytes,
  keptOnShelf,
  type KeptStatistics,
  makeRoom,
  result,
  type Run,
  shelve,
} from './results';
import { askWhere } from './saving';
import { chosenStatistics, openStatistics, statisticsName } from './statistics';
import { ownSentence, texts } from '../../text/texts';

const SECONDS_BETWEEN_MAPS = 0.4;

/** `kept`: what was written is, and another run can go on with it. */
type Outcome = { kind: 'done' } | { kind: 'stopped' } | { kind: 'failed'; sentence: string; kept: boolean };

/** What a run does before it writes anything: codes are chosen, then the answers they give are measured. */
export type CalibrationStage =
  { doing: 'codes'; now: CalibrationProgress } | { doing: 'codes by statistics' | 'answers'; now: PassProgress };

/** The run that is going, or the last one. */
export const run = signal<Run | null>(null);
/** How it ended; null while it is going. */
export const outcome = signal<Outcome | null>(null);
export const progress = signal<Progress | null>(null);
/** How far choosing codes by a text is, which comes before anything is written; null: it is over, or not needed. */
export const calibrationProgress = signal<CalibrationStage | null>(null);
/** Whether the run waits for the person. */
export const paused = signal(false);
/** Tensors that are finished, in output order. */
export const finished = signal<readonly TensorReport[]>([]);
export const isRunning = computed(() => run.value !== null && outcome.value === null);
/** How far the run is, from 0 to 1: of choosing codes while that goes on, then of the output; null: not known yet. */
export const runShare = computed<number | null>(() => {
  const now = progress.value;
  const written = now && now.bytesOutTotal > 0 ? now.bytesOut / now.bytesOutTotal : null;
  return calibrationProgress.value?.now.share ?? written;
});

/** Statistics of the open model, as far as there are some here: those of choice, or those that the last run kept. */
export const knownStatistics = computed<File | null>(() => {
  const chosen = chosenStatistics.value?.file;
  if (chosen) return chosen;
  const last = result.value;
  if (last === null || keptBytes(last) === 0 || last.statistics === null || last.opened.model !== opened.value?.model)
    return null;
  return new File([last.statistics.blob], statisticsName(last.output));
});

/** The name that the output of an assignment gets. Loaders of a model folder know its weights by one name only. */
export function nameFor(model: Opened, type: string): string {
  const { fileTypes = [], packings = [] } = core.value ?? {};
  const packed = packings.some((known) => known.name === type);
  if (packed && model.model.info.files.some(({ name }) => name === 'config.json')) return 'model.safetensors';
  const extension = packed ? 'safetensors' : 'gguf';
  return outputName(
    model.folder === '' ? model.input : model.title,
    type,
    fileTypes.map((known) => known.name),
    extensionsOf('weights'),
    extension,
  );
}

/** What a person can do on this page for more room in private storage. */
function waysToRoom(plan: Plan): string[] {
  const ways: string[] = [];
  if (keptOnShelf.value > 0) ways.push(texts().state.deleteOutput);
  if (canPickFile() && plan.outputFiles.length === 1) ways.push(texts().state.askFirst);
  return ways;
}

/** What is kept aside while a run is calibrated. */
function bytesAside({ plan, calibration }: Assignment): number {
  const saved = calibration && 'text' in calibration ? (calibration.savedBytes ?? 0) : 0;
  return calibratedOf(plan).reduce((sum, { outputBytes }) => sum + outputBytes, saved);
}

/**
 * Asks where to write, and quantizes; true when it began. Call it from a click: browsers open their save dialog only
 * then. `from`: a run that was cut short, with which this one goes on.
 */
export async function begin(assignment: Assignment, from?: Unfinished): Promise<boolean> {
  const { opened: model, plan, output } = assignment;
  const title = texts().state.notStarted(output);
  let sink: BrowserSink;
  try {
    const ask = !from && askWhere.value && canPickFile() && plan.outputFiles.length === 1;
    if (!ask && !from) {
      const needed = plan.outputBytes + bytesAside(assignment);
      await makeRoom(needed);
      await expectRoom(needed, waysToRoom(plan));
    }
    const taken = from ? await BrowserSink.takeUp(from) : await pickSink(output, ask);
    if (taken === null) throw new Problem(ownSentence(texts().state.takenUpElsewhere));
    sink = taken;
    if (from) withdraw(from);
    else if (canGoOn(assignment)) await sink.describe(describe(assignment));
    if (opened.value !== (model.beside ?? model) || isRunning.value) {
      await sink.dispose();
      throw new Problem(ownSentence(texts().state.begunMeanwhile));
    }
  } catch (error) {
    if (error instanceof Stopped) tell(title, texts().state.noPlace);
    else tellProblem(title, error);
    if (from) await lookForUnfinished();
    return false;
  }
  await quantize(sink, assignment);
  return true;
}

/** Whether another visit could go on with a run: the model's files alone are asked for then. */
function canGoOn({ opened: { along, beside }, calibration }: Assignment): boolean {
  return !calibration && !beside && along.adapters.length === 0 && !along.denseModules;
}

/** What another visit needs to go on with a run. */
function describe({ opened: model, plan, options, reference, matrix, output }: Assignment): RunDescription {
  const named = ({ name, size }: File) => ({ name, bytes: size });
  return {
    title: model.title,
    output,
    type: plan.fileType,
    options,
    reference: reference ?? null,
    files: model.files.map(named),
    matrix: matrix ? named(matrix) : null,
    outputFiles: plan.outputFiles.map(({ name, bytes }) => ({ name, bytes })),
    begun: Date.now(),
  };
}

/** Quantizes. Resolves when it is over, however it ended. */
async function quantize(sink: BrowserSink, assignment: Assignment): Promise<void> {
  const mine: Run = { ...assignment, pause: new Pause(), stop: new AbortController() };
  const reports: TensorReport[] = [];
  let mapDrawn = -Infinity;
  run.value = mine;
  outcome.value = null;
  progress.value = null;
  calibrationProgress.value = null;
  paused.value = false;
  finished.value = [];
  const stopListening = mine.pause.listen((now) => (paused.value = now));
  let begun = false;
  let statistics: KeptStatistics | null = null;
  try {
    const report = await withCodes(mine, (calibration, kept) => {
      begun = true;
      statistics = kept;
      return runPipeline(assignment.opened.model, assignment.options, sink, {
        workers: assignment.workers,
        ...(assignment.reference !== undefined && { reference: assignment.reference }),
        ...(calibration && { calibration }),
        signal: mine.stop.signal,
        pause: mine.pause,
        onTensor: (tensor) => reports.push(tensor),
        onProgress: (now) => {
          progress.value = now;
          // Small tensors finish faster than anyone can look: the map is drawn anew a few times a second.
          if (reports.length > finished.value.length && now.seconds - mapDrawn > SECONDS_BETWEEN_MAPS) {
            mapDrawn = now.seconds;
            finished.value = reports.slice();
          }
        },
      });
    });
    finished.value = report.tensors;
    shelve({ ...assignment, report, sink, statistics });
    outcome.value = { kind: 'done' };
  } catch (error) {
    finished.value = reports;
    outcome.value =
      error instanceof Stopped
        ? { kind: 'stopped' }
        : { kind: 'failed', sentence: sentenceOf(error), kept: sink.isLeft };
    if (outcome.value.kind === 'failed') tellProblem(texts().state.notFinished(assignment.output), error);
    closeKept(statistics);
    if (!begun) await giveUp(sink, assignment.plan);
    void sink.dispose().then(lookForUnfinished);
  } finally {
    stopListening();
  }
  if (opened.value?.model !== assignment.opened.model) assignment.opened.model.close();
}

/** TypeScript takes what a callback assigns for what it was before. */
const closeKept = (kept: KeptStatistics | null) => kept?.close();

type UseCodes<T> = (calibration: Calibration | undefined, kept: KeptStatistics | null) => Promise<T>;

/** Chooses codes, where the plan asks for it, for as long as `use` takes. Throws Stopped or Problem. */
async function withCodes<T>(mine: Run, use: UseCodes<T>): Promise<T> {
  const { calibration: wish } = mine;
  if (!wish) return use(undefined, null);
  const scratch = await createBrowserScratch();
  try {
    if ('statistics' in wish) return await use(await codesByStatistics(mine, wish.statistics, scratch), null);
    const kept = wish.savedBytes === null ? null : await createBrowserScratch();
    let given = false;
    try {
      const made = await codesByText(mine, wish, scratch, kept);
      const blob = kept && (await blobOf(kept));
      if (blob) made.figures.statistics = await hashed(blob, statisticsName(mine.output), mine.stop.signal);
      calibrationProgress.value = null;
      given = true;
      return await use(made, kept && blob && { blob, close: () => kept.close() });
    } finally {
      if (!given) kept?.close();
    }
  } finally {
    scratch.close();
  }
}

async function codesByStatistics({ opened: of, plan, workers, stop, pause }: Run, file: File, scratch: Scratch) {
  const statistics = await openStatistics(file);
  const { signal } = stop;
  const made = await calibrateFrom(of.model, plan, statistics, await hashed(file, file.name, signal), scratch, {
    workers,
    signal,
    pause,
    onProgress: (now) => (calibrationProgress.value = { doing: 'codes by statistics', now }),
  });
  calibrationProgress.value = null;
  return made;
}

async function codesByText(mine: Run, wish: TextWish, scratch: Scratch, save: Scratch | null): Promise<Calibration> {
  const { opened: of, plan, workers } = mine;
  const { model } = of;
  const { signal } = mine.stop;
  const texts = await readTexts(model, wish, signal);
  const run = { workers, signal, pause: mine.pause };
  const made = await calibrate(model, plan, texts, scratch, {
    ...run,
    level: wish.level,
    ...(save && { save, gpu: wish.gpu }),
    onProgress: (now) => (calibrationProgress.value = { doing: 'codes', now }),
  });
  made.figures.answers = await measureCalibration(model, mine.options, texts, made, {
    ...run,
    onProgress: (now) => (calibrationProgress.value = { doing: 'answers', now }),
  });
  const pass = calibrationPass(model, texts);
  const cost = new CalibrationCost(plan, pass, tokensOf(texts.calibrate), tokensOf(texts.heldBack), wish.level);
  learnSpeed(cost, Math.min(workers, texts.calibrate.length), made.figures.seconds);
  return made;
}

async function blobOf(scratch: Scratch): Promise<Blob> {
  const handle = await scratch.handle();
  if (handle.kind !== 'blob') throw new Problem('What was kept aside is no blob. This is a fault in the program.');
  return handle.blob;
}

async function hashed(blob: Blob, name: string, signal: AbortSignal): Promise<HashedFile> {
  const handle = { kind: 'blob', name, bytes: blob.size, blob } as const;
  return { name, bytes: blob.size, sha256: await browserPlatform.hashFile(handle, { signal }) };
}

/** Leaves no empty file where a save dialog made one. */
async function giveUp(sink: BrowserSink, { outputFiles }: Plan): Promise<void> {
  if (sink.destination !== 'picked') return;
  const files = outputFiles.map(({ name, bytes }) => ({ name, bytes }));
  await sink
    .open(files)
    .then(() => sink.abort())
    .catch(() => {});
}

/** A model that another replaces is closed, unless a run still reads it. */
export function closeReplacedModels(): void {
  let last: Model | undefined;
  effect(() => {
    const model = opened.value?.model;
    if (last && last !== model && !(isRunning.peek() && run.peek()?.opened.model === last)) last.close();
    last = model;
  });
}
