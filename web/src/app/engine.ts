/** The page's way to the pipeline: one core, loaded behind the first paint. */
import { signal } from '@preact/signals';
import {
  blobHandle,
  checkImportance,
  chooseFiles as chooseModelFiles,
  type Core,
  type ImportanceInfo,
  loadCore,
  type OpenedModel,
  openModel,
  sentenceOf,
} from '../core/index';
import { browserPlatform } from '../platform/browser';

export type Model = OpenedModel;

/** Null while it loads. */
export const core = signal<Core | null>(null);
export const coreProblem = signal<string | null>(null);

let begin: (core: Promise<Core>) => void;
const loading = new Promise<Core>((resolve) => (begin = resolve));

/** Starts loading the core. Until then everything that needs it waits. */
export function startEngine(): void {
  begin(loadCore(browserPlatform));
}

/** Settles when the core is there, or cannot be. */
export const engineSettled: Promise<unknown> = loading.catch(() => {});

loading.then(
  (loaded) => {
    core.value = loaded;
  },
  (error: unknown) => {
    coreProblem.value = sentenceOf(error);
  },
);

/**
 * Reads the headers of files that make one model, and the index of a matrix to use with it. Of several files, or of a
 * folder's, those that belong to no model are passed over. Throws with a sentence.
 */
export async function openFiles(files: readonly File[], matrix?: File, folder = ''): Promise<Model> {
  const core = await loading;
  const paths = files.map((file) => ({ path: file.webkitRelativePath || file.name, file }));
  const chosen = folder || files.length > 1 ? chooseModelFiles(core, paths) : paths;
  return openModel(
    core,
    chosen.map(({ file }) => blobHandle(file)),
    matrix && { file: blobHandle(matrix), path: matrix.name },
    folder,
  );
}

/** What an importance matrix says of itself. Throws with a sentence when the file is none. */
export async function matrixInfo(file: File): Promise<ImportanceInfo> {
  return checkImportance(await loading, blobHandle(file));
}
