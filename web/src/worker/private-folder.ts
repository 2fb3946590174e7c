/**
 * Folders in the browser's private file system, one for each run. A folder lives as long as the worker that made it:
 * the worker holds a lock of the folder's name, and whoever comes later removes folders whose lock nobody holds.
 */
const parentName = 'nibble-output';

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

/** Removes the outputs of pages that were closed or broke down. Every run does so first; a page may when it opens. */
export async function removeLeftOvers(): Promise<void> {
  const parent = await openParent();
  const names: string[] = [];
  for await (const name of parent.keys()) names.push(name);
  for (const name of names) {
    await navigator.locks.request(lockName(name), { ifAvailable: true }, async (lock) => {
      if (lock) await parent.removeEntry(name, { recursive: true });
    });
  }
}

export async function removeFolder(folder: FileSystemDirectoryHandle): Promise<void> {
  await (await openParent()).removeEntry(folder.name, { recursive: true });
}

async function openParent(): Promise<FileSystemDirectoryHandle> {
  return (await navigator.storage.getDirectory()).getDirectoryHandle(parentName, { create: true });
}

function lockName(folder: string): string {
  return `${parentName}/${folder}`;
}
