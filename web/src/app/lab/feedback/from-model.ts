/** Eight columns of a row of the open model, and H of what they meet while the model reads the text of choice. */
import { cutText, inChatTemplate, inputMetric, type PassControls, readWeights, tokensFor } from '../../../core/index';
import type { Model } from '../../engine';
import { headFor, runText } from '../../state/text';
import type { FeedbackExample } from './example';

export const COLUMNS = 8;
const LENGTH = 256;
const STRETCHES = 4;
export const TOKENS = LENGTH * STRETCHES;

/** Throws Stopped or Problem. */
export async function pieceOf(
  model: Model,
  tensor: number,
  row: number,
  first: number,
  controls: PassControls,
): Promise<FeedbackExample> {
  const info = model.info.tensors[tensor]!;
  const weights = await readWeights(model, info, row * info.shape[0]! + first, COLUMNS);
  const text = await runText();
  const read = await inChatTemplate(model, headFor(text, TOKENS));
  const texts = cutText(tokensFor([model], read.text, read.chat.used), LENGTH, STRETCHES);
  const { values, tokens } = await inputMetric(model, texts, { tensor, first, columns: COLUMNS }, controls);
  return {
    weights: [...weights],
    metric: values,
    first,
    from:
      `Row ${row} of ${info.name}, columns ${first} to ${first + COLUMNS - 1}; H of what they met in ` +
      `${tokens} tokens of ${text.name}${read.chat.used ? ', as turns in the chat template' : ''}.`,
  };
}
