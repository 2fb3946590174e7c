#include "stats/error_report.h"

#include <cmath>
#include <cstdio>

#include "json/json.h"

namespace nibble {
namespace {

/// Buckets of the reported histogram to each doubling of the error: each reaches 9 % higher than the one before.
constexpr uint32_t reported_per_octave = 8;

Json finite_or_null(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

}  // namespace

std::string error_report(const ErrorStatistics& statistics) {
  Json histogram = Json::list();
  for (const ErrorStatistics::Bucket& bucket : statistics.histogram(reported_per_octave)) {
    histogram.push_back({{"from", bucket.from}, {"to", bucket.to}, {"count", bucket.count}, {"above", bucket.above}});
  }
  const ErrorStatistics::LinearHistogram linear = statistics.linear_histogram();
  const Json report = {
      {"count", statistics.count()},
      {"rmse", statistics.rmse()},
      {"maxError", statistics.max_error()},
      {"bias", statistics.bias()},
      {"sqnrDb", finite_or_null(statistics.sqnr_db())},
      {"weightedRmse", finite_or_null(statistics.weighted_rmse())},
      {"rmsWeight", statistics.root_mean_square()},
      {"median", statistics.quantile(0.5)},
      {"p95", statistics.quantile(0.95)},
      {"p999", statistics.quantile(0.999)},
      {"coarseMedian", statistics.coarse_quantile(0.5)},
      {"coarseP95", statistics.coarse_quantile(0.95)},
      {"zeros", statistics.zeros()},
      {"clipped", statistics.clipped()},
      {"nans", statistics.nans()},
      {"infinities", statistics.infinities()},
      {"coarseHistogram", statistics.coarse_histogram()},
      {"histogram", histogram},
      {"linearHistogram", {{"width", linear.width}, {"below", linear.below}, {"above", linear.above}}}};
  return report.dump();
}

std::string quantize_stats_line(std::string_view name, const ErrorStatistics& statistics) {
  constexpr size_t name_width = 50;
  std::string line(name);
  if (line.size() < name_width) line.resize(name_width, ' ');
  char figures[1024];  // each %f of an f64 takes at most 320 characters
  std::snprintf(figures, sizeof(figures), ": rmse %.8f, maxerr %.8f, 95pct<%.4f, median<%.4f", statistics.rmse(),
                statistics.max_error(), statistics.coarse_quantile(0.95), statistics.coarse_quantile(0.5));
  return line + figures;
}

}  // namespace nibble
