import { parentPort } from 'node:worker_threads';
import { openNodeSource } from '../platform/node-source';
import type { ToJobWorker, ToStudyWorker } from '../core/protocol';
import { serveJobs } from './serve-jobs';

/** A job worker in a Node thread. */
const port = parentPort!;
const serve = serveJobs(openNodeSource, (message, transfer) => port.postMessage(message, transfer));
port.on('message', (message: ToJobWorker | ToStudyWorker) => serve(message));
