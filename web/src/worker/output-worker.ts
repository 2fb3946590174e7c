import { expose, transfer } from 'comlink';
import { OrderedFiles } from '../core/ordered-files';
import { Problem } from '../core/problem';
import type { FinishedFile, OutputFile } from '../core/sink';
import { createFolder, remove, removeLeftOvers } from './private-folder';
import { MemoryDestination, PickedDestination, PrivateDestination } from './stores';

/** Where the output ends up: a file the person picked, a private file to be downloaded, or memory. */
export type DestinationKind = 'picked' | 'private' | 'memory';

/** Writes and hashes the output away from the page. */
export class OutputWriter {
  #files: OrderedFiles | null = null;
  #folder: FileSystemDirectoryHandle | null = null;
  #picked = false;

  /** Without a picked file: a private file, or memory where there is no private file system. */
  async start(picked: FileSystemFileHandle | null): Promise<DestinationKind> {
    this.#picked = picked !== null;
    if (picked) {
      this.#files = new OrderedFiles(new PickedDestination(picked));
      return 'picked';
    }
    try {
      await removeLeftOvers();
      this.#folder = await createFolder();
    } catch {
      // Private windows of some browsers have no private file system.
      this.#files = new OrderedFiles(new MemoryDestination());
      return 'memory';
    }
    this.#files = new OrderedFiles(new PrivateDestination(this.#folder));
    return 'private';
  }

  async open(files: OutputFile[]): Promise<void> {
    if (this.#picked && files.length > 1) {
      throw new Problem(
        `One file was picked, but the output has ${files.length} ` +
          `parts. Run it without picking a file, and save each part.`,
      );
    }
    return this.#files!.open(files);
  }
  async write(file: number, offset: number, bytes: Uint8Array): Promise<ArrayBuffer> {
    const buffer = await this.#files!.write(file, offset, bytes);
    return transfer(buffer, [buffer]);
  }
  finish(): Promise<FinishedFile[]> {
    return this.#files!.finish();
  }
  abort(): Promise<void> {
    return this.#files!.abort();
  }
  /** Removes a private output file; the worker can go then. */
  async dispose(): Promise<void> {
    if (this.#folder) await remove(this.#folder.name);
    this.#folder = null;
  }
}

expose(new OutputWriter());
