import type { Model as CoreModel, TokenEncoder } from '../wasm/nibble';
import { closeDerived } from './derived-source';
import { ImportanceMatrix, type ImportanceFile } from './importance';
import { Measurement } from './measurement';
import { fromJson, toJson, type Json } from '../wasm/json';
import { bestKernel, type Kernel } from './kernel';
import {
  answer,
  type CompiledCore,
  instantiateFirst,
  NotLoaded,
  nowOrWhenWhole,
  sound,
  throwProblem,
  withBytes,
} from './module';
import type {
  ChosenModel,
  Core,
  ModelForm,
  ModelOrigin,
  OpenedModel,
  PreparedRun,
  PreparedSample,
  TakenTensors,
} from './opened-model';
import type { Platform } from './platform';
import { Problem } from './problem';
import type { ByteSource, SourceHandle } from './source';
import { summaryRuns, summaryRunWeights, tinyTensors } from './summaries';
import type {
  Assignment,
  ImportanceInfo,
  MeasureOptions,
  ModelInfo,
  Note,
  PassOptions,
  PassPlan,
  Plan,
  PlanOptions,
  PlanRequest,
  Price,
  RowSample,
  RowSampleOptions,
  RuntimeMemory,
  TensorPair,
  TensorValues,
  TextTokens,
  Wanted,
  WeightPlace,
} from './types';

/** First bite of a file. Holds most headers without a vocabulary. */
const firstPieceBytes = 256 * 1024;
/**
 * The core refuses longer headers by limits of its own, with reasons; this one keeps memory bounded whatever it says.
 */
const longestPieceBytes = 128 * 2 ** 20;

export interface CoreOptions {
  /** Gives a core whose code may not all be there yet, as Core says. */
  soon?: boolean;
  /** Which build of the core to use; without it the fastest that runs here. */
  kernel?: Kernel;
}

/** Loads the core. Once per page or process is enough. */
export async function loadCore(platform: Platform, options: CoreOptions = {}): Promise<Core> {
  const kernel = options.kernel ?? bestKernel();
  if (kernel === 'simd' && bestKernel() === 'scalar') {
    throw new Problem(
      'The SIMD kernels cannot run here: this WebAssembly has no vector instructions. Use the scalar ones.',
    );
  }
  const first = await platform.compile(kernel);
  // Asked for only now, so that it does not take the way of what is needed before.
  const coming = platform.compileRest(kernel);
  coming.catch(() => {}); // heard where it is awaited
  const { module, complete } = await instantiateFirst(kernel, first);
  let compiled: CompiledCore | null = null;
  const whole = (async () => {
    const rest = await coming;
    if (rest) await complete(rest);
    compiled = { first, rest };
  })();
  whole.catch(() => {}); // heard by whoever needs it
  if (!options.soon) await whole;
  return {
    platform,
    kernel,
    whole,
    get compiled() {
      if (compiled === null) throw new NotLoaded('the code of workers');
      return compiled;
    },
    module,
    version: module.version(),
    formats: fromJson(module.formats()),
    fileTypes: fromJson(module.fileTypes()),
    packings: fromJson(module.packings()),
    fileKinds: fromJson(module.fileKinds()),
  };
}

/**
 * Of the files of a folder, or of several that came together, those that make one model. Paths are relative, with
 * slashes; `folder` is the folder's own, as much of it as is known. Throws Problem when there is no model among them,
 * or nothing says which of several is meant.
 */
export function chooseFiles<T extends { path: string }>(core: Core, files: readonly T[], folder = ''): ChosenModel<T> {
  const paths = toJson(files.map(({ path }) => path));
  const chosen = answer(core.module.chooseFiles(paths, folder));
  return { ...chosen, files: chosen.files.map(({ index, name }) => ({ file: files[index]!, name })) };
}

/** The names of all files of the model that a file is a part of; its own alone when it is whole, or cannot be read. */
export async function partNames(core: Core, file: SourceHandle): Promise<string[]> {
  const model = new core.module.Model();
  try {
    await offerHeader(core, model, 0, file);
    return answer(model.shardNames(0)).names;
  } catch (error) {
    if (error instanceof Problem) return [file.name];
    throw error;
  } finally {
    model.delete();
  }
}

