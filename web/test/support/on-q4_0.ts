import type { TinyTensor } from './tiny-gguf';

/** Whole numbers from -8 to 7 times a scale of each 32 weights that a half float holds: Q4_0's grid, stored as F32. */
export function onQ40(name: string, seed: number): TinyTensor {
  const values = Float32Array.from({ length: 256 * 64 }, (_, i) => {
    const block = Math.floor(i / 32);
    const code = i % 32 === 5 ? -8 : (((i * 2654435761 + seed * 97) >>> 7) % 16) - 8;
    return (code * (1024 + ((block * 37 + seed) % 1024))) / 2 ** 20;
  });
  return { name, shape: [256, 64], values };
}
