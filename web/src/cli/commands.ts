import {
  DiscardSink,
  Problem,
  run,
  type OpenedModel,
  type PartNumber,
  type RunReport,
  type RuntimeMemory,
} from '../core';
import { OrderedFiles } from '../core/ordered-files';
import { calibrationFiles, savedCalibration, withCalibration, type CalibrationOptions } from './calibration';
import { DiskDestination } from '../platform/node-destination';
import { ProgressDisplay, withDisplay } from './display';
import { outputPath } from '../core/output-path';
import { defaultOutput, outputsOf, targetOf, removeOtherLayouts } from './files';
import { checkOutputs, seeToLeftovers, type NamedFile, type Output } from './outputs';
import { planOptions, workersOf, type ComputeOptions, type RecipeOptions } from './options';
import { writePart } from './part-commands';
import { writeReceipt } from './receipts';
import {
  describeModel,
  describePlan,
  describePrices,
  describeReference,
  describeRunning,
  describeRun,
  type PricedType,
} from './describe';
import { withRecipe } from './recipe';
import { beStrict, notesOn, tell } from './notes';
import { bytes as sizeOf } from '../text/units';
import { note, print, printable } from './text';
import type { Checks } from './usage';
import { withModel } from './with-model';

/** The commands. Each prints its result on stdout and throws Problem when it cannot give one. */

export async function inspect(path: string, options: { json?: boolean }): Promise<void> {
  await withModel(path, {}, noOptions, async ({ info }) => {
    tell(options, info.notes);
    print(options, info, describeModel);
  });
}

export async function plan(
  path: string,
  type: string | undefined,
  options: RecipeOptions & RunningOptions & { json?: boolean; strict?: boolean },
): Promise<void> {
  const check = (checks: Checks) => checks.plan(planOptions(type ?? anyType, options));
  await withModel(path, options, check, async (model) => {
    const made = type === undefined ? null : model.plan(planOptions(type, options));
    const notes = made?.notes ?? notesOn(model, planOptions(anyType, options));
    beStrict(options, notes);
    tell(options, notes);
    const running = runningOf(model, options);
    if (made) {
      const told = running === null ? made : { ...made, running };
      print(options, told, (one) =>
        [describePlan(model.info, one), ...(running ? [describeRunning(one.outputBytes, running)] : [])].join('\n'),
      );
    } else {
      const told = { types: prices(model, options), notes, ...(running && { running }) };
      print(options, told, ({ types }) => describePrices(model.info, types, running));
    }
  });
}

export interface RunningOptions {
  context?: number; // tokens
  cacheType?: string;
  memory?: number; // bytes
}

/** What running an output takes beside its weights; null where nobody asked. */
function runningOf(
  model: OpenedModel,
  { context, cacheType = 'f16', memory, mtp }: RunningOptions & { mtp?: boolean },
): (RuntimeMemory & { cacheType: string; memory: number | null }) | null {
  if (context === undefined && memory === undefined) return null;
  return { ...model.runtimeMemory(context ?? 8192, cacheType, mtp === false), cacheType, memory: memory ?? null };
}

export interface QuantizeOptions extends RecipeOptions, ComputeOptions, CalibrationOptions {
  json?: boolean;
  dryRun?: boolean;
  strict?: boolean;
  force?: boolean;
  compareMethod?: string;
  receipt?: string;
  resume?: boolean;
  reads?: NamedFile[]; // beside what the other options name
  part?: PartNumber; // of the output, to be written alone
  recipe?: string; // a file that gives the type, rules and the method
}

/** Stands for a type where none is given on the command line; all of them take the same options. */
const anyType = 'Q8_0';

const noOptions = () => {};

const checkOf = (type: string | undefined, options: QuantizeOptions) => (checks: Checks) => {
  checks.plan(planOptions(type ?? anyType, options));
  checks.method(options.compareMethod);
};

/** `type`: undefined where a recipe gives it. */
export async function quantize(
  path: string,
  output: string | undefined,
  type: string | undefined,
  options: QuantizeOptions,
  signal: AbortSignal,
): Promise<void> {
  await withModel(path, options, checkOf(type, options), async (model, inputs) => {
    const chosen =
      options.recipe === undefined ? planOptions(type!, options) : withRecipe(model.core, options.recipe, options);
    const made = model.plan(chosen);
    beStrict(options, made.notes);
    const target = output ?? defaultOutput(inputs.paths[0]!, made, options.mmproj ? model.info.name : null);
    if (options.part) return writePart(model, inputs, chosen, { ...options, part: options.part, target }, signal);
    const outputs = outputsOf(target, made, model, inputs, options.force ?? false);
    const receipt: Output[] = options.receipt === undefined ? [] : [{ path: options.receipt, what: 'the receipt' }];
    const recipe = options.recipe === undefined ? [] : [{ path: options.recipe, what: 'the recipe' }];
    const saved = savedCalibration(options);
    const targets = checkOutputs(
      [...outputs, ...saved, ...receipt],
      [...inputs.named, ...recipe, ...calibrationFiles(options), ...(options.reads ?? [])],
    );
    tell(options, made.notes);
    if (options.dryRun) {
      print(options, made, (dry) => describePlan(model.info, dry));
      return;
    }
    const { resume: resumes = false } = options;
    await seeToLeftovers(targets, resumes);
    const destination = new DiskDestination(targetOf(made, targets), { of: targets[0]!, resumes });
    const report = await withCalibration(model, chosen, options, signal, (calibration) =>
      withDisplay(new ProgressDisplay(), (display) =>
        run(model, chosen, new OrderedFiles(destination), {
          ...workersOf(options),
          ...reference(options),
          ...(calibration && { calibration }),
          signal,
          onProgress: (progress) => display.showRun(progress),
          onKept(bytes) {
            display.end();
            note(`The run goes on with ${sizeOf(bytes)} that an earlier one wrote.`);
          },
        }),
      ),
    );
    removeOtherLayouts(target, made);
    const named: RunReport = {
      ...report,
      files: report.files.map((file) => ({ ...file, name: outputPath(target, file.name) })),
    };
    if (receipt.length > 0) {
      await writeReceipt(targets.at(-1)!, model, report, inputs.matrix, signal);
    }
    print(options, named, describeRun);
  });
}

export async function stats(path: string, type: string, options: QuantizeOptions, signal: AbortSignal): Promise<void> {
  await withModel(path, options, checkOf(type, options), async (model) => {
    const chosen = planOptions(type, options);
    const { notes } = model.plan(chosen);
    beStrict(options, notes);
    tell(options, notes);
    const report = await withDisplay(new ProgressDisplay(), (display) =>
      run(model, chosen, new DiscardSink(), {
        ...workersOf(options),
        ...reference(options),
        signal,
        onProgress: (progress) => display.showRun(progress),
        onTensor(tensor) {
          if (options.json || tensor.statsLine === null) return;
          display.end();
          process.stdout.write(`${printable(tensor.statsLine)}\n`);
        },
      }),
    );
    print(options, report, (made) =>
      [made.totalStatsLine ?? 'Nothing is quantized: all tensors are copied.', ...describeReference(made)].join('\n'),
    );
  });
}

function prices(model: OpenedModel, options: RecipeOptions): PricedType[] {
  return model.core.fileTypes.map((type) => {
    try {
      return { ...type, price: model.price(planOptions(type.name, options)), problem: null };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return { ...type, price: null, problem: error.message };
    }
  });
}

function reference({ compareMethod }: QuantizeOptions): { reference?: string } {
  return compareMethod === undefined ? {} : { reference: compareMethod };
}
