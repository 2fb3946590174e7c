import { read } from 'node:fs';
import { BlobSource, endedEarly, type ByteSource, type SourceHandle } from '../core/source';
import { Problem } from '../core/problem';

/** A file by its descriptor, which whoever opened it closes. */
class DescriptorSource implements ByteSource {
  readonly name: string;
  readonly bytes: number;
  readonly #fd: number;

  constructor(name: string, bytes: number, fd: number) {
    this.name = name;
    this.bytes = bytes;
    this.#fd = fd;
  }

  async read(offset: number, length: number, into: Uint8Array): Promise<Uint8Array> {
    let filled = 0;
    while (filled < length) {
      const got = await this.#readSome(into, filled, length - filled, offset + filled);
      if (got === 0) throw endedEarly(this.name, offset, length, filled);
      filled += got;
    }
    return into;
  }

  #readSome(into: Uint8Array, start: number, length: number, offset: number): Promise<number> {
    return new Promise((resolve, reject) => {
      read(this.#fd, into, start, length, offset, (error, got) => {
        if (error) reject(new Problem(`${this.name} cannot be read: ${error.message}`));
        else resolve(got);
      });
    });
  }
}

export function openNodeSource(handle: SourceHandle): ByteSource {
  return handle.kind === 'fd'
    ? new DescriptorSource(handle.name, handle.bytes, handle.fd)
    : new BlobSource(handle.name, handle.blob);
}
