/** How files reach the page: dropped anywhere, chosen, or handed over by the system. */
import { signal } from '@preact/signals';
import { chooseFile, chooseFilesOfFolder, chooseSeveral } from './choose';
import { extensionsOf } from './engine';
import { refuse } from './state/opening';
import { receive } from './state/receiving';
import { texts } from '../text/texts';

/** True while files are held over the window. */
export const dragging = signal(false);

export async function chooseFiles(): Promise<void> {
  const files = await chooseSeveral({
    description: texts().page.kinds.models,
    // Everything while the core still loads.
    extensions: [...new Set([...extensionsOf('weights'), ...extensionsOf('beside'), ...extensionsOf('importance')])],
  });
  if (files) await receive(files);
}

export async function chooseMatrix(): Promise<void> {
  const file = await chooseFile({ description: texts().page.kinds.matrix, extensions: extensionsOf('importance') });
  if (file) await receive([file]);
}

export async function chooseFolder(): Promise<void> {
  const files = await chooseFilesOfFolder();
  if (!files) return;
  const name = files[0]?.webkitRelativePath.split('/')[0];
  await receive(files, name || texts().page.thisFolder);
}

async function filesUnder(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    // As files of a chosen folder have it; dropped ones do not.
    Object.defineProperty(file, 'webkitRelativePath', { value: entry.fullPath.slice(1) });
    return [file];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const entries: FileSystemEntry[] = [];
  // A reader answers in batches; an empty one is the end.
  for (;;) {
    const batch = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (batch.length === 0) break;
    entries.push(...batch);
  }
  return (await Promise.all(entries.map(filesUnder))).flat();
}

async function onDrop(transfer: DataTransfer): Promise<void> {
  const entries = [...transfer.items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  const loose = [...transfer.files];
  const folder = entries.find((entry) => entry.isDirectory);
  if (folder) await receive((await Promise.all(entries.map(filesUnder))).flat(), folder.name);
  else if (loose.length > 0) await receive(loose);
  else refuse(texts().page.dropped, texts().page.droppedNoFile);
}

interface LaunchQueue {
  setConsumer(consumer: (launch: { files: readonly FileSystemFileHandle[] }) => void): void;
}

/**
 * Makes the whole window a drop target, Ctrl+O a way to choose, and takes files that the system opens with the page.
 */
export function listenForFiles(): void {
  let depth = 0; // dragenter and dragleave come for every element on the way
  const carriesFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
  window.addEventListener('dragenter', (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    depth += 1;
    dragging.value = true;
  });
  window.addEventListener('dragover', (event) => {
    if (carriesFiles(event)) event.preventDefault();
  });
  window.addEventListener('dragleave', (event) => {
    if (!carriesFiles(event)) return;
    depth = Math.max(0, depth - 1);
    if (depth === 0) dragging.value = false;
  });
  window.addEventListener('drop', (event) => {
    if (!event.dataTransfer) return;
    event.preventDefault();
    depth = 0;
    dragging.value = false;
    void onDrop(event.dataTransfer);
  });
  window.addEventListener('keydown', (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === 'o') {
      event.preventDefault();
      void chooseFiles();
    }
  });
  const { launchQueue } = window as { launchQueue?: LaunchQueue };
  launchQueue?.setConsumer(async ({ files }) => {
    await receive(await Promise.all(files.map((handle) => handle.getFile())));
  });
}
