import { transfer, wrap } from 'comlink';
import { Problem, sentenceOf } from '../core/problem';
import type { Scratch } from '../core/scratch';
import type { ScratchFile } from '../worker/scratch-worker';

/** Kept aside in the browser's private file system by a worker; gone when that ends, or with the page. */
export async function createBrowserScratch(): Promise<Scratch> {
  const worker = new Worker(new URL('../worker/scratch-worker.ts', import.meta.url), { type: 'module' });
  const broken = new Promise<never>((_, reject) => {
    worker.addEventListener('error', ({ message }) =>
      reject(new Problem(`The worker that keeps the codes broke down: ${message || 'no reason was given'}`)),
    );
  });
  broken.catch(() => {}); // heard by whoever waits
  const file = wrap<ScratchFile>(worker);
  const ask = async <T>(answer: Promise<T>): Promise<T> => {
    try {
      return await Promise.race([broken, answer]);
    } catch (error) {
      throw new Problem(sentenceOf(error));
    }
  };
  await ask(file.start());
  return {
    write(offset, bytes) {
      const copy = bytes.slice() as Uint8Array<ArrayBuffer>;
      return ask(file.write(offset, transfer(copy, [copy.buffer])));
    },
    read: (offset, length) => ask(file.read(offset, length)),
    async handle() {
      const blob = await ask(file.blob());
      return { kind: 'blob', name: 'what was calibrated', bytes: blob.size, blob };
    },
    close() {
      void file
        .dispose()
        .catch(() => {})
        .finally(() => worker.terminate());
    },
  };
}
