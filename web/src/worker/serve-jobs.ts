import { sentenceOf } from '../core/problem';
import type { ByteSource, SourceHandle } from '../core/source';
import type { FromCalibrationWorker, ToCalibrationWorker } from './calibration-protocol';
import { JobEngine } from './job-engine';
import { PassEngine } from './pass-engine';
import type {
  FromJobWorker,
  FromPassWorker,
  FromStudyWorker,
  JobDone,
  SampleDone,
  StartPass,
  ToJobWorker,
  ToPassWorker,
  ToStudyWorker,
} from './protocol';
import { StudyEngine } from './study-engine';

/** Answers a runner's messages: the whole of a job worker, wherever it runs. */
export function serveJobs(
  openSource: (handle: SourceHandle) => ByteSource,
  answer: (
    message: FromJobWorker | FromStudyWorker | FromPassWorker | FromCalibrationWorker,
    transfer: ArrayBuffer[],
  ) => void,
): (message: ToJobWorker | ToStudyWorker | ToPassWorker | ToCalibrationWorker) => void {
  let engine: Promise<JobEngine> | null = null;
  let studies: Promise<StudyEngine> | null = null;
  let pass: Promise<PassEngine> | null = null;
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
    if (message.kind === 'start-pass') {
      pass = PassEngine.create(message);
      pass.catch(failed(null));
      return;
    }
    if (isPassMessage(message)) {
      pass
        ?.then((ready) => servePass(ready, message))
        .then((done) => done && answer(done, [transferredOf(done)]), failed(message.index));
      return;
    }
    if (isCalibrationMessage(message)) {
      pass
        ?.then((ready) => serveCalibration(ready, message))
        .then((done) => answer(done, calibrationBuffersOf(done)), failed(message.index));
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

type PassMessage = Exclude<ToPassWorker, StartPass>;

function isPassMessage(
  message: ToJobWorker | ToStudyWorker | ToPassWorker | ToCalibrationWorker,
): message is PassMessage {
  return ['begin-step', 'tile', 'end-step', 'compare-streams', 'get-figures'].includes(message.kind);
}

function servePass(pass: PassEngine, message: PassMessage): Exclude<FromPassWorker, { kind: 'failed' }> | null {
  switch (message.kind) {
    case 'begin-step':
      pass.begin(message);
      return null;
    case 'tile':
      return pass.take(message);
    case 'end-step':
      return pass.end(message);
    case 'compare-streams':
      return pass.streams(message);
    case 'get-figures':
      return pass.figures();
  }
}

function isCalibrationMessage(message: ToJobWorker | ToCalibrationWorker): message is ToCalibrationWorker {
  return ['get-sums', 'start-rounding', 'round-rows'].includes(message.kind);
}

function serveCalibration(pass: PassEngine, message: ToCalibrationWorker): FromCalibrationWorker {
  switch (message.kind) {
    case 'get-sums':
      return pass.sums(message);
    case 'start-rounding':
      return pass.rounding.start(message);
    case 'round-rows':
      return pass.rounding.round(message);
  }
}

function calibrationBuffersOf(done: FromCalibrationWorker): ArrayBuffer[] {
  if (done.kind === 'sums') return [done.sums.buffer];
  return done.kind === 'rounded' ? [done.blocks.buffer] : [];
}

function transferredOf(done: Exclude<FromPassWorker, { kind: 'failed' }>): ArrayBuffer {
  if (done.kind === 'taken') return done.buffer;
  return done.kind === 'ended' ? done.seen.buffer : done.figures.buffer;
}
