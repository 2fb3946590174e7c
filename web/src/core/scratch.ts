import type { SourceHandle } from './source';

/** Bytes that are kept aside while a run lasts, at any place, and are gone after close(). */
export interface Scratch {
  write(offset: number, bytes: Uint8Array): Promise<void>;
  read(offset: number, length: number): Promise<Uint8Array>;
  /** What was written, for workers; nothing may be written after it. */
  handle(): Promise<SourceHandle>;
  close(): void;
}
