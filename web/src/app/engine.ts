/** The page's way to the pipeline: one core, loaded behind the first paint. */
import { signal } from '@preact/signals';
import { blobHandle, checkImportance, type Core, type ImportanceInfo, loadCore, type OpenedModel, openModel, sentenceOf } from '../core/index';
import { browserPlatform } from '../platform/browser';

export type Model = OpenedModel;

/** Null while it loads. */
export const core = signal<Core | null>(null);
export const coreProblem = signal<string | null>(null);

const loading = loadCore(browserPlatform);
loading.then(
  (loaded) => {
    core.value = loaded;
  },
  (error: unknown) => {
    coreProblem.value = sentenceOf(error);
  },
);

/** Reads the headers of files that make one model, and the index of a matrix to use with it. Throws with a sentence. */
export async function openFiles(files: readonly File[], matrix?: File): Promise<Model> {
  return openModel(await loading, files.map(blobHandle), matrix && { file: blobHandle(matrix), path: matrix.name });
}

/** What an importance matrix says of itself. Throws with a sentence when the file is none. */
export async function matrixInfo(file: File): Promise<ImportanceInfo> {
  return checkImportance(await loading, blobHandle(file));
}
