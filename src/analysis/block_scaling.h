#pragma once
#include <array>
#include <string_view>
#include <vector>

#include "search/scale_methods.h"

/// What is left of blocks of any length when their weights take the nearest of some levels: for one scale a block, for
/// a scale and an offset, or for a scale and a zero point.
namespace nibble {

/// How scales are chosen.
enum class ScaleSearch : uint8_t {
  absmax,  ///< the largest magnitude lands on the end of the levels; with an offset: minimum and maximum on both ends
  grid,    ///< the best of 32 scales, from 1.1 down to 0.22 of that one, each 5 % below the one before, then a
           ///< least-squares fit
  exact,   ///< the proven minimum over storable scales of both signs
};
/// Throws Error for other names.
ScaleSearch scale_search_named(std::string_view name);
std::string_view name_of(ScaleSearch search);

/// One scale for a block: x becomes s * level.
class LevelScaler {
 public:
  /// `levels` ascending, at least two. absmax puts the largest magnitude on `end`; with `with_sign` the largest weight,
  /// with its sign, so that the scale may be negative. Scales are stored as `storage`.
  LevelScaler(std::vector<float> levels, float end, bool with_sign, Storage storage);

  const std::vector<float>& levels() const { return levels_; }
  /// The stored scale.
  float choose(const float* x, size_t n, ScaleSearch search);
  /// sum (x - y)^2 at a stored scale.
  double error(const float* x, size_t n, float scale) const;
  /// Adds each weight to the count of the level it takes.
  void count_codes(const float* x, size_t n, float scale, std::vector<uint64_t>& counts) const;

 private:
  size_t nearest(float y) const;
  float choose_grid(const float* x, size_t n, float start) const;

  static constexpr size_t cells = 1024;
  std::vector<float> levels_, middles_;
  float end_;
  bool with_sign_;
  Storage storage_;
  // The first code that a value in a cell between the outermost levels can take; the search goes up from there.
  float cell_scale_, cell_origin_;
  std::array<uint16_t, cells + 1> first_;
  ScaleScratch scratch_;
};

/// A scale and an offset for a block: x becomes d * q + m, q in 0 .. 2^bits - 1, both stored as `storage`.
/// grid: 24 ranges around the middle, each 5 % narrower, each followed by a least-squares fit of both.
double offset_error(const float* x, size_t n, int bits, ScaleSearch search, Storage storage);

/// A scale and a whole zero point of `bits` bits: x becomes s * (q - z), as GPTQ does it: the range is widened to hold
/// zero, z = round(-min / s). grid: 24 ranges, each 5 % smaller on both sides.
double zero_point_error(const float* x, size_t n, int bits, ScaleSearch search, Storage storage);

}  // namespace nibble
