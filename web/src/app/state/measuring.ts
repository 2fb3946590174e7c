/** What quantizing the open model would cost, learned from a sample of its rows in the background. */
import { computed, effect, signal } from '@preact/signals';
import {
  type Assignment,
  blobHandle,
  type MeasureProgress,
  type MeasurementFile,
  type PlanOptions,
  type Prediction,
  sentenceOf,
  Stopped,
} from '../../core/index';
import { RemoteMeasurement } from '../../platform/measurement';
import { core, type Model } from '../engine';
import { opened } from './opening';
import { beforeMix, currentPlan, options, prices } from './planning';
import { isRunning } from './running';

/** Time between two looks at a measurement that grows. */
const REFRESH_MS = 600;
/** Options are measured with when they have not changed for so long. */
const SETTLED_MS = 500;
/** Measuring leaves a core to the page where there are several. */
const MEASURING_WORKERS = Math.max(1, Math.min(4, navigator.hardwareConcurrency - 1));

/** Null until there is something to look at. */
export const measurement = signal<RemoteMeasurement | null>(null);
/** Counts the changes of what is in it. */
export const measured = signal(0);
/** How far measuring is; null: not going on. */
export const measuring = signal<MeasureProgress | null>(null);
/** Why measuring ended before its end: a person's word, or a problem's sentence; null: it did not. */
export const measureProblem = signal<'stopped' | { sentence: string } | null>(null);
/** Where the measurement came from, when it was not measured here. */
export const measurementFile = signal<string | null>(null);

export interface Sizes {
  smallestBytes: number;
  largestBytes: number;
}
export const NO_SIZES: Sizes = { smallestBytes: 0, largestBytes: 0 };
/** Lengths of the output with every tensor as its smallest and as its largest measured type; null while measuring. */
export const limits = signal<Sizes | null>(null);

/** The value of `measured` that the predictions are about. */
export const predictedAt = signal(-1);
/** The error of each file type under the options. */
export const predictions = signal<ReadonlyMap<string, Prediction>>(new Map());
/** The error of the chosen types by method. */
export const methodPredictions = signal<ReadonlyMap<string, Prediction>>(new Map());
/** The methods whose errors were asked for. */
export const methodsWanted = signal(false);

export const complete = computed(
  () => measurement.value !== null && measuring.value === null && measureProblem.value === null,
);

/** The measurement that is being made or was made, also before there is anything in it. */
let current: RemoteMeasurement | null = null;

const sleep = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

/** Ends what is being measured; what is known stays. */
export function stopMeasuring(): void {
  current?.stop();
}

function forget(): void {
  current?.delete();
  current = null;
  limits.value = null;
  measurement.value = null;
  measurementFile.value = null;
  outputsBy.value = null;
  measuring.value = null;
  measureProblem.value = null;
  predictions.value = new Map();
  methodPredictions.value = new Map();
}

/** The files that a measurement from a file is about. */
let measuredFiles = '';

/** Uses a measurement from a file; of a model that is open, it replaces the one being made. */
export function takeMeasurement(read: RemoteMeasurement, name: string, files: MeasurementFile['files']): void {
  forget();
  current = read;
  measuredFiles = JSON.stringify(files);
  measurement.value = read;
  measurementFile.value = name;
  measured.value += 1;
}

/** How far outputs are measured, as a share; null: they are not being. */
export const measuringOutputs = signal<number | null>(null);
/** The name of the statistics that they were measured by; null: they were not. */
export const outputsBy = signal<string | null>(null);

/** Measures what each type changes of the outputs, by the statistics of a calibration. Throws Stopped or Problem. */
export async function measureOutputs(statistics: File): Promise<void> {
  const known = measurement.value;
  if (known === null || !complete.value || measuringOutputs.value !== null) return;
  measuringOutputs.value = 0;
  try {
    await known.measureOutputs(blobHandle(statistics), MEASURING_WORKERS, ({ share }) => {
      if (measurement.value === known) measuringOutputs.value = share;
    });
    if (measurement.value !== known) return;
    outputsBy.value = statistics.name;
    measured.value += 1;
  } finally {
    measuringOutputs.value = null;
  }
}

/** Measures the open model anew. */
export async function startMeasuring(model: Model, allRows = false): Promise<void> {
  forget();
  const mine = new RemoteMeasurement(model.core);
  current = mine;
  mine.pause(isRunning.peek());
  try {
    measuring.value = { tensors: 0, tensorsTotal: 0, rows: 0, seconds: 0 };
    const onProgress = (progress: MeasureProgress) => {
      if (current !== mine || measuring.value === null) return;
      measuring.value = progress;
      measurement.value = mine;
      measured.value += 1;
    };
    await mine.measure(
      model.given,
      { type: 'Q8_0' },
      { types: 'all', allRows },
      MEASURING_WORKERS,
      onProgress,
      REFRESH_MS,
    );
  } catch (error) {
    if (current !== mine) return;
    measureProblem.value = error instanceof Stopped ? 'stopped' : { sentence: sentenceOf(error) };
  }
  if (current !== mine) return;
  measuring.value = null;
  measurement.value = mine;
  measured.value += 1;
}

