#include "network/product.h"

#include <algorithm>

namespace nibble::network {
namespace {

/// Rows of weights that a panel's block meets before the next panel's turn: 128 KiB, which stay in the second cache
/// while the panels pass by.
constexpr size_t cached_rows = 128;

}  // namespace

void multiply(const WeightRows& weights, const ProductInput& input, size_t first_channel, size_t first_panel,
              size_t panels, PanelView out, Into into, Kernel kernel) {
  const auto run = panel_math(kernel).multiply;
  float scratch[block_columns * lanes];
  for (size_t column = 0; column < weights.columns; column += block_columns) {
    const size_t columns = std::min(block_columns, weights.columns - column);
    for (size_t row = 0; row < weights.rows; row += cached_rows) {
      const size_t rows = std::min(cached_rows, weights.rows - row);
      const float* block = weights.data + row * weights.stride + column;
      for (size_t panel = first_panel; panel < first_panel + panels; ++panel) {
        const float* inputs = input.block(panel, first_channel + column, columns, scratch);
        run(block, weights.stride, rows, inputs, columns, out.at(panel, row), column == 0 ? into : Into::add);
      }
    }
  }
}

}  // namespace nibble::network
