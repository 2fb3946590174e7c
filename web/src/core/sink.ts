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
  /**
   * `run` gives bytes that decide what will be written and noted. A sink that lasts goes on with what an earlier run
   * with the same left, where it was made for that: the answer is what was noted with each piece that is there, in
   * order, and the next write is what follows them. Throws Problem when what is there is of another run.
   */
  open(files: OutputFile[], run?: () => Promise<readonly Uint8Array[]>): Promise<string[]>;
  /**
   * Writes `bytes` at `offset` of file number `file`. Writes come in order and without gaps, so that they can be hashed
   * on the way. The buffer may be detached; the answer is one of the same size to use again. `record`: what a later run
   * that goes on with this one is told.
   */
  write(file: number, offset: number, bytes: Uint8Array, record?: string): Promise<ArrayBuffer>;
  /** Makes the files complete. */
  finish(): Promise<FinishedFile[]>;
  /** Removes whatever was written. Safe at any time, also after a failed finish(). */
  abort(): Promise<void>;
  /**
   * Keeps what was written for a later run where that can go on with it, and says where (empty: whoever gave the sink
   * does); otherwise the same as abort(), and the answer is null.
   */
  suspend(): Promise<string | null>;
}

/** Running hash of a file. */
export interface Hasher {
  update(bytes: Uint8Array): void;
  /** Of what came so far, in hexadecimal; more may come. */
  peek(): string;
  /** Hexadecimal. */
  digest(): string;
}

/** Takes everything and keeps nothing: for measuring without writing. */
export class DiscardSink implements ByteSink {
  #files: OutputFile[] = [];

  async open(files: OutputFile[]): Promise<string[]> {
    this.#files = files;
    return [];
  }
  async write(_file: number, _offset: number, bytes: Uint8Array): Promise<ArrayBuffer> {
    return bytes.buffer as ArrayBuffer;
  }
  async finish(): Promise<FinishedFile[]> {
    return this.#files.map(({ name, bytes }) => ({ name, bytes, sha256: null }));
  }
  async abort(): Promise<void> {}
  async suspend(): Promise<null> {
    return null;
  }
}
