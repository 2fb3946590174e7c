/** The model that is open, and how it came to be. */
import { signal } from '@preact/signals';
import { breath, type ModelInfo, Problem, sentenceOf } from '../../core/index';
import { type Adapter, isNamedAs, type Model, openFiles } from '../engine';
import { texts } from '../../text/texts';
import { type Matrix, matrix } from './matrix';
import { tellProblem } from './notices';

export interface Opened {
  model: Model;
  /** What was given; `folder` names where it lay, when it was a folder. */
  files: readonly File[];
  folder: string;
  info: ModelInfo;
  /** The files' names as a person would say them. */
  title: string;
  /** What a command would be given: the folder, or the file. */
  input: string;
  along: Along;
  /** The open model that this lies beside: what looks at its images, an adapter for it, its folder. */
  beside?: Opened;
}

/** What was opened with the model, and stays with it until other files are opened. */
export interface Along {
  adapters: readonly Adapter[];
  denseModules: boolean;
}
const NOTHING: Along = { adapters: [], denseModules: false };

export const opened = signal<Opened | null>(null);
/** Files whose headers are being read. */
export const opening = signal<string | null>(null);

let latest = 0;

/** Opens files as one model. What was open stays until the new one can be shown; the last call wins. */
export async function open(files: readonly File[], folder = '', along = NOTHING): Promise<void> {
  if (files.length === 0 && !folder) return;
  latest += 1;
  const mine = latest;
  const title = folder || titleOf(files);
  opening.value = title;
  try {
    const merged = along.adapters.filter((adapter) => adapter.merged);
    const model = await openFiles(files, folder, { ...along, adapters: merged, matrix: matrix.value?.file });
    await breath(); // headers are read in one task, and shown in another
    if (mine !== latest) {
      model.close();
      return;
    }
    const { info, given } = model;
    // Where a folder's name tells nothing, the model's own does.
    const called = folder === '' ? title : given.origin.name || info.name || title;
    const input = folder || mainFile(info.files).name;
    opened.value = { model, files, folder, info, title: called, input, along };
  } catch (error) {
    if (mine === latest) refuse(title, new Problem(withoutName(sentenceOf(error), title)));
  } finally {
    if (mine === latest) opening.value = null;
  }
}

/** Says that something is not opened, in a sentence of the page's or whatever was thrown, and what still is. */
export function refuse(title: string, error: unknown): void {
  const { notOpened, stillOpen } = texts().state;
  tellProblem(notOpened(title), error, opened.value ? stillOpen(opened.value.title) : '');
}

/** The core's sentences name the file first; here the name stands before them anyway. */
function withoutName(sentence: string, name: string): string {
  return sentence.startsWith(`${name}: `) ? sentence.slice(name.length + 2) : sentence;
}

/** Uses another matrix, or none. The open model is opened anew: a run that is going keeps the one it began with. */
export async function changeMatrix(next: Matrix | null): Promise<void> {
  matrix.value = next;
  if (opened.value) await open(opened.value.files, opened.value.folder, opened.value.along);
}

/** Opens the same model with other things along. */
export async function openAlong(change: Partial<Along>): Promise<void> {
  const model = opened.value;
  if (model) await open(model.files, model.folder, { ...model.along, ...change });
}

function titleOf(files: readonly File[]): string {
  if (files.length === 0) return '';
  const { name } = mainFile(files);
  return files.length === 1 ? name : texts().state.andOtherFiles(name, files.length - 1);
}

/** The first file with weights, by its name; small files may lie beside it. */
function mainFile<T extends { name: string }>(files: readonly T[]): T {
  return files.find(({ name }) => isNamedAs('weights', name)) ?? files[0]!;
}
