import type { Model as CoreModel, NibbleModule } from '../wasm/nibble';
import { answer, bestKernel, instantiate, withBytes, type Kernel } from './module';
import type { Platform } from './platform';
import { Problem } from './problem';
import type { ByteSource, SourceHandle } from './source';
import type { FileTypeInfo, FormatInfo, ModelInfo, Plan, PlanOptions, Price } from './types';

/** First bite of a file. Holds most headers without a vocabulary. */
const firstPrefixBytes = 256 * 1024;
/** Real headers with vocabulary and merges stay below 32 MiB; more than this is a damaged count. */
const longestHeaderBytes = 256 * 1024 * 1024;

export interface CoreOptions {
  /** Which build of the core to use; without it the fastest that runs here. */
  kernel?: Kernel;
}

/** The core with code compiled for the workers to share. */
export interface Core {
  readonly platform: Platform;
  readonly kernel: Kernel;
  readonly compiled: WebAssembly.Module;
  readonly module: NibbleModule;
  readonly version: string;
  readonly formats: FormatInfo[];
  readonly fileTypes: FileTypeInfo[];
}

/** Loads the core. Once per page or process is enough. */
export async function loadCore(platform: Platform, options: CoreOptions = {}): Promise<Core> {
  const kernel = options.kernel ?? bestKernel();
  if (kernel === 'simd' && bestKernel() === 'scalar') {
    throw new Problem('The SIMD kernels cannot run here: this WebAssembly has no vector instructions. Use the scalar ones.');
  }
  const compiled = await platform.compile(kernel);
  const module = await instantiate(kernel, compiled);
  return {
    platform,
    kernel,
    compiled,
    module,
    version: module.version(),
    formats: JSON.parse(module.formats()) as FormatInfo[],
    fileTypes: JSON.parse(module.fileTypes()) as FileTypeInfo[],
  };
}

/** A model whose headers were read. Holds no weights. */
export interface OpenedModel {
  readonly core: Core;
  readonly sources: SourceHandle[];
  readonly info: ModelInfo;
  /** What quantizing would do, computed from the headers alone. Throws Problem when it cannot be done. */
  plan(options: PlanOptions): Plan;
  /** What plan() would say of the size, quickly. Throws Problem likewise. */
  price(options: PlanOptions): Price;
  /** The plan and the header of each of its output files. */
  prepare(options: PlanOptions): { plan: Plan; headers: Uint8Array<ArrayBuffer>[] };
  close(): void;
}

/** Reads the headers of a model's files (all of its parts, in any order), never more. Throws Problem. */
export async function openModel(core: Core, files: SourceHandle[]): Promise<OpenedModel> {
  const model = new core.module.Model();
  try {
    for (const [index, file] of files.entries()) await offerHeader(core, model, index, file);
    return new HeadersOnly(core, files, model, answer<ModelInfo>(model.info()));
  } catch (error) {
    model.delete();
    throw error;
  }
}

class HeadersOnly implements OpenedModel {
  readonly core: Core;
  readonly sources: SourceHandle[];
  readonly info: ModelInfo;
  readonly #model: CoreModel;

  constructor(core: Core, sources: SourceHandle[], model: CoreModel, info: ModelInfo) {
    this.core = core;
    this.sources = sources;
    this.info = info;
    this.#model = model;
  }

  plan(options: PlanOptions): Plan {
    return answer<Plan>(this.#model.plan(JSON.stringify(options)));
  }

  price(options: PlanOptions): Price {
    return answer<Price>(this.#model.price(JSON.stringify(options)));
  }

  prepare(options: PlanOptions): { plan: Plan; headers: Uint8Array<ArrayBuffer>[] } {
    const plan = this.plan(options);
    const headers = plan.outputFiles.map((_, file) => {
      const start = this.#model.headerPointer(file) >>> 0;
      return this.core.module.HEAPU8.slice(start, start + this.#model.headerBytes(file)) as Uint8Array<ArrayBuffer>;
    });
    return { plan, headers };
  }

  close(): void {
    this.#model.delete();
  }
}

/** Offers a growing prefix of a file until its header is complete. */
async function offerHeader(core: Core, model: CoreModel, index: number, file: SourceHandle): Promise<void> {
  const source = core.platform.openSource(file);
  let prefix = new Uint8Array(0);
  let wanted = Math.min(firstPrefixBytes, file.bytes);
  for (;;) {
    prefix = await grow(source, prefix, wanted);
    const reply = withBytes(core.module, prefix, (pointer) =>
      JSON.parse(model.offer(index, file.name, file.bytes, pointer, prefix.byteLength)),
    ) as { more?: number; done?: boolean; error?: string };
    if (reply.error !== undefined) throw new Problem(`${file.name}: ${reply.error}`);
    if (reply.done) return;
    if (prefix.byteLength === file.bytes) {
      throw new Problem(`${file.name} ends inside its header, at byte ${file.bytes}: it was cut short. Download or copy it again.`);
    }
    if (prefix.byteLength >= longestHeaderBytes) {
      throw new Problem(`The header of ${file.name} claims more than ${longestHeaderBytes / 2 ** 20} MiB; the file is probably damaged.`);
    }
    // Doubling, whatever the header asks for: a damaged count must not make us read or allocate a lot at once.
    wanted = Math.min(2 * prefix.byteLength, file.bytes, longestHeaderBytes);
  }
}

async function grow(source: ByteSource, prefix: Uint8Array<ArrayBuffer>, bytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const grown = new Uint8Array(bytes);
  grown.set(prefix);
  const missing = bytes - prefix.byteLength;
  if (missing > 0) {
    const tail = await source.read(prefix.byteLength, missing, new Uint8Array(missing));
    grown.set(tail.subarray(0, missing), prefix.byteLength);
  }
  return grown;
}
