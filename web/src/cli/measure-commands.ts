import { readFile } from 'node:fs/promises';
import {
  loadCore,
  measure as measureModel,
  Measurement,
  Problem,
  readRecipe,
  recipeFile,
  type MeasureProgress,
  type Mix,
  type PlanOptions,
  type RecipeFile,
  type Role,
  type Solution,
} from '../core';
import { nodePlatform } from '../platform/node';
import { duration } from '../text/units';
import { describeMeasurement, describeMix, describeObservation } from './describe-measure';
import { LineDisplay, withDisplay } from './display';
import { checkOutput, writeText } from './files';
import { planOptions, workersOf, type ComputeOptions, type RecipeOptions } from './options';
import { print } from './text';
import { withModel } from './with-model';

/** Measuring a model, and choosing types from what was measured. */

export interface MeasureCommandOptions extends RecipeOptions, ComputeOptions {
  types?: string;
  allRows?: boolean;
  precision?: number;
  output?: string;
  json?: boolean;
}

/** `types`: "usual", "all" or names with commas between. */
export async function measure(path: string, options: MeasureCommandOptions, signal: AbortSignal): Promise<void> {
  await withModel(path, options, async (model, inputs) => {
    if (options.output !== undefined) checkOutput(options.output, inputs, false);
    let seconds = 0;
    const wish = {
      types: typesOption(options.types ?? 'usual'),
      ...(options.allRows && { allRows: true }),
      ...(options.precision !== undefined && { precision: options.precision }),
    };
    const measurement = await withDisplay(new LineDisplay(), (display) => {
      const onProgress = (progress: MeasureProgress) => {
        seconds = progress.seconds;
        display.show(
          `${progress.tensors}/${progress.tensorsTotal} tensors · ${progress.rows} rows · ${duration(seconds)}`,
        );
      };
      return measureModel(model, planOptions('Q8_0', options), wish, { ...workersOf(options), signal, onProgress });
    });
    try {
      const json = measurement.json();
      if (options.output !== undefined) await writeText(options.output, json);
      process.stdout.write(options.json ? `${json}\n` : `${describeMeasurement(JSON.parse(json), seconds)}\n`);
    } finally {
      measurement.delete();
    }
  });
}

export interface SolveCommandOptions {
  size?: number;
  bpw?: number;
  weighted?: boolean;
  types?: string;
  tensorType?: NonNullable<PlanOptions['tensorTypes']>;
  roleWeight?: Partial<Record<Role, number>>;
  output?: string;
  json?: boolean;
}

export async function solve(path: string, options: SolveCommandOptions): Promise<void> {
  await withMeasurement(path, async (measurement, method) => {
    const types = options.types === undefined ? 'all' : typesOption(options.types);
    const solution = measurement.solve({
      ...(options.size !== undefined && { bytes: options.size }),
      ...(options.bpw !== undefined && { bitsPerWeight: options.bpw }),
      ...(options.weighted && { objective: 'weighted' as const }),
      ...(Array.isArray(types) && { types }),
      ...(options.tensorType && { fixed: options.tensorType }),
      ...(options.roleWeight && { roleWeights: options.roleWeight }),
    });
    await giveMix(solution, method, options, () => describeMix(solution));
  });
}

export interface ObserveCommandOptions extends RecipeOptions {
  worst?: number;
  weighted?: boolean;
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
  await withModel(modelPath, options, async (model) => {
    const start = model.assignment(planOptions(type, options));
    await withMeasurement(path, async (measurement, method) => {
      const observation = measurement.observe({
        start,
        ...(options.worst !== undefined && { worst: options.worst }),
        ...(options.weighted && { objective: 'weighted' as const }),
      });
      if (options.output !== undefined) await writeText(options.output, recipeText(observation.after, method));
      print(options, observation, describeObservation);
    });
  });
}

/** The type and the options of a recipe; rules and the method of the command line go first. */
export async function withRecipe(path: string, options: RecipeOptions): Promise<{ type: string } & RecipeOptions> {
  let recipe: RecipeFile['options'];
  try {
    recipe = readRecipe(await text(path));
  } catch (error) {
    throw error instanceof Problem ? new Problem(`${path}: ${error.message}`) : error;
  }
  const method = options.method ?? recipe.method;
  return {
    type: recipe.type,
    tensorType: [...(options.tensorType ?? []), ...(recipe.tensorTypes ?? [])],
    ...(method !== undefined && { method }),
  };
}

async function giveMix(
  mix: Mix | Solution,
  method: string,
  options: { output?: string; json?: boolean },
  describe: () => string,
): Promise<void> {
  if (options.output !== undefined) await writeText(options.output, recipeText(mix, method));
  print(options, mix, describe);
}

function recipeText(mix: Mix | Solution, method: string): string {
  return `${JSON.stringify(recipeFile(mix, method === 'llama.cpp' ? undefined : method), null, 2)}\n`;
}

async function withMeasurement(
  path: string,
  use: (measurement: Measurement, method: string) => Promise<void>,
): Promise<void> {
  const core = await loadCore(nodePlatform);
  const json = await text(path);
  let measurement: Measurement;
  try {
    measurement = Measurement.read(core, json);
  } catch (error) {
    throw error instanceof Problem ? new Problem(`${path}: ${error.message}`) : error;
  }
  try {
    await use(measurement, (JSON.parse(json) as { method: string }).method);
  } finally {
    measurement.delete();
  }
}

async function text(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new Problem(
      error.code === 'ENOENT' ? `There is no file ${path}.` : `${path} cannot be read: ${error.message}.`,
    );
  });
}

function typesOption(types: string): string[] | 'usual' | 'all' {
  return types === 'usual' || types === 'all' ? types : types.split(',').map((name) => name.trim());
}
