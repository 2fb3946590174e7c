#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Importance matrices: for each column of a weight matrix, how strongly the activations it meets weigh its errors.
/// The index of a file is small and held in memory; the values are read tensor by tensor.
namespace nibble {

/// What a file holds for one tensor, and where. All numbers are little-endian f32.
struct ImportanceEntry {
  std::string name;            ///< of the tensor: "blk.0.attn_k.weight"
  uint64_t values = 0;         ///< row length x experts
  uint64_t matrices = 1;       ///< how many counts there are: experts, or 1
  uint64_t values_offset = 0;  ///< from the start of the file
  /// Where the counts are, one per matrix; none in a legacy file, where one number (`calls`) serves all values.
  std::optional<uint64_t> counts_offset;
  int32_t calls = 0;

  uint64_t values_bytes() const { return values * 4; }
  uint64_t counts_bytes() const { return counts_offset ? matrices * 4 : 0; }
};

struct ImportanceIndex {
  std::vector<ImportanceEntry> entries;  ///< sorted by name, each name once
  std::vector<std::string> datasets;     ///< names of the texts it was measured on
  int64_t chunk_count = 0;

  /// Null when there is no entry of exactly this name.
  const ImportanceEntry* find(std::string_view name) const;
};

/// Keeps the entries whose name contains one of `include`, or drops those whose name contains one of `exclude`.
/// Throws Error when both are given.
void filter_importance(ImportanceIndex& index, std::span<const std::string> include,
                       std::span<const std::string> exclude);

/// The importance of each column, matrix after matrix: entry.values numbers at `out`. `values` and `counts` are the
/// entry's bytes. Sums are divided by their counts; a matrix that was never used counts 1 everywhere. Throws Error when
/// a number is not finite.
void importance_values(const ImportanceEntry& entry, std::span<const uint8_t> values, std::span<const uint8_t> counts,
                       float* out);

/// What the matrix has for one tensor that is to be converted.
struct ImportanceMatch {
  const ImportanceEntry* entry = nullptr;  ///< null: convert without importance
  std::string note;                        ///< why there is none, a sentence; empty when there is
};

/// `shape` is innermost first. Throws Error when the entry belongs to another shape, or when there is none and the
/// tensor must not be written without (`needed`).
ImportanceMatch match_importance(const ImportanceIndex& index, std::string_view tensor, std::span<const uint64_t> shape,
                                 bool needed);

/// What the output's metadata says of the matrix: the keys quantize.imatrix.file, .dataset, .entries_count and
/// .chunks_count, in this order, as llama-quantize writes them.
struct ImportanceMetadata {
  std::string file;
  std::optional<std::string> dataset;
  uint32_t entries_count;
  std::optional<uint32_t> chunks_count;

  bool operator==(const ImportanceMetadata&) const = default;
};

/// Nothing when the index is empty: the run is then one without importance. `path` is the file's path as it was given.
std::optional<ImportanceMetadata> importance_metadata(const ImportanceIndex& index, std::string_view path);

}  // namespace nibble
