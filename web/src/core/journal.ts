import { Problem } from './problem';

/**
 * The journal of a run: a line that says which run it is, then one for each piece of the output that is written, with
 * the hash of its file up to there. What is noted is on its way to the disk; whether it arrived, the hashes tell.
 */
export interface Checkpoint {
  file: number; // of the output
  end: number; // bytes of the file up to here
  sha256: string; // of those bytes
  record: string; // what the run wants to know of the piece when it goes on
}

/** Where a journal is kept. */
export interface JournalStore {
  /** What an earlier run left; empty: nothing. */
  read(): Promise<string>;
  /** Puts a new journal in the place of what is there, or shortens what is there where it begins with it. */
  begin(text: string): Promise<void>;
  append(text: string): Promise<void>;
  /** Lets go of it and leaves it. */
  close(): Promise<void>;
  /** Removes it, if it was begun here. */
  remove(): Promise<void>;
}

const version = 1;

/** The first line; `run` is the same for two runs whose outputs have the same bytes and the same figures. */
export function headOf(run: string): string {
  return `${JSON.stringify({ journal: version, run })}\n`;
}

export function lineOf({ file, end, sha256, record }: Checkpoint): string {
  return `${JSON.stringify({ file, end, sha256, record })}\n`;
}

/**
 * What a journal notes, without a last line that was cut short. Throws Problem when it is of another run than `run`,
 * or no journal.
 */
export function checkpointsOf(text: string, run: string): Checkpoint[] {
  const lines = text.split('\n').slice(0, -1);
  const [head, ...rest] = lines.map(parsed);
  if (!isObject(head) || head['journal'] !== version || head['run'] !== run) {
    throw new Problem(
      'What an earlier run left unfinished is of another model, other options or another version, so this one cannot ' +
        'go on with it.',
    );
  }
  const end = rest.findIndex((line) => !isCheckpoint(line));
  return (end < 0 ? rest : rest.slice(0, end)) as Checkpoint[];
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isCheckpoint(value: unknown): value is Checkpoint {
  return (
    isObject(value) &&
    Number.isSafeInteger(value['file']) &&
    Number.isSafeInteger(value['end']) &&
    typeof value['sha256'] === 'string' &&
    typeof value['record'] === 'string'
  );
}
