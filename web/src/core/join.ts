import { measuredOf, Measurements } from './measurements';
import type { Core } from './opened-model';
import type { PartHead, PartPiece, PartTail } from './part';
import { Problem, Stopped } from './problem';
import type { OutputReport } from './report';
import type { ByteSink, Hasher } from './sink';
import type { ByteSource, SourceHandle } from './source';

/** A part of a run, opened: where it has what. */
export interface OpenedPart {
  source: ByteSource;
  head: PartHead;
  headBytes: number;
  pieces: PartPiece[];
}

/** Read at a time. */
const pieceBytes = 2 ** 22;
/** A first line that is longer is none. */
const longestLine = 2 ** 28;
/** The SHA-256 of both lines, and its line's end. */
const sealBytes = 65;

/**
 * Opens the parts of a run, in whatever order they are given, and checks that they are all of one run and all there.
 * Reads what they say, not yet their bytes of the output. Throws Problem.
 */
export async function openParts(
  { platform, version }: Pick<Core, 'platform' | 'version'>,
  files: readonly SourceHandle[],
  createHasher: () => Promise<Hasher>,
): Promise<OpenedPart[]> {
  const parts: OpenedPart[] = [];
  for (const file of files) parts.push(await openPart(platform.openSource(file), version, await createHasher()));
  const [one] = parts;
  if (!one) throw new Problem('There is no part to join.');
  for (const { source, head } of parts) {
    if (head.run !== one.head.run)
      throw new Problem(
        `${source.name} is of another run than ${one.source.name}: of another model, other options or another type. ` +
          'Give the parts of one run.',
      );
    if (head.of !== one.head.of)
      throw new Problem(
        `${source.name} is part ${head.part} of ${head.of}, and ${one.source.name} is one of ${one.head.of}. Give ` +
          'parts that were cut alike.',
      );
  }
  parts.sort((a, b) => a.head.part - b.head.part);
  for (const [index, { source, head }] of parts.entries()) {
    const before = parts[index - 1];
    if (before?.head.part === head.part)
      throw new Problem(`${before.source.name} and ${source.name} are both part ${head.part}. Give each part once.`);
  }
  const { of } = one.head;
  const there = new Set(parts.map(({ head }) => head.part));
  const missing = Array.from({ length: of }, (_, index) => index + 1).filter((part) => !there.has(part));
  if (missing.length > 0) {
    const named = missing.slice(0, 10).join(', ') + (missing.length > 10 ? ', …' : '');
    throw new Problem(
      `Of ${of} parts ${missing.length === 1 ? `number ${named} is` : `${missing.length} are`} missing` +
        `${missing.length === 1 ? '' : `: ${named}`}. Write ${missing.length === 1 ? 'it' : 'them'} with quantize ` +
        `--part ${missing[0]}/${of}.`,
    );
  }
  expectWhole(parts);
  return parts;
}

/**
 * Puts parts together, as openParts() gives them: the bytes and figures of the run that nobody cut. Holds 4 MiB of
 * them at a time. Throws Stopped or Problem; then the sink has removed what it wrote.
 */
export async function join(
  core: Core,
  parts: readonly OpenedPart[],
  sink: ByteSink,
  createHasher: () => Promise<Hasher>,
  { signal, onShare }: { signal?: AbortSignal; onShare?: (share: number) => void } = {},
): Promise<OutputReport> {
  const { announced, plan, reference } = parts[0]!.head;
  const measurements = new Measurements(core, plan, reference);
  let ended = 0; // tensors
  let done = 0; // bytes
  try {
    await sink.open(plan.outputFiles.map(({ name, bytes }) => ({ name, bytes })));
    for (const { source, headBytes, pieces } of parts) {
      let position = headBytes;
      for (const piece of pieces) {
        const hasher = await createHasher();
        for (let at = 0; at < piece.bytes || at === 0; at += pieceBytes) {
          if (signal?.aborted) throw new Stopped();
          const length = Math.min(pieceBytes, piece.bytes - at);
          const bytes = (await source.read(position + at, length, new Uint8Array(length))).subarray(0, length);
          hasher.update(bytes);
          await sink.write(piece.file, piece.offset + at, bytes);
          onShare?.((done += length) / Math.max(1, plan.outputBytes));
        }
        if (hasher.digest() !== piece.sha256) throw damaged(source.name, nameOf(plan, piece));
        position += piece.bytes;
        if (piece.record === undefined) continue;
        while (ended < piece.tensor!) measurements.endTensor(ended++);
        measurements.add(measuredIn(source.name, piece.record));
      }
    }
    while (ended < plan.tensors.length) measurements.endTensor(ended++);
    const files = await sink.finish();
    return { ...announced, ...measurements.figures(), calibration: null, files };
  } catch (error) {
    await sink.abort();
    throw error;
  } finally {
    measurements.delete();
  }
}

function measuredIn(name: string, record: string) {
  try {
    return measuredOf(record);
  } catch {
    throw damaged(name, 'what a job measured');
  }
}

function nameOf({ tensors }: PartHead['plan'], { tensor }: PartPiece): string {
  return tensor === undefined ? 'its header' : tensors[tensor]!.name;
}

function damaged(name: string, what?: string): Problem {
  const where = what === undefined ? '' : ` (${what} is not what was written)`;
  return new Problem(`${name} is damaged or was not copied whole${where}. Copy it again, or write that part again.`);
}

