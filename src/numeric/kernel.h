#pragma once
#include <cstdint>
#include <string_view>

namespace nibble {

/// Which variant of a function runs. Both give the same bits; builds without SIMD have only the scalar one.
enum class Kernel : uint8_t { scalar, simd };
/// The fastest kernel this build has.
constexpr Kernel best_kernel = NIBBLE_SIMD ? Kernel::simd : Kernel::scalar;
constexpr std::string_view kernel_name(Kernel kernel) { return kernel == Kernel::simd ? "simd" : "scalar"; }

}  // namespace nibble
