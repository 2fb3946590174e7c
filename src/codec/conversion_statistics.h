#pragma once
#include <string>

#include "codec/code_usage.h"
#include "stats/block_errors.h"
#include "stats/error_statistics.h"

namespace nibble {

/// What converting a run of weights did: to the weights, to the blocks, and how the codes were used. Pieces of a tensor
/// merge to its figures.
struct ConversionStatistics {
  ErrorStatistics errors;
  BlockErrors blocks;  ///< of quantized types
  CodeUsage codes;

  void merge(const ConversionStatistics& piece);
  /// Adds another tensor's figures to a total. Worst blocks stay with their tensor, codes of different types do not add
  /// up.
  void merge_tensor(const ConversionStatistics& tensor);

  /// The compact form in which a piece travels to whoever merges it. Replaces the contents of `bytes`.
  void save(std::vector<uint8_t>& bytes) const;
  /// The inverse; throws Error when the bytes are not what save() wrote.
  static ConversionStatistics restore(const uint8_t* bytes, size_t size);
};

/// The figures as JSON: ErrorReport of web/src/wasm/types with its blocks and codes.
std::string conversion_report(const ConversionStatistics& statistics);

}  // namespace nibble
