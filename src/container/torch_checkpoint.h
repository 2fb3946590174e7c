#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "formats/format.h"
#include "note.h"

/// What the pickle of a PyTorch checkpoint (the entry data.pkl of its archive) says of tensors.
namespace nibble {

struct TorchTensor {
  std::string name;             ///< keys of the containers it is in, joined by dots
  std::vector<uint64_t> shape;  ///< innermost first
  Type type;
  std::string dtype;  ///< "float16"
  uint64_t weight_count, bytes;
  std::string storage;  ///< the archive's entry data/<storage> holds the values,
  uint64_t offset;      ///< from this byte of it on
};

struct TorchCheckpoint {
  std::vector<TorchTensor> tensors;
  Notes notes;  ///< what was left out
};

/// The tensors of a pickle, however deep in dicts and lists, in its order. A container that all of them are in, such as
/// "state_dict", does not become part of their names; the state of a training beside it is left out. Throws Error when
/// the pickle is no plain list of tensors, or holds tensors that are not stored row after row.
TorchCheckpoint read_torch_checkpoint(std::span<const uint8_t> pickle);

}  // namespace nibble
