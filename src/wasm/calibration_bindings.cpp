#include <emscripten/bind.h>

#include <optional>

#include "calibration/rounder.h"
#include "codec/source_decoder.h"
#include "json/parse.h"
#include "network/pass_json.h"
#include "wasm/boundary.h"

/// Class Rounder of web/src/wasm/nibble.d.ts.
namespace nibble {
namespace {

using bound::floats_at;
using bound::sentence_of;

class BoundRounder {
 public:
  /// `request`: RoundingRequest of web/src/wasm/types. Pointers: see nibble.d.ts.
  BoundRounder(const std::string& request, uintptr_t inputs, uintptr_t cross, uintptr_t held_back) {
    problem_ = sentence_of([&] {
      const Json asked = parse_json(request);
      const Format& format = named_format(asked.at("type").text());
      const auto columns = asked.at("columns").get<size_t>();
      const auto matrix = [&](uintptr_t from) {
        const float* first = floats_at(from);
        return first ? std::vector<float>(first, first + columns * columns) : std::vector<float>();
      };
      const Kernel kernel = bound::kernel_named(asked.at("kernel").text());
      reader_.emplace(kernel);
      rounder_.emplace(
          format, calibration::InputStatistics{{columns, matrix(inputs)}, matrix(cross), {columns, matrix(held_back)}},
          calibration::RoundingMethod{asked.at("feedback").get<bool>(), asked.at("passes").get<int>()}, kernel);
    });
  }

  std::string problem() const { return problem_; }

  std::string round(const std::string& form, uintptr_t source, double first_row, double rows, double first_column,
                    uintptr_t residual, uintptr_t target) {
    return sentence_of([&] {
      const size_t count = cut(form, source, first_row, rows, first_column);
      errors_ = rounder_->round(rows_.data(), count, floats_at(residual), reinterpret_cast<uint8_t*>(target));
    });
  }
  std::string round_plain(const std::string& form, uintptr_t source, double first_row, double rows, double first_column,
                          uintptr_t target) {
    return sentence_of([&] {
      const size_t count = cut(form, source, first_row, rows, first_column);
      rounder_->round_plain(rows_.data(), count, reinterpret_cast<uint8_t*>(target));
    });
  }
  double calibrated_error() const { return errors_.calibrated; }
  double plain_error() const { return errors_.plain; }

 private:
  /// The rounder's columns of some rows, as stored at `source`.
  size_t cut(const std::string& form, uintptr_t source, double first_row, double rows, double first_column) {
    const network::WeightForm stored = network::parse_weight_form(form);
    const auto count = static_cast<size_t>(rows);
    const float* values = reader_->rows(stored, bound::bytes_at(source), static_cast<uint64_t>(first_row), count);
    rows_.clear();
    for (size_t row = 0; row < count; ++row) {
      const float* first = values + row * stored.row_length + static_cast<size_t>(first_column);
      rows_.insert(rows_.end(), first, first + rounder_->columns());
    }
    return count;
  }

  std::string problem_;
  std::optional<network::WeightReader> reader_;
  std::optional<calibration::Rounder> rounder_;
  std::vector<float> rows_;
  calibration::OutputErrors errors_;
};

EMSCRIPTEN_BINDINGS(nibble_calibration) {
  emscripten::class_<BoundRounder>("Rounder")
      .constructor<std::string, uintptr_t, uintptr_t, uintptr_t>()
      .function("problem", &BoundRounder::problem)
      .function("round", &BoundRounder::round)
      .function("roundPlain", &BoundRounder::round_plain)
      .function("calibratedError", &BoundRounder::calibrated_error)
      .function("plainError", &BoundRounder::plain_error);
}

}  // namespace
}  // namespace nibble
