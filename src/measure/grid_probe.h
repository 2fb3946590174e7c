#pragma once
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "codec/round_trip.h"

namespace nibble {

/// Types whose grid weights may lie on already, because a model was trained for it or was quantized before: those with
/// few bits first. Of a type that has an exact search, that search finds the grid wherever there is one.
std::span<const Type> grid_types();
/// The method that GridProbe writes such a type by.
std::string_view grid_method(Type type);

/// Finds the blocks of rows that a type holds as they are: written and read again, and rounded to the type they are
/// stored in, each weight is the same number. Blocks of zeros lie on every grid and are not counted.
class GridProbe {
 public:
  /// `from`: the type that the rows are stored in. Of quantized types nothing is looked at.
  GridProbe(std::string_view from, Kernel kernel);

  /// For each of grid_types() how many blocks it holds, and how many were looked at: `out` takes twice as many numbers
  /// as there are types. A row whose first blocks are all changed counts as changed altogether, so that looking takes
  /// little time; the first number is therefore never too large.
  void run(const float* row, size_t length, double* out);

 private:
  struct Candidate {
    RoundTrip trip;
    std::vector<uint8_t> blocks;
  };
  size_t kept(Candidate& candidate, const float* row, size_t begin, size_t end);

  std::vector<Candidate> candidates_;  // empty where nothing is looked at
  std::vector<RoundTrip> stored_;      // one where the rows' type holds fewer digits than single precision
  std::vector<uint8_t> stored_bytes_;
};

}  // namespace nibble
