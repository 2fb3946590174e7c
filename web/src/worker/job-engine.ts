import { openWith } from '../core/derived-source';
import { toJson } from '../wasm/json';
import { allocate, instantiate, sound, throwProblem } from '../core/module';
import type { ByteSource, SourceHandle } from '../core/source';
import type { Converter, NibbleModule, Packer } from '../wasm/nibble';
import type { Conversion, JobDone, JobRequest, Packing, StartWorker } from '../core/protocol';
import { RowSampler } from './row-sampler';

/**
 * Reads, converts and measures runs of tensors. Memory: one input and output inside the core, and two inputs outside
 * where files cannot be read into it.
 */
export class JobEngine {
  readonly #module: NibbleModule;
  readonly #sources: ByteSource[];
  readonly #requestedKernel: string;
  readonly #input: number;
  readonly #output: number;
  readonly #importance: number;
  readonly #inputBytes: number;
  /** As many as jobs were under way at once, at most: none where sources are read straight into the core. */
  readonly #freeInputs: Uint8Array[] = [];
  readonly #converters = new Map<string, Converter>();
  #packed: Promise<void> = Promise.resolve();
  /** Measures rows instead of converting them. */
  readonly sampler: RowSampler;

  static async create(start: StartWorker, openSource: (handle: SourceHandle) => ByteSource): Promise<JobEngine> {
    const module = await instantiate(start.kernel, start.compiled);
    return new JobEngine(start, module, start.sources.map(openWith(module, openSource)));
  }

  constructor(start: StartWorker, module: NibbleModule, sources: ByteSource[]) {
    this.#module = module;
    this.#sources = sources;
    this.#requestedKernel = start.kernel;
    this.sampler = new RowSampler(module, sources, start.kernel);
    this.#input = allocate(module, start.inputBytes);
    this.#output = allocate(module, start.outputBytes);
    this.#importance = allocate(module, start.importanceBytes);
    this.#inputBytes = start.inputBytes;
  }

