import { rmSync } from 'node:fs';
import {
  compare as compareModels,
  expectInputs,
  expectOutputs,
  hashFiles,
  loadCore,
  openModel,
  parseReceipt,
  Problem,
  run,
  verdictOf,
  type HashedFile,
  type Core,
  type Receipt,
} from '../core';
import { OrderedFiles } from '../core/ordered-files';
import { nodePlatform } from '../platform/node';
import { readText } from '../platform/node-files';
import { DiskDestination } from '../platform/node-destination';
import { studyRun } from './analysis-commands';
import { calibrationFiles, withCalibration, type CalibrationOptions } from './calibration';
import { describeRun } from './describe';
import { describeComparedTensor, describeComparison } from './describe-comparison';
import { LineDisplay, ProgressDisplay, withDisplay } from './display';
import { outputPath } from '../core/output-path';
import { InputFiles, outputsOf, targetOf } from './files';
import { tell } from './notes';
import { checkOutputs, seeToLeftovers } from './outputs';
import { workersOf, type ComputeOptions, type FileOptions } from './options';
import { print } from './text';
import { checksOf } from './usage';

/** The commands that show what a file is: compared with another, or with the receipt of the run that made it. */

export async function compare(
  first: string,
  second: string,
  options: ComputeOptions & { json?: boolean },
  signal: AbortSignal,
): Promise<void> {
  const core = await loadCore(nodePlatform, options.kernel ? { kernel: options.kernel } : {});
  const inputs = [await InputFiles.open(first, core)];
  try {
    inputs.push(await InputFiles.open(second, core));
    const open = ({ handles, origin }: InputFiles) => openModel(core, handles, undefined, origin);
    const models = [await open(inputs[0]!), await open(inputs[1]!)] as const;
    const notes = { a: models[0].info.notes, b: models[1].info.notes };
    tell(options, notes.a, first);
    tell(options, notes.b, second);
    const comparison = await withDisplay(new LineDisplay(), (display) =>
      compareModels(...models, {
        ...studyRun(options, signal, display),
        onTensor(tensor) {
          if (options.json) return;
          display.end();
          process.stdout.write(`${describeComparedTensor(tensor)}\n`);
        },
      }),
    );
    print(options, { ...comparison, notes }, describeComparison);
  } finally {
    for (const files of inputs) files.close();
  }
}

export async function verify(receiptPath: string, path: string, signal: AbortSignal): Promise<void> {
  const receipt = readReceipt(receiptPath);
  const inputs = await InputFiles.open(path, await loadCore(nodePlatform), true);
  try {
    for (const { name, sha256 } of await hashFiles(nodePlatform, inputs.handles, { signal })) {
      const verdict = verdictOf(receipt, sha256);
      if (verdict.is === 'none') {
        throw new Problem(
          `${name} is not the file of this receipt: its SHA-256 is ${sha256}, and the receipt's output has ` +
            `${receipt.outputs.map((file) => file.sha256).join(', ')}.`,
        );
      }
      const role = {
        output: `the output, ${receipt.fileType} with method ${receipt.method}`,
        input: 'the model that was read',
        matrix: 'the importance matrix',
      }[verdict.is];
      process.stdout.write(`${name}: ${role}. SHA-256 ${sha256} as the receipt says.\n`);
    }
  } finally {
    inputs.close();
  }
}

