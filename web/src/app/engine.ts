/** The page's way to the pipeline: one core, loaded behind the first paint. */
import { signal } from '@preact/signals';
import {
  blobHandle,
  checkImportance,
  chooseFiles as chooseModelFiles,
  extensionOf,
  withoutExtension,
  type Core,
  type FoundGpu,
  type FileKinds,
  type ImportanceInfo,
  loadCore,
  lookForGpu,
  type OpenedModel,
  openModel,
  sentenceOf,
} from '../core/index';
import { ADAPTER_FILES, adapterFile, denseWeights } from '../core/along';
import type { ModelForm } from '../core/opened-model';
import type { SourceHandle } from '../core/source';
import { nowOrWhenWhole } from '../core/module';
import { browserPlatform } from '../platform/browser';

export type Model = OpenedModel;

/** Null while it loads; then it opens GGUF files and plans, at least. */
export const core = signal<Core | null>(null);
/** The same with all of its code, which everything else needs; null while that loads. */
export const wholeCore = signal<Core | null>(null);
export const coreProblem = signal<string | null>(null);

let begin: (core: Promise<Core>) => void;
const loading = new Promise<Core>((resolve) => (begin = resolve));

/** Starts loading the core. Until then everything that needs it waits. */
export function startEngine(): void {
  begin(loadCore(browserPlatform, { soon: true }));
}

/** Settles when all of the core is there, or cannot be. */
export const engineSettled: Promise<unknown> = follow().catch((error: unknown) => {
  coreProblem.value = sentenceOf(error);
});

async function follow(): Promise<void> {
  const loaded = await loading;
  core.value = loaded;
  await loaded.whole;
  wholeCore.value = loaded;
}

/** Waits until the core is there, or failed to load. */
export async function whenLoaded(): Promise<void> {
  await loading.catch(() => {});
}

/** A LoRA adapter, as PEFT writes one into a folder. */
export interface Adapter {
  name: string; // of the folder
  strength: number;
  merged: boolean; // into the model
  files: readonly [settings: File, weights: File];
}

/** What is opened with the files of a model. */
export interface Along {
  matrix?: File | undefined;
  adapters?: readonly Adapter[]; // to be merged
  denseModules?: boolean; // the layers behind the pooling as well
}

/** What files are opened as: one more than the core's, an adapter by itself, which the model tells what it is for. */
export type OpenAs = ModelForm | Adapter;

/**
 * Reads the headers of files that make one model, and the index of a matrix to use with it. Of several files, or of a
 * folder's, those that belong to no model are passed over. Throws with a sentence.
 */
export async function openFiles(
  files: readonly File[],
  folder = '',
  { matrix, adapters = [], denseModules = false }: Along = {},
  as: OpenAs = 'model',
): Promise<Model> {
  const core = await loading;
  const importance = matrix && { file: blobHandle(matrix), path: matrix.name };
  const form = typeof as === 'string' ? as : 'model';
  const [only] = files;
  if (only && files.length === 1 && !folder) return openModel(core, [blobHandle(only)], importance, undefined, form);
  await core.whole;
  const paths = files.map((file) => ({ path: pathIn(folder, file), file }));
  const chosen = chooseModelFiles(core, paths, folder);
  const handles: SourceHandle[] = chosen.files.map(({ file: { file }, name }) => ({ ...blobHandle(file), name }));
  if (denseModules) {
    for (const { file, name } of chosen.files) {
      const path = denseWeights(file.path);
      const weights = path === null ? undefined : paths.find((other) => other.path === path);
      if (weights) handles.push({ ...blobHandle(weights.file), name: denseWeights(name)! });
    }
  }
  const along = typeof as === 'string' ? adapters : [as];
  for (const [index, adapter] of along.entries()) {
    const strength = adapter === as ? 'alone' : adapter.strength;
    for (const [part, file] of adapter.files.entries())
      handles.push({ ...blobHandle(file), name: adapterFile(index, strength, ADAPTER_FILES[part]!) });
  }
  return openModel(core, handles, importance, { name: chosen.name, notes: chosen.notes }, form);
}

/** Those among files that are adapters, each by its two files in one folder, which is called `folder` at the top. */
export function adaptersIn(files: readonly File[], folder: string): Adapter[] {
  const [settingsName, weightsName] = ADAPTER_FILES;
  return files.flatMap((settings) => {
    const path = pathIn(folder, settings);
    if (!path.endsWith(settingsName)) return [];
    const place = path.slice(0, -settingsName.length);
    const weights = files.find((file) => pathIn(folder, file) === place + weightsName);
    const name = place.replace(/\/$/, '').split('/').at(-1) || folder || 'adapter';
    return weights ? [{ name, strength: 1, merged: true, files: [settings, weights] }] : [];
  });
}

/** A file's path below the folder it came with; browsers put that folder's own name in front. */
function pathIn(folder: string, { webkitRelativePath: path, name }: File): string {
  if (!path) return name;
  return path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : path;
}

/**
 * True when the name of a file ends as names of files with weights do, or of those beside them. False while the core
 * loads.
 */
export function isNamedAs(kind: keyof FileKinds, name: string): boolean {
  return extensionOf(name, extensionsOf(kind)) !== undefined;
}

/** Such ends, with their dots; none while the core loads. */
export function extensionsOf(kind: keyof FileKinds): string[] {
  return core.value?.fileKinds[kind] ?? [];
}

/** The name of a file with weights, without the end that says of what kind it is. */
export function stemOf(name: string): string {
  return withoutExtension(name, extensionsOf('weights'));
}

/** The GPU that models can be run on, if there is one. Throws with a sentence when it cannot be used. */
export async function findGpu(): Promise<FoundGpu | null> {
  return lookForGpu(await loading);
}

/** What an importance matrix says of itself. Throws with a sentence when the file is none. */
export async function matrixInfo(file: File): Promise<ImportanceInfo> {
  const core = await loading;
  return nowOrWhenWhole(core.whole, () => checkImportance(core, blobHandle(file)));
}
