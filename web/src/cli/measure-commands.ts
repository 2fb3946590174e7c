import {
  loadCore,
  measure as measureModel,
  Measurement,
  Problem,
  type Core,
  recipeFile,
  type MeasureProgress,
  type Mix,
  type PlanOptions,
  type Role,
  type SolveRequest,
  type StatisticsFile,
  type Solution,
} from '../core';
import { nodePlatform } from '../platform/node';
import { readText } from '../platform/node-files';
import { writeText } from '../platform/node-destination';
import { fromJson } from '../wasm/json';
import { duration } from '../text/units';
import {
  calibrationFiles,
  expectText,
  shownAs,
  withStatistics,
  withTextStatistics,
  type CalibrationOptions,
} from './calibration';
import { describeMeasurement, describeMix, describeObservation } from './describe-measure';
import { LineDisplay, withDisplay } from './display';
import { notesOn, tell } from './notes';
import { planOptions, workersOf, type ComputeOptions, type RecipeOptions } from './options';
import { checkOutputs, seeToLeftovers, type NamedFile } from './outputs';
import { note, print } from './text';
import { checksOf, type Checks } from './usage';
import { withModel } from './with-model';

/** Measuring a model, and choosing types from what was measured. */

export interface MeasureCommandOptions
  extends
    RecipeOptions,
    ComputeOptions,
    Pick<CalibrationOptions, 'calibration' | 'tokens' | 'chatTemplate' | 'fromCalibration'> {
  types?: string;
  allRows?: boolean;
  precision?: number;
  output?: string;
  json?: boolean;
}

/** `types`: "usual", "all" or names with commas between. */
export async function measure(path: string, options: MeasureCommandOptions, signal: AbortSignal): Promise<void> {
  const wish = {
    types: typesOption(options.types ?? 'usual'),
    ...(options.allRows && { allRows: true }),
    ...(options.precision !== undefined && { precision: options.precision }),
  };
  const chosen = planOptions('Q8_0', options);
  expectText(options);
  const check = (checks: Checks) => {
    checks.plan(chosen);
    checks.measure(wish);
  };
  await withModel(path, options, check, async (model, inputs) => {
    const target = await textOutput(options, 'the measurement', [...inputs.named, ...calibrationFiles(options)]);
    const notes = notesOn(model, chosen);
    tell(options, notes);
    let seconds = 0;
    const measurement = await withDisplay(new LineDisplay(), (display) => {
      const onProgress = (progress: MeasureProgress) => {
        seconds = progress.seconds;
        display.show(
          `${progress.tensors}/${progress.tensorsTotal} tensors · ${progress.rows} rows · ${duration(seconds)}`,
        );
      };
      const run = { ...workersOf(options), signal, onProgress };
      const { calibration: text, fromCalibration: path } = options;
      const byOutputs = (statistics: StatisticsFile) =>
        measureModel(model, chosen, wish, { ...run, statistics, onOutputs: shownAs('measuring outputs', display) });
      if (text !== undefined) return withTextStatistics(model, options, signal, display, byOutputs);
      if (path !== undefined) return withStatistics(path, signal, async ({ open }) => byOutputs(await open()));
      return measureModel(model, chosen, wish, run);
    });
    try {
      const json = measurement.json();
      if (target !== null) await writeText(target, json);
      const measured = fromJson(json);
      print(options, { ...measured, notes }, () => describeMeasurement(measured, seconds));
    } finally {
      measurement.delete();
    }
  });
}

export interface SolveCommandOptions {
  size?: number;
  bpw?: number;
  weighted?: boolean;
  outputs: boolean; // where they were measured
  types?: string;
  tensorType?: NonNullable<PlanOptions['tensorTypes']>;
  roleWeight?: Partial<Record<Role, number>>;
  output?: string;
  json?: boolean;
}

export async function solve(path: string, options: SolveCommandOptions): Promise<void> {
  const types = options.types === undefined ? 'all' : typesOption(options.types);
  const request: SolveRequest = {
    ...(options.size !== undefined && { bytes: options.size }),
    ...(options.bpw !== undefined && { bitsPerWeight: options.bpw }),
    ...objectiveOf(options),
    ...(Array.isArray(types) && { types }),
    ...(options.tensorType && { fixed: options.tensorType }),
    ...(options.roleWeight && { roleWeights: options.roleWeight }),
  };
  const core = await loadCore(nodePlatform);
  checksOf(core).solve(request);
  const target = await textOutput(options, 'the recipe', [{ path, what: 'the measurement' }]);
  await withMeasurement(core, path, async (measurement, method) => {
    const solution = measurement.solve(request);
    for (const { text } of solution.notes) note(text);
    if (target !== null) await writeText(target, recipeText(solution, method));
    print(options, solution, describeMix);
  });
}

export interface ObserveCommandOptions extends RecipeOptions {
  worst?: number;
  weighted?: boolean;
  outputs: boolean; // where they were measured
  output?: string;
  json?: boolean;
}

/** From a measurement and the mix of a file type. The model's header gives the mix; its weights are not read. */
export async function observe(
  path: string,
  modelPath: string,
  type: string,
  options: ObserveCommandOptions,
): Promise<void> {
  const chosen = planOptions(type, options);
  await withModel(
    modelPath,
    options,
    (checks) => checks.plan(chosen),
    async (model, inputs) => {
      const target = await textOutput(options, 'the recipe', [...inputs.named, { path, what: 'the measurement' }]);
      const notes = notesOn(model, chosen);
      tell(options, notes);
      const start = model.assignment(chosen);
      await withMeasurement(model.core, path, async (measurement, method) => {
        const observation = measurement.observe({
          start,
          ...(options.worst !== undefined && { worst: options.worst }),
          ...objectiveOf(options),
        });
        if (target !== null) await writeText(target, recipeText(observation.after, method));
        print(options, { ...observation, notes }, describeObservation);
      });
    },
  );
}

/** The error to make small; none: what measured best of those that are known. */
function objectiveOf({ weighted, outputs }: { weighted?: boolean; outputs: boolean }): Pick<SolveRequest, 'objective'> {
  return weighted ? { objective: 'weighted' } : outputs ? {} : { objective: 'squared' };
}

/** Where the text that -o asks for goes; null: it was not asked for. Throws Problem, as checkOutputs() does. */
async function textOutput(
  { output }: { output?: string },
  what: string,
  inputs: readonly NamedFile[],
): Promise<string | null> {
  if (output === undefined) return null;
  const targets = checkOutputs([{ path: output, what }], inputs);
  await seeToLeftovers(targets);
  return targets[0]!;
}

function recipeText(mix: Mix | Solution, method: string): string {
  return `${JSON.stringify(recipeFile(mix, method === 'llama.cpp' ? undefined : method), null, 2)}\n`;
}

async function withMeasurement(
  core: Core,
  path: string,
  use: (measurement: Measurement, method: string) => Promise<void>,
): Promise<void> {
  const json = readText(path);
  let measurement: Measurement;
  try {
    measurement = Measurement.read(core, json);
  } catch (error) {
    throw error instanceof Problem ? new Problem(`${path}: ${error.message}`) : error;
  }
  try {
    await use(measurement, fromJson(measurement.json()).method);
  } finally {
    measurement.delete();
  }
}

function typesOption(types: string): string[] | 'usual' | 'all' {
  return types === 'usual' || types === 'all' ? types : types.split(',').map((name) => name.trim());
}
