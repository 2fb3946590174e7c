#include "lab/feedback_lab.h"

#include <algorithm>
#include <cmath>

#include "calibration/metric.h"
#include "calibration/rounding_math.h"
#include "error.h"
#include "json/parse.h"
#include "lab/lab_block.h"
#include "search/scale_methods.h"

namespace nibble {
namespace {

using calibration::lanes;
using calibration::LevelList;
using calibration::Metric;
using calibration::RoundingMath;
using calibration::RunLanes;
using calibration::tile_columns;

constexpr int most_passes = 4;

std::vector<float> numbers(const Json& request, const char* key) {
  std::vector<float> values;
  for (const Json& item : request.at(key).elements()) {
    const double value = item.get<double>();
    if (!std::isfinite(static_cast<float>(value)))
      throw Error("Value " + std::to_string(values.size() + 1) + " of \"" + key + "\" is not a finite number.");
    values.push_back(static_cast<float>(value));
  }
  return values;
}

constexpr size_t tile_size = tile_columns * tile_columns;

/// A small matrix as the first columns of a tile, the others with 1 on the diagonal.
std::vector<float> tile_of(const std::vector<float>& matrix, size_t n) {
  std::vector<float> tile(tile_size);
  for (size_t i = 0; i < tile_columns; ++i) {
    tile[i * tile_columns + i] = 1;
    for (size_t c = 0; i < n && c < n; ++c) tile[i * tile_columns + c] = matrix[i * n + c];
  }
  return tile;
}

/// One row in lane 0 of a tile; the other lanes are rows of zeros.
class Stepper {
 public:
  Stepper(const FeedbackBlock& block, double scale, const Metric& metric, Kernel kernel)
      : n_(block.weights.size()),
        math_(calibration::rounding_math(kernel)),
        levels_(block.levels),
        metric_(metric),
        tile_(tile_of(metric.values, n_)),
        target_(tile_columns * lanes),
        wanted_(tile_columns * lanes),
        chosen_(tile_columns * lanes) {
    for (size_t i = 0; i + 1 < levels_.size(); ++i) middles_.push_back((levels_[i] + levels_[i + 1]) / 2);
    const bool whole = levels_.back() - levels_.front() == static_cast<float>(levels_.size() - 1);
    list_ = LevelList{levels_, middles_, whole};
    run_.step[0] = static_cast<float>(scale);
    for (size_t i = 0; i < n_; ++i) target_[i * lanes] = wanted_[i * lanes] = block.weights[i];
  }

  /// `handed_on`: U, in a tile; of zeros: nothing is handed on.
  FeedbackPath run(const std::vector<float>& handed_on) {
    FeedbackPath path;
    std::vector<float> off(tile_columns * lanes);
    for (size_t column = 0; column < n_; ++column) {
      const double wanted = wanted_[column * lanes];
      math_.round_run(list_, run_, column, 1, target_.data(), handed_on.data(), chosen_.data(), wanted_.data(),
                      off.data());
      rounded_ = column + 1;
      path.rounding.push_back(step(column, wanted));
    }
    for (int pass = 0; pass < most_passes && descend(path.descent); ++pass) {
    }
    return path;
  }

 private:
  double value(size_t column) const { return double{run_.step[0] * chosen_[column * lanes]}; }
  double off(size_t column) const { return column < rounded_ ? double{target_[column * lanes]} - value(column) : 0.0; }

  double output_error() const {
    double sum = 0;
    for (size_t i = 0; i < n_; ++i) {
      for (size_t c = 0; c < n_; ++c) sum += off(i) * double{metric_.values[i * n_ + c]} * off(c);
    }
    return sum;
  }

  FeedbackStep step(size_t column, double wanted) const {
    FeedbackStep now{column, wanted, level(column), {}, output_error(), 0};
    for (size_t i = 0; i < n_; ++i) {
      now.row.push_back(i < rounded_ ? value(i) : double{wanted_[i * lanes]});
      now.weight_error += off(i) * off(i);
    }
    return now;
  }

  size_t level(size_t column) const {
    return static_cast<size_t>(std::lower_bound(levels_.begin(), levels_.end(), chosen_[column * lanes]) -
                               levels_.begin());
  }

