#include <algorithm>
#include <cmath>
#include <limits>

#include "numeric/bits.h"
#include "search/exact_integers.h"
#include "search/exact_integers_grids.h"
#include "search/sweep_vectors.h"

/// The body of the exact search for integer codes (search/exact_integers.h).
namespace nibble::NIBBLE_TARGET {
namespace {

constexpr float no_cell = 3e38f;

struct BestScale {
  v128_t error, scale;  // per lane: error in units of power^2, and the stored |scale|
  v128_t is_short;
};

// Looks at every choice of codes that is nearest somewhere in the cell [T0, T1], and keeps the best stored scale.
// Errors are kept as differences from the cell's middle scale, which loses no precision to cancellation near it.
// The best choice's stored scale lies in the cell where it is found (docs/searches.md).
// `both_limits`: the sum of a weight's limits on the long and on the short side; `w`: importance, read where
// `weighted`.
template <class Grid, bool weighted>
inline void sweep_cell(const v128_t* u, const v128_t* w, const v128_t* long_limit, float both_limits, bool is_short,
                       float T0, float T1, float power, float inverse_power, BestScale& best) {
  alignas(16) float event_u[40], event_P[40], event_w[40];
  // Near the cell's middle, with so few bits that s p, and with it nearly every difference u - s p, is exact.
  const float s = bit_cast<float>(bit_cast<uint32_t>(2.0f / (T0 + T1)) & 0xFFFFF000u);
  // From s to a scale of the cell, and a little more for rounding.
  const float farthest = 1.001f / T0 - s;
  const v128_t vs = wasm_f32x4_splat(s), vT0 = wasm_f32x4_splat(T0), vT1 = wasm_f32x4_splat(T1);
  const v128_t half = in_register(wasm_f32x4_splat(0.5f));
  v128_t F4 = wasm_f32x4_splat(0), R4 = F4, B4 = F4;
  int events = 0;
  const v128_t is_short_mask = wasm_i32x4_splat(is_short ? -1 : 0);
  v128_t limit[8];
  for (int k = 0; k < 8; ++k) {
    limit[k] = is_short ? wasm_f32x4_sub(wasm_f32x4_splat(both_limits), long_limit[k]) : long_limit[k];
  }
  for (int k = 0; k < 8; ++k) {
    const v128_t p = wasm_f32x4_pmin(wasm_f32x4_nearest(wasm_f32x4_mul(u[k], vT0)), limit[k]);
    const v128_t r = wasm_f32x4_sub(u[k], wasm_f32x4_mul(vs, p));
    const v128_t wr = weighted ? wasm_f32x4_mul(w[k], r) : r, wp = weighted ? wasm_f32x4_mul(w[k], p) : p;
    F4 = wasm_f32x4_add(F4, wasm_f32x4_mul(wr, r));
    R4 = wasm_f32x4_add(R4, wasm_f32x4_mul(wr, p));
    B4 = wasm_f32x4_add(B4, wasm_f32x4_mul(wp, p));
    const v128_t P = wasm_f32x4_add(p, half);
    const v128_t moves = wasm_v128_and(wasm_f32x4_le(P, wasm_f32x4_mul(u[k], vT1)), wasm_f32x4_lt(p, limit[k]));
    const int mask = static_cast<int>(wasm_i32x4_bitmask(moves));
    const v128_t order = wasm_v128_load(pack_table.bytes[mask]);
    wasm_v128_store(event_u + events, wasm_i8x16_swizzle(u[k], order));
    wasm_v128_store(event_P + events, wasm_i8x16_swizzle(P, order));
    if constexpr (weighted) wasm_v128_store(event_w + events, wasm_i8x16_swizzle(w[k], order));
    events += bits_set[mask];
  }
  const v128_t F = wasm_f32x4_splat(total(F4)), R = wasm_f32x4_splat(total(R4)), B = wasm_f32x4_splat(total(B4));
  // The lanes after the last event, at least one, stand for the choice of codes at T0: to a NaN no event compares.
  wasm_v128_store(event_u + events, wasm_f32x4_splat(std::numeric_limits<float>::quiet_NaN()));
  wasm_v128_store(event_P + events, wasm_f32x4_splat(0));
  if constexpr (weighted) wasm_v128_store(event_w + events, wasm_f32x4_splat(0));
  for (int e = 0; e <= events; e += 4) {
    const v128_t ue = wasm_v128_load(event_u + e), Pe = wasm_v128_load(event_P + e);
    // An event adds w P * 2 to B, and w u to A. u - s P is small and exact, as u would not be.
    v128_t dP = wasm_f32x4_splat(0), off_middle = dP;
    for (int four = 0; four < events; four += 4) {
      NIBBLE_UNROLL
      for (int j = four; j < four + 4; ++j) {
        const v128_t uj = wasm_v128_load32_splat(event_u + j), Pj = wasm_v128_load32_splat(event_P + j);
        const v128_t not_later = wasm_f32x4_le(wasm_f32x4_mul(Pj, ue), wasm_f32x4_mul(Pe, uj));
        v128_t off_j = wasm_f32x4_sub(uj, wasm_f32x4_mul(vs, Pj)), wP = Pj;
        if constexpr (weighted) {
          const v128_t wj = wasm_v128_load32_splat(event_w + j);
          off_j = wasm_f32x4_mul(off_j, wj);
          wP = wasm_f32x4_mul(Pj, wj);
        }
        dP = wasm_f32x4_add(dP, wasm_v128_and(not_later, wP));
        off_middle = wasm_f32x4_add(off_middle, wasm_v128_and(not_later, off_j));
      }
    }
    const StoredVertex vertex =
        stored_vertex(F, R, B, off_middle, dP, vs, wasm_f32x4_splat(power), wasm_f32x4_splat(inverse_power));
    v128_t better = wasm_f32x4_lt(vertex.error, best.error);
    if constexpr (weighted) {
      const v128_t is_exact =
          wasm_f32x4_le(wasm_f32x4_mul(vertex.rise, wasm_f32x4_splat(Grid::distrust)), vertex.error);
      const v128_t is_inside = wasm_f32x4_le(wasm_f32x4_abs(vertex.off), wasm_f32x4_splat(farthest));
      better = wasm_v128_and(better, wasm_v128_or(is_exact, is_inside));
    }
    best.error = wasm_v128_bitselect(vertex.error, best.error, better);
    best.scale = wasm_v128_bitselect(vertex.scale, best.scale, better);
    best.is_short = wasm_v128_bitselect(is_short_mask, best.is_short, better);
  }
}

/// A block as the steps see it. Sweeps work on weights over the power of two below the largest, which rounds nothing;
/// nodes are evaluated in 16-bit steps of the largest weight.
template <bool weighted>
struct PreparedBlock {
  v128_t scaled[8];           // |x| / power
  v128_t w[8];                // importance, the largest counting as one
  v128_t limit[8];            // the highest magnitude of a code on the long side
  v128_t U[4], V[4];          // |x| in steps; the root of the importance, rounded down
  v128_t other[4];            // all ones where a weight's sign is not that of the largest
  float power, inverse_size;  // of two; power / max|x|
  float square_sum;           // sum w u^2
  bool negative;              // whether the largest weight is
};
enum class Prepared { done, all_zero, out_of_reach };

/// Step 0.
template <class Grid, bool weighted>
inline Prepared prepare_block(const float* x, const float* importance, PreparedBlock<weighted>& block) {
  v128_t ax[8], signed_x[8], largest = wasm_f32x4_splat(0), upper = largest;
  if constexpr (weighted) {
    v128_t most = wasm_f32x4_splat(0);
    for (int k = 0; k < 8; ++k) {
      block.w[k] = wasm_v128_load(importance + 4 * k);
      most = wasm_f32x4_pmax(most, block.w[k]);
    }
    const float wmax = highest(most);
    if (!(wmax >= 1e-30f && wmax <= 1e30f)) return Prepared::out_of_reach;
    for (int k = 0; k < 8; ++k) block.w[k] = wasm_f32x4_mul(block.w[k], wasm_f32x4_splat(1.0f / wmax));
  }
  for (int k = 0; k < 8; ++k) {
    v128_t v = wasm_v128_load(x + 4 * k);
    if constexpr (weighted) v = wasm_v128_and(v, wasm_f32x4_gt(block.w[k], wasm_f32x4_splat(0)));
    signed_x[k] = v;
    ax[k] = wasm_f32x4_abs(v);
    largest = wasm_f32x4_pmax(largest, ax[k]);
    upper = wasm_f32x4_pmax(upper, v);
  }
  const float amax = highest(largest);
  if (amax == 0.0f) return Prepared::all_zero;
  // Below, the scale runs into subnormal halves, whose steps are too coarse for the bounds; above, it may overflow.
  if (!(amax >= NodeTables<Grid>::smallest_maximum && amax <= 1.0e5f)) return Prepared::out_of_reach;
  const float inverse_amax = 1.0f / amax;
  block.power = bit_cast<float>(bit_cast<uint32_t>(amax) & 0x7F800000u);
  block.inverse_size = block.power * inverse_amax;
  block.negative = highest(upper) != amax;

  const v128_t flip = wasm_i32x4_splat(block.negative ? static_cast<int>(0x80000000u) : 0);
  v128_t squares = wasm_f32x4_splat(0);
  const v128_t to_scaled = wasm_f32x4_splat(1.0f / block.power),
               to_fixed = wasm_f32x4_splat(inverse_amax * (65536.0f / Grid::steps));
  const v128_t long_limit = wasm_f32x4_splat(Grid::reach), short_limit = wasm_f32x4_splat(Grid::reach - 1);
  NIBBLE_UNROLL
  for (int k = 0; k < 4; ++k) {
    v128_t signs[2], steps[2], roots[2];
    NIBBLE_UNROLL
    for (int half = 0; half < 2; ++half) {
      const int i = 2 * k + half;
      block.scaled[i] = wasm_f32x4_mul(ax[i], to_scaled);
      signs[half] = wasm_i32x4_shr(wasm_v128_xor(signed_x[i], flip), 31);
      steps[half] = nearest_i32(wasm_f32x4_mul(ax[i], to_fixed));
      block.limit[i] = wasm_v128_bitselect(short_limit, long_limit, signs[half]);
      const v128_t square = wasm_f32x4_mul(block.scaled[i], block.scaled[i]);
      squares = wasm_f32x4_add(squares, weighted ? wasm_f32x4_mul(block.w[i], square) : square);
      if constexpr (weighted) {
        const v128_t root = wasm_f32x4_mul(wasm_f32x4_sqrt(block.w[i]), wasm_f32x4_splat(32767.0f));
        roots[half] = nearest_i32(wasm_f32x4_sub(root, wasm_f32x4_splat(0.5f)));
      }
    }
    if constexpr (weighted) block.V[k] = wasm_i16x8_narrow_i32x4(roots[0], roots[1]);
    block.U[k] = wasm_i16x8_narrow_i32x4(steps[0], steps[1]);
    block.other[k] = wasm_i16x8_narrow_i32x4(signs[0], signs[1]);
  }
  block.square_sum = total(squares) * (block.inverse_size * block.inverse_size);
  return Prepared::done;
}

/// The sums of squares of eight residuals, two in a lane.
template <bool weighted>
inline v128_t square_of(const PreparedBlock<weighted>& block, v128_t r, int k) {
  if constexpr (weighted) r = wasm_i16x8_q15mulr_sat(r, block.V[k]);
  return wasm_i32x4_dot_i16x8(r, r);
}

/// The errors of four nodes, from below (rounding included), from their sums of squares. `unit` is what those count.
template <bool weighted>
inline v128_t least_error(const v128_t* sums, float unit, v128_t rounding, v128_t node_scale) {
  // A weighted residual is rounded once more.
  const v128_t more_rounding = wasm_f32x4_splat(weighted ? 5.6569f * 1.01f / 16384.0f : 0.0f);
  const v128_t square =
      wasm_f32x4_mul(wasm_f32x4_convert_i32x4(lane_sums(sums[0], sums[1], sums[2], sums[3])), wasm_f32x4_splat(unit));
  const v128_t root = wasm_f32x4_sub(wasm_f32x4_sqrt(wasm_f32x4_pmax(square, wasm_f32x4_splat(0))),
                                     wasm_f32x4_add(rounding, more_rounding));
  const v128_t least = wasm_f32x4_mul(wasm_f32x4_pmax(root, wasm_f32x4_splat(0)), node_scale);
  return wasm_f32x4_mul(least, least);
}

constexpr float open_unit = 0x1p-26f;
/// Beyond its limit a weight keeps the whole distance; where sums could overflow, three and a half levels of it at
/// most. That, rounding an eighth down and shifting squares all err below the error.
template <class Grid>
constexpr int square_shift = NodeTables<Grid>::far ? 5 : 0;
template <class Grid>
constexpr float clipped_unit = open_unit * (1 << square_shift<Grid>);

template <class Grid, bool weighted>
inline v128_t clipped_square(const PreparedBlock<weighted>& block, v128_t t, v128_t eighth, v128_t most, v128_t high,
                             v128_t less, v128_t is_short) {
  v128_t sum;
  NIBBLE_UNROLL
  for (int k = 0; k < 4; ++k) {
    const v128_t lower = wasm_v128_xor(block.other[k], is_short);
    const v128_t inside = wasm_i16x8_min(block.U[k], wasm_i16x8_sub(high, wasm_v128_and(lower, less)));
    v128_t beyond = wasm_i16x8_sub(block.U[k], inside);
    if constexpr (NodeTables<Grid>::far) beyond = wasm_i16x8_min(beyond, most);
    const v128_t r = wasm_i16x8_add_sat(wasm_i16x8_shr(wasm_i16x8_mul(inside, t), 3), wasm_i16x8_mul(beyond, eighth));
    v128_t square = square_of(block, r, k);
    if constexpr (NodeTables<Grid>::far) square = wasm_u32x4_shr(square, square_shift<Grid>);
    sum = k == 0 ? square : wasm_i32x4_add(sum, square);
  }
  return sum;
}

/// Step 1: the error at every node, from below. A product u T wraps around at every level, and what is left is the
/// distance to the nearest one.
template <class Grid, bool weighted>
inline void find_node_errors(const PreparedBlock<weighted>& block, float* error) {
  using Tables = NodeTables<Grid>;
  constexpr const Tables& nodes = node_tables<Grid>;
  for (int node = 0; node < Grid::open_count; node += 4) {
    v128_t sums[4];
    NIBBLE_UNROLL
    for (int c = 0; c < 4; ++c) {
      const v128_t t = wasm_v128_load(nodes.fixed[node + c]);
      NIBBLE_UNROLL
      for (int k = 0; k < 4; ++k) {
        const v128_t square = square_of(block, wasm_i16x8_shr(wasm_i16x8_mul(block.U[k], t), 3), k);
        sums[c] = k == 0 ? square : wasm_i32x4_add(sums[c], square);
      }
    }
    wasm_v128_store(error + node, least_error<weighted>(sums, open_unit, wasm_v128_load(nodes.rounding + node),
                                                        wasm_v128_load(nodes.scale + node)));
  }
  for (int node = Grid::open_count; node < Tables::node_count; node += 4) {
    const bool is_short = node >= Tables::clipped;
    v128_t sums[4];
    NIBBLE_UNROLL
    for (int c = 0; c < 4; ++c) {
      sums[c] =
          clipped_square<Grid>(block, wasm_v128_load(nodes.fixed[node + c]), wasm_v128_load(nodes.eighth[node + c]),
                               wasm_v128_load(nodes.most[node + c]), wasm_v128_load(nodes.limit[node + c]),
                               wasm_v128_load(nodes.less[node + c]), wasm_i16x8_splat(is_short ? -1 : 0));
    }
    wasm_v128_store(error + (is_short ? node + 1 : node),
                    least_error<weighted>(sums, clipped_unit<Grid>, wasm_v128_load(nodes.rounding + node),
                                          wasm_v128_load(nodes.scale + node)));
  }
  error[Tables::clipped] = error[Grid::open_count - 1];
  for (int slot = Tables::slot_count; slot < Tables::padded; ++slot) error[slot] = 0.0f;
}

/// Step 2: what the error is at least in every cell (see exact_integers.h). Returns the cell that looks best: both its
/// ends low, and not merely because it is wide.
template <class Grid>
inline int bound_cells(float square_sum, const float* error, float* bounds) {
  using Tables = NodeTables<Grid>;
  constexpr const Tables& nodes = node_tables<Grid>;
  static_assert(Tables::padded <= 256);
  const v128_t sum = wasm_f32x4_splat(square_sum), inverse_sum = wasm_f32x4_splat(1.0f / square_sum);
  // The low bits of a guess hold the cell's number.
  v128_t guess = wasm_f32x4_splat(std::numeric_limits<float>::max()), number = wasm_i32x4_make(0, 1, 2, 3);
  for (int cell = 0; cell < Tables::cell_count; cell += 4) {
    const v128_t left = wasm_f32x4_mul(wasm_v128_load(error + cell), wasm_v128_load(nodes.ratio + cell));
    const v128_t right = wasm_v128_load(error + cell + 1);
    const v128_t curve = wasm_f32x4_mul(wasm_v128_load(nodes.curve + cell), sum);
    const v128_t half_inverse = wasm_f32x4_mul(wasm_v128_load(nodes.inverse_curve + cell), inverse_sum);
    wasm_v128_store(bounds + cell, chord_bound(left, right, curve, half_inverse));
    const v128_t value = wasm_f32x4_sub(wasm_f32x4_add(left, right), wasm_f32x4_mul(curve, wasm_f32x4_splat(0.2f)));
    guess = wasm_f32x4_pmin(guess, wasm_v128_or(wasm_v128_and(value, wasm_i32x4_splat(~255)), number));
    number = wasm_i32x4_add(number, wasm_i32x4_splat(4));
  }
  return static_cast<int>(bit_cast<uint32_t>(lowest(guess)) & 255);
}

/// Step 3: sweeps cells and keeps the best stored scale.
template <class Grid, bool weighted>
class CellSweeps {
 public:
  explicit CellSweeps(const PreparedBlock<weighted>& block) : block_(block), inverse_power_(1.0f / block.power) {}

