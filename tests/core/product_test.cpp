#include "network/product.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "numeric/bits.h"
#include "reference/product_reference.h"

namespace nibble::network {
namespace {

/// Numbers of a kind that products go wrong with.
enum class Kind { usual, wide, subnormal, cancelling, special };

std::vector<float> numbers(size_t count, Kind kind, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  const float specials[] = {0.0f,
                            -0.0f,
                            std::numeric_limits<float>::infinity(),
                            -std::numeric_limits<float>::infinity(),
                            std::numeric_limits<float>::quiet_NaN(),
                            std::numeric_limits<float>::max(),
                            1.0f};
  std::vector<float> all(count);
  for (size_t i = 0; i < count; ++i) {
    switch (kind) {
      case Kind::usual: all[i] = normal(random); break;
      case Kind::wide: all[i] = std::ldexp(normal(random), static_cast<int>(random() % 60) - 30); break;
      case Kind::subnormal: all[i] = std::ldexp(normal(random), -70 - static_cast<int>(random() % 10)); break;
      case Kind::cancelling: all[i] = (i % 2 ? -1.0f : 1.0f) * 1e6f + normal(random); break;
      case Kind::special: all[i] = random() % 4 ? normal(random) : specials[random() % std::size(specials)]; break;
    }
  }
  return all;
}

/// Equal in every bit; NaNs are all alike.
bool same(float a, float b) {
  return (std::isnan(a) && std::isnan(b)) || bit_cast<uint32_t>(a) == bit_cast<uint32_t>(b);
}

struct Shape {
  size_t rows, columns, panels;
};

/// A product whose results lie between guards.
class Product {
 public:
  Product(Shape shape, Kind kind, unsigned seed)
      : shape_(shape),
        weights_(numbers(shape.rows * stride(), kind, seed)),
        inputs_(numbers(shape.panels * shape.columns * lanes, kind, seed + 1)),
        before_(numbers(out_stride() * shape.panels, Kind::usual, seed + 2)) {}

  size_t stride() const { return shape_.columns + 3; }
  size_t out_stride() const { return (shape_.rows + 1) * lanes; }

  std::vector<float> run(Kernel kernel, Into into) const {
    std::vector<float> out = before_;
    multiply({weights_.data(), shape_.rows, shape_.columns, stride()}, input(), 0, 0, shape_.panels,
             {out.data(), out_stride()}, into, kernel);
    return out;
  }

  void expect_reference(const std::vector<float>& out, Into into, const std::string& what) const {
    std::vector<float> activations(shape_.columns);
    for (size_t panel = 0; panel < shape_.panels; ++panel) {
      for (size_t lane = 0; lane < lanes; ++lane) {
        for (size_t k = 0; k < shape_.columns; ++k)
          activations[k] = inputs_[(panel * shape_.columns + k) * lanes + lane];
        for (size_t row = 0; row < shape_.rows; ++row) {
          const size_t at = panel * out_stride() + row * lanes + lane;
          const float expected = reference::block_product(weights_.data() + row * stride(), activations.data(),
                                                          shape_.columns, into == Into::add ? &before_[at] : nullptr);
          ASSERT_TRUE(same(out[at], expected)) << what << ", row " << row << ", panel " << panel << ", lane " << lane
                                               << ": " << out[at] << " instead of " << expected;
        }
        const size_t guard = panel * out_stride() + shape_.rows * lanes + lane;
        ASSERT_TRUE(same(out[guard], before_[guard])) << what << ": written past the rows of panel " << panel;
      }
    }
  }

  PlainInput input() const { return PlainInput({const_cast<float*>(inputs_.data()), shape_.columns * lanes}); }
  const std::vector<float>& weights() const { return weights_; }
  const std::vector<float>& before() const { return before_; }

 private:
  Shape shape_;
  std::vector<float> weights_, inputs_, before_;
};

constexpr Shape shapes[] = {{1, 1, 1},   {4, 256, 1},  {5, 255, 2},   {3, 257, 1},
                            {7, 512, 3}, {130, 40, 2}, {129, 600, 1}, {64, 172, 5}};

TEST(Product, EveryKernelIsTheReferenceToTheBit) {
  for (const Kind kind : {Kind::usual, Kind::wide, Kind::subnormal, Kind::cancelling, Kind::special}) {
    for (const Shape& shape : shapes) {
      const Product product(shape, kind, 7);
      for (const Kernel kernel : every_kernel()) {
        for (const Into into : {Into::set, Into::add}) {
          product.expect_reference(product.run(kernel, into), into,
                                   std::string(kernel_name(kernel)) + ", kind " +
                                       std::to_string(static_cast<int>(kind)) + ", " + std::to_string(shape.rows) +
                                       " x " + std::to_string(shape.columns));
        }
      }
    }
  }
}

TEST(Product, TheKernelAskedForIsTheOneThatRuns) {
  for (const Kernel kernel : every_kernel()) EXPECT_EQ(panel_math(kernel).kernel, kernel);
  EXPECT_EQ(panel_math(Kernel::scalar).multiply == panel_math(Kernel::simd).multiply, every_kernel().size() == 1);
}

/// A plan may cut a matrix anywhere between rows, and between blocks of columns, and divide the panels.
TEST(Product, DoesNotDependOnHowItIsDivided) {
  const Shape shape{70, 700, 4};
  const Product product(shape, Kind::wide, 3);
  const std::vector<float> whole = product.run(best_kernel(), Into::add);
  std::vector<float> parts = product.before();
  const size_t stride = product.stride();
  for (const auto& [first_column, columns] : {std::pair<size_t, size_t>{0, 512}, {512, 188}}) {
    for (const auto& [first_panel, panels] : {std::pair<size_t, size_t>{3, 1}, {0, 3}}) {
      for (const auto& [first_row, rows] : {std::pair<size_t, size_t>{0, 33}, {33, 37}}) {
        const PanelView out{parts.data() + first_row * lanes, product.out_stride()};
        multiply({product.weights().data() + first_row * stride + first_column, rows, columns, stride}, product.input(),
                 first_column, first_panel, panels, out, Into::add);
      }
    }
  }
  for (size_t i = 0; i < whole.size(); ++i) ASSERT_TRUE(same(whole[i], parts[i])) << i;
}

/// The order of the sums is a good one: 14 336 columns, the widest of an 8 B model, cost less than 1e-6 of the terms.
TEST(Product, StaysNearTheExactSum) {
  const size_t columns = 14336;
  const std::vector<float> weights = numbers(columns, Kind::usual, 1), activations = numbers(columns, Kind::usual, 2);
  const auto exact = reference::exact_product(weights.data(), activations.data(), columns);
  const float sum = reference::block_product(weights.data(), activations.data(), columns, nullptr);
  EXPECT_LT(std::fabs(static_cast<double>(sum) - exact.value), 1e-6 * exact.magnitude);
}

}  // namespace
}  // namespace nibble::network
