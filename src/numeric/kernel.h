#pragma once
#include <cstdint>
#include <span>
#include <string_view>

/// Kernels are compiled once for each target from one text, and give the same bits on each. A source whose name ends in
/// _kernels.cpp is a kernel: CMakeLists.txt compiles it per target, with NIBBLE_TARGET the namespace its names are in
/// (nibble::NIBBLE_TARGET, also in headers that depend on the target) and NIBBLE_VECTORS whether there are vector
/// instructions. All other code is compiled once, whatever it is linked with:
///
///   native  both targets, in namespaces scalar and simd, so that tests compare them
///   wasm    one target per module, in namespace wasm: the same other code becomes the module with vectors, linked with
///           kernels compiled for them, and the scalar module
///
/// Outside of kernels, headers that depend on the target show the scalar one, in a namespace nothing is linked from.
namespace nibble {

enum class Kernel : uint8_t { scalar, simd };
constexpr std::string_view kernel_name(Kernel kernel) { return kernel == Kernel::simd ? "simd" : "scalar"; }

/// NIBBLE_IN_TARGETS(declarations) declares what every target defines. NIBBLE_OF_TARGET(kernel, name) is the one of
/// `kernel`, or of the only target there is.
#ifdef __EMSCRIPTEN__
#define NIBBLE_IN_TARGETS(...) \
  namespace wasm {             \
  __VA_ARGS__                  \
  }
#define NIBBLE_OF_TARGET(kernel, name) (static_cast<void>(kernel), &wasm::name)
#else
#define NIBBLE_IN_TARGETS(...) \
  namespace scalar {           \
  __VA_ARGS__                  \
  }                            \
  namespace simd {             \
  __VA_ARGS__                  \
  }
#define NIBBLE_OF_TARGET(kernel, name) ((kernel) == Kernel::simd ? &simd::name : &scalar::name)
#endif

/// What is linked: scalar, simd or both, the fastest last.
std::span<const Kernel> every_kernel();
/// The fastest kernel there is.
inline Kernel best_kernel() { return every_kernel().back(); }

#ifndef NIBBLE_TARGET
#define NIBBLE_TARGET scalar
#define NIBBLE_VECTORS 0
#endif

namespace NIBBLE_TARGET {
/// The target being compiled.
constexpr bool has_vectors = NIBBLE_VECTORS;
constexpr Kernel target_kernel = has_vectors ? Kernel::simd : Kernel::scalar;
}  // namespace NIBBLE_TARGET

}  // namespace nibble