let predictRound = 0;

/** Predicts every file type that can be had, one at a time; gives up when the question changes. */
async function predictAll(): Promise<void> {
  const mine = ++predictRound;
  const model = opened.value?.model;
  const known = measurement.value;
  const now = measured.value;
  const wanted = beforeMix.value ?? options.value;
  const types = (core.value?.fileTypes ?? []).map(({ name }) => name).filter((name) => prices.value.has(name));
  if (!model || !known || types.length === 0) return;
  const found = new Map<string, Prediction>();
  for (const type of types) {
    if (isRunning.peek()) return;
    try {
      const prediction = await known.predict(model.assignment({ ...wanted, type }));
      if (mine !== predictRound) return;
      // Where nothing was measured yet, no error is nothing known.
      const partly = measuring.value !== null && prediction.sqnrDb.value !== null;
      if (prediction.missing === 0 || partly) found.set(type, prediction);
    } catch {
      // The list of types says what is wrong with it.
    }
    if (mine !== predictRound) return;
  }
  predictions.value = found;
  predictedAt.value = now;
}

let methodRound = 0;
let measuringMethod: RemoteMeasurement | null = null;

/** Measures the chosen types by every method they have, one method after the other. */
async function predictMethods(model: Model, wanted: PlanOptions, methods: readonly string[]): Promise<void> {
  const mine = ++methodRound;
  measuringMethod?.delete();
  const { method: _, ...rest } = wanted;
  methodPredictions.value = new Map();
  await sleep(SETTLED_MS);
  if (mine !== methodRound) return;
  try {
    const types: Assignment = model.assignment(rest);
    for (const method of methods) {
      const known = new RemoteMeasurement(model.core);
      measuringMethod = known;
      known.pause(isRunning.peek());
      await known.measure(model.given, { ...rest, method }, {}, MEASURING_WORKERS, () => {}, Infinity);
      const prediction = await known.predict(types);
      known.delete();
      if (mine !== methodRound) return;
      methodPredictions.value = new Map(methodPredictions.value).set(method, prediction);
    }
  } catch {
    // A plan that cannot be made says why; a stopped pass has nothing to say.
  }
}

/** The methods that at least one of the chosen types can be written by. */
export const methodsOfPlan = computed(() => {
  const types = new Set(
    currentPlan.value?.tensors.filter((tensor) => tensor.action === 'convert').map((tensor) => tensor.to),
  );
  const formats = (core.value?.formats ?? []).filter((format) => types.has(format.name));
  return [...new Set(formats.flatMap((format) => format.methods))];
});

/** Follows the open model and the options from now on. */
export function followWithMeasuring(): void {
  let last: Model | undefined;
  effect(() => {
    const model = opened.value?.model;
    if (model === last) return;
    last = model;
    methodRound += 1;
    measuringMethod?.delete();
    const files = JSON.stringify(model?.info.files.map(({ name, bytes }) => ({ name, bytes })));
    if (model && measurementFile.peek() !== null && files === measuredFiles) return;
    if (model) void startMeasuring(model);
    else forget();
  });
  effect(() => {
    void measured.value;
    void measurement.value;
    void prices.value;
    // A run has the machine for itself; what it held up is made good afterwards.
    if (!isRunning.value) void predictAll();
  });
  effect(() => {
    const running = isRunning.value; // also while there is nothing to pause: an effect follows what it reads
    current?.pause(running);
    measuringMethod?.pause(running);
  });
  effect(() => {
    const known = measurement.value;
    void measured.value;
    if (!known || !complete.value) {
      limits.value = null;
      return;
    }
    const settle = (found: Sizes) => {
      if (measurement.value === known && complete.value) limits.value = found;
    };
    void known.limits().then(settle, () => settle(NO_SIZES));
  });
  let asked = '';
  effect(() => {
    const model = opened.value?.model;
    const { method: _, ...rest } = options.value;
    const methods = methodsOfPlan.value;
    if (!model || !methodsWanted.value || !complete.value || methods.length < 2) return;
    const question = JSON.stringify([rest, methods, opened.value?.title, measured.value]);
    if (question === asked) return;
    asked = question;
    void predictMethods(model, options.peek(), methods);
  });
}
