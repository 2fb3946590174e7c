#include <emscripten/bind.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "error.h"
#include "measure/choose_json.h"
#include "measure/measurement.h"
#include "measure/row_errors.h"
#include "plan/json.h"

/// Classes RowErrors and Measurement of web/src/wasm/nibble.d.ts. Problems come back as sentences.
namespace nibble {
namespace {

template <class Call>
std::string answer(Call&& call) {
  try {
    return call();
  } catch (const std::bad_alloc&) {
    return error_json("There is not enough memory for this step. Use fewer workers, or close other tabs.");
  } catch (const std::exception& problem) {
    return error_json(problem.what());
  }
}

template <class Call>
std::string sentence_of(Call&& call) {
  try {
    call();
    return "";
  } catch (const std::bad_alloc&) {
    return "There is not enough memory for this step. Use fewer workers, or close other tabs.";
  } catch (const std::exception& problem) {
    return problem.what();
  }
}

class BoundRowErrors {
 public:
  BoundRowErrors(const std::string& from, const std::string& types, const std::string& method, const std::string& kernel) {
    problem_ = sentence_of([&] {
      const auto names = nlohmann::json::parse(types).get<std::vector<std::string>>();
      errors_.emplace(from, names, method, kernel == kernel_name(Kernel::simd) ? Kernel::simd : Kernel::scalar);
    });
  }

  std::string problem() const { return problem_; }
  size_t figures() const { return errors_ ? errors_->figures() : 0; }
  std::string run(uintptr_t rows, size_t count, size_t row_length, double first_row, uintptr_t importance, uintptr_t out) {
    if (!errors_) return problem_;
    return sentence_of([&] {
      errors_->run(reinterpret_cast<const uint8_t*>(rows), count, row_length, static_cast<uint64_t>(first_row),
                   reinterpret_cast<const float*>(importance), reinterpret_cast<double*>(out));
    });
  }

 private:
  std::optional<RowErrors> errors_;
  std::string problem_;
};

class BoundMeasurement {
 public:
  explicit BoundMeasurement(const std::string& json) {
    problem_ = sentence_of([&] { measurement_ = parse_measurement(json); });
  }

  std::string problem() const { return problem_; }
  std::string json() const { return measurement_json(measurement_); }

  std::string add(unsigned tensor, uintptr_t figures, size_t count, size_t rows) {
    return sentence_of([&] {
      if (tensor >= measurement_.tensors.size()) throw Error("There is no such tensor. This is a fault in the program.");
      measurement_.add(measurement_.tensors[tensor], {reinterpret_cast<const double*>(figures), count}, rows);
    });
  }

  double rows_wanted(unsigned tensor) const {
    if (tensor >= measurement_.tensors.size()) return 0;
    return static_cast<double>(measurement_.rows_wanted(measurement_.tensors[tensor]));
  }

  std::string predict(const std::string& assignment) const {
    return answer([&] { return prediction_json(measurement_, assignment); });
  }
  std::string mix(const std::string& assignment) const {
    return answer([&] { return mix_json(measurement_, assignment); });
  }
  std::string solve(const std::string& request) const {
    return answer([&] { return solution_json(measurement_, request); });
  }
  std::string observe(const std::string& request) const {
    return answer([&] { return observation_json(measurement_, request); });
  }

 private:
  Measurement measurement_;
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
      .function("rowsWanted", &BoundMeasurement::rows_wanted)
      .function("predict", &BoundMeasurement::predict)
      .function("mix", &BoundMeasurement::mix)
      .function("solve", &BoundMeasurement::solve)
      .function("observe", &BoundMeasurement::observe);
}

}  // namespace
}  // namespace nibble