/**
 * Of the files at these paths in a folder, those that make a model of the weights in its file of that name; often none.
 */
export function filesBeside(core: Core, weights: string, paths: readonly string[]): string[] {
  const { files } = answer(core.module.filesBeside(weights, toJson(paths)));
  return files.map((index) => paths[index]!);
}

/**
 * Reads the headers of a model's files (all of its parts, in any order) and the small files beside the weights, never
 * more, and the index of an importance matrix if there is one. Throws Problem.
 */
export async function openModel(
  core: Core,
  files: SourceHandle[],
  importance?: ImportanceFile,
  origin: ModelOrigin = { name: '', notes: [] },
  form: ModelForm = 'model',
  taken?: TakenTensors,
): Promise<OpenedModel> {
  return nowOrWhenWhole(core.whole, () => openNow(core, files, importance, origin, form, taken));
}

async function openNow(
  core: Core,
  files: SourceHandle[],
  importance: ImportanceFile | undefined,
  origin: ModelOrigin,
  form: ModelForm,
  taken: TakenTensors | undefined,
): Promise<OpenedModel> {
  const model = new core.module.Model();
  try {
    model.setName(origin.name);
    for (const note of origin.notes) model.addNote(note);
    if (form === 'projector') model.chooseProjector();
    for (const [index, file] of files.entries()) await offerHeader(core, model, index, file);
    const found = answer(model.info());
    const reverted = form === 'folder' ? await revert(core, model, found, files) : found;
    const info = taken ? await graft(core, model, taken) : reverted;
    const own = taken ? [...files, ...taken.files] : files;
    const sources = [...own, ...computedValues(core, model), ...derivedValues(core, model, own)];
    // What llama.cpp's recipes decide stays as they decide it.
    const tiny = info.architecture === 'unknown' ? namesOfTiny(info, await tinyTensors(core, model, sources)) : [];
    const matrix = importance ? await ImportanceMatrix.open(core, model, importance) : null;
    await matrix?.check();
    const given = { files: own, importance: importance ?? null, origin };
    const told = tiny.length === 0 ? [] : [noteOfTiny(tiny)];
    info.notes.push(...told);
    return new HeadersOnly(core, given, sources, model, info, matrix, tiny, told);
  } catch (error) {
    model.delete();
    throw error;
  }
}

/** Takes tensors of another model. */
async function graft(core: Core, model: CoreModel, { files, patterns }: TakenTensors): Promise<ModelInfo> {
  const other = new core.module.Model();
  try {
    for (const [index, file] of files.entries()) await offerHeader(core, other, index, file);
    answer(other.info());
    return answer(model.graft(other, toJson(patterns)));
  } finally {
    other.delete();
  }
}

/** Leads a GGUF model back to the folder it was converted from. */
async function revert(core: Core, model: CoreModel, info: ModelInfo, files: SourceHandle[]): Promise<ModelInfo> {
  const values: TensorValues[] = [];
  for (const tensor of answer(model.neededToRevert()).tensors) {
    const { name, file, offset, bytes } = info.tensors[tensor]!;
    if (bytes > longestPieceBytes) throw new Problem(`The tensor "${name}" is far too long for what it is.`);
    const read = await core.platform.openSource(files[file]!).read(offset, bytes, new Uint8Array(bytes));
    values.push({ name, values: [...new Float32Array(read.slice(0, bytes).buffer)] });
  }
  return answer(model.revert(toJson(values)));
}

/** The names of the matrices among them, whose weights are too small for scales in half precision. */
function namesOfTiny(info: ModelInfo, tensors: number[]): string[] {
  return tensors
    .map((tensor) => info.tensors[tensor]!)
    .filter(({ shape }) => shape.length > 1)
    .map(({ name }) => name);
}

function noteOfTiny(names: string[]): Note {
  const which =
    names.length === 1 ? `"${names[0]}" holds` : `${names.length} tensors, the first being "${names[0]}", hold`;
  return {
    level: 'note',
    text:
      `By a sample of up to ${summaryRuns * summaryRunWeights} weights, ${which} values so small that the scales ` +
      `of quantized types, which are half floats, become zero or nearly so. Types with such scales leave ` +
      `${names.length === 1 ? 'it' : 'them'} as stored.`,
  };
}

