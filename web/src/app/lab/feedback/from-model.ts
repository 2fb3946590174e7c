/** Eight columns of a row of the open model, and H of what they meet while the model reads the text of choice. */
import { cutText, inChatTemplate, inputMetric, type PassControls, readWeights, tokensFor } from '../../../core/index';
import { texts } from '../../../text/texts';
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
  const stretches = cutText(tokensFor([model], read.text, read.chat.used), LENGTH, STRETCHES);
  const { values, tokens } = await inputMetric(model, stretches, { tensor, first, columns: COLUMNS }, controls);
  return {
    weights: [...weights],
    metric: values,
    first,
    from: () => {
      const words = texts().lab.feedback;
      const told = read.chat.used ? words.pieceInTurns : words.piece;
      return told(row, info.name, first, first + COLUMNS - 1, tokens, text.name);
    },
  };
}
