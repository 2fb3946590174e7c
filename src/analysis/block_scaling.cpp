#include "analysis/block_scaling.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "error.h"

namespace nibble {
namespace {

constexpr double shrink = 0.95;
constexpr int grid_scales = 32, grid_ranges = 24;
constexpr double grid_start = 1.1;

}  // namespace

ScaleSearch scale_search_named(std::string_view name) {
  for (const ScaleSearch search : {ScaleSearch::absmax, ScaleSearch::grid, ScaleSearch::exact}) {
    if (name == name_of(search)) return search;
  }
  throw Error("There is no scale search \"" + std::string(name) + "\" here. Choose absmax, grid or exact.");
}

std::string_view name_of(ScaleSearch search) {
  switch (search) {
    case ScaleSearch::absmax: return "absmax";
    case ScaleSearch::grid: return "grid";
    case ScaleSearch::exact: return "exact";
  }
  return "";
}

LevelScaler::LevelScaler(std::vector<float> levels, float end, bool with_sign, Storage storage)
    : levels_(std::move(levels)), end_(end), with_sign_(with_sign), storage_(storage) {
  for (size_t i = 0; i + 1 < levels_.size(); ++i) {
    middles_.push_back(static_cast<float>((static_cast<double>(levels_[i]) + levels_[i + 1]) / 2));
  }
  cell_origin_ = levels_.front();
  cell_scale_ = cells / (levels_.back() - levels_.front());
  size_t code = 0;
  for (size_t cell = 0; cell <= cells; ++cell) {
    // A cell's lowest value, and a little less for rounding.
    const double low = cell_origin_ + (static_cast<double>(cell) - 0.01) / cell_scale_;
    while (code < middles_.size() && middles_[code] < low) ++code;
    first_[cell] = static_cast<uint16_t>(code);
  }
}

size_t LevelScaler::nearest(float y) const {
  const float place = (y - cell_origin_) * cell_scale_;
  const auto cell = static_cast<size_t>(place > 0 ? std::min(place, static_cast<float>(cells)) : 0.0f);
  size_t code = first_[cell];
  const size_t last = cell < cells ? first_[cell + 1] : middles_.size();
  if (last > code + 8) {
    return static_cast<size_t>(std::upper_bound(middles_.begin() + static_cast<long>(code), middles_.end(), y) -
                               middles_.begin());
  }
  while (code < middles_.size() && y >= middles_[code]) ++code;
  return code;
}

double LevelScaler::error(const float* x, size_t n, float scale) const {
  const float inverse = scale == 0 ? 0.0f : 1 / scale;
  double sum = 0;
  // A scale so small that its inverse is no number decodes everything to zero.
  const bool usable = scale != 0 && std::isfinite(inverse);
  for (size_t i = 0; i < n; ++i) {
    const double off = usable ? x[i] - static_cast<double>(scale) * levels_[nearest(x[i] * inverse)] : x[i];
    sum += off * off;
  }
  return sum;
}

void LevelScaler::count_codes(const float* x, size_t n, float scale, std::vector<uint64_t>& counts) const {
  const float inverse = scale == 0 ? 0.0f : 1 / scale;
  for (size_t i = 0; i < n; ++i) ++counts[nearest(std::isfinite(inverse) ? x[i] * inverse : 0.0f)];
}

float LevelScaler::choose(const float* x, size_t n, ScaleSearch search) {
  float largest = 0;
  for (size_t i = 0; i < n; ++i) {
    if (std::fabs(x[i]) > std::fabs(largest)) largest = x[i];
  }
  if (largest == 0) return 0;
  if (search == ScaleSearch::exact) {
    scratch_.sweep.walk(x, nullptr, n, {levels_.data(), static_cast<int>(levels_.size())});
    const auto scale = static_cast<float>(scratch_.sweep.optimum(storage_).scale);
    // Where the levels span the whole range of floats, the best of all real scales may be none that a float can hold:
    // then the grid's is taken.
    if (std::isfinite(scale)) return scale;
  }
  const float start = (with_sign_ ? largest : std::fabs(largest)) / end_;
  const float stored = nearest_stored_scale(start, storage_);
  if (search == ScaleSearch::absmax) return stored;
  const float best = choose_grid(x, n, start);
  return error(x, n, best) <= error(x, n, stored) ? best : stored;
}

float LevelScaler::choose_grid(const float* x, size_t n, float start) const {
  double best = std::numeric_limits<double>::infinity();
  double factor = grid_start;
  float scale = start;
  for (int i = 0; i < grid_scales; ++i, factor *= shrink) {
    const auto candidate = static_cast<float>(start * factor);
    const double sum = error(x, n, candidate);
    if (sum < best) {
      best = sum;
      scale = candidate;
    }
  }
  const float inverse = 1 / scale;
  if (!std::isfinite(inverse)) return nearest_stored_scale(scale, storage_);
  double A = 0, B = 0;
  for (size_t i = 0; i < n; ++i) {
    const double level = levels_[nearest(x[i] * inverse)];
    A += x[i] * level;
    B += level * level;
  }
  return nearest_stored_scale(B > 0 && A != 0 ? A / B : scale, storage_);
}

namespace {

struct Range {
  float low, high;
};
Range range_of(const float* x, size_t n) {
  const auto [low, high] = std::minmax_element(x, x + n);
  return {*low, *high};
}

/// nearbyint(y) within 0 .. top.
float code_of(float y, float top) { return std::min(top, std::max(0.0f, std::nearbyint(y))); }

double affine_error(const float* x, size_t n, float d, float m, float top) {
  double sum = 0;
  for (size_t i = 0; i < n; ++i) {
    const float off = d == 0 ? x[i] - m : x[i] - (d * code_of((x[i] - m) / d, top) + m);
    sum += static_cast<double>(off) * off;
  }
  return sum;
}

}  // namespace

double offset_error(const float* x, size_t n, int bits, ScaleSearch search, Storage storage) {
  const auto top = static_cast<float>((1 << bits) - 1);
  const Range range = range_of(x, n);
  const auto stored = [&](double value) { return nearest_stored_scale(value, storage); };
  const double width = static_cast<double>(range.high) - range.low,
               middle = (static_cast<double>(range.high) + range.low) / 2;
  double best = affine_error(x, n, stored(width / top), stored(range.low), top);
  if (search == ScaleSearch::absmax || width == 0) return best;
  double factor = 1;
  for (int i = 0; i < grid_ranges; ++i, factor *= shrink) {
    const auto d = static_cast<float>(width * factor / top), m = static_cast<float>(middle - width * factor / 2);
    if (d == 0) break;
    // The best scale and offset for the codes this range gives.
    double q1 = 0, q2 = 0, x1 = 0, xq = 0;
    for (size_t j = 0; j < n; ++j) {
      const double q = code_of((x[j] - m) / d, top);
      q1 += q;
      q2 += q * q;
      x1 += x[j];
      xq += x[j] * q;
    }
    const double spread = q2 - q1 * q1 / static_cast<double>(n);
    if (!(spread > 0)) continue;
    const double fitted = (xq - x1 * q1 / static_cast<double>(n)) / spread;
    best = std::min(best, affine_error(x, n, stored(fitted), stored((x1 - fitted * q1) / static_cast<double>(n)), top));
  }
  return best;
}

double zero_point_error(const float* x, size_t n, int bits, ScaleSearch search, Storage storage) {
  const auto top = static_cast<float>((1 << bits) - 1);
  Range range = range_of(x, n);
  range = {std::min(0.0f, range.low), std::max(0.0f, range.high)};
  double best = std::numeric_limits<double>::infinity(), factor = 1;
  for (int i = 0; i < (search == ScaleSearch::absmax ? 1 : grid_ranges); ++i, factor *= shrink) {
    const double low = range.low * factor, high = range.high * factor;
    const float scale = nearest_stored_scale((high - low) / top, storage);
    const float inverse = scale == 0 ? 0.0f : 1 / scale;
    const bool usable = scale != 0 && std::isfinite(inverse);
    const float zero = usable ? code_of(static_cast<float>(-low) * inverse, top) : 0.0f;
    double sum = 0;
    for (size_t j = 0; j < n; ++j) {
      const float q = usable ? std::min(top, std::max(0.0f, std::nearbyint(x[j] * inverse) + zero)) : zero;
      const float off = x[j] - scale * (q - zero);
      sum += static_cast<double>(off) * off;
    }
    best = std::min(best, sum);
  }
  return best;
}

}  // namespace nibble
