#pragma once
#include <vector>

#include "network/product.h"

namespace nibble::network {

/// Panels side by side.
struct PanelRange {
  size_t first, count;
};

/// A product that is to be computed, by whoever: multiply() of product.h for each range of `panels`, with the input's
/// channels from 0 on. Seen from outside its panels are counted on through the ranges, and are as many as
/// panel_count().
struct ProductOrder {
  WeightRows weights{};
  const ProductInput* input = nullptr;
  std::vector<PanelRange> panels{};
  PanelView out{};
  Into into = Into::set;

  size_t panel_count() const;
};

/// Copies `count` panels of the input from number `first` on, each weights.columns * lanes floats.
void copy_input(const ProductOrder& order, size_t first, size_t count, float* to);

/// Puts `count` panels of the product, each weights.rows * lanes floats, where they belong.
void fill(const ProductOrder& order, size_t first, size_t count, const float* product);

}  // namespace nibble::network