export async function repeat(
  receiptPath: string,
  path: string,
  output: string,
  options: ComputeOptions & FileOptions & { calibration?: string; fromCalibration?: string },
  signal: AbortSignal,
): Promise<void> {
  const receipt = readReceipt(receiptPath);
  const core = await loadCore(nodePlatform, options.kernel ? { kernel: options.kernel } : {});
  expectKnown(core, receipt, receiptPath);
  const inputs = await InputFiles.open(path, core);
  try {
    inputs.openAdapters(options.lora, options.adapterOnly);
    if (options.sentenceTransformersDenseModules) inputs.openDenseModules(path);
    const matrix = matrixOf(receipt, options.imatrix, inputs);
    const form = options.mmproj ? 'projector' : 'model';
    const model = await openModel(core, inputs.handles, matrix ?? undefined, inputs.origin, form);
    const made = model.plan(receipt.options);
    const targets = checkOutputs(outputsOf(output, made, model, inputs, false), [
      ...inputs.named,
      { path: receiptPath, what: 'the receipt' },
      ...calibrationFiles(options),
    ]);
    expectInputs(receipt, await hashFiles(nodePlatform, inputs.handles, { signal }));
    if (matrix) {
      const [hashed] = await hashFiles(nodePlatform, [matrix.file], { signal });
      if (hashed!.sha256 !== receipt.importance!.sha256)
        throw new Problem(
          `${options.imatrix} is not the importance matrix of the receipt: its ` +
            `SHA-256 is ${hashed!.sha256} instead of ${receipt.importance!.sha256}.`,
        );
    }
    await seeToLeftovers(targets);
    tell({}, made.notes);
    const again = { ...options, ...asCalibrated(receipt, options.fromCalibration) };
    const report = await withCalibration(model, receipt.options, again, signal, (calibration) =>
      withDisplay(new ProgressDisplay(), (display) =>
        run(model, receipt.options, new OrderedFiles(new DiskDestination(targetOf(made, targets))), {
          ...workersOf(options),
          ...(calibration && { calibration }),
          signal,
          onProgress: (progress) => display.showRun(progress),
        }),
      ),
    );
    try {
      expectOutputs(receipt, report.files, core.version);
    } catch (error) {
      for (const target of targets) rmSync(target, { force: true });
      throw error;
    }
    const named = { ...report, files: report.files.map((file) => ({ ...file, name: outputPath(output, file.name) })) };
    process.stdout.write(`${describeRun(named)}\nThe same bytes as the receipt's run.\n`);
  } finally {
    inputs.close();
  }
}

/** The options that give the receipt's calibration again. */
function asCalibrated({ calibration }: Receipt, file: string | undefined): Omit<CalibrationOptions, 'calibration'> {
  if (!calibration) return {};
  const { tokens, heldBack, level, text, chatTemplate, engine, statistics } = calibration;
  if (file !== undefined) return { answers: false, expectStatistics: (given) => expectStatistics(given, statistics) };
  if (engine?.name.includes('WebGPU')) {
    throw new Problem(
      `What the receipt's run chose codes by was computed by ${engine.name}, whose last digits are its own. ` +
        `Give the file it saved${statistics ? `, ${statistics.name},` : ''} with --from-calibration.`,
    );
  }
  return {
    tokens: tokens + heldBack,
    level,
    chatTemplate: chatTemplate?.used ?? false,
    answers: false,
    expectText: (given) => expectText(given, text),
  };
}

/** Throws Problem unless the receipt's run read this text. */
function expectText(text: HashedFile, expected: HashedFile): void {
  if (text.sha256 === expected.sha256) return;
  throw new Problem(
    `${text.name} is not the text of the receipt's calibration: its SHA-256 is ${text.sha256} instead of ` +
      `${expected.sha256}. Give ${expected.name} with --calibration.`,
  );
}

/** Throws Problem unless the receipt's run wrote or read this file. */
function expectStatistics(given: HashedFile, expected: HashedFile | null | undefined): void {
  if (!expected) throw new Problem("The receipt's run saved nothing to choose codes by; leave --from-calibration out.");
  if (given.sha256 === expected.sha256) return;
  throw new Problem(
    `${given.name} is not what the receipt's run chose codes by: its SHA-256 is ${given.sha256} instead of ` +
      `${expected.sha256}. Give ${expected.name} with --from-calibration.`,
  );
}

/** A receipt may ask for what another Nibble knew, or be no receipt of ours. Throws Problem. */
function expectKnown(core: Core, { options }: Receipt, path: string): void {
  try {
    checksOf(core).plan(options);
  } catch (error) {
    throw error instanceof Problem ? new Problem(`${path} cannot be repeated: ${error.message}`) : error;
  }
}

function readReceipt(path: string): Receipt {
  return parseReceipt(readText(path), path);
}

/** The matrix the receipt asks for, under the name it had. */
function matrixOf(receipt: Receipt, given: string | undefined, inputs: InputFiles) {
  if (receipt.importance === null) return null;
  if (given === undefined)
    throw new Problem(
      `The receipt's run used the importance matrix ${receipt.importance.name}. Give it with --imatrix.`,
    );
  return { file: inputs.openAlso(given, 'the importance matrix'), path: receipt.importance.path };
}
