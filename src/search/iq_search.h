#pragma once
#include <cfloat>
#include <cstddef>

#include "numeric/lanes.h"
#include "search/iq_grid.h"

/// llama.cpp's search for the IQ2 and IQ3 types: candidate scales, each followed by the nearest codebook points, each
/// followed by the least-squares scale of those points. V (numeric/lanes.h) holds one candidate scale per lane; every
/// lane performs the operations of the scalar search in their order.
namespace nibble::iq_search {

/// A sub-block of n weights without their signs. A weight whose sign could not be stored is negative.
template <int n>
struct SubBlock {
  float x[n];
  float w[n];       ///< weights of the squared errors
  float root_w[n];  ///< their square roots: what distances to codebook points are weighted with
  float largest;    ///< the largest x
};

/// What the search found: the scale, and per group the codebook position and whether rounding alone led to it.
template <int groups>
struct Found {
  float scale;
  int position[groups];
  bool on_grid[groups];
};

/// The weighted sums a least-squares scale is made of: over all weights, values * x and values^2.
template <class V>
struct Sums {
  V vx, vv;
};

/// Squared distances of each coordinate from each of its grid values, in lanes.
template <class Shape, class V>
struct DistanceTerms {
  V term[Shape::coords][Shape::levels];

  DistanceTerms(const float* x, const float* root_w, V scale) {
    V step[Shape::levels];
    for (int l = 0; l < Shape::levels; ++l) step[l] = scale * V(static_cast<float>(2 * l + 1));
    for (int i = 0; i < Shape::coords; ++i) {
      for (int l = 0; l < Shape::levels; ++l) {
        const V difference = step[l] - V(x[i]);
        term[i][l] = V(root_w[i]) * difference * difference;
      }
    }
  }

