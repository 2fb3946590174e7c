import { expose, transfer } from 'comlink';
import type { Kernel } from '../../core/kernel';
import { allocate, type CompiledCore, instantiate, withBytes } from '../../core/module';
import { Problem } from '../../core/problem';
import type { LabRequest } from '../../core/types';
import type { NibbleModule } from '../../wasm/nibble';
import { makeLab, readReport, type WholeReport } from './lab-core';

/** What takes the Lab longer than a frame, away from the page. */
export class LabWorker {
  #module: NibbleModule | null = null;

  async start(kernel: Kernel, compiled: CompiledCore): Promise<void> {
    this.#module = await instantiate(kernel, compiled);
  }

  report(request: LabRequest): WholeReport {
    const module = this.#module!;
    const lab = makeLab(module, request);
    try {
      const whole = readReport(module, lab);
      return transfer(whole, whole.pieces ?? []);
    } finally {
      lab.delete();
    }
  }

  /**
   * For consecutive blocks of the request's length: ranges, max|x| over root mean square, then the relative errors of
   * each method.
   */
  blockFigures(
    request: LabRequest,
    methods: readonly string[],
    weights: Float32Array<ArrayBuffer>,
  ): Float32Array<ArrayBuffer>[] {
    const module = this.#module!;
    const lab = makeLab(module, request);
    const count = Math.floor(weights.length / request.weights.length);
    const bytes = count * 4;
    const out = allocate(module, bytes * 2);
    const read = (from: number) => new Float32Array(module.HEAPU8.slice(from, from + bytes).buffer as ArrayBuffer);
    try {
      const figures = withBytes(
        module,
        new Uint8Array(weights.buffer, weights.byteOffset, weights.byteLength),
        (source) => {
          lab.blockShapes(source, count, out, out + bytes);
          return [
            read(out),
            read(out + bytes),
            ...methods.map((method) => {
              const problem = lab.blockErrors(method, source, count, out);
              if (problem) throw new Problem(problem);
              return read(out);
            }),
          ];
        },
      );
      return transfer(
        figures,
        figures.map(({ buffer }) => buffer),
      );
    } finally {
      module._free(out);
      lab.delete();
    }
  }
}

expose(new LabWorker());
