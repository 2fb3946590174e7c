import { decisiveBytes } from './fingerprint';
import type { OpenedModel, PreparedRun } from './opened-model';
import type { Destination, Store } from './ordered-files';
import { Problem } from './problem';
import type { Announced } from './report';
import type { ByteSink, FinishedFile, Hasher } from './sink';
import { Turns } from './turns';
import type { Plan } from './types';

/**
 * A part of a run: what a share of its jobs writes, in a file of its own. A line of JSON says which run and which share
 * (PartHead), then come the bytes, piece after piece as the output has them, then a line of JSON that says what they
 * are (PartTail), then a line with the SHA-256 of both lines.
 */

/** `part` of `of`, from 1 on. */
export interface PartNumber {
  part: number;
  of: number;
}

export interface PartHead extends PartNumber {
  nibblePart: 1; // the form of this file
  run: string; // see hashOfRun()
  first: number; // of its jobs, in the plan
  jobs: number;
  jobsInAll: number;
  bytes: number; // of the pieces together
  announced: Announced; // of the whole run
  plan: Plan; // likewise; without jobs
  reference: string | null; // the method that is measured as well
}

export interface PartTail {
  pieces: PartPiece[];
}

/** Bytes of the output: what one job wrote, with its padding, or some of what its file begins with. */
export interface PartPiece {
  file: number; // of the output
  offset: number;
  bytes: number;
  sha256: string;
  tensor?: number; // of a job, in the plan
  record?: string; // of a job: what it measured, as recordOf() has it
}

/** Output files, by their numbers in the plan. */
export interface FileRange {
  begin: number;
  end: number;
}

export type PartDestination = Pick<Destination, 'createStore' | 'createHasher'>;

/** The same for two runs only if their outputs have the same bytes and the same figures. */
export async function hashOfRun(
  model: OpenedModel,
  whole: PreparedRun,
  reference: string | null,
  hasher: Hasher,
): Promise<string> {
  for (const bytes of await decisiveBytes(model, whole, reference)) hasher.update(bytes);
  return hasher.digest();
}

/**
 * A share of a run: successive jobs, so that shares read about the same number of bytes. An output file begins with its
 * first job; those behind the last job, with the last share. Every job is in one share, whatever `of`; a share may be
 * empty.
 */
export function shareOf(
  whole: PreparedRun,
  { part, of }: PartNumber,
): { prepared: PreparedRun; first: number; files: FileRange } {
  const { plan, headers } = whole;
  const total = plan.jobs.reduce((sum, { inputBytes }) => sum + inputBytes, 0);
  let before = 0;
  const parts = plan.jobs.map(({ inputBytes }) => {
    const middle = before + inputBytes / 2;
    before += inputBytes;
    return Math.min(of, Math.floor((middle * of) / Math.max(1, total)) + 1);
  });
  const first = parts.filter((one) => one < part).length;
  const jobs = plan.jobs.filter((_, index) => parts[index] === part);
  const files = {
    begin: first === 0 ? 0 : plan.jobs[first - 1]!.outputFile + 1,
    end: part === of ? plan.outputFiles.length : (jobs.at(-1)?.outputFile ?? -1) + 1,
  };
  const beginBytes = plan.outputFiles
    .slice(files.begin, Math.max(files.begin, files.end))
    .reduce((sum, { copyOf, bytes }, index) => {
      return sum + (copyOf === undefined ? headers[files.begin + index]!.byteLength : bytes);
    }, 0);
  const outputBytes = jobs.reduce((sum, job) => sum + job.outputBytes + job.padding, beginBytes);
  return { prepared: { ...whole, plan: { ...plan, jobs, outputBytes } }, first, files };
}

/** Writes what a run hands over into one file. */
export class PartSink implements ByteSink {
  readonly #destination: PartDestination;
  readonly #head: Uint8Array;
  readonly #bytes: number;
  readonly #tensors: readonly number[]; // of its jobs
  readonly #pieces: PartPiece[] = [];
  readonly #turns = new Turns();
  #store: Store | null = null;
  #jobs = 0;
  #position = 0;

  constructor(destination: PartDestination, head: PartHead, tensors: readonly number[]) {
    this.#destination = destination;
    this.#head = lineOf(head);
    this.#bytes = head.bytes;
    this.#tensors = tensors;
  }

  open(): Promise<string[]> {
    return this.#turns.take(async () => {
      this.#store = await this.#destination.createStore({ name: '', bytes: this.#head.byteLength + this.#bytes });
      await this.#append(this.#head);
      return [];
    });
  }

  write(file: number, offset: number, bytes: Uint8Array, record?: string): Promise<ArrayBuffer> {
    return this.#turns.take(async () => {
      const hasher = await this.#destination.createHasher();
      hasher.update(bytes);
      const piece = { file, offset, bytes: bytes.byteLength, sha256: hasher.digest() };
      this.#pieces.push(record ? { ...piece, tensor: this.#tensors[this.#jobs++]!, record } : piece);
      await this.#append(bytes);
      return bytes.buffer as ArrayBuffer;
    });
  }

  finish(): Promise<FinishedFile[]> {
    return this.#turns.take(async () => {
      if (this.#position !== this.#head.byteLength + this.#bytes) throw new Error('The part is incomplete.');
      const tail = lineOf({ pieces: this.#pieces } satisfies PartTail);
      const hasher = await this.#destination.createHasher();
      for (const line of [this.#head, tail]) hasher.update(line);
      await this.#append(tail);
      await this.#append(new TextEncoder().encode(`${hasher.digest()}\n`));
      await this.#store!.close();
      await this.#store!.publish();
      return [{ name: '', bytes: this.#position, sha256: null }];
    });
  }

  abort(): Promise<void> {
    return this.#turns.take(async () => {
      try {
        await this.#store?.remove();
      } catch (error) {
        throw new Problem(`An unfinished part could not be removed: ${String(error)}`);
      }
    });
  }

  async suspend(): Promise<null> {
    await this.abort();
    return null;
  }

  async #append(bytes: Uint8Array): Promise<void> {
    await this.#store!.write(this.#position, bytes);
    this.#position += bytes.byteLength;
  }
}

function lineOf(value: unknown): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(value)}\n`);
}
