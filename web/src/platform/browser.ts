import { wrap, transfer, type Remote } from 'comlink';
import { Problem, sentenceOf, Stopped } from '../core/problem';
import type { Kernel } from '../core/kernel';
import type { CompiledCore } from '../core/module';
import type { Platform, WorkerPort } from '../core/platform';
import type { ByteSink, FinishedFile, OutputFile } from '../core/sink';
import { BlobSource } from '../core/source';
import simdFirst from '../wasm/generated/nibble.wasm?url';
import simdRest from '../wasm/generated/nibble-rest.wasm?url';
import scalarFirst from '../wasm/generated/nibble-scalar.wasm?url';
import scalarRest from '../wasm/generated/nibble-scalar-rest.wasm?url';
import type { FromHashWorker } from '../worker/hash-worker';
import type { DestinationKind, OutputWriter } from '../worker/output-worker';
import type { RunDescription, Unfinished } from '../worker/unfinished';

const wasmUrls: Record<Kernel, Record<keyof CompiledCore, string>> = {
  simd: { first: simdFirst, rest: simdRest },
  scalar: { first: scalarFirst, rest: scalarRest },
};

async function compilePart(kernel: Kernel, part: keyof CompiledCore): Promise<WebAssembly.Module> {
  const url = wasmUrls[kernel][part];
  if (!url)
    throw new Problem(
      'This browser has no WebAssembly SIMD, and this copy of the page was built without the program for such ' +
        'browsers. Run scripts/build, or open the page in a newer browser.',
    );
  const response = await fetch(url);
  if (!response.ok)
    throw new Problem(`The program could not be loaded completely: ${response.url} answered ${response.status}.`);
  // Some static hosts do not know the type of .wasm files, and streaming insists on it.
  return response.headers.get('Content-Type')?.startsWith('application/wasm')
    ? WebAssembly.compileStreaming(response)
    : WebAssembly.compile(await response.arrayBuffer());
}

/** The pipeline in a page. */
export const browserPlatform: Platform = {
  parallelism: navigator.hardwareConcurrency || 2,

  compile: (kernel) => compilePart(kernel, 'first'),
  compileRest: (kernel) => compilePart(kernel, 'rest'),

  openSource(handle) {
    if (handle.kind !== 'blob') throw new Error('A browser reads files, not descriptors.');
    return new BlobSource(handle.name, handle.blob);
  },

  hashFile(handle, { signal, onBytes }) {
    if (handle.kind !== 'blob') throw new Error('A browser reads files, not descriptors.');
    const worker = new Worker(new URL('../worker/hash-worker.ts', import.meta.url), { type: 'module' });
    return new Promise<string>((resolve, reject) => {
      signal?.addEventListener('abort', () => reject(new Stopped()));
      worker.addEventListener('error', ({ message }) =>
        reject(new Problem(`The worker that hashes broke down: ${message || 'no reason was given'}`)),
      );
      worker.addEventListener('message', ({ data }: MessageEvent<FromHashWorker>) => {
        if ('bytes' in data) onBytes?.(data.bytes);
        else if ('sha256' in data) resolve(data.sha256);
        else reject(new Problem(data.sentence));
      });
      worker.postMessage(handle);
    }).finally(() => worker.terminate());
  },

  startJobWorker() {
    return asPort(new Worker(new URL('../worker/job-worker.ts', import.meta.url), { type: 'module' }));
  },
};

function asPort(worker: Worker): WorkerPort {
  return {
    post: (message, transferred = []) => worker.postMessage(message, transferred),
    onMessage: (listener) => worker.addEventListener('message', (event) => listener(event.data)),
    onFailure(listener) {
      worker.addEventListener('error', (event) => listener(new Error(event.message)));
      worker.addEventListener('messageerror', () => listener(new Error('a message could not be read')));
    },
    terminate: () => worker.terminate(),
  };
}

/** A sink in a page. It owns a worker, and a private output file until dispose(). */
export class BrowserSink implements ByteSink {
  #destination: DestinationKind = 'memory';
  #disposed = false;
  #isLeft = false;
  readonly #worker: Worker;
  readonly #writer: Remote<OutputWriter>;
  /** Ways to fail the questions that wait for an answer. */
  readonly #waiting = new Set<(error: Error) => void>();