  /** Throws an Error with a plain sentence when the bytes cannot be read or converted. */
  async run(job: JobRequest): Promise<JobDone> {
    const { work } = job;
    switch (work.kind) {
      case 'copy':
        return this.#copy(job);
      case 'convert':
        return this.#convert(job, work);
      case 'pack': {
        // One after the other: the output stays in the core while the input comes piece by piece.
        const packed = this.#packed.then(() => this.#pack(job, work));
        this.#packed = packed.then(
          () => {},
          () => {},
        );
        return packed;
      }
    }
  }

  async #pack(job: JobRequest, { request, first, count, measured, given }: Packing): Promise<JobDone> {
    const module = this.#module;
    const packer = sound(new module.Packer(toJson({ ...request, kernel: this.#requestedKernel })));
    try {
      packer.begin(this.#output, first, count);
      let input = this.#freeInputs.pop() ?? new Uint8Array(this.#inputBytes);
      for (let pass = 0; pass < packer.passes(); ++pass) {
        for (let at = 0; at < job.inputBytes; at += request.pieceBytes) {
          const bytes = Math.min(request.pieceBytes, job.inputBytes - at);
          input = await this.#sources[job.inputFile]!.read(job.inputOffset + at, bytes, input);
          module.HEAPU8.set(input.subarray(0, bytes), this.#input);
          if (given) await this.#takeGiven(packer, given, at, bytes);
          else throwProblem(packer.take(this.#input, bytes, 0));
        }
      }
      this.#freeInputs.push(input);
      throwProblem(packer.finish());
      new Uint8Array(job.buffer).set(module.HEAPU8.subarray(this.#output, this.#output + job.outputBytes));
      const statistics = measured ? this.#statisticsOf(packer) : null;
      return {
        kind: 'done',
        index: job.index,
        buffer: job.buffer,
        statistics,
        reference: null,
        kernel: measured ? packer.kernel() : null,
      };
    } finally {
      packer.delete();
    }
  }

  /** A piece of a matrix whose blocks were chosen. */
  async #takeGiven(packer: Packer, given: { file: number; offset: number }, at: number, bytes: number): Promise<void> {
    const length = packer.givenBytes(bytes);
    const source = this.#sources[given.file]!;
    const blocks = await source.read(given.offset + packer.givenBytes(at), length, new Uint8Array(length));
    const pointer = allocate(this.#module, length);
    try {
      this.#module.HEAPU8.set(blocks.subarray(0, length), pointer);
      throwProblem(packer.take(this.#input, bytes, pointer));
    } finally {
      this.#module._free(pointer);
    }
  }

  async #copy(job: JobRequest): Promise<JobDone> {
    const source = this.#sources[job.inputFile]!;
    const bytes = await source.read(job.inputOffset, job.inputBytes, new Uint8Array(job.buffer));
    bytes.fill(0, job.outputBytes, job.outputBytes + job.padding);
    return {
      kind: 'done',
      index: job.index,
      buffer: bytes.buffer as ArrayBuffer,
      statistics: null,
      reference: null,
      kernel: null,
    };
  }

  async #convert(job: JobRequest, conversion: Conversion): Promise<JobDone> {
    const module = this.#module;
    const converter = this.#converterFor(conversion);
    const source = this.#sources[job.inputFile]!;
    const { given, importance, reference } = conversion;
    const input = source.fill ? null : await this.#readAside(source, job);
    if (given) {
      const bytes = new Uint8Array(job.outputBytes);
      const blocks = await this.#sources[given.file]!.read(given.offset, job.outputBytes, bytes);
      module.HEAPU8.set(blocks.subarray(0, job.outputBytes), this.#output);
    }
    // From here on the core's memory is this job's alone.
    if (input === null) {
      source.fill!(job.inputOffset, module.HEAPU8.subarray(this.#input, this.#input + job.inputBytes));
    } else {
      module.HEAPU8.set(input.subarray(0, job.inputBytes), this.#input);
      this.#freeInputs.push(input);
    }
    if (importance) module.HEAPU8.set(new Uint8Array(importance.buffer), this.#importance);
    this.#runConverter(converter, conversion);
    const output = new Uint8Array(job.buffer);
    output.set(module.HEAPU8.subarray(this.#output, this.#output + job.outputBytes));
    output.fill(0, job.outputBytes, job.outputBytes + job.padding);
    const done = { kind: 'done' as const, index: job.index, buffer: job.buffer };
    if (!conversion.measured) return { ...done, statistics: null, reference: null, kernel: null };
    const statistics = this.#statisticsOf(converter);
    if (reference === null) return { ...done, statistics, reference: null, kernel: converter.kernel() };
    const other = this.#converterFor({ ...conversion, method: reference });
    this.#runConverter(other, conversion);
    return { ...done, statistics, reference: this.#statisticsOf(other), kernel: converter.kernel() };
  }

  /** Reads a job's input while another one is converted: into one of the buffers outside of the core. */
  #readAside(source: ByteSource, { inputOffset, inputBytes }: JobRequest): Promise<Uint8Array> {
    const spare = this.#freeInputs.pop() ?? new Uint8Array(this.#inputBytes);
    return source.read(inputOffset, inputBytes, spare);
  }

  /** Converts the input that lies in the core's memory. */
  #runConverter(
    converter: Converter,
    { weights, firstWeight, rowLength, importance, headRows, add }: Conversion,
  ): void {
    throwProblem(
      converter.run(
        this.#input,
        this.#output,
        weights,
        firstWeight,
        rowLength,
        importance ? this.#importance : 0,
        headRows,
        add,
      ),
    );
  }

  #statisticsOf(converter: Pick<Converter, 'statisticsPointer' | 'statisticsBytes'>): Uint8Array<ArrayBuffer> {
    const figures = converter.statisticsPointer();
    return this.#module.HEAPU8.slice(figures, figures + converter.statisticsBytes()) as Uint8Array<ArrayBuffer>;
  }

  #converterFor({ from, to, method }: Conversion): Converter {
    const key = `${from} ${to} ${method}`;
    let converter = this.#converters.get(key);
    if (!converter) {
      converter = sound(new this.#module.Converter(from, to, method, this.#requestedKernel));
      this.#converters.set(key, converter);
    }
    return converter;
  }
}
