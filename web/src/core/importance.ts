import type { Model as CoreModel, NibbleModule } from '../wasm/nibble';
import { allocate, answer, throwProblem, withBytes } from './module';
import type { Platform } from './platform';
import { Problem } from './problem';
import type { ByteSource, SourceHandle } from './source';
import type { ImportanceInfo, TensorImportance } from './types';

/** An importance matrix given beside a model. */
export interface ImportanceFile {
  file: SourceHandle;
  path: string; // goes into the output's metadata as it is
}

/** An index is a list of names; this is far more than any needs, and keeps a damaged count from filling memory. */
export const longestPieceBytes = 16 * 1024 * 1024;

/** The importance matrix of an opened model. Its rows are read when a run needs them. */
export class ImportanceMatrix {
  readonly info: ImportanceInfo & { path: string };
  readonly #module: NibbleModule;
  readonly #model: CoreModel;
  readonly #source: ByteSource;

  /** Reads the file's index. Throws Problem. */
  static async open(
    core: { module: NibbleModule; platform: Platform },
    model: CoreModel,
    { file, path }: ImportanceFile,
  ): Promise<ImportanceMatrix> {
    const source = core.platform.openSource(file);
    let reply = answer(model.openImportance(path, file.bytes), file.name);
    while ('wanted' in reply) {
      if (reply.wanted.bytes > longestPieceBytes) {
        throw new Problem(
          `${file.name} is no importance matrix, or a damaged one: ` +
            `its index claims more than ${longestPieceBytes / 2 ** 20} MiB.`,
        );
      }
      const bytes = await readRange(source, reply.wanted.offset, reply.wanted.bytes);
      reply = withBytes(core.module, bytes, (pointer) =>
        answer(model.offerImportance(pointer, bytes.byteLength), file.name),
      );
    }
    return new ImportanceMatrix(core.module, model, source, { ...reply, path });
  }

  /** Looks at the values of every tensor, so that plans know which of them cannot be used. Throws Problem. */
  async check(): Promise<void> {
    for (const { entry, ...where } of answer(this.#model.importanceEntries()).entries) {
      await this.#read(where, (values, counts) => this.#model.checkImportance(entry, values, counts));
    }
  }

  private constructor(
    module: NibbleModule,
    model: CoreModel,
    source: ByteSource,
    info: ImportanceInfo & { path: string },
  ) {
    this.#module = module;
    this.#model = model;
    this.#source = source;
    this.info = info;
  }

  /** The rows of tensor number `tensor`; `plan` makes sure that the core's last plan is the one meant. */
  async rowsOf(tensor: number, where: TensorImportance, plan: () => void): Promise<Float32Array<ArrayBuffer>> {
    const module = this.#module;
    const rows = allocate(module, where.valuesBytes);
    try {
      await this.#read(where, (values, counts) => {
        plan();
        return this.#model.importanceValues(tensor, values, counts, rows);
      });
      return new Float32Array(module.HEAPU8.slice(rows, rows + where.valuesBytes).buffer as ArrayBuffer);
    } finally {
      module._free(rows);
    }
  }

  /** Gives the core the numbers of one tensor; `use` answers with a sentence when they are not acceptable. */
  async #read(
    { valuesOffset, valuesBytes, countsOffset, countsBytes }: TensorImportance,
    use: (values: number, counts: number) => string,
  ): Promise<void> {
    const values = await readRange(this.#source, valuesOffset, valuesBytes);
    const counts = await readRange(this.#source, countsOffset ?? 0, countsOffset === null ? 0 : countsBytes);
    withBytes(this.#module, values, (valuesPointer) =>
      withBytes(this.#module, counts, (countsPointer) =>
        throwProblem(use(valuesPointer, countsOffset === null ? 0 : countsPointer), this.#source.name),
      ),
    );
  }
}

/** A piece of a file, in memory of its own. */
export async function readRange(source: ByteSource, offset: number, bytes: number): Promise<Uint8Array> {
  if (bytes === 0) return new Uint8Array(0);
  return (await source.read(offset, bytes, new Uint8Array(bytes))).subarray(0, bytes);
}

/**
 * What an importance matrix says of itself, before there is a model to use it with. Throws Problem when the file is
 * none.
 */
export async function checkImportance(
  core: { module: NibbleModule; platform: Platform },
  file: SourceHandle,
): Promise<ImportanceInfo> {
  const model = new core.module.Model();
  try {
    return (await ImportanceMatrix.open(core, model, { file, path: file.name })).info;
  } finally {
    model.delete();
  }
}
