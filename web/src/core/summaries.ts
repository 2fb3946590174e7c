import { fromJson, toJson, type Json } from '../wasm/json';
import { answer, throwProblem, withBytes } from './module';
import type { Core, OpenedModel } from './opened-model';
import type { SourceHandle } from './source';
import { readPiece, runStudy, type StudyControls } from './study';
import type { Model as CoreModel } from '../wasm/nibble';
import type { SummaryReply, TensorSummary } from './types';

/** Looked at of every tensor: so many stretches of so many weights, in the middles of equal parts. */
export const summaryRuns = 4;
export const summaryRunWeights = 1024;

const parse = (result: Uint8Array): SummaryReply => fromJson(new TextDecoder().decode(result) as Json<SummaryReply>);

/**
 * Looks at a sample of every tensor in workers. `onSummary` gets them by their number in ModelInfo. Throws Stopped or
 * Problem.
 */
export async function summarize(
  model: OpenedModel,
  onSummary: (tensor: number, summary: TensorSummary) => void,
  controls: StudyControls = {},
): Promise<void> {
  const { jobs } = model.weightSample(summaryRuns, summaryRunWeights);
  await runStudy(
    model,
    { kind: 'summary', options: {} },
    jobs,
    (result, { tensor }) => {
      const summary = parse(result);
      if (!('problem' in summary)) onSummary(tensor, summary);
    },
    controls,
  );
}

/** The numbers of the tensors whose weights, by a sample of each, are too small for the scales of quantized types. */
export async function tinyTensors(core: Core, model: CoreModel, sources: SourceHandle[]): Promise<number[]> {
  const { module } = core;
  await core.whole;
  const { jobs } = answer(model.weightSample(summaryRuns, summaryRunWeights));
  const study = new module.Study('summary', toJson({}));
  const found: number[] = [];
  try {
    for (const job of jobs) {
      const bytes = await readPiece(core, sources, job);
      throwProblem(withBytes(module, bytes, (pointer) => study.run(pointer, toJson(job))));
      const start = study.resultPointer() >>> 0;
      const summary = parse(module.HEAPU8.slice(start, start + study.resultBytes()));
      if (!('problem' in summary) && summary.tiny) found.push(job.tensor);
    }
  } finally {
    study.delete();
  }
  return found;
}
