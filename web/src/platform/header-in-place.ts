import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { Problem } from '../core/problem';

/**
 * Replaces the first bytes of a file by as many others, so that whatever happens halfway, the file can be made what it
 * was: the old bytes lie beside it, on the disk, before one of them is written over, and until all new ones are there.
 */

/** Where the old header lies meanwhile. */
export const keptHeader = (path: string): string => `${path}.header-before`;

const magic = Buffer.from('nibble header 1\n');
const hashBytes = 32;

/** Throws Problem when the file cannot be written. */
export function replaceHeader(path: string, header: Uint8Array): void {
  const file = openFile(path, 'r+');
  try {
    const before = readStart(file, header.byteLength);
    const kept = keptHeader(path);
    const fileBytes = Buffer.alloc(8);
    fileBytes.writeBigUInt64LE(BigInt(fstatSync(file).size));
    const content = Buffer.concat([magic, fileBytes, createHash('sha256').update(before).digest(), before]);
    writeWhole(`${kept}.partial`, content);
    renameSync(`${kept}.partial`, kept);
    syncFolder(path);
    writeStart(file, header);
    rmSync(kept);
    syncFolder(path);
  } finally {
    closeSync(file);
  }
}

/**
 * Makes a file again what it was where replaceHeader() did not come to its end. Whether that was so. Throws Problem
 * when what lies beside the file is not its header.
 */
export function restoreHeader(path: string): boolean {
  const kept = keptHeader(path);
  rmSync(`${kept}.partial`, { force: true }); // nothing was written over yet
  if (!existsSync(kept)) return false;
  const from = openFile(kept, 'r');
  const file = openFile(path, 'r+');
  try {
    const content = readStart(from, fstatSync(from).size);
    const before = content.subarray(magic.length + 8 + hashBytes);
    const hash = content.subarray(magic.length + 8, magic.length + 8 + hashBytes);
    const sound =
      content.subarray(0, magic.length).equals(magic) &&
      createHash('sha256').update(before).digest().equals(hash) &&
      content.readBigUInt64LE(magic.length) === BigInt(fstatSync(file).size);
    if (!sound) {
      throw new Problem(
        `${kept} is not what an interrupted change left of the header of ${path}: one of the two was changed since. ` +
          'Remove it where the model loads as it is.',
      );
    }
    writeStart(file, before);
    rmSync(kept);
    syncFolder(path);
    return true;
  } finally {
    closeSync(from);
    closeSync(file);
  }
}

function openFile(path: string, flags: string): number {
  try {
    return openSync(path, flags);
  } catch (error) {
    throw new Problem(`${path} cannot be changed where it is: ${(error as Error).message}.`);
  }
}

function readStart(file: number, bytes: number): Buffer {
  const start = Buffer.alloc(bytes);
  for (let at = 0; at < bytes;) {
    const count = readSync(file, start, at, bytes - at, at);
    if (count === 0) throw new Problem('The file has become shorter than its header. Nothing was changed.');
    at += count;
  }
  return start;
}

function writeStart(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.byteLength;) at += writeSync(file, bytes, at, bytes.byteLength - at, at);
  fsyncSync(file);
}

function writeWhole(path: string, content: Buffer): void {
  const file = openFile(path, 'w');
  try {
    writeStart(file, content);
  } finally {
    closeSync(file);
  }
}

/** Names last only when their folder was synchronized; Windows does it by itself. */
function syncFolder(path: string): void {
  if (process.platform === 'win32') return;
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
