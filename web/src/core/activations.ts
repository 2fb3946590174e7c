import type { ChatUse } from './chat';
import type { OpenedModel } from './opened-model';
import { runPass, type PassControls } from './pass';
import type { Text } from './types';

/** What the columns of a matrix met while a model read texts; of a stack of experts, all together. */
export interface ColumnActivations {
  meanSquares: Float64Array; // E[a²]
  beyond: Float64Array; // how many tokens had a magnitude of at least the threshold
  largest: Float64Array; // magnitude
  tokens: number;
}

/** Of a model's matrices, by their numbers in ModelInfo.tensors. */
export interface Activations {
  threshold: number;
  tokens: number; // of the texts
  chatTemplate?: ChatUse; // how they were read; undefined: nobody said
  columns: ReadonlyMap<number, ColumnActivations>;
}

/** Lets a model read texts and looks at what its matrices are multiplied with. Throws Stopped or Problem. */
export async function seeActivations(
  model: OpenedModel,
  texts: readonly Text[],
  threshold: number,
  controls: PassControls = {},
): Promise<Activations> {
  const columns = new Map<number, ColumnActivations>();
  const of = (number: number): ColumnActivations => {
    let found = columns.get(number);
    if (!found) {
      const length = model.info.tensors[number]!.shape[0]!;
      const empty = () => new Float64Array(length);
      found = { meanSquares: empty(), beyond: empty(), largest: empty(), tokens: 0 };
      columns.set(number, found);
    }
    return found;
  };
  await runPass(
    [model],
    texts,
    controls,
    {
      onSeen({ observed, firstColumn }, sums, tokens) {
        for (const number of observed!) {
          const found = of(number);
          sums.forEach((sum, column) => (found.meanSquares[firstColumn! + column]! += sum));
          // Windows of the columns of the same tokens follow one another.
          if (firstColumn === 0) found.tokens += tokens;
        }
      },
      magnitudes: {
        threshold,
        use({ observed, firstColumn }, beyond, largest) {
          for (const number of observed!) {
            const found = of(number);
            beyond.forEach((count, column) => (found.beyond[firstColumn! + column]! += count));
            largest.forEach((magnitude, column) => {
              const at = firstColumn! + column;
              found.largest[at] = Math.max(found.largest[at]!, magnitude);
            });
          }
        },
      },
    },
    { observe: true, logits: false },
  );
  for (const { meanSquares, tokens } of columns.values()) {
    if (tokens > 0) meanSquares.forEach((sum, column) => (meanSquares[column] = sum / tokens));
  }
  return { threshold, tokens: texts.reduce((sum, text) => sum + text.tokens.length, 0), columns };
}
