#pragma once
#include <cstdint>
#include <string_view>

/// Which rows of a tensor are looked at to learn the error of the whole.
namespace nibble {

/// The rows of a tensor in the order they are sampled: row (start + k * step) modulo their number, where the step is
/// coprime to the number of rows and nearest to its golden section. Every row comes once, and the first n are spread
/// evenly for every n, with no period that the rows of attention heads might share. The start depends on the tensor's
/// name only, so the sample is the same everywhere.
class RowOrder {
 public:
  RowOrder(uint64_t rows, std::string_view tensor);

  uint64_t rows() const { return rows_; }
  /// The row that comes k-th, from 0; k < rows().
  uint64_t operator[](uint64_t k) const;

 private:
  uint64_t rows_, step_, start_;
};

/// How many rows are looked at.
struct SampleSize {
  /// Half of the 95 % interval, relative to the error, that is wanted for every type of a tensor.
  double precision = 0.05;
  bool all_rows = false;

  /// Rows to begin with, from whose spread the final number is judged.
  uint64_t pilot(uint64_t rows) const;
  /// Rows that give the precision wanted, when `measured` rows gave the half width `reached`; never more than a
  /// sixteenth of the rows nor 256, unless the pilot was more. Any number up to the pilot means that the pilot was
  /// enough.
  uint64_t enough(uint64_t rows, uint64_t measured, double reached) const;
};

}  // namespace nibble
