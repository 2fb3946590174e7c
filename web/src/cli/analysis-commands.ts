import { analyzeScale as analyze, type StudyProgress } from '../core';
import { describeScaleAnalysis } from './describe-analysis';
import { LineDisplay } from './display';
import type { ComputeOptions } from './options';
import { withModel } from './with-model';

/** The commands that look at weights and write nothing. */

export interface SampleOptions extends ComputeOptions {
  tensor?: string;
  sample?: number; // weights
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
