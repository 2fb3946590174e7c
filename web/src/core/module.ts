import type { NibbleModule } from '../wasm/nibble';
import { fromJson, type Json } from '../wasm/json';
import type { Kernel } from './kernel';
import { Problem } from './problem';

/** The core's code for one kernel, whole or in the two parts that scripts/split-module makes. */
export interface CompiledCore {
  /** Says what there is, opens GGUF files and plans; or the whole. */
  first: WebAssembly.Module;
  rest: WebAssembly.Module | null;
}

/** What was asked of the core needs its rest, which is not there yet. */
export class NotLoaded extends Problem {
  /** `place`: of what it needs, in the list that scripts/split-module leaves beside the module. */
  constructor(readonly place: string) {
    super('This part of the page is still loading. Try again in a moment.');
  }
}

/** What `act` gives; where it needs more of the core than is there, once more when it is whole. */
export async function nowOrWhenWhole<T>(whole: Promise<void>, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof NotLoaded)) throw error;
    await whole;
    return act();
  }
}

/** Stands for every function of the rest. */
const notLoaded = new Proxy<Record<string, () => never>>(
  {},
  {
    get: (_, place) => () => {
      throw new NotLoaded(String(place));
    },
  },
);

/** Makes a whole core from code that a Platform compiled for the same kernel. */
export async function instantiate(kernel: Kernel, { first, rest }: CompiledCore): Promise<NibbleModule> {
  const { module, complete } = await instantiateFirst(kernel, first);
  if (rest) await complete(rest);
  return module;
}

/** Makes a core. Of the first part alone, functions throw NotLoaded where they need the rest, until it is completed. */
export async function instantiateFirst(
  kernel: Kernel,
  first: WebAssembly.Module,
): Promise<{ module: NibbleModule; complete: (rest: WebAssembly.Module) => Promise<void> }> {
  const { default: create } =
    kernel === 'simd'
      ? await import('../wasm/generated/nibble.mjs')
      : await import('../wasm/generated/nibble-scalar.mjs');
  let exports: WebAssembly.Exports = {};
  const module = await new Promise<NibbleModule>((resolve, reject) => {
    create({
      instantiateWasm(imports, done) {
        WebAssembly.instantiate(first, { ...imports, rest: notLoaded }).then((instance) => {
          ({ exports } = instance);
          done(instance);
        }, reject);
        return {};
      },
    }).then(resolve, reject);
  });
  return {
    module,
    complete: async (rest) => {
      await WebAssembly.instantiate(rest, { first: exports });
    },
  };
}

/** Copies bytes into the core's memory and hands their address to `use`; frees them afterwards. */
export function withBytes<T>(module: NibbleModule, bytes: Uint8Array, use: (pointer: number) => T): T {
  const pointer = allocate(module, bytes.byteLength);
  try {
    module.HEAPU8.set(bytes, pointer);
    return use(pointer);
  } finally {
    module._free(pointer);
  }
}

/** Address of `bytes` fresh bytes of the core's memory. Throws when there is no more. */
export function allocate(module: NibbleModule, bytes: number): number {
  // The compiler's malloc answers 0 when memory is full, and may do so for 0 bytes too.
  const pointer = module._malloc(Math.max(bytes, 1)) >>> 0;
  if (pointer === 0) throw new RangeError(`The core has no memory left for ${bytes} bytes.`);
  return pointer;
}

/** Reads the core's answer; its error sentence becomes a Problem, with `where` before it. */
export function answer<T>(json: Json<T>, where = ''): T {
  const value = fromJson(json);
  throwProblem(sentenceIn(value), where);
  return value;
}

/** The sentence of an answer that is an error. */
function sentenceIn(value: unknown): string {
  const error = typeof value === 'object' && value !== null && 'error' in value ? value.error : null;
  return typeof error === 'string' ? error : '';
}

/**
 * Throws what a call of the core says is wrong, as a Problem; the core says nothing when all is well. `where` goes
 * before it.
 */
export function throwProblem(sentence: string, where = ''): void {
  if (sentence) throw new Problem(where ? `${where}: ${sentence}` : sentence);
}

/** What the core just made. Where that has a problem, it is deleted and the Problem thrown. */
export function sound<T extends { problem(): string; delete(): void }>(made: T, where?: string): T {
  try {
    throwProblem(made.problem(), where);
  } catch (problem) {
    made.delete();
    throw problem;
  }
  return made;
}

/** Adds what a worker's core saved to figures or a summary of this thread's. Throws Problem. */
export function merge(
  module: NibbleModule,
  into: { merge(pointer: number, length: number): string },
  saved: Uint8Array,
): void {
  throwProblem(withBytes(module, saved, (pointer) => into.merge(pointer, saved.byteLength)));
}
