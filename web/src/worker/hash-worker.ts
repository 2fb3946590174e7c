import { hashSource } from '../core/hash';
import { sentenceOf } from '../core/problem';
import { BlobSource, type SourceHandle } from '../core/source';
import { createHasher } from './stores';

/** What comes back for a file: how many bytes each step added, then its SHA-256 or what went wrong. */
export type FromHashWorker = { bytes: number } | { sha256: string } | { sentence: string };

self.addEventListener('message', async ({ data }: MessageEvent<SourceHandle & { kind: 'blob' }>) => {
  const answer = (message: FromHashWorker) => postMessage(message);
  try {
    answer({
      sha256: await hashSource(new BlobSource(data.name, data.blob), await createHasher(), {
        onBytes: (bytes) => answer({ bytes }),
      }),
    });
  } catch (error) {
    answer({ sentence: sentenceOf(error) });
  }
});
