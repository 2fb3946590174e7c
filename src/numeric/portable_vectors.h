#pragma once
/// The vector intrinsics as plain C: for the scalar variant of a kernel that is written in vectors only, so that both
/// variants compute the same bits. Include it instead of numeric/simd.h, never beside it.
#define SIMDE_NO_NATIVE
#define SIMDE_ENABLE_NATIVE_ALIASES
#include <simde/wasm/simd128.h>
#define NIBBLE_UNROLL
#if defined(__clang__)
// SIMDe asks for its lane loops to be vectorized; that a scalar build does not is no news.
#pragma clang diagnostic ignored "-Wpass-failed"
#endif
namespace nibble {
/// As in numeric/simd.h; there is nothing to hide from an optimizer here.
static inline v128_t in_register(v128_t constant) { return constant; }
}  // namespace nibble