  static async create(picked: FileSystemFileHandle | null): Promise<BrowserSink> {
    const sink = new BrowserSink();
    try {
      sink.#destination = await sink.#ask(sink.#writer.start(picked));
    } catch (error) {
      sink.#worker.terminate();
      throw error;
    }
    return sink;
  }

  private constructor() {
    this.#worker = new Worker(new URL('../worker/output-worker.ts', import.meta.url), { type: 'module' });
    this.#writer = wrap<OutputWriter>(this.#worker);
    this.#worker.addEventListener('error', ({ message }) => {
      for (const fail of this.#waiting)
        fail(new Error(`The worker that writes the output broke down: ${message || 'no reason was given'}`));
    });
  }

  /** Takes up what a run left that was cut short; null where another tab does. */
  static async takeUp({ folder }: Unfinished): Promise<BrowserSink | null> {
    const sink = new BrowserSink();
    try {
      sink.#destination = 'private';
      if (await sink.#ask(sink.#writer.takeUp(folder))) return sink;
      sink.#worker.terminate();
      return null;
    } catch (error) {
      sink.#worker.terminate();
      throw error;
    }
  }

  /** Says what is written, to a page that finds it another time. */
  describe(run: RunDescription): Promise<void> {
    return this.#ask(this.#writer.describe(run));
  }

  get destination(): DestinationKind {
    return this.#destination;
  }

  async open(files: OutputFile[], run?: () => Promise<readonly Uint8Array[]>): Promise<string[]> {
    const decisive = this.#destination === 'private' ? await run?.() : undefined;
    return this.#ask(this.#writer.open(files, decisive));
  }
  write(file: number, offset: number, bytes: Uint8Array, record?: string): Promise<ArrayBuffer> {
    return this.#ask(this.#writer.write(file, offset, transfer(bytes, [bytes.buffer]), record));
  }
  finish(): Promise<FinishedFile[]> {
    return this.#ask(this.#writer.finish());
  }
  abort(): Promise<void> {
    return this.#ask(this.#writer.abort());
  }
  async suspend(): Promise<string | null> {
    const kept = await this.#ask(this.#writer.suspend());
    this.#isLeft = kept !== null;
    return kept;
  }
  /** Whether what was written is left for another run. */
  get isLeft(): boolean {
    return this.#isLeft;
  }

  /** Removes a private output file, which can no longer be downloaded then, and ends the worker. */
  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    await this.#ask(this.#writer.dispose()).catch(() => {});
    this.#worker.terminate();
  }

  #ask<T>(answer: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const fail = (error: unknown) => {
        this.#waiting.delete(fail);
        reject(new Problem(sentenceOf(error)));
      };
      this.#waiting.add(fail);
      answer.then((value) => {
        this.#waiting.delete(fail);
        resolve(value);
      }, fail);
    });
  }
}

/** The save dialog, which TypeScript's library does not know because not every browser has it. */
type SavePicker = (options: { suggestedName: string }) => Promise<FileSystemFileHandle>;

/** True where the person can be asked for a file to write to. */
export function canPickFile(): boolean {
  return 'showSaveFilePicker' in window;
}

/**
 * A sink for an output of that name. With `ask`, and where the browser can, the person picks the file: call it from a
 * click. Otherwise the output is private until it is downloaded, or in memory. Throws Stopped when they think better.
 */
export async function pickSink(suggestedName: string, ask: boolean): Promise<BrowserSink> {
  if (!ask || !canPickFile()) return BrowserSink.create(null);
  const showSaveFilePicker = (window as unknown as { showSaveFilePicker: SavePicker }).showSaveFilePicker;
  let picked: FileSystemFileHandle;
  try {
    picked = await showSaveFilePicker.call(window, { suggestedName });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw new Stopped();
    throw new Problem(`No file to write to: ${sentenceOf(error)}`);
  }
  return BrowserSink.create(picked);
}
