/** The page's way to the pipeline: one core, loaded behind the first paint. */
import { signal } from '@preact/signals';
import { blobHandle, type Core, loadCore, type OpenedModel, openModel, sentenceOf } from '../core/index';
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

/** Reads the headers of files that make one model. Throws with a sentence. */
export async function openFiles(files: readonly File[]): Promise<Model> {
  return openModel(await loading, files.map(blobHandle));
}
