#pragma once
#include <cfloat>
#include <cstddef>

#include "numeric/lanes.h"
#include "search/iq_grid.h"

/// llama.cpp's search for IQ1_S and IQ1_M. A weight is scale * (-1, 0 or 1, moved up or down by 1/8). Sorted by value,
/// the weights of a sub-block fall into three runs, one per level; every way of cutting them is tried. Then each group
/// of eight moves to the nearest codebook point. V (numeric/lanes.h) holds cuts or shifts in its lanes; every lane
/// performs the operations of the scalar search in their order.
namespace nibble::NIBBLE_TARGET::iq1_search {

/// The three values of an upward and of a downward shifted group.
constexpr float shifted_values[2][3] = {{-0.875f, 0.125f, 1.125f}, {-1.125f, -0.125f, 0.875f}};

/// A cut: of the sorted weights, those before `first` get level 0, those before `second` level 1, the others level 2.
/// `shifts` has bit g set when group g (or, with one shift for all, bit 0) is shifted down.
struct Cut {
  bool found;
  int first, second;
  unsigned shifts;
  float scale;
};

/// order[r] = which weight is r-th by value; equal weights keep their order.
template <class V, int n>
inline void sort_by_value(const float* x, int* order) {
  constexpr int lanes = lane_count<V>;
  const V zero(0.0f), one(1.0f);
  for (int i = 0; i < n; i += lanes) {
    const V mine = load_run<V>(x + i);
    V rank(0.0f);
    for (int j = 0; j < i; ++j) rank += select(mine < V(x[j]), zero, one);
    for (int j = i + lanes; j < n; ++j) rank += select(V(x[j]) < mine, one, zero);
    float ranks[lanes];
    store_run(rank, ranks);
    for (int b = 0; b < lanes; ++b) {
      int r = static_cast<int>(ranks[b]);
      for (int c = 0; c < lanes; ++c) r += c < b ? !(x[i + b] < x[i + c]) : x[i + c] < x[i + b];
      order[r] = i + b;
    }
  }
}

/// The best cut of 32 weights when all groups share one shift. Lanes hold consecutive second cuts.
template <class V>
inline Cut cut_with_one_shift(const float* x, const float* w, const int* order) {
  constexpr int n = 32, lanes = lane_count<V>, padded = n + 1 + lanes;
  // Prefix sums; the padding is NaN, which no comparison accepts.
  float sum_x[padded], sum_w[padded];
  for (int i = 0; i < padded; ++i) sum_x[i] = sum_w[i] = NAN;
  sum_x[0] = sum_w[0] = 0.0f;
  for (int r = 0; r < n; ++r) {
    sum_x[r + 1] = sum_x[r] + w[order[r]] * x[order[r]];
    sum_w[r + 1] = sum_w[r] + w[order[r]];
  }
  // What the weights beyond the second cut contribute.
  float tail_x[2][padded], tail_w[2][padded];
  for (int s = 0; s < 2; ++s) {
    const float top = shifted_values[s][2];
    for (int i = 0; i < padded; ++i) {
      tail_x[s][i] = (sum_x[n] - sum_x[i]) * top;
      tail_w[s][i] = (sum_w[n] - sum_w[i]) * top * top;
    }
  }
  Cut best_cut{};
  float best = -FLT_MAX;
  for (int first = 0; first <= n; ++first) {
    float head_x[2], head_w[2];
    for (int s = 0; s < 2; ++s) {
      const float bottom = shifted_values[s][0];
      head_x[s] = (sum_x[first] - sum_x[0]) * bottom;
      head_w[s] = (sum_w[first] - sum_w[0]) * bottom * bottom;
    }
    for (int second = first; second <= n; second += lanes) {
      const V run_x = load_run<V>(sum_x + second) - V(sum_x[first]);
      const V run_w = load_run<V>(sum_w + second) - V(sum_w[first]);
      V vx[2] = {V(0.0f), V(0.0f)}, vv[2] = {V(0.0f), V(0.0f)};
      bool candidate = false;
      for (int s = 0; s < 2; ++s) {
        const V middle(shifted_values[s][1]);
        vx[s] = V(head_x[s]) + run_x * middle + load_run<V>(tail_x[s] + second);
        vv[s] = V(head_w[s]) + run_w * middle * middle + load_run<V>(tail_w[s] + second);
        candidate |= any(both(vv[s] > V(0.0f), vx[s] * vx[s] > V(best) * vv[s]));
      }
      if (!candidate) continue;
      float x_of[2][lanes], v_of[2][lanes];
      for (int s = 0; s < 2; ++s) {
        store_run(vx[s], x_of[s]);
        store_run(vv[s], v_of[s]);
      }
      for (int b = 0; b < lanes; ++b) {
        for (unsigned s = 0; s < 2; ++s) {
          const float a = x_of[s][b], v = v_of[s][b];
          if (!(v > 0.0f && a * a > best * v)) continue;
          best_cut = {true, first, second + b, s, a / v};
          best = best_cut.scale * a;
        }
      }
    }
  }
  return best_cut;
}

/// The best cut of 16 weights when each of the two groups has a shift of its own. Lanes hold the four combinations of
/// shifts. The sums run over the sorted weights in order, so cuts that begin alike share the beginnings of their sums.
template <class V>
inline Cut cut_with_two_shifts(const float* x, const float* w, const int* order) {
  constexpr int n = 16, lanes = lane_count<V>, vectors = 4 / lanes;
  struct Sums {
    V vx[vectors], vv[vectors];
    void add(const Sums& other) {
      for (int v = 0; v < vectors; ++v) {
        vx[v] += other.vx[v];
        vv[v] += other.vv[v];
      }
    }
  };
  // Bit 0 of a combination is the shift of the second group, bit 1 that of the first.
  static constexpr float group_values[2][3][4] = {
      {{-0.875f, -0.875f, -1.125f, -1.125f}, {0.125f, 0.125f, -0.125f, -0.125f}, {1.125f, 1.125f, 0.875f, 0.875f}},
      {{-0.875f, -1.125f, -0.875f, -1.125f}, {0.125f, -0.125f, 0.125f, -0.125f}, {1.125f, 0.875f, 1.125f, 0.875f}}};
  Sums part[3][n];
  for (int r = 0; r < n; ++r) {
    const int i = order[r];
    for (int t = 0; t < 3; ++t) {
      for (int v = 0; v < vectors; ++v) {
        const V value = load_run<V>(group_values[i / 8][t] + v * lanes);
        const V weighted = V(w[i]) * value;
        part[t][r].vx[v] = weighted * V(x[i]);
        part[t][r].vv[v] = weighted * value;
      }
    }
  }
  Sums head;
  for (int v = 0; v < vectors; ++v) head.vx[v] = head.vv[v] = V(0.0f);
  Cut best_cut{};
  float best = -FLT_MAX;
  for (int first = 0; first <= n; ++first) {
    Sums run = head;
    for (int second = first; second <= n; ++second) {
      Sums all = run;
      for (int r = second; r < n; ++r) all.add(part[2][r]);
      for (int v = 0; v < vectors; ++v) {
        if (!any(both(all.vv[v] > V(0.0f), all.vx[v] * all.vx[v] > V(best) * all.vv[v]))) continue;
        float x_of[lanes], v_of[lanes];
        store_run(all.vx[v], x_of);
        store_run(all.vv[v], v_of);
        for (int b = 0; b < lanes; ++b) {
          if (!(v_of[b] > 0.0f && x_of[b] * x_of[b] > best * v_of[b])) continue;
          const unsigned combination = static_cast<unsigned>(v * lanes + b);
          best_cut = {true, first, second, combination >> 1 | (combination & 1) << 1, x_of[b] / v_of[b]};
          best = best_cut.scale * x_of[b];
        }
      }
      if (second < n) run.add(part[1][second]);
    }
    if (first < n) head.add(part[0][first]);
  }
  return best_cut;
}

/// The nearest of a list of codebook points to a group of eight weights under a scale; the first of equals, and the
/// first of all when no distance is finite.
inline int nearest_point(const IqGrid<Iq8x3>& grid, std::span<const uint16_t> list, const float* x, const float* w,
                         float scale, const float* values) {
  float term[8][3];
  for (int i = 0; i < 8; ++i) {
    for (int l = 0; l < 3; ++l) {
      const float difference = scale * values[l] - x[i];
      term[i][l] = w[i] * difference * difference;
    }
  }
  float least = FLT_MAX;
  int nearest = list[0];
  for (const uint16_t position : list) {
    const uint8_t* level = grid.point(position);
    float distance = term[0][level[0]];
    for (int i = 1; i < 8; ++i) distance += term[i][level[i]];
    if (distance < least) {
      least = distance;
      nearest = position;
    }
  }
  return nearest;
}

/// A coded sub-block of n weights; bit g of `shifts` is set when group g is shifted down.
template <int n>
struct Found {
  float scale;
  unsigned shifts;
  int position[n / 8];
};

/// Codes the groups of a cut sub-block; when a group had to move to a neighbour, the scale is fitted anew.
/// `shifts` of the cut has a bit per group. A negative scale turns levels and shifts over.
template <int n>
inline Found<n> code_groups(const float* x, const float* w, const int* order, const Cut& cut) {
  constexpr unsigned all_groups = (1u << (n / 8)) - 1;
  static constexpr int power[8] = {1, 3, 9, 27, 81, 243, 729, 2187};
  const auto& grid = iq1_grid();
  const bool turn = cut.scale < 0.0f;
  Found<n> found{turn ? -cut.scale : cut.scale, turn ? cut.shifts ^ all_groups : cut.shifts, {}};
  int vectors[n / 8] = {};
  for (int r = 0; r < n; ++r) {
    const int level = r < cut.first ? 0 : r < cut.second ? 1 : 2;
    vectors[order[r] / 8] += (turn ? 2 - level : level) * power[order[r] % 8];
  }
  bool all_on_grid = true;
  for (int g = 0; g < n / 8; ++g) {
    found.position[g] = grid.find(vectors[g]);
    if (found.position[g] >= 0) continue;
    all_on_grid = false;
    found.position[g] = nearest_point(grid, grid.neighbours(found.position[g]), x + 8 * g, w + 8 * g, found.scale,
                                      shifted_values[found.shifts >> g & 1]);
  }
  if (all_on_grid) return found;
  float vx = 0.0f, vv = 0.0f;
  for (int i = 0; i < n; ++i) {
    const float value = shifted_values[found.shifts >> (i / 8) & 1][grid.point(found.position[i / 8])[i % 8]];
    const float weighted = w[i] * value;
    vx += weighted * x[i];
    vv += weighted * value;
  }
  if (vx > 0.0f && vv > 0.0f) found.scale = vx / vv;
  return found;
}

}  // namespace nibble::NIBBLE_TARGET::iq1_search
