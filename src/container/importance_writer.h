#pragma once
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "container/importance.h"

namespace nibble {

/// An importance matrix in the making: for each weight matrix the sums of the squares of its input's columns, and over
/// how many tokens; of a stack of experts one after the other. Made from what a pass saw, from files, or from both.
class ImportanceSums {
 public:
  struct Entry {
    std::vector<double> sums;    ///< matrix after matrix
    std::vector<double> counts;  ///< tokens of each matrix; one number may stand for all

    uint64_t row_length() const { return sums.size() / counts.size(); }
  };
  using Entries = std::map<std::string, Entry, std::less<>>;

  /// Adds to matrix number `matrix` of `matrices` of a tensor with rows of `row_length`: `sums` for the columns from
  /// `first_column` on, over `tokens` tokens. Several calls may share the columns of the same tokens between them; the
  /// tokens count with those from column 0 on. Throws Error when they do not fit the row.
  void add(std::string_view tensor, uint64_t row_length, uint64_t matrices, uint64_t matrix, uint64_t first_column,
           std::span<const double> sums, double tokens);

  /// Adds an entry of a file, whose bytes `values` and `counts` are, as llama-imatrix --in-file does: sums are added in
  /// single precision, counts are rounded to whole numbers first. A legacy file counts calls of `chunk_tokens` tokens
  /// each, and holds a mean times the calls. One count that stands for all matrices becomes one for each when it meets
  /// those. Throws Error when the entry is of another size than the one before, or its counts are no numbers.
  void merge(const ImportanceEntry& entry, std::span<const uint8_t> values, std::span<const uint8_t> counts,
             uint32_t chunk_tokens);

  /// The name of a text it was measured on; of several, in their order.
  void add_dataset(std::string name) { datasets_.push_back(std::move(name)); }

  const Entries& entries() const { return entries_; }

  /// The GGUF file as llama-imatrix writes it: metadata, then of each tensor, by name, `<name>.in_sum2` and
  /// `<name>.counts`, all F32. Throws Error when there is no entry.
  std::vector<uint8_t> file(uint32_t chunk_tokens) const;
  /// The legacy file as llama-imatrix --output-format dat writes it: see ImportanceReader. What met no token is left
  /// out, or counts 1 where other matrices of its tensor met any; of the texts' names only the last is kept. Throws
  /// Error when there is no entry.
  std::vector<uint8_t> legacy_file(uint32_t chunk_tokens) const;

 private:
  /// Chunks of the entry that met the most tokens.
  uint32_t chunks(uint32_t chunk_tokens) const;
  void check_not_empty() const;

  Entries entries_;
  std::vector<std::string> datasets_;
};

}  // namespace nibble
