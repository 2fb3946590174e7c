import { fstatSync, read, readSync } from 'node:fs';
import { BlobSource, type ByteSource, type SourceHandle } from '../core/source';
import { Problem } from '../core/problem';

/** A file by its descriptor, which whoever opened it closes. */
class DescriptorSource implements ByteSource {
  readonly name: string;
  readonly bytes: number;
  readonly #fd: number;
  readonly #modified: number;

  constructor({ name, bytes, fd, modified }: SourceHandle & { kind: 'fd' }) {
    this.name = name;
    this.bytes = bytes;
    this.#fd = fd;
    this.#modified = modified;
  }

  async read(offset: number, length: number, into: Uint8Array): Promise<Uint8Array> {
    let filled = 0;
    while (filled < length) {
      const got = await this.#readSome(into, filled, length - filled, offset + filled);
      if (got === 0) break;
      filled += got;
    }
    this.#expectAll(offset, length, filled);
    return into;
  }

  fill(offset: number, into: Uint8Array): void {
    let filled = 0;
    while (filled < into.byteLength) {
      const got = this.#readSomeNow(into, filled, offset + filled);
      if (got === 0) break;
      filled += got;
    }
    this.#expectAll(offset, into.byteLength, filled);
  }

  #expectAll(offset: number, length: number, filled: number): void {
    this.#expectUnchanged();
    if (filled < length) throw new Problem(`${this.name} has no byte ${offset + filled}, which was to be read.`);
  }

  /** Bytes read before and after a change do not belong together, so none are handed on. */
  #expectUnchanged(): void {
    const { size, mtimeMs } = fstatSync(this.#fd);
    if (size === this.bytes && mtimeMs === this.#modified) return;
    const how = size === this.bytes ? '' : `: it had ${this.bytes} bytes and has ${size} now`;
    throw new Problem(
      `${this.name} was changed on disk while it was being read${how}. ` +
        'Run again when no other program writes to it.',
    );
  }

  #readSome(into: Uint8Array, start: number, length: number, offset: number): Promise<number> {
    return new Promise((resolve, reject) => {
      read(this.#fd, into, start, length, offset, (error, got) => {
        if (error) reject(this.#unreadable(error));
        else resolve(got);
      });
    });
  }

  #readSomeNow(into: Uint8Array, start: number, offset: number): number {
    try {
      return readSync(this.#fd, into, start, into.byteLength - start, offset);
    } catch (error) {
      throw this.#unreadable(error as Error);
    }
  }

  #unreadable(error: Error): Problem {
    return new Problem(`${this.name} cannot be read: ${error.message}`);
  }
}

export function openNodeSource(handle: SourceHandle): ByteSource {
  if (handle.kind === 'derived') throw new Error('Derived values are opened by the core.');
  return handle.kind === 'fd' ? new DescriptorSource(handle) : new BlobSource(handle.name, handle.blob);
}
