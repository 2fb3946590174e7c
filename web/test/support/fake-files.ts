/** Stand-ins for the browser's file handles, with disks that fill up. */

/** What a write answers instead of writing: a count, or an exception of that name. */
type Refusal = number | string;

export class FakeFile {
  bytes: number[];
  removed = false;
  nextWrite: Refusal | null = null;
  readonly #room: number;

  /** A file that can get as long as `room`. */
  constructor(bytes: number[] = [], room = Infinity) {
    this.bytes = bytes;
    this.#room = room;
  }

  get handle(): FileSystemFileHandle {
    return {
      getFile: async () => new File([Uint8Array.from(this.bytes)], 'output'),
      createSyncAccessHandle: async () => ({
        write: (data: Uint8Array, { at }: { at: number }) => this.#write(this.bytes, data, at),
        truncate: (length: number) => {
          if (length > this.#room)
            throw new DOMException('No space available for this operation', 'QuotaExceededError');
          this.bytes = Array.from({ length }, (_, index) => this.bytes[index] ?? 0);
        },
        flush: () => {},
        close: () => {},
      }),
      createWritable: async () => {
        const aside: number[] = [];
        return {
          write: async ({ position, data }: { position: number; data: Uint8Array }) =>
            void this.#write(aside, data, position),
          close: async () => void (this.bytes = aside),
          abort: async () => {},
        };
      },
      remove: async () => void (this.removed = true),
    } as unknown as FileSystemFileHandle;
  }

  #write(to: number[], data: Uint8Array, at: number): number {
    if (typeof this.nextWrite === 'string') throw new DOMException('The quota has been exceeded.', this.nextWrite);
    if (this.nextWrite !== null) return this.nextWrite;
    to.splice(at, data.byteLength, ...data);
    return data.byteLength;
  }
}

export class FakeFolder {
  readonly files = new Map<string, FakeFile>();
  readonly #room: number;

  /** Each file in it has this much room. */
  constructor(room = Infinity) {
    this.#room = room;
  }

  get handle(): FileSystemDirectoryHandle {
    return {
      getFileHandle: async (name: string) => {
        const file = new FakeFile([], this.#room);
        this.files.set(name, file);
        return file.handle;
      },
      removeEntry: async (name: string) => void this.files.delete(name),
    } as unknown as FileSystemDirectoryHandle;
  }
}
