/** A file of the output, as the plan announces it. */
export interface OutputFile {
  name: string; // "" for a single file
  bytes: number;
}

/** A file that is complete and checked for length. */
export interface FinishedFile {
  name: string;
  bytes: number;
  sha256: string | null; // null: nothing was hashed, because nothing was kept
  /** The file's bytes, where the page may read them. */
  blob?: Blob;
}

/**
 * Where output bytes go. Nothing that looks complete exists before finish() resolved, and nothing at all is left after
 * abort(). Failures are Problems whose sentence says what to do.
 */
export interface ByteSink {
  open(files: OutputFile[]): Promise<void>;
  /**
   * Writes `bytes` at `offset` of file number `file`. Writes come in order and without gaps, so that they can be hashed
   * on the way. The buffer may be detached; the answer is one of the same size to use again.
   */
  write(file: number, offset: number, bytes: Uint8Array): Promise<ArrayBuffer>;
  /** Makes the files complete. */
  finish(): Promise<FinishedFile[]>;
  /** Removes whatever was written. Safe at any time, also after a failed finish(). */
  abort(): Promise<void>;
}

/** Running hash of a file. */
export interface Hasher {
  update(bytes: Uint8Array): void;
  /** Hexadecimal. */
  digest(): string;
}

/** Takes everything and keeps nothing: for measuring without writing. */
export class DiscardSink implements ByteSink {
  #files: OutputFile[] = [];

  async open(files: OutputFile[]): Promise<void> {
    this.#files = files;
  }
  async write(_file: number, _offset: number, bytes: Uint8Array): Promise<ArrayBuffer> {
    return bytes.buffer as ArrayBuffer;
  }
  async finish(): Promise<FinishedFile[]> {
    return this.#files.map(({ name, bytes }) => ({ name, bytes, sha256: null }));
  }
  async abort(): Promise<void> {}
}