class HeadersOnly implements OpenedModel {
  readonly core: Core;
  readonly given: OpenedModel['given'];
  readonly sources: SourceHandle[];
  readonly info: ModelInfo;
  readonly #model: CoreModel;
  readonly #matrix: ImportanceMatrix | null;
  readonly #tiny: string[];
  /** What reading weights told on opening, beyond what the core reads in headers. */
  readonly #found: Note[];
  /** The options of the last plan, which the core keeps. */
  #planned: unknown = null;

  constructor(
    core: Core,
    given: OpenedModel['given'],
    sources: SourceHandle[],
    model: CoreModel,
    info: ModelInfo,
    matrix: ImportanceMatrix | null,
    tiny: string[],
    found: Note[],
  ) {
    this.core = core;
    this.given = given;
    this.sources = sources;
    this.info = info;
    this.#model = model;
    this.#matrix = matrix;
    this.#tiny = tiny;
    this.#found = found;
  }

  /** What the core is asked: what the person wants, and what was found. */
  #json(options: PlanOptions): Json<PlanRequest> {
    return toJson(this.#tiny.length === 0 ? options : { ...options, tinyTensors: this.#tiny });
  }

  get importance(): (ImportanceInfo & { path: string }) | null {
    return this.#matrix?.info ?? null;
  }

