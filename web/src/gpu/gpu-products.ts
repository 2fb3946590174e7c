/** Matrix products on the GPU: weights in rows, activations in panels of eight tokens (src/network/panels.h). */
import { sentenceOf } from '../core/problem';
import code from './product.wgsl?raw';

/** Decoded rows of weights that lie in a module's memory. */
export interface WeightTile {
  values: Float32Array<ArrayBuffer>; // as many as the rows' stride asks for
  rows: number;
  columns: number;
  stride: number;
}

/** Of the numbers of a channel of a panel. */
export const LANES = 8;
/** What every GPU can bind at once. */
const MOST_INPUT_BYTES = 2 ** 27;
const MOST_PRODUCT_BYTES = 2 ** 25;
/** GPUBufferUsage and GPUMapMode of the WebGPU specification. */
const USAGE = { read: 0x01, from: 0x04, to: 0x08, uniform: 0x40, storage: 0x80 };
const MAP_TO_READ = 1;
const TILE_ROWS = 64;
const TILE_PANELS = 8;

interface Slice {
  buffer: GPUBuffer;
  first: number; // panel
  panels: number;
}

/**
 * A device, and the activations that products are made with. Memory of the GPU: those activations, a tile of weights,
 * and twice its product, or twice 32 MiB where that is less. Everything throws an Error with a sentence when the device
 * fails; then it is of no more use, and nothing that was computed is lost.
 */
export class GpuProducts {
  readonly #device: GPUDevice;
  readonly #pipeline: GPUComputePipeline;
  readonly #shape: GPUBuffer;
  #weights: GPUBuffer | null = null;
  #product: GPUBuffer | null = null;
  #readable: GPUBuffer | null = null;
  #inputs: Slice[] = [];
  #columns = 0;
  #lost: string | null = null;

  /** Null where there is no adapter. Throws an Error with a sentence when there is one that does not work. */
  static async open(): Promise<GpuProducts | null> {
    const adapter = await globalThis.navigator?.gpu?.requestAdapter({ powerPreference: 'high-performance' });
    if (!adapter) return null;
    const device = await adapter.requestDevice();
    try {
      device.pushErrorScope('validation');
      const pipeline = await device.createComputePipelineAsync({
        layout: 'auto',
        compute: { module: device.createShaderModule({ code }), entryPoint: 'multiply' },
      });
      const error = await device.popErrorScope();
      if (error) throw new Error(error.message);
      return new GpuProducts(adapter.info, device, pipeline);
    } catch (error) {
      device.destroy();
      throw error;
    }
  }

