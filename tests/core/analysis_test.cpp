#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

#include "analysis/row_sample.h"
#include "analysis/scale_analysis.h"
#include "error.h"
#include "kernel_inputs.h"
#include "reference/scale_sweep_reference.h"
#include "test_files.h"

namespace nibble {
namespace {

Model model_of(const std::string& name) {
  const std::vector<uint8_t> file = test_file(name);
  Model model;
  EXPECT_EQ(model.offer(0, name, file.size(), 0, file).bytes, 0u);
  model.complete();
  return model;
}

TEST(RowSample, TakesEveryTensorsShareOfRowsAtEvenDistances) {
  const Model model = model_of("ts3m-F16.gguf");
  const RowSample all = make_row_sample(model, {});
  EXPECT_EQ(all.weight_count, all.of_weights);
  RowSampleOptions options;
  options.weight_count = all.of_weights / 10;
  options.job_weights = 5000;
  const RowSample sample = make_row_sample(model, options);
  EXPECT_EQ(sample.tensors, all.tensors);
  EXPECT_NEAR(static_cast<double>(sample.weight_count), static_cast<double>(options.weight_count),
              0.05 * options.weight_count);
  uint64_t position = 0;
  std::vector<uint64_t> weights(model.tensors().size()), next(weights);
  for (const RowSampleJob& job : sample.jobs) {
    EXPECT_EQ(job.position, position);
    position += job.weight_count;
    weights[job.tensor] += job.weight_count;
    const ModelTensor& tensor = model.tensors()[job.tensor];
    for (const RowSampleRange& range : job.ranges) {
      EXPECT_GE(range.first_weight, next[job.tensor]) << "rows come in order, each once";
      next[job.tensor] = range.first_weight + range.weight_count;
      EXPECT_EQ(range.first_weight % tensor.shape[0], 0u);
      EXPECT_EQ(range.weight_count % tensor.shape[0], 0u);
      EXPECT_EQ(range.offset, tensor.slices[0].offset + 2 * range.first_weight);
      EXPECT_EQ(range.bytes, 2 * range.weight_count);
      EXPECT_LE(next[job.tensor], tensor.weight_count);
    }
  }
  EXPECT_EQ(position, sample.weight_count);
  for (size_t i = 0; i < weights.size(); ++i) {
    const ModelTensor& tensor = model.tensors()[i];
    if (tensor.shape.size() < 2) continue;
    EXPECT_NEAR(static_cast<double>(weights[i]), tensor.weight_count / 10.0, static_cast<double>(tensor.shape[0]))
        << tensor.name;
  }
}

TEST(RowSample, TakesNamesAndPatternsAndSaysWhatDoesNotSuit) {
  const Model model = model_of("ts3m-F16.gguf");
  EXPECT_EQ(make_row_sample(model, {"blk.0.attn_k.weight"}).tensors, 1u);
  EXPECT_EQ(make_row_sample(model, {"ATTN_[qk]"}).tensors, 8u);
  EXPECT_THROW(make_row_sample(model, {"nothing"}), Error);
  EXPECT_THROW(make_row_sample(model, {"("}), Error);
  RowSampleOptions odd;
  odd.row_multiple = 384;
  EXPECT_FALSE(make_row_sample(model, odd).left_out.empty());
}

/// Rows as a piece of a tensor of floats.
StudyPiece piece_of(const std::vector<float>& values, uint64_t row, uint64_t position) {
  return {
      reinterpret_cast<const uint8_t*>(values.data()), "f32", row, values.size(), position, {{0, values.size()}}, ""};
}

std::vector<float> some_weights(size_t count, uint64_t seed) {
  testing::Random random(seed);
  std::vector<float> values(count);
  testing::gauss(random, values.data(), count / 2);
  testing::ties(random, values.data() + count / 2, count / 4);
  testing::mixed_zeros(random, values.data() + count / 4 * 3, count / 4);
  return values;
}

ScaleFigures figures_of(const std::vector<float>& values, const ScaleAnalysisOptions& options, size_t cut) {
  ScaleAnalysis analysis(options);
  ScaleFigures figures;
  std::vector<uint8_t> result;
  for (size_t at = 0; at < values.size(); at += cut) {
    const std::vector<float> part(values.begin() + static_cast<long>(at),
                                  values.begin() + static_cast<long>(std::min(at + cut, values.size())));
    analysis.run(piece_of(part, 64, at), result);
    figures.merge(ScaleFigures::restore(result.data(), result.size()));
  }
  return figures;
}

TEST(ScaleAnalysis, FindsTheDivisorsAndErrorsOfTheSlowSearch) {
  for (const char* format : {"q4_0", "q5_0", "iq4_nl"}) {
    SCOPED_TRACE(format);
    const Grammar& grammar = find_format(format)->grammar;
    const std::vector<float> levels(grammar.levels.begin(), grammar.levels.end());
    const double reach = -levels[0];
    const std::vector<float> values = some_weights(64 * 32, 5);
    const ScaleFigures figures = figures_of(values, {format, 1}, values.size());
    double error = 0, divisors = 0;
    uint64_t blocks = 0;
    for (size_t at = 0; at < values.size(); at += 32) {
      const std::vector<float> block(values.begin() + static_cast<long>(at),
                                     values.begin() + static_cast<long>(at + 32));
      const auto best = reference::best_scale(block, std::vector<float>(32, 1.0f), levels, true);
      error += best.error;
      EXPECT_NEAR(figures.profiles.optimum[at / 32], best.error, 1e-5 * best.error + 1e-12);
      for (int c = 0; c < divisor_candidates; ++c) {
        EXPECT_GE(figures.profiles.errors[at / 32 * divisor_candidates + static_cast<size_t>(c)],
                  best.error * (1 - 1e-5));
      }
      float largest = 0;
      for (const float x : block) largest = std::max(largest, std::fabs(x));
      if (best.scale == 0) continue;
      ++blocks;
      divisors += largest / std::fabs(best.scale);
    }
    EXPECT_EQ(figures.blocks(), blocks);
    EXPECT_EQ(figures.zero_blocks, 64 - blocks);
    // Blocks of ties have several best scales; the others decide the mean.
    EXPECT_NEAR(figures.divisor_sum / static_cast<double>(blocks), divisors / static_cast<double>(blocks),
                0.02 * reach);
    const auto methods = ScaleAnalysis::methods(format);
    ASSERT_EQ(methods.back(), exact_method);
    EXPECT_NEAR(figures.methods.back().rmse(), std::sqrt(error / static_cast<double>(values.size())),
                1e-5 * std::sqrt(error));
  }
}

TEST(ScaleAnalysis, GivesTheSameFiguresHoweverItIsCut) {
  const std::vector<float> values = some_weights(96 * 64, 9);
  const ScaleAnalysisOptions options{"q4_0", 3};
  const ScaleFigures whole = figures_of(values, options, values.size());
  const ScaleFigures cut = figures_of(values, options, 5 * 64);
  EXPECT_EQ(whole.long_side, cut.long_side);
  EXPECT_EQ(whole.short_side, cut.short_side);
  EXPECT_EQ(whole.profiles.errors, cut.profiles.errors);
  EXPECT_EQ(whole.profiles.blocks(), 64u);
  EXPECT_DOUBLE_EQ(whole.divisor_sum, cut.divisor_sum);
  for (size_t i = 0; i < whole.methods.size(); ++i) EXPECT_NEAR(whole.methods[i].rmse(), cut.methods[i].rmse(), 1e-12);
}

TEST(ScaleAnalysis, RefusesDamagedFiguresAndFormatsWithoutASingleScale) {
  std::vector<uint8_t> bytes;
  figures_of(some_weights(640, 2), {}, 640).save(bytes);
  EXPECT_NO_THROW(ScaleFigures::restore(bytes.data(), bytes.size()));
  EXPECT_THROW(ScaleFigures::restore(bytes.data(), bytes.size() - 1), Error);
  bytes[0] ^= 1;
  EXPECT_THROW(ScaleFigures::restore(bytes.data(), bytes.size()), Error);
  EXPECT_THROW(parse_scale_analysis_options(R"({"format":"q4_K"})"), Error);
}

/// Tables by trying every one.
double best_by_trying(const DivisorTableSearch& search, size_t size) {
  double best = INFINITY;
  std::vector<int> table(size);
  std::iota(table.begin(), table.end(), 0);
  for (;;) {
    best = std::min(best, search.squared_error(table));
    size_t place = size;
    while (place > 0 && table[place - 1] == divisor_candidates - static_cast<int>(size - place) - 1) --place;
    if (place == 0) return best;
    ++table[place - 1];
    for (; place < size; ++place) table[place] = table[place - 1] + 1;
  }
}

TEST(DivisorTables, AreTheBestOfTheirSize) {
  const ScaleFigures figures = figures_of(some_weights(24 * 64, 3), {}, 24 * 64);
  DivisorTableSearch search(figures.profiles);
  double last = INFINITY;
  for (size_t size = 1; size <= 16; ++size) {
    const DivisorTable table = search.next();
    ASSERT_EQ(table.candidates.size(), size);
    EXPECT_LE(table.squared_error, last);
    EXPECT_DOUBLE_EQ(table.squared_error, search.squared_error(table.candidates));
    last = table.squared_error;
    if (size <= 2) {
      EXPECT_DOUBLE_EQ(table.squared_error, best_by_trying(search, size));
    }
    if (size == 3) {
      EXPECT_LE(table.squared_error, best_by_trying(search, size) * 1.01);
    }
    EXPECT_EQ(table.proven, size <= 2);
    // No exchange of one divisor helps.
    for (size_t out = 0; size >= 3 && out < size; ++out) {
      for (int in = 0; in < divisor_candidates; ++in) {
        std::vector<int> other = table.candidates;
        other[out] = in;
        EXPECT_GE(search.squared_error(other), table.squared_error * (1 - 1e-6));
      }
    }
  }
}

/// Normal weights, where the figures are known: Table 1 of the search's description.
TEST(ScaleAnalysis, FindsTheKnownRatiosOnNormalWeights) {
  testing::Random random(77);
  std::vector<float> values(4096 * 32);
  for (float& value : values) {
    const double radius = std::sqrt(-2 * std::log(1.0 - random.uniform()));
    value = static_cast<float>(0.02 * radius * std::cos(6.283185307179586 * random.uniform()));
  }
  const ScaleFigures figures = figures_of(values, {}, values.size());
  const auto report = nlohmann::json::parse(scale_analysis_report({}, figures));
  const auto over_exact = [&](const std::string& name) {
    for (const auto& method : report["methods"]) {
      if (method["name"] == name) return method["overExact"].get<double>();
    }
    return 0.0;
  };
  EXPECT_NEAR(over_exact("max7"), 1.2020, 0.01);
  EXPECT_NEAR(over_exact("signed-max"), 1.0621, 0.005);
  EXPECT_LE(over_exact("table8"), 1.0052);
  EXPECT_NEAR(report["meanDivisor"].get<double>(), 8.09, 0.1);
  DivisorTableSearch search(figures.profiles);
  DivisorTable table;
  for (int size = 0; size < 8; ++size) table = search.next();
  const auto eight = nlohmann::json::parse(divisor_table_json({}, figures, table));
  EXPECT_LE(eight["overExact"].get<double>(), 1.0052);
  EXPECT_LE(eight["overExact"].get<double>(), over_exact("table8") * (1 + 1e-5));
}

}  // namespace
}  // namespace nibble
