/** What was measured of answers in this session: it stands beside what is only predicted. */
import { effect, signal } from '@preact/signals';
import type { AnswerReport, PlanOptions } from '../../core/index';
import { integer } from '../../text/units';
import { resultAnswers } from './answering';
import { matrix } from './matrix';
import { type Opened, opened } from './opening';
import { options } from './planning';
import { result } from './running';

export interface MeasuredAnswer {
  report: AnswerReport;
  text: string;
}

/** Of one model; by what was asked of its runs. */
export const measured = signal<{ of: Opened | null; answers: ReadonlyMap<string, MeasuredAnswer> }>({
  of: null,
  answers: new Map(),
});

/** Everything that decides what a run writes. */
function keyOf(asked: PlanOptions, matrixName: string | null): string {
  const entries = Object.entries(asked).filter(([, value]) => value !== undefined && value !== false);
  return JSON.stringify([matrixName, entries.sort(([a], [b]) => (a < b ? -1 : 1))]);
}

/** What the open model's answers became when a run was asked for this; null where nobody has measured it. */
export function measuredAnswer(asked: PlanOptions): MeasuredAnswer | null {
  const { of, answers } = measured.value;
  const model = opened.value;
  if (of === null || of !== model) return null;
  return answers.get(keyOf(asked, model.model.importance ? (matrix.value?.file.name ?? null) : null)) ?? null;
}

/** The same of a file type under the rest of the plan. */
export function measuredAnswerOf(type: string): MeasuredAnswer | null {
  return measuredAnswer({ ...options.value, type });
}

/** Words for a list: the mean divergence; and for a hint, how it was found. */
export function divergenceWords({ report: { divergence } }: MeasuredAnswer): string {
  return `${divergence.value.toFixed(5)} nats`;
}
export function divergenceHint({ report: { divergence, tokens }, text }: MeasuredAnswer): string {
  return (
    `Measured: mean divergence of its answers from the original's, ` +
    `± ${divergence.error.toFixed(5)}, over ${integer(tokens)} scored tokens of ${text}`
  );
}

/** Keeps what is found of results; of two measurements the one over more text. */
export function keepMeasuredAnswers(): void {
  effect(() => {
    const now = resultAnswers.now.value;
    const shown = result.peek();
    if (!now?.done || !shown || now.of !== resultAnswers.pair.peek() || now.of.first !== shown.opened) return;
    const { of, answers } = measured.peek();
    const key = keyOf(shown.options, shown.matrix?.name ?? null);
    const before = of === shown.opened ? answers : new Map<string, MeasuredAnswer>();
    const { report } = now.done;
    if ((before.get(key)?.report.tokens ?? 0) > report.tokens) return;
    measured.value = { of: shown.opened, answers: new Map(before).set(key, { report, text: now.text }) };
  });
}
