#include "analysis/scale_analysis.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "codec/codec.h"
#include "error.h"
#include "json/parse.h"
#include "numeric/bits.h"
#include "search/divisor_table.h"
#include "search/exact_integers.h"

namespace nibble {
namespace {

/// The format called `name`, whose runs have one scale each.
const Format& one_scale_format(const std::string& name) {
  const Format* found = find_format(name);
  if (found && found->grammar.kind == FormatKind::one_scale) return *found;
  std::string choices;
  for (const Format& format : all_formats()) {
    if (format.grammar.kind == FormatKind::one_scale)
      choices += (choices.empty() ? "" : ", ") + std::string(format.name);
  }
  throw Error("There is no single scale to analyse in \"" + name + "\". Formats with one: " + choices + ".");
}

Levels levels_in(const Format& format) {
  return {format.grammar.levels.data(), static_cast<int>(format.grammar.levels.size())};
}

/// The level of largest magnitude, with its sign.
double reach_of(const Levels& levels) {
  const double first = levels.value[0], last = levels.value[levels.count - 1];
  return std::fabs(first) >= std::fabs(last) ? first : last;
}

constexpr uint32_t saved_magic = 0x3141534Eu;  // "NSA1"

template <class T>
void put(std::vector<uint8_t>& bytes, const T* values, size_t count) {
  const auto* raw = reinterpret_cast<const uint8_t*>(values);
  bytes.insert(bytes.end(), raw, raw + count * sizeof(T));
}

class SavedFigures {
 public:
  SavedFigures(const uint8_t* bytes, size_t size) : next_(bytes), left_(size) {}
  const uint8_t* take(size_t bytes) {
    if (bytes > left_) damaged();
    left_ -= bytes;
    return std::exchange(next_, next_ + bytes);
  }
  template <class T>
  T get() {
    return load<T>(take(sizeof(T)));
  }
  template <class T>
  void get(std::vector<T>& values, size_t count) {
    if (count > left_ / sizeof(T)) damaged();
    values.resize(count);
    const uint8_t* from = take(count * sizeof(T));
    if (count > 0) std::memcpy(values.data(), from, count * sizeof(T));
  }
  bool at_end() const { return left_ == 0; }
  [[noreturn]] static void damaged() {
    throw Error("The figures of a piece arrived damaged. This is a fault in the program, not in the model.");
  }

