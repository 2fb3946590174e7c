import { sentenceOf } from '../core/problem';
import type { ByteSource, SourceHandle } from '../core/source';
import { JobEngine } from './job-engine';
import type { FromJobWorker, ToJobWorker } from './protocol';

/** Answers a runner's messages: the whole of a job worker, wherever it runs. */
export function serveJobs(
  openSource: (handle: SourceHandle) => ByteSource,
  answer: (message: FromJobWorker, transfer: ArrayBuffer[]) => void,
): (message: ToJobWorker) => void {
  let engine: Promise<JobEngine> | null = null;
  return (message) => {
    if (message.kind === 'start') {
      engine = JobEngine.create(message, openSource);
      engine.catch((error: unknown) => answer({ kind: 'failed', index: null, sentence: sentenceOf(error) }, []));
      return;
    }
    engine
      ?.then((ready) => ready.run(message))
      .then(
        (done) => answer(done, [done.buffer, ...[done.statistics, done.reference].flatMap((figures) => figures?.buffer ?? [])]),
        (error: unknown) => answer({ kind: 'failed', index: message.index, sentence: sentenceOf(error) }, []),
      );
  };
}
