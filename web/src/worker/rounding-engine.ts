import { allocate, sound, throwProblem } from '../core/module';
import type { NibbleModule, OutputChange, Rounder } from '../wasm/nibble';
import type {
  MeasureOutputs,
  OutputsMeasured,
  OutputsStarted,
  RoundingStarted,
  RoundRows,
  RowsRounded,
  StartOutputs,
  StartRounding,
} from '../core/calibration-protocol';

/**
 * Rounds rows of matrices, or measures what that changes of outputs. Memory inside the core: the statistics of one
 * input, and a tile.
 */
export class RoundingEngine {
  readonly #module: NibbleModule;
  #rounder: Rounder | null = null;
  #change: OutputChange | null = null;
  #type = ''; // that #change has begun

  constructor(module: NibbleModule) {
    this.#module = module;
  }

  /** Throws Problem, as round() does. */
  start({ index, request, inputs, cross, heldBack }: StartRounding): RoundingStarted {
    this.#rounder?.delete();
    this.#rounder = null;
    const given = [inputs, cross, heldBack].map((values) => this.#placed(values));
    try {
      this.#rounder = sound(new this.#module.Rounder(request, given[0]!, given[1]!, given[2]!));
    } finally {
      for (const pointer of given) this.#module._free(pointer);
    }
    return { kind: 'rounding-started', index };
  }

  round({ index, form, bytes, firstRow, rows, firstColumn, outputBytes, residual, plain }: RoundRows): RowsRounded {
    const rounder = this.#rounder!;
    const source = this.#placed(bytes);
    const output = allocate(this.#module, outputBytes);
    const target = this.#placed(residual);
    try {
      throwProblem(
        plain
          ? rounder.roundPlain(form, source, firstRow, rows, firstColumn, output)
          : rounder.round(form, source, firstRow, rows, firstColumn, target, output),
      );
      const blocks = this.#module.HEAPU8.slice(output, output + outputBytes) as Uint8Array<ArrayBuffer>;
      const calibratedError = plain ? 0 : rounder.calibratedError();
      return { kind: 'rounded', index, blocks, calibratedError, plainError: plain ? 0 : rounder.plainError() };
    } finally {
      for (const pointer of [source, output, target]) this.#module._free(pointer);
    }
  }

  /** Throws Problem, as measure() does. */
  startOutputs({ index, request, inputs, heldBack }: StartOutputs): OutputsStarted {
    this.#change?.delete();
    this.#change = null;
    this.#type = '';
    const given = [inputs, heldBack].map((values) => this.#placed(values));
    try {
      this.#change = sound(new this.#module.OutputChange(request, given[0]!, given[1]!));
    } finally {
      for (const pointer of given) this.#module._free(pointer);
    }
    return { kind: 'outputs-started', index };
  }

  measure({ index, type, form, bytes, rows, firstColumn }: MeasureOutputs): OutputsMeasured {
    const change = this.#change!;
    if (type !== null && type !== this.#type) {
      throwProblem(change.begin(type));
      this.#type = type;
    }
    const source = this.#placed(bytes);
    try {
      throwProblem(change.measure(form, source, rows, firstColumn, type !== null));
    } finally {
      this.#module._free(source);
    }
    return { kind: 'outputs', index, sum: change.sum() };
  }

  /** Where a copy lies in the core; 0 for none. */
  #placed(values: Float32Array | Uint8Array | null): number {
    if (values === null) return 0;
    const pointer = allocate(this.#module, values.byteLength);
    this.#module.HEAPU8.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), pointer);
    return pointer;
  }
}
