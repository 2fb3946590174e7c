import type { OpenedModel, PlanOptions } from '../core';
import { note } from './text';

/** Says on stderr which rules speak of no tensor, where a command prints no plan that would. */
export function tellIdleRules(model: OpenedModel, options: PlanOptions): void {
  const sentence = model.noteOnRules(options);
  if (sentence) note(sentence);
}
