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

/// Why the importance of a matrix cannot be used. Errors weighted with it would count nothing, or be worth making.
enum class ImportanceFault : uint8_t { zero, negative, not_finite };

/// A matrix of a tensor (one of a stack) whose importance cannot be used.
struct UnusableImportance {
  uint64_t matrix;
  ImportanceFault fault;
};

/// What a file holds for one tensor, and where. All numbers are little-endian f32.
struct ImportanceEntry {
  std::string name;            ///< of the tensor: "blk.0.attn_k.weight"
  uint64_t values = 0;         ///< row length x experts
  uint64_t matrices = 1;       ///< how many counts there are: experts, or 1
  uint64_t values_offset = 0;  ///< from the start of the file
  /// Where the counts are, one per matrix; none in a legacy file, where one number (`calls`) serves all values.
  std::optional<uint64_t> counts_offset;
  int32_t calls = 0;
  std::vector<UnusableImportance> unusable;  ///< ascending, as check_importance() found

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
/// bytes are missing.
void importance_values(const ImportanceEntry& entry, std::span<const uint8_t> values, std::span<const uint8_t> counts,
                       float* out);

/// Finds the matrices whose values are all zero, negative in places or not finite, and notes them in the entry. The
/// values are those of a tensor of `matrices` matrices, as importance_values() takes them. Throws as that does.
void check_importance(ImportanceEntry& entry, std::span<const uint8_t> values, std::span<const uint8_t> counts,
                      uint64_t matrices);

/// What the matrix has for one tensor that is to be converted.
struct ImportanceMatch {
  const ImportanceEntry* entry = nullptr;  ///< null: convert without importance
  std::string note;                        ///< why there is none, or not for all of it, sentences; empty when there is
  uint64_t unusable = 0;                   ///< matrices of the tensor whose importance cannot be used
};

/// `shape` is innermost first. Throws Error when the entry belongs to another shape, or when there is none for all of
/// the tensor and it must not be written without (`needed`).
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
