#include <emscripten/bind.h>

#include <optional>
#include <string>
#include <vector>

#include "json/parse.h"
#include "measure/row_errors.h"
#include "wasm/bound_measurement.h"

/// Classes RowErrors and Measurement of web/src/wasm/nibble.d.ts.
namespace nibble {
namespace {

using bound::BoundMeasurement;
using bound::sentence_of;

class BoundRowErrors {
 public:
  BoundRowErrors(const std::string& from, const std::string& types, const std::string& method,
                 const std::string& kernel) {
    problem_ = sentence_of([&] {
      const auto names = parse_json(types).get<std::vector<std::string>>();
      errors_.emplace(from, names, method, bound::kernel_named(kernel));
    });
  }

  std::string problem() const { return problem_; }
  size_t figures() const { return errors_ ? errors_->figures() : 0; }
  std::string run(uintptr_t rows, size_t count, size_t row_length, double first_row, uintptr_t importance,
                  uintptr_t out) {
    if (!errors_) return problem_;
    return sentence_of([&] {
      errors_->run(bound::bytes_at(rows), count, row_length, static_cast<uint64_t>(first_row),
                   bound::floats_at(importance), reinterpret_cast<double*>(out));
    });
  }

 private:
  std::optional<RowErrors> errors_;
  std::string problem_;
};

EMSCRIPTEN_BINDINGS(nibble_measure) {
  emscripten::class_<BoundRowErrors>("RowErrors")
      .constructor<std::string, std::string, std::string, std::string>()
      .function("problem", &BoundRowErrors::problem)
      .function("figures", &BoundRowErrors::figures)
      .function("run", &BoundRowErrors::run);

  emscripten::class_<BoundMeasurement>("Measurement")
      .constructor<std::string>()
      .function("problem", &BoundMeasurement::problem)
      .function("json", &BoundMeasurement::json)
      .function("add", &BoundMeasurement::add)
      .function("addOutputs", &BoundMeasurement::add_outputs)
      .function("rowsWanted", &BoundMeasurement::rows_wanted)
      .function("predict", &BoundMeasurement::predict)
      .function("mix", &BoundMeasurement::mix)
      .function("limits", &BoundMeasurement::limits)
      .function("choices", &BoundMeasurement::choices)
      .function("solve", &BoundMeasurement::solve)
      .function("observe", &BoundMeasurement::observe);
}

}  // namespace
}  // namespace nibble
