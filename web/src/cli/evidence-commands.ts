import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { compare as compareModels, expectInputs, expectOutputs, findOutliers, hashFiles, loadCore, openModel, type OutlierBasis, parseReceipt, Problem, run, verdictOf, type Receipt } from '../core';
import { OrderedFiles } from '../core/ordered-files';
import { nodePlatform } from '../platform/node';
import { DiskPlace } from '../platform/node-place';
import { line } from './analysis-commands';
import { describeRun } from './describe';
import { describeComparedTensor, describeComparison } from './describe-comparison';
import { LineDisplay, ProgressDisplay } from './display';
import { behindLink, checkOutput, InputFiles, outputPath } from './files';
import { describeOutliers } from './describe-outliers';
import { planOptions, type ComputeOptions, type RecipeOptions } from './options';
import { withModel } from './with-model';

/** The commands that show what a file is: its outliers, compared with another, or with the receipt of the run that made it. */

export async function compare(first: string, second: string, options: ComputeOptions & { json?: boolean }, signal: AbortSignal): Promise<void> {
  const core = await loadCore(nodePlatform, options.kernel ? { kernel: options.kernel } : {});
  const inputs = [InputFiles.open(first, core)];
  const display = new LineDisplay();
  try {
    inputs.push(InputFiles.open(second, core));
    const open = ({ handles, folder }: InputFiles) => openModel(core, handles, undefined, folder);
    const models = [await open(inputs[0]!), await open(inputs[1]!)] as const;
    const comparison = await compareModels(...models, {
      ...(options.workers !== undefined && { workers: options.workers }),
      signal,
      onProgress: (progress) => display.show(line(progress)),
      onTensor(tensor) {
        if (options.json) return;
        display.end();
        process.stdout.write(`${describeComparedTensor(tensor)}\n`);
      },
    });
    display.end();
    process.stdout.write(`${options.json ? JSON.stringify(comparison, null, 2) : describeComparison(comparison)}\n`);
  } finally {
    display.end();
    for (const files of inputs) files.close();
  }
}

export interface OutlierCommandOptions extends RecipeOptions, ComputeOptions {
  basis?: OutlierBasis;
  threshold?: number;
  sample?: number; // weights
  all?: boolean;
  json?: boolean;
}

export async function outliers(path: string, type: string, options: OutlierCommandOptions, signal: AbortSignal): Promise<void> {
  await withModel(path, options, async (model) => {
    const display = new LineDisplay();
    try {
      const report = await findOutliers(
        model,
        {
          plan: planOptions(type, options),
          ...(options.basis !== undefined && { basis: options.basis }),
          ...(options.threshold !== undefined && { threshold: options.threshold }),
          ...(options.all ? { weights: 0 } : options.sample !== undefined && { weights: options.sample }),
        },
        { ...(options.workers !== undefined && { workers: options.workers }), signal, onProgress: (progress) => display.show(line(progress)) },
      );
      display.end();
      process.stdout.write(`${options.json ? JSON.stringify(report, null, 2) : describeOutliers(report)}\n`);
    } finally {
      display.end();
    }
  });
}

export async function verify(receiptPath: string, path: string, signal: AbortSignal): Promise<void> {
  const receipt = readReceipt(receiptPath);
  const inputs = InputFiles.open(path);
  try {
    for (const { name, sha256 } of await hashFiles(nodePlatform, inputs.handles, { signal })) {
      const verdict = verdictOf(receipt, sha256);
      if (verdict.is === 'none') {
        throw new Problem(`${name} is not the file of this receipt: its SHA-256 is ${sha256}, and the receipt's output has ${receipt.outputs.map((file) => file.sha256).join(', ')}.`);
      }
      const role = { output: `the output, ${receipt.fileType} with method ${receipt.method}`, input: 'the model that was read', matrix: 'the importance matrix' }[verdict.is];
      process.stdout.write(`${name}: ${role}. SHA-256 ${sha256} as the receipt says.\n`);
    }
  } finally {
    inputs.close();
  }
}

export async function repeat(receiptPath: string, path: string, output: string, options: ComputeOptions & { imatrix?: string }, signal: AbortSignal): Promise<void> {
  const receipt = readReceipt(receiptPath);
  const core = await loadCore(nodePlatform, options.kernel ? { kernel: options.kernel } : {});
  const inputs = InputFiles.open(path, core);
  const display = new ProgressDisplay();
  try {
    const matrix = matrixOf(receipt, options.imatrix, inputs);
    const files = inputs.handles;
    expectInputs(receipt, await hashFiles(nodePlatform, files, { signal }));
    if (matrix) {
      const [hashed] = await hashFiles(nodePlatform, [matrix.file], { signal });
      if (hashed!.sha256 !== receipt.importance!.sha256) throw new Problem(`${options.imatrix} is not the importance matrix of the receipt: its SHA-256 is ${hashed!.sha256} instead of ${receipt.importance!.sha256}.`);
    }
    const model = await openModel(core, files, matrix ?? undefined, inputs.folder);
    for (const { name } of model.plan(receipt.options).outputFiles) checkOutput(outputPath(output, name), inputs, false);
    const report = await run(model, receipt.options, new OrderedFiles(new DiskPlace((name) => behindLink(outputPath(output, name)))), {
      ...(options.workers !== undefined && { workers: options.workers }),
      signal,
      onProgress: (progress) => display.showRun(progress),
    });
    display.end();
    try {
      expectOutputs(receipt, report.files, core.version);
    } catch (error) {
      for (const { name } of report.files) rmSync(outputPath(output, name), { force: true });
      throw error;
    }
    const named = { ...report, files: report.files.map((file) => ({ ...file, name: outputPath(output, file.name) })) };
    process.stdout.write(`${describeRun(named)}\nThe same bytes as the receipt's run.\n`);
  } finally {
    display.end();
    inputs.close();
  }
}

/** Writes a receipt, or says why it cannot. */
export function writeReceipt(path: string, receipt: Receipt): void {
  try {
    writeFileSync(path, `${JSON.stringify(receipt, null, 2)}\n`);
  } catch (error) {
    throw new Problem(`The receipt could not be written: ${(error as Error).message}.`);
  }
}

function readReceipt(path: string): Receipt {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new Problem(`${path} cannot be read: ${(error as Error).message}.`);
  }
  return parseReceipt(text, path);
}

/** The matrix the receipt asks for, under the name it had. */
function matrixOf(receipt: Receipt, given: string | undefined, inputs: InputFiles) {
  if (receipt.importance === null) return null;
  if (given === undefined) throw new Problem(`The receipt's run used the importance matrix ${receipt.importance.name}. Give it with --imatrix.`);
  return { file: inputs.openAlso(given), path: receipt.importance.path };
}
