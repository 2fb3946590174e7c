#include "analysis/number_formats.h"

#include <algorithm>
#include <cmath>

#include "analysis/blocks.h"
#include "analysis/fitted_levels.h"
#include "codec/codec.h"
#include "error.h"
#include "json/parse.h"
#include "numeric/level_sets.h"

namespace nibble {
namespace {

using Extras = NumberFamily::Extras;

constexpr int fewest_bits = 2, most_bits = 8;
/// Levels of a fitted list are stored as half floats.
constexpr double fitted_level_bits = 16;
/// Changes of codes that an exact search of one block may have to sort.
constexpr size_t most_events = size_t{1} << 17;

const NumberFamily& family_named(const std::string& name) {
  for (const NumberFamily& family : number_families()) {
    if (family.name == name) return family;
  }
  throw Error("There is no kind of number \"" + name + "\".");
}

/// Levels under one family and number of bits, ready to be tried.
struct Candidate {
  std::string detail;
  std::vector<float> levels;
  float end;
  bool with_sign = false;
};

float largest_of(const std::vector<float>& levels) {
  return std::max(std::fabs(levels.front()), std::fabs(levels.back()));
}

/// The lists a family offers for `bits`. `fitted`: its levels for this tensor and block length.
std::vector<Candidate> candidates_of(const std::string& family, int bits, const std::vector<float>& fitted) {
  const int half = 1 << (bits - 1);
  if (family == "symmetric") return {{"", integer_levels(1 - half, half - 1), static_cast<float>(half - 1)}};
  if (family == "fixed-zero") return {{"", integer_levels(-half, half - 1), static_cast<float>(half) - 0.5f}};
  if (family == "signed-scale") return {{"", integer_levels(-half, half - 1), static_cast<float>(-half), true}};
  if (family == "half-zero") {
    std::vector<float> levels = integer_levels(-half, half - 1);
    for (float& level : levels) level += 0.5f;
    return {{"", levels, levels.back()}};
  }
  if (family == "float") {
    std::vector<Candidate> splits;
    for (int exponent = 2; exponent <= bits - 1; ++exponent) {
      const int mantissa = bits - 1 - exponent;
      std::vector<float> levels = float_levels(exponent, mantissa);
      const float end = levels.back();
      const char name[] = {'e', static_cast<char>('0' + exponent), 'm', static_cast<char>('0' + mantissa), 0};
      splits.push_back({name, std::move(levels), end});
    }
    return splits;
  }
  if (family == "dynamic") return {{"", dynamic_levels(bits), 1}};
  if (family == "normal") return {{"", normal_levels(bits), 1}};
  if (fitted.size() < 2) return {};
  return {{"", fitted, family == "own" ? largest_of(fitted) : 1.0f}};
}

int bits_for(size_t levels) {
  int bits = 1;
  while ((size_t{1} << bits) < levels) ++bits;
  return bits;
}

std::vector<float> read_levels(const Json& list) {
  std::vector<float> levels;
  for (const Json& item : list.elements()) {
    const double value = item.is_number() ? item.get<double>() : NAN;
    if (!std::isfinite(static_cast<float>(value))) throw Error("A level is not a finite number.");
    levels.push_back(static_cast<float>(value));
  }
  std::sort(levels.begin(), levels.end());
  levels.erase(std::unique(levels.begin(), levels.end()), levels.end());
  if (levels.size() < 2 || levels.size() > 256) throw Error("A list of levels needs 2 to 256 different numbers.");
  return levels;
}

}  // namespace

const std::vector<NumberFamily>& number_families() {
  static const std::vector<NumberFamily> families = {
      {"symmetric", "symmetric integer", "Whole numbers -(2^(k-1)-1) to 2^(k-1)-1; one code is not used.",
       Extras::scale, false},
      {"fixed-zero", "integer, fixed zero point",
       "Whole numbers -2^(k-1) to 2^(k-1)-1 with a positive scale, max|x| / (2^(k-1)-1/2) under absmax.", Extras::scale,
       false},
      {"signed-scale", "integer, signed scale",
       "The same numbers with a scale of either sign; absmax puts the largest weight on -2^(k-1), as Q4_0 does.",
       Extras::scale, false},
      {"half-zero", "integer, zero point 1/2",
       "The half numbers from -(2^(k-1)-1/2) to 2^(k-1)-1/2; zero is not among them.", Extras::scale, false},
      {"zero-point", "asymmetric integer, zero point",
       "Whole numbers 0 to 2^k-1 less a zero point of k bits, as in GPTQ.", Extras::scale_and_zero_point, false},
      {"offset", "asymmetric integer, offset", "Whole numbers 0 to 2^k-1 times a scale plus an offset, as in Q4_1.",
       Extras::scale_and_offset, false},
      {"float", "float",
       "A sign, x exponent and y mantissa bits (ExMy), every split with two or more exponent bits; one exponent bit "
       "gives symmetric integers.",
       Extras::scale, false},
      {"dynamic", "dynamic exponent", "A sign, leading zeros that count powers of ten, a one, and a linear fraction.",
       Extras::scale, false},
      {"normal", "normal quantiles (NF)", "Quantiles of a normal distribution; four bits are NF4.", Extras::scale,
       false},
      {"quantile", "quantiles of this tensor",
       "Levels of equal probability mass of this tensor's weights divided by their block's max|x|.", Extras::scale,
       true},
      {"optimal", "optimal levels for this tensor",
       "Exact 1-D k-means on 2048 buckets of this tensor's weights divided by their block's max|x|.", Extras::scale,
       true},
      {"own", "levels of your own", "The list you gave.", Extras::scale, false},
  };
  return families;
}

NumberFormatOptions parse_number_format_options(const std::string& text) {
  const Json json = parse_json_or_null(text);
  if (!json.is_object()) throw Error("The options of the number formats are missing.");
  NumberFormatOptions options;
  options.bits = json.value("bits", options.bits);
  for (const int bits : options.bits) {
    if (bits < fewest_bits || bits > most_bits) throw Error("Codes can have 2 to 8 bits here.");
  }
  if (const Json* levels = json.find("levels"); levels && !levels->elements().empty())
    options.own = read_levels(*levels);
  options.families = json.value("families", options.families);
  for (const std::string& family : options.families) family_named(family);
  if (options.families.empty()) {
    for (const NumberFamily& family : number_families()) {
      if (family.name != "own" || !options.own.empty()) options.families.emplace_back(family.name);
    }
  }
  options.scale_bits = json.value("scaleBits", options.scale_bits);
  if (options.scale_bits != 16 && options.scale_bits != 32) throw Error("Scales can have 16 or 32 bits here.");
  return options;
}

namespace {

struct Fitted {
  std::vector<int> bits;
  std::vector<std::vector<float>> quantile, optimal;

