#include <emscripten/bind.h>

#include <optional>

#include "calibration/output_change.h"
#include "calibration/rounder.h"
#include "codec/source_decoder.h"
#include "formats/group_formats.h"
#include "json/parse.h"
#include "network/pass_json.h"
#include "wasm/boundary.h"

/// Classes Rounder and OutputChange of web/src/wasm/nibble.d.ts.
namespace nibble {
namespace {

using bound::floats_at;
using bound::sentence_of;

/// Columns of rows that lie whole and as stored in memory.
class CutRows {
 public:
  explicit CutRows(Kernel kernel) : reader_(kernel) {}

  const float* cut(const std::string& form, uintptr_t source, double first_row, double rows, double first_column,
                   size_t columns) {
    const network::WeightForm stored = network::parse_weight_form(form);
    const auto count = static_cast<size_t>(rows);
    const float* values = reader_.rows(stored, bound::bytes_at(source), static_cast<uint64_t>(first_row), count);
    rows_.clear();
    for (size_t row = 0; row < count; ++row) {
      const float* first = values + row * stored.row_length + static_cast<size_t>(first_column);
      rows_.insert(rows_.end(), first, first + columns);
    }
    return rows_.data();
  }

 private:
  network::WeightReader reader_;
  std::vector<float> rows_;
};

uint8_t* blocks_at(uintptr_t target) { return reinterpret_cast<uint8_t*>(target); }

calibration::RoundingMethod rounding_method(const Json& asked) {
  return {asked.at("feedback").get<bool>(), asked.at("passes").get<int>()};
}

std::vector<float> matrix_at(uintptr_t from, size_t columns) {
  const float* first = floats_at(from);
  return first ? std::vector<float>(first, first + columns * columns) : std::vector<float>();
}

class BoundRounder {
 public:
  /// `request`: RoundingRequest of web/src/wasm/types. Pointers: see nibble.d.ts.
  BoundRounder(const std::string& request, uintptr_t inputs, uintptr_t cross, uintptr_t held_back) {
    problem_ = sentence_of([&] {
      const Json asked = parse_json(request);
      const Format& format = planned_format(asked.at("type").text());
      const auto columns = asked.at("columns").get<size_t>();
      const Kernel kernel = bound::kernel_named(asked.at("kernel").text());
      rows_.emplace(kernel);
      rounder_.emplace(format,
                       calibration::InputStatistics{{columns, matrix_at(inputs, columns)},
                                                    matrix_at(cross, columns),
                                                    {columns, matrix_at(held_back, columns)}},
                       rounding_method(asked), kernel);
    });
  }

  std::string problem() const { return problem_; }

  std::string round(const std::string& form, uintptr_t source, double first_row, double rows, double first_column,
                    uintptr_t residual, uintptr_t target) {
    return sentence_of([&] {
      const float* cut = rows_->cut(form, source, first_row, rows, first_column, rounder_->columns());
      errors_ = rounder_->round(cut, static_cast<size_t>(rows), floats_at(residual), blocks_at(target));
    });
  }
  std::string round_plain(const std::string& form, uintptr_t source, double first_row, double rows, double first_column,
                          uintptr_t target) {
    return sentence_of([&] {
      const float* cut = rows_->cut(form, source, first_row, rows, first_column, rounder_->columns());
      rounder_->round_plain(cut, static_cast<size_t>(rows), blocks_at(target));
    });
  }
  double calibrated_error() const { return errors_.calibrated; }
  double plain_error() const { return errors_.plain; }

 private:
  std::string problem_;
  std::optional<CutRows> rows_;
  std::optional<calibration::Rounder> rounder_;
  calibration::OutputErrors errors_;
};

class BoundOutputChange {
 public:
  /// `request`: OutputChangeRequest of web/src/wasm/types.
  BoundOutputChange(const std::string& request, uintptr_t inputs, uintptr_t held_back) {
    problem_ = sentence_of([&] {
      const Json asked = parse_json(request);
      const auto columns = asked.at("columns").get<size_t>();
      const Kernel kernel = bound::kernel_named(asked.at("kernel").text());
      rows_.emplace(kernel);
      change_.emplace(
          calibration::InputStatistics{
              {columns, matrix_at(inputs, columns)}, {}, {columns, matrix_at(held_back, columns)}},
          rounding_method(asked), asked.at("calibrates").get<bool>(), kernel);
    });
  }

  std::string problem() const { return problem_; }
  std::string begin(const std::string& type) {
    return sentence_of([&] { change_->begin(named_format(type)); });
  }
  std::string measure(const std::string& form, uintptr_t source, double rows, double first_column, bool change) {
    return sentence_of([&] {
      const float* cut = rows_->cut(form, source, 0, rows, first_column, change_->columns());
      const auto count = static_cast<size_t>(rows);
      sum_ = change ? change_->error(cut, count) : change_->output(cut, count);
    });
  }
  double sum() const { return sum_; }

 private:
  std::string problem_;
  std::optional<CutRows> rows_;
  std::optional<calibration::OutputChange> change_;
  double sum_ = 0;
};

EMSCRIPTEN_BINDINGS(nibble_calibration) {
  emscripten::class_<BoundRounder>("Rounder")
      .constructor<std::string, uintptr_t, uintptr_t, uintptr_t>()
      .function("problem", &BoundRounder::problem)
      .function("round", &BoundRounder::round)
      .function("roundPlain", &BoundRounder::round_plain)
      .function("calibratedError", &BoundRounder::calibrated_error)
      .function("plainError", &BoundRounder::plain_error);

  emscripten::class_<BoundOutputChange>("OutputChange")
      .constructor<std::string, uintptr_t, uintptr_t>()
      .function("problem", &BoundOutputChange::problem)
      .function("begin", &BoundOutputChange::begin)
      .function("measure", &BoundOutputChange::measure)
      .function("sum", &BoundOutputChange::sum);
}

}  // namespace
}  // namespace nibble
