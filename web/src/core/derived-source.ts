import type { DerivedReader, NibbleModule } from '../wasm/nibble';
import { allocate, answer, sound, throwProblem } from './module';
import type { ByteSource, SourceHandle } from './source';
import type { StridedRead } from './types';

/** The values of tensors that lie in files in another order or form, as one more file. */
export type DerivedHandle = Extract<SourceHandle, { kind: 'derived' }>;

type PlainOpener = (handle: SourceHandle) => ByteSource;

/** Stretches that lie so near to one another are read together with what is between them. */
const nearBytes = 64 * 1024;
/** What is read at once. */
const pieceBytes = 1024 * 1024;

const opened = new WeakMap<NibbleModule, WeakMap<Float64Array, DerivedSource>>();

/** Opens any file of a model; derived values by the core of this thread, once however often they are opened. */
export function openWith(module: NibbleModule, open: PlainOpener): PlainOpener {
  return (handle) => {
    if (handle.kind !== 'derived') return open(handle);
    const known = opened.get(module) ?? new WeakMap<Float64Array, DerivedSource>();
    opened.set(module, known);
    const source = known.get(handle.description) ?? new DerivedSource(module, handle, handle.files.map(open));
    known.set(handle.description, source);
    return source;
  };
}

/** Frees what the core of this thread keeps for derived values. */
export function closeDerived(module: NibbleModule, handles: readonly SourceHandle[]): void {
  for (const handle of handles) {
    if (handle.kind !== 'derived') continue;
    opened.get(module)?.get(handle.description)?.close();
    opened.get(module)?.delete(handle.description);
  }
}

/**
 * Reads what a piece of the derived file needs and lets the core make it. One piece after the other, however many are
 * asked for at a time. Memory: what DerivedReader::scratch_bytes says.
 */
class DerivedSource implements ByteSource {
  readonly name: string;
  readonly bytes: number;
  readonly #module: NibbleModule;
  readonly #files: ByteSource[];
  readonly #reader: DerivedReader;
  #piece: Uint8Array = new Uint8Array(0);
  #last: Promise<void> = Promise.resolve();

  constructor(module: NibbleModule, { name, bytes, description }: DerivedHandle, files: ByteSource[]) {
    this.name = name;
    this.bytes = bytes;
    this.#module = module;
    this.#files = files;
    const pointer = allocate(module, description.byteLength);
    try {
      module.HEAPU8.set(new Uint8Array(description.buffer, description.byteOffset, description.byteLength), pointer);
      this.#reader = sound(new module.DerivedReader(pointer, description.length), name);
    } finally {
      module._free(pointer);
    }
  }

  close(): void {
    this.#reader.delete();
  }

  read(offset: number, length: number, into: Uint8Array): Promise<Uint8Array> {
    const read = this.#last.then(() => this.#read(offset, length, into));
    this.#last = read.then(
      () => {},
      () => {},
    );
    return read;
  }

  async #read(offset: number, length: number, into: Uint8Array): Promise<Uint8Array> {
    for (let done = 0; done < length;) {
      const { made, inputBytes, reads } = answer(this.#reader.plan(offset + done, length - done));
      const input = allocate(this.#module, inputBytes);
      const output = allocate(this.#module, made);
      try {
        let at = input;
        for (const read of reads) at = await this.#gather(read, at);
        throwProblem(this.#reader.make(input, output));
        into.set(this.#module.HEAPU8.subarray(output, output + made), done);
      } finally {
        this.#module._free(input);
        this.#module._free(output);
      }
      done += made;
    }
    return into;
  }

  /** Brings stretches into the core's memory, one behind the other from `at` on; returns where they end. */
  async #gather({ file, offset, bytes, count, stride }: StridedRead, at: number): Promise<number> {
    const source = this.#files[file]!;
    if (count === 1 || stride > nearBytes) {
      for (let i = 0; i < count; i++) {
        for (let part = 0; part < bytes; part += pieceBytes) {
          const length = Math.min(pieceBytes, bytes - part);
          await this.#readPiece(source, offset + i * stride + part, length);
          this.#module.HEAPU8.set(this.#piece.subarray(0, length), at);
          at += length;
        }
      }
      return at;
    }
    const together = Math.max(1, Math.floor(pieceBytes / stride));
    for (let first = 0; first < count; first += together) {
      const here = Math.min(together, count - first);
      await this.#readPiece(source, offset + first * stride, (here - 1) * stride + bytes);
      for (let i = 0; i < here; i++) {
        this.#module.HEAPU8.set(this.#piece.subarray(i * stride, i * stride + bytes), at);
        at += bytes;
      }
    }
    return at;
  }

  async #readPiece(source: ByteSource, offset: number, length: number): Promise<void> {
    if (this.#piece.byteLength < length) this.#piece = new Uint8Array(Math.max(length, pieceBytes));
    this.#piece = await source.read(offset, length, this.#piece);
  }
}
