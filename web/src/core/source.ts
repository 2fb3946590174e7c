import { Problem, sentenceOf } from './problem';

/**
 * A file as it travels to the workers: a browser's File or Blob, or an open file descriptor of this process, with the
 * time the file was last modified before it was opened, in milliseconds; or values that are made of such files
 * (web/src/core/derived-source.ts), by DerivedFile::save() of the core.
 */
export type SourceHandle =
  | { kind: 'blob'; name: string; bytes: number; blob: Blob }
  | { kind: 'fd'; name: string; bytes: number; fd: number; modified: number }
  | { kind: 'derived'; name: string; bytes: number; description: Float64Array<ArrayBuffer>; files: SourceHandle[] };

export function blobHandle(file: File): SourceHandle {
  return { kind: 'blob', name: file.name, bytes: file.size, blob: file };
}

/** Bytes at any place of a file, however large. */
export interface ByteSource {
  readonly name: string;
  readonly bytes: number;
  /**
   * Reads exactly `length` bytes from `offset` on. `into` (at least that long, the whole of its buffer) is used as the
   * buffer and may be detached; go on with the answer, which starts its buffer and is as long as `into`'s was or
   * longer. Throws Problem when the bytes are not there.
   */
  read(offset: number, length: number, into: Uint8Array): Promise<Uint8Array>;
  /**
   * Where the system can: fills `into`, which may lie in the core's memory, before it returns. Throws Problem when the
   * bytes are not there.
   */
  fill?(offset: number, into: Uint8Array): void;
}

/** The sentence for a file that has fewer bytes than it had when it was opened. */
export function endedEarly(name: string, offset: number, wanted: number, got: number): Problem {
  return new Problem(
    `${name} ended early: ${wanted} bytes were expected at byte ${offset}, only ${got} came. ` +
      'It was cut short or changed while it was being read; open it again.',
  );
}

/** The sentence for a file that a browser gives no bytes of. */
function unreadable(name: string, error: unknown): Problem {
  // What browsers say of it, "network error" for streams, is of no use to anybody.
  const known = error instanceof DOMException || error instanceof TypeError;
  return new Problem(
    `${name} can no longer be ` +
      `read${known ? '' : ` (${sentenceOf(error)})`}: since it was chosen it was changed, moved or ` +
      'deleted, or its disk is gone. Choose it again.',
  );
}

/** The text of a small file. Throws Problem when the bytes are not there. */
export async function readText(file: File): Promise<string> {
  try {
    return await file.text();
  } catch (error) {
    throw unreadable(file.name, error);
  }
}

/** A File or Blob, read through byte streams into one reused buffer where the browser has them. */
export class BlobSource implements ByteSource {
  readonly name: string;
  readonly bytes: number;
  readonly #blob: Blob;

  constructor(name: string, blob: Blob) {
    this.name = name;
    this.bytes = blob.size;
    this.#blob = blob;
  }

  async read(offset: number, length: number, into: Uint8Array): Promise<Uint8Array> {
    const slice = this.#blob.slice(offset, offset + length);
    if (slice.size < length) throw endedEarly(this.name, offset, length, slice.size);
    try {
      const reader = byteReader(slice);
      return reader === null ? await copyWhole(slice, into) : await fill(slice, reader, into);
    } catch (error) {
      if (error instanceof Problem) throw error;
      throw unreadable(this.name, error);
    }
  }
}

/** Null where streams of blobs are not byte streams. */
function byteReader(slice: Blob): ReadableStreamBYOBReader | null {
  try {
    return slice.stream().getReader({ mode: 'byob' });
  } catch {
    return null;
  }
}

/**
 * What is being read right now. Chromium's garbage collector takes a stream of a blob although a read is pending, when
 * nothing but that read refers to it, and then the read never ends.
 */
const reading = new Set<{ slice: Blob; reader: ReadableStreamBYOBReader }>();

async function fill(slice: Blob, reader: ReadableStreamBYOBReader, into: Uint8Array): Promise<Uint8Array> {
  const kept = { slice, reader };
  reading.add(kept);
  try {
    return await readAll(reader, slice.size, into);
  } finally {
    reading.delete(kept);
    void reader.cancel().catch(() => {}); // lets go of the browser's side; a failed read has said what is wrong
  }
}

async function readAll(reader: ReadableStreamBYOBReader, length: number, into: Uint8Array): Promise<Uint8Array> {
  let buffer = into.buffer as ArrayBuffer;
  let filled = 0;
  while (filled < length) {
    // `min` asks for all of it in one answer; browsers that do not know it answer in pieces.
    const wanted = length - filled;
    const { done, value } = await reader.read(new Uint8Array(buffer, filled, wanted), { min: wanted });
    if (value) {
      buffer = value.buffer;
      filled += value.byteLength;
    }
    if (done && filled < length) throw new Error(`${length - filled} bytes are missing`);
  }
  return new Uint8Array(buffer);
}

async function copyWhole(slice: Blob, into: Uint8Array): Promise<Uint8Array> {
  const whole = await slice.arrayBuffer();
  into.set(new Uint8Array(whole));
  // Frees the copy now; browsers let such buffers pile up otherwise.
  (whole as ArrayBuffer & { transfer?(length: number): ArrayBuffer }).transfer?.(0);
  return into;
}
