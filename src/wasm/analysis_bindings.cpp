#include <emscripten/bind.h>

#include <optional>

#include "analysis/column_study.h"
#include "analysis/level_trials.h"
#include "analysis/number_formats.h"
#include "analysis/scale_analysis.h"
#include "analysis/study.h"
#include "analysis/tensor_summary.h"
#include "check/weight_check.h"
#include "compare/comparison_study.h"
#include "error.h"
#include "wasm/boundary.h"

/// Analyses for JavaScript: classes Study, ScaleSummary, FormatSummary and LevelTrials of web/src/wasm/nibble.d.ts.
namespace nibble {
namespace {

using bound::bytes_at;

constexpr const char* no_memory =
    "There is not enough memory for this analysis. Use fewer workers or a smaller sample.";

template <class Call>
std::string sentence_of(Call&& call) {
  return bound::sentence_of(call, no_memory);
}

template <class Call>
std::string answer(Call&& call) {
  return bound::answer(call, no_memory);
}

/// The studies there are, with their options as JSON. Throws Error.
std::unique_ptr<Study> make_study(const std::string& kind, const std::string& options) {
  if (kind == "scale") return std::make_unique<ScaleAnalysis>(parse_scale_analysis_options(options));
  if (kind == "columns") return std::make_unique<ColumnStudy>();
  if (kind == "summary") return std::make_unique<SummaryStudy>();
  if (kind == "compare") return std::make_unique<ComparisonStudy>();
  if (kind == "check") return std::make_unique<WeightCheck>();
  if (kind == "formats") return std::make_unique<NumberFormatStudy>(parse_number_format_options(options));
  throw Error("There is no analysis named \"" + kind + "\".");
}

class BoundStudy {
 public:
  BoundStudy(const std::string& kind, const std::string& options) {
    problem_ = sentence_of([&] { study_ = make_study(kind, options); });
  }
  std::string problem() const { return problem_; }
  std::string run(uintptr_t source, const std::string& piece) {
    if (!study_) return problem_;
    return sentence_of([&] { study_->run(parse_study_piece(piece, bytes_at(source)), result_); });
  }
  uintptr_t result_pointer() const { return reinterpret_cast<uintptr_t>(result_.data()); }
  size_t result_bytes() const { return result_.size(); }

 private:
  std::unique_ptr<Study> study_;
  std::string problem_;
  std::vector<uint8_t> result_;
};

class BoundScaleSummary {
 public:
  explicit BoundScaleSummary(const std::string& options) {
    problem_ = sentence_of([&] { options_ = parse_scale_analysis_options(options); });
  }
  std::string problem() const { return problem_; }
  std::string merge(uintptr_t pointer, size_t length) {
    search_.reset();
    return sentence_of([&] { figures_.merge(ScaleFigures::restore(bytes_at(pointer), length)); });
  }
  std::string report() const {
    return answer([&] { return scale_analysis_report(options_, figures_); });
  }
  std::string search_tables() {
    return answer([&] {
      if (!search_) search_.emplace(figures_.profiles);
      const auto table = search_->step();
      return table ? divisor_table_json(options_, figures_, *table) : std::string("null");
    });
  }

 private:
  ScaleAnalysisOptions options_;
  ScaleFigures figures_;
  std::optional<DivisorTableSearch> search_;
  std::string problem_;
};

class BoundFormatSummary {
 public:
  std::string merge(uintptr_t pointer, size_t length) {
    return sentence_of([&] { summary_.merge(bytes_at(pointer), length); });
  }
  std::string report() const {
    return answer([&] { return summary_.report(); });
  }

 private:
  NumberFormatSummary summary_;
};

class BoundLevelTrials {
 public:
  BoundLevelTrials(uintptr_t source, const std::string& piece) {
    problem_ = sentence_of([&] { trials_.emplace(parse_study_piece(piece, bytes_at(source))); });
  }
  std::string problem() const { return problem_; }
  std::string measure(const std::string& request) {
    return answer([&] { return trials_->measure(request); });
  }
  std::string optimal(int count, double block) {
    return answer([&] { return trials_->optimal(count, static_cast<uint64_t>(block)); });
  }
  std::string histogram(double block) {
    return answer([&] { return trials_->histogram(static_cast<uint64_t>(block)); });
  }

 private:
  std::optional<LevelTrials> trials_;
  std::string problem_;
};

EMSCRIPTEN_BINDINGS(nibble_analysis) {
  emscripten::function("levelPresets", &level_presets_json);
  emscripten::class_<BoundFormatSummary>("FormatSummary")
      .constructor<>()
      .function("merge", &BoundFormatSummary::merge)
      .function("report", &BoundFormatSummary::report);
  emscripten::class_<BoundLevelTrials>("LevelTrials")
      .constructor<uintptr_t, std::string>()
      .function("problem", &BoundLevelTrials::problem)
      .function("measure", &BoundLevelTrials::measure)
      .function("optimal", &BoundLevelTrials::optimal)
      .function("histogram", &BoundLevelTrials::histogram);
  emscripten::class_<BoundStudy>("Study")
      .constructor<std::string, std::string>()
      .function("problem", &BoundStudy::problem)
      .function("run", &BoundStudy::run)
      .function("resultPointer", &BoundStudy::result_pointer)
      .function("resultBytes", &BoundStudy::result_bytes);
  emscripten::class_<BoundScaleSummary>("ScaleSummary")
      .constructor<std::string>()
      .function("problem", &BoundScaleSummary::problem)
      .function("merge", &BoundScaleSummary::merge)
      .function("report", &BoundScaleSummary::report)
      .function("searchTables", &BoundScaleSummary::search_tables);
}

}  // namespace
}  // namespace nibble