  private constructor(
    { vendor, architecture, device: name, description }: GPUAdapterInfo,
    device: GPUDevice,
    pipeline: GPUComputePipeline,
  ) {
    this.adapter = description || [vendor, architecture || name].filter(Boolean).join(' ') || 'unnamed';
    this.#device = device;
    this.#pipeline = pipeline;
    this.#shape = device.createBuffer({ size: 32, usage: USAGE.uniform | USAGE.to });
    void device.lost.then(({ message }) => (this.#lost = message || 'no reason was given'));
  }

  /** What the browser calls the adapter. */
  readonly adapter: string;

  /** Takes `panels` panels of `columns` channels, which `read` gives a few at a time. */
  async setInput(
    panels: number,
    columns: number,
    read: (first: number, panels: number) => Float32Array<ArrayBuffer>,
    mostAtOnce: number,
  ): Promise<void> {
    const panelBytes = columns * LANES * Float32Array.BYTES_PER_ELEMENT;
    const mostInSlice = Math.floor(MOST_INPUT_BYTES / panelBytes);
    await this.#guarded(() => {
      const kept = this.#inputs;
      this.#columns = columns;
      this.#inputs = [];
      for (let first = 0; first < panels; first += mostInSlice) {
        const count = Math.min(mostInSlice, panels - first);
        const buffer = this.#room(kept[this.#inputs.length]?.buffer ?? null, count * panelBytes, USAGE.storage);
        this.#inputs.push({ buffer, first, panels: count });
        for (let at = 0; at < count; at += mostAtOnce) {
          const some = Math.min(mostAtOnce, count - at);
          this.#device.queue.writeBuffer(buffer, at * panelBytes, read(first + at, some));
        }
      }
      for (const { buffer } of kept.slice(this.#inputs.length)) buffer.destroy();
    });
  }

  /**
   * Multiplies the input with rows of weights. `use` gets the product, some panels at a time; what it gets is gone when
   * it returns.
   */
  async multiply(
    weights: WeightTile,
    use: (first: number, panels: number, product: Float32Array<ArrayBuffer>) => void,
  ): Promise<void> {
    if (weights.columns !== this.#columns) throw new Error('The input of the product has other columns.');
    const panelBytes = weights.rows * LANES * Float32Array.BYTES_PER_ELEMENT;
    const most = Math.max(1, Math.floor(MOST_PRODUCT_BYTES / panelBytes));
    let begun = false;
    for (const input of this.#inputs) {
      for (let first = 0; first < input.panels; first += most) {
        const panels = Math.min(most, input.panels - first);
        const read = await this.#guarded(() => {
          if (!begun) {
            this.#weights = this.#room(this.#weights, weights.values.byteLength, USAGE.storage);
            this.#device.queue.writeBuffer(this.#weights, 0, weights.values);
            begun = true;
          }
          return this.#dispatch(weights, input.buffer, first, panels, panels * panelBytes);
        });
        use(input.first + first, panels, new Float32Array(read.getMappedRange(0, panels * panelBytes)));
        read.unmap();
      }
    }
  }

  /** Frees everything on the GPU. */
  close(): void {
    this.#device.destroy();
  }

  async #dispatch(
    { rows, columns, stride }: WeightTile,
    input: GPUBuffer,
    first: number,
    panels: number,
    bytes: number,
  ): Promise<GPUBuffer> {
    const device = this.#device;
    this.#product = this.#room(this.#product, bytes, USAGE.storage | USAGE.from);
    this.#readable = this.#room(this.#readable, bytes, USAGE.read);
    device.queue.writeBuffer(this.#shape, 0, new Uint32Array([rows, columns, stride, first, panels]));
    const bindings = [this.#shape, this.#weights!, input, this.#product];
    const commands = device.createCommandEncoder();
    const pass = commands.beginComputePass();
    pass.setPipeline(this.#pipeline);
    pass.setBindGroup(
      0,
      device.createBindGroup({
        layout: this.#pipeline.getBindGroupLayout(0),
        entries: bindings.map((buffer, binding) => ({ binding, resource: { buffer } })),
      }),
    );
    pass.dispatchWorkgroups(Math.ceil(rows / TILE_ROWS), Math.ceil(panels / TILE_PANELS));
    pass.end();
    commands.copyBufferToBuffer(this.#product, 0, this.#readable, 0, bytes);
    device.queue.submit([commands.finish()]);
    await this.#readable.mapAsync(MAP_TO_READ, 0, bytes);
    return this.#readable;
  }

  /** A buffer of at least so many bytes: `has`, where that is large enough. */
  #room(has: GPUBuffer | null, bytes: number, usage: GPUBufferUsageFlags): GPUBuffer {
    if (has && has.size >= bytes) return has;
    has?.destroy();
    return this.#device.createBuffer({ size: bytes, usage: usage | USAGE.to });
  }

  /** Does something with the device; what goes wrong there becomes an Error, never a warning on the console. */
  async #guarded<T>(work: () => T | Promise<T>): Promise<T> {
    this.#device.pushErrorScope('out-of-memory');
    this.#device.pushErrorScope('validation');
    let result: T;
    let failed: unknown = null;
    const working = (async () => work())().catch((error: unknown) => {
      failed = error;
      return null;
    });
    const errors = await Promise.all([this.#device.popErrorScope(), this.#device.popErrorScope()]).catch(() => []);
    result = (await working) as T;
    const found = errors.find((error) => error !== null && error !== undefined);
    if (this.#lost !== null) throw new Error(`The browser took it away (${this.#lost}).`);
    if (found) throw new Error(found.message || 'It has too little memory.');
    if (failed !== null) throw new Error(sentenceOf(failed));
    return result;
  }
}
