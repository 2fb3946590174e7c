#include "numeric/kernel.h"

#include <array>

namespace nibble {

NIBBLE_IN_TARGETS(Kernel linked_kernel();)

std::span<const Kernel> every_kernel() {
  // Where both are the only target there is, that is one.
  static const std::array<Kernel, 2> kernels = {NIBBLE_OF_TARGET(Kernel::scalar, linked_kernel)(),
                                                NIBBLE_OF_TARGET(Kernel::simd, linked_kernel)()};
  return std::span(kernels).first(kernels[0] == kernels[1] ? 1 : 2);
}

}  // namespace nibble
