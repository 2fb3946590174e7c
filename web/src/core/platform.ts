import type { Kernel } from './kernel';
import type { ByteSource, SourceHandle } from './source';

/** A worker, wherever it runs. Messages are what structured cloning can carry. */
export interface WorkerPort {
  post(message: unknown, transfer?: ArrayBuffer[]): void;
  onMessage(listener: (message: unknown) => void): void;
  /** The worker could not be started, or broke down. */
  onFailure(listener: (error: Error) => void): void;
  terminate(): void;
}

/** What the pipeline needs of the place it runs in. */
export interface Platform {
  /** Workers to use when nobody says. */
  readonly parallelism: number;
  /** The core's code, or the part of it that is wanted first. */
  compile(kernel: Kernel): Promise<WebAssembly.Module>;
  /** What compile() leaves out; null where it gives the whole. */
  compileRest(kernel: Kernel): Promise<WebAssembly.Module | null>;
  openSource(handle: SourceHandle): ByteSource;
  startJobWorker(): WorkerPort;
  /**
   * SHA-256 of a whole file in hexadecimal, away from the page. `onBytes` gets what each step added. Throws Stopped or
   * Problem.
   */
  hashFile(handle: SourceHandle, run: { signal?: AbortSignal; onBytes?: (bytes: number) => void }): Promise<string>;
}
