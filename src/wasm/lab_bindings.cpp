#include <emscripten/bind.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "error.h"
#include "lab/scale_lab.h"

/// The Scale lab for JavaScript. Problems are sentences, as everywhere; a lab with a problem must not be asked.
namespace {

using nibble::LabPiece;

class Lab {
 public:
  explicit Lab(const std::string& request) {
    try {
      lab_.emplace(nibble::parse_lab_block(request));
    } catch (const nibble::Error& problem) {
      problem_ = problem.what();
    }
  }
  std::string problem() const { return problem_; }
  std::string report() { return lab_->report(); }
  std::string point(double scale, double offset) const {
    const nibble::LabPoint point = lab_->point(scale, offset);
    return nlohmann::json{{"scale", point.scale},           {"offset", point.offset},
                          {"error", point.error},           {"relativeError", point.relative_error},
                          {"maxError", point.max_error},    {"divisor", point.divisor},
                          {"clipped", point.clipped},       {"codes", point.codes},
                          {"decoded", point.decoded},       {"bytes", point.bytes}}
        .dump();
  }
  double next_scale(double scale, int steps) const { return lab_->block().scale.next(scale, steps); }
  double nearest_scale(double scale) const { return lab_->block().scale.nearest(scale); }
  double next_offset(double offset, int steps) const { return lab_->block().offset.next(offset, steps); }
  double nearest_offset(double offset) const { return lab_->block().offset.nearest(offset); }

  double cut(double offset) {
    lab_->cut(offset);
    return lab_->square_sum();
  }
  uintptr_t pieces_pointer(int sign) const { return reinterpret_cast<uintptr_t>(lab_->pieces(sign).data()); }
  size_t pieces_bytes(int sign) const { return lab_->pieces(sign).size() * sizeof(LabPiece); }

  void error_map(double scale_low, double scale_high, double offset_low, double offset_high, int columns, int rows,
                 uintptr_t errors) const {
    lab_->error_map({scale_low, scale_high, offset_low, offset_high}, columns, rows, reinterpret_cast<float*>(errors));
  }
  std::string methods() const {
    nlohmann::json names = nlohmann::json::array();
    for (const nibble::LabSearch& search : lab_->methods()) names.push_back(search.name);
    return names.dump();
  }
  std::string block_errors(const std::string& method, uintptr_t weights, size_t count, uintptr_t errors) {
    try {
      lab_->block_errors(method, reinterpret_cast<const float*>(weights), count, reinterpret_cast<float*>(errors));
      return "";
    } catch (const nibble::Error& problem) {
      return problem.what();
    }
  }
  void block_shapes(uintptr_t weights, size_t count, uintptr_t ranges, uintptr_t peaks) const {
    lab_->block_shapes(reinterpret_cast<const float*>(weights), count, reinterpret_cast<float*>(ranges),
                       reinterpret_cast<float*>(peaks));
  }

 private:
  std::optional<nibble::ScaleLab> lab_;
  std::string problem_;
};

std::string super_block_numbers(const std::string& format, uintptr_t weights) {
  try {
    return nibble::super_block_numbers(format, reinterpret_cast<const float*>(weights));
  } catch (const nibble::Error& problem) {
    return nlohmann::json{{"error", problem.what()}}.dump();
  }
}

}  // namespace

EMSCRIPTEN_BINDINGS(nibble_lab) {
  emscripten::class_<Lab>("Lab")
      .constructor<std::string>()
      .function("problem", &Lab::problem)
      .function("report", &Lab::report)
      .function("point", &Lab::point)
      .function("nextScale", &Lab::next_scale)
      .function("nearestScale", &Lab::nearest_scale)
      .function("nextOffset", &Lab::next_offset)
      .function("nearestOffset", &Lab::nearest_offset)
      .function("cut", &Lab::cut)
      .function("piecesPointer", &Lab::pieces_pointer)
      .function("piecesBytes", &Lab::pieces_bytes)
      .function("errorMap", &Lab::error_map)
      .function("methods", &Lab::methods)
      .function("blockErrors", &Lab::block_errors)
      .function("blockShapes", &Lab::block_shapes);
  emscripten::function("superBlockNumbers", &super_block_numbers);
}
