import { BlobSource, type SourceHandle } from '../core/source';
import type { ToJobWorker, ToStudyWorker } from '../core/protocol';
import { serveJobs } from './serve-jobs';

/** A job worker in the browser. */
function openSource(handle: SourceHandle): BlobSource {
  if (handle.kind !== 'blob') throw new Error('A browser reads files, not descriptors.');
  return new BlobSource(handle.name, handle.blob);
}

const serve = serveJobs(openSource, (message, transfer) => self.postMessage(message, { transfer }));
self.onmessage = (event: MessageEvent<ToJobWorker | ToStudyWorker>) => serve(event.data);
