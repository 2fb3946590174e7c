/** The run: one at a time, with its own model, so that another file may be opened meanwhile. */
import { computed, effect, signal } from '@preact/signals';
import {
  Pause,
  type Plan,
  type PlanOptions,
  Problem,
  type Progress,
  run as runPipeline,
  type RunReport,
  sentenceOf,
  Stopped,
  type TensorReport,
} from '../../core/index';
import { expectRoom } from '../../platform/room';
import { type BrowserSink, canPickFile, pickSink } from '../../platform/browser';
import { outputName } from '../command';
import { core, extensionsOf, type Model } from '../engine';
import { tell, tellProblem } from './notices';
import { type Opened, opened } from './opening';
import { askWhere } from './saving';

const SECONDS_BETWEEN_MAPS = 0.4;

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
  /** Name for the output file. */
  output: string;
}

export interface Run extends Assignment {
  pause: Pause;
  stop: AbortController;
}

type Outcome = { kind: 'done' } | { kind: 'stopped' } | { kind: 'failed'; sentence: string };

export interface Result extends Assignment {
  report: RunReport;
  sink: BrowserSink;
}

/** The run that is going, or the last one. */
export const run = signal<Run | null>(null);
/** How it ended; null while it is going. */
export const outcome = signal<Outcome | null>(null);
export const progress = signal<Progress | null>(null);
/** Tensors that are finished, in output order. */
export const finished = signal<readonly TensorReport[]>([]);
export const result = signal<Result | null>(null);
/** Whether the result's output was deleted from private storage. */
export const outputDeleted = signal(false);
export const isRunning = computed(() => run.value !== null && outcome.value === null);

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
  if (result.value?.sink.place === 'private' && !outputDeleted.value) ways.push('delete the last output under Result');
  if (canPickFile() && plan.outputFiles.length === 1) ways.push('choose “Ask first where to save”');
  return ways;
}

/** Gives up the output that is kept in private storage; its figures stay. */
export async function deleteOutput(): Promise<void> {
  outputDeleted.value = true;
  await result.value?.sink.dispose();
}

/** Asks where to write, and quantizes. Call it from a click: browsers open their save dialog only then. */
export async function begin(assignment: Assignment): Promise<void> {
  const { opened: model, plan, output } = assignment;
  const title = `Not started: ${output}`;
  let sink: BrowserSink;
  try {
    const ask = askWhere.value && canPickFile() && plan.outputFiles.length === 1;
    if (!ask) await expectRoom(plan.outputBytes, waysToRoom(plan));
    sink = await pickSink(output, ask);
    if (opened.value !== model || isRunning.value) {
      await sink.dispose();
      throw new Problem('Something else was begun meanwhile, so nothing ran.');
    }
  } catch (error) {
    if (error instanceof Stopped) tell(title, 'No place to save was chosen, so nothing ran.');
    else tellProblem(title, error);
    return;
  }
  await quantize(sink, assignment);
}

/** Quantizes. Resolves when it is over, however it ended. */
async function quantize(sink: BrowserSink, assignment: Assignment): Promise<void> {
  const mine: Run = { ...assignment, pause: new Pause(), stop: new AbortController() };
  const reports: TensorReport[] = [];
  let mapDrawn = -Infinity;
  run.value = mine;
  outcome.value = null;
  progress.value = null;
  finished.value = [];
  try {
    const report = await runPipeline(assignment.opened.model, assignment.options, sink, {
      workers: assignment.workers,
      ...(assignment.reference !== undefined && { reference: assignment.reference }),
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
    const previous = result.value;
    finished.value = report.tensors;
    outputDeleted.value = false;
    result.value = { ...assignment, report, sink };
    outcome.value = { kind: 'done' };
    void previous?.sink.dispose();
  } catch (error) {
    finished.value = reports;
    outcome.value = error instanceof Stopped ? { kind: 'stopped' } : { kind: 'failed', sentence: sentenceOf(error) };
    if (outcome.value.kind === 'failed') tellProblem(`Not finished: ${assignment.output}`, error);
    void sink.dispose();
  }
  if (opened.value?.model !== assignment.opened.model) assignment.opened.model.close();
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
