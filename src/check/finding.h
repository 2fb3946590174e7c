#pragma once
#include <optional>
#include <string>
#include <vector>

#include "container/gguf.h"
#include "model/model.h"

namespace nibble {

/// Something that is wrong with a file.
struct Finding {
  enum class Level {
    error,   ///< programs refuse the file, or its weights are of no use
    warning  ///< it loads, but says or holds something that is not so
  };
  Level level;
  std::string file;         ///< its name; empty: the model as a whole
  std::string subject;      ///< the key or the tensor it is about; empty: all of it
  std::string text;         ///< sentences: what, where, what to do
  std::string llama_cpp{};  ///< what llama.cpp does about it, in a sentence; empty: it is not known
};

using Findings = std::vector<Finding>;

/// What is checked of a model: its metadata, and its tensors as far as their bytes are there.
struct CheckedModel {
  const GgufHeader& metadata;
  std::string file;  ///< that holds the metadata
  const std::vector<ModelTensor>& tensors;
};

}  // namespace nibble