  place(tensor: number, first: number, count: number): WeightPlace {
    return answer(this.#model.place(tensor, first, count));
  }

  pair(other: OpenedModel): TensorPair[] {
    if (!(other instanceof HeadersOnly)) throw new Error('Only opened models can be paired.');
    return answer(this.#model.pair(other.#model));
  }

  plan(options: PlanOptions): Plan {
    const asked = this.#json(options);
    this.#planned = asked;
    const plan = answer(this.#model.plan(asked));
    return { ...plan, notes: [...plan.notes, ...this.#found] };
  }

  noteOnRules(options: PlanOptions): string {
    return this.#model.noteOnRules(this.#json(options));
  }

  price(options: PlanOptions): Price {
    return answer(this.#model.price(this.#json(options)));
  }

  passPlan(options: PassOptions): PassPlan {
    return answer(this.#model.passPlan(toJson(options)));
  }

  runtimeMemory(context: number, cacheType: string, noMtp = false): RuntimeMemory {
    return answer(this.#model.runtimeMemory(context, cacheType, noMtp));
  }

  encode(text: Uint8Array, parseSpecial = false): TextTokens {
    const { module } = this.core;
    return this.#withEncoder((encoder) => {
      throwProblem(withBytes(module, text, (pointer) => encoder.encode(pointer, text.byteLength, parseSpecial)));
      const start = encoder.idsPointer() >>> 0;
      const bytes = module.HEAPU8.slice(start, start + Uint32Array.BYTES_PER_ELEMENT * encoder.idsCount());
      const begin = encoder.begin();
      return { tokens: [...new Uint32Array(bytes.buffer)], begin: begin < 0 ? null : begin };
    });
  }

  chatTemplate(): { template: string; eos: string } | null {
    const { template, eos } = answer(this.#model.chatTemplate());
    if (!template) return null;
    const piece = eos === null ? undefined : this.pieces([eos]).get(eos);
    return { template, eos: piece ? new TextDecoder().decode(piece) : '' };
  }

  pieces(tokens: Iterable<number>): Map<number, Uint8Array> {
    const { module } = this.core;
    return this.#withEncoder((encoder) => {
      const pieces = new Map<number, Uint8Array>();
      for (const token of tokens) {
        const length = encoder.piece(token);
        const start = encoder.piecePointer() >>> 0;
        pieces.set(token, module.HEAPU8.slice(start, start + length));
      }
      return pieces;
    });
  }

  #withEncoder<T>(use: (encoder: TokenEncoder) => T): T {
    const encoder = sound(this.#model.tokenEncoder(), this.given.files[0]?.name);
    try {
      return use(encoder);
    } finally {
      encoder.delete();
    }
  }

  weightSample(runs: number, runWeights: number): RowSample {
    return answer(this.#model.weightSample(runs, runWeights));
  }

  sample(options: RowSampleOptions): RowSample {
    return answer(this.#model.sample(toJson(options)));
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

  assignment(options: PlanOptions): Assignment {
    return answer(this.#model.assignment(this.#json(options)));
  }

  prepareSample(options: PlanOptions, measure: MeasureOptions): PreparedSample {
    const [planned, what] = [this.#json(options), toJson(measure)];
    const make = () => {
      this.#planned = `${planned} ${what}`;
      return answer(this.#model.samplePlan(planned, what));
    };
    const plan = make();
    const mine = this.#planned;
    return {
      plan,
      measurement: new Measurement(this.core, this.#model.beginMeasurement()),
      jobs: (tensor, begin, end, jobBytes) =>
        answer(this.#model.sampleJobs(plan.tensors[tensor]!.source, begin, end, jobBytes)),
      importanceOf: (tensor) =>
        this.#matrix!.rowsOf(tensor, plan.tensors[tensor]!.importance!, () => {
          if (this.#planned !== mine) make();
        }),
    };
  }

  close(): void {
    closeDerived(this.core.module, this.sources);
    this.#model.delete();
  }
}

/** The values that no file holds, as one more file; none when there are none. */
function computedValues({ module }: Core, model: CoreModel): SourceHandle[] {
  const bytes = model.computedBytes();
  if (bytes === 0 && model.derivedBytes() === 0) return [];
  const start = model.computedPointer() >>> 0;
  return [
    {
      kind: 'blob',
      name: 'computed values',
      bytes,
      blob: new Blob([module.HEAPU8.slice(start, start + bytes) as Uint8Array<ArrayBuffer>]),
    },
  ];
}

/** Values that are moved or decoded while they are read, as one more file; none when there are none. */
function derivedValues({ module }: Core, model: CoreModel, files: SourceHandle[]): SourceHandle[] {
  const bytes = model.derivedBytes();
  if (bytes === 0) return [];
  const start = model.derivedPointer() >>> 0;
  const numbers = module.HEAPU8.slice(start, start + 8 * model.derivedCount()) as Uint8Array<ArrayBuffer>;
  return [{ kind: 'derived', name: 'derived values', bytes, description: new Float64Array(numbers.buffer), files }];
}

/** Offers the start of a file, and then whatever part of it the core wants. */
export async function offerHeader(
  core: Core,
  model: Pick<CoreModel, 'offer'>,
  index: number,
  file: SourceHandle,
): Promise<void> {
  const source = core.platform.openSource(file);
  let { wanted }: Wanted = { wanted: { offset: 0, bytes: Math.min(firstPieceBytes, file.bytes) } };
  let piece = new Uint8Array(0);
  let pieceOffset = 0;
  for (;;) {
    const { offset, bytes } = wanted;
    // Headers are wanted in growing pieces; what is here already is not read again.
    piece = await grow(source, offset, pieceOffset === offset ? piece : new Uint8Array(0), bytes);
    pieceOffset = offset;
    const reply = withBytes(core.module, piece, (pointer) =>
      answer(model.offer(index, file.name, file.bytes, offset, pointer, bytes), file.name),
    );
    if ('done' in reply) return;
    wanted = reply.wanted;
    if (wanted.bytes > longestPieceBytes) {
      throw new Problem(
        `${file.name} claims a header of more than ${longestPieceBytes / 2 ** 20} MiB. It is damaged, or no model.`,
      );
    }
  }
}

/** `bytes` bytes from `offset` on, of which `start` has the first ones. */
async function grow(
  source: ByteSource,
  offset: number,
  start: Uint8Array<ArrayBuffer>,
  bytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const grown = new Uint8Array(bytes);
  const kept = Math.min(start.byteLength, bytes);
  grown.set(start.subarray(0, kept));
  const missing = bytes - kept;
  if (missing > 0) {
    const tail = await source.read(offset + kept, missing, new Uint8Array(missing));
    grown.set(tail.subarray(0, missing), kept);
  }
  return grown;
}
