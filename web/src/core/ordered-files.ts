import { Problem } from './problem';
import type { ByteSink, FinishedFile, Hasher, OutputFile } from './sink';

/** One file on its way out: the part of a sink that differs from one destination to another. */
export interface Store {
  write(offset: number, bytes: Uint8Array): void | Promise<void>;
  /** Everything is written: flush and let go, but do not yet give the file its final name. */
  close(): Promise<void>;
  /** Gives the file its final name or form. */
  publish(): Promise<Pick<FinishedFile, 'blob'>>;
  /** Removes the file, open or closed, published or not. */
  remove(): Promise<void>;
}

export interface Destination {
  createStore(file: OutputFile): Promise<Store>;
  createHasher(): Promise<Hasher>;
}

/** Writes the files one after the other into a Destination, hashing and counting on the way. */
export class OrderedFiles implements ByteSink {
  readonly #destination: Destination;
  #files: OutputFile[] = [];
  #stores: Store[] = [];
  #digests: string[] = [];
  #hasher: Hasher | null = null;
  #position = 0;
  #pending: Promise<unknown> = Promise.resolve();

  constructor(destination: Destination) {
    this.#destination = destination;
  }

  open(files: OutputFile[]): Promise<void> {
    this.#files = files;
    // The first file is made at once, so that one that cannot be written to is known before any work is done.
    return this.#inTurn(() => this.#startNext());
  }

  write(file: number, offset: number, bytes: Uint8Array): Promise<ArrayBuffer> {
    return this.#inTurn(async () => {
      if (file === this.#stores.length && this.#isWhole()) {
        await this.#endCurrent();
        await this.#startNext();
      }
      if (file !== this.#stores.length - 1 || offset !== this.#position) {
        throw new Error(`Output out of order: file ${file}, byte ${offset}; expected byte ${this.#position}.`);
      }
      await this.#stores[file]!.write(offset, bytes);
      this.#hasher!.update(bytes);
      this.#position += bytes.byteLength;
      return bytes.buffer as ArrayBuffer;
    });
  }

  finish(): Promise<FinishedFile[]> {
    return this.#inTurn(async () => {
      if (this.#stores.length !== this.#files.length || !this.#isWhole()) throw new Error('The output is incomplete.');
      await this.#endCurrent();
      const finished: FinishedFile[] = [];
      for (const [index, file] of this.#files.entries()) {
        const { blob } = await this.#stores[index]!.publish();
        finished.push({ name: file.name, bytes: file.bytes, sha256: this.#digests[index]!, ...(blob && { blob }) });
      }
      return finished;
    });
  }

  async abort(): Promise<void> {
    const stores = this.#inTurn(async () => this.#stores.splice(0));
    const removals = await Promise.allSettled((await stores).map((store) => store.remove()));
    const failed = removals.find((removal) => removal.status === 'rejected');
    if (failed) throw new Problem(`An unfinished output file could not be removed: ${String(failed.reason)}`);
  }

  #isWhole(): boolean {
    return this.#position === this.#files[this.#stores.length - 1]?.bytes;
  }

  async #startNext(): Promise<void> {
    const file = this.#files[this.#stores.length];
    if (!file) throw new Error('No such output file.');
    this.#hasher = await this.#destination.createHasher();
    this.#stores.push(await this.#destination.createStore(file));
    this.#position = 0;
  }

  async #endCurrent(): Promise<void> {
    this.#digests.push(this.#hasher!.digest());
    await this.#stores[this.#stores.length - 1]!.close();
  }

  /** Runs one thing after the other; a failure is the caller's and does not stop what comes next. */
  #inTurn<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#pending.then(task);
    this.#pending = result.catch(() => {});
    return result;
  }
}
