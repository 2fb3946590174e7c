import { unlinkSync } from 'node:fs';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { Problem } from '../core/problem';
import type { Place, Store } from '../core/ordered-files';
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
export class DiskPlace implements Place {
  readonly #pathOf: (name: string) => string;

  /** `pathOf` gives the final path of an output file by its name in the plan. */
  constructor(pathOf: (name: string) => string) {
    this.#pathOf = pathOf;
  }

  async createHasher(): Promise<Hasher> {
    return createNodeHasher();
  }

  async createStore({ name }: OutputFile): Promise<Store> {
    const path = this.#pathOf(name);
    const partial = partialOf(path);
    const file = await open(partial, 'w').catch((error: unknown) => {
      throw cannotWrite(path, error);
    });
    unfinished.add(partial);
    return new DiskStore(path, partial, file);
  }
}

class DiskStore implements Store {
  readonly #path: string;
  readonly #partial: string;
  readonly #file: FileHandle;
  #open = true;
  #published = false;

  constructor(path: string, partial: string, file: FileHandle) {
    this.#path = path;
    this.#partial = partial;
    this.#file = file;
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
      this.#open = false;
      await this.#file.close();
    } catch (error) {
      throw cannotWrite(this.#path, error);
    }
  }

  async publish(): Promise<object> {
    try {
      await rename(this.#partial, this.#path);
    } catch (error) {
      throw cannotWrite(this.#path, error);
    }
    unfinished.delete(this.#partial);
    this.#published = true;
    return {};
  }

  async remove(): Promise<void> {
    if (this.#open) {
      this.#open = false;
      await this.#file.close();
    }
    await rm(this.#published ? this.#path : this.#partial, { force: true });
    unfinished.delete(this.#partial);
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
};

function cannotWrite(path: string, error: unknown): Problem {
  const { code, message } = error as NodeJS.ErrnoException;
  return new Problem(`${path} could not be written: ${reasons[code ?? ''] ?? message}.`);
}
