/**
 * Folders in the browser's private file system, one for each run. A folder lives as long as the worker that made it:
 * the worker holds a lock of the folder's name, and whoever comes later removes folders whose lock nobody holds.
 */
const parentName = 'nibble-output';

export interface Folder {
  name: string;
  bytes: number;
}

/** Makes a folder and holds its lock until this worker ends. Throws where there is no private file system. */
export async function createFolder(): Promise<FileSystemDirectoryHandle> {
  const parent = await openParent();
  const name = crypto.randomUUID();
  await new Promise<void>((resolve, reject) => {
    navigator.locks
      .request(lockName(name), () => {
        resolve();
        return new Promise(() => {});
      })
      .catch(reject);
  });
  return parent.getDirectoryHandle(name, { create: true });
}

/** The folders there are. */
export async function listFolders(): Promise<Folder[]> {
  const found: Folder[] = [];
  for await (const [name, handle] of (await openParent()).entries())
    if (handle.kind === 'directory') found.push({ name, bytes: await bytesIn(handle) });
  return found;
}

async function bytesIn(folder: FileSystemDirectoryHandle): Promise<number> {
  let sum = 0;
  for await (const handle of folder.values())
    if (handle.kind === 'file')
      sum += await handle.getFile().then(
        ({ size }) => size,
        () => 0,
      ); // removed meanwhile
  return sum;
}

/** Removes a folder if no worker has it. Answers whether it is gone. Throws where nobody can know. */
export async function removeUnowned(name: string): Promise<boolean> {
  return navigator.locks.request(lockName(name), { ifAvailable: true }, (lock) => lock !== null && remove(name));
}

/** Removes a folder as soon as its worker is gone. */
export async function removeWhenUnowned(name: string): Promise<void> {
  await navigator.locks.request(lockName(name), () => remove(name));
}

/** Removes the outputs of pages that were closed or broke down. Every run does so first. */
export async function removeLeftOvers(): Promise<void> {
  for (const { name } of await listFolders()) await removeUnowned(name);
}

/** Removes a folder, whoever has it. Answers true, also when somebody else was faster. */
export async function remove(name: string): Promise<true> {
  try {
    await (await openParent()).removeEntry(name, { recursive: true });
  } catch (error) {
    if (!(error instanceof DOMException && error.name === 'NotFoundError')) throw error;
  }
  return true;
}

async function openParent(): Promise<FileSystemDirectoryHandle> {
  return (await navigator.storage.getDirectory()).getDirectoryHandle(parentName, { create: true });
}

function lockName(folder: string): string {
  return `${parentName}/${folder}`;
}