/** That the pieces of the parts give every byte and job of the output once, in order. Throws Problem. */
function expectWhole(parts: readonly OpenedPart[]): void {
  const { plan, jobsInAll } = parts[0]!.head;
  let [file, offset, jobs, tensor] = [-1, 0, 0, 0];
  const isWhole = () => file < 0 || offset === plan.outputFiles[file]!.bytes;
  for (const { source, head, pieces } of parts) {
    if (head.first !== jobs) throw damaged(source.name);
    for (const piece of pieces) {
      if (piece.file === file + 1 && isWhole()) [file, offset] = [piece.file, 0];
      if (piece.file !== file || piece.offset !== offset || file >= plan.outputFiles.length) throw damaged(source.name);
      offset += piece.bytes;
      if (piece.record === undefined) continue;
      if (piece.tensor! < tensor || piece.tensor! >= plan.tensors.length) throw damaged(source.name);
      tensor = piece.tensor!;
      jobs++;
    }
    if (head.first + head.jobs !== jobs) throw damaged(source.name);
  }
  if (jobs !== jobsInAll || file !== plan.outputFiles.length - 1 || !isWhole())
    throw damaged(parts.at(-1)!.source.name);
}

async function openPart(source: ByteSource, version: string, hasher: Hasher): Promise<OpenedPart> {
  const { name } = source;
  const first = await firstLine(source);
  const head = parsed(first);
  if (!isObject(head) || !('nibblePart' in head))
    throw new Problem(`${name} is no part of a run. Give the files that quantize --part writes.`);
  if (head['nibblePart'] !== 1 || !isObject(head['announced']) || head['announced']['version'] !== version) {
    const other = isObject(head['announced']) ? String(head['announced']['version']) : 'another version';
    throw new Problem(
      `${name} was written by Nibble ${other}, and this is ${version}. Join parts with the version that wrote them.`,
    );
  }
  if (!isHead(head)) throw damaged(name);
  const tailAt = first.byteLength + head.bytes;
  const tailBytes = source.bytes - tailAt - sealBytes;
  if (tailBytes < 1 || tailBytes > longestLine) throw damaged(name);
  const text = await readAll(source, tailAt, tailBytes + sealBytes);
  const tailLine = text.subarray(0, tailBytes);
  for (const line of [first, tailLine]) hasher.update(line);
  if (new TextDecoder().decode(text.subarray(tailBytes)) !== `${hasher.digest()}\n`) throw damaged(name);
  const tail = parsed(tailLine);
  if (!isTail(tail, head)) throw damaged(name);
  return { source, head, headBytes: first.byteLength, pieces: tail.pieces };
}

/** With its end; empty where the file has none that may be one. */
async function firstLine(source: ByteSource): Promise<Uint8Array> {
  let line: Uint8Array = new Uint8Array(0);
  while (line.byteLength < Math.min(source.bytes, longestLine)) {
    const length = Math.min(source.bytes - line.byteLength, Math.max(2 ** 16, line.byteLength));
    const more = await readAll(source, line.byteLength, length);
    const end = more.indexOf(10);
    const taken = end < 0 ? more : more.subarray(0, end + 1);
    const longer = new Uint8Array(line.byteLength + taken.byteLength);
    longer.set(line);
    longer.set(taken, line.byteLength);
    line = longer;
    if (end >= 0) return line;
    if (line[0] !== 0x7b) break; // a brace
  }
  return new Uint8Array(0);
}

async function readAll(source: ByteSource, offset: number, length: number): Promise<Uint8Array> {
  return (await source.read(offset, length, new Uint8Array(length))).subarray(0, length);
}

function parsed(line: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(line));
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function isHead(head: Record<string, unknown>): head is Record<string, unknown> & PartHead {
  const { part, of, run, first, jobs, jobsInAll, bytes, plan, reference } = head;
  return (
    [part, of, first, jobs, jobsInAll, bytes].every(isCount) &&
    (part as number) >= 1 &&
    (part as number) <= (of as number) &&
    typeof run === 'string' &&
    (reference === null || typeof reference === 'string') &&
    isObject(plan) &&
    Array.isArray(plan['tensors']) &&
    plan['tensors'].every(isObject) &&
    isCount(plan['outputBytes']) &&
    Array.isArray(plan['outputFiles']) &&
    plan['outputFiles'].every(isFile)
  );
}

/** A name that leads out of the output's folder is none of ours. */
function isFile(file: unknown): boolean {
  return (
    isObject(file) && typeof file['name'] === 'string' && !/[/\\]|^\.\.?$/.test(file['name']) && isCount(file['bytes'])
  );
}

function isTail(tail: unknown, { bytes }: PartHead): tail is PartTail {
  if (!isObject(tail) || !Array.isArray(tail['pieces'])) return false;
  const pieces = tail['pieces'] as unknown[];
  return (
    pieces.every(
      (piece) =>
        isObject(piece) &&
        [piece['file'], piece['offset'], piece['bytes']].every(isCount) &&
        typeof piece['sha256'] === 'string' &&
        (piece['record'] === undefined || (typeof piece['record'] === 'string' && isCount(piece['tensor']))),
    ) && (pieces as PartPiece[]).reduce((sum, piece) => sum + piece.bytes, 0) === bytes
  );
}
