#pragma once
#include <cstddef>

#include "network/panel_math.h"

/// Matrix products: weights in rows, activations in panels.
///
/// What is computed, to the bit, by every kernel: the columns are taken in blocks of `block_columns`, the last one
/// shorter. The products of a block are added in column order in single precision, beginning with zero; the sums of the
/// blocks are added to the result in their order. So it does not matter into how many tiles of rows, ranges of whole
/// blocks of columns, or panels a product is divided.
namespace nibble::network {

/// Rows of decoded weights.
struct WeightRows {
  const float* data;
  size_t rows;
  size_t columns;
  size_t stride;  ///< floats from one row to the next
};

/// Where the left side of a product comes from: panels as they are, or normalised on the way, which spares a copy of
/// all activations.
class ProductInput {
 public:
  virtual ~ProductInput() = default;
  /// Channels `first` to `first` + `count` of a panel, `lanes` floats each. `scratch` has room for them.
  virtual const float* block(size_t panel, size_t first, size_t count, float* scratch) const = 0;
};

/// Panels as they lie in memory.
class PlainInput : public ProductInput {
 public:
  explicit PlainInput(PanelView view) : view_(view) {}
  const float* block(size_t panel, size_t first, size_t, float*) const override { return view_.at(panel, first); }

 private:
  PanelView view_;
};

/// For each panel from `first_panel` on and each row r: channel r of `out` becomes, or has added to it, the product of
/// the row and the panel's channels `first_channel` to `first_channel` + columns. `first_channel` is a multiple of
/// block_columns. About 2 * rows * columns * lanes operations a panel.
void multiply(const WeightRows& weights, const ProductInput& input, size_t first_channel, size_t first_panel,
              size_t panels, PanelView out, Into into, Kernel kernel = best_kernel());

}  // namespace nibble::network
