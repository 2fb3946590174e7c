import {
  fstatSync,
  lstatSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  type BigIntStats,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Problem } from '../core';
import { otherKind } from '../platform/node-files';
import { journalOf, partialOf } from '../platform/node-destination';
import { bytes as size } from '../text/units';
import { note } from './text';

/** The one rule about what a command may write: no output takes the place of an input, or of another output. */

/** A file of a command, and what it is to the person: "the model", "the receipt". */
export interface NamedFile {
  path: string;
  what: string;
}

export interface Output extends NamedFile {
  /** Inputs whose place it takes when it is complete, if the person says --force. */
  replaceable?: readonly string[];
  force?: boolean;
  /** Of a file whose name the person did not choose: whether what is there already may be replaced. */
  wasOurs?: (content: Buffer) => boolean;
}

/** Where a file lies, and which one it is if there is one: hard links are one file at several paths. */
interface Spot {
  path: string | null;
  file: string | null;
}

/**
 * Where each output is to be written, in the order given, with links followed. Changes nothing. Throws Problem when an
 * output, or the name it has until it is complete, is an input, another output or where results are printed; when it is
 * no ordinary file; and when its folder does not exist.
 */
export function checkOutputs(outputs: readonly Output[], inputs: readonly NamedFile[]): string[] {
  const taken = inputs.map((input) => ({ ...input, spot: existingSpot(input.path) }));
  const streams = [1, 2].map(streamSpot);
  const before: { output: Output; spots: Spot[] }[] = [];
  return outputs.map((output) => {
    const target = targetOf(output);
    const places = [target, partialOf(target), journalOf(target)];
    const spots = places.map(spotOf);
    for (const [index, spot] of spots.entries()) {
      const unfinished = index > 0;
      for (const input of taken) {
        if (!same(spot, input.spot)) continue;
        if (!unfinished && output.force && output.replaceable?.includes(input.path)) continue;
        throw unfinished ? hidesInput(output, places[index]!, input) : replacesInput(output, input);
      }
      if (streams.some((stream) => same(spot, stream)))
        throw new Problem(`${output.path} is where results are printed. Choose another name for ${output.what}.`);
      const other = before.find(({ spots: theirs }) => theirs.some((their) => same(spot, their)));
      if (other) throw bothOutputs(output, other.output);
    }
    if (output.wasOurs && statOf(target) && !output.wasOurs(readFileSync(target))) throw replacesOther(output);
    before.push({ output, spots });
    return target;
  });
}

/** How long an unfinished file must have lain still before it counts as left behind, in ms. */
const stillAfter = 3000;

/**
 * Removes what killed runs left under the unfinished names of these outputs, as checkOutputs() gives them, and says so;
 * `keep`: leaves it to the run that goes on with it. Throws Problem when one is still being written, which is found by
 * watching it for as long as stillAfter.
 */
export async function seeToLeftovers(targets: readonly string[], keep = false): Promise<void> {
  for (const target of targets) {
    const [partial, journal] = [partialOf(target), journalOf(target)];
    const stat = lstatSync(partial, { throwIfNoEntry: false });
    if (!stat) {
      if (!keep) rmSync(journal, { force: true });
      continue;
    }
    const wait = stillAfter - (Date.now() - stat.mtimeMs);
    if (wait > 0) await setTimeout(Math.min(wait, stillAfter));
    const later = lstatSync(partial, { throwIfNoEntry: false });
    if (later?.mtimeMs !== stat.mtimeMs) {
      throw new Problem(`${partial} is being written, perhaps by another run with the same output. Wait for its end.`);
    }
    if (keep) continue;
    const resumable = lstatSync(journal, { throwIfNoEntry: false }) !== undefined;
    try {
      rmSync(partial);
      rmSync(journal, { force: true });
    } catch (error) {
      throw new Problem(`${partial} of an earlier run cannot be removed: ${(error as Error).message}.`);
    }
    const missed = resumable ? ' (--resume goes on with such a file)' : '';
    note(`${partial} (${size(stat.size)}), which an earlier run that was killed left behind, was removed${missed}.`);
  }
}

