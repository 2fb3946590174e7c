/** What was measured of answers in this session: it stands beside what is only predicted. */
import { effect, signal } from '@preact/signals';
import type { AnswerReport, CalibrationFigures, PlanOptions } from '../../core/index';
import { fixed, integer } from '../../text/units';
import { resultAnswers } from './answering';
import { CALIBRATED, calibrationOffer } from './calibrated-method';
import { matrix } from './matrix';
import { type Opened, opened } from './opening';
import { options } from './planning';
import { type Result, result, shelf } from './results';
import { textName } from './text';
import { texts } from '../../text/texts';

export interface MeasuredAnswer {
  report: AnswerReport;
  text: string;
  asked: PlanOptions;
  calibration: Calibrated | null;
  bytes: number; // of the file
}

/** By what a run was calibrated. */
type Calibrated = Pick<CalibrationFigures, 'level' | 'tokens'> & { text: string };

/** Of one model; by what was asked of its runs. */
export const measured = signal<{ of: Opened | null; answers: ReadonlyMap<string, MeasuredAnswer> }>({
  of: null,
  answers: new Map(),
});

/** Everything that decides what a run writes. */
function keyOf(asked: PlanOptions, matrixName: string | null, calibration: Calibrated | null): string {
  const entries = Object.entries(asked).filter(([, value]) => value !== undefined && value !== false);
  const by = calibration && [calibration.text, calibration.level, calibration.tokens];
  return JSON.stringify([matrixName, by, entries.sort(([a], [b]) => (a < b ? -1 : 1))]);
}

/** What the plan would be calibrated by. */
function calibrationAsked({ method }: PlanOptions): Calibrated | null {
  const offer = calibrationOffer.value;
  if (method !== CALIBRATED || offer === null || typeof offer === 'string') return null;
  return { text: textName.value, level: offer.level, tokens: offer.tokens };
}

/** What the open model's answers became when a run was asked for this; null where nobody has measured it. */
export function measuredAnswer(asked: PlanOptions): MeasuredAnswer | null {
  const { of, answers } = measured.value;
  const model = opened.value;
  if (of === null || of !== model) return null;
  const matrixName = model.model.importance ? (matrix.value?.file.name ?? null) : null;
  return answers.get(keyOf(asked, matrixName, calibrationAsked(asked))) ?? null;
}

/** The same of a file type under the rest of the plan. */
export function measuredAnswerOf(type: string): MeasuredAnswer | null {
  return measuredAnswer({ ...options.value, type });
}

/** Words for a list: the mean divergence; and for a hint, how it was found. */
export function divergenceWords({ report: { divergence } }: MeasuredAnswer): string {
  return texts().state.nats(fixed(divergence.value, 5));
}
export function divergenceHint({ report: { divergence, tokens }, text }: MeasuredAnswer): string {
  return texts().state.divergenceHint(fixed(divergence.error, 5), integer(tokens), text);
}

/** Of two measurements of the same the one over more text is kept. */
export function keepMeasured(
  of: Opened,
  asked: PlanOptions,
  matrixName: string | null,
  calibration: Calibrated | null,
  answer: MeasuredAnswer,
): void {
  const { of: before, answers } = measured.peek();
  const known = before === of ? answers : new Map<string, MeasuredAnswer>();
  const key = keyOf(asked, matrixName, calibration);
  if ((known.get(key)?.report.tokens ?? 0) > answer.report.tokens) return;
  measured.value = { of, answers: new Map(known).set(key, answer) };
}

/** Of results of this visit, whatever model is open. */
const ofResults = signal<ReadonlyMap<Result, MeasuredAnswer>>(new Map());
export const answersOf = (one: Result): MeasuredAnswer | null => ofResults.value.get(one) ?? null;

function keepOfResult(shown: Result, answer: MeasuredAnswer): void {
  const kept = new Map([...ofResults.peek()].filter(([one]) => shelf.peek().includes(one)));
  if ((kept.get(shown)?.report.tokens ?? 0) <= answer.report.tokens) kept.set(shown, answer);
  ofResults.value = kept;
}

/** Keeps what is found of results. */
export function keepMeasuredAnswers(): void {
  effect(() => {
    const now = resultAnswers.now.value;
    const shown = result.peek();
    if (!now?.done || !shown || now.of !== resultAnswers.pair.peek() || now.of.first !== shown.opened) return;
    const figures = shown.report.calibration;
    const calibration = figures && { text: figures.text.name, level: figures.level, tokens: figures.tokens };
    const answer: MeasuredAnswer = {
      report: now.done.report,
      text: now.text,
      asked: shown.options,
      calibration,
      bytes: shown.report.outputBytes,
    };
    keepMeasured(shown.opened, shown.options, shown.matrix?.name ?? null, calibration, answer);
    keepOfResult(shown, answer);
  });
}
