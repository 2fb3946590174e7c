import { Problem, type Note, type OpenedModel, type PlanOptions } from '../core';
import { note } from './text';

/** What a person should know of a model, or of what is to be made of it. */

/**
 * Says it on stderr, so that stdout stays the result; with --json the result carries it. `of` names one of two models.
 */
export function tell({ json }: { json?: boolean }, notes: readonly Note[], of = ''): void {
  if (json) return;
  for (const { level, text } of notes) note(`${of && `${of}: `}${text}`, level === 'warning' ? 'Warning' : 'Note');
}

/** What is known of a model and of rules that speak of none of its tensors, where no plan is made that would say it. */
export function notesOn(model: OpenedModel, options: PlanOptions): Note[] {
  const idle = model.noteOnRules(options);
  return idle ? [...model.info.notes, { level: 'note', text: idle }] : model.info.notes;
}

/** With --strict, throws Problem when a warning says that the output would be of no use. */
export function beStrict({ strict }: { strict?: boolean }, notes: readonly Note[]): void {
  const reasons = notes.filter(({ level }) => level === 'warning').map(({ text }) => text);
  if (strict && reasons.length > 0) {
    throw new Problem(`The output would not load, or be of no use, and --strict refuses that. ${reasons.join(' ')}`);
  }
}
