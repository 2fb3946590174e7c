#include <algorithm>

#include "calibration/point_descent.h"
#include "calibration/rounding_math.h"
#include "numeric/lanes.h"

namespace nibble::calibration::NIBBLE_TARGET {
namespace {

using V = Lanes;
constexpr size_t step = lane_count<V>;
constexpr size_t vectors = lanes / step;

/// `Columns` columns at once: their values stay in registers, and each load of the changes serves all of them.
template <size_t Columns>
inline void subtract_columns(float* rows, const float* matrix, size_t stride, const uint32_t* at, const float* changes,
                             size_t count) {
  V values[Columns][vectors];
  NIBBLE_UNROLL
  for (size_t c = 0; c < Columns; ++c) {
    NIBBLE_UNROLL
    for (size_t v = 0; v < vectors; ++v) values[c][v] = load_run<V>(rows + c * lanes + v * step);
  }
  for (size_t i = 0; i < count; ++i) {
    V change[vectors];
    NIBBLE_UNROLL
    for (size_t v = 0; v < vectors; ++v) change[v] = load_run<V>(changes + i * lanes + v * step);
    const float* factors = matrix + at[i] * stride;
    NIBBLE_UNROLL
    for (size_t c = 0; c < Columns; ++c) {
      const V factor(factors[c]);
      NIBBLE_UNROLL
      for (size_t v = 0; v < vectors; ++v) values[c][v] = values[c][v] - change[v] * factor;
    }
  }
  NIBBLE_UNROLL
  for (size_t c = 0; c < Columns; ++c) {
    NIBBLE_UNROLL
    for (size_t v = 0; v < vectors; ++v) store_run(values[c][v], rows + c * lanes + v * step);
  }
}

void subtract(float* rows, size_t first, size_t end, const float* matrix, size_t stride, const uint32_t* at,
              const float* changes, size_t count) {
  // Eight values, two changes, a factor and a product fit the sixteen registers of x86-64.
  constexpr size_t at_once = has_vectors ? 4 : 1;
  if (count == 0) return;
  size_t c = first;
  for (; c + at_once <= end; c += at_once)
    subtract_columns<at_once>(rows + c * lanes, matrix + c, stride, at, changes, count);
  for (; c < end; ++c) subtract_columns<1>(rows + c * lanes, matrix + c, stride, at, changes, count);
}

/// One float in all lanes.
template <class T>
inline T everywhere(const float* value) {
  if constexpr (lane_count<T> == 1) {
    return *value;
  } else {
    return T(wasm_v128_load32_splat(value));
  }
}

/// `Rows` rows with as many changes in the same order, `Vectors` vectors of their columns: the values stay in
/// registers.
template <size_t Rows, size_t Vectors>
inline void subtract_in_registers(float* rows, const float* tile, const RowChanges* changes) {
  V values[Rows][Vectors];
  NIBBLE_UNROLL
  for (size_t r = 0; r < Rows; ++r) {
    NIBBLE_UNROLL
    for (size_t v = 0; v < Vectors; ++v) values[r][v] = load_run<V>(rows + r * tile_columns + v * step);
  }
  for (size_t i = 0; i < changes->count; ++i) {
    V factors[Vectors];
    NIBBLE_UNROLL
    for (size_t v = 0; v < Vectors; ++v) factors[v] = load_run<V>(tile + changes->at[i] * tile_columns + v * step);
    NIBBLE_UNROLL
    for (size_t r = 0; r < Rows; ++r) {
      const V by = everywhere<V>(changes[r].by + i);
      NIBBLE_UNROLL
      for (size_t v = 0; v < Vectors; ++v) values[r][v] = values[r][v] - by * factors[v];
    }
  }
  NIBBLE_UNROLL
  for (size_t r = 0; r < Rows; ++r) {
    NIBBLE_UNROLL
    for (size_t v = 0; v < Vectors; ++v) store_run(values[r][v], rows + r * tile_columns + v * step);
  }
}

void subtract_tile(float* rows, const float* tile, const RowChanges* changes, size_t count) {
  // Eight values, what they share and a product fit the sixteen registers of x86-64.
  constexpr size_t narrow = 4, wide = 8;
  for (size_t r = 0; r < count;) {
    const bool pair = r + 1 < count && changes[r].count == tile_columns && changes[r + 1].count == tile_columns;
    for (size_t c = 0; pair && c < tile_columns; c += narrow * step)
      subtract_in_registers<2, narrow>(rows + r * tile_columns + c, tile + c, changes + r);
    for (size_t c = 0; !pair && changes[r].count > 0 && c < tile_columns; c += wide * step)
      subtract_in_registers<1, wide>(rows + r * tile_columns + c, tile + c, changes + r);
    r += pair ? 2 : 1;
  }
}

/// The level nearest to `place`; of two as near the even one where levels are whole, otherwise the lower.
inline V nearest(const LevelList& list, V place) {
  if (list.whole) return small_level(lower_of(higher_of(place, V(list.levels.front())), V(list.levels.back())));
  V level(list.levels.front());
  for (size_t i = 0; i < list.middles.size(); ++i)
    level = select(place > V(list.middles[i]), V(list.levels[i + 1]), level);
  return level;
}

/// Where a value lies among the levels; a run whose step is 0 has one value only.
inline V place_of(V value, V run_step, V offset) {
  const V place = (value - offset) / run_step;
  return select(run_step != V(0.0f), place, V(0.0f));
}

bool descend(const LevelList& list, const RunLanes* runs, size_t run_length, const float* tile, float* levels,
             float* pull, float* changes) {
  bool moved = false;
  for (size_t i = 0; i < tile_columns; ++i) {
    const RunLanes& run = runs[i / run_length];
    const float own = tile[i * tile_columns + i];
    const V weight(own), inverse(1.0f / own);
    float* change = changes + i * lanes;
    bool some = false;
    for (size_t l = 0; l < lanes; l += step) {
      const V run_step = load_run<V>(run.step + l), offset = load_run<V>(run.offset + l);
      const V level = load_run<V>(levels + i * lanes + l), g = load_run<V>(pull + i * lanes + l);
      const V value = run_step * level + offset;
      const V better = nearest(list, place_of(value + g * inverse, run_step, offset));
      const V delta = (run_step * better + offset) - value;
      const auto take = delta * (delta * weight - (g + g)) < V(0.0f);
      store_run(select(take, better, level), levels + i * lanes + l);
      store_run(select(take, delta, V(0.0f)), change + l);
      some = some || any(take);
    }
    if (!some) continue;
    const auto at = static_cast<uint32_t>(i);
    subtract(pull, 0, tile_columns, tile, tile_columns, &at, change, 1);
    moved = true;
  }
  return moved;
}

void round_run(const LevelList& list, const RunLanes& run, size_t first, size_t count, const float* target,
               const float* tile, float* levels, float* wanted, float* passed_on) {
  for (size_t i = first; i < first + count; ++i) {
    float* change = passed_on + i * lanes;
    for (size_t l = 0; l < lanes; l += step) {
      const V run_step = load_run<V>(run.step + l), offset = load_run<V>(run.offset + l);
      const V level = nearest(list, place_of(load_run<V>(wanted + i * lanes + l), run_step, offset));
      store_run(level, levels + i * lanes + l);
      store_run((run_step * level + offset) - load_run<V>(target + i * lanes + l), change + l);
    }
    const auto at = static_cast<uint32_t>(i);
    subtract(wanted, i + 1, tile_columns, tile, tile_columns, &at, change, 1);
  }
}

/// What one vector of lanes leaves with some step and offset.
struct RunError {
  V squares;  ///< sum of importance * (value - rounded)^2
  V without;  ///< sum of importance * (value - step * level): what the offset should make good
};
inline RunError error_with(const MultipleChoice& choice, size_t lane, V run_step, V offset) {
  RunError error{V(0.0f), V(0.0f)};
  const V inverse = select(run_step != V(0.0f), V(1.0f) / run_step, V(0.0f));
  for (size_t i = 0; i < choice.length; ++i) {
    const V value = load_run<V>(choice.values + i * lanes + lane), importance(choice.importance[i]);
    const V left = value - run_step * nearest(choice.list, (value - offset) * inverse);
    const V off = left - offset;
    error.squares = error.squares + importance * (off * off);
    error.without = error.without + importance * left;
  }
  return error;
}

void choose_multiples(const MultipleChoice& choice, float* scale_multiples, float* minimum_multiples) {
  const V fewest(static_cast<float>(choice.fewest)), most(static_cast<float>(choice.most));
  const V reach(static_cast<float>(choice.reach));
  float total = 0;
  for (size_t i = 0; i < choice.length; ++i) total += choice.importance[i];
  for (size_t l = 0; l < lanes; l += step) {
    const V scale = load_run<V>(choice.scale + l), minimum = load_run<V>(choice.minimum + l);
    const V near = load_run<V>(scale_multiples + l), near_minimum = load_run<V>(minimum_multiples + l);
    const V fewest_minima = higher_of(near_minimum - reach, fewest), most_minima = lower_of(near_minimum + reach, most);
    V best = near, best_minimum = near_minimum;
    V lowest = error_with(choice, l, scale * near, -(minimum * near_minimum)).squares;
    for (int a = -choice.reach; a <= choice.reach; ++a) {
      const V multiple = lower_of(higher_of(near + V(static_cast<float>(a)), fewest), most);
      V other = near_minimum;
      for (int trial = 0; trial <= (choice.has_minima ? minimum_trials : 0); ++trial) {
        const RunError error = error_with(choice, l, scale * multiple, -(minimum * other));
        const auto take = error.squares < lowest;
        lowest = select(take, error.squares, lowest);
        best = select(take, multiple, best);
        best_minimum = select(take, other, best_minimum);
        const V wanted = select(minimum != V(0.0f), -(error.without / V(total)) / minimum, near_minimum);
        other = small_level(lower_of(higher_of(wanted, fewest_minima), most_minima));
      }
    }
    store_run(best, scale_multiples + l);
    store_run(best_minimum, minimum_multiples + l);
  }
}

}  // namespace

const RoundingMath& rounding_math() {
  static constexpr RoundingMath functions = {target_kernel,  subtract,  subtract_tile,   descend,
                                             descend_points, round_run, choose_multiples};
  return functions;
}

}  // namespace nibble::calibration::NIBBLE_TARGET
