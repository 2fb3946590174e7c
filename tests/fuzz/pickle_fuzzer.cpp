#include <cstddef>
#include <cstdint>

#include "container/torch_checkpoint.h"
#include "error.h"

/// The pickle of a PyTorch checkpoint: whatever the bytes are, the answer is a list of tensors or a sentence.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    for (const nibble::TorchTensor& tensor : nibble::read_torch_checkpoint({data, size}).tensors) {
      if (tensor.bytes < tensor.weight_count) __builtin_trap();
    }
  } catch (const nibble::Error&) {
    // A sentence is a good answer.
  }
  return 0;
}
