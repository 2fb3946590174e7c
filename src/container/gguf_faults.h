#pragma once
#include <string>
#include <vector>

#include "container/gguf.h"

namespace nibble {

/// Something for which a header is refused although what follows it can be read.
struct GgufFault {
  enum class Kind : uint8_t {
    key_twice,
    alignment_type,
    alignment,
    tensor_twice,
    tensor_name,
    tensor_type,
    tensor_rows,   ///< not of whole blocks
    tensor_place,  ///< inside, or apart from, the tensors before it
    file_end,      ///< comes before the tensor's
  };
  Kind kind;
  std::string subject;   ///< the key, or the tensor's name
  std::string sentence;  ///< what read_gguf() refuses the file with
};

/// Reads a header as read_gguf() does, but on behind faults, which `faults` gets. The header holds the first entry and
/// the first tensor of a name, and no tensor whose bytes are not known or not all there. Throws Error where nothing can
/// be read behind a fault.
GgufReading read_faulty_gguf(std::span<const uint8_t> prefix, uint64_t file_bytes, std::vector<GgufFault>& faults);

}  // namespace nibble
