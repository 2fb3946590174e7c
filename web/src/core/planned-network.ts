import type { Calibration } from './calibration';
import { networkOf, rowBytesOf } from './chosen-codes';
import { importanceOfMatrix } from './importance-rows';
import type { OpenedModel, PreparedRun } from './opened-model';
import type { PassSubject } from './pass';
import { JobPool } from './pool';
import { jobsPerWorker, type JobDone, type JobRequest, type StartWorker } from './protocol';
import type { ByteSource, SourceHandle } from './source';
import type { PassOptions, PassPlan, PassStep, PlannedTensor, WeightTile } from './types';

/**
 * A model as a run would write it, without writing it: what a pass reads of a tensor that gets another type is
 * quantized as it is read. Memory: a tile for each worker, and the importance of one tensor. close() it.
 */
export class PlannedNetwork implements PassSubject {
  readonly core: OpenedModel['core'];
  readonly sources: SourceHandle[];
  readonly #model: OpenedModel;
  readonly #prepared: PreparedRun;
  readonly #calibration: Calibration | null;
  readonly #codes: ByteSource | null;
  readonly #workers: number;
  readonly #tensors: readonly PlannedTensor[];
  readonly #numbers = new Map<string, number>(); // of those that get another type, by name
  #pool: JobPool<JobRequest, JobDone> | null = null;
  #longest = { input: 0, output: 0 }; // bytes of a tile
  #importance: { tensor: number; rows: Float32Array<ArrayBuffer> } | null = null;

  /** `calibration`: the codes of tensors that the plan has for the method "calibrated". */
  constructor(model: OpenedModel, prepared: PreparedRun, calibration: Calibration | null, workers: number) {
    this.core = model.core;
    this.sources = model.sources;
    this.#model = model;
    this.#prepared = prepared;
    this.#calibration = calibration;
    this.#codes = calibration && model.core.platform.openSource(calibration.source);
    this.#workers = workers;
    const { jobs, network } = prepared.plan;
    this.#tensors = networkOf(prepared.plan);
    // Without a network of its own a plan also converts what only gets the form of a GGUF file.
    const converted = network?.keys() ?? jobs.flatMap(({ work, tensor }) => (work === 'convert' ? [tensor] : []));
    for (const number of converted) this.#numbers.set(this.#tensor(number).name, number);
  }

  passPlan(options: PassOptions): PassPlan {
    const plan = this.#model.passPlan(options);
    return { ...plan, steps: plan.steps.map((step) => this.#planned(step)) };
  }

  async readTile(step: PassStep, tile: WeightTile): Promise<Uint8Array | null> {
    const number = this.#numberOf(step);
    if (number === null) return null;
    const [, , bytes, firstRow, rows] = tile;
    const tensor = this.#tensor(number);
    if (tensor.method !== 'calibrated') return this.#quantized(step, number, tile);
    const whole = new Uint8Array(bytes);
    let at = 0;
    for (const { offset, rows: count } of this.#calibration!.codes.rowsOf(tensor, step.firstRow! + firstRow, rows)) {
      const length = count * rowBytesOf(tensor);
      whole.set((await this.#codes!.read(offset, length, new Uint8Array(length))).subarray(0, length), at);
      at += length;
    }
    return whole;
  }

  close(): void {
    this.#pool?.stop();
    this.#pool = null;
  }

  /** Tiles keep their places in the model's files. */
  #planned(step: PassStep): PassStep {
    const number = this.#numberOf(step);
    if (number === null) return step;
    const rowBytes = this.#rowBytes(number);
    const tiles = step.tiles!.map(([file, offset, bytes, firstRow, rows]): WeightTile => {
      const { input, output } = this.#longest;
      this.#longest = { input: Math.max(input, bytes), output: Math.max(output, rows * rowBytes) };
      return [file, offset, rows * rowBytes, firstRow, rows];
    });
    return { ...step, type: this.#tensor(number).to, headRows: 0, add: 0, tiles };
  }

  /** Of the plan's tensor that a step reads in another type than the model has it in; null where there is none. */
  #numberOf({ op, tensor }: PassStep): number | null {
    return op === 'vector' || tensor === undefined ? null : (this.#numbers.get(tensor) ?? null);
  }

  #tensor(number: number): PlannedTensor {
    return this.#tensors[number]!;
  }

  #rowBytes(number: number): number {
    return rowBytesOf(this.#tensor(number));
  }

  /** Rows of a tile, divided among the workers: each has one job at a time. */
  async #quantized(step: PassStep, number: number, [file, offset, , firstRow, rows]: WeightTile): Promise<Uint8Array> {
    const tensor = this.#tensor(number);
    const { from, to, method, headRows, rowLength, add } = tensor;
    const columns = tensor.shape[0]!;
    const outputRow = this.#rowBytes(number);
    const inputRow = (tensor.inputBytes / tensor.weights) * columns;
    const first = step.firstRow! + firstRow;
    const importance = await this.#importanceOf(number, first);
    const unit = Math.max(1, headRows);
    const some = Math.ceil(rows / unit / this.#workers) * unit;
    const whole = new Uint8Array(rows * outputRow);
    const parts = Array.from({ length: Math.ceil(rows / some) }, (_, part) => part * some);
    await Promise.all(
      parts.map(async (start) => {
        const count = Math.min(some, rows - start);
        this.#pool ??= this.#startPool();
        const { buffer } = await this.#pool.ask((index) => ({
          kind: 'job',
          index,
          inputFile: file,
          inputOffset: offset + start * inputRow,
          inputBytes: count * inputRow,
          outputBytes: count * outputRow,
          padding: 0,
          work: {
            kind: 'convert',
            from,
            to,
            method: method ?? 'llama.cpp',
            measured: false,
            firstWeight: (first + start) * columns,
            weights: count * columns,
            rowLength,
            headRows,
            add,
            given: null,
            reference: null,
            importance,
          },
          buffer: new ArrayBuffer(count * outputRow),
        }));
        whole.set(new Uint8Array(buffer, 0, count * outputRow), start * outputRow);
      }),
    );
    return whole;
  }

  /** What the columns of a row count; null: all the same. */
  async #importanceOf(number: number, row: number): Promise<Float32Array<ArrayBuffer> | null> {
    const { importance, shape } = this.#tensor(number);
    const [columns, rows = 1] = shape as [number, number?];
    const matrix = Math.floor(row / rows);
    if (importance === null) return null;
    if (this.#importance?.tensor !== number)
      this.#importance = { tensor: number, rows: await this.#prepared.importanceOf(number) };
    return importanceOfMatrix(this.#importance.rows, matrix, columns, importance.unusable);
  }

  #startPool(): JobPool<JobRequest, JobDone> {
    const { platform, kernel, compiled } = this.core;
    const columns = this.#tensors.flatMap(({ importance, shape }) => (importance ? [shape[0]!] : []));
    return new JobPool<JobRequest, JobDone>(
      platform,
      new Array<StartWorker>(this.#workers).fill({
        kind: 'start',
        kernel,
        compiled,
        sources: this.sources,
        inputBytes: this.#longest.input,
        outputBytes: this.#longest.output,
        importanceBytes: Float32Array.BYTES_PER_ELEMENT * Math.max(0, ...columns),
      }),
      { jobsPerWorker, ahead: 0, nameOf: () => undefined }, // whoever reads names the tensor
    );
  }
}
