#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>
#include <string>

#include "calibration/input_products.h"
#include "calibration/metric.h"
#include "calibration/rounder.h"
#include "core/kernel_inputs.h"
#include "core/sentence_of.h"
#include "formats/group_formats.h"
#include "formats/point_grammar.h"
#include "numeric/bits.h"
#include "numeric/half.h"
#include "reference/calibration_reference.h"

namespace nibble::calibration {
namespace {

using reference::Matrix;
using testing::Random;

/// Inputs as networks have them: channels that go together, of very different size.
std::vector<std::vector<float>> invented_inputs(size_t columns, size_t tokens, uint64_t seed) {
  Random random(seed);
  std::vector<std::vector<float>> inputs;
  for (size_t t = 0; t < tokens; ++t) {
    std::vector<float> input(columns);
    float last = 0;
    for (size_t c = 0; c < columns; ++c) {
      last = 0.8f * last + 0.6f * random.gauss();
      input[c] = last * (c % 37 == 5 ? 20.0f : 1.0f) * (c % 11 == 3 ? 0.01f : 1.0f);
    }
    inputs.push_back(input);
  }
  return inputs;
}

Matrix mean_products(const Matrix& left, const Matrix& right) {
  Matrix mean = reference::products({left}, {right});
  for (auto& row : mean) {
    for (float& value : row) value /= static_cast<float>(left.size());
  }
  return mean;
}

std::vector<float> flat(const Matrix& matrix) {
  std::vector<float> all;
  for (const auto& row : matrix) all.insert(all.end(), row.begin(), row.end());
  return all;
}
Metric metric_of(const Matrix& matrix) { return {matrix.size(), flat(matrix)}; }

/// e^T H e.
double output_error(const std::vector<float>& off, const Matrix& metric) {
  double sum = 0;
  for (size_t i = 0; i < off.size(); ++i) {
    for (size_t c = 0; c < off.size(); ++c) sum += double{off[i]} * metric[i][c] * off[c];
  }
  return sum;
}

std::vector<float> off_by(const Format& format, const std::vector<float>& target, const uint8_t* blocks) {
  std::vector<float> off(target.size());
  for (size_t b = 0; b < target.size() / format.block_length; ++b)
    format.decode(blocks + b * format.block_bytes, &off[b * format.block_length]);
  for (size_t i = 0; i < off.size(); ++i) off[i] = target[i] - off[i];
  return off;
}

std::vector<const Format*> calibrated_formats() {
  std::vector<const Format*> list;
  for (const Format& format : all_formats()) {
    if (can_calibrate(format)) list.push_back(&format);
  }
  return list;
}

TEST(Calibration, ServesTheFormatsWithLevelsAndASearch) {
  std::vector<std::string> names;
  for (const Format* format : calibrated_formats()) names.emplace_back(format->name);
  for (const char* name : {"q4_0", "q4_1", "q5_0", "q5_1", "q8_0", "q2_K", "q3_K", "q4_K", "q5_K", "q6_K", "iq4_nl",
                           "iq4_xs", "mxfp4", "nvfp4", "iq2_xxs", "iq2_xs", "iq2_s", "iq3_xxs", "iq3_s"})
    EXPECT_NE(std::find(names.begin(), names.end(), name), names.end()) << name;
  for (const char* name : {"f16", "iq1_s", "iq1_m", "tq1_0", "i8"})
    EXPECT_EQ(std::find(names.begin(), names.end(), name), names.end()) << name;
}

/// What rows are rounded by.
struct Case {
  const char* name;
  bool two_models, feedback;
  int passes;
};
constexpr Case cases[] = {{"descent", false, false, 4},
                          {"one pass of descent", false, false, 1},
                          {"feedback", false, true, 0},
                          {"two models", true, true, 4}};

constexpr size_t columns = 512;

class Statistics {
 public:
  explicit Statistics(uint64_t seed) {
    const Matrix original = invented_inputs(columns, 300, seed);
    Matrix changed = original;
    Random random(seed + 7);
    for (auto& input : changed) {
      for (float& value : input) value += 0.05f * random.gauss();
    }
    one = mean_products(original, original);
    two = mean_products(changed, changed);
    cross = mean_products(original, changed);
    const Matrix others = invented_inputs(columns, 40, seed + 1);
    held_back = mean_products(others, others);
    one_factor = reference::eliminate(reference::damped(one));
    two_factor = reference::eliminate(reference::damped(two));
  }
  InputStatistics of(const Case& by) const {
    return {metric_of(by.two_models ? two : one), by.two_models ? flat(cross) : std::vector<float>(),
            metric_of(held_back)};
  }
  Matrix one, two, cross, held_back;
  reference::UnitUpper one_factor, two_factor;
};

const Statistics& usual_statistics() {
  static const Statistics statistics(3);
  return statistics;
}

#ifndef __has_feature
#define __has_feature(feature) 0
#endif
/// With sanitizers, under which the reference takes thirty times as long, one row meets as much of the code as many.
constexpr size_t enough(size_t rows) { return __has_feature(address_sanitizer) ? 1 : rows; }

void expect_reference(const Format& format, const Case& by, const testing::Generator& generator, size_t rows,
                      const Statistics& statistics = usual_statistics()) {
  rows = enough(rows);
  Random random(rows);
  std::vector<float> weights(rows * columns), residual(by.two_models ? rows * columns : 0);
  generator.fill(random, weights.data(), weights.size());
  for (float& value : residual) value = 0.001f * random.gauss();
  const size_t row_bytes = format.bytes_for(columns);
  std::vector<uint8_t> expected, plain(row_bytes);
  double error = 0, plain_error = 0;
  for (size_t r = 0; r < rows; ++r) {
    const auto cut = [&](const std::vector<float>& from) {
      if (from.empty()) return from;
      const auto first = from.begin() + static_cast<ptrdiff_t>(r * columns);
      return std::vector<float>(first, first + columns);
    };
    const reference::CalibratedRow row =
        reference::calibrate_row(format, cut(weights), by.two_models ? statistics.two : statistics.one,
                                 by.two_models ? statistics.two_factor : statistics.one_factor,
                                 by.two_models ? statistics.cross : Matrix(), cut(residual), by.feedback, by.passes);
    expected.insert(expected.end(), row.blocks.begin(), row.blocks.end());
    error += output_error(off_by(format, row.target, row.blocks.data()), statistics.held_back);
    // Codebook formats have llama.cpp's search alone, and it needs an importance.
    const bool codebook = find_points(format.type) != nullptr;
    const Matrix metric = reference::damped(by.two_models ? statistics.two : statistics.one);
    std::vector<float> importance;
    for (size_t c = 0; codebook && c < columns; ++c) importance.push_back(metric[c][c]);
    find_quantizer(format.type, codebook ? llama_cpp : lowest_error_method, Kernel::scalar)
        ->quantize(&weights[r * columns], plain.data(), columns, codebook ? importance.data() : nullptr);
    plain_error += output_error(off_by(format, row.target, plain.data()), statistics.held_back);
  }
  for (const Kernel kernel : every_kernel()) {
    SCOPED_TRACE(std::string(format.name) + ", " + by.name + ", " + generator.name + ", " +
                 std::string(kernel_name(kernel)));
    EXPECT_EQ(rounding_math(kernel).kernel, kernel);
    Rounder rounder(format, statistics.of(by), {by.feedback, by.passes}, kernel);
    std::vector<uint8_t> blocks(rows * row_bytes);
    const OutputErrors errors =
        rounder.round(weights.data(), rows, residual.empty() ? nullptr : residual.data(), blocks.data());
    EXPECT_EQ(blocks, expected);
    EXPECT_NEAR(errors.calibrated, error, 1e-3 * error);
    EXPECT_NEAR(errors.plain, plain_error, 1e-3 * plain_error);
  }
}

TEST(Calibration, RoundsAsTheReferenceOnEveryKernel) {
  for (const Format* format : calibrated_formats()) {
    for (const Case& by : cases) expect_reference(*format, by, {"gauss", testing::gauss}, 9);
  }
}

/// Groups of layouts, which are longer than a tile of columns, and have a zero.
TEST(Calibration, RoundsGroupsAsTheReferenceOnEveryKernel) {
  ASSERT_EQ(group_formats().size(), 6u);
  for (const Format& format : group_formats()) {
    ASSERT_TRUE(can_calibrate(format)) << format.name;
    for (const Case& by : cases) expect_reference(format, by, {"gauss", testing::gauss}, 3);
  }
}

/// What a group stores, by its own words: a scale and a zero for all its columns, and codes of four bits.
TEST(Calibration, GroupsAreAScaleAZeroAndCodes) {
  Random random(3);
  std::vector<float> weights(columns);
  testing::gauss(random, weights.data(), weights.size());
  for (float& weight : weights) weight += 1.5f;  // a zero of its own is worth it
  for (const Format& format : group_formats()) {
    const bool asymmetric = format.name.ends_with("-asym");
    Rounder rounder(format, usual_statistics().of(cases[3]), {true, 4});
    std::vector<uint8_t> blocks(format.bytes_for(columns));
    rounder.round(weights.data(), 1, nullptr, blocks.data());
    std::vector<float> decoded(format.block_length);
    std::set<int> zeros;
    for (size_t b = 0; b < columns / format.block_length; ++b) {
      const uint8_t* block = &blocks[b * format.block_bytes];
      format.decode(block, decoded.data());
      const float scale = f32_from_f16(load<uint16_t>(block));
      const int zero = load<uint16_t>(block + 2);
      zeros.insert(zero);
      for (uint32_t i = 0; i < format.block_length; ++i) {
        const uint8_t pair = block[4 + i % (format.block_length / 2)];
        const int code = i < format.block_length / 2 ? pair & 15 : pair >> 4;
        ASSERT_EQ(decoded[i], scale * static_cast<float>(code - zero)) << format.name << ' ' << i;
      }
    }
    EXPECT_LE(*zeros.rbegin(), 15);
    EXPECT_EQ(zeros == std::set<int>{8}, !asymmetric) << format.name;
  }
}

TEST(Calibration, RoundsNastyRowsAsTheReference) {
  for (const char* name : {"q4_0", "q4_K", "q3_K", "iq4_xs", "nvfp4", "iq2_xxs", "iq2_s", "iq3_xxs", "iq3_s",
                           "gptq-4bit-128g", "gptq-4bit-64g-asym"}) {
    for (const testing::Generator& generator : testing::generators()) {
      // Their products overflow whatever is done.
      if (generator.fill == testing::huge || generator.fill == testing::large || generator.fill == testing::mixed)
        continue;
      expect_reference(planned_format(name), cases[3], generator, 3);
    }
  }
}

/// Where all weights count the same, many points and signs are as good as each other: the first of them is taken.
TEST(Calibration, RoundsToPointsAsTheReferenceWhereManyAreAsGood) {
  Statistics even = usual_statistics();
  even.one = Matrix(columns, std::vector<float>(columns, 0.0f));
  for (const char* name : {"iq2_xxs", "iq2_xs", "iq3_xxs", "iq3_s"}) {
    for (const testing::Generator& generator : testing::generators()) {
      if (generator.fill == testing::huge || generator.fill == testing::large || generator.fill == testing::mixed)
        continue;
      expect_reference(*find_format(name), cases[0], generator, 3, even);
    }
  }
}

/// The signed magnitudes of a block are what it decodes to, and make the same bytes again, whatever they are.
TEST(Calibration, TakesBlocksOfCodebooksApartAndPutsThemTogether) {
  Random random(17);
  size_t formats = 0;
  for (const Format* format : calibrated_formats()) {
    const PointGrammar* points = find_points(format->type);
    if (!points) continue;
    ++formats;
    const Codebook codebook(*format, *points);
    for (int round = 0; round < 50; ++round) {
      std::vector<uint8_t> block(format->block_bytes), again(format->block_bytes);
      for (uint8_t& byte : block) byte = static_cast<uint8_t>(random.bits());
      block[1] &= 0x3B;  // d is positive, and finite
      std::vector<float> levels(format->block_length), steps(format->block_length / format->scale_length);
      std::vector<float> values(format->block_length);
      const CodebookBlock parts = codebook.unpack(block.data(), levels.data(), steps.data());
      format->decode(block.data(), values.data());
      for (size_t i = 0; i < values.size(); ++i)
        ASSERT_EQ(steps[i / format->scale_length] * levels[i], values[i]) << format->name << ' ' << i;
      codebook.pack(parts, levels.data(), again.data());
      ASSERT_EQ(again, block) << format->name;
    }
  }
  EXPECT_EQ(formats, 5u);
}

TEST(Calibration, RowsDoNotDependOnTheirNeighbours) {
  const Format& format = *find_format("q4_K");
  Random random(5);
  std::vector<float> weights(12 * columns);
  testing::gauss(random, weights.data(), weights.size());
  Rounder rounder(format, usual_statistics().of(cases[3]), {true, 4});
  const size_t row_bytes = format.bytes_for(columns);
  std::vector<uint8_t> together(12 * row_bytes), apart(together.size());
  rounder.round(weights.data(), 12, nullptr, together.data());
  for (size_t r = 0; r < 12; r += 3) rounder.round(&weights[r * columns], 3, nullptr, &apart[r * row_bytes]);
  EXPECT_EQ(apart, together);
}

/// More rows than are taken at a time, and types whose searches see more than a block.
TEST(Calibration, RowsDoNotDependOnHowManyThereAre) {
  constexpr size_t rows = 45;
  for (const char* name : {"q4_1", "q2_K"}) {
    const Format& format = *find_format(name);
    Random random(6);
    std::vector<float> weights(rows * columns);
    testing::gauss(random, weights.data(), weights.size());
    Rounder rounder(format, usual_statistics().of(cases[2]), {true, 4});
    const size_t row_bytes = format.bytes_for(columns);
    std::vector<uint8_t> together(rows * row_bytes), apart(together.size());
    const OutputErrors all = rounder.round(weights.data(), rows, nullptr, together.data());
    OutputErrors sum;
    for (size_t first : {size_t{0}, size_t{17}}) {
      const size_t count = first == 0 ? 17 : rows - 17;
      const OutputErrors some = rounder.round(&weights[first * columns], count, nullptr, &apart[first * row_bytes]);
      sum.calibrated += some.calibrated;
      sum.plain += some.plain;
    }
    EXPECT_EQ(apart, together) << name;
    EXPECT_NEAR(sum.calibrated, all.calibrated, 1e-9 * all.calibrated);
    EXPECT_NEAR(sum.plain, all.plain, 1e-9 * all.plain);
  }
}

/// Of a window as wide as they come, every kernel makes the same, and less error than there was.
TEST(Calibration, RoundsWideWindowsAlikeOnEveryKernel) {
  constexpr size_t wide = 4096, rows = 3;
  Metric metric{wide, std::vector<float>(wide * wide)};
  for (size_t i = 0; i < wide; ++i) {
    for (size_t c = 0; c < wide; ++c) {
      const size_t apart = i < c ? c - i : i - c;
      metric.values[i * wide + c] = apart < 60 ? std::pow(0.9f, static_cast<float>(apart)) : 0.0f;
    }
  }
  const Format& format = *find_format("q4_K");
  Random random(7);
  std::vector<float> weights(rows * wide);
  testing::gauss(random, weights.data(), weights.size());
  std::vector<std::vector<uint8_t>> made;
  for (const Kernel kernel : every_kernel()) {
    Rounder rounder(format, {metric, {}, metric}, {false, 4}, kernel);
    made.emplace_back(format.bytes_for(weights.size()));
    const OutputErrors errors = rounder.round(weights.data(), rows, nullptr, made.back().data());
    EXPECT_LT(errors.calibrated, 0.7 * errors.plain);
  }
  for (const std::vector<uint8_t>& other : made) EXPECT_EQ(other, made.front());
}

/// How much of lowest-error's output error each way leaves, on inputs that go together: what it is all for.
TEST(Calibration, LowersTheErrorOfOutputs) {
  const struct {
    const char* format;
    double descent, feedback;  // shares
  } expected[] = {{"q4_0", 0.62, 0.58},
                  {"q4_K", 0.62, 0.55},
                  {"q2_K", 0.72, 0.62},
                  {"iq4_xs", 0.62, 0.55},
                  {"gptq-4bit-128g", 0.62, 0.58},
                  {"gptq-4bit-64g-asym", 0.62, 0.58},
                  // Codebooks go without feedback.
                  {"iq2_xxs", 0.60, 0.60},
                  {"iq2_s", 0.56, 0.56},
                  {"iq3_xxs", 0.60, 0.60},
                  {"iq3_s", 0.53, 0.53}};
  for (const auto& one : expected) {
    const Format& format = planned_format(one.format);
    Random random(11);
    std::vector<float> weights(16 * columns);
    testing::gauss(random, weights.data(), weights.size());
    std::vector<uint8_t> blocks(format.bytes_for(weights.size()));
    const auto share = [&](RoundingMethod method) {
      Rounder rounder(format, usual_statistics().of(cases[0]), method);
      const OutputErrors errors = rounder.round(weights.data(), 16, nullptr, blocks.data());
      return errors.calibrated / errors.plain;
    };
    EXPECT_LT(share({false, 4}), one.descent) << one.format;
    EXPECT_LT(share({true, 4}), one.feedback) << one.format;
  }
}

TEST(Calibration, FactorsAsTheReference) {
  const Matrix metric = reference::damped(usual_statistics().one);
  const reference::UnitUpper expected = reference::eliminate(metric);
  for (const Kernel kernel : every_kernel()) {
    const Factor found = factor(metric_of(metric), kernel);
    EXPECT_EQ(found.diagonal, expected.diagonal);
    size_t different = 0;
    for (size_t i = 0; i < columns; ++i) {
      for (size_t c = 0; c < columns; ++c)
        different += found.rows[i * columns + c] != (c < i ? expected.upper[c][i] : expected.upper[i][c]);
    }
    EXPECT_EQ(different, 0u);
  }
}

TEST(Calibration, CountsAllWeightsTheSameWhereNothingWasMet) {
  Metric zeros{64, std::vector<float>(64 * 64, 0.0f)};
  damp(zeros);
  for (size_t i = 0; i < 64; ++i) {
    for (size_t c = 0; c < 64; ++c) EXPECT_EQ(zeros.values[i * 64 + c], i == c ? 1.0f : 0.0f);
  }
}

TEST(Calibration, RefusesInputsThatAreNoNumbers) {
  for (const float bad : {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
    Metric metric{32, std::vector<float>(32 * 32, 1.0f)};
    metric.values[40] = bad;
    EXPECT_NE(sentence_of([&] { damp(metric); }).find("not finite"), std::string::npos);
  }
}

TEST(InputProducts, AreTheSumsOfTheReference) {
  const std::vector<size_t> lengths = {300, 7, 64};
  constexpr size_t left_columns = 300, right_columns = 45, first = 13;
  const std::vector<network::SequencePanels> places = network::place_sequences(lengths);
  const size_t panels = places.back().first_panel + places.back().panels();
  std::vector<float> left(panels * left_columns * network::lanes, 3.0f), right(panels * right_columns * network::lanes);
  std::vector<Matrix> all_left, all_right;
  for (size_t s = 0; s < lengths.size(); ++s) {
    all_left.push_back(invented_inputs(left_columns, lengths[s], s));
    all_right.push_back(invented_inputs(right_columns, lengths[s], 9 + s));
    const auto place = [&](std::vector<float>& to, const Matrix& from, size_t channels) {
      for (size_t t = 0; t < from.size(); ++t) {
        const size_t panel = places[s].first_panel + t / network::lanes;
        for (size_t c = 0; c < channels; ++c)
          to[(panel * channels + c) * network::lanes + t % network::lanes] = from[t][c];
      }
    };
    place(left, all_left.back(), left_columns);
    place(right, all_right.back(), right_columns);
    for (auto& token : all_left.back()) token.erase(token.begin(), token.begin() + first);
  }
  const network::PlainInput left_input(network::panels_of(left, left_columns));
  const network::PlainInput right_input(network::panels_of(right, right_columns));
  const Channels from_left{&left_input, first, left_columns - first}, from_right{&right_input, 0, right_columns};
  for (const Kernel kernel : every_kernel()) {
    EXPECT_EQ(input_products(from_left, from_right, places, kernel), flat(reference::products(all_left, all_right)));
    EXPECT_EQ(input_products(from_left, from_left, places, kernel), flat(reference::products(all_left, all_left)));
  }
  // The same numbers for a product elsewhere: token after token, without what fills up the last panels.
  const ProductTerms terms = product_terms(from_left, from_right, places);
  ASSERT_EQ(terms.tokens, 371u);
  ASSERT_EQ(terms.right.size(), 48 * terms.tokens);
  size_t token = 0;
  for (size_t s = 0; s < lengths.size(); ++s) {
    for (size_t t = 0; t < lengths[s]; ++t, ++token) {
      for (size_t c = 0; c < left_columns - first; ++c)
        ASSERT_EQ(terms.left[c * terms.tokens + token], all_left[s][t][c]) << s << ' ' << t << ' ' << c;
      for (size_t c = 0; c < 48; ++c) {
        const float expected = c < right_columns ? all_right[s][t][c] : 0.0f;
        ASSERT_EQ(terms.right[(c / 8 * terms.tokens + token) * 8 + c % 8], expected) << s << ' ' << t << ' ' << c;
      }
    }
  }
}

/// Wide matrices are taken in windows: each has the sums of its own columns, wherever it begins.
TEST(InputProducts, OfWindowsAreThoseOfTheirColumns) {
  constexpr size_t all = 4608, window = 2304, tokens = 20;
  const std::vector<size_t> lengths = {tokens};
  const std::vector<network::SequencePanels> places = network::place_sequences(lengths);
  const Matrix inputs = invented_inputs(all, tokens, 4);
  std::vector<float> panels(places.back().panels() * all * network::lanes);
  for (size_t t = 0; t < tokens; ++t) {
    for (size_t c = 0; c < all; ++c)
      panels[(t / network::lanes * all + c) * network::lanes + t % network::lanes] = inputs[t][c];
  }
  const network::PlainInput input(network::panels_of(panels, all));
  for (const Kernel kernel : every_kernel()) {
    for (const size_t first : {size_t{0}, window}) {
      const Channels from{&input, first, window};
      const std::vector<float> found = input_products(from, from, places, kernel);
      size_t different = 0;
      for (size_t i = 0; i < window; i += 17) {
        for (size_t c = 0; c < window; ++c) {
          float sum = 0;
          for (size_t t = 0; t < tokens; ++t) sum += inputs[t][first + i] * inputs[t][first + c];
          different += sum != found[i * window + c];
        }
      }
      EXPECT_EQ(different, 0u) << first;
    }
  }
}

}  // namespace
}  // namespace nibble::calibration
