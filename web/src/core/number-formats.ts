import { answer } from './module';
import type { OpenedModel } from './opened-model';
import { type ReportingControls, runSummary, type StudyControls } from './study';
import type { NumberFormatOptions, NumberFormatReport, RowSample, ScaleSearchName, StudyPiece } from './types';

export interface NumberFormatWish extends NumberFormatOptions {
  tensors?: string; // a name or a pattern; without it every matrix
  blocks?: number[]; // block lengths; 0: whole rows
  searches?: ScaleSearchName[];
  weights?: number; // about so many of each tensor are looked at; 0: all. Default: see below
  ggufTypes?: boolean; // default true: llama.cpp's types beside them
}

export interface NumberFormats {
  sample: Pick<RowSample, 'leftOut' | 'tensors' | 'weights' | 'ofWeights'>;
  report: NumberFormatReport;
}

const blockLengths = [16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 0] as const;
/** Looked at in a single tensor, and in each of several, when nobody says. */
const oneTensorWeights = 1 << 16;
const eachTensorWeights = 1 << 14;
/** A sample of a tensor is decoded at once. */
const mostTensorWeights = 1 << 22;

/**
 * Tries every kind of number on a sample of each tensor. Memory: one tensor's sample per worker.
 */
export async function compareNumberFormats(
  model: OpenedModel,
  wish: NumberFormatWish,
  controls: ReportingControls<NumberFormats> = {},
): Promise<NumberFormats> {
  const { tensors, blocks = blockLengths, searches = ['absmax', 'grid'], weights, ggufTypes = true, ...options } = wish;
  await model.core.whole;
  const named = tensors ? { tensors } : {};
  const several = model.sample({ ...named, weightsPerTensor: 1 }).tensors > 1;
  const perTensor =
    weights === 0
      ? mostTensorWeights
      : Math.min(mostTensorWeights, weights ?? (several ? eachTensorWeights : oneTensorWeights));
  const { jobs, ...sample } = model.sample({ ...named, weightsPerTensor: perTensor, jobWeights: 0 });
  // Tensor by tensor would show one tensor's frontier as the model's; block by block each figure is complete when it
  // comes.
  const asked: { block?: number; search?: ScaleSearchName; gguf?: boolean }[] = searches.flatMap((search) =>
    blocks.map((block) => ({ block, search })),
  );
  if (ggufTypes) asked.splice(Math.min(3, asked.length), 0, { gguf: true });
  const pieces: StudyPiece[] = asked.flatMap((request) =>
    jobs
      .filter(({ rowLength }) => !request.block || request.block < rowLength)
      .map((job) => {
        const { name, weights: tensorWeights } = model.info.tensors[job.tensor]!;
        return { ...job, request: { ...request, tensorName: name, tensorWeights } };
      }),
  );
  const summary = new model.core.module.FormatSummary();
  try {
    const soFar = (): NumberFormats => ({ sample, report: answer(summary.report()) });
    await runSummary(model, { kind: 'formats', options }, pieces, summary, soFar, controls);
    return soFar();
  } finally {
    summary.delete();
  }
}

/** The rows of the table that compares integers with and without a zero point in groups, as GPTQ's users know it. */
const groupKinds = ['zero-point', 'symmetric', 'fixed-zero', 'signed-scale', 'half-zero'] as const;
const groupLengths = [128, 64, 32] as const;

/** Symmetric against asymmetric integers of four bits at group lengths 128, 64 and 32, over all tensors. */
export function compareGroups(
  model: OpenedModel,
  wish: Pick<NumberFormatWish, 'tensors' | 'weights'>,
  controls: StudyControls = {},
): Promise<NumberFormats> {
  return compareNumberFormats(
    model,
    {
      ...wish,
      bits: [4],
      families: [...groupKinds],
      blocks: [...groupLengths],
      searches: ['absmax'],
      ggufTypes: false,
    },
    controls,
  );
}