  void sweep(int cell, float T0, float T1) {
    const float off_middle = (T1 - T0) / (T0 + T1), inverse_size = block_.inverse_size;
    spread_ = std::max(spread_, off_middle * off_middle);
    sweep_cell<Grid, weighted>(block_.scaled, block_.w, block_.limit, 2 * Grid::reach - 1,
                               cell > NodeTables<Grid>::gap_cell, T0 * inverse_size, T1 * inverse_size, block_.power,
                               inverse_power_, best_);
    error_ = lowest(best_.error) * (inverse_size * inverse_size);
  }

  float error() const { return error_; }  // of the best scale, in units of the largest weight
  float worthwhile() const { return error_ * Grid::worthwhile; }
  /// What single precision cannot tell of an error, above all next to the errors in the middle of a cell, which are up
  /// to the sum of squares times the spread.
  float indistinct() const { return std::max(Grid::perfect, Grid::distrust * spread_) * block_.square_sum; }

  float scale() const {
    alignas(16) float errors[4], scales[4];
    alignas(16) int32_t shorts[4];
    wasm_v128_store(errors, best_.error);
    wasm_v128_store(scales, best_.scale);
    wasm_v128_store(shorts, best_.is_short);
    int lane = 0;
    for (int k = 1; k < 4; ++k) {
      if (errors[k] < errors[lane]) lane = k;
    }
    // The side that reaches further is the negative codes: the largest weight is there when the scale has the other
    // sign.
    return (shorts[lane] != 0) != block_.negative ? scales[lane] : -scales[lane];
  }

