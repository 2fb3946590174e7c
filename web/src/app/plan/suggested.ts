/** The file types that are suggested for the open model, and the one that is chosen until the person chooses. */
import { computed, effect } from '@preact/signals';
import { complete, predictions } from '../state/measuring';
import { fits, memoryThere } from '../state/fitting';
import { opened } from '../state/opening';
import { ask, options, prices, typeIsChosen } from '../state/planning';
import { isRunning } from '../state/running';
import { type Candidate, suggest } from './suggest';

/** Of the open model, among what fits the memory that was stated; null while its rows are being measured. */
export const suggestions = computed(() => {
  if (opened.value === null || !complete.value) return null;
  const candidates = [...predictions.value].flatMap<Candidate>(([type, { sqnrDb, missing }]) => {
    const priced = prices.value.get(type);
    if (missing > 0 || !priced || !('price' in priced) || fits(priced.price.outputBytes) === false) return [];
    return [{ type, bytes: priced.price.outputBytes, sqnrDb: sqnrDb.value }];
  });
  const noneFits = memoryThere.value !== null && predictions.value.size > 0;
  return candidates.length > 0 || noneFits ? suggest(candidates) : null;
});

/** From now on what is recommended is chosen, until the person chooses. */
export function followSuggestions(): void {
  effect(() => {
    const type = suggestions.value?.recommended?.type;
    if (type === undefined || typeIsChosen() || isRunning.peek() || options.peek().type === type) return;
    ask({ type }, 'suggested');
  });
}
