import type { OpenedModel } from './opened-model';
import { throwProblem, withBytes } from './module';
import { runPass, type PassRun, type PassWatch } from './pass';
import type { Text } from './types';

/**
 * The importance matrix of a model on texts: the GGUF file that llama-imatrix writes. `dataset` is what it calls the
 * texts. Throws Stopped or Problem.
 */
export async function makeImportance(
  model: OpenedModel,
  texts: readonly Text[],
  dataset: string,
  run: PassRun = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const { module } = model.core;
  const sums = new module.ImportanceSums();
  try {
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
    await runPass([model], texts, run, { onSeen });
    throwProblem(sums.make(dataset, texts.length, texts[0]?.tokens.length ?? 0));
    const start = sums.filePointer() >>> 0;
    return module.HEAPU8.slice(start, start + sums.fileBytes()) as Uint8Array<ArrayBuffer>;
  } finally {
    sums.delete();
  }
}
