#pragma once
#include <algorithm>
#include <cstddef>
#include <vector>

namespace nibble {

/// Rows of floats, cut into blocks. No block crosses a row; the last one of a row may be shorter.
struct Blocks {
  const std::vector<float>& values;  ///< whole rows
  size_t row_length;
  size_t block;  ///< 1 .. row_length

  size_t count() const { return values.size() / row_length * ((row_length + block - 1) / block); }
  /// Calls use(first weight, number of weights) for each.
  template <class Use>
  void each(Use&& use) const {
    for (size_t row = 0; row < values.size(); row += row_length) {
      for (size_t at = 0; at < row_length; at += block) use(values.data() + row + at, std::min(block, row_length - at));
    }
  }
};

}  // namespace nibble
