import { Stopped } from './problem';
import type { Hasher } from './sink';
import type { ByteSource } from './source';

export interface HashedFile {
  name: string;
  bytes: number;
  sha256: string;
}

/** Read at a time: large enough that a read costs little, small enough to stop soon. */
const pieceBytes = 4 * 1024 * 1024;

/** SHA-256 of a whole file, in hexadecimal. `onBytes` gets what each step added. Throws Stopped or Problem. */
export async function hashSource(
  source: ByteSource,
  hasher: Hasher,
  { signal, onBytes }: { signal?: AbortSignal; onBytes?: (bytes: number) => void } = {},
): Promise<string> {
  let buffer = new Uint8Array(Math.min(pieceBytes, source.bytes));
  for (let at = 0; at < source.bytes; at += pieceBytes) {
    if (signal?.aborted) throw new Stopped();
    const length = Math.min(pieceBytes, source.bytes - at);
    buffer = (await source.read(at, length, buffer)) as Uint8Array<ArrayBuffer>;
    hasher.update(buffer.subarray(0, length));
    onBytes?.(length);
  }
  return hasher.digest();
}
