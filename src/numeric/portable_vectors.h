#pragma once
/// The vector intrinsics as plain C: for the scalar variant of a kernel that is written in vectors only, so that both
/// variants compute the same bits. Include it instead of numeric/simd.h, never beside it.
#define SIMDE_NO_NATIVE
#define SIMDE_ENABLE_NATIVE_ALIASES
#include <simde/wasm/simd128.h>
#define NIBBLE_UNROLL
