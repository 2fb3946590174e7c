import { toJson } from '../wasm/json';
import { allocate, sound, throwProblem } from '../core/module';
import type { ByteSource } from '../core/source';
import type { NibbleModule, RowErrors } from '../wasm/nibble';
import type { SampleDone, SampleRequest } from '../core/protocol';

/**
 * Reads rows and tells what quantizing them to several types would cost. Memory: the rows of a job, outside and inside
 * the core.
 */
export class RowSampler {
  readonly #module: NibbleModule;
  readonly #sources: ByteSource[];
  readonly #kernel: string;
  readonly #errors = new Map<string, RowErrors>();

  constructor(module: NibbleModule, sources: ByteSource[], kernel: string) {
    this.#module = module;
    this.#sources = sources;
    this.#kernel = kernel;
  }

  /** Throws an Error with a plain sentence when the bytes cannot be read or measured. */
  async measure(job: SampleRequest): Promise<SampleDone> {
    // Rows of a sample lie apart, and each is short: their reads go on together.
    const pieces = await Promise.all(
      job.ranges.map(({ file, offset, bytes }) => this.#sources[file]!.read(offset, bytes, new Uint8Array(bytes))),
    );
    const module = this.#module;
    const errors = this.#errorsFor(job);
    const rows = job.ranges.reduce((sum, range) => sum + range.rows, 0);
    const bytesPerRow = Float64Array.BYTES_PER_ELEMENT * errors.figures();
    const longest = job.ranges.reduce((most, range) => Math.max(most, range.bytes), 0);
    const addresses: number[] = [];
    const take = (bytes: number) => {
      const address = allocate(module, bytes);
      addresses.push(address);
      return address;
    };
    try {
      const input = take(longest);
      const output = take(rows * bytesPerRow);
      const importance = job.importance ? take(job.importance.byteLength) : 0;
      if (job.importance) module.HEAPU8.set(new Uint8Array(job.importance.buffer), importance);
      let done = 0;
      for (const [index, range] of job.ranges.entries()) {
        module.HEAPU8.set(pieces[index]!.subarray(0, range.bytes), input);
        throwProblem(
          errors.run(input, range.rows, job.rowLength, range.firstRow, importance, output + done * bytesPerRow),
        );
        done += range.rows;
      }
      const figures = new Float64Array(module.HEAPU8.slice(output, output + rows * bytesPerRow).buffer as ArrayBuffer);
      return { kind: 'sampled', index: job.index, rows, figures };
    } finally {
      for (const address of addresses) module._free(address);
    }
  }

  #errorsFor({ from, types, method }: SampleRequest): RowErrors {
    const names = toJson(types);
    const key = `${from} ${method} ${names}`;
    let errors = this.#errors.get(key);
    if (!errors) {
      errors = sound(new this.#module.RowErrors(from, names, method, this.#kernel));
      this.#errors.set(key, errors);
    }
    return errors;
  }
}
