import { unlinkSync, type BigIntStats } from 'node:fs';
import { lstat, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { Problem } from '../core/problem';
import type { Destination, Store } from '../core/ordered-files';
import type { Hasher, OutputFile } from '../core/sink';
import { createNodeHasher } from './node-hasher';

/** Unfinished files, to be removed even when the process ends in a hurry. */
const unfinished = new Set<string>();
process.on('exit', () => {
  for (const path of unfinished) {
    try {
      unlinkSync(path);
    } catch {
      // The process ends anyway and cannot say more than it did.
    }
  }
});

/** The name of an output file until it is complete. */
export function partialOf(path: string): string {
  return `${path}.partial`;
}

/** Files on disk. Each is written beside its final place and renamed when all are complete. */
export class DiskDestination implements Destination {
  readonly #pathOf: (name: string) => string;

  /** `pathOf` gives the final path of an output file by its name in the plan. */
  constructor(pathOf: (name: string) => string) {
    this.#pathOf = pathOf;
  }

  async createHasher(): Promise<Hasher> {
    return createNodeHasher();
  }

  async createStore({ name }: OutputFile): Promise<Store> {
    return DiskStore.create(this.#pathOf(name));
  }
}

/** Writes a small text file, whole or not at all. Throws Problem. */
export async function writeText(path: string, text: string): Promise<void> {
  await writeBytes(path, new TextEncoder().encode(text));
}

/** Writes a small file, whole or not at all. Throws Problem. */
export async function writeBytes(path: string, bytes: Uint8Array): Promise<void> {
  await writeWhole(path, (file) => file.write(0, bytes));
}

/** Writes a file, whole or, where `write` throws, not at all. Throws Problem, or what `write` does. */
export async function writeWhole<T>(path: string, write: (file: Pick<DiskStore, 'write'>) => Promise<T>): Promise<T> {
  const store = await DiskStore.create(path);
  try {
    const result = await write(store);
    await store.close();
    await store.publish();
    return result;
  } catch (error) {
    await store.remove();
    throw error;
  }
}

class DiskStore implements Store {
  readonly #path: string;
  readonly #partial: string;
  readonly #file: FileHandle;
  #self: BigIntStats;
  #open = true;
  #published = false;

  /** Only ever makes a new file: what lies or points where the unfinished one goes is not touched. Throws Problem. */
  static async create(path: string): Promise<DiskStore> {
    const partial = partialOf(path);
    try {
      const file = await open(partial, 'wx');
      unfinished.add(partial);
      return new DiskStore(path, partial, file, await file.stat({ bigint: true }));
    } catch (error) {
      throw cannotWrite(path, error);
    }
  }

  private constructor(path: string, partial: string, file: FileHandle, self: BigIntStats) {
    this.#path = path;
    this.#partial = partial;
    this.#file = file;
    this.#self = self;
  }

  async write(offset: number, bytes: Uint8Array): Promise<void> {
    let done = 0;
    while (done < bytes.byteLength) {
      const { bytesWritten } = await this.#file
        .write(bytes, done, bytes.byteLength - done, offset + done)
        .catch((error: unknown) => {
          throw cannotWrite(this.#path, error);
        });
      if (bytesWritten === 0)
        throw new Problem(`${this.#path} could not be written: the disk took no more after ${offset + done} bytes.`);
      done += bytesWritten;
    }
  }

  async close(): Promise<void> {
    try {
      await this.#file.sync();
      this.#self = await this.#file.stat({ bigint: true });
      this.#open = false;
      await this.#file.close();
    } catch (error) {
      throw cannotWrite(this.#path, error);
    }
  }

  async publish(): Promise<object> {
    try {
      if (!(await this.#isAt(this.#partial))) {
        throw new Problem(
          `${this.#path} could not be written: ${this.#partial} was taken away or replaced, perhaps by another run ` +
            'with the same output. Run again, one at a time.',
        );
      }
      await rename(this.#partial, this.#path);
    } catch (error) {
      throw cannotWrite(this.#path, error);
    }
    unfinished.delete(this.#partial);
    this.#published = true;
    return {};
  }

  async remove(): Promise<void> {
    const path = this.#published ? this.#path : this.#partial;
    const mine = await this.#isAt(path);
    if (this.#open) {
      this.#open = false;
      await this.#file.close();
    }
    if (mine) await rm(path, { force: true });
    unfinished.delete(this.#partial);
  }

  /** Whether it is still this file that lies at `path`. */
  async #isAt(path: string): Promise<boolean> {
    const there = await lstat(path, { bigint: true }).catch(() => null);
    if (there === null || there.dev !== this.#self.dev || there.ino !== this.#self.ino) return false;
    // The number of a file that was closed and removed is given to the next one.
    return this.#open || there.mtimeNs === this.#self.mtimeNs;
  }
}

const reasons: Record<string, string> = {
  ENOSPC: 'the disk is full. Free some space and run again',
  EDQUOT: 'your disk quota is used up. Free some space and run again',
  EFBIG: 'the file system does not take files of this size',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOENT: 'its folder does not exist',
  ENOTDIR: 'its folder does not exist',
  EISDIR: 'it is a folder',
  EEXIST: 'there is a file already where it would lie until it is complete, named like it with .partial at the end',
};

function cannotWrite(path: string, error: unknown): Problem {
  if (error instanceof Problem) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  return new Problem(`${path} could not be written: ${reasons[code ?? ''] ?? message}.`);
}
