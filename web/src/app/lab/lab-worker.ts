import { expose, transfer } from 'comlink';
import { allocate, instantiate, type Kernel, withBytes } from '../../core/module';
import { Problem } from '../../core/problem';
import type { LabReport, LabRequest } from '../../core/types';
import type { NibbleModule } from '../../wasm/nibble';
import { makeLab, readPieces, readReport } from './lab-core';

/** A report with its curve at offset 0, of both signs; without one for blocks that have an offset. */
export interface WholeReport {
  report: LabReport;
  pieces: [positive: ArrayBuffer, negative: ArrayBuffer] | null;
}

/** What takes the Lab longer than a frame, away from the page. */
export class LabWorker {
  #module: NibbleModule | null = null;

  async start(kernel: Kernel, compiled: WebAssembly.Module): Promise<void> {
    this.#module = await instantiate(kernel, compiled);
  }

  report(request: LabRequest): WholeReport {
    const module = this.#module!;
    const lab = makeLab(module, request);
    try {
      const report = readReport(lab);
      if (report.affine) return { report, pieces: null };
      const pieces: [ArrayBuffer, ArrayBuffer] = [readPieces(module, lab, 1), readPieces(module, lab, -1)];
      return transfer({ report, pieces }, pieces);
    } finally {
      lab.delete();
    }
  }

  /** For consecutive blocks of the request's length: ranges, max|x| over root mean square, then the relative errors of each method. */
  blockFigures(request: LabRequest, methods: readonly string[], weights: Float32Array<ArrayBuffer>): Float32Array<ArrayBuffer>[] {
    const module = this.#module!;
    const lab = makeLab(module, request);
    const count = Math.floor(weights.length / request.weights.length);
    const bytes = count * 4;
    const out = allocate(module, bytes * 2);
    const read = (from: number) => new Float32Array(module.HEAPU8.slice(from, from + bytes).buffer as ArrayBuffer);
    try {
      const figures = withBytes(module, new Uint8Array(weights.buffer, weights.byteOffset, weights.byteLength), (source) => {
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
      });
      return transfer(figures, figures.map(({ buffer }) => buffer));
    } finally {
      module._free(out);
      lab.delete();
    }
  }
}

expose(new LabWorker());
