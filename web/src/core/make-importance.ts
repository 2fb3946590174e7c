import type { OpenedModel } from './opened-model';
import { addFiles, fileOf, withSums, type MatrixForm } from './merge-importance';
import { throwProblem, withBytes } from './module';
import { runPass, type PassControls, type PassWatch, type PassWishes } from './pass';
import type { SourceHandle } from './source';
import type { Text } from './types';

export interface ImportanceWishes {
  before?: readonly SourceHandle[]; // matrices that are added to
  form?: MatrixForm;
  processOutput?: boolean; // the output layer's input as well, where it is a tensor of its own
  /** Gets the figures of the scored tokens. Without it, the next tokens are not scored. */
  onFigures?: (figures: readonly Float64Array[]) => void;
}

/** What the pass of makeImportance() does. */
export function importancePass({ processOutput = false, onFigures }: ImportanceWishes = {}): PassWishes {
  return { observe: true, observeOutput: processOutput, logits: onFigures !== undefined };
}

/**
 * The importance matrix of a model on texts: the file that llama-imatrix writes. `dataset` is what it calls the texts.
 * Throws Stopped or Problem.
 */
export async function makeImportance(
  model: OpenedModel,
  texts: readonly Text[],
  dataset: string,
  controls: PassControls = {},
  wishes: ImportanceWishes = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const { module } = model.core;
  return withSums(model.core, async (sums) => {
    const chunkTokens = texts[0]?.tokens.length ?? 0;
    await addFiles(model.core, sums, wishes.before ?? [], chunkTokens);
    sums.addDataset(dataset);
    const onSeen: PassWatch['onSeen'] = ({ observed, expert, firstColumn, columns }, values, tokens) => {
      const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
      withBytes(module, bytes, (pointer) => {
        for (const number of observed!) {
          const { name, shape } = model.info.tensors[number]!;
          const matrices = shape[2] ?? 1;
          throwProblem(sums.add(name, shape[0]!, matrices, expert!, firstColumn!, pointer, columns!, tokens));
        }
      });
    };
    const figures = await runPass([model], texts, controls, { onSeen }, importancePass(wishes));
    wishes.onFigures?.(figures);
    return fileOf(module, sums, chunkTokens, wishes.form ?? 'gguf');
  });
}
