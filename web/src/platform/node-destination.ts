import { constants, unlinkSync, type BigIntStats } from 'node:fs';
import { lstat, open, readFile, rename, rm, type FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import { Problem } from '../core/problem';
import type { JournalStore } from '../core/journal';
import type { Destination, Lasting, LastingStore } from '../core/ordered-files';
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

/** The name of the journal of a run, whose first output file has that path. */
export function journalOf(path: string): string {
  return `${partialOf(path)}.journal`;
}

/** Files on disk. Each is written beside its final place and renamed when all are complete. */
export class DiskDestination implements Destination {
  readonly #pathOf: (name: string) => string;
  readonly lasting?: Lasting;

  /**
   * `pathOf` gives the final path of an output file by its name in the plan. With `journal`, the path of a first output
   * file, what is unfinished may be left, with a journal beside it; `resumes`: and what is there already is used.
   */
  constructor(pathOf: (name: string) => string, journal?: { of: string; resumes: boolean }) {
    this.#pathOf = pathOf;
    if (!journal) return;
    this.lasting = {
      journal: new DiskJournal(journalOf(journal.of)),
      resumes: journal.resumes,
      reopenStore: ({ name, bytes }) => DiskStore.reopen(pathOf(name), bytes),
      whereabouts:
        `what was done is kept in ${partialOf(basename(journal.of))}, and the same command with --resume ` +
        'goes on with it',
    };
  }

  async createHasher(): Promise<Hasher> {
    return createNodeHasher();
  }

  async createStore({ name }: OutputFile): Promise<LastingStore> {
    return DiskStore.create(this.#pathOf(name));
  }
}

/** A text file that grows. */
class DiskJournal implements JournalStore {
  readonly #path: string;
  #file: FileHandle | null = null;
  #length = 0;

  constructor(path: string) {
    this.#path = path;
  }

  async read(): Promise<string> {
    try {
      return await readFile(this.#path, { encoding: 'utf8', flag: constants.O_RDONLY | constants.O_NOFOLLOW });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
      throw new Problem(`${this.#path} could not be read: ${(error as Error).message}.`);
    }
  }

  async begin(text: string): Promise<void> {
    // Killed in between, the run must not lose what is noted already.
    const isThere = (await this.read()).startsWith(text);
    try {
      if (!isThere) await rm(this.#path, { force: true });
      this.#file = await open(this.#path, isThere ? constants.O_RDWR | constants.O_NOFOLLOW : 'wx');
      unfinished.add(this.#path);
    } catch (error) {
      throw cannotWrite(this.#path, error);
    }
    if (isThere) await this.#file.truncate((this.#length = Buffer.byteLength(text)));
    else await this.append(text);
  }

  async append(text: string): Promise<void> {
    try {
      await this.#file!.write(text, this.#length);
      this.#length += Buffer.byteLength(text);
    } catch (error) {
      throw cannotWrite(this.#path, error);
    }
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = null;
    await file?.close();
    unfinished.delete(this.#path);
  }

  async remove(): Promise<void> {
    if (this.#file === null) return;
    await this.close();
    await rm(this.#path, { force: true });
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

class DiskStore implements LastingStore {
  readonly #path: string;
  readonly #partial: string;
  readonly #file: FileHandle;
  #self: BigIntStats;
  #open = true;
  #published = false;

  /** Only ever makes a new file: what lies or points where the unfinished one goes is not touched. Throws Problem. */
  static create(path: string): Promise<DiskStore> {
    return DiskStore.#openAs(path, 'wx+');
  }

  /** Opens the unfinished file that there is, of at most `bytes`; makes one where there is none. Throws Problem. */
  static async reopen(path: string, bytes: number): Promise<DiskStore> {
    const there = await lstat(partialOf(path)).catch(() => null);
    if (there === null) return DiskStore.create(path);
    const store = await DiskStore.#openAs(path, constants.O_RDWR | constants.O_NOFOLLOW);
    if (there.size > bytes) await store.#file.truncate(bytes);
    return store;
  }

  static async #openAs(path: string, flags: string | number): Promise<DiskStore> {
    const partial = partialOf(path);
    try {
      const file = await open(partial, flags);
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

  async read(offset: number, bytes: Uint8Array): Promise<number> {
    let done = 0;
    while (done < bytes.byteLength) {
      const { bytesRead } = await this.#file.read(bytes, done, bytes.byteLength - done, offset + done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return done;
  }

  async leave(): Promise<void> {
    unfinished.delete(this.#partial);
    if (this.#open) await this.close();
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
