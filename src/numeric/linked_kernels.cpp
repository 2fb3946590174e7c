#include "numeric/kernel.h"

namespace nibble::NIBBLE_TARGET {

/// Which kernel this target is.
Kernel linked_kernel();
Kernel linked_kernel() { return target_kernel; }

}  // namespace nibble::NIBBLE_TARGET
