import { allocate, instantiate, sound, throwProblem } from '../core/module';
import type { NibbleModule, Pass } from '../wasm/nibble';
import { sumsKinds, type GetSums, type SumsDone } from '../core/calibration-protocol';
import { PassProducts } from './pass-products';
import type {
  BeginStep,
  CompareStreams,
  EndStep,
  FiguresDone,
  GetFigures,
  PassTile,
  StartPass,
  StepEnded,
  TileTaken,
} from '../core/protocol';
import { RoundingEngine } from './rounding-engine';

/**
 * A worker's share of a pass over texts. Memory: its texts' activations and one tile inside the core, what is on its
 * way outside.
 */
export class PassEngine {
  readonly #module: NibbleModule;
  readonly #pass: Pass;
  readonly #input: number;
  /** Rounds rows by what the pass saw. */
  readonly rounding: RoundingEngine;

  readonly #products: PassProducts;

  static async create(start: StartPass): Promise<PassEngine> {
    const module = await instantiate(start.kernel, start.compiled);
    const engine = new PassEngine(start, module);
    if (start.gpu) await engine.#products.useGpu();
    return engine;
  }

  private constructor(start: StartPass, module: NibbleModule) {
    this.#module = module;
    this.#pass = sound(new module.Pass(start.request));
    this.#input = allocate(module, start.tileBytes);
    this.rounding = new RoundingEngine(module);
    this.#products = new PassProducts(module, this.#pass, start.kernel);
  }

  /** Each throws an Error with a plain sentence. */
  begin({ network, step }: BeginStep): void {
    throwProblem(this.#pass.begin(network, step));
  }

  async take({ index, network, contrast, bytes, firstRow, rows, buffer }: PassTile): Promise<TileTaken> {
    this.#module.HEAPU8.set(new Uint8Array(buffer, 0, bytes), this.#input);
    throwProblem(
      contrast
        ? this.#pass.beginContrast(network, this.#input, firstRow, rows)
        : this.#pass.beginTile(network, this.#input, firstRow, rows),
    );
    await this.#products.compute(network);
    throwProblem(this.#pass.endTile(network));
    return { kind: 'taken', index, buffer };
  }

  end({ index, network }: EndStep): StepEnded {
    throwProblem(this.#pass.end(network));
    return { kind: 'ended', index, seen: this.#result() };
  }

  streams({ index }: CompareStreams): StepEnded {
    throwProblem(this.#pass.streams());
    return { kind: 'ended', index, seen: this.#result() };
  }

  async sums({ index, sums, ...where }: GetSums): Promise<SumsDone> {
    const { network, firstText, texts } = where;
    const values = await this.#products.sums({ ...where, kind: sumsKinds.indexOf(sums) });
    const tokens = this.#pass.tokensThatMeet(network, firstText, texts);
    return { kind: 'sums', index, sums: values, tokens };
  }

  figures({ index }: GetFigures): FiguresDone {
    throwProblem(this.#pass.figures());
    return { kind: 'figures', index, engine: this.#products.engine, figures: this.#result() };
  }

  #result(): Float64Array<ArrayBuffer> {
    const start = this.#pass.resultPointer() >>> 0;
    const end = start + Float64Array.BYTES_PER_ELEMENT * this.#pass.resultCount();
    return new Float64Array(this.#module.HEAPU8.slice(start, end).buffer as ArrayBuffer);
  }
}
