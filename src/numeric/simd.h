#pragma once
#include "numeric/kernel.h"

/// The 128-bit vector layer. Kernels are written once, in WebAssembly SIMD intrinsics; native builds compile the same
/// source through SIMDe, and so does the scalar target, as plain C. Strict SIMD only: no relaxed instruction, so every
/// engine computes the same bits.
#if NIBBLE_VECTORS && defined(__wasm_simd128__)
#include <wasm_simd128.h>
#else
#if !NIBBLE_VECTORS
#define SIMDE_NO_NATIVE
#endif
#define SIMDE_ENABLE_NATIVE_ALIASES
#include <simde/wasm/simd128.h>
#endif

/// Fully unrolls the next loop. Without it some compilers keep a small array of vectors in memory.
#if !NIBBLE_VECTORS
#define NIBBLE_UNROLL
#elif defined(__clang__)
#define NIBBLE_UNROLL _Pragma("clang loop unroll(full)")
#else
#define NIBBLE_UNROLL _Pragma("GCC unroll 32")
#endif
#if !NIBBLE_VECTORS && defined(__clang__)
// SIMDe asks for its lane loops to be vectorized; that a scalar build does not is no news.
#pragma clang diagnostic ignored "-Wpass-failed"
#endif

namespace nibble::NIBBLE_TARGET {

/// The same vector, of which the optimizer knows nothing. Take the constants of a hot loop through this, outside the
/// loop: WebAssembly engines otherwise build each constant anew, from two integers, wherever it is used, and that can
/// cost more than the arithmetic.
inline v128_t in_register(v128_t constant) {
#if NIBBLE_VECTORS && defined(__wasm_simd128__)
  __asm__("" : "+r"(constant));
#endif
  return constant;
}

}  // namespace nibble::NIBBLE_TARGET
