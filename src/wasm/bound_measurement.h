#pragma once
#include <string>
#include <utility>

#include "measure/choose_json.h"
#include "measure/measurement.h"
#include "wasm/boundary.h"

/// Class Measurement of web/src/wasm/nibble.d.ts, which a model begins and a saved file brings back.
namespace nibble::bound {

class BoundMeasurement {
 public:
  explicit BoundMeasurement(Measurement measurement) : measurement_(std::move(measurement)) {}
  explicit BoundMeasurement(const std::string& json) {
    problem_ = sentence_of([&] { measurement_ = parse_measurement(json); });
  }

  std::string problem() const { return problem_; }
  std::string json() const { return measurement_json(measurement_); }

  std::string add(unsigned tensor, uintptr_t figures, size_t count, size_t rows) {
    return sentence_of([&] {
      if (tensor >= measurement_.tensors.size())
        throw Error("There is no such tensor. This is a fault in the program.");
      measurement_.add(measurement_.tensors[tensor], {reinterpret_cast<const double*>(figures), count}, rows);
    });
  }

  std::string add_outputs(const std::string& json) {
    return sentence_of([&] { nibble::add_outputs(measurement_, json); });
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
  std::string limits() const {
    return answer([&] { return limits_json(measurement_); });
  }
  std::string choices(const std::string& tensor) const {
    return answer([&] { return choices_json(measurement_, tensor); });
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

}  // namespace nibble::bound
