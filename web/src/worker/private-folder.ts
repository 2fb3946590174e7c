/**
 * Folders in the browser's private file system, one for each run. A folder lives as long as the worker that made it:
 * the worker holds a lock of the folder's name, and whoever comes later removes folders whose lock nobody holds.
 */
import { type Unfinished, unfinishedIn } from './unfinished';

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

/** Takes a folder that nobody has, and holds its lock until this worker ends. Answers null where somebody has it. */
export async function takeFolder(name: string): Promise<FileSystemDirectoryHandle | null> {
  const taken = await new Promise<boolean>((resolve, reject) => {
    navigator.locks
      .request(lockName(name), { ifAvailable: true }, (lock) => {
        resolve(lock !== null);
        return lock && new Promise(() => {});
      })
      .catch(reject);
  });
  return taken ? (await openParent()).getDirectoryHandle(name) : null;
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

/**
 * Removes a folder if no worker has it, and no run can go on with it. Answers whether it is gone, or what can go on.
 * Throws where nobody can know.
 */
export async function clearUnowned(name: string): Promise<boolean | Unfinished> {
  return navigator.locks.request(lockName(name), { ifAvailable: true }, (lock) => lock !== null && clear(name));
}

/** The same as soon as its worker is gone. */
export async function clearWhenUnowned(name: string): Promise<boolean | Unfinished> {
  return navigator.locks.request(lockName(name), () => clear(name));
}

/** Removes what pages left that were closed or broke down, but for what a run can go on with. Every run does so. */
export async function clearLeftOvers(): Promise<void> {
  for (const { name } of await listFolders()) await clearUnowned(name);
}

async function clear(name: string): Promise<boolean | Unfinished> {
  const folder = await (await openParent()).getDirectoryHandle(name).catch(() => null);
  return (folder && (await unfinishedIn(folder))) ?? remove(name);
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
