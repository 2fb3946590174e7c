#include <cfloat>

#include "calibration/point_descent.h"
#include "numeric/lanes.h"

namespace nibble::calibration::NIBBLE_TARGET {
namespace {

using V = Lanes;
constexpr size_t step = lane_count<V>;
constexpr size_t most_halves = 81;

/// What the magnitudes m of a point cost, its signs and step being given: the sum over i of
/// m_i (m_i square[i] - linear[i] + sum over k < i of m_k product[i][k]).
template <size_t length>
struct PointCost {
  V square[length], linear[length], product[length][length];

  /// Of the half that begins at weight `first`, by itself.
  template <size_t first>
  V of_half(const float* magnitudes) const {
    V sum(0.0f);
    NIBBLE_UNROLL
    for (size_t i = 0; i < length / 2; ++i) {
      const V own(magnitudes[i]);
      V each = own * square[first + i] - linear[first + i];
      NIBBLE_UNROLL
      for (size_t k = 0; k < i; ++k) each = each + V(magnitudes[k]) * product[first + i][first + k];
      sum = sum + own * each;
    }
    return sum;
  }
};

/// The number of the first of the cheapest points, in each lane.
template <size_t length>
V cheapest(const PointList& list, const PointCost<length>& cost) {
  constexpr size_t half = length / 2;
  V first_cost[most_halves];
  for (size_t h = 0; h * half < list.first_halves.size(); ++h)
    first_cost[h] = cost.template of_half<0>(&list.first_halves[h * half]);
  V least(FLT_MAX), winner(0.0f), number(0.0f);
  for (auto point = list.points.begin(); point != list.points.end();) {
    const uint8_t second = point->second;
    const float* magnitudes = &list.second_halves[second * half];
    const V alone = cost.template of_half<half>(magnitudes);
    V together[half];  // with each weight of the first half
    NIBBLE_UNROLL
    for (size_t k = 0; k < half; ++k) {
      together[k] = V(magnitudes[0]) * cost.product[half][k];
      NIBBLE_UNROLL
      for (size_t i = 1; i < half; ++i) together[k] = together[k] + V(magnitudes[i]) * cost.product[half + i][k];
    }
    for (; point != list.points.end() && point->second == second; ++point) {
      const float* others = &list.first_halves[point->first * half];
      V all = first_cost[point->first] + alone;
      NIBBLE_UNROLL
      for (size_t k = 0; k < half; ++k) all = all + V(others[k]) * together[k];
      const auto take = all < least;
      least = select(take, all, least);
      winner = select(take, number, winner);
      number = number + V(1.0f);
    }
  }
  return winner;
}

/// What is looked for in one vector of lanes: the weights of a point, which begin at column `first` of the tile.
template <size_t length>
struct Place {
  const float* metric;  ///< of the point's columns, rows tile_columns apart
  V run_step, level[length], value[length], pull[length];

  Place(const RunLanes& run, const float* tile, size_t first, const float* levels, const float* pulls, size_t lane)
      : metric(tile + first * tile_columns + first), run_step(load_run<V>(run.step + lane)) {
    for (size_t i = 0; i < length; ++i) {
      level[i] = load_run<V>(levels + (first + i) * lanes + lane);
      value[i] = run_step * level[i];
      pull[i] = load_run<V>(pulls + (first + i) * lanes + lane);
    }
  }
  V weight(size_t i, size_t k) const { return V(metric[i * tile_columns + k]); }

  /// 1 and -1.
  void choose_signs(bool keep_product, V* signs) const {
    V wrong(1.0f), least(FLT_MAX), loser(0.0f);
    for (size_t i = 0; i < length; ++i) {
      const V wanted = value[i] + pull[i] * V(1.0f / metric[i * tile_columns + i]);
      signs[i] = select(wanted < V(0.0f), V(-1.0f), V(1.0f));
      wrong = wrong * select(level[i] < V(0.0f), -signs[i], signs[i]);
      const V loss = weight(i, i) * (wanted * wanted);
      const auto take = loss < least;
      least = select(take, loss, least);
      loser = select(take, V(static_cast<float>(i)), loser);
    }
    if (!keep_product) return;
    for (size_t i = 0; i < length; ++i) {
      const auto flip = both(wrong < V(0.0f), loser == V(static_cast<float>(i)));
      signs[i] = select(flip, -signs[i], signs[i]);
    }
  }

