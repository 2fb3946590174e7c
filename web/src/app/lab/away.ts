/** The Lab's worker, started when it is first needed. */
import { type Remote, wrap } from 'comlink';
import { ownSentence, texts } from '../../text/texts';
import { wholeCore } from '../engine';
import type { LabWorker } from './lab-worker';

let started: Promise<Remote<LabWorker>> | null = null;

/** Throws with a sentence when the worker cannot be started. */
export function labWorker(): Promise<Remote<LabWorker>> {
  started ??= start();
  started.catch(() => {
    started = null;
  });
  return started;
}

async function start(): Promise<Remote<LabWorker>> {
  const loaded = wholeCore.peek();
  if (!loaded) throw new Error(ownSentence(texts().lab.notLoaded));
  const worker = new Worker(new URL('./lab-worker.ts', import.meta.url), { type: 'module' });
  const broken = new Promise<never>((_, reject) => {
    worker.addEventListener('error', ({ message }) => {
      started = null;
      const words = texts().lab;
      reject(new Error(ownSentence(words.workerBroke(message || words.workerBrokeWhy))));
    });
  });
  broken.catch(() => {});
  const remote = wrap<LabWorker>(worker);
  await Promise.race([remote.start(loaded.kernel, loaded.compiled), broken]);
  return remote;
}
