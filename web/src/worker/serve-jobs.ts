import { sentenceOf } from '../core/problem';
import type { ByteSource, SourceHandle } from '../core/source';
import { JobEngine } from './job-engine';
import type { FromJobWorker, FromStudyWorker, JobDone, SampleDone, ToJobWorker, ToStudyWorker } from './protocol';
import { StudyEngine } from './study-engine';

/** Answers a runner's messages: the whole of a job worker, wherever it runs. */
export function serveJobs(
  openSource: (handle: SourceHandle) => ByteSource,
  answer: (message: FromJobWorker | FromStudyWorker, transfer: ArrayBuffer[]) => void,
): (message: ToJobWorker | ToStudyWorker) => void {
  let engine: Promise<JobEngine> | null = null;
  let studies: Promise<StudyEngine> | null = null;
  const failed = (index: number | null) => (error: unknown) =>
    answer({ kind: 'failed', index, sentence: sentenceOf(error) }, []);
  return (message) => {
    if (message.kind === 'start') {
      engine = JobEngine.create(message, openSource);
      engine.catch(failed(null));
      return;
    }
    if (message.kind === 'start-study') {
      studies = StudyEngine.create(message, openSource);
      studies.catch(failed(null));
      return;
    }
    if (message.kind === 'study') {
      studies
        ?.then((ready) => ready.run(message))
        .then((done) => answer(done, [done.result.buffer]), failed(message.index));
      return;
    }
    engine
      ?.then((ready): Promise<JobDone | SampleDone> =>
        message.kind === 'sample' ? ready.sampler.measure(message) : ready.run(message),
      )
      .then((done) => answer(done, buffersOf(done)), failed(message.index));
  };
}

function buffersOf(done: JobDone | SampleDone): ArrayBuffer[] {
  if (done.kind === 'sampled') return [done.figures.buffer];
  return [done.buffer, ...[done.statistics, done.reference].flatMap((figures) => figures?.buffer ?? [])];
}
