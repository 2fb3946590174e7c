import { createSHA256 } from 'hash-wasm';
import type { JournalStore } from '../core/journal';
import type { Destination, Lasting, LastingStore, Store } from '../core/ordered-files';
import { Problem, sentenceOf } from '../core/problem';
import type { FinishedFile, Hasher, OutputFile } from '../core/sink';
import { bytes as sizeText } from '../text/units';
import { journalName } from './unfinished';

/** Most that is kept in memory where the browser offers no file to write to. */
export const memoryLimitBytes = 2 ** 30;

export async function createHasher(): Promise<Hasher> {
  const sha256 = (await createSHA256()).init();
  return {
    update: (bytes) => void sha256.update(bytes),
    peek() {
      const state = sha256.save();
      const digest = sha256.digest();
      sha256.load(state);
      return digest;
    },
    digest: () => sha256.digest(),
  };
}

export function diskFull(detail: string): Problem {
  return new Problem(
    `The output could not be written: the disk is full or the browser ` +
      `gives this page no more of it (${detail}). Free some space and run again.`,
  );
}

/** Files in the browser's private file system, all in one folder that belongs to this run alone. */
export class PrivateDestination implements Destination {
  readonly createHasher = createHasher;
  readonly lasting: Lasting;
  readonly #folder: FileSystemDirectoryHandle;

  /** `resumes`: the folder is that of an earlier run. */
  constructor(folder: FileSystemDirectoryHandle, resumes = false) {
    this.#folder = folder;
    this.lasting = {
      journal: new PrivateJournal(folder),
      resumes,
      reopenStore: (file) => this.createStore(file),
      whereabouts: '', // the page says it, in the person's language
    };
  }

  /** What is there of a file of that name stays. */
  async createStore({ name, bytes }: OutputFile): Promise<LastingStore> {
    const folder = this.#folder;
    const fileName = name || 'output';
    const file = await folder.getFileHandle(fileName, { create: true });
    const access = await file.createSyncAccessHandle();
    try {
      access.truncate(bytes); // the browser counts it now, and not when most of it is written
    } catch {
      access.close();
      await folder.removeEntry(fileName);
      throw new Problem(
        `The output takes ${sizeText(bytes)}, and this browser has no room for it in this page’s private ` +
          `storage any more. Free space on the disk and run again.`,
      );
    }
    return {
      write(offset, chunk) {
        let written: number;
        try {
          written = access.write(chunk as Uint8Array<ArrayBuffer>, { at: offset });
        } catch (error) {
          throw diskFull(sentenceOf(error));
        }
        // A full disk is not an exception everywhere: browsers answer with a short count or with a huge one.
        if (written !== chunk.byteLength) throw diskFull(`${offset} of ${bytes} bytes fitted`);
      },
      async read(offset, chunk) {
        return access.read(chunk as Uint8Array<ArrayBuffer>, { at: offset });
      },
      async close() {
        access.flush();
        access.close();
      },
      async leave() {
        access.close();
      },
      async publish() {
        return { blob: await file.getFile() };
      },
      async remove() {
        access.close();
        await folder.removeEntry(fileName);
      },
    };
  }
}

class PrivateJournal implements JournalStore {
  readonly #folder: FileSystemDirectoryHandle;
  #access: FileSystemSyncAccessHandle | null = null;
  #length = 0;

  constructor(folder: FileSystemDirectoryHandle) {
    this.#folder = folder;
  }

  async read(): Promise<string> {
    const file = await this.#folder.getFileHandle(journalName, { create: true });
    return (await file.getFile()).text();
  }

  async begin(text: string): Promise<void> {
    const isThere = (await this.read()).startsWith(text);
    this.#access = await (await this.#folder.getFileHandle(journalName)).createSyncAccessHandle();
    this.#length = isThere ? new TextEncoder().encode(text).byteLength : 0;
    this.#access.truncate(this.#length);
    if (!isThere) await this.append(text);
  }

  async append(text: string): Promise<void> {
    const bytes = new TextEncoder().encode(text);
    if (this.#access!.write(bytes, { at: this.#length }) !== bytes.byteLength) throw diskFull('the journal of the run');
    this.#length += bytes.byteLength;
  }

  async close(): Promise<void> {
    this.#access?.close();
    this.#access = null;
  }

  async remove(): Promise<void> {
    if (this.#access === null) return;
    await this.close();
    await this.#folder.removeEntry(journalName);
  }
}

/** The one file that the person picked. The browser keeps what is written aside until it is complete. */
export class PickedDestination implements Destination {
  readonly createHasher = createHasher;
  readonly #file: FileSystemFileHandle & { remove?(): Promise<void> };

  constructor(file: FileSystemFileHandle) {
    this.#file = file;
  }

  async createStore(): Promise<Store> {
    const file = this.#file;
    const wasEmpty = (await file.getFile()).size === 0;
    const stream = await file.createWritable();
    let closed = false;
    return {
      async write(offset, chunk) {
        try {
          await stream.write({ type: 'write', position: offset, data: chunk as Uint8Array<ArrayBuffer> });
        } catch (error) {
          throw diskFull(sentenceOf(error));
        }
      },
      async close() {},
      async publish() {
        try {
          await stream.close();
        } catch (error) {
          throw diskFull(sentenceOf(error));
        }
        closed = true;
        return { blob: await file.getFile() };
      },
      async remove() {
        if (!closed) await stream.abort();
        // The picker made an empty file; a file that was there before keeps its old content.
        if (closed || wasEmpty) await file.remove?.();
      },
    };
  }
}

/** Files in memory, up to a limit. */
export class MemoryDestination implements Destination {
  readonly createHasher = createHasher;
  #promised = 0;

  async createStore({ bytes }: OutputFile): Promise<Store> {
    this.#promised += bytes;
    if (this.#promised > memoryLimitBytes) {
      throw new Problem(
        `This browser offers no file to write to here, and the output of ${bytes} bytes is more than the ` +
          `${memoryLimitBytes} that are kept in memory. Use a normal (not a private) window, or another browser.`,
      );
    }
    let parts: Blob[] = [];
    return {
      write(_offset, chunk) {
        parts.push(new Blob([chunk as Uint8Array<ArrayBuffer>]));
      },
      async close() {},
      async publish(): Promise<Pick<FinishedFile, 'blob'>> {
        return { blob: new Blob(parts) };
      },
      async remove() {
        parts = [];
      },
    };
  }
}
