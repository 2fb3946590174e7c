import { closeSync } from 'node:fs';
import { basename } from 'node:path';
import {
  answersOf,
  datasetName,
  importancePass,
  importanceStatistics,
  loadCore,
  makeImportance,
  mergeImportance,
  type AnswerReport,
  type MatrixForm,
  type PassControls,
  type ProductEngine,
  type SourceHandle,
} from '../core';
import { nodePlatform } from '../platform/node';
import { openInput } from '../platform/node-files';
import { writeBytes } from '../platform/node-destination';
import { bytes as size, listed, plural } from '../text/units';
import { describeImportance } from './describe-importance';
import {
  estimate,
  nothingToCheck,
  readTexts,
  sourceOf,
  stretchesOf,
  withProgress,
  type TextOptions,
} from './network-commands';
import { tell } from './notes';
import { checkOutputs, seeToLeftovers, type NamedFile } from './outputs';
import { print } from './text';
import { UsageProblem } from './usage';
import { withModel } from './with-model';

/** Importance matrices: made from a text, merged, and what they say. */

export interface ImatrixOptions extends Omit<TextOptions, 'file'> {
  file?: string;
  output: string;
  inFile?: string[];
  outputFormat: MatrixForm;
  processOutput?: boolean;
  ppl: boolean;
  showStatistics?: boolean;
}

export async function imatrix(path: string | undefined, options: ImatrixOptions, signal: AbortSignal): Promise<void> {
  const { file, inFile = [], showStatistics } = options;
  if (showStatistics) {
    if (path !== undefined || file !== undefined || inFile.length !== 1)
      throw new UsageProblem(
        '--show-statistics is about one matrix: give it with --in-file, and no model and no text.',
      );
    return withMatrices(inFile, ([matrix]) => show(matrix!, options));
  }
  if (file === undefined) {
    if (path !== undefined || inFile.length === 0)
      throw new UsageProblem('Give a model and a text (-f), or matrices that are to be merged (--in-file).');
    return withMatrices(inFile, (matrices) => mergeAll(matrices, options));
  }
  if (path === undefined) throw new UsageProblem('Give the model that is to read the text.');
  return withMatrices(inFile, (matrices) => make(path, { ...options, file }, matrices, signal));
}

/** Opens the matrices for as long as `use` takes. */
async function withMatrices(paths: readonly string[], use: (matrices: SourceHandle[]) => Promise<void>): Promise<void> {
  const handles: ReturnType<typeof openInput>[] = [];
  try {
    for (const path of paths) handles.push(openInput(path));
    await use(handles);
  } finally {
    for (const { fd } of handles) closeSync(fd);
  }
}

async function show(matrix: SourceHandle, options: ImatrixOptions): Promise<void> {
  print(options, await importanceStatistics(await loadCore(nodePlatform), matrix), describeImportance);
}

/** Where the matrix goes; it is no input's place. */
async function target({ output, inFile = [] }: ImatrixOptions, inputs: readonly NamedFile[]): Promise<string> {
  const matrices = inFile.map((path) => ({ path, what: 'a matrix that is added to' }));
  const targets = checkOutputs([{ path: output, what: 'the importance matrix' }], [...inputs, ...matrices]);
  await seeToLeftovers(targets);
  return targets[0]!;
}

async function mergeAll(matrices: readonly SourceHandle[], options: ImatrixOptions): Promise<void> {
  const to = await target(options, []);
  const { ctxSize, output, outputFormat } = options;
  const merged = await mergeImportance(await loadCore(nodePlatform), matrices, ctxSize, outputFormat);
  await writeBytes(to, merged);
  const names = matrices.map(({ name }) => name);
  print(
    options,
    { matrices: names, output, bytes: merged.byteLength },
    () => `${output}: ${size(merged.byteLength)}, from ${listed(names)}.`,
  );
}

async function make(
  path: string,
  options: ImatrixOptions & TextOptions,
  before: readonly SourceHandle[],
  signal: AbortSignal,
): Promise<void> {
  await withModel(path, options, nothingToCheck, async (model, inputs) => {
    const to = await target(options, [...inputs.named, { path: options.file, what: 'the text' }]);
    const { notes } = model.info;
    tell(options, notes);
    const read = await readTexts([model], options, true);
    const { texts, chat } = read;
    let report: AnswerReport | null = null;
    const wishes = {
      before,
      form: options.outputFormat,
      processOutput: options.processOutput ?? false,
      ...(options.ppl && {
        onFigures: (figures: readonly Float64Array[]) => (report = answersOf(model.core, figures).report),
      }),
    };
    let engine: ProductEngine | null = null;
    const work = (controls: PassControls) => {
      const told = { ...controls, onEngine: (used: ProductEngine) => (engine = used) };
      return makeImportance(model, texts, datasetName(basename(options.file), chat), told, wishes);
    };
    const made = await withProgress(options, signal, work, [model], texts, importancePass(wishes));
    await writeBytes(to, made);
    const { output } = options;
    const perplexity = (report as AnswerReport | null)?.perplexity ?? null;
    const written = {
      ...sourceOf(read, options),
      ...(before.length > 0 && { matrices: before.map(({ name }) => name) }),
      output,
      bytes: made.byteLength,
      engine,
      ...(perplexity && { perplexity }),
      notes,
    };
    print(
      options,
      written,
      () =>
        `${output}: ${size(made.byteLength)}, from ${stretchesOf(read, options)}` +
        `${before.length > 0 ? ` and ${plural(before.length, 'matrix', 'matrices')}` : ''}.` +
        `${perplexity ? ` Perplexity ${estimate(perplexity)}.` : ''}`,
    );
  });
}
