import { createSHA256 } from 'hash-wasm';
import type { Destination, Store } from '../core/ordered-files';
import { Problem, sentenceOf } from '../core/problem';
import type { FinishedFile, Hasher, OutputFile } from '../core/sink';
import { bytes as sizeText } from '../text/units';

/** Most that is kept in memory where the browser offers no file to write to. */
export const memoryLimitBytes = 2 ** 30;

export async function createHasher(): Promise<Hasher> {
  const sha256 = (await createSHA256()).init();
  return { update: (bytes) => void sha256.update(bytes), digest: () => sha256.digest() };
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
  readonly #folder: FileSystemDirectoryHandle;

  constructor(folder: FileSystemDirectoryHandle) {
    this.#folder = folder;
  }

  async createStore({ name, bytes }: OutputFile): Promise<Store> {
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
      async close() {
        access.flush();
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
