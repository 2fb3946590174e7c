import { checkpointsOf, headOf, lineOf, type Checkpoint, type JournalStore } from './journal';
import { Problem } from './problem';
import type { ByteSink, FinishedFile, Hasher, OutputFile } from './sink';
import { Turns } from './turns';

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

/** One that can be left unfinished. */
export interface LastingStore extends Store {
  /** Reads into all of `bytes`, if there is as much. Answers how many came. */
  read(offset: number, bytes: Uint8Array): Promise<number>;
  /** Lets go of the unfinished file and leaves it. */
  leave(): Promise<void>;
}

export interface Destination {
  createStore(file: OutputFile): Promise<Store>;
  createHasher(): Promise<Hasher>;
  /** Where output may outlive the run. */
  readonly lasting?: Lasting;
}

export interface Lasting {
  readonly journal: JournalStore;
  /** Whether to go on with what an earlier run left. */
  readonly resumes: boolean;
  /** Opens what an earlier run left of a file, or makes it. */
  reopenStore(file: OutputFile): Promise<LastingStore>;
  /** A clause that says where what is left unfinished is and how to go on with it; begins with "what was done". */
  readonly whereabouts: string;
}

/** Read at a time of what an earlier run left. */
const pieceBytes = 2 ** 22;

/** Writes the files one after the other into a Destination, hashing and counting on the way. */
export class OrderedFiles implements ByteSink {
  readonly #destination: Destination;
  #files: OutputFile[] = [];
  #stores: Store[] = [];
  #digests: string[] = [];
  #hasher: Hasher | null = null;
  #position = 0;
  readonly #turns = new Turns();
  #journal: JournalStore | null = null; // begun
  #resumes = false;
  #worthKeeping = false;

  constructor(destination: Destination) {
    this.#destination = destination;
  }

  open(files: OutputFile[], run?: () => Promise<readonly Uint8Array[]>): Promise<string[]> {
    this.#files = files;
    return this.#turns.take(async () => {
      const kept = run === undefined ? [] : await this.#takeUp(run);
      // The first file is made at once, so that one that cannot be written to is known before any work is done.
      if (this.#stores.length === 0) await this.#startNext();
      return kept.map(({ record }) => record);
    });
  }

  write(file: number, offset: number, bytes: Uint8Array, record?: string): Promise<ArrayBuffer> {
    return this.#turns.take(async () => {
      if (file === this.#stores.length && this.#isWhole()) {
        await this.#endCurrent();
        await this.#startNext();
      }
      if (file !== this.#stores.length - 1 || offset !== this.#position) {
        throw new Error(`Output out of order: file ${file}, byte ${offset}; expected byte ${this.#position}.`);
      }
      const written = this.#stores[file]!.write(offset, bytes);
      this.#hasher!.update(bytes); // while the system writes
      await written;
      this.#position += bytes.byteLength;
      if (record !== undefined && this.#journal) {
        await this.#journal.append(lineOf({ file, end: this.#position, sha256: this.#hasher!.peek(), record }));
        this.#worthKeeping ||= record !== '';
      }
      return bytes.buffer as ArrayBuffer;
    });
  }

  finish(): Promise<FinishedFile[]> {
    return this.#turns.take(async () => {
      if (this.#stores.length !== this.#files.length || !this.#isWhole()) throw new Error('The output is incomplete.');
      await this.#endCurrent();
      const finished: FinishedFile[] = [];
      for (const [index, file] of this.#files.entries()) {
        const { blob } = await this.#stores[index]!.publish();
        finished.push({ name: file.name, bytes: file.bytes, sha256: this.#digests[index]!, ...(blob && { blob }) });
      }
      await this.#journal?.remove();
      return finished;
    });
  }

  async abort(): Promise<void> {
    const stores = await this.#turns.take(async () => this.#stores.splice(0));
    const removals = await Promise.allSettled([...stores.map((store) => store.remove()), this.#journal?.remove()]);
    const failed = removals.find((removal) => removal.status === 'rejected');
    if (failed) throw new Problem(`An unfinished output file could not be removed: ${String(failed.reason)}`);
  }

  async suspend(): Promise<string | null> {
    const { lasting } = this.#destination;
    const left = await this.#turns.take(async () => this.#worthKeeping && this.#digests.length < this.#files.length);
    if (!lasting || !left) {
      await this.abort();
      return null;
    }
    const stores = await this.#turns.take(async () => this.#stores.splice(0) as LastingStore[]);
    await Promise.allSettled([...stores.map((store) => store.leave()), this.#journal?.close()]);
    return lasting.whereabouts;
  }

  /** Goes on with what an earlier run left, as far as it is what its journal says, and begins a journal. */
  async #takeUp(decisive: () => Promise<readonly Uint8Array[]>): Promise<Checkpoint[]> {
    const { lasting } = this.#destination;
    if (!lasting) return [];
    const { journal, resumes } = lasting;
    this.#resumes = resumes;
    const hasher = await this.#destination.createHasher();
    for (const bytes of await decisive()) hasher.update(bytes);
    const run = hasher.digest();
    const noted = resumes ? await journal.read() : '';
    const kept: Checkpoint[] = [];
    for (const checkpoint of noted === '' ? [] : checkpointsOf(noted, run)) {
      if (!(await this.#has(checkpoint))) break;
      kept.push(checkpoint);
      this.#worthKeeping ||= checkpoint.record !== '';
    }
    await journal.begin(headOf(run) + kept.map(lineOf).join(''));
    this.#journal = journal;
    return kept;
  }

  /** Whether the bytes up to a checkpoint are there; then they count as written. */
  async #has({ file, end, sha256 }: Checkpoint): Promise<boolean> {
    while (this.#stores.length <= file) {
      if (this.#stores.length > 0) {
        if (!this.#isWhole()) return false;
        await this.#endCurrent();
      }
      await this.#startNext();
    }
    const good = this.#position;
    if (file !== this.#stores.length - 1 || end < good || end > this.#files[file]!.bytes) return false;
    if ((await this.#hashUpTo(end)) && this.#hasher!.peek() === sha256) return true;
    this.#hasher = await this.#destination.createHasher();
    this.#position = 0;
    if (!(await this.#hashUpTo(good))) throw new Problem('What an earlier run left is being changed. Run again.');
    return false;
  }

  /** Hashes what is there of the current file up to a place, and goes there. False where there is less. */
  async #hashUpTo(end: number): Promise<boolean> {
    const store = this.#stores.at(-1) as LastingStore;
    const buffer = new Uint8Array(Math.min(pieceBytes, end - this.#position));
    while (this.#position < end) {
      const piece = buffer.subarray(0, Math.min(pieceBytes, end - this.#position));
      if ((await store.read(this.#position, piece)) < piece.byteLength) return false;
      this.#hasher!.update(piece);
      this.#position += piece.byteLength;
    }
    return true;
  }

  #isWhole(): boolean {
    return this.#position === this.#files[this.#stores.length - 1]?.bytes;
  }

  async #startNext(): Promise<void> {
    const file = this.#files[this.#stores.length];
    if (!file) throw new Error('No such output file.');
    this.#hasher = await this.#destination.createHasher();
    const { lasting } = this.#destination;
    const store = this.#resumes ? lasting!.reopenStore(file) : this.#destination.createStore(file);
    this.#stores.push(await store);
    this.#position = 0;
  }

  async #endCurrent(): Promise<void> {
    this.#digests.push(this.#hasher!.digest());
    await this.#stores[this.#stores.length - 1]!.close();
  }
}