  /// One pass of descent; its changes are told one by one, in the order it made them. Says whether there were any.
  bool descend(std::vector<FeedbackStep>& steps) {
    std::vector<float> pull(tile_columns * lanes), changes(tile_columns * lanes), off_by(n_ * lanes);
    std::vector<uint32_t> all(n_);
    for (size_t i = 0; i < n_; ++i) {
      all[i] = static_cast<uint32_t>(i);
      off_by[i * lanes] = static_cast<float>(-off(i));
    }
    math_.subtract(pull.data(), 0, n_, tile_.data(), tile_columns, all.data(), off_by.data(), n_);
    std::vector<float> after = chosen_;
    if (!math_.descend(list_, &run_, tile_columns, tile_.data(), after.data(), pull.data(), changes.data()))
      return false;
    for (size_t column = 0; column < n_; ++column) {
      if (after[column * lanes] == chosen_[column * lanes]) continue;
      double pull_now = 0;
      for (size_t i = 0; i < n_; ++i) pull_now += off(i) * double{metric_.values[i * n_ + column]};
      const double wanted = value(column) + pull_now / double{metric_.diagonal(column)};
      chosen_[column * lanes] = after[column * lanes];
      steps.push_back(step(column, wanted));
    }
    return true;
  }

  size_t n_, rounded_ = 0;
  const RoundingMath& math_;
  std::vector<float> levels_, middles_;
  LevelList list_{};
  const Metric& metric_;
  std::vector<float> tile_, target_, wanted_, chosen_;
  RunLanes run_{};
};

Json path_json(const FeedbackPath& path) {
  const auto steps = [](const std::vector<FeedbackStep>& all) {
    Json list = Json::list();
    for (const FeedbackStep& one : all) {
      list.push_back(Json{{"column", one.column},
                          {"wanted", one.wanted},
                          {"level", one.level},
                          {"row", one.row},
                          {"outputError", one.output_error},
                          {"weightError", one.weight_error}});
    }
    return list;
  };
  return Json{{"rounding", steps(path.rounding)}, {"descent", steps(path.descent)}};
}

}  // namespace

FeedbackBlock parse_feedback_block(const std::string& json) {
  const Json request = parse_json(json);
  FeedbackBlock block{numbers(request, "weights"), numbers(request, "metric"), numbers(request, "levels")};
  const size_t n = block.weights.size();
  if (n < 2 || n > most_feedback_columns)
    throw Error("A row of 2 to " + std::to_string(most_feedback_columns) + " weights is needed.");
  if (block.metric.size() != n * n) throw Error("H needs a number for each pair of columns.");
  for (size_t i = 0; i < n; ++i) {
    for (size_t c = 0; c < i; ++c) {
      if (block.metric[i * n + c] != block.metric[c * n + i]) throw Error("H is not symmetric.");
    }
  }
  if (block.levels.size() < 2 || block.levels.size() > 256 ||
      !std::is_sorted(block.levels.begin(), block.levels.end(), std::less_equal<float>()))
    throw Error("2 to 256 levels are needed, each larger than the one before.");
  return block;
}

FeedbackReport feedback_steps(const FeedbackBlock& block, Kernel kernel) {
  const size_t n = block.weights.size();
  Metric metric{n, block.metric};
  calibration::damp(metric);
  FeedbackReport report;
  report.output_square = 0;
  for (size_t i = 0; i < n; ++i) {
    for (size_t c = 0; c < n; ++c)
      report.output_square += double{block.weights[i]} * double{metric.values[i * n + c]} * double{block.weights[c]};
  }
  LabBlock problem;
  problem.weights = block.weights;
  for (size_t i = 0; i < n; ++i) problem.importance.push_back(metric.diagonal(i));
  problem.levels = block.levels;
  problem.scale.storage = Storage::f16;
  ScaleScratch scratch;
  report.scale = double{find_scale_method(exact_method)->choose(problem.one_scale(), scratch).scale};
  calibration::Factor factor = calibration::factor(metric, kernel);
  report.plain = Stepper(block, report.scale, metric, kernel).run(std::vector<float>(tile_size));
  report.feedback = Stepper(block, report.scale, metric, kernel).run(tile_of(factor.rows, n));
  report.damped = std::move(metric.values);
  report.factor = std::move(factor.rows);
  report.pivots = std::move(factor.diagonal);
  return report;
}

std::string feedback_report(const std::string& request) {
  const FeedbackReport report = feedback_steps(parse_feedback_block(request));
  return Json{{"scale", report.scale},
              {"outputSquare", report.output_square},
              {"damped", report.damped},
              {"factor", report.factor},
              {"pivots", report.pivots},
              {"plain", path_json(report.plain)},
              {"feedback", path_json(report.feedback)}}
      .dump();
}

}  // namespace nibble
