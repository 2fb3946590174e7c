#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "architecture/architecture.h"
#include "derived/derived_file.h"
#include "error.h"
#include "model/model.h"

namespace nibble {

/// A tensor of weights of a folder: one that is stored, or one that several stored tensors make together (codes,
/// scales, zeros).
struct StoredLayer {
  SourceTensor
      tensor;  ///< `type`: of plain weights, theirs; of quantized ones, what they become unless asked otherwise
  const StoredTensor* plain = nullptr;  ///< null where weights are quantized
  uint32_t file = 0;                    ///< of `plain`
  DerivedMatrix matrix;
  std::string form;  ///< what people call it: "FP8", "GPTQ"
  /// The same as blocks of GGUF's NVFP4, but for `matrix.global`; none where they do not fit.
  std::optional<DerivedMatrix> blocks = {};
};

/// Weights are quantized in a form that cannot be decoded.
struct UnknownForm : Error {
  using Error::Error;
};

/// The tensors of these files, quantized layers put together. `config` is the folder's config.json. Throws Error when a
/// part of one is missing, has another shape than the others say; UnknownForm when weights cannot be decoded.
std::vector<StoredLayer> stored_layers(std::span<const ModelFile> files, std::span<const uint32_t> weight_files,
                                       const HuggingFaceConfig& config);

}  // namespace nibble