  const std::vector<float>& of(const std::string& family, int wanted) const {
    const auto at = static_cast<size_t>(std::find(bits.begin(), bits.end(), wanted) - bits.begin());
    return (family == "quantile" ? quantile : optimal)[at];
  }
};

Fitted fit(const Blocks& blocks, const std::vector<int>& bits) {
  LevelHistogram histogram;
  blocks.each([&](const float* x, size_t n) { histogram.add(x, n); });
  Fitted fitted{bits, {}, {}};
  std::vector<int> counts;
  for (const int k : bits) {
    counts.push_back(1 << k);
    fitted.quantile.push_back(histogram.quantile_levels(1 << k));
  }
  fitted.optimal = histogram.optimal_levels(counts);
  return fitted;
}

Json point_json(const std::string& family, const std::string& detail, int bits, double per_weight,
                double squared_error) {
  return {{"family", family},
          {"detail", detail},
          {"bits", bits},
          {"bitsPerWeight", per_weight},
          {"squaredError", squared_error}};
}

Json try_formats(const Blocks& blocks, const NumberFormatOptions& options, ScaleSearch search, double tensor_weights) {
  const Storage storage = options.scale_bits == 16 ? Storage::f16 : Storage::real;
  const double blocks_per_weight = static_cast<double>(blocks.count()) / static_cast<double>(blocks.values.size());
  const auto wants = [&](std::string_view name) {
    return std::find(options.families.begin(), options.families.end(), name) != options.families.end();
  };
  Fitted fitted;
  if (wants("quantile") || wants("optimal")) fitted = fit(blocks, options.bits);
  Json points = Json::list();
  for (const std::string& name : options.families) {
    const NumberFamily& family = family_named(name);
    // An own list has the bits it needs, whatever is asked.
    const std::vector<int> sizes = name == "own" ? std::vector<int>{bits_for(options.own.size())} : options.bits;
    for (const int bits : sizes) {
      if (family.extras != Extras::scale) {
        if (search == ScaleSearch::exact) continue;
        const bool offset = family.extras == Extras::scale_and_offset;
        double error = 0;
        blocks.each([&](const float* x, size_t n) {
          error += offset ? offset_error(x, n, bits, search, storage) : zero_point_error(x, n, bits, search, storage);
        });
        const double extra = options.scale_bits + (offset ? options.scale_bits : bits);
        points.push_back(point_json(name, "", bits, bits + extra * blocks_per_weight, error));
        continue;
      }
      const std::vector<float> levels = name == "own"   ? options.own
                                        : family.fitted ? fitted.of(name, bits)
                                                        : std::vector<float>{};
      for (Candidate& candidate : candidates_of(name, bits, levels)) {
        if (search == ScaleSearch::exact && candidate.levels.size() * blocks.block > most_events) continue;
        const double table =
            family.fitted ? fitted_level_bits * static_cast<double>(candidate.levels.size()) / tensor_weights : 0;
        LevelScaler scaler(std::move(candidate.levels), candidate.end, candidate.with_sign, storage);
        double error = 0;
        blocks.each([&](const float* x, size_t n) { error += scaler.error(x, n, scaler.choose(x, n, search)); });
        points.push_back(
            point_json(name, candidate.detail, bits, bits + options.scale_bits * blocks_per_weight + table, error));
      }
    }
  }
  return points;
}

/// Every GGUF type that can be written without an importance matrix and whose blocks fit the rows, as llama.cpp writes
/// it.
Json try_types(const StudyPiece& piece) {
  Json points = Json::list();
  std::vector<uint8_t> target;
  for (const Format& to : all_formats()) {
    if (!to.quantized || to.importance == Importance::required || piece.row_length % to.block_length != 0) continue;
    if (find_quantizer(to.type, llama_cpp, best_kernel()) == nullptr) continue;
    target.resize(to.bytes_for(piece.weight_count));
    const ErrorStatistics statistics = convert_piece(piece, to.name, llama_cpp, target.data());
    const double error = statistics.rmse() * statistics.rmse() * static_cast<double>(statistics.count());
    Json point = point_json("gguf", std::string(to.name), 0, to.bits_per_weight(), error);
    point.add("block", to.block_length);
    point.add("search", llama_cpp);
    points.push_back(std::move(point));
  }
  return points;
}

}  // namespace

void NumberFormatStudy::run(const StudyPiece& piece, std::vector<uint8_t>& result) {
  const Json request = parse_json(piece.request);
  decode_piece(piece, values_);
  double squares = 0;
  for (const float value : values_) squares += static_cast<double>(value) * value;
  const double tensor_weights = request.value("tensorWeights", static_cast<double>(piece.weight_count));
  Json answer{{"tensor", request.value("tensorName", std::string())},
              {"tensorWeights", tensor_weights},
              {"weights", piece.weight_count},
              {"squares", squares}};
  if (request.value("gguf", false)) {
    answer.add("points", try_types(piece));
  } else {
    const auto asked = request.value("block", uint64_t{0});
    const auto row = static_cast<size_t>(piece.row_length);
    const size_t block = asked == 0 || asked > row ? row : static_cast<size_t>(asked);
    const ScaleSearch search = scale_search_named(request.value("search", std::string("absmax")));
    answer.add("block", asked);
    answer.add("search", name_of(search));
    answer.add("points", try_formats({values_, row, block}, options_, search, tensor_weights));
  }
  const std::string text = answer.dump();
  result.assign(text.begin(), text.end());
}

void NumberFormatSummary::merge(const uint8_t* bytes, size_t size) {
  const Json answer = parse_json({reinterpret_cast<const char*>(bytes), size});
  const auto number = [](const Json& object, const char* name) { return object.at(name).get<double>(); };
  const double weight_count = number(answer, "weights"), squares = number(answer, "squares"),
               tensor_weights = number(answer, "tensorWeights");
  for (const Json& point : answer.at("points").elements()) {
    const NumberFormatKey key{point.at("family").text(), point.at("detail").text(), point.at("bits").get<int>(),
                              point.value("block", answer.value("block", uint64_t{0})),
                              point.value("search", answer.value("search", std::string()))};
    const double error = number(point, "squaredError"), whole = error * tensor_weights / weight_count;
    const double relative = squares > 0 ? std::sqrt(error / squares) : 0;
    Figures& figures = figures_[key];
    figures.squared_error += error;
    figures.squares += squares;
    figures.bits += point.at("bitsPerWeight").get<double>() * tensor_weights;
    figures.weight_count += tensor_weights;
    ++figures.tensors;
    figures.sum_of_tensor_errors += whole;
    figures.sum_of_relative_errors += relative;
    if (whole > figures.largest_error) {
      figures.largest_error = whole;
      figures.worst = answer.at("tensor").text();
    }
    if (relative > figures.largest_relative_error) {
      figures.largest_relative_error = relative;
      figures.relatively_worst = answer.at("tensor").text();
    }
  }
}

std::string NumberFormatSummary::report() const {
  struct Point {
    const NumberFormatKey* key;
    const Figures* figures;
    double bits, error;
    bool frontier = false;
  };
  std::vector<Point> points;
  for (const auto& [key, figures] : figures_) {
    points.push_back({&key, &figures, figures.bits / figures.weight_count,
                      figures.squares > 0 ? std::sqrt(figures.squared_error / figures.squares) : 0});
  }
  // A point is on the frontier when no other has as few bits and less error, or fewer bits and as little.
  std::vector<size_t> order(points.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return points[a].bits != points[b].bits     ? points[a].bits < points[b].bits
           : points[a].error != points[b].error ? points[a].error < points[b].error
                                                : a < b;
  });
  double least = INFINITY;
  for (const size_t i : order) {
    if (points[i].error < least) {
      least = points[i].error;
      points[i].frontier = true;
    }
  }
  Json list = Json::list();
  for (const Point& point : points) {
    const Figures& figures = *point.figures;
    const auto tensors = static_cast<double>(figures.tensors);
    list.push_back({{"family", point.key->family},
                    {"detail", point.key->detail},
                    {"bits", point.key->bits},
                    {"block", point.key->block},
                    {"search", point.key->search},
                    {"bitsPerWeight", point.bits},
                    {"relativeError", point.error},
                    {"frontier", point.frontier},
                    {"meanTensorError", figures.sum_of_tensor_errors / tensors},
                    {"largestTensorError", figures.largest_error},
                    {"worstTensor", figures.worst},
                    {"meanRelativeError", figures.sum_of_relative_errors / tensors},
                    {"largestRelativeError", figures.largest_relative_error},
                    {"relativelyWorstTensor", figures.relatively_worst}});
  }
  Json families = Json::list();
  for (const NumberFamily& family : number_families()) {
    families.push_back(
        {{"name", family.name}, {"label", family.label}, {"definition", family.definition}, {"fitted", family.fitted}});
  }
  return Json{{"points", std::move(list)}, {"families", std::move(families)}}.dump();
}

}  // namespace nibble
