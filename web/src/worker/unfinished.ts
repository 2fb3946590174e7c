/** What a run says of itself in its private folder, for the page that finds it there when its tab is gone. */
import type { OutputFile } from '../core/sink';
import type { PlanOptions } from '../core/types';

export interface RunDescription {
  title: string; // of the model
  output: string; // the name of the output
  type: string;
  options: PlanOptions;
  reference: string | null; // a method that is measured as well
  /** What was read: the model, as it was given, and the importance matrix beside it. */
  files: { name: string; bytes: number }[];
  matrix: { name: string; bytes: number } | null;
  outputFiles: OutputFile[];
  begun: number; // milliseconds since 1970
}

/** A run whose tab is gone, and which can go on. */
export interface Unfinished {
  folder: string;
  run: RunDescription;
  bytes: number; // of the output, written
}

export const journalName = 'run.journal';
const descriptionName = 'run.json';

/** Throws where there is no room. */
export async function describeIn(folder: FileSystemDirectoryHandle, run: RunDescription): Promise<void> {
  const file = await folder.getFileHandle(descriptionName, { create: true });
  const access = await file.createSyncAccessHandle();
  try {
    access.write(new TextEncoder().encode(JSON.stringify(run)), { at: 0 });
    access.flush();
  } finally {
    access.close();
  }
}

/** Null where the run has nothing to go on with: it is complete, had not begun, or notes nothing. */
export async function unfinishedIn(folder: FileSystemDirectoryHandle): Promise<Unfinished | null> {
  const [description, journal] = [await textOf(folder, descriptionName), await textOf(folder, journalName)];
  const noted = journal.split('\n').slice(1, -1);
  if (description === '' || !noted.some((line) => !line.endsWith('"record":""}'))) return null;
  const run = JSON.parse(description) as RunDescription;
  const { file, end } = JSON.parse(noted.at(-1)!) as { file: number; end: number };
  const before = run.outputFiles.slice(0, file).reduce((sum, { bytes }) => sum + bytes, 0);
  return { folder: folder.name, run, bytes: before + end };
}

/** Empty where there is no such file. Throws where it cannot be read, so that nobody takes it for useless. */
async function textOf(folder: FileSystemDirectoryHandle, name: string): Promise<string> {
  try {
    return await (await (await folder.getFileHandle(name)).getFile()).text();
  } catch (error) {
    if (error instanceof DOMException && error.name === 'NotFoundError') return '';
    throw error;
  }
}
