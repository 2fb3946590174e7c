import { LANES, type GpuProducts } from '../gpu/gpu-products';
import type { Kernel } from '../core/kernel';
import { allocate, answer, throwProblem } from '../core/module';
import { sentenceOf } from '../core/problem';
import type { ProductEngine, ProductOrder } from '../core/types';
import type { NibbleModule, Pass } from '../wasm/nibble';
import { openCheckedGpu } from './gpu-check';

/** What goes to the GPU, or comes from it, at once. */
const COPY_BYTES = 2 ** 22;

/** Texts of which the GPU sums up at once. */
const TEXTS_OF_SUMS = 8;

/** Sums of the core's Pass.sums(). */
export interface WantedSums {
  network: number;
  kind: number;
  firstText: number;
  texts: number;
  firstColumn: number;
  columns: number;
}

/** The products of a pass: on the GPU, as far as it does them, else in the core. */
export class PassProducts {
  readonly #module: NibbleModule;
  readonly #pass: Pass;
  readonly #cpu: string;
  #gpu: GpuProducts | null = null;
  #problem: string | null = null;
  readonly #used = new Set<string>();
  #copy = 0; // address of what is on its way
  #input = ''; // what the GPU holds of which network

  constructor(module: NibbleModule, pass: Pass, kernel: Kernel) {
    this.#module = module;
    this.#pass = pass;
    this.#cpu = `wasm ${kernel === 'simd' ? 'SIMD' : kernel}`;
  }

