import { mkdirSync, readdirSync, rmdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Problem, run, sentenceOf, type PlanOptions, type RunReport } from '../core';
import { OrderedFiles } from '../core/ordered-files';
import { DiskDestination } from '../platform/node-destination';
import { bytes as size, duration, plural } from '../text/units';
import { describeError, describePlan } from './describe';
import { ProgressDisplay, withDisplay } from './display';
import { tell } from './notes';
import { workersOf, type ComputeOptions } from './options';
import { print } from './text';
import { withModel } from './with-model';

export interface ExportOptions extends ComputeOptions {
  type?: string;
  maxShardSize?: number; // bytes
  dryRun?: boolean;
  json?: boolean;
}

/** Writes the Hugging Face folder that a GGUF model was converted from. Throws Problem. */
export async function exportFolder(
  path: string,
  folder: string,
  options: ExportOptions,
  signal: AbortSignal,
): Promise<void> {
  const chosen: PlanOptions = {
    type: options.type ?? 'AUTO',
    ...(options.maxShardSize !== undefined && { shardBytes: options.maxShardSize }),
  };
  await withModel(
    path,
    { ...options, form: 'folder' },
    (checks) => checks.plan(chosen),
    async (model) => {
      const made = model.plan(chosen);
      const isNew = checkFolder(folder);
      tell(options, made.notes);
      if (options.dryRun) {
        print(options, made, (plan) => describePlan(model.info, plan));
        return;
      }
      if (isNew) makeFolder(folder);
      try {
        const report = await withDisplay(new ProgressDisplay(), (display) =>
          run(model, chosen, new OrderedFiles(new DiskDestination((name) => join(folder, name))), {
            ...workersOf(options),
            signal,
            onProgress: (progress) => display.showRun(progress),
          }),
        );
        const files = report.files.map((file) => ({ ...file, name: join(folder, file.name) }));
        print(options, { ...report, files }, describeExport);
      } catch (error) {
        if (isNew) removeFolder(folder);
        throw error;
      }
    },
  );
}

/** Whether the folder is to be made. Throws Problem when something is in the way. */
function checkFolder(folder: string): boolean {
  const there = statSync(folder, { throwIfNoEntry: false });
  if (!there) {
    if (statSync(dirname(folder), { throwIfNoEntry: false })?.isDirectory()) return true;
    throw new Problem(`${folder} cannot be made: the folder it would lie in does not exist. Make that first.`);
  }
  if (!there.isDirectory()) {
    throw new Problem(`${folder} is a file. Name a folder that does not exist yet, or is empty.`);
  }
  if (readdirSync(folder).length > 0) {
    throw new Problem(`${folder} is not empty. Name a folder that does not exist yet, or is empty.`);
  }
  return false;
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder);
  } catch (error) {
    throw new Problem(`${folder} cannot be made: ${sentenceOf(error)}.`);
  }
}

/** A folder that this run made and left nothing in. */
function removeFolder(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Somebody put something there meanwhile.
  }
}

function describeExport({ files, total, fileType, outputBytes, inputBytes, seconds, workers }: RunReport): string {
  const changed = total !== null && (total.maxError > 0 || total.nans > 0);
  return [
    ...files.map((file) => `${file.name}: ${size(file.bytes)}, SHA-256 ${file.sha256}`),
    `${fileType}: ${size(outputBytes)} instead of ${size(inputBytes)}`,
    changed
      ? `Rounded to ${fileType}: ${describeError(total)}, against the values of the GGUF file`
      : 'Every weight has the value it has in the GGUF file.',
    `${duration(seconds)} with ${plural(workers, 'worker')}`,
  ].join('\n');
}
