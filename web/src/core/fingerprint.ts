import type { OpenedModel, PreparedRun } from './opened-model';
import type { Platform } from './platform';
import type { SourceHandle } from './source';

/** Pieces of a file that are looked at, and the length of each. */
const pieces = 16;
const pieceBytes = 2 ** 16;

/**
 * Bytes that are the same for two runs only if both write the same output and note the same figures: what is planned,
 * `more`, and a sample of each file that is read. Throws Problem when one cannot be read.
 */
export async function decisiveBytes(
  { core, given }: OpenedModel,
  { plan, headers }: PreparedRun,
  more: unknown,
): Promise<Uint8Array[]> {
  const planned = new TextEncoder().encode(JSON.stringify([core.version, plan, more]));
  const files = [...given.files, ...(given.importance ? [given.importance.file] : [])];
  const samples = await Promise.all(files.map((file) => sampleOf(file, core.platform)));
  return [planned, ...headers, ...samples.flat()];
}

/**
 * Tells a file from others without reading all of it: its length, and 16 pieces of 64 KiB from its begin to its end; a
 * file that is no longer than they are together goes in whole.
 */
async function sampleOf(file: SourceHandle, platform: Platform): Promise<Uint8Array[]> {
  const { bytes } = file;
  const source = platform.openSource(file);
  const whole = bytes <= pieces * pieceBytes;
  const length = whole ? bytes : pieceBytes;
  const sample: Uint8Array[] = [new TextEncoder().encode(`${bytes}\n`)];
  for (let piece = 0; piece < (whole ? 1 : pieces); piece++) {
    const offset = Math.floor(((bytes - length) / (pieces - 1)) * piece);
    sample.push((await source.read(offset, length, new Uint8Array(length))).subarray(0, length));
  }
  return sample;
}