  PointCost<length> cost(const V* signs) const {
    PointCost<length> cost;
    V scale[length];
    for (size_t i = 0; i < length; ++i) scale[i] = signs[i] * run_step;
    for (size_t i = 0; i < length; ++i) {
      V aim = pull[i];
      for (size_t k = 0; k < length; ++k) aim = aim + weight(i, k) * value[k];
      cost.square[i] = weight(i, i) * (scale[i] * scale[i]);
      cost.linear[i] = (aim + aim) * scale[i];
      for (size_t k = 0; k < i; ++k) {
        const V once = weight(i, k) * (scale[i] * scale[k]);
        cost.product[i][k] = once + once;
      }
    }
    return cost;
  }

  /// Whether e^T H e falls when the values change by so much.
  auto is_better(const V* by) const {
    V change(0.0f);
    for (size_t i = 0; i < length; ++i) {
      V own = -(pull[i] + pull[i]);
      for (size_t k = 0; k < length; ++k) own = own + weight(i, k) * by[k];
      change = change + by[i] * own;
    }
    return change < V(0.0f);
  }
};

/// Takes the best point for the columns from `first` on, where that is better. Says whether it is in any lane.
template <size_t length>
bool move(const PointList& list, const RunLanes& run, const float* tile, size_t first, float* levels, const float* pull,
          float* changes) {
  bool moved = false;
  for (size_t l = 0; l < lanes; l += step) {
    const Place<length> place(run, tile, first, levels, pull, l);
    V signs[length];
    place.choose_signs(list.even_signs, signs);
    int winners[step];
    store_integer_run(cheapest<length>(list, place.cost(signs)), winners);
    float magnitudes[length][step];
    for (size_t lane = 0; lane < step; ++lane) {
      const PointList::Point& point = list.points[static_cast<size_t>(winners[lane])];
      for (size_t i = 0; i < length / 2; ++i) {
        magnitudes[i][lane] = list.first_halves[point.first * (length / 2) + i];
        magnitudes[length / 2 + i][lane] = list.second_halves[point.second * (length / 2) + i];
      }
    }
    V better[length], by[length];
    for (size_t i = 0; i < length; ++i) {
      better[i] = signs[i] * load_run<V>(magnitudes[i]);
      by[i] = place.run_step * better[i] - place.value[i];
    }
    const auto take = place.is_better(by);
    for (size_t i = 0; i < length; ++i) {
      store_run(select(take, better[i], place.level[i]), levels + (first + i) * lanes + l);
      store_run(select(take, by[i], V(0.0f)), changes + (first + i) * lanes + l);
    }
    moved = moved || any(take);
  }
  return moved;
}

template <size_t length>
bool descend_all(const PointList& list, const RunLanes* runs, size_t run_length, const float* tile, float* levels,
                 float* pull, float* changes) {
  bool moved = false;
  for (size_t first = 0; first < tile_columns; first += length) {
    if (!move<length>(list, runs[first / run_length], tile, first, levels, pull, changes)) continue;
    uint32_t at[length];
    for (size_t i = 0; i < length; ++i) at[i] = static_cast<uint32_t>(first + i);
    rounding_math().subtract(pull, 0, tile_columns, tile, tile_columns, at, changes + first * lanes, length);
    moved = true;
  }
  return moved;
}

}  // namespace

bool descend_points(const PointList& list, const RunLanes* runs, size_t run_length, const float* tile, float* levels,
                    float* pull, float* changes) {
  return list.length == 8 ? descend_all<8>(list, runs, run_length, tile, levels, pull, changes)
                          : descend_all<4>(list, runs, run_length, tile, levels, pull, changes);
}

}  // namespace nibble::calibration::NIBBLE_TARGET
