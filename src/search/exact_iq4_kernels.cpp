#include <cmath>
#include <limits>

#include "numeric/bits.h"
#include "search/exact_iq4.h"
#include "search/integer_searches.h"
#include "search/iq4_runs.h"
#include "search/sweep_vectors.h"

/// The body of the exact search for IQ4_NL (search/exact_iq4.h).
namespace nibble::NIBBLE_TARGET {
namespace {

// The nodes of the grid by T, in ranges over which the two levels around a weight are known.
struct Iq4Nodes {
  static constexpr int count = 36, cells = count - 1, first_family_count = 32, padded = 40, coarse_count = 8;
  static constexpr int range_count = 6;
  static constexpr struct Range {
    int first, count;
    float centre;
  } ranges[range_count] = {{0, 4, 48.3f},   {4, 4, 68.0f},   {8, 8, 90.5f},
                           {16, 8, 113.0f}, {24, 8, 141.5f}, {32, 4, 169.0f}};
  alignas(16) int16_t fixed[count], coarse_fixed[coarse_count];          // in steps
  alignas(16) float T[padded], scale[padded], rounding[padded];          // per node
  alignas(16) float ratio[padded], curve[padded], half_inverse[padded];  // per cell
  alignas(16) float coarse_scale[coarse_count], coarse_rounding[coarse_count];
  alignas(16) float coarse_ratio[coarse_count], coarse_curve[coarse_count], coarse_half_inverse[coarse_count];

  constexpr Iq4Nodes()
      : fixed{},
        coarse_fixed{},
        T{},
        scale{},
        rounding{},
        ratio{},
        curve{},
        half_inverse{},
        coarse_scale{},
        coarse_rounding{},
        coarse_ratio{},
        coarse_curve{},
        coarse_half_inverse{} {
    constexpr float at[count] = {42.0f,  46.5f,  51.0f,           55.5f,          60.0f,  65.5f,  71.0f,  77.0f,
                                 82.0f,  85.0f,  87.5f,           90.0f,          92.5f,  95.0f,  97.5f,  100.0f,
                                 102.5f, 105.5f, 108.5f,          111.5f,         115.0f, 118.0f, 121.5f, 125.0f,
                                 128.5f, 132.0f, 136.0f,          140.0f,         144.0f, 148.5f, 152.5f, 156.5f,
                                 161.0f, 166.0f, iq4_finest_T[0], iq4_finest_T[1]};
    constexpr float coarse[coarse_count] = {4.5f, 10.0f, 15.0f, 19.5f, 24.0f, 29.0f, 35.0f, 42.0f};
    float coarse_T[coarse_count] = {};
    for (int k = 0; k < count; ++k) set_node(at[k], 5.6569f, fixed[k], T[k], scale[k], rounding[k]);
    for (int k = 0; k < coarse_count; ++k) {
      set_node(coarse[k], 4.0f, coarse_fixed[k], coarse_T[k], coarse_scale[k], coarse_rounding[k]);
    }
    for (int k = 0; k < cells; ++k) bound(T[k], T[k + 1], ratio[k], curve[k], half_inverse[k]);
    for (int k = 0; k + 1 < coarse_count; ++k) {
      bound(coarse_T[k], coarse_T[k + 1], coarse_ratio[k], coarse_curve[k], coarse_half_inverse[k]);
    }
  }

