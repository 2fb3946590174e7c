#pragma once
/// The 128-bit vector layer. Kernels are written once, in WebAssembly SIMD intrinsics; native builds compile the same
/// source through SIMDe. Strict SIMD only: no relaxed instruction, so every engine computes the same bits.

/// Fully unrolls the next loop. Without it some compilers keep a small array of vectors in memory.
#if defined(__clang__)
#define NIBBLE_UNROLL _Pragma("clang loop unroll(full)")
#else
#define NIBBLE_UNROLL _Pragma("GCC unroll 32")
#endif

#if NIBBLE_SIMD
#if defined(__wasm_simd128__)
#include <wasm_simd128.h>
#else
#define SIMDE_ENABLE_NATIVE_ALIASES
#include <simde/wasm/simd128.h>
#endif

namespace nibble {

/// The same vector, of which the optimizer knows nothing. Take the constants of a hot loop through this, outside the
/// loop: WebAssembly engines otherwise build each constant anew, from two integers, wherever it is used, and that can
/// cost more than the arithmetic.
inline v128_t in_register(v128_t constant) {
#if defined(__wasm_simd128__)
  __asm__("" : "+r"(constant));
#endif
  return constant;
}

}  // namespace nibble
#endif
