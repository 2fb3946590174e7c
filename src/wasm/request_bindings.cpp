#include <emscripten/bind.h>

#include "analysis/scale_analysis.h"
#include "measure/choose_json.h"
#include "measure/sample_plan.h"
#include "plan/options.h"
#include "wasm/boundary.h"

/// What is wrong with a request, whatever the model is: the check… functions of web/src/wasm/nibble.d.ts.
namespace nibble {
namespace {

using bound::sentence_of;

std::string check_plan_options(const std::string& options) {
  return sentence_of([&] { parse_plan_options(options); });
}

std::string check_measure_options(const std::string& options) {
  return sentence_of([&] { parse_measure_options(options); });
}

std::string check_solve(const std::string& request) {
  return sentence_of([&] { check_solve_request(request); });
}

std::string check_scale_analysis(const std::string& options) {
  return sentence_of([&] { parse_scale_analysis_options(options); });
}

std::string check_method_name(const std::string& method) {
  return sentence_of([&] { check_method(method); });
}

EMSCRIPTEN_BINDINGS(nibble_requests) {
  emscripten::function("checkPlanOptions", &check_plan_options);
  emscripten::function("checkMeasureOptions", &check_measure_options);
  emscripten::function("checkSolveRequest", &check_solve);
  emscripten::function("checkScaleAnalysis", &check_scale_analysis);
  emscripten::function("checkMethod", &check_method_name);
}

}  // namespace
}  // namespace nibble
