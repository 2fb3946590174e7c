// What types change of outputs: against sums in double precision, and what rows leave when they are rounded.
#include "calibration/output_change.h"

#include <gtest/gtest.h>

#include <cmath>

#include "codec/methods.h"
#include "core/kernel_inputs.h"

namespace nibble::calibration {
namespace {

using testing::Random;

constexpr size_t columns = 256, row_count = 11;

/// The mean product of inputs whose neighbours go together.
Metric invented_metric(uint64_t seed, size_t tokens) {
  Random random(seed);
  Metric metric{columns, std::vector<float>(columns * columns)};
  std::vector<float> input(columns);
  for (size_t t = 0; t < tokens; ++t) {
    float last = 0;
    for (size_t c = 0; c < columns; ++c) input[c] = last = 0.8f * last + 0.6f * random.gauss();
    for (size_t i = 0; i < columns; ++i) {
      for (size_t c = 0; c < columns; ++c)
        metric.values[i * columns + c] += input[i] * input[c] / static_cast<float>(tokens);
    }
  }
  return metric;
}

std::vector<float> invented_rows() {
  Random random(5);
  std::vector<float> rows(row_count * columns);
  testing::gauss(random, rows.data(), rows.size());
  return rows;
}

double energy_reference(const Metric& metric, const std::vector<float>& rows) {
  double sum = 0;
  for (size_t row = 0; row < rows.size(); row += columns) {
    for (size_t i = 0; i < columns; ++i) {
      for (size_t c = 0; c < columns; ++c)
        sum += double{rows[row + i]} * double{metric.values[i * columns + c]} * double{rows[row + c]};
    }
  }
  return sum;
}

InputStatistics statistics() { return {invented_metric(1, 600), {}, invented_metric(2, 80)}; }

TEST(OutputChange, EnergyIsTheSumOverAllPairsOfColumns) {
  const Metric metric = invented_metric(3, 50);
  const std::vector<float> rows = invented_rows();
  const double expected = energy_reference(metric, rows);
  EXPECT_NEAR(output_energy(metric, rows.data(), row_count), expected, 1e-4 * expected);
  EXPECT_EQ(output_energy(metric, rows.data(), 0), 0);
}

TEST(OutputChange, IsThatOfCalibratedCodesOnTheTokensHeldBack) {
  const std::vector<float> rows = invented_rows();
  for (const char* name : {"q4_K", "q2_K", "q4_0", "iq3_s"}) {
    const Format& format = *find_format(name);
    OutputChange change(statistics(), {true, 4}, true);
    change.begin(format);
    const double error = change.error(rows.data(), row_count);
    Rounder rounder(format, statistics(), {true, 4});
    std::vector<uint8_t> blocks(format.bytes_for(rows.size()));
    const OutputErrors errors = rounder.round(rows.data(), row_count, nullptr, blocks.data());
    EXPECT_EQ(error, errors.calibrated) << name;
    EXPECT_LT(error, 0.9 * errors.plain) << name;
    const double output = energy_reference(statistics().held_back, rows);
    EXPECT_NEAR(change.output(rows.data(), row_count), output, 1e-4 * output);
  }
}

TEST(OutputChange, IsThatOfLowestErrorWhereNothingIsCalibrated) {
  const std::vector<float> rows = invented_rows();
  const auto plain = [&](const Format& format, std::string_view method) {
    RoundTrip trip(format, named_quantizer(format, method, best_kernel()), best_kernel());
    std::vector<uint8_t> blocks(format.bytes_for(columns));
    std::vector<float> off(rows);
    for (size_t row = 0; row < row_count; ++row) {
      const float* read = trip.run(&rows[row * columns], blocks.data(), columns, nullptr);
      for (size_t i = 0; i < columns; ++i) off[row * columns + i] -= read[i];
    }
    return energy_reference(statistics().held_back, off);
  };
  const auto measured = [&](const Format& format, bool calibrates) {
    OutputChange change(statistics(), {true, 4}, calibrates);
    change.begin(format);
    return change.error(rows.data(), row_count);
  };
  const struct {
    const char* format;
    bool calibrates;
    std::string_view method;
  } cases[] = {{"q4_K", false, lowest_error_method}, {"f16", true, llama_cpp}, {"tq2_0", true, llama_cpp}};
  for (const auto& one : cases) {
    const Format& format = *find_format(one.format);
    const double expected = plain(format, one.method);
    EXPECT_NEAR(measured(format, one.calibrates), expected, 1e-3 * expected) << one.format;
  }
}

TEST(OutputChange, SaysWhereATypeCannotHoldARow) {
  std::vector<float> rows = invented_rows();
  rows[3 * columns + 7] = 1e6f;
  OutputChange change(statistics(), {false, 4}, true);
  change.begin(*find_format("f16"));
  EXPECT_TRUE(std::isnan(change.error(rows.data(), row_count)));
  EXPECT_FALSE(std::isnan(change.error(rows.data(), 3)));
}

}  // namespace
}  // namespace nibble::calibration