 private:
  const PreparedBlock<weighted>& block_;
  float inverse_power_, spread_ = 0, error_ = std::numeric_limits<float>::max();
  BestScale best_{wasm_f32x4_splat(std::numeric_limits<float>::max()), wasm_f32x4_splat(0), wasm_i32x4_splat(0)};
};

/// The numbers of the cells whose bounds are below `found`. Returns how many there are.
template <class Grid>
inline int find_survivors(const float* bounds, float found, int32_t* survivors) {
  int count = 0;
  v128_t number = wasm_i32x4_make(0, 1, 2, 3);
  for (int cell = 0; cell < NodeTables<Grid>::cell_count; cell += 4) {
    const v128_t below = wasm_f32x4_lt(wasm_v128_load(bounds + cell), wasm_f32x4_splat(found));
    const int promising = static_cast<int>(wasm_i32x4_bitmask(below));
    wasm_v128_store(survivors + count, wasm_i8x16_swizzle(number, wasm_v128_load(pack_table.bytes[promising])));
    count += bits_set[promising];
    number = wasm_i32x4_add(number, wasm_i32x4_splat(4));
  }
  return count;
}

/// Step 3, continued: halves the surviving cells by evaluating their middles, four at a time, and sweeps the halves
/// whose bounds are still below what was found.
template <class Grid, bool weighted>
inline void sweep_survivors(const PreparedBlock<weighted>& block, const float* error, int32_t* survivors, int count,
                            CellSweeps<Grid, weighted>& sweeps) {
  using Tables = NodeTables<Grid>;
  constexpr const Tables& nodes = node_tables<Grid>;
  const v128_t square_sum = wasm_f32x4_splat(block.square_sum);
  const v128_t inverse_square_sum = wasm_f32x4_splat(1.0f / block.square_sum);
  for (int at = 0; at < count; at += 4) {
    for (int c = count; c < at + 4; ++c) survivors[c] = survivors[count - 1];
    alignas(16) float lefts[4], rights[4], middle_scales[4], roundings[4], halves[2][4];
    v128_t sums[4];
    NIBBLE_UNROLL
    for (int c = 0; c < 4; ++c) {
      const int cell = survivors[at + c];
      sums[c] = clipped_square<Grid>(
          block, wasm_v128_load16_splat(nodes.middle_fixed + cell), wasm_v128_load16_splat(nodes.middle_eighth + cell),
          wasm_v128_load16_splat(nodes.middle_most + cell), wasm_v128_load16_splat(nodes.middle_limit + cell),
          wasm_v128_load16_splat(nodes.middle_less + cell), wasm_i16x8_splat(cell > Tables::gap_cell ? -1 : 0));
      lefts[c] = error[cell];
      rights[c] = error[cell + 1];
      middle_scales[c] = nodes.middle_scale[cell];
      roundings[c] = nodes.middle_rounding[cell];
    }
    const v128_t middle =
        least_error<weighted>(sums, clipped_unit<Grid>, wasm_v128_load(roundings), wasm_v128_load(middle_scales));
    uint32_t promising = 0;
    NIBBLE_UNROLL
    for (int side = 0; side < 2; ++side) {
      const auto* cells = nodes.half[side];
      v128_t ratio = wasm_v128_load(cells + survivors[at]), curve = wasm_v128_load(cells + survivors[at + 1]);
      v128_t inverse_curve = wasm_v128_load(cells + survivors[at + 2]),
             unused = wasm_v128_load(cells + survivors[at + 3]);
      transpose4(ratio, curve, inverse_curve, unused);
      const v128_t bound = chord_bound(wasm_f32x4_mul(side ? middle : wasm_v128_load(lefts), ratio),
                                       side ? wasm_v128_load(rights) : middle, wasm_f32x4_mul(curve, square_sum),
                                       wasm_f32x4_mul(inverse_curve, inverse_square_sum));
      wasm_v128_store(halves[side], bound);
      const v128_t below = wasm_f32x4_lt(bound, wasm_f32x4_splat(sweeps.worthwhile()));
      promising |= static_cast<uint32_t>(wasm_i32x4_bitmask(below)) << (4 * side);
    }
    if (count - at < 4) promising &= ((1u << (count - at)) - 1) * 17;
    for (; promising; promising &= promising - 1) {
      const int bit = __builtin_ctz(promising), side = bit >> 2, cell = survivors[at + (bit & 3)];
      if (!(halves[side][bit & 3] < sweeps.worthwhile())) continue;
      sweeps.sweep(cell, side ? nodes.middle_T[cell] : nodes.T[cell], side ? nodes.T[cell + 1] : nodes.middle_T[cell]);
    }
  }
}

/// Step 4, with importance: scales outside the grid, by what they leave of each weight. True where that is more than
/// `found`. Without importance no block needs this (docs/searches.md).
template <class Grid>
inline bool is_worse_outside(const PreparedBlock<true>& block, float found) {
  using Tables = NodeTables<Grid>;
  const float inverse_size = block.inverse_size;
  const v128_t* scaled = block.scaled;
  const auto error_of = [&](auto miss) {
    v128_t missed = wasm_f32x4_splat(0);
    for (int i = 0; i < 8; ++i) {
      const v128_t off = wasm_f32x4_pmax(wasm_f32x4_splat(0), miss(i));
      missed = wasm_f32x4_add(missed, wasm_f32x4_mul(block.w[i], wasm_f32x4_mul(off, off)));
    }
    return total(missed) * (inverse_size * inverse_size);
  };
  // The halves of coarser scales are as good, but single precision does not tell blocks that a few heavy weights
  // decide.
  const v128_t coarse_scale = wasm_f32x4_splat(1.0f / (Grid::T(0) * inverse_size));
  const auto coarse_miss = [&](int i) { return wasm_f32x4_pmin(scaled[i], wasm_f32x4_sub(coarse_scale, scaled[i])); };
  if (!(error_of(coarse_miss) > found)) return false;
  // Finer scales clip; an unimportant weight may best be clipped by any amount.
  const v128_t long_scale = wasm_f32x4_splat(1.0f / (Grid::T(Tables::clipped - 1) * inverse_size));
  const v128_t short_scale = wasm_f32x4_splat(1.0f / (Grid::T(Tables::node_count - 1) * inverse_size));
  const v128_t both = wasm_f32x4_splat(2 * Grid::reach - 1);
  const auto long_miss = [&](int i) { return wasm_f32x4_sub(scaled[i], wasm_f32x4_mul(block.limit[i], long_scale)); };
  const auto short_miss = [&](int i) {
    return wasm_f32x4_sub(scaled[i], wasm_f32x4_mul(wasm_f32x4_sub(both, block.limit[i]), short_scale));
  };
  return error_of(long_miss) > found && error_of(short_miss) > found;
}

/// The best scale on a grid. False where the grid cannot tell.
template <class Grid, bool weighted>
bool search_grid(const float* x, const float* importance, float& scale) {
  using Tables = NodeTables<Grid>;
  constexpr const Tables& nodes = node_tables<Grid>;
  PreparedBlock<weighted> block;
  switch (prepare_block<Grid>(x, importance, block)) {
    case Prepared::out_of_reach: return false;
    case Prepared::all_zero: scale = 0.0f; return true;
    case Prepared::done: break;
  }
  alignas(16) float error[Tables::padded], bounds[Tables::padded];
  find_node_errors<Grid>(block, error);
  const int first = bound_cells<Grid>(block.square_sum, error, bounds);
  if (nodes.T[first + 1] - nodes.T[first] >= 0.9f) return false;  // a weight might change its code twice
  CellSweeps<Grid, weighted> sweeps(block);
  sweeps.sweep(first, nodes.T[first], nodes.T[first + 1]);
  bounds[first] = no_cell;
  alignas(16) int32_t survivors[Tables::padded + 4];
  const int count = find_survivors<Grid>(bounds, sweeps.worthwhile(), survivors);
  sweep_survivors(block, error, survivors, count, sweeps);
  if (Grid::proves) {
    // A block that fits its grid almost perfectly leaves an error that single precision cannot compare.
    if (!(sweeps.error() > sweeps.indistinct())) return false;
    if constexpr (weighted) {
      if (!is_worse_outside<Grid>(block, sweeps.error())) return false;
    }
  }
  scale = sweeps.scale();
  return true;
}

}  // namespace

bool exact_integer_scale(int reach, const float* x, const float* importance, float& scale) {
  if (importance) {
    switch (reach) {
      case Grid4::reach:
        return search_grid<Grid4Weighted, true>(x, importance, scale) ||
               search_grid<Grid4WeightedWhole, true>(x, importance, scale);
      case Grid5::reach:
        return search_grid<Grid5Weighted, true>(x, importance, scale) ||
               search_grid<Grid5WeightedWhole, true>(x, importance, scale);
      default: return false;
    }
  }
  switch (reach) {
    case Grid4::reach:
      return search_grid<Grid4, false>(x, nullptr, scale) || search_grid<Grid4Whole, false>(x, nullptr, scale);
    case Grid5::reach:
      return search_grid<Grid5, false>(x, nullptr, scale) || search_grid<Grid5Whole, false>(x, nullptr, scale);
    default: return search_grid<Grid8, false>(x, nullptr, scale) || search_grid<Grid8Whole, false>(x, nullptr, scale);
  }
}
bool exact_integer_scale_near_maximum(const float* x, float& scale) {
  return search_grid<Grid8Near, false>(x, nullptr, scale);
}

}  // namespace nibble::NIBBLE_TARGET
