import { createHash } from 'node:crypto';
import { closeSync } from 'node:fs';
import { type Command } from 'commander';
import {
  hashOfRun,
  join,
  loadCore,
  openParts,
  Problem,
  runPart,
  type Core,
  type OpenedModel,
  type OpenedPart,
  type OutputReport,
  type PartNumber,
  type PlanOptions,
} from '../core';
import { OrderedFiles } from '../core/ordered-files';
import { isBeside, isOwnConfiguration, outputPath } from '../core/output-path';
import { nodePlatform } from '../platform/node';
import { DiskDestination } from '../platform/node-destination';
import { openInput } from '../platform/node-files';
import { createNodeHasher } from '../platform/node-hasher';
import { bytes as size, duration, integer, percent, plural } from '../text/units';
import { describeOutput } from './describe';
import { LineDisplay, ProgressDisplay, withDisplay } from './display';
import { removeOtherLayouts, targetOf, type InputFiles } from './files';
import { tell } from './notes';
import { addLoraOption, addProjectorOption, workersOf, type ComputeOptions, type FileOptions } from './options';
import { checkOutputs, seeToLeftovers, type Output } from './outputs';
import { writeReceipt } from './receipts';
import { print } from './text';
import { UsageProblem } from './usage';
import { withModel } from './with-model';

/** Runs on many machines: each writes a part, and join puts the parts together. */

/** The name of a part; names sort as numbers do. */
function partPath(output: string, { part, of }: PartNumber): string {
  const digits = (number: number) => String(number).padStart(5, '0');
  return `${output}.part-${digits(part)}-of-${digits(of)}`;
}

/** Writes one part of the output `target`. Throws Stopped or Problem. */
export async function writePart(
  model: OpenedModel,
  inputs: InputFiles,
  chosen: PlanOptions,
  options: ComputeOptions & {
    part: PartNumber;
    target: string;
    recipe?: string;
    compareMethod?: string;
    json?: boolean;
  },
  signal: AbortSignal,
): Promise<void> {
  const path = partPath(options.target, options.part);
  const recipe = options.recipe === undefined ? [] : [{ path: options.recipe, what: 'the recipe' }];
  const [target] = checkOutputs([{ path, what: 'the part' }], [...inputs.named, ...recipe]);
  tell(options, model.plan(chosen).notes);
  await seeToLeftovers([target!]);
  const report = await withDisplay(new ProgressDisplay(), (display) =>
    runPart(model, chosen, options.part, new DiskDestination(() => target!), {
      ...workersOf(options),
      ...(options.compareMethod !== undefined && { reference: options.compareMethod }),
      signal,
      onProgress: (progress) => display.showRun(progress),
    }),
  );
  print(options, { name: path, ...report }, ({ part, of, bytes, jobs, jobsInAll, seconds, workers }) =>
    [
      `${path}: ${size(bytes)}, part ${part} of ${of} of ${options.target}: ${integer(jobs)} of its ` +
        `${plural(jobsInAll, 'job')}, in ${duration(seconds)} with ${plural(workers, 'worker')}.`,
      `When all parts are there: nibble join ${options.target} ${options.target}.part-*`,
    ].join('\n'),
  );
}

interface JoinOptions extends FileOptions {
  receipt?: string;
  model?: string;
  json?: boolean;
}

/** Adds the command to a program. */
export function addJoinCommand(program: Command, signal: AbortSignal): void {
  addProjectorOption(addLoraOption(program.command('join')))
    .description('put the parts together that quantize --part wrote: the file of a run that nobody cut')
    .argument('<out>')
    .argument('<parts...>', 'all of them, in any order')
    .option('--receipt <file>', 'also write the receipt of the run; reads the model once, so it takes --model')
    .option('--model <file>', 'the model that the parts were made from')
    .option('--imatrix <file>', 'and its importance matrix, where one was used')
    .option('--json', 'print everything as JSON')
    .action((output: string, paths: string[], options: JoinOptions) => joinParts(output, paths, options, signal));
}

async function joinParts(output: string, paths: string[], options: JoinOptions, signal: AbortSignal): Promise<void> {
  const { receipt, model: modelPath } = options;
  if ((receipt === undefined) !== (modelPath === undefined))
    throw new UsageProblem('A receipt names the files that were read: --receipt and --model go together.');
  const core = await loadCore(nodePlatform);
  const handles = paths.map((path) => ({ ...openInput(path), name: path }));
  try {
    const parts = await openParts(core, handles, async () => createNodeHasher());
    const named = paths.map((path) => ({ path, what: 'a part' }));
    if (modelPath === undefined) {
      const outputs = outputsOf(output, parts);
      print(options, await joined(core, parts, output, checkOutputs(outputs, named), signal), describeOutput);
      return;
    }
    await withModel(
      modelPath,
      options,
      () => {},
      async (model, inputs) => {
        await expectModel(model, modelPath, parts[0]!);
        const outputs = [...outputsOf(output, parts), { path: receipt!, what: 'the receipt' }];
        const targets = checkOutputs(outputs, [...named, ...inputs.named]);
        const report = await joined(core, parts, output, targets, signal);
        // The receipt calls files as the plan does.
        const files = report.files.map((file, index) => ({
          ...file,
          name: parts[0]!.head.plan.outputFiles[index]!.name,
        }));
        await writeReceipt(targets.at(-1)!, model, { ...report, files }, inputs.matrix, signal);
        print(options, report, describeOutput);
      },
    );
  } finally {
    for (const { fd } of handles) closeSync(fd);
  }
}

/** Writes the output; the report has its files' paths. */
async function joined(
  core: Core,
  parts: readonly OpenedPart[],
  output: string,
  targets: readonly string[],
  signal: AbortSignal,
): Promise<OutputReport> {
  const { plan } = parts[0]!.head;
  await seeToLeftovers(targets);
  const sink = new OrderedFiles(new DiskDestination(targetOf(plan, targets)));
  const report = await withDisplay(new LineDisplay(), (display) =>
    join(core, parts, sink, async () => createNodeHasher(), {
      signal,
      onShare: (share) => display.show(`joining: ${percent(share)}`),
    }),
  );
  removeOtherLayouts(output, plan);
  return { ...report, files: report.files.map((file) => ({ ...file, name: outputPath(output, file.name) })) };
}

function outputsOf(output: string, parts: readonly OpenedPart[]): Output[] {
  return parts[0]!.head.plan.outputFiles.map(({ name, bytes, copyOf }, file) => {
    const path = outputPath(output, name);
    if (!isBeside(name)) return { path, what: 'the output' };
    const pieces = parts.flatMap((part) => part.pieces).filter((piece) => piece.file === file);
    const wasOurs = (content: Buffer): boolean =>
      copyOf === undefined
        ? isOwnConfiguration(content.toString())
        : content.byteLength === bytes &&
          pieces.every((piece) => {
            const there = content.subarray(piece.offset, piece.offset + piece.bytes);
            return createHash('sha256').update(there).digest('hex') === piece.sha256;
          });
    return { path, what: 'a file beside the output', wasOurs };
  });
}

/** Throws Problem unless the parts were made from this model, with this matrix. */
async function expectModel(model: OpenedModel, path: string, { head }: OpenedPart): Promise<void> {
  const whole = model.prepare(head.announced.options);
  if ((await hashOfRun(model, whole, head.reference, createNodeHasher())) === head.run) return;
  throw new Problem(
    `The parts were not made from ${path} as it is given: another model, another importance matrix (--imatrix) or ` +
      'another adapter (--lora). Give what they were made from.',
  );
}
