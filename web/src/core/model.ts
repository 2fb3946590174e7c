import type { Model as CoreModel, NibbleModule } from '../wasm/nibble';
import { ImportanceMatrix, type ImportanceFile } from './importance';
import { answer, bestKernel, instantiate, withBytes, type Kernel } from './module';
import type { Platform } from './platform';
import { Problem } from './problem';
import type { ByteSource, SourceHandle } from './source';
import type { FileTypeInfo, FormatInfo, ImportanceInfo, ModelInfo, Plan, PlanOptions, Price } from './types';

/** First bite of a file. Holds most headers without a vocabulary. */
const firstPrefixBytes = 256 * 1024;

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

/** A run, planned: everything that is known before the first weight is read. */
export interface PreparedRun {
  plan: Plan;
  headers: Uint8Array<ArrayBuffer>[]; // of the output files
  /** The importance of a tensor whose PlannedTensor.importance says that there is one: a row for each of its matrices. */
  importanceOf(tensor: number): Promise<Float32Array<ArrayBuffer>>;
}

/** A model whose headers were read. Holds no weights. */
export interface OpenedModel {
  readonly core: Core;
  readonly sources: SourceHandle[];
  readonly info: ModelInfo;
  /** The importance matrix beside it, and its name as the output's metadata will have it. */
  readonly importance: (ImportanceInfo & { path: string }) | null;
  /** What quantizing would do, computed from the headers alone. Throws Problem when it cannot be done. */
  plan(options: PlanOptions): Plan;
  /** What plan() would say of the size, quickly. Throws Problem likewise. */
  price(options: PlanOptions): Price;
  prepare(options: PlanOptions): PreparedRun;
  close(): void;
}

/**
 * Reads the headers of a model's files (all of its parts, in any order), never more, and the index of an importance
 * matrix if there is one. Throws Problem.
 */
export async function openModel(core: Core, files: SourceHandle[], importance?: ImportanceFile): Promise<OpenedModel> {
  const model = new core.module.Model();
  try {
    for (const [index, file] of files.entries()) await offerHeader(core, model, index, file);
    const info = answer<ModelInfo>(model.info());
    const matrix = importance ? await ImportanceMatrix.open(core, model, importance) : null;
    return new HeadersOnly(core, files, model, info, matrix);
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
  readonly #matrix: ImportanceMatrix | null;
  /** The options of the last plan, which the core keeps. */
  #planned = '';

  constructor(core: Core, sources: SourceHandle[], model: CoreModel, info: ModelInfo, matrix: ImportanceMatrix | null) {
    this.core = core;
    this.sources = sources;
    this.info = info;
    this.#model = model;
    this.#matrix = matrix;
  }

  get importance(): (ImportanceInfo & { path: string }) | null {
    return this.#matrix?.info ?? null;
  }

  plan(options: PlanOptions): Plan {
    this.#planned = JSON.stringify(options);
    return answer<Plan>(this.#model.plan(this.#planned));
  }

  price(options: PlanOptions): Price {
    return answer<Price>(this.#model.price(JSON.stringify(options)));
  }

  prepare(options: PlanOptions): PreparedRun {
    const plan = this.plan(options);
    const planned = this.#planned;
    const headers = plan.outputFiles.map((_, file) => {
      const start = this.#model.headerPointer(file) >>> 0;
      return this.core.module.HEAPU8.slice(start, start + this.#model.headerBytes(file)) as Uint8Array<ArrayBuffer>;
    });
    const importanceOf = (tensor: number) =>
      this.#matrix!.rowsOf(tensor, plan.tensors[tensor]!.importance!, () => {
        // Somebody may have made another plan meanwhile.
        if (this.#planned !== planned) this.plan(options);
      });
    return { plan, headers, importanceOf };
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
    // Doubling, whatever the header asks for: a damaged count must not make us read or allocate a lot at once. The core
    // refuses headers that are longer than any real one.
    wanted = Math.min(2 * prefix.byteLength, file.bytes);
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