  /// Which point of the list is nearest, per lane; the first of equals, and the first of all when no distance is finite.
  V nearest(const IqGrid<Shape>& grid, std::span<const uint16_t> list) const {
    V least(FLT_MAX), ordinal(0.0f), winner(0.0f);
    for (const uint16_t position : list) {
      const uint8_t* level = grid.point(position);
      V distance = term[0][level[0]];
      for (int i = 1; i < Shape::coords; ++i) distance += term[i][level[i]];
      winner = select(distance < least, ordinal, winner);
      least = lower_of(least, distance);
      ordinal += V(1.0f);
    }
    return winner;
  }
};

/// Codes one group under each lane's scale: every coordinate is rounded to a level; where the levels are no codebook
/// point, the nearest of the point's neighbours is taken. Writes a position per lane; bit b of the result is set when
/// lane b needed no neighbour.
template <class Shape, class V>
inline unsigned code_group(const IqGrid<Shape>& grid, const float* x, const float* root_w, V inverse, V scale,
                           int* position) {
  constexpr int lanes = lane_count<V>;
  V vector(0.0f);
  for (int i = Shape::coords - 1; i >= 0; --i) {
    const V level = nearest_level(V(0.5f) * (inverse * V(x[i]) - V(1.0f)), 0, Shape::levels - 1);
    vector = vector * V(static_cast<float>(Shape::levels)) + level;
  }
  float vectors[lanes];
  store_run(vector, vectors);
  unsigned on_grid = 0;
  for (int b = 0; b < lanes; ++b) {
    position[b] = grid.find(static_cast<int>(vectors[b]));
    on_grid |= static_cast<unsigned>(position[b] >= 0) << b;
  }
  if (on_grid == (1u << lanes) - 1) return on_grid;
  const DistanceTerms<Shape, V> terms(x, root_w, scale);
  for (int b = 0; b < lanes; ++b) {
    if (position[b] >= 0) continue;
    // Lanes that share the vector of levels share the walk along its list.
    const int handle = position[b];
    const auto list = grid.neighbours(handle);
    float winners[lanes];
    store_run(terms.nearest(grid, list), winners);
    for (int c = b; c < lanes; ++c) {
      if (position[c] == handle) position[c] = list[static_cast<size_t>(winners[c])];
    }
  }
  return on_grid;
}

/// Adds one group, coded per lane as position[b], to the sums.
template <class Shape, class V>
inline void add_group(const IqGrid<Shape>& grid, const float* x, const float* w, const int* position, Sums<V>& sums) {
  const float* rows[lane_count<V>];
  for (int b = 0; b < lane_count<V>; ++b) rows[b] = grid.values(position[b]);
  V value[Shape::coords];
  load_rows<Shape::coords>(rows, value);
  for (int i = 0; i < Shape::coords; ++i) {
    sums.vx += V(w[i] * x[i]) * value[i];
    sums.vv += V(w[i]) * value[i] * value[i];
  }
}

/// Tries the inverse scales numerators[k] / largest for k < count, and keeps the first of the best fits. `start` is the
/// scale and `on_grid` the marks when no candidate can be fitted. `numerators` is readable up to a multiple of the lanes.
template <class V, int n, class Shape>
inline Found<n / Shape::coords> search_scales(const IqGrid<Shape>& grid, const SubBlock<n>& block,
                                              const float* numerators, int count, float largest, float start,
                                              bool on_grid) {
  constexpr int groups = n / Shape::coords, lanes = lane_count<V>;
  Found<groups> found{};
  found.scale = start;
  for (bool& mark : found.on_grid) mark = on_grid;
  float best = 0.0f;
  for (int first = 0; first < count; first += lanes) {
    const V numerator = load_run<V>(numerators + first);
    const V inverse = numerator / V(largest);
    const V scale = V(1.0f) / inverse;
    Sums<V> sums{V(0.0f), V(0.0f)};
    int position[groups][lanes];
    unsigned marks[groups];
    for (int g = 0; g < groups; ++g) {
      const int at = g * Shape::coords;
      marks[g] = code_group(grid, block.x + at, block.root_w + at, inverse, scale, position[g]);
      add_group(grid, block.x + at, block.w + at, position[g], sums);
    }
    if (!any(both(sums.vv > V(0.0f), sums.vx * sums.vx > V(best) * sums.vv))) continue;
    float vx[lanes], vv[lanes];
    store_run(sums.vx, vx);
    store_run(sums.vv, vv);
    for (int b = 0; b < lanes && first + b < count; ++b) {
      if (!(vv[b] > 0.0f && vx[b] * vx[b] > best * vv[b])) continue;
      found.scale = vx[b] / vv[b];
      best = found.scale * vx[b];
      for (int g = 0; g < groups; ++g) {
        found.position[g] = position[g][b];
        found.on_grid[g] = marks[g] >> b & 1;
      }
    }
  }
  return found;
}

/// Which groups are coded anew with the scale found.
enum class Refine { off_grid, all_if_any_off_grid, all };

/// Codes groups anew with the scale found and fits the scale to the result.
template <Refine refine, int n, class Shape>
inline void refine_scale(const IqGrid<Shape>& grid, const SubBlock<n>& block, Found<n / Shape::coords>& found) {
  constexpr int groups = n / Shape::coords;
  bool any_off = false;
  for (const bool mark : found.on_grid) any_off |= !mark;
  if (!(found.scale > 0.0f) || (refine != Refine::all && !any_off)) return;
  const float inverse = 1.0f / found.scale;
  Sums<float> sums{0.0f, 0.0f};
  for (int g = 0; g < groups; ++g) {
    const int at = g * Shape::coords;
    if (refine != Refine::off_grid || !found.on_grid[g]) {
      code_group(grid, block.x + at, block.root_w + at, inverse, found.scale, &found.position[g]);
    }
    add_group(grid, block.x + at, block.w + at, &found.position[g], sums);
  }
  if (sums.vv > 0.0f) found.scale = sums.vx / sums.vv;
}

}  // namespace nibble::iq_search
