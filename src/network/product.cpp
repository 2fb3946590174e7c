#include "network/product.h"

#include <algorithm>

#include "numeric/lanes.h"

namespace nibble::network {
namespace {

/// Rows of weights that a panel's block meets before the next panel's turn: 128 KiB, which stay in the second cache
/// while the panels pass by.
constexpr size_t cached_rows = 128;

#if NIBBLE_SIMD
inline Float4 everywhere(const float* value, Float4) { return Float4(wasm_v128_load32_splat(value)); }
#endif
inline float everywhere(const float* value, float) { return *value; }

/// `Rows` rows at once: their sums stay in registers, and each load of the inputs serves all of them.
template <class V, size_t Rows>
inline void multiply_rows(const float* weights, size_t stride, const float* inputs, size_t columns, float* out,
                          Into into) {
  constexpr size_t vectors = lanes / lane_count<V>;
  V sums[Rows][vectors];
  NIBBLE_UNROLL
  for (size_t r = 0; r < Rows; ++r) {
    NIBBLE_UNROLL
    for (size_t v = 0; v < vectors; ++v) sums[r][v] = V(0.0f);
  }
  for (size_t k = 0; k < columns; ++k) {
    V input[vectors];
    NIBBLE_UNROLL
    for (size_t v = 0; v < vectors; ++v) input[v] = load_run<V>(inputs + k * lanes + v * lane_count<V>);
    NIBBLE_UNROLL
    for (size_t r = 0; r < Rows; ++r) {
      const V weight = everywhere(weights + r * stride + k, V());
      NIBBLE_UNROLL
      for (size_t v = 0; v < vectors; ++v) sums[r][v] = sums[r][v] + weight * input[v];
    }
  }
  NIBBLE_UNROLL
  for (size_t r = 0; r < Rows; ++r) {
    NIBBLE_UNROLL
    for (size_t v = 0; v < vectors; ++v) {
      float* to = out + r * lanes + v * lane_count<V>;
      store_run(into == Into::add ? load_run<V>(to) + sums[r][v] : sums[r][v], to);
    }
  }
}

template <class V, size_t Rows>
void multiply_all_rows(const float* weights, size_t stride, size_t rows, const float* inputs, size_t columns,
                       float* out, Into into) {
  size_t r = 0;
  for (; r + Rows <= rows; r += Rows)
    multiply_rows<V, Rows>(weights + r * stride, stride, inputs, columns, out + r * lanes, into);
  for (; r < rows; ++r) multiply_rows<V, 1>(weights + r * stride, stride, inputs, columns, out + r * lanes, into);
}

constexpr BlockProduct scalar_product = {Kernel::scalar, multiply_all_rows<float, 1>};
#if NIBBLE_SIMD
// Eight sums, two inputs, a weight and a product fit the sixteen registers of x86-64, of which engines keep one.
constexpr BlockProduct simd_product = {Kernel::simd, multiply_all_rows<Float4, 4>};
#endif

}  // namespace

const BlockProduct& block_product(Kernel kernel) {
#if NIBBLE_SIMD
  if (kernel == Kernel::simd) return simd_product;
#endif
  static_cast<void>(kernel);
  return scalar_product;
}

void multiply(const WeightRows& weights, const ProductInput& input, size_t first_channel, size_t first_panel,
              size_t panels, PanelView out, Into into, Kernel kernel) {
  const auto run = block_product(kernel).run;
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