 private:
  // `root`: of the number of weights, each of which is placed to half a step and comes in half steps of 2^-15.
  static constexpr void set_node(float at, float root, int16_t& steps, float& node, float& inverse, float& slack) {
    steps = static_cast<int16_t>(at * iq4_steps);
    node = at * (32767.0f / 32768.0f);  // products are shifted by 15 bits
    inverse = 1.0f / node;
    slack = root * 1.01f * (0.5f / iq4_steps + 0.5f * at / 32767.0f);
  }
  static constexpr void bound(float low, float high, float& quotient, float& slack, float& half) {
    quotient = low / high;
    slack = (high - low) * (high - low) / (low * high) * 1.00001f;
    half = 0.5f / slack;
  }
};
constexpr Iq4Nodes iq4_nodes;

// The errors at four nodes, from below, in units of the largest weight.
inline v128_t least_iq4_errors(const v128_t* sums, const float* rounding, const float* scale) {
  const v128_t square = wasm_f32x4_convert_i32x4(lane_sums(sums[0], sums[1], sums[2], sums[3]));
  const v128_t root = wasm_f32x4_sub(wasm_f32x4_mul(wasm_f32x4_sqrt(square), wasm_f32x4_splat(1.0f / iq4_steps)),
                                     wasm_v128_load(rounding));
  const v128_t least = wasm_f32x4_mul(wasm_f32x4_pmax(root, wasm_f32x4_splat(0)), wasm_v128_load(scale));
  return wasm_f32x4_mul(least, least);
}

inline void iq4_node_errors(const v128_t* U, int ranges, float* error) {
  for (int g = 0; g < ranges; ++g) {
    const Iq4Nodes::Range& range = Iq4Nodes::ranges[g];
    Iq4Sides sides;
    find_iq4_sides(U, static_cast<int16_t>(range.centre * iq4_steps), sides);
    for (int k = 0; k < 4; ++k) {
      sides.upper[k] = wasm_i16x8_shl(sides.upper[k], 7);
      sides.change[k] = wasm_i16x8_shl(sides.change[k], 7);
    }
    for (int node = range.first; node < range.first + range.count; node += 4) {
      v128_t sums[4];
      NIBBLE_UNROLL
      for (int c = 0; c < 4; ++c) {
        const v128_t t = wasm_v128_load16_splat(iq4_nodes.fixed + node + c);
        NIBBLE_UNROLL
        for (int k = 0; k < 4; ++k) {
          const v128_t place = wasm_i16x8_q15mulr_sat(U[k], t);
          const v128_t is_lower = wasm_i16x8_gt(sides.middle[k], place);
          const v128_t r =
              wasm_i16x8_sub(place, wasm_v128_xor(sides.upper[k], wasm_v128_and(is_lower, sides.change[k])));
          const v128_t square = wasm_i32x4_dot_i16x8(r, r);
          sums[c] = k == 0 ? square : wasm_i32x4_add(sums[c], square);
        }
      }
      wasm_v128_store(error + node, least_iq4_errors(sums, iq4_nodes.rounding + node, iq4_nodes.scale + node));
    }
  }
}

// What the error is at least between the coarse nodes, from sixteen weights.
inline float coarse_iq4_bound(v128_t U0, v128_t U1) {
  constexpr int count = Iq4Nodes::coarse_count;
  const v128_t values = wasm_v128_load(iq4_values);
  alignas(16) float error[count + 4];
  for (int node = 0; node < count; node += 4) {
    v128_t sums[4];
    for (int c = 0; c < 4; ++c) {
      const v128_t t = wasm_v128_load16_splat(iq4_nodes.coarse_fixed + node + c);
      const v128_t y0 = wasm_i16x8_q15mulr_sat(U0, t), y1 = wasm_i16x8_q15mulr_sat(U1, t);
      const v128_t level =
          wasm_i8x16_swizzle(values, iq4_codes_of_halves(wasm_i16x8_shr(y0, 6), wasm_i16x8_shr(y1, 6)));
      const v128_t r0 = wasm_i16x8_sub(y0, wasm_i16x8_shl(wasm_i16x8_extend_low_i8x16(level), 7));
      const v128_t r1 = wasm_i16x8_sub(y1, wasm_i16x8_shl(wasm_i16x8_extend_high_i8x16(level), 7));
      sums[c] = wasm_i32x4_add(wasm_i32x4_dot_i16x8(r0, r0), wasm_i32x4_dot_i16x8(r1, r1));
    }
    wasm_v128_store(error + node,
                    least_iq4_errors(sums, iq4_nodes.coarse_rounding + node, iq4_nodes.coarse_scale + node));
  }
  // Two squares of the largest weight are all that 32 bits hold.
  const v128_t squares = wasm_f32x4_add(wasm_f32x4_convert_i32x4(wasm_i32x4_dot_i16x8(U0, U0)),
                                        wasm_f32x4_convert_i32x4(wasm_i32x4_dot_i16x8(U1, U1)));
  // A little more than the sum of squares, for its rounding.
  const v128_t square_sum = wasm_f32x4_splat(total(squares) * (1.001f / (full_scale * full_scale)) + 1e-6f);
  v128_t least = wasm_f32x4_splat(std::numeric_limits<float>::max());
  static_assert(count == 8);  // seven cells, the middle one twice
  for (int cell = 0; cell <= 3; cell += 3) {
    const v128_t curve = wasm_f32x4_mul(wasm_v128_load(iq4_nodes.coarse_curve + cell), square_sum);
    const v128_t half = wasm_f32x4_div(wasm_v128_load(iq4_nodes.coarse_half_inverse + cell), square_sum);
    const v128_t left = wasm_f32x4_mul(wasm_v128_load(error + cell), wasm_v128_load(iq4_nodes.coarse_ratio + cell));
    least = wasm_f32x4_pmin(least, chord_bound(left, wasm_v128_load(error + cell + 1), curve, half));
  }
  return lowest(least);
}

struct BestIq4Scale {
  v128_t error, scale;  // per lane: error in units of power^2, and the stored scale with the family's sign
};

// Looks at every choice of codes that is nearest somewhere in the cell [T0, T1], and keeps the best stored scale. u are
// weights over a power of two with the family's sign, and T0 and T1 go with them; U and `centre` are for finding
// levels.
inline void sweep_iq4_cell(const v128_t* u, const v128_t* U, int16_t centre, float T0, float T1, float power,
                           v128_t sign, BestIq4Scale& best) {
  alignas(16) float event_u[40], event_m[40], event_off[40], event_D[40];
  // Near the cell's middle, with so few bits that s times a level is exact.
  const float s = bit_cast<float>(bit_cast<uint32_t>(2.0f / (T0 + T1)) & 0xFFFFF000u);
  const v128_t vs = wasm_f32x4_splat(s), vT0 = wasm_f32x4_splat(T0), vT1 = wasm_f32x4_splat(T1);
  const v128_t half = wasm_f32x4_splat(0.5f);
  Iq4Sides sides;
  find_iq4_sides(U, centre, sides);
  v128_t F4 = wasm_f32x4_splat(0), R4 = F4, B4 = F4;
  int events = 0;
  const auto visit = [&](v128_t v, v128_t lower, v128_t upper) {
    const v128_t m = wasm_f32x4_mul(half, wasm_f32x4_add(lower, upper));
    const v128_t begins_low = wasm_f32x4_lt(wasm_f32x4_mul(v, vT0), m),
                 ends_low = wasm_f32x4_lt(wasm_f32x4_mul(v, vT1), m);
    const v128_t level = wasm_v128_bitselect(lower, upper, begins_low);
    const v128_t r = wasm_f32x4_sub(v, wasm_f32x4_mul(vs, level));
    F4 = wasm_f32x4_add(F4, wasm_f32x4_mul(r, r));
    R4 = wasm_f32x4_add(R4, wasm_f32x4_mul(r, level));
    B4 = wasm_f32x4_add(B4, wasm_f32x4_mul(level, level));
    const int mask = static_cast<int>(wasm_i32x4_bitmask(wasm_v128_xor(begins_low, ends_low)));
    if (mask == 0) return;
    // The level moves by D past the middle m.
    const v128_t order = wasm_v128_load(pack_table.bytes[mask]);
    const v128_t moved = wasm_v128_bitselect(upper, lower, begins_low), D = wasm_f32x4_sub(moved, level);
    wasm_v128_store(event_u + events, wasm_i8x16_swizzle(wasm_f32x4_abs(v), order));
    wasm_v128_store(event_m + events, wasm_i8x16_swizzle(wasm_f32x4_abs(m), order));
    wasm_v128_store(event_off + events,
                    wasm_i8x16_swizzle(wasm_f32x4_mul(D, wasm_f32x4_sub(v, wasm_f32x4_mul(vs, m))), order));
    wasm_v128_store(event_D + events, wasm_i8x16_swizzle(wasm_f32x4_mul(D, m), order));
    events += bits_set[mask];
  };
  const auto low_floats = [](v128_t v) { return wasm_f32x4_convert_i32x4(wasm_i32x4_extend_low_i16x8(v)); };
  const auto high_floats = [](v128_t v) { return wasm_f32x4_convert_i32x4(wasm_i32x4_extend_high_i16x8(v)); };
  for (int k = 0; k < 4; ++k) {
    const v128_t upper = sides.upper[k], lower = wasm_v128_xor(upper, sides.change[k]);
    visit(u[2 * k], low_floats(lower), low_floats(upper));
    visit(u[2 * k + 1], high_floats(lower), high_floats(upper));
  }
  const v128_t F = wasm_f32x4_splat(total(F4)), R = wasm_f32x4_splat(total(R4)), B = wasm_f32x4_splat(total(B4));
  const v128_t to_stored = wasm_f32x4_splat(power), from_stored = wasm_f32x4_splat(1.0f / power);
  // The lanes after the last event, at least one, stand for the choice of codes at T0: no event comes before them.
  wasm_v128_store(event_u + events, wasm_f32x4_splat(0));
  wasm_v128_store(event_m + events, wasm_f32x4_splat(-1.0f));
  for (int e = 0; e <= events; e += 4) {
    const v128_t ue = wasm_v128_load(event_u + e), me = wasm_v128_load(event_m + e);
    // An event adds 2 D m to B and D u to A, of which D (u - s m) is kept.
    v128_t off = wasm_f32x4_splat(0), Dm = off;
    for (int j = 0; j < events; ++j) {
      const v128_t uj = wasm_v128_load32_splat(event_u + j), mj = wasm_v128_load32_splat(event_m + j);
      const v128_t not_later = wasm_f32x4_le(wasm_f32x4_mul(mj, ue), wasm_f32x4_mul(me, uj));
      off = wasm_f32x4_add(off, wasm_v128_and(not_later, wasm_v128_load32_splat(event_off + j)));
      Dm = wasm_f32x4_add(Dm, wasm_v128_and(not_later, wasm_v128_load32_splat(event_D + j)));
    }
    const StoredVertex vertex = stored_vertex(F, R, B, off, Dm, vs, to_stored, from_stored);
    const v128_t better = wasm_f32x4_lt(vertex.error, best.error);
    best.error = wasm_v128_bitselect(vertex.error, best.error, better);
    best.scale = wasm_v128_bitselect(wasm_v128_xor(vertex.scale, sign), best.scale, better);
  }
}

}  // namespace

bool exact_iq4(const float* x, float& scale) {
  constexpr const Iq4Nodes& nodes = iq4_nodes;
  constexpr float no_bound = 3e38f;
  Iq4Run run;
  prepare_iq4_run(x, run);
  const float amax = std::fabs(run.largest);
  if (amax == 0.0f) {
    scale = 0.0f;
    return true;
  }
  // Below, subnormal halves are too coarse for many cells to be excluded; above, the scale may overflow.
  if (!(amax >= 1e-4f && amax <= 1.0e5f)) return false;
  // Sweeps work on weights over the power of two below the largest, which rounds nothing.
  const float power = bit_cast<float>(bit_cast<uint32_t>(amax) & 0x7F800000u), size = power / amax;
  const float to_scaled = run.largest < 0.0f ? -1.0f / power : 1.0f / power;
  v128_t u[2][8], U[2][4], squares = wasm_f32x4_splat(0);
  for (int i = 0; i < 8; ++i) {
    u[0][i] = wasm_f32x4_mul(wasm_v128_load(x + 4 * i), wasm_f32x4_splat(to_scaled));
    u[1][i] = wasm_f32x4_neg(u[0][i]);
    squares = wasm_f32x4_add(squares, wasm_f32x4_mul(u[0][i], u[0][i]));
  }
  for (int k = 0; k < 4; ++k) {
    U[0][k] = run.U[k];
    U[1][k] = wasm_i16x8_neg(run.U[k]);
  }
  const float Suu = total(squares) * (size * size);

  // 1. What the error is at least in every cell.
  alignas(16) float error[Iq4Nodes::padded], bounds[2][Iq4Nodes::padded];
  const v128_t square_sum = wasm_f32x4_splat(Suu), inverse_square_sum = wasm_f32x4_splat(1.0f / Suu);
  v128_t least = wasm_f32x4_splat(no_bound);
  for (int family = 0; family < 2; ++family) {
    const int count = family == 0 ? Iq4Nodes::first_family_count : Iq4Nodes::count;
    iq4_node_errors(U[family], family == 0 ? Iq4Nodes::range_count - 1 : Iq4Nodes::range_count, error);
    for (int k = count; k < count + 4; ++k) error[k] = no_bound;
    for (int cell = 0; cell < count; cell += 4) {
      const v128_t left = wasm_f32x4_mul(wasm_v128_load(error + cell), wasm_v128_load(nodes.ratio + cell));
      const v128_t bound = chord_bound(left, wasm_v128_load(error + cell + 1),
                                       wasm_f32x4_mul(wasm_v128_load(nodes.curve + cell), square_sum),
                                       wasm_f32x4_mul(wasm_v128_load(nodes.half_inverse + cell), inverse_square_sum));
      wasm_v128_store(bounds[family] + cell, bound);
    }
    for (int k = count - 1; k < Iq4Nodes::padded; ++k) bounds[family][k] = no_bound;
    for (int cell = 0; cell < count; cell += 4) least = wasm_f32x4_pmin(least, wasm_v128_load(bounds[family] + cell));
  }

  // 2. Sweep the cell with the lowest bound, then every other one whose bound is below what was found.
  BestIq4Scale best{wasm_f32x4_splat(std::numeric_limits<float>::max()), wasm_f32x4_splat(0)};
  const auto sweep = [&](int family, int cell) {
    const float T0 = nodes.T[cell], T1 = nodes.T[cell + 1];
    sweep_iq4_cell(u[family], U[family], static_cast<int16_t>(0.5f * (T0 + T1) * iq4_steps), T0 * size, T1 * size,
                   power, wasm_i32x4_splat(family == 0 ? 0 : static_cast<int>(0x80000000u)), best);
    bounds[family][cell] = no_bound;
    return lowest(best.error) * (size * size);
  };
  const auto not_above = [&](int family, int cell, float limit) {
    return static_cast<uint32_t>(
        wasm_i32x4_bitmask(wasm_f32x4_le(wasm_v128_load(bounds[family] + cell), wasm_f32x4_splat(limit))));
  };
  const float least_bound = lowest(least);
  int first = 0;
  while (!not_above(first / Iq4Nodes::padded, first % Iq4Nodes::padded, least_bound)) first += 4;
  const int first_family = first / Iq4Nodes::padded, first_cell = first % Iq4Nodes::padded;
  float best_error = sweep(first_family, first_cell + __builtin_ctz(not_above(first_family, first_cell, least_bound)));
  for (int family = 0; family < 2; ++family) {
    for (int cell = 0; cell < Iq4Nodes::cells; cell += 4) {
      for (uint32_t promising = not_above(family, cell, best_error); promising; promising &= promising - 1) {
        const int one = cell + __builtin_ctz(promising);
        if (bounds[family][one] <= best_error) best_error = sweep(family, one);
      }
    }
  }

  // 3. Single precision cannot compare errors that are almost nothing.
  if (!(best_error > 2e-5f * Suu)) return false;
  // 4. Scales from 4.5 to 42. Finer and coarser ones need no proof (docs/searches.md).
  for (int family = 0; family < 2; ++family) {
    // Half of the weights usually miss enough; what the other half misses comes on top.
    float missed = coarse_iq4_bound(U[family][0], U[family][2]);
    if (!(missed > best_error)) missed += coarse_iq4_bound(U[family][1], U[family][3]);
    if (!(missed > best_error)) return false;
  }

  alignas(16) float errors[4], scales[4];
  wasm_v128_store(errors, best.error);
  wasm_v128_store(scales, best.scale);
  int lane = 0;
  for (int k = 1; k < 4; ++k) {
    if (errors[k] < errors[lane]) lane = k;
  }
  scale = run.largest < 0.0f ? -scales[lane] : scales[lane];
  return true;
}

}  // namespace nibble::NIBBLE_TARGET
