import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Platform, WorkerPort } from '../core/platform';
import { hashSource } from '../core/hash';
import { createNodeHasher } from './node-hasher';
import { openNodeSource } from './node-source';

/**
 * Where the built command line keeps what it loads: beside itself. Set by its build; the tests run from the sources.
 */
declare const NIBBLE_BUILT: boolean | undefined;
const built = typeof NIBBLE_BUILT !== 'undefined';
const wasmFolder = new URL(built ? './' : '../wasm/generated/', import.meta.url);
const workerUrl = new URL(built ? './node-worker.js' : '../../dist-cli/node-worker.js', import.meta.url);

/** The pipeline under Node. */
export const nodePlatform: Platform = {
  parallelism: availableParallelism(),

  async compile(kernel) {
    const file = `nibble${kernel === 'scalar' ? '-scalar' : ''}-whole.wasm`;
    return WebAssembly.compile(await readFile(new URL(file, wasmFolder)));
  },
  compileRest: () => Promise.resolve(null),

  openSource: openNodeSource,

  hashFile: (handle, run) => hashSource(openNodeSource(handle), createNodeHasher(), run),

  startJobWorker() {
    return asPort(new Worker(workerUrl));
  },
};

function asPort(worker: Worker): WorkerPort {
  let terminated = false;
  return {
    post: (message, transferred = []) => worker.postMessage(message, transferred),
    onMessage: (listener) => void worker.on('message', listener),
    onFailure(listener) {
      worker.on('error', listener);
      worker.on('exit', (code) => {
        if (!terminated) listener(new Error(`it ended with code ${code}`));
      });
    },
    terminate() {
      terminated = true;
      void worker.terminate();
    },
  };
}
