#include "analysis/column_study.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <random>

#include "codec/converter.h"
#include "error.h"

namespace nibble {
namespace {

TEST(ColumnStudy, SumsColumnsRowsAndErrors) {
  constexpr size_t columns = 64, rows = 5;
  std::mt19937 random(5);
  std::normal_distribution<float> normal(0.0f, 0.1f);
  std::vector<float> weights(columns * rows);
  for (float& weight : weights) weight = normal(random);
  weights[2 * columns + 7] = 3.0f;
  StudyPiece piece;
  piece.source = reinterpret_cast<const uint8_t*>(weights.data());
  piece.type = "f32";
  piece.row_length = columns;
  piece.weight_count = weights.size();
  piece.position = 0;
  piece.ranges = {{0, weights.size()}};
  piece.request = R"({"to": "q4_0", "method": "llama.cpp"})";
  std::vector<uint8_t> bytes, blocks(find_format("q4_0")->bytes_for(weights.size()));
  ColumnStudy study;
  study.run(piece, bytes);
  ASSERT_EQ(bytes.size(), (3 * columns + rows) * sizeof(double));
  std::vector<double> sums(3 * columns + rows);
  std::memcpy(sums.data(), bytes.data(), bytes.size());

  Converter converter("f32", "q4_0", "llama.cpp");
  converter.convert(piece.source, blocks.data(), {weights.size(), 0, columns}, nullptr);
  std::vector<float> decoded(weights.size());
  for (size_t b = 0; b < weights.size() / 32; ++b)
    find_format("q4_0")->decode(blocks.data() + 18 * b, decoded.data() + 32 * b);
  for (size_t j = 0; j < columns; ++j) {
    double squares = 0, largest = 0, error = 0;
    for (size_t row = 0; row < rows; ++row) {
      const double x = weights[row * columns + j], y = decoded[row * columns + j];
      squares += x * x;
      largest = std::max(largest, std::fabs(x));
      error += (x - y) * (x - y);
    }
    EXPECT_NEAR(sums[j], squares, 1e-12);
    EXPECT_EQ(sums[columns + j], largest);
    EXPECT_NEAR(sums[2 * columns + j], error, 1e-12);
  }
  double row = 0;
  for (size_t j = 0; j < columns; ++j)
    row += static_cast<double>(weights[3 * columns + j]) * static_cast<double>(weights[3 * columns + j]);
  EXPECT_NEAR(sums[3 * columns + 3], row, 1e-12);

  piece.request = R"({"to": null, "method": null})";
  study.run(piece, bytes);
  std::memcpy(sums.data(), bytes.data(), bytes.size());
  EXPECT_EQ(sums[2 * columns], 0.0);
  piece.request = R"({"to": "q4_0", "method": "none"})";
  EXPECT_THROW(study.run(piece, bytes), Error);
}

}  // namespace
}  // namespace nibble
