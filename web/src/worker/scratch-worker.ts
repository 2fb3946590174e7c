import { expose, transfer } from 'comlink';
import { Problem } from '../core/problem';
import { clearLeftOvers, createFolder, remove } from './private-folder';
import { diskFull, memoryLimitBytes } from './stores';

const fileName = 'scratch';
const pageBytes = 2 ** 22;

/** Bytes in the browser's private file system, or, where there is none, in memory up to a limit. */
export class ScratchFile {
  #folder: FileSystemDirectoryHandle | null = null;
  #file: FileSystemFileHandle | null = null;
  #access: FileSystemSyncAccessHandle | null = null;
  #pages: Uint8Array<ArrayBuffer>[] = [];

  async start(): Promise<void> {
    try {
      await clearLeftOvers();
      this.#folder = await createFolder();
      this.#file = await this.#folder.getFileHandle(fileName, { create: true });
      this.#access = await this.#file.createSyncAccessHandle();
    } catch {
      // Private windows of some browsers have no private file system.
      this.#access = null;
    }
  }

  write(offset: number, bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#access) {
      const written = this.#access.write(bytes, { at: offset });
      if (written !== bytes.byteLength) throw diskFull(`${offset + written} bytes fitted`);
      return;
    }
    if (offset + bytes.byteLength > memoryLimitBytes) {
      throw new Problem(
        `This browser offers no file to write to here, and what is calibrated is more than the ${memoryLimitBytes} ` +
          'bytes that are kept in memory. Use a normal (not a private) window, or another browser.',
      );
    }
    while (this.#pages.length * pageBytes < offset + bytes.byteLength) this.#pages.push(new Uint8Array(pageBytes));
    this.#inPages(offset, bytes.byteLength, (page, at, done, length) =>
      page.set(bytes.subarray(done, done + length), at),
    );
  }

  read(offset: number, length: number): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(length);
    if (this.#access) this.#access.read(bytes, { at: offset });
    else this.#inPages(offset, length, (page, at, done, count) => bytes.set(page.subarray(at, at + count), done));
    return transfer(bytes, [bytes.buffer]);
  }

  /** What was written; nothing may be written after it. */
  async blob(): Promise<Blob> {
    if (!this.#access) return new Blob(this.#pages);
    this.#access.flush();
    this.#access.close();
    return this.#file!.getFile();
  }

  async dispose(): Promise<void> {
    this.#access?.close();
    if (this.#folder) await remove(this.#folder.name);
  }

  /** The pages that such a stretch lies in. */
  #inPages(
    offset: number,
    length: number,
    use: (page: Uint8Array<ArrayBuffer>, at: number, done: number, length: number) => void,
  ): void {
    for (let done = 0; done < length;) {
      const at = (offset + done) % pageBytes;
      const count = Math.min(length - done, pageBytes - at);
      use(this.#pages[Math.floor((offset + done) / pageBytes)]!, at, done, count);
      done += count;
    }
  }
}

expose(new ScratchFile());
