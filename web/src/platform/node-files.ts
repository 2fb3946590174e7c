import { closeSync, constants, fstatSync, openSync, readFileSync, statSync, type Stats, type StatsBase } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Problem } from '../core/problem';
import type { SourceHandle } from '../core/source';

/**
 * Ordinary files, opened for reading. Whatever else a path may lead to is refused before it can keep anyone waiting.
 */

/** Set by the build of the command line; the tests run from the sources. */
declare const NIBBLE_BUILT: boolean | undefined;

/** The calibration text that comes with the program. */
export function shippedText(): string {
  const built = typeof NIBBLE_BUILT !== 'undefined';
  return fileURLToPath(new URL(built ? './calibration.txt' : '../../public/calibration.txt', import.meta.url));
}

/** What something that is no ordinary file is; null: it is one. */
export function otherKind(stat: StatsBase<unknown>): string | null {
  if (stat.isFile()) return null;
  if (stat.isDirectory()) return 'a folder';
  if (stat.isFIFO()) return 'a named pipe';
  if (stat.isSocket()) return 'a socket';
  return stat.isCharacterDevice() || stat.isBlockDevice() ? 'a device' : 'something else';
}

/** Also false where nothing can be known of what lies there: a link in a circle, a folder that may not be searched. */
export function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** Opens a file; whoever asked closes it. Throws Problem. */
export function openInput(path: string): SourceHandle & { kind: 'fd' } {
  const { fd, stat } = openOrdinary(path);
  return { kind: 'fd', name: basename(path), bytes: stat.size, modified: stat.mtimeMs, fd };
}

/** The text of a file. Throws Problem. */
export function readText(path: string): string {
  return readBytes(path).toString('utf8');
}

/** The bytes of a small file. Throws Problem. */
export function readBytes(path: string): Buffer {
  const { fd } = openOrdinary(path);
  try {
    return readFileSync(fd);
  } catch (error) {
    throw cannotOpen(path, error);
  } finally {
    closeSync(fd);
  }
}

function openOrdinary(path: string): { fd: number; stat: Stats } {
  let fd: number;
  try {
    refuseOthers(path, statSync(path));
    // Should a pipe have taken the file's place meanwhile, this does not wait for its other end.
    fd = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    throw cannotOpen(path, error);
  }
  try {
    const stat = fstatSync(fd);
    refuseOthers(path, stat);
    return { fd, stat };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function refuseOthers(path: string, stat: Stats): void {
  const kind = otherKind(stat);
  if (kind === null) return;
  const remedy = kind === 'a named pipe' ? ' It is read at several places, so save what comes out of it first.' : '';
  throw new Problem(`${path} is not a file but ${kind}.${remedy}`);
}

function cannotOpen(path: string, error: unknown): Problem {
  if (error instanceof Problem) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return new Problem(`There is no file ${path}.`);
  if (code === 'EACCES') return new Problem(`${path} may not be read: permission denied.`);
  return new Problem(`${path} cannot be opened: ${message}.`);
}
