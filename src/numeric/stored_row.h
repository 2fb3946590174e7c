#pragma once
#include <cstdint>

namespace nibble {

/// Which row of a tensor as files hold it is row `row` in llama.cpp's order. Llama's rotary embedding turns pairs of
/// rows of a head: Hugging Face stores all first partners, then all second partners; GGUF stores partners side by side.
/// `head_rows`: rows in a head, an even number; 0: rows stay in order. In a one-dimensional tensor (a bias) rows are
/// single values.
constexpr uint64_t stored_row(uint64_t row, uint64_t head_rows) {
  if (head_rows == 0) return row;
  const uint64_t within = row % head_rows;
  return row - within + within % 2 * (head_rows / 2) + within / 2;
}

}  // namespace nibble
