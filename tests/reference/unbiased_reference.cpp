#include "reference/unbiased_reference.h"

#include <algorithm>
#include <cmath>

#include "numeric/bits.h"
#include "numeric/half.h"

namespace nibble::reference {
namespace {

double sum_of_four(const std::vector<double>& terms) {
  double sums[4] = {0, 0, 0, 0};
  for (size_t i = 0; i < terms.size(); ++i) sums[i % 4] += terms[i];
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

uint16_t times(int32_t half, double factor) {
  return f16_from_f32(static_cast<float>(double{f32_from_f16(static_cast<uint16_t>(half))} * factor));
}

}  // namespace

std::vector<uint8_t> unbiased(const Format& format, std::vector<uint8_t> blocks, const float* x, size_t count,
                              const float* importance) {
  const Grammar& grammar = format.grammar;
  const size_t n = format.block_length;
  for (size_t b = 0; b < count / n; ++b) {
    uint8_t* block = &blocks[b * format.block_bytes];
    std::vector<float> decoded(n);
    format.decode(block, decoded.data());
    std::vector<double> squares, products;
    for (size_t i = 0; i < n; ++i) {
      const double weight = importance ? double{importance[b * n + i]} * x[b * n + i] : double{x[b * n + i]};
      squares.push_back(weight * x[b * n + i]);
      products.push_back(weight * decoded[i]);
    }
    const double factor = sum_of_four(squares) / sum_of_four(products);
    if (std::isnan(factor) || factor <= 0.5 || factor >= 2) continue;
    if (grammar.kind == FormatKind::codebook) {
      store(block, times(load<uint16_t>(block), factor));
      continue;
    }
    BlockParts parts;
    grammar.unpack(block, parts);
    if (is_super_block(grammar.kind)) {
      parts.shared_scale = times(parts.shared_scale, factor);
      if (has_offset(grammar.kind)) parts.shared_minimum = times(parts.shared_minimum, factor);
    } else {
      for (size_t r = 0; r < n / format.scale_length; ++r) {
        parts.scale[r] = times(parts.scale[r], factor);
        if (has_offset(grammar.kind)) parts.minimum[r] = times(parts.minimum[r], factor);
      }
    }
    std::vector<uint8_t> changed(block, block + format.block_bytes);
    grammar.encode(parts, changed.data());
    if (format.valid(changed.data())) std::copy(changed.begin(), changed.end(), block);
  }
  return blocks;
}

}  // namespace nibble::reference
