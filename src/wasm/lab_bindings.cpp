#include <emscripten/bind.h>

#include <optional>
#include <string>

#include "json/json.h"
#include "lab/block_bits.h"
#include "lab/feedback_lab.h"
#include "lab/scale_lab.h"
#include "wasm/boundary.h"

/// The Scale lab for JavaScript. Problems are sentences, as everywhere; a lab with a problem must not be asked.
namespace nibble {
namespace {

class Lab {
 public:
  explicit Lab(const std::string& request) {
    problem_ = bound::sentence_of([&] { lab_.emplace(parse_lab_block(request)); });
  }
  std::string problem() const { return problem_; }
  std::string report() { return lab_->report(); }
  std::string point(double scale, double offset) const {
    const LabPoint point = lab_->point(scale, offset);
    return Json{{"scale", point.scale},        {"offset", point.offset},
                {"error", point.error},        {"relativeError", point.relative_error},
                {"maxError", point.max_error}, {"divisor", point.divisor},
                {"clipped", point.clipped},    {"codes", point.codes},
                {"decoded", point.decoded},    {"bytes", point.bytes}}
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
  std::string stored_run(double scale, double offset, uint32_t run) const {
    return bound::answer([&] { return nibble::stored_run(*lab_, scale, offset, run); });
  }
  std::string methods() const {
    Json names = Json::list();
    for (const LabSearch& search : lab_->methods()) names.push_back(search.name);
    return names.dump();
  }
  std::string block_errors(const std::string& method, uintptr_t weights, size_t count, uintptr_t errors) {
    return bound::sentence_of(
        [&] { lab_->block_errors(method, bound::floats_at(weights), count, reinterpret_cast<float*>(errors)); });
  }
  void block_shapes(uintptr_t weights, size_t count, uintptr_t ranges, uintptr_t peaks) const {
    lab_->block_shapes(bound::floats_at(weights), count, reinterpret_cast<float*>(ranges),
                       reinterpret_cast<float*>(peaks));
  }

 private:
  std::optional<ScaleLab> lab_;
  std::string problem_;
};

std::string super_block_numbers_or_problem(const std::string& format, uintptr_t weights) {
  return bound::answer([&] { return super_block_numbers(format, bound::floats_at(weights)); });
}

std::string block_bits_or_problem(const std::string& format) {
  return bound::answer([&] { return block_bits(format); });
}

std::string feedback_report_or_problem(const std::string& request) {
  return bound::answer([&] { return feedback_report(request); });
}

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
      .function("storedRun", &Lab::stored_run)
      .function("methods", &Lab::methods)
      .function("blockErrors", &Lab::block_errors)
      .function("blockShapes", &Lab::block_shapes);
  emscripten::function("feedbackReport", &feedback_report_or_problem);
  emscripten::function("blockBits", &block_bits_or_problem);
  emscripten::function("superBlockNumbers", &super_block_numbers_or_problem);
}

}  // namespace
}  // namespace nibble