  /** From now on the GPU computes, if there is one and it is right. */
  async useGpu(): Promise<void> {
    try {
      this.#gpu = await openCheckedGpu(this.#module);
      if (!this.#gpu) this.#problem = 'The browser offers no GPU, so the processor computed.';
    } catch (error) {
      this.#giveUp(error);
    }
  }

  /** Computes what the tile that was begun waits for. Throws Problem. */
  async compute(network: number): Promise<void> {
    const order = answer(this.#pass.order(network));
    if (order.panels === 0) return;
    const done = this.#gpu ? await this.#onGpu(this.#gpu, network, order) : 0;
    if (done === order.panels) return;
    throwProblem(this.#pass.multiply(network, done));
    this.#used.add(this.#cpu);
  }

  /** Sums over tokens, as the core makes them but for the last digits where the GPU does. Throws Problem. */
  async sums(wanted: WantedSums): Promise<Float32Array<ArrayBuffer>> {
    if (this.#gpu) {
      try {
        const sums = await this.#sumsOnGpu(this.#gpu, wanted);
        this.#used.add(`WebGPU (${this.#gpu.adapter})`);
        return sums;
      } catch (error) {
        this.#giveUp(error);
      }
    }
    const { network, kind, firstText, texts, firstColumn, columns } = wanted;
    throwProblem(this.#pass.sums(network, kind, firstText, texts, firstColumn, columns));
    this.#used.add(this.#cpu);
    return this.#floats(this.#pass.sumsPointer() >>> 0, this.#pass.sumsCount()).slice();
  }

  /** A few texts at a time: what is multiplied lies in the core's memory, and on the GPU. */
  async #sumsOnGpu(gpu: GpuProducts, wanted: WantedSums): Promise<Float32Array<ArrayBuffer>> {
    const { network, kind, firstText, texts, firstColumn, columns } = wanted;
    let sums = new Float32Array(0);
    this.#input = '';
    for (let first = 0; first < texts; first += TEXTS_OF_SUMS) {
      const some = Math.min(TEXTS_OF_SUMS, texts - first);
      throwProblem(this.#pass.sumTerms(network, kind, firstText + first, some, firstColumn, columns));
      const tokens = this.#pass.termsTokens();
      if (tokens === 0) continue;
      const left = this.#floats(this.#pass.leftPointer() >>> 0, this.#pass.leftCount());
      const right = this.#floats(this.#pass.rightPointer() >>> 0, this.#pass.rightCount());
      const rows = left.length / tokens;
      if (sums.length === 0) sums = new Float32Array(rows * columns);
      const panel = tokens * LANES;
      const read = (at: number, count: number) => right.subarray(at * panel, (at + count) * panel);
      await gpu.setInput(right.length / panel, tokens, read, Math.max(1, Math.floor(COPY_BYTES / panelBytes(tokens))));
      await gpu.multiply({ values: left, rows, columns: tokens, stride: tokens }, (from, count, product) =>
        addPanels(sums, columns, rows, from, count, product),
      );
    }
    return sums.length > 0 ? sums : this.#zeros(wanted);
  }

  /** No token meets the step. */
  #zeros({ network, kind, firstText, texts, firstColumn, columns }: WantedSums): Float32Array<ArrayBuffer> {
    throwProblem(this.#pass.sums(network, kind, firstText, texts, firstColumn, columns));
    return new Float32Array(this.#pass.sumsCount());
  }

  get engine(): ProductEngine {
    return { name: [...this.#used].join(', '), problem: this.#problem };
  }

  /** How many panels are done: all, or as many as there were before the GPU failed. */
  async #onGpu(gpu: GpuProducts, network: number, order: ProductOrder): Promise<number> {
    let done = 0;
    try {
      await this.#giveInput(gpu, network, order);
      await this.#takeProduct(gpu, network, order, (panels) => (done += panels));
      this.#used.add(`WebGPU (${gpu.adapter})`);
    } catch (error) {
      this.#giveUp(error);
    }
    return done;
  }

  async #giveInput(gpu: GpuProducts, network: number, { panels, rows, columns, input }: ProductOrder): Promise<void> {
    if (this.#copy === 0) this.#copy = allocate(this.#module, COPY_BYTES);
    if (panelBytes(Math.max(rows, columns)) > COPY_BYTES)
      throw new Error(`Rows of ${columns} weights are too long for it.`);
    const held = `${network} ${input}`;
    if (this.#input === held) return;
    this.#input = '';
    const read = (first: number, count: number) => {
      throwProblem(this.#pass.copyInput(network, first, count, this.#copy));
      return this.#floats(this.#copy, count * columns * LANES);
    };
    await gpu.setInput(panels, columns, read, Math.floor(COPY_BYTES / panelBytes(columns)));
    this.#input = held;
  }

  async #takeProduct(
    gpu: GpuProducts,
    network: number,
    { rows, columns, stride, weights }: ProductOrder,
    onDone: (panels: number) => void,
  ): Promise<void> {
    const values = this.#floats(weights, (rows - 1) * stride + columns);
    const most = Math.floor(COPY_BYTES / panelBytes(rows));
    await gpu.multiply({ values, rows, columns, stride }, (first, count, product) => {
      for (let at = 0; at < count; at += most) {
        const some = Math.min(most, count - at);
        const part = product.subarray(at * rows * LANES, (at + some) * rows * LANES);
        this.#floats(this.#copy, part.length).set(part);
        throwProblem(this.#pass.fill(network, first + at, some, this.#copy));
        onDone(some);
      }
    });
  }

  #giveUp(error: unknown): void {
    this.#problem = `The GPU was not used to the end. ${sentenceOf(error)}`;
    this.#gpu?.close();
    this.#gpu = null;
  }

  #floats(address: number, count: number): Float32Array<ArrayBuffer> {
    return new Float32Array(this.#module.HEAPU8.buffer as ArrayBuffer, address, count);
  }
}

/** Adds panels of eight columns, each row by row, to a matrix. */
function addPanels(
  matrix: Float32Array,
  columns: number,
  rows: number,
  first: number,
  panels: number,
  product: Float32Array,
): void {
  for (let panel = 0; panel < panels; ++panel) {
    const column = (first + panel) * LANES;
    const width = Math.min(LANES, columns - column);
    for (let row = 0; row < rows; ++row) {
      const from = (panel * rows + row) * LANES;
      for (let lane = 0; lane < width; ++lane) matrix[row * columns + column + lane]! += product[from + lane]!;
    }
  }
}

/** Of so many channels. */
const panelBytes = (channels: number) => channels * LANES * Float32Array.BYTES_PER_ELEMENT;
