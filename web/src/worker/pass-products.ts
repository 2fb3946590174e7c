import { LANES, type GpuProducts } from '../gpu/gpu-products';
import type { Kernel } from '../core/kernel';
import { allocate, answer, throwProblem } from '../core/module';
import { sentenceOf } from '../core/problem';
import type { ProductEngine, ProductOrder } from '../core/types';
import type { NibbleModule, Pass } from '../wasm/nibble';
import { openCheckedGpu } from './gpu-check';

/** What goes to the GPU, or comes from it, at once. */
const COPY_BYTES = 2 ** 22;

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
    const order = answer<ProductOrder>(this.#pass.order(network));
    if (order.panels === 0) return;
    const done = this.#gpu ? await this.#onGpu(this.#gpu, network, order) : 0;
    if (done === order.panels) return;
    throwProblem(this.#pass.multiply(network, done));
    this.#used.add(this.#cpu);
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

/** Of so many channels. */
const panelBytes = (channels: number) => channels * LANES * Float32Array.BYTES_PER_ELEMENT;
