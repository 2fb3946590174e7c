import { JobPool } from './pool';
import type { Core, OpenedModel } from './opened-model';
import { openWith } from './derived-source';
import { toJson } from '../wasm/json';
import { merge } from './module';
import type { Pause } from './pause';
import { Stopped } from './problem';
import type { StartStudy, StudyDone, StudyRequest } from './protocol';
import type { SourceHandle } from './source';
import type { StudyOptions, StudyPiece } from './types';

export interface StudyProgress {
  pieces: number;
  piecesTotal: number;
  share: number; // of the work, 0 to 1
}

export interface StudyControls {
  workers?: number; // default: as many as the machine has cores
  signal?: AbortSignal;
  pause?: Pause;
  onProgress?: (progress: StudyProgress) => void;
}

/** `onReport` gets what is known so far, twice a second. */
export type ReportingControls<Report> = StudyControls & { onReport?: (soFar: Report) => void };

const secondsBetweenReports = 0.5;

/**
 * Looks at pieces of a sample in workers. `onResult` gets what the core's Study gave, in the order of the pieces,
 * whatever the number of workers. Throws Stopped or Problem; then the workers are gone.
 */
export async function runStudy(
  model: Pick<OpenedModel, 'core' | 'sources'> & { info: { tensors: readonly { name: string }[] } },
  study: { kind: string; options: StudyOptions },
  pieces: readonly StudyPiece[],
  onResult: (result: Uint8Array<ArrayBuffer>, piece: StudyPiece) => void,
  { workers, signal, pause, onProgress }: StudyControls = {},
): Promise<void> {
  const { core, sources } = model;
  await core.whole;
  if (signal?.aborted) throw new Stopped();
  const count = Math.max(1, Math.min(workers ?? core.platform.parallelism, pieces.length));
  const pool = new JobPool<StudyRequest, StudyDone>(
    core.platform,
    new Array<StartStudy>(count).fill({
      kind: 'start-study',
      kernel: core.kernel,
      compiled: core.compiled,
      sources,
      study: study.kind,
      options: toJson(study.options),
      inputBytes: pieces.reduce((most, { bytes }) => Math.max(most, bytes), 0),
    }),
    {
      ...(signal && { signal }),
      ...(pause && { pause }),
      jobsPerWorker: 1,
      ahead: 3 * count + 16,
      nameOf: ({ index }) => model.info.tensors[pieces[index]!.tensor]?.name,
    },
  );
  let used = 0;
  try {
    await pool.inOrder(
      pieces,
      (piece, index): StudyRequest => ({ kind: 'study', index, ranges: piece.ranges, piece: toJson(piece) }),
      ({ result }, piece) => {
        onResult(result, piece);
        used += 1;
        onProgress?.({ pieces: used, piecesTotal: pieces.length, share: used / pieces.length });
      },
    );
  } finally {
    pool.stop();
  }
}

/** A study whose results a class of the core merges into `summary`; `soFar` reports on it. Throws as runStudy does. */
export async function runSummary<Report>(
  model: OpenedModel,
  study: { kind: string; options: StudyOptions },
  pieces: readonly StudyPiece[],
  summary: { merge(pointer: number, length: number): string },
  soFar: () => Report,
  { onReport, ...controls }: ReportingControls<Report>,
): Promise<void> {
  let reported = performance.now();
  const take = (result: Uint8Array<ArrayBuffer>) => {
    merge(model.core.module, summary, result);
    if (performance.now() - reported < secondsBetweenReports * 1000) return;
    reported = performance.now();
    onReport?.(soFar());
  };
  await runStudy(model, study, pieces, take, controls);
}

/** Where `count` weights of a tensor lie, from weight `first` on. */
export function rangesOf(
  model: Pick<OpenedModel, 'place'>,
  tensor: number,
  first: number,
  count: number,
): StudyPiece['ranges'] {
  const ranges: StudyPiece['ranges'] = [];
  for (let at = first; at < first + count;) {
    const { file, offset, bytes, weights } = model.place(tensor, at, first + count - at);
    ranges.push({ file, offset, bytes, firstWeight: at, weights });
    at += weights;
  }
  return ranges;
}

/** The bytes of a piece of a sample, one range after the other. */
export async function readPiece(
  { platform, module }: Pick<Core, 'platform' | 'module'>,
  sources: readonly SourceHandle[],
  piece: Pick<StudyPiece, 'bytes' | 'ranges'>,
): Promise<Uint8Array> {
  const all = new Uint8Array(piece.bytes);
  let at = 0;
  for (const { file, offset, bytes } of piece.ranges) {
    const source = openWith(module, (handle) => platform.openSource(handle))(sources[file]!);
    const read = await source.read(offset, bytes, new Uint8Array(bytes));
    all.set(read.subarray(0, bytes), at);
    at += bytes;
  }
  return all;
}
