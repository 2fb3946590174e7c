#include "network/product_order.h"

#include <algorithm>

namespace nibble::network {
namespace {

/// Calls `use` with the number of each of `count` panels from number `first` on, and its place among them.
template <class Use>
void each_panel(const ProductOrder& order, size_t first, size_t count, Use use) {
  size_t passed = 0;
  for (const PanelRange& range : order.panels) {
    const size_t begin = std::max(first, passed), end = std::min(first + count, passed + range.count);
    for (size_t i = begin; i < end; ++i) use(range.first + (i - passed), i - first);
    passed += range.count;
  }
}

}  // namespace

size_t ProductOrder::panel_count() const {
  size_t count = 0;
  for (const PanelRange& range : panels) count += range.count;
  return count;
}

void copy_input(const ProductOrder& order, size_t first, size_t count, float* to) {
  const size_t columns = order.weights.columns;
  float scratch[block_columns * lanes];
  each_panel(order, first, count, [&](size_t panel, size_t place) {
    for (size_t column = 0; column < columns; column += block_columns) {
      const size_t width = std::min(block_columns, columns - column);
      const float* block = order.input->block(panel, column, width, scratch);
      std::copy_n(block, width * lanes, to + (place * columns + column) * lanes);
    }
  });
}

void fill(const ProductOrder& order, size_t first, size_t count, const float* product) {
  const size_t values = order.weights.rows * lanes;
  each_panel(order, first, count, [&](size_t panel, size_t place) {
    const float* from = product + place * values;
    float* to = order.out.at(panel);
    if (order.into == Into::set) {
      std::copy_n(from, values, to);
    } else {
      for (size_t i = 0; i < values; ++i) to[i] += from[i];
    }
  });
}

}  // namespace nibble::network
