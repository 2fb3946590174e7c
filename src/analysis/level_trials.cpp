#include "analysis/level_trials.h"

#include <algorithm>
#include <cmath>

#include "analysis/block_scaling.h"
#include "analysis/blocks.h"
#include "analysis/fitted_levels.h"
#include "analysis/number_formats.h"
#include "error.h"
#include "json/parse.h"
#include "numeric/level_sets.h"

namespace nibble {
namespace {

constexpr size_t shown_buckets = 128;

}  // namespace

LevelTrials::LevelTrials(const StudyPiece& piece) : row_length_(static_cast<size_t>(piece.row_length)) {
  decode_piece(piece, values_);
}

size_t LevelTrials::block_of(uint64_t wanted) const {
  return wanted == 0 ? row_length_ : static_cast<size_t>(std::min<uint64_t>(wanted, row_length_));
}

std::string LevelTrials::measure(const std::string& text) {
  const Json request = parse_json(text);
  const NumberFormatOptions options = parse_number_format_options(text);
  if (options.own.empty()) throw Error("There are no levels to try.");
  const ScaleSearch search = scale_search_named(request.value("search", std::string("absmax")));
  const Blocks blocks{values_, row_length_, block_of(request.value("block", uint64_t{0}))};
  const float end = std::max(std::fabs(options.own.front()), std::fabs(options.own.back()));
  LevelScaler scaler(options.own, end, false, options.scale_bits == 16 ? Storage::f16 : Storage::real);
  std::vector<uint64_t> counts(options.own.size());
  double error = 0, squares = 0;
  blocks.each([&](const float* x, size_t n) {
    const float scale = scaler.choose(x, n, search);
    error += scaler.error(x, n, scale);
    scaler.count_codes(x, n, scale, counts);
    for (size_t i = 0; i < n; ++i) squares += static_cast<double>(x[i]) * x[i];
  });
  const auto weight_count = static_cast<double>(values_.size());
  int bits = 1;
  while ((size_t{1} << bits) < options.own.size()) ++bits;
  double entropy = 0;
  Json levels = Json::list();
  for (size_t i = 0; i < counts.size(); ++i) {
    const double share = static_cast<double>(counts[i]) / weight_count;
    if (share > 0) entropy -= share * std::log2(share);
    levels.push_back({{"level", options.own[i]}, {"share", share}});
  }
  return Json{{"relativeError", squares > 0 ? std::sqrt(error / squares) : 0.0},
              {"rmse", std::sqrt(error / weight_count)},
              {"bits", bits},
              {"bitsPerWeight",
               bits + static_cast<double>(options.scale_bits) * static_cast<double>(blocks.count()) / weight_count},
              {"entropy", entropy},
              {"weights", values_.size()},
              {"levels", std::move(levels)}}
      .dump();
}

std::string LevelTrials::optimal(int count, uint64_t block) const {
  LevelHistogram histogram;
  Blocks{values_, row_length_, block_of(block)}.each([&](const float* x, size_t n) { histogram.add(x, n); });
  const std::vector<float> levels = histogram.optimal_levels({std::clamp(count, 2, 256)})[0];
  if (levels.size() < 2) throw Error("These weights have too few different values for a list of levels.");
  return Json(levels).dump();
}

std::string LevelTrials::histogram(uint64_t block) const {
  LevelHistogram fine;
  Blocks{values_, row_length_, block_of(block)}.each([&](const float* x, size_t n) { fine.add(x, n); });
  std::vector<double> counts(shown_buckets);
  for (size_t i = 0; i < LevelHistogram::buckets; ++i) {
    counts[i * shown_buckets / LevelHistogram::buckets] += fine.counts()[i];
  }
  return Json(counts).dump();
}

std::string level_presets_json() {
  Json list = Json::list();
  for (const LevelPreset& preset : level_presets()) {
    list.push_back(
        {{"name", preset.name}, {"label", preset.label}, {"source", preset.source}, {"levels", preset.levels}});
  }
  return list.dump();
}

}  // namespace nibble