function replacesInput({ path, what, replaceable }: Output, input: NamedFile): Problem {
  const is = path === input.path ? `is ${input.what}` : `is the same file as ${input.path}, ${input.what}`;
  const force = replaceable?.includes(input.path)
    ? ', or say --force to replace the model when the output is complete'
    : '';
  return new Problem(`${path} ${is}, and ${what} would replace it. Choose another name${force}.`);
}

function replacesOther({ path, what }: Output): Problem {
  return new Problem(
    `${path} is there already, and no run left it: ${what} has that ` +
      `name. Choose another folder for the output, or move that file away.`,
  );
}

function hidesInput({ path, what }: Output, place: string, input: NamedFile): Problem {
  const has = place.endsWith('.journal') ? 'has its journal there' : 'has that name';
  return new Problem(
    `${place} is ${input.what}, and ${what} (${path}) ${has} until it is complete. Choose another name.`,
  );
}

function bothOutputs(one: Output, other: Output): Problem {
  const paths = one.path === other.path ? one.path : `${other.path} and ${one.path}`;
  return new Problem(
    `${paths}: ${other.what} and ${one.what} would replace each other. Choose another name for one of them.`,
  );
}

/** Throws Problem when there can be no ordinary file, or another thing is in the way. */
function targetOf({ path, what }: Output): string {
  const target = behindLinks(path);
  const stat = statOf(target);
  const kind = stat ? otherKind(stat) : path.endsWith('/') ? 'a folder' : null;
  if (kind === 'a folder') throw new Problem(`${path} is a folder; name ${what} in it.`);
  if (kind !== null)
    throw new Problem(`${path} is ${kind}, and ${what} must be an ordinary file. Choose another name.`);
  const partial = lstatSync(partialOf(target), { throwIfNoEntry: false });
  if (partial && !partial.isFile()) {
    const thing = partial.isSymbolicLink() ? 'a link' : otherKind(partial);
    throw new Problem(
      `${partialOf(target)} is ${thing}, and ${what} (${path}) has that name until it is complete. ` +
        'Remove it, or choose another name.',
    );
  }
  return target;
}

/** Through a link, the file behind it is replaced, not the link, also when there is none yet. */
function behindLinks(path: string, links = 0): string {
  const folder = dirname(resolve(path));
  let real: string;
  try {
    real = realpathSync(folder);
  } catch {
    throw new Problem(`${path} could not be written: its folder does not exist.`);
  }
  const here = join(real, basename(resolve(path)));
  if (!lstatSync(here, { throwIfNoEntry: false })?.isSymbolicLink()) return here;
  if (links === 40) throw new Problem(`${path} is a link that leads back to itself. Choose another name.`);
  // What the links of /dev and /proc say is no path of a file, but what they lead to is known.
  if (statOf(here)?.isFile() === false) return here;
  return behindLinks(resolve(real, readlinkSync(here)), links + 1);
}

function spotOf(path: string): Spot {
  return { path, file: fileOf(statOf(path)) };
}

/** Of an input, which exists or will be refused when it is opened. */
function existingSpot(path: string): Spot {
  const stat = statOf(path);
  if (!stat) return { path: null, file: null };
  try {
    return { path: realpathSync(path), file: fileOf(stat) };
  } catch {
    return { path: null, file: fileOf(stat) };
  }
}

/** Where this process prints, when that is a file. */
function streamSpot(fd: number): Spot {
  try {
    const stat = fstatSync(fd, { bigint: true });
    return { path: null, file: stat.isFile() ? fileOf(stat) : null };
  } catch {
    return { path: null, file: null }; // closed
  }
}

/** Undefined when nothing is there, or nothing can be known of it. */
function statOf(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true });
  } catch {
    return undefined;
  }
}

function fileOf(stat: BigIntStats | undefined): string | null {
  return stat ? `${stat.dev}:${stat.ino}` : null;
}

function same(a: Spot, b: Spot): boolean {
  return (a.path !== null && a.path === b.path) || (a.file !== null && a.file === b.file);
}
