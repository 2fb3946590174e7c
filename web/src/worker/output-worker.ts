import { expose, transfer } from 'comlink';
import { OrderedFiles } from '../core/ordered-files';
import { Problem } from '../core/problem';
import type { FinishedFile, OutputFile } from '../core/sink';
import { clearLeftOvers, createFolder, remove, takeFolder } from './private-folder';
import { MemoryDestination, PickedDestination, PrivateDestination } from './stores';
import { describeIn, type RunDescription } from './unfinished';

/** Where the output ends up: a file the person picked, a private file to be downloaded, or memory. */
export type DestinationKind = 'picked' | 'private' | 'memory';

/** Writes and hashes the output away from the page. */
export class OutputWriter {
  #files: OrderedFiles | null = null;
  #folder: FileSystemDirectoryHandle | null = null;
  #picked = false;
  #takenUp: FileSystemDirectoryHandle | null = null;

  /** Without a picked file: a private file, or memory where there is no private file system. */
  async start(picked: FileSystemFileHandle | null): Promise<DestinationKind> {
    this.#picked = picked !== null;
    if (picked) {
      this.#files = new OrderedFiles(new PickedDestination(picked));
      return 'picked';
    }
    try {
      await clearLeftOvers();
      this.#folder = await createFolder();
    } catch {
      // Private windows of some browsers have no private file system.
      this.#files = new OrderedFiles(new MemoryDestination());
      return 'memory';
    }
    this.#files = new OrderedFiles(new PrivateDestination(this.#folder));
    return 'private';
  }

  /** Takes the private folder of a run that was cut short. Answers false where another tab has it. */
  async takeUp(name: string): Promise<boolean> {
    this.#takenUp = await takeFolder(name);
    if (this.#takenUp) this.#files = new OrderedFiles(new PrivateDestination(this.#takenUp, true));
    return this.#takenUp !== null;
  }

  /** Notes beside a private output what a page needs to go on with it another time. */
  async describe(run: RunDescription): Promise<void> {
    if (this.#folder) await describeIn(this.#folder, run);
  }

  async open(files: OutputFile[], decisive?: readonly Uint8Array[]): Promise<string[]> {
    if (this.#picked && files.length > 1) {
      throw new Problem(
        `One file was picked, but the output has ${files.length} ` +
          `parts. Run it without picking a file, and save each part.`,
      );
    }
    const records = await this.#files!.open(files, decisive && (async () => decisive));
    this.#folder ??= this.#takenUp; // what cannot go on here may elsewhere
    return records;
  }
  async write(file: number, offset: number, bytes: Uint8Array, record?: string): Promise<ArrayBuffer> {
    const buffer = await this.#files!.write(file, offset, bytes, record);
    return transfer(buffer, [buffer]);
  }
  finish(): Promise<FinishedFile[]> {
    return this.#files!.finish();
  }
  abort(): Promise<void> {
    return this.#files!.abort();
  }
  async suspend(): Promise<string | null> {
    const kept = await this.#files!.suspend();
    if (kept !== null) this.#folder = null; // it stays
    return kept;
  }
  /** Removes a private output file; the worker can go then. */
  async dispose(): Promise<void> {
    if (this.#folder) await remove(this.#folder.name);
    this.#folder = null;
  }
}

expose(new OutputWriter());
