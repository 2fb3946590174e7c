#pragma once
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace nibble {

/// An importance matrix in the making: for each weight matrix the sums of the squares of its input's columns, and over
/// how many tokens; of a stack of experts one after the other.
class ImportanceSums {
 public:
  /// Adds to matrix number `matrix` of `matrices` of a tensor with rows of `row_length`: `sums` for the columns from
  /// `first_column` on, over `tokens` tokens. Several calls may share the columns of the same tokens between them; the
  /// tokens count with those from column 0 on. Throws Error when they do not fit the row.
  void add(std::string_view tensor, uint64_t row_length, uint64_t matrices, uint64_t matrix, uint64_t first_column,
           std::span<const double> sums, double tokens);

  /// The GGUF file as llama-imatrix writes it: metadata, then of each tensor with any tokens, by name, `<name>.in_sum2`
  /// and `<name>.counts`, all F32.
  std::vector<uint8_t> file(std::string_view dataset, uint32_t chunks, uint32_t chunk_tokens) const;

 private:
  struct Entry {
    uint64_t row_length;
    std::vector<double> sums, counts;
  };
  std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace nibble
