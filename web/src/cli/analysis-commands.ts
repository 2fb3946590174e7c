import {
  analyzeScale as analyze,
  compareGroups,
  compareNumberFormats,
  featureRule,
  findOutliers,
  loadCore,
  seeActivations,
  type Activations,
  type OpenedModel,
  type OutlierBasis,
  type PassControls,
  type PlanOptions,
  type ScaleSearchName,
  type StudyProgress,
  type StudyControls,
} from '../core';
import { nodePlatform } from '../platform/node';
import { describeGroups, describeNumberFormats, describeScaleAnalysis } from './describe-analysis';
import { describeOutliers } from './describe-outliers';
import { LineDisplay, withDisplay } from './display';
import { readTexts, withProgress } from './network-commands';
import { notesOn, tell } from './notes';
import { planOptions, workersOf, type ComputeOptions, type RecipeOptions } from './options';
import { print } from './text';
import type { Checks } from './usage';
import { withModel } from './with-model';

/** The commands that look at weights and write nothing. */

export interface SampleOptions extends ComputeOptions {
  tensor?: string;
  sample?: number; // weights; of each tensor, where tensors are compared
  all?: boolean;
  json?: boolean;
}

/** The formats that analyze-scale takes, asked from the core. */
export async function oneScaleFormats(): Promise<string[]> {
  const { formats } = await loadCore(nodePlatform);
  return formats.filter(({ oneScale }) => oneScale).map(({ name }) => name);
}

export async function analyzeScale(
  path: string,
  options: SampleOptions & { format?: string },
  signal: AbortSignal,
): Promise<void> {
  const wish = { ...sampled(options), ...(options.format !== undefined && { format: options.format }) };
  const check = (checks: Checks) =>
    checks.scaleAnalysis(options.format === undefined ? {} : { format: options.format });
  await study(path, options, signal, (model, controls) => analyze(model, wish, controls), describeScaleAnalysis, {
    check,
  });
}

export interface NumberFormatsOptions extends SampleOptions {
  bits?: number[];
  block?: number[];
  search?: ScaleSearchName[];
  levels?: number[];
  scaleBits?: string;
  groups?: boolean;
}

export async function numberFormats(path: string, options: NumberFormatsOptions, signal: AbortSignal): Promise<void> {
  if (options.groups) {
    await study(
      path,
      options,
      signal,
      (model, controls) => compareGroups(model, sampled(options), controls),
      describeGroups,
    );
    return;
  }
  const wish = {
    ...sampled(options),
    ...(options.bits && { bits: options.bits }),
    ...(options.block && { blocks: options.block }),
    ...(options.search && { searches: options.search }),
    ...(options.levels && { levels: options.levels }),
    ...(options.scaleBits === '32' && { scaleBits: 32 as const }),
  };
  await study(
    path,
    options,
    signal,
    (model, controls) => compareNumberFormats(model, wish, controls),
    describeNumberFormats,
  );
}

export interface OutlierCommandOptions extends RecipeOptions, SampleOptions {
  basis?: OutlierBasis;
  threshold?: number;
  file?: string;
  ctxSize: number;
  chunks?: number;
  magnitude?: number;
}

export async function outliers(
  path: string,
  type: string,
  options: OutlierCommandOptions,
  signal: AbortSignal,
): Promise<void> {
  const chosen = planOptions(type, options);
  const wish = {
    ...sampled(options),
    plan: chosen,
    ...(options.basis !== undefined && { basis: options.basis }),
    ...(options.threshold !== undefined && { threshold: options.threshold }),
  };
  const look = async (model: OpenedModel, controls: StudyControls) => {
    const activations = await readFor(model, options, signal);
    return findOutliers(model, activations ? { ...wish, activations } : wish, controls);
  };
  await study(path, options, signal, look, describeOutliers, { rules: chosen });
}

/** What the model's layers are multiplied with while it reads the text; undefined without one. */
async function readFor(
  model: OpenedModel,
  { file, magnitude = featureRule.threshold, ...options }: OutlierCommandOptions,
  signal: AbortSignal,
): Promise<Activations | undefined> {
  if (file === undefined) return undefined;
  const { texts, chat } = await readTexts([model], { ...options, file }, true);
  const work = (controls: PassControls) => seeActivations(model, texts, magnitude, controls);
  const seen = await withProgress(options, signal, work, [model], texts, { observe: true, logits: false });
  return { ...seen, chatTemplate: chat };
}

/** Opens a model, looks at its weights while a line tells how far that is, and prints what was found. */
async function study<Found extends object>(
  path: string,
  options: ComputeOptions & Pick<RecipeOptions, 'imatrix'> & { json?: boolean },
  signal: AbortSignal,
  look: (model: OpenedModel, controls: StudyControls) => Promise<Found>,
  describe: (found: Found) => string,
  { rules, check }: { rules?: PlanOptions; check?: (checks: Checks) => void } = {},
): Promise<void> {
  const checkAll = (checks: Checks) => {
    check?.(checks);
    if (rules) checks.plan(rules);
  };
  await withModel(path, options, checkAll, async (model) => {
    const notes = rules ? notesOn(model, rules) : model.info.notes;
    tell(options, notes);
    const found = await withDisplay(new LineDisplay(), (display) => look(model, studyRun(options, signal, display)));
    print(options, { ...found, notes }, describe);
  });
}

/** How a study is run under a display. */
export function studyRun(options: ComputeOptions, signal: AbortSignal, display: LineDisplay): StudyControls {
  const line = ({ share, pieces, piecesTotal }: StudyProgress) =>
    `${Math.floor(share * 100)} % · piece ${pieces} of ${piecesTotal}`;
  return { ...workersOf(options), signal, onProgress: (progress) => display.show(line(progress)) };
}

function sampled({ tensor, sample, all }: SampleOptions): { tensors?: string; weights?: number } {
  return {
    ...(tensor !== undefined && { tensors: tensor }),
    ...(all ? { weights: 0 } : sample !== undefined && { weights: sample }),
  };
}
