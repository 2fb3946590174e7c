import type { FromStudyWorker, StartStudy, StudyRequest } from './protocol';
import type { Core, OpenedModel } from './opened-model';
import { openWith } from './derived-source';
import { toJson } from '../wasm/json';
import { merge } from './module';
import { Problem, Stopped } from './problem';
import type { SourceHandle } from './source';
import type { StudyOptions, StudyPiece } from './types';

export interface StudyProgress {
  pieces: number;
  piecesTotal: number;
  share: number; // of the work, 0 to 1
}

export interface StudyRun {
  workers?: number; // default: as many as the machine has cores
  signal?: AbortSignal;
  onProgress?: (progress: StudyProgress) => void;
}

/** `onReport` gets what is known so far, twice a second. */
export type ReportingRun<Report> = StudyRun & { onReport?: (soFar: Report) => void };

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
  { workers, signal, onProgress }: StudyRun = {},
): Promise<void> {
  if (signal?.aborted) throw new Stopped();
  const { core, sources } = model;
  const ports = Array.from({ length: Math.max(1, Math.min(workers ?? core.platform.parallelism, pieces.length)) }, () =>
    core.platform.startJobWorker(),
  );
  const start: StartStudy = {
    kind: 'start-study',
    kernel: core.kernel,
    compiled: core.compiled,
    sources,
    study: study.kind,
    options: toJson(study.options),
    inputBytes: pieces.reduce((most, { bytes }) => Math.max(most, bytes), 0),
  };
  const waiting = new Map<number, Uint8Array<ArrayBuffer>>();
  let next = 0;
  let delivered = 0;
  let onAbort = () => {};
  try {
    await new Promise<void>((resolve, reject) => {
      onAbort = () => reject(new Stopped());
      signal?.addEventListener('abort', onAbort);
      const give = (port: (typeof ports)[number]) => {
        // Results that wait for an earlier one are bounded too.
        if (next >= pieces.length || next - delivered > 4 * ports.length + 16) return false;
        const index = next++;
        const piece = pieces[index]!;
        const request: StudyRequest = { kind: 'study', index, ranges: piece.ranges, piece: toJson(piece) };
        port.post(request);
        return true;
      };
      const idle = new Set<(typeof ports)[number]>();
      const deliver = () => {
        for (let result = waiting.get(delivered); result !== undefined; result = waiting.get(delivered)) {
          waiting.delete(delivered);
          onResult(result, pieces[delivered]!);
          delivered += 1;
        }
        onProgress?.({ pieces: delivered, piecesTotal: pieces.length, share: delivered / Math.max(1, pieces.length) });
      };
      for (const port of ports) {
        port.onFailure((error) =>
          reject(new Problem(`A worker broke down: ${error.message || 'no reason was given'}`)),
        );
        port.onMessage((raw) => {
          const message = raw as FromStudyWorker;
          try {
            if (message.kind === 'failed') {
              const piece = message.index === null ? undefined : pieces[message.index];
              const name = piece && model.info.tensors[piece.tensor]?.name;
              throw new Problem(name ? `${name}: ${message.sentence}` : message.sentence);
            }
            waiting.set(message.index, message.result);
            deliver();
            if (delivered === pieces.length) resolve();
            idle.add(port);
            for (const free of idle) if (give(free)) idle.delete(free);
          } catch (error) {
            reject(error);
          }
        });
        port.post(start);
        if (!give(port)) idle.add(port);
      }
      if (pieces.length === 0) resolve();
    });
  } finally {
    signal?.removeEventListener('abort', onAbort);
    for (const port of ports) port.terminate();
  }
}

/** A study whose results a class of the core merges into `summary`; `soFar` reports on it. Throws as runStudy does. */
export async function runSummary<Report>(
  model: OpenedModel,
  study: { kind: string; options: StudyOptions },
  pieces: readonly StudyPiece[],
  summary: { merge(pointer: number, length: number): string },
  soFar: () => Report,
  { onReport, ...run }: ReportingRun<Report>,
): Promise<void> {
  let reported = performance.now();
  const take = (result: Uint8Array<ArrayBuffer>) => {
    merge(model.core.module, summary, result);
    if (performance.now() - reported < secondsBetweenReports * 1000) return;
    reported = performance.now();
    onReport?.(soFar());
  };
  await runStudy(model, study, pieces, take, run);
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
