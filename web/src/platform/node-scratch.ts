import { closeSync, fstatSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Problem, sentenceOf } from '../core/problem';
import type { Scratch } from '../core/scratch';

/**
 * A file among the system's temporary ones that has no name any more: it goes when the process does. Throws Problem.
 */
export function createNodeScratch(): Scratch {
  const name = 'the temporary file of the calibration';
  const failed = (error: unknown) =>
    new Problem(
      `${name} in ${tmpdir()} could not be used: ${sentenceOf(error)}. Free some space there, or set TMPDIR.`,
    );
  let fd: number;
  try {
    const folder = mkdtempSync(join(tmpdir(), 'nibble-'));
    fd = openSync(join(folder, 'scratch'), 'wx+', 0o600);
    rmSync(folder, { recursive: true });
  } catch (error) {
    throw failed(error);
  }
  return {
    async write(offset, bytes) {
      try {
        for (let done = 0; done < bytes.byteLength;)
          done += writeSync(fd, bytes, done, bytes.byteLength - done, offset + done);
      } catch (error) {
        throw failed(error);
      }
    },
    async read(offset, length) {
      const bytes = new Uint8Array(length);
      const got = readSync(fd, bytes, 0, length, offset);
      if (got < length) bytes.fill(0, got);
      return bytes;
    },
    async handle() {
      const { size, mtimeMs } = fstatSync(fd);
      return { kind: 'fd', name, bytes: size, modified: mtimeMs, fd };
    },
    close: () => closeSync(fd),
  };
}