 private:
  const uint8_t* next_;
  size_t left_;
};

}  // namespace

ScaleAnalysisOptions parse_scale_analysis_options(const std::string& text) {
  const Json json = parse_json_or_null(text);
  if (!json.is_object()) throw Error("The options of the analysis are missing.");
  ScaleAnalysisOptions options;
  options.format = json.value("format", options.format);
  const Format& format = one_scale_format(options.format);
  options.format = format.name;
  const uint64_t blocks = json.value("weights", uint64_t{0}) / format.scale_length;
  options.keep_every = std::max<uint64_t>(1, (blocks + most_kept_blocks - 1) / most_kept_blocks);
  return options;
}

uint64_t ScaleFigures::blocks() const {
  uint64_t count = 0;
  for (int i = 0; i < divisor_buckets; ++i) {
    count += long_side[static_cast<size_t>(i)] + short_side[static_cast<size_t>(i)];
  }
  return count;
}

void ScaleFigures::merge(const ScaleFigures& other) {
  if (methods.empty()) methods.resize(other.methods.size());
  for (size_t i = 0; i < methods.size(); ++i) methods[i].merge(other.methods[i]);
  for (size_t i = 0; i < divisor_buckets; ++i) {
    long_side[i] += other.long_side[i];
    short_side[i] += other.short_side[i];
  }
  divisor_sum += other.divisor_sum;
  zero_blocks += other.zero_blocks;
  profiles.append(other.profiles);
}

void ScaleFigures::save(std::vector<uint8_t>& bytes) const {
  bytes.clear();
  put(bytes, saved_magic);
  put(bytes, static_cast<uint32_t>(methods.size()));
  std::vector<uint8_t> one;
  for (const ErrorStatistics& method : methods) {
    method.save(one);
    put(bytes, static_cast<uint64_t>(one.size()));
    put(bytes, one.data(), one.size());
  }
  put(bytes, long_side.data(), long_side.size());
  put(bytes, short_side.data(), short_side.size());
  put(bytes, divisor_sum);
  put(bytes, zero_blocks);
  put(bytes, profiles.weight_count);
  put(bytes, static_cast<uint64_t>(profiles.blocks()));
  put(bytes, profiles.errors.data(), profiles.errors.size());
  put(bytes, profiles.optimum.data(), profiles.blocks());
  put(bytes, profiles.squares.data(), profiles.blocks());
}

ScaleFigures ScaleFigures::restore(const uint8_t* bytes, size_t size) {
  SavedFigures saved(bytes, size);
  if (saved.get<uint32_t>() != saved_magic) SavedFigures::damaged();
  ScaleFigures figures;
  const auto count = saved.get<uint32_t>();
  for (uint32_t i = 0; i < count; ++i) {
    const auto length = static_cast<size_t>(saved.get<uint64_t>());
    figures.methods.push_back(ErrorStatistics::restore(saved.take(length), length));
  }
  saved.get(figures.long_side, divisor_buckets);
  saved.get(figures.short_side, divisor_buckets);
  figures.divisor_sum = saved.get<double>();
  figures.zero_blocks = saved.get<uint64_t>();
  figures.profiles.weight_count = saved.get<uint64_t>();
  const auto blocks = saved.get<uint64_t>();
  if (blocks > size) SavedFigures::damaged();
  saved.get(figures.profiles.errors, static_cast<size_t>(blocks) * divisor_candidates);
  saved.get(figures.profiles.optimum, static_cast<size_t>(blocks));
  saved.get(figures.profiles.squares, static_cast<size_t>(blocks));
  if (!saved.at_end()) SavedFigures::damaged();
  return figures;
}

std::vector<std::string> ScaleAnalysis::methods(const std::string& format) {
  const std::vector<std::string_view> known = methods_of(find_format(format)->type);
  std::vector<std::string> chosen;
  const auto offer = [&](std::string_view name) {
    if (std::find(known.begin(), known.end(), name) != known.end()) chosen.emplace_back(name);
  };
  offer(llama_cpp);
  offer(quick_method);
  offer(lowest_error_method);
  for (const ScaleMethod& method : all_scale_methods()) offer(method.name);
  return chosen;
}

ScaleAnalysis::ScaleAnalysis(const ScaleAnalysisOptions& options) : options_(options) {
  const Format& format = one_scale_format(options.format);
  problem_ = {nullptr, nullptr, format.scale_length, levels_in(format), format.grammar.storage};
}

void ScaleAnalysis::run(const StudyPiece& piece, std::vector<uint8_t>& result) {
  ScaleFigures figures;
  target_.resize(find_format(options_.format)->bytes_for(piece.weight_count));
  for (const std::string& method : methods(options_.format)) {
    figures.methods.push_back(convert_piece(piece, options_.format, method, target_.data()));
  }
  decode_piece(piece, values_);
  count_divisors(values_, piece.position / problem_.n, figures);
  figures.save(result);
}

void ScaleAnalysis::count_divisors(const std::vector<float>& values, uint64_t first_block, ScaleFigures& figures) {
  const double reach = reach_of(problem_.levels);
  const int integers = ExactIntegers::reach_for(problem_);
  ExactIntegers fast(integers ? integers : 8, best_kernel());
  const ScaleMethod& exact = *find_scale_method(exact_method);
  for (size_t at = 0, block = first_block; at < values.size(); at += problem_.n, ++block) {
    problem_.x = values.data() + at;
    const float scale = integers ? fast.best_scale(problem_.x) : exact.choose(problem_, scratch_).scale;
    if (block % options_.keep_every == 0) figures.profiles.add(problem_, reach, block_error(problem_, scale));
    if (scale == 0) {
      ++figures.zero_blocks;
      continue;
    }
    float largest = 0;
    for (size_t i = 0; i < problem_.n; ++i) {
      if (std::fabs(problem_.x[i]) > std::fabs(largest)) largest = problem_.x[i];
    }
    const double divisor = std::fabs(static_cast<double>(largest) / scale);
    figures.divisor_sum += divisor;
    const double bucket = std::floor(divisor * divisor_steps_per_reach / std::fabs(reach));
    const auto index = static_cast<size_t>(std::min(bucket, static_cast<double>(divisor_buckets - 1)));
    const bool long_side = std::signbit(largest) == (std::signbit(scale) != (reach < 0));
    ++(long_side ? figures.long_side : figures.short_side)[index];
  }
}

namespace {

Json methods_json(const ScaleAnalysisOptions& options, const ScaleFigures& figures) {
  const std::vector<std::string> names = ScaleAnalysis::methods(options.format);
  const auto rmse_of = [&](std::string_view name) {
    const auto at = std::find(names.begin(), names.end(), name) - names.begin();
    return figures.methods[static_cast<size_t>(at)].rmse();
  };
  const double exact = rmse_of(exact_method), max7 = rmse_of("max7");
  const auto ratio = [](double a, double b) { return b > 0 ? Json(a / b) : Json(nullptr); };
  Json list = Json::list();
  for (size_t i = 0; i < names.size(); ++i) {
    const ErrorStatistics& error = figures.methods[i];
    const ScaleMethod* method = find_scale_method(names[i]);
    const double squares = error.root_mean_square();
    list.push_back({{"name", names[i]},
                    {"summary", method                  ? std::string(method->summary)
                                : names[i] == llama_cpp ? "What llama-quantize writes."
                                                        : "The default search for the lowest error."},
                    {"rmse", error.rmse()},
                    {"relativeError", squares > 0 ? error.rmse() / squares : 0.0},
                    {"maxError", error.max_error()},
                    {"clippedShare", error.count() > 0 ? static_cast<double>(error.clipped()) / error.count() : 0.0},
                    {"overMax7", ratio(error.rmse(), max7)},
                    {"overExact", ratio(error.rmse(), exact)}});
  }
  return list;
}

}  // namespace

std::string scale_analysis_report(const ScaleAnalysisOptions& options, const ScaleFigures& figures) {
  if (figures.methods.empty()) throw Error("Nothing was analysed.");
  const double reach = std::fabs(reach_of(levels_in(one_scale_format(options.format))));
  const uint64_t blocks = figures.blocks();
  Json histogram = Json::list();
  for (size_t i = 0; i < divisor_buckets; ++i) {
    if (figures.long_side[i] + figures.short_side[i] == 0) continue;
    const double from = static_cast<double>(i) * reach / divisor_steps_per_reach;
    const bool open = i == divisor_buckets - 1;
    histogram.push_back(
        {{"from", from},
         {"to", open ? Json(nullptr) : Json(static_cast<double>(i + 1) * reach / divisor_steps_per_reach)},
         {"longSide", figures.long_side[i]},
         {"shortSide", figures.short_side[i]}});
  }
  return Json{{"format", options.format},
              {"blockLength", find_format(options.format)->scale_length},
              {"reach", reach},
              {"blocks", blocks},
              {"zeroBlocks", figures.zero_blocks},
              {"weights", figures.methods[0].count()},
              {"step", reach / divisor_steps_per_reach},
              {"meanDivisor", blocks > 0 ? Json(figures.divisor_sum / static_cast<double>(blocks)) : Json(nullptr)},
              {"histogram", std::move(histogram)},
              {"methods", methods_json(options, figures)},
              {"tableBlocks", figures.profiles.blocks()},
              {"candidates",
               {{"from", candidate_divisor(0, reach)},
                {"to", candidate_divisor(divisor_candidates - 1, reach)},
                {"step", reach / (2 * divisor_steps_per_reach)}}}}
      .dump();
}

std::string divisor_table_json(const ScaleAnalysisOptions& options, const ScaleFigures& figures,
                               const DivisorTable& table) {
  const double reach = reach_of(levels_in(one_scale_format(options.format)));
  double optimum = 0, squares = 0;
  for (const float error : figures.profiles.optimum) optimum += error;
  for (const float square : figures.profiles.squares) squares += square;
  Json divisors = Json::list();
  for (const int candidate : table.candidates) divisors.push_back(candidate_divisor(candidate, reach));
  const double weight_count = static_cast<double>(figures.profiles.weight_count);
  return Json{{"divisors", std::move(divisors)},
              {"rmse", weight_count > 0 ? std::sqrt(table.squared_error / weight_count) : 0.0},
              {"relativeError", squares > 0 ? std::sqrt(table.squared_error / squares) : 0.0},
              {"overExact", optimum > 0 ? Json(std::sqrt(table.squared_error / optimum)) : Json(nullptr)},
              {"proven", table.proven}}
      .dump();
}

}  // namespace nibble
