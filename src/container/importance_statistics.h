#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "container/importance_writer.h"

/// What an importance matrix says of itself, as llama-imatrix --show-statistics defines it, over the numbers
/// E[a^2] = sum / count of all columns of a tensor. Matrices of a stack that met no token are left out of them.
namespace nibble {

/// One column, and the mean square of what it meets.
struct ImportantColumn {
  uint64_t matrix, column;
  double value;
};

struct TensorImportance {
  std::string name;               ///< "blk.3.attn_q.weight"
  std::string part;               ///< "attn_q"; the whole name where it is made otherwise
  std::optional<uint64_t> layer;  ///< 3
  uint64_t elements = 0;          ///< how many numbers: N
  double sum = 0, min = 0, max = 0, mean = 0;
  double deviation = 0;                      ///< sqrt of the mean of squares less the square of the mean
  double active = 0;                         ///< share of the numbers above 1e-5
  double entropy = 0;                        ///< bits: -sum p log2 p with p = E[a^2] / sum
  std::optional<double> normalised_entropy;  ///< of the largest there can be, log2 N; none for one number
  double beyond = 0;  ///< share of the numbers more than one deviation above the mean: the ZD score
  /// Cosine of the angle between the sums of this tensor and those of the same one of the layer before.
  std::optional<double> cosine;
  std::vector<ImportantColumn> largest;  ///< the largest first, at most `most_columns`
};
inline constexpr size_t most_columns = 8;

/// Means over the tensors of a layer, each counted as often as it has numbers.
struct LayerImportance {
  uint64_t layer = 0;
  double sum = 0, beyond = 0;
  std::optional<double> cosine;  ///< over those that have one
};

struct ImportanceStatistics {
  std::vector<TensorImportance> tensors;  ///< by part, then the largest sum first
  std::vector<LayerImportance> layers;    ///< ascending
};

/// Of entries that met tokens and whose numbers are finite; others are left out.
ImportanceStatistics importance_statistics(const ImportanceSums& sums);
/// ImportanceStatistics of web/src/wasm/types.
std::string importance_statistics_json(const ImportanceStatistics& statistics);

}  // namespace nibble
