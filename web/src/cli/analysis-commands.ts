import { analyzeScale as analyze, compareGroups, compareNumberFormats, type ScaleSearchName, type StudyProgress } from '../core';
import { describeGroups, describeNumberFormats, describeScaleAnalysis } from './describe-analysis';
import { LineDisplay } from './display';
import type { ComputeOptions } from './options';
import { withModel } from './with-model';

/** The commands that look at weights and write nothing. */

export interface SampleOptions extends ComputeOptions {
  tensor?: string;
  sample?: number; // weights; of each tensor, where tensors are compared
  all?: boolean;
  json?: boolean;
}

export async function analyzeScale(path: string, options: SampleOptions & { format?: string }, signal: AbortSignal): Promise<void> {
  await withModel(path, options, async (model) => {
    const display = new LineDisplay();
    try {
      const analysis = await analyze(
        model,
        {
          ...(options.format !== undefined && { format: options.format }),
          ...(options.tensor !== undefined && { tensors: options.tensor }),
          ...(options.all ? { weights: 0 } : options.sample !== undefined && { weights: options.sample }),
        },
        { ...(options.workers !== undefined && { workers: options.workers }), signal, onProgress: (progress) => display.show(line(progress)) },
      );
      display.end();
      process.stdout.write(`${options.json ? JSON.stringify(analysis, null, 2) : describeScaleAnalysis(analysis)}\n`);
    } finally {
      display.end();
    }
  });
}

export function line({ share, pieces, piecesTotal }: StudyProgress): string {
  return `${Math.floor(share * 100)} % · piece ${pieces} of ${piecesTotal}`;
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
  await withModel(path, options, async (model) => {
    const display = new LineDisplay();
    const run = { ...(options.workers !== undefined && { workers: options.workers }), signal, onProgress: (progress: StudyProgress) => display.show(line(progress)) };
    const rows = {
      ...(options.tensor !== undefined && { tensors: options.tensor }),
      ...(options.all ? { weights: 0 } : options.sample !== undefined && { weights: options.sample }),
    };
    try {
      const found = options.groups
        ? await compareGroups(model, rows, run)
        : await compareNumberFormats(
            model,
            {
              ...rows,
              ...(options.bits && { bits: options.bits }),
              ...(options.block && { blocks: options.block }),
              ...(options.search && { searches: options.search }),
              ...(options.levels && { levels: options.levels }),
              ...(options.scaleBits === '32' && { scaleBits: 32 }),
            },
            run,
          );
      display.end();
      process.stdout.write(`${options.json ? JSON.stringify(found, null, 2) : options.groups ? describeGroups(found) : describeNumberFormats(found)}\n`);
    } finally {
      display.end();
    }
  });
}
