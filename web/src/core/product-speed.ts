import { allocate } from './module';
import type { NibbleModule } from '../wasm/nibble';

const rows = 128;
const columns = 1024;
const panels = 16;
const tries = 5;
/** The core's: inputs side by side. */
const lanes = 8;

/** Floating point operations a second of the network's products on this thread. Takes about 20 ms. */
export function productSpeed(module: NibbleModule): number {
  const floats = [rows * columns, panels * columns * lanes, panels * rows * lanes];
  const [weights, inputs, out] = floats.map((count) => {
    const pointer = allocate(module, 4 * count);
    new Float32Array(module.HEAPU8.buffer, pointer, count).fill(0.5);
    return pointer;
  });
  try {
    const multiply = () => module.multiplyPanels(weights!, rows, columns, inputs!, panels, out!);
    multiply(); // as slow as code is that nobody ran yet
    const start = performance.now();
    for (let run = 0; run < tries; ++run) multiply();
    // Clocks of browsers are coarse.
    const seconds = Math.max(performance.now() - start, 0.1) / 1000;
    return (2 * rows * columns * panels * lanes * tries) / seconds;
  } finally {
    for (const pointer of [weights, inputs, out]) module._free(pointer!);
  }
}
