// The prepared codebooks against lists found by sorting, and the worked examples of the codebook formats.
#include "search/iq_grid.h"

#include <gtest/gtest.h>

#include "formats/iq1_m.h"
#include "formats/iq1_s.h"
#include "formats/iq2_s.h"
#include "formats/iq2_xs.h"
#include "formats/iq2_xxs.h"
#include "formats/iq3_s.h"
#include "formats/iq3_xxs.h"
#include "reference/codebooks.h"

namespace nibble {
namespace {

/// Compares every `stride`-th vector of levels: sorting a whole codebook for each of them is slow.
template <class Shape>
void expect_grid(const IqGrid<Shape>& grid, const char* name, int shells, int stride) {
  const reference::Codebook book(name, shells);
  int off_grid = 0;
  for (int v = 0; v < Shape::vectors; v += stride) {
    reference::Levels levels;
    for (int i = 0, rest = v; i < Shape::coords; ++i, rest /= Shape::levels) levels.push_back(rest % Shape::levels);
    const int position = book.find(levels), found = grid.find(v);
    if (position >= 0) {
      ASSERT_EQ(found, position) << name << ", vector " << v;
      for (size_t i = 0; i < levels.size(); ++i) {
        ASSERT_EQ(grid.point(found)[i], levels[i]);
        ASSERT_EQ(grid.values(found)[i], static_cast<float>(2 * levels[i] + 1));
      }
      continue;
    }
    ASSERT_LT(found, 0) << name << ", vector " << v;
    const auto list = grid.neighbours(found);
    const std::vector<int> neighbours(list.begin(), list.end());
    ASSERT_EQ(neighbours, book.neighbours(levels)) << name << ", vector " << v;
    ++off_grid;
  }
  EXPECT_GT(off_grid, 100) << name;
}

TEST(IqGrid, NeighboursAreTheNearestShellsInOrder) {
  expect_grid(iq2_xxs_grid(), "iq2_xxs", 2, 5);
  expect_grid(iq2_xs_grid(), "iq2_xs", 2, 7);
  expect_grid(iq2_s_grid(), "iq2_s", 1, 11);
  expect_grid(iq1_grid(), "iq1", 3, 13);
  expect_grid(iq3_xxs_grid(), "iq3_xxs", 2, 5);
  expect_grid(iq3_s_grid(), "iq3_s", 3, 7);
}

/// Decodes a block of zeros with a few bytes set: the example each format's comment works out.
template <class F>
std::vector<float> first_eight(std::initializer_list<std::pair<int, int>> bytes) {
  std::vector<uint8_t> block(F::block_bytes);
  for (const auto& [at, value] : bytes) block[static_cast<size_t>(at)] = static_cast<uint8_t>(value);
  std::vector<float> values(F::block_length);
  F::decode(block.data(), values.data());
  values.resize(8);
  return values;
}

TEST(IqFormats, WorkedExamples) {
  using Values = std::vector<float>;
  EXPECT_EQ(first_eight<IQ2_XXS>({{1, 0x3C}, {2, 1}}), (Values{5.375f, 1, 1, 1, 1, 1, 1, 1}));
  EXPECT_EQ(first_eight<IQ2_XS>({{1, 0x3C}, {2, 1}, {3, 2}}), (Values{-5.375f, 1, 1, 1, 1, 1, 1, -1}));
  EXPECT_EQ(first_eight<IQ2_S>({{1, 0x3C}, {2, 1}, {34, 1}}), (Values{-5.375f, 1, 1, 1, 1, 1, 1, 1}));
  EXPECT_EQ(first_eight<IQ3_XXS>({{1, 0x3C}, {2, 1}}), (Values{5, 1, 1, 1, 1, 1, 1, 1}));
  EXPECT_EQ(first_eight<IQ3_S>({{1, 0x38}, {2, 1}, {74, 1}, {106, 1}}),
            (Values{-4.5f, 1.5f, 1.5f, 1.5f, 1.5f, 1.5f, 1.5f, 1.5f}));
  EXPECT_EQ(first_eight<IQ1_S>({{1, 0x3C}, {2, 1}}),
            (Values{1.125f, -0.875f, -0.875f, -0.875f, -0.875f, -0.875f, -0.875f, -0.875f}));
  EXPECT_EQ(first_eight<IQ1_M>({{0, 1}, {32, 8}, {53, 0xC0}, {55, 0x30}}),
            (Values{0.875f, -1.125f, -1.125f, -1.125f, -1.125f, -1.125f, -1.125f, -1.125f}));
}

}  // namespace
}  // namespace nibble
