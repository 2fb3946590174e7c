/** The build of the core that runs: with 128-bit SIMD, or without. Both give the same bytes. */
export type Kernel = 'simd' | 'scalar';

/** A module with one function that returns a vector: valid only where SIMD is known. */
const simdProbe = new Uint8Array([
  0x00,
  0x61,
  0x73,
  0x6d,
  1,
  0,
  0,
  0, // magic, version
  1,
  5,
  1,
  0x60,
  0,
  1,
  0x7b, // type: () -> v128
  3,
  2,
  1,
  0, // one function of that type
  10,
  8,
  1,
  6,
  0,
  0x41,
  0,
  0xfd,
  15,
  0x0b, // i32.const 0, i8x16.splat
]);

/** The fastest build this browser or Node can run. */
export function bestKernel(): Kernel {
  return WebAssembly.validate(simdProbe) ? 'simd' : 'scalar';
}
