#include "bench/rounding.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "calibration/input_products.h"
#include "calibration/rounder.h"
#include "core/kernel_inputs.h"
#include "formats/point_grammar.h"

namespace nibble::bench {
namespace {

using calibration::InputStatistics;
using calibration::Metric;
using calibration::Rounder;
using calibration::RoundingMethod;

/// The fastest of three times.
template <class Body>
double seconds_of(Body body) {
  double least = 1e9;
  for (int round = 0; round < 3; ++round) {
    const auto begin = std::chrono::steady_clock::now();
    body();
    least = std::min(least, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  }
  return least;
}

/// The mean products of inputs whose neighbours go together, and all of them by sixteen common directions.
Metric invented_metric(size_t columns) {
  constexpr size_t directions = 16;
  testing::Random random(columns);
  std::vector<float> common(columns * directions), size(columns);
  for (float& value : common) value = 0.25f * random.gauss();
  for (float& value : size) value = std::exp(0.5f * random.gauss());
  Metric metric{columns, std::vector<float>(columns * columns)};
  for (size_t i = 0; i < columns; ++i) {
    for (size_t c = 0; c <= i; ++c) {
      float together = 0.5f * std::pow(0.8f, static_cast<float>(i - c));
      for (size_t d = 0; d < directions; ++d) together += common[i * directions + d] * common[c * directions + d];
      metric.values[i * columns + c] = metric.values[c * columns + i] = size[i] * size[c] * together;
    }
  }
  return metric;
}

constexpr size_t rows = 64;

/// Rows of one type and one metric.
class Rounding {
 public:
  Rounding(const Format& format, const Metric& metric) : format_(format), metric_(metric) {
    testing::Random random(1);
    weights_.resize(rows * metric.columns);
    testing::gauss(random, weights_.data(), weights_.size());
    blocks_.resize(format.bytes_for(weights_.size()));
  }
  double seconds(RoundingMethod method, bool guarded = false, bool two_models = false) {
    InputStatistics statistics{metric_, {}, guarded ? metric_ : Metric()};
    if (two_models) statistics.cross = metric_.values;
    Rounder rounder(format_, std::move(statistics), method);
    return seconds_of([&] { rounder.round(weights_.data(), rows, nullptr, blocks_.data()); });
  }
  double speed(double seconds) const { return static_cast<double>(weights_.size()) / 1e6 / seconds; }

 private:
  const Format& format_;
  const Metric& metric_;
  std::vector<float> weights_;
  std::vector<uint8_t> blocks_;
};

/// GFLOP/s of the sums over 512 tokens.
double speed_of_sums(size_t columns) {
  constexpr size_t tokens = 512;
  const std::vector<size_t> lengths = {tokens};
  const std::vector<network::SequencePanels> places = network::place_sequences(lengths);
  std::vector<float> values(tokens * columns, 0.25f);
  const network::PlainInput input(network::panels_of(values, columns));
  const calibration::Channels all{&input, 0, columns};
  const double time = seconds_of([&] { calibration::input_products(all, all, places); });
  return static_cast<double>(columns * columns * tokens) / 1e9 / time;  // a half of the products, twice
}

double speed_of_factor(const Metric& metric) {
  const double columns = static_cast<double>(metric.columns);
  const double time = seconds_of([&] { calibration::factor(metric, best_kernel()); });
  return columns * columns * columns * 2 / 3 / 1e9 / time;
}

}  // namespace

std::vector<Figure> measure_rounding(const std::string& filter) {
  std::vector<Figure> speeds;
  for (const size_t columns : {size_t{2048}, size_t{4096}}) {
    const std::string of_columns = ", " + std::to_string(columns) + " columns";
    const auto asked = [&](const std::string& type, const std::string& operation) {
      return (type + " " + operation).find(filter) != std::string::npos;
    };
    Metric metric;
    const auto known = [&]() -> const Metric& {
      if (metric.values.empty()) {
        metric = invented_metric(columns);
        calibration::damp(metric);
      }
      return metric;
    };
    const std::string sums = "input products" + of_columns + ", GFLOP/s";
    if (asked("f32", sums)) speeds.push_back({"f32", sums, speed_of_sums(columns)});
    const std::string factor = "factor" + of_columns + ", GFLOP/s";
    if (asked("f32", factor)) speeds.push_back({"f32", factor, speed_of_factor(known())});
    for (const char* name : {"q4_0", "q4_K", "q6_K", "iq4_xs", "iq2_xxs", "iq2_s", "iq3_xxs", "iq3_s"}) {
      const std::string descent = "calibrate (descent" + of_columns + ")";
      const std::string feedback = "calibrate (feedback" + of_columns + ")";
      const std::string one_pass = "calibrate (one pass, guarded" + of_columns + ")";
      const std::string layers = "calibrate (layers, guarded" + of_columns + ")";
      if (!asked(name, descent) && !asked(name, feedback) && !asked(name, one_pass) && !asked(name, layers)) continue;
      Rounding rounding(*find_format(name), known());
      const auto add = [&](const std::string& operation, double seconds) {
        speeds.push_back({name, operation, rounding.speed(seconds)});
      };
      // Without the codes it begins at.
      if (asked(name, descent)) add(descent, rounding.seconds({false, 4}) - rounding.seconds({false, 0}));
      const bool feeds_back = !find_points(find_format(name)->type);
      if (feeds_back && asked(name, feedback)) add(feedback, rounding.seconds({true, 0}));
      if (asked(name, one_pass)) add(one_pass, rounding.seconds({false, 4}, true));
      if (asked(name, layers)) add(layers, rounding.seconds({true, 4}, true, true));
    }
  }
  return speeds;
}

}  // namespace nibble::bench
