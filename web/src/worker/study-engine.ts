import { openWith } from '../core/derived-source';
import { allocate, instantiate, sound, throwProblem } from '../core/module';
import type { ByteSource, SourceHandle } from '../core/source';
import type { NibbleModule, Study } from '../wasm/nibble';
import type { StartStudy, StudyDone, StudyRequest } from '../core/protocol';

/** Reads pieces of a sample and lets the core look at them. Memory: one piece outside and one inside the core. */
export class StudyEngine {
  readonly #module: NibbleModule;
  readonly #sources: ByteSource[];
  readonly #study: Study;
  readonly #input: number;
  #buffer: Uint8Array = new Uint8Array(0);

  static async create(start: StartStudy, openSource: (handle: SourceHandle) => ByteSource): Promise<StudyEngine> {
    const module = await instantiate(start.kernel, start.compiled);
    return new StudyEngine(start, module, start.sources.map(openWith(module, openSource)));
  }

  constructor(start: StartStudy, module: NibbleModule, sources: ByteSource[]) {
    this.#module = module;
    this.#sources = sources;
    this.#study = sound(new module.Study(start.study, start.options));
    this.#input = allocate(module, start.inputBytes);
  }

  /** Throws an Error with a plain sentence when the bytes cannot be read or mean nothing. */
  async run({ index, ranges, piece }: StudyRequest): Promise<StudyDone> {
    const module = this.#module;
    let at = this.#input;
    for (const { file, offset, bytes } of ranges) {
      if (this.#buffer.byteLength < bytes) this.#buffer = new Uint8Array(bytes);
      this.#buffer = await this.#sources[file]!.read(offset, bytes, this.#buffer);
      module.HEAPU8.set(this.#buffer.subarray(0, bytes), at);
      at += bytes;
    }
    throwProblem(this.#study.run(this.#input, piece));
    const start = this.#study.resultPointer() >>> 0;
    return {
      kind: 'studied',
      index,
      result: module.HEAPU8.slice(start, start + this.#study.resultBytes()) as Uint8Array<ArrayBuffer>,
    };
  }
}
