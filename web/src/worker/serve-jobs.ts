import { sentenceOf } from '../core/problem';
import type { ByteSource, SourceHandle } from '../core/source';
import type { FromCalibrationWorker, ToCalibrationWorker } from '../core/calibration-protocol';
import { lookForGpu } from './gpu-check';
import { JobEngine } from './job-engine';
import { PassEngine } from './pass-engine';
import type {
  FromGpuWorker,
  FromJobWorker,
  FromPassWorker,
  FromStudyWorker,
  JobDone,
  LookForGpu,
  SampleDone,
  StartPass,
  ToJobWorker,
  ToPassWorker,
  ToStudyWorker,
} from '../core/protocol';
import { StudyEngine } from './study-engine';

/** Answers a runner's messages: the whole of a job worker, wherever it runs. */
export function serveJobs(
  openSource: (handle: SourceHandle) => ByteSource,
  answer: (
    message: FromJobWorker | FromStudyWorker | FromPassWorker | FromCalibrationWorker | FromGpuWorker,
    transfer: ArrayBuffer[],
  ) => void,
): (message: ToJobWorker | ToStudyWorker | ToPassWorker | ToCalibrationWorker | LookForGpu) => void {
  let engine: Promise<JobEngine> | null = null;
  let studies: Promise<StudyEngine> | null = null;
  let pass: Promise<PassEngine> | null = null;
  let passed: Promise<unknown> = Promise.resolve();
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
      const ready = pass;
      if (!ready) return;
      // One after the other: products may be computed elsewhere.
      passed = passed
        .then(async () => servePass(await ready, message))
        .then((done) => done && answer(done, [transferredOf(done)]), failed(message.index));
      return;
    }
    if (isCalibrationMessage(message)) {
      const ready = pass;
      if (!ready) return;
      passed = passed
        .then(async () => serveCalibration(await ready, message))
        .then((done) => answer(done, calibrationBuffersOf(done)), failed(message.index));
      return;
    }
    if (message.kind === 'look-for-gpu') {
      lookForGpu(message).then((found) => answer({ kind: 'gpu', found }, []), failed(null));
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
  message: ToJobWorker | ToStudyWorker | ToPassWorker | ToCalibrationWorker | LookForGpu,
): message is PassMessage {
  return ['begin-step', 'tile', 'end-step', 'compare-streams', 'get-figures'].includes(message.kind);
}

type PassAnswer = Exclude<FromPassWorker, { kind: 'failed' }>;

function servePass(pass: PassEngine, message: PassMessage): PassAnswer | null | Promise<PassAnswer> {
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
      return pass.figures(message);
  }
}

function isCalibrationMessage(message: ToJobWorker | ToCalibrationWorker | LookForGpu): message is ToCalibrationWorker {
  return ['get-sums', 'start-rounding', 'round-rows', 'start-outputs', 'measure-outputs'].includes(message.kind);
}

function serveCalibration(
  pass: PassEngine,
  message: ToCalibrationWorker,
): FromCalibrationWorker | Promise<FromCalibrationWorker> {
  switch (message.kind) {
    case 'get-sums':
      return pass.sums(message);
    case 'start-rounding':
      return pass.rounding.start(message);
    case 'round-rows':
      return pass.rounding.round(message);
    case 'start-outputs':
      return pass.rounding.startOutputs(message);
    case 'measure-outputs':
      return pass.rounding.measure(message);
  }
}

function calibrationBuffersOf(done: FromCalibrationWorker): ArrayBuffer[] {
  if (done.kind === 'sums') return [done.sums.buffer];
  return done.kind === 'rounded' ? [done.blocks.buffer] : [];
}

function transferredOf(done: PassAnswer): ArrayBuffer {
  if (done.kind === 'taken') return done.buffer;
  return done.kind === 'ended' ? done.seen.buffer : done.figures.buffer;
}
