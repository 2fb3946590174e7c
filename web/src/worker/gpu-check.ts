import { GpuProducts, LANES } from '../gpu/gpu-products';
import { instantiate, withBytes } from '../core/module';
import type { FoundGpu } from '../core/types';
import type { NibbleModule } from '../wasm/nibble';
import type { LookForGpu } from '../core/protocol';

/** Of a product's length: how far the GPU's may be from the core's. */
const MOST_APART = 1e-4;

/** No size is a multiple of the GPU's tiles, and there is more than one block of columns. */
const CHECKED = { rows: 83, columns: 301, panels: 11 };
/** A tile of a model of a thousand million weights, and a stretch of 256 tokens. */
const MEASURED = { rows: 256, columns: 2048, panels: 32 };

interface Size {
  rows: number;
  columns: number;
  panels: number;
}

/** The GPU, once its products agree with the core's. Null: there is none. Throws an Error with a sentence. */
export async function openCheckedGpu(module: NibbleModule): Promise<GpuProducts | null> {
  const gpu = await GpuProducts.open();
  if (!gpu) return null;
  try {
    const weights = numbers(CHECKED.rows * CHECKED.columns, 1);
    const inputs = numbers(CHECKED.columns * CHECKED.panels * LANES, 2);
    const product = await productOf(gpu, weights, inputs, CHECKED);
    const apart = distance(product, ownProduct(module, weights, inputs, CHECKED));
    if (!(apart <= MOST_APART)) {
      throw new Error(`Its products (${gpu.adapter}) are wrong by ${apart.toPrecision(2)} of their size.`);
    }
    return gpu;
  } catch (error) {
    gpu.close();
    throw error;
  }
}

/** What a GPU can do, if there is one. Throws an Error with a sentence when there is one that cannot be used. */
export async function lookForGpu({ kernel, compiled }: LookForGpu): Promise<FoundGpu | null> {
  const gpu = await openCheckedGpu(await instantiate(kernel, compiled));
  if (!gpu) return null;
  const weights = numbers(MEASURED.rows * MEASURED.columns, 1);
  const inputs = numbers(MEASURED.columns * MEASURED.panels * LANES, 2);
  // What is slow only the first time does not count.
  await productOf(gpu, weights, inputs, MEASURED);
  const start = performance.now();
  await productOf(gpu, weights, inputs, MEASURED);
  const seconds = (performance.now() - start) / 1000;
  const operations = 2 * MEASURED.rows * MEASURED.columns * MEASURED.panels * LANES;
  const { adapter } = gpu;
  gpu.close();
  return { adapter, operationsASecond: operations / seconds };
}

async function productOf(
  gpu: GpuProducts,
  values: Float32Array<ArrayBuffer>,
  inputs: Float32Array<ArrayBuffer>,
  { rows, columns, panels }: Size,
): Promise<Float32Array> {
  const product = new Float32Array(rows * panels * LANES);
  const read = (first: number, count: number) =>
    inputs.subarray(first * columns * LANES, (first + count) * columns * LANES);
  await gpu.setInput(panels, columns, read, 4);
  await gpu.multiply({ values, rows, columns, stride: columns }, (first, _, some) =>
    product.set(some, first * rows * LANES),
  );
  return product;
}

function ownProduct(
  module: NibbleModule,
  weights: Float32Array<ArrayBuffer>,
  inputs: Float32Array<ArrayBuffer>,
  { rows, columns, panels }: Size,
): Float32Array {
  const out = new Uint8Array(rows * panels * LANES * Float32Array.BYTES_PER_ELEMENT);
  return withBytes(module, bytesOf(weights), (from) =>
    withBytes(module, bytesOf(inputs), (by) =>
      withBytes(module, out, (to) => {
        module.multiplyPanels(from, rows, columns, by, panels, to);
        return new Float32Array(module.HEAPU8.slice(to, to + out.byteLength).buffer);
      }),
    ),
  );
}

const bytesOf = (values: Float32Array<ArrayBuffer>) => new Uint8Array(values.buffer);

/** The length of the difference, as a share of that of `exact`. */
function distance(found: Float32Array, exact: Float32Array): number {
  let difference = 0;
  let size = 0;
  for (const [i, value] of exact.entries()) {
    difference += (found[i]! - value) ** 2;
    size += value ** 2;
  }
  return Math.sqrt(difference / size);
}

/** Numbers between -1 and 1, the same every time. */
function numbers(count: number, seed: number): Float32Array<ArrayBuffer> {
  const all = new Float32Array(count);
  let state = seed;
  for (let i = 0; i < count; ++i) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0; // Numerical Recipes' generator
    all[i] = state / 2 ** 31 - 1;
  }
  return all;
}
