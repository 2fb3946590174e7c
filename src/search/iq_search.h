#pragma once
#include <array>
#include <cfloat>
#include <cstddef>

#include "numeric/lanes.h"
#include "search/iq_grid.h"

/// llama.cpp's search for the IQ2 and IQ3 types: candidate scales, each followed by the nearest codebook points, each
/// followed by the least-squares scale of those points. V (numeric/lanes.h) holds one candidate scale per lane; every
/// lane performs the operations of the scalar search in their order.
namespace nibble::NIBBLE_TARGET::iq_search {

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

/// Room for `count` floats that are read a whole V at a time, beginning anywhere.
template <class V>
constexpr int padded_count(int count) {
  constexpr int lanes = lane_count<V>;
  return lanes == 1 ? count : (count + lanes - 1) / lanes * lanes + lanes;
}

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

  /// Which point of the list is nearest, per lane; the first of equals, and the first of all when no distance is
  /// finite.
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

/// Codes one group under `count` scales: every coordinate is rounded to a level; where the levels are no codebook
/// point, the nearest of the point's neighbours is taken. Writes a position and a mark per scale; the mark says that no
/// neighbour was needed. `inverses` and `scales` are readable up to padded_count<V>(count).
template <class V, int count, class Shape>
inline void code_group(const IqGrid<Shape>& grid, const float* x, const float* root_w, const float* inverses,
                       const float* scales, int* position, bool* on_grid) {
  constexpr int lanes = lane_count<V>;
  int vectors[padded_count<V>(count)];
  for (int k = 0; k < count; k += lanes) {
    const V inverse = load_run<V>(inverses + k);
    V vector(0.0f);
    for (int i = Shape::coords - 1; i >= 0; --i) {
      const V level = nearest_level(V(0.5f) * (inverse * V(x[i]) - V(1.0f)), 0, Shape::levels - 1);
      vector = vector * V(static_cast<float>(Shape::levels)) + level;
    }
    store_integer_run(vector, vectors + k);
  }
  // Neighbouring scales often give the same levels: one look-up serves the run, one walk along the list of neighbours
  // as many of its scales as there are lanes.
  for (int first = 0, end; first < count; first = end) {
    for (end = first + 1; end < count && vectors[end] == vectors[first];) ++end;
    const int found = grid.find(vectors[first]);
    for (int k = first; k < end; ++k) {
      position[k] = found;
      on_grid[k] = found >= 0;
    }
    if (found >= 0) continue;
    const auto list = grid.neighbours(found);
    for (int k = first; k < end; k += lanes) {
      const DistanceTerms<Shape, V> terms(x, root_w, load_run<V>(scales + k));
      int winners[lanes];
      store_integer_run(terms.nearest(grid, list), winners);
      for (int b = 0; b < lanes && k + b < end; ++b) position[k + b] = list[static_cast<size_t>(winners[b])];
    }
  }
}

/// Adds one group, coded in lane b as position[b], to the sums.
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

/// Tries the inverse scales numerators[k] / largest, and keeps the first of the best fits. `start` is the scale and
/// `on_grid` the marks when no candidate can be fitted.
template <class V, int n, size_t candidates, class Shape>
inline Found<n / Shape::coords> search_scales(const IqGrid<Shape>& grid, const SubBlock<n>& block,
                                              const std::array<float, candidates>& numerators, float largest,
                                              float start, bool on_grid) {
  constexpr int count = candidates, groups = n / Shape::coords, lanes = lane_count<V>, padded = padded_count<V>(count);
  float inverses[padded], scales[padded];
  for (int k = 0; k < padded; ++k) inverses[k] = numerators[static_cast<size_t>(k < count ? k : count - 1)];
  for (int k = 0; k < padded; k += lanes) {
    const V inverse = load_run<V>(inverses + k) / V(largest);
    store_run(inverse, inverses + k);
    store_run(V(1.0f) / inverse, scales + k);
  }
  int position[groups][padded] = {};
  bool marks[groups][padded];
  for (int g = 0; g < groups; ++g) {
    const int at = g * Shape::coords;
    code_group<V, count>(grid, block.x + at, block.root_w + at, inverses, scales, position[g], marks[g]);
  }

  Found<groups> found{};
  found.scale = start;
  for (bool& mark : found.on_grid) mark = on_grid;
  float best = 0.0f;
  for (int first = 0; first < count; first += lanes) {
    Sums<V> sums{V(0.0f), V(0.0f)};
    for (int g = 0; g < groups; ++g) {
      const int at = g * Shape::coords;
      add_group(grid, block.x + at, block.w + at, position[g] + first, sums);
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
        found.position[g] = position[g][first + b];
        found.on_grid[g] = marks[g][first + b];
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
      bool ignored;
      code_group<float, 1>(grid, block.x + at, block.root_w + at, &inverse, &found.scale, &found.position[g], &ignored);
    }
    add_group(grid, block.x + at, block.w + at, &found.position[g], sums);
  }
  if (sums.vv > 0.0f) found.scale = sums.vx / sums.vv;
}

}  // namespace nibble::NIBBLE_TARGET::iq_search
