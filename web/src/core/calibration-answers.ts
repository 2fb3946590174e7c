import { answersOf } from './answers';
import type { AnswerFigures, Calibration, CalibrationAnswers } from './calibration';
import type { CalibrationTexts } from './calibrate';
import type { OpenedModel, PreparedRun } from './opened-model';
import { progressSince, runPass, type PassControls } from './pass';
import { PlannedNetwork } from './planned-network';
import { withoutCalibrating, withTextImportance } from './text-importance';
import type { PlanOptions } from './types';

/**
 * What a run with `options`, whose method is "calibrated", will answer on the tokens held back, and what one with the
 * method lowest-error would in the same types: how far either is from the model. Takes each text through two networks
 * twice; quantizes the model twice as it reads. Throws Stopped or Problem.
 */
export async function measureCalibration(
  model: OpenedModel,
  options: PlanOptions,
  { heldBack }: Pick<CalibrationTexts, 'heldBack'>,
  calibration: Calibration,
  controls: PassControls = {},
): Promise<CalibrationAnswers> {
  const start = performance.now();
  const texts = heldBack.map(({ tokens }) => ({ tokens, firstScored: 0 }));
  const workers = Math.max(1, controls.workers ?? model.core.platform.parallelism);
  const calibrated = withTextImportance(model.prepare(options), calibration);
  const measure = async (run: PreparedRun, codes: Calibration | null, part: number): Promise<AnswerFigures> => {
    const network = new PlannedNetwork(model, run, codes, workers);
    try {
      const figures = await runPass([model, network], texts, {
        ...controls,
        onProgress: ({ share }) => controls.onProgress?.(progressSince(start, (part + share) / 2)),
      });
      const { tokens, divergence, divergence99, sameTop, kept } = answersOf(model.core, figures).report;
      return { tokens, divergence, divergence99, sameTop, kept };
    } finally {
      network.close();
    }
  };
  const before = await measure(withoutCalibrating(calibrated, model.core), null, 0);
  const after = await measure(calibrated, calibration, 1);
  return { before, after, seconds: (performance.now() - start) / 1000 };
}
