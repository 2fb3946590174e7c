import { breath } from './breath';
import { toJson } from '../wasm/json';
import { answer, sound } from './module';
import type { OpenedModel } from './opened-model';
import { Stopped } from './problem';
import { type ReportingControls, runSummary } from './study';
import type { DivisorTable, RowSample, ScaleAnalysisReport } from './types';

export interface ScaleAnalysisOptions {
  format?: string; // with one scale for each block; default q4_0
  tensors?: string; // a name or a pattern; without it every matrix
  weights?: number; // about so many are looked at; 0: all. Default: see defaultWeights
}

export interface ScaleAnalysis {
  sample: Pick<RowSample, 'leftOut' | 'tensors' | 'weights' | 'ofWeights'>;
  report: ScaleAnalysisReport;
  tables: DivisorTable[]; // of 1, 2, 3 ... divisors
}

/** Looked at when nobody says: enough for three digits of every figure, in a few seconds. */
export const defaultWeights = 1 << 19;
const mostDivisors = 16;
const jobWeights = 1 << 15;
/** Milliseconds that the search of tables may keep this thread. */
const mostBusy = 12;

/**
 * Finds where the best scales of a model's blocks lie, what every search method leaves, and the best tables of
 * divisors. `onReport` gets growing figures first, then table after table.
 */
export async function analyzeScale(
  model: OpenedModel,
  options: ScaleAnalysisOptions,
  controls: ReportingControls<ScaleAnalysis> = {},
): Promise<ScaleAnalysis> {
  await model.core.whole;
  const format = options.format ?? 'q4_0';
  const blockLength = model.core.formats.find(({ name }) => name === format)?.blockLength ?? 32;
  const rows = { weights: options.weights ?? defaultWeights, rowMultiple: blockLength, jobWeights };
  const { jobs, ...sample } = model.sample(options.tensors ? { ...rows, tensors: options.tensors } : rows);
  const study = { format, weights: sample.weights };
  const summary = sound(new model.core.module.ScaleSummary(toJson(study)));
  try {
    const tables: DivisorTable[] = [];
    const soFar = (): ScaleAnalysis => ({
      sample,
      report: answer(summary.report()),
      tables: [...tables],
    });
    await runSummary(model, { kind: 'scale', options: study }, jobs, summary, soFar, controls);
    let busySince = performance.now();
    while (tables.length < mostDivisors) {
      if (controls.signal?.aborted) throw new Stopped();
      const table = answer(summary.searchTables());
      if (table) {
        tables.push(table);
        controls.onReport?.(soFar());
      }
      if (performance.now() - busySince < mostBusy) continue;
      await breath();
      busySince = performance.now();
    }
    return soFar();
  } finally {
    summary.delete();
  }
}
