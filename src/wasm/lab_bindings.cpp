#include <emscripten/bind.h>

#include <nlohmann/json.hpp>
#include <string>

#include "error.h"
#include "lab/scale_lab.h"

/// The Scale lab for JavaScript: JSON in, JSON out, `{ "error": sentence }` for requests that mean nothing.
namespace {

template <class Answer>
std::string answer_or_error(Answer&& answer) {
  try {
    return answer();
  } catch (const nibble::Error& problem) {
    return nlohmann::json{{"error", problem.what()}}.dump();
  }
}

std::string lab_report(const std::string& request) {
  return answer_or_error([&] { return nibble::lab_report(nibble::parse_lab_block(request)); });
}

std::string lab_point(const std::string& request, double scale) {
  return answer_or_error([&] { return nibble::lab_point_json(nibble::parse_lab_block(request), scale); });
}

double lab_step(double scale, int steps, const std::string& request) {
  try {
    return nibble::step_scale(scale, steps, nibble::parse_lab_block(request).storage);
  } catch (const nibble::Error&) {
    return scale;
  }
}

}  // namespace

EMSCRIPTEN_BINDINGS(nibble_lab) {
  emscripten::function("labReport", &lab_report);
  emscripten::function("labPoint", &lab_point);
  emscripten::function("labStep", &lab_step);
}
