// The body of the exact search for integer codes, compiled once per kernel (exact_integers_*.cpp). Written in 128-bit
// vectors; the scalar kernel is the same text over portable vectors, so both give the same bits. See exact_integers.h.

// The grid for codes -reach .. reach-1: candidate inverse scales T = max|x| / |scale|. "Long" orientation: the sign of
// the largest weight gets the side that reaches `reach`; "short": the other one. Below reach - 1/2 nothing is clipped
// and both are the same. The slack of a cell's bound, relative to the error, depends on the cell's width in T alone, so
// cells are narrow where the error is near its minimum. In a cell a weight may change its code at most once.
// Nodes: `long_count` long ones (a multiple of 4), the last unclipped one again, then four short ones.
struct Grid4 {
  static constexpr int reach = 8, long_count = 16, shared_node = 8, fixed_bits = 11;
  static constexpr float T[24] = {2.8f, 3.6f,  4.3f, 5.0f,  5.6f, 6.2f, 6.7f, 7.1f,  7.49f, 7.75f, 8.0f, 8.25f,
                                  8.5f, 8.8f,  9.3f, 10.6f, 7.49f, 7.65f, 7.95f, 8.4f, 9.2f};
};
struct Grid5 {
  static constexpr int reach = 16, long_count = 24, shared_node = 15, fixed_bits = 10;
  static constexpr float T[32] = {4.4f,  5.2f,  6.0f,  6.9f,  7.8f,  8.7f,   9.6f,   10.4f, 11.2f,  11.9f,
                                  12.6f, 13.2f, 13.8f, 14.4f, 15.0f, 15.49f, 15.75f, 16.0f, 16.25f, 16.5f,
                                  16.8f, 17.2f, 17.8f, 18.5f, 15.49f, 15.7f, 16.0f,  16.5f, 17.4f};
};

template <class Grid>
struct NodeTables {
  static constexpr int node_slots = Grid::long_count + 8, cell_count = Grid::long_count + 4;
  static constexpr int gap_cell = Grid::long_count - 1;  // from the last long node to the first short one: not a cell
  static constexpr int short_node = Grid::long_count + 1;
  int16_t fixed[node_slots];  // T in steps of 2^-fixed_bits, as the integer evaluation uses it
  // Per node: T exactly as evaluated, and the scale; per cell (from a node to the next): 1 / width in scales.
  alignas(16) float T[node_slots], scale[node_slots], inverse_width[node_slots];
  constexpr NodeTables() : fixed{}, T{}, scale{}, inverse_width{} {
    for (int node = 0; node < node_slots; ++node) {
      const float t = node < short_node + 4 ? Grid::T[node] : 1.0f;
      fixed[node] = static_cast<int16_t>(t * (1 << Grid::fixed_bits) + 0.5f);
      T[node] = static_cast<float>(fixed[node]) / (1 << Grid::fixed_bits);
      scale[node] = 1.0f / T[node];
    }
    for (int cell = 0; cell < cell_count; ++cell) {
      inverse_width[cell] = cell == gap_cell ? 0.0f : 1.0f / (scale[cell] - scale[cell + 1]);
    }
  }
};
template <class Grid>
constexpr NodeTables<Grid> node_tables;

// Lane k of the result: the sum of the k-th vector's lanes.
inline v128_t lane_sums(v128_t a, v128_t b, v128_t c, v128_t d) {
  const v128_t ab = wasm_i32x4_add(wasm_i32x4_shuffle(a, b, 0, 1, 4, 5), wasm_i32x4_shuffle(a, b, 2, 3, 6, 7));
  const v128_t cd = wasm_i32x4_add(wasm_i32x4_shuffle(c, d, 0, 1, 4, 5), wasm_i32x4_shuffle(c, d, 2, 3, 6, 7));
  return wasm_i32x4_add(wasm_i32x4_shuffle(ab, cd, 0, 2, 4, 6), wasm_i32x4_shuffle(ab, cd, 1, 3, 5, 7));
}

inline float total(v128_t v) {
  return (wasm_f32x4_extract_lane(v, 0) + wasm_f32x4_extract_lane(v, 1)) +
         (wasm_f32x4_extract_lane(v, 2) + wasm_f32x4_extract_lane(v, 3));
}
inline float lowest(v128_t v) {
  return std::min(std::min(wasm_f32x4_extract_lane(v, 0), wasm_f32x4_extract_lane(v, 1)),
                  std::min(wasm_f32x4_extract_lane(v, 2), wasm_f32x4_extract_lane(v, 3)));
}
inline float highest(v128_t v) { return -lowest(wasm_f32x4_neg(v)); }

// Nearest half float, as a float, of positive values below 65504.
inline v128_t round_to_f16(v128_t v) {
  const v128_t odd = wasm_v128_and(wasm_u32x4_shr(v, 13), wasm_i32x4_splat(1));
  const v128_t normal = wasm_v128_and(wasm_i32x4_add(wasm_i32x4_add(v, wasm_i32x4_splat(0xFFF)), odd),
                                      wasm_i32x4_splat(static_cast<int>(0xFFFFE000u)));
  // Adding 0.75 leaves steps of 2^-24, the distance of subnormal halves.
  const v128_t magic = wasm_f32x4_splat(0.75f);
  const v128_t subnormal = wasm_f32x4_sub(wasm_f32x4_add(v, magic), magic);
  return wasm_v128_bitselect(subnormal, normal, wasm_f32x4_lt(v, wasm_f32x4_splat(0x1.0p-14f)));
}

// Byte shuffles that move the chosen lanes to the front.
struct PackTable {
  alignas(16) uint8_t bytes[16][16];
  constexpr PackTable() : bytes{} {
    for (int mask = 0; mask < 16; ++mask) {
      int to = 0;
      for (int lane = 0; lane < 4; ++lane) {
        if (!(mask >> lane & 1)) continue;
        for (int b = 0; b < 4; ++b) bytes[mask][4 * to + b] = static_cast<uint8_t>(4 * lane + b);
        ++to;
      }
      for (int b = 4 * to; b < 16; ++b) bytes[mask][b] = 255;
    }
  }
};
constexpr PackTable pack_table;
constexpr uint8_t bits_set[16] = {0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4};

struct BestScale {
  v128_t error, scale;  // per lane: error in units of max|x|^2, and the stored |scale|
  v128_t is_short;
};

// Looks at every choice of codes that is nearest somewhere in the cell [T0, T1], and keeps the best stored scale.
// Errors are kept as differences from the cell's middle scale, which loses no precision to cancellation.
inline void sweep_cell(const v128_t* u, const v128_t* limit, float T0, float T1, float amax, float inverse_amax,
                       v128_t is_short, BestScale& best) {
  alignas(16) float event_u[40], event_P[40];
  const float s = 2.0f / (T0 + T1);
  const v128_t vs = wasm_f32x4_splat(s), vT0 = wasm_f32x4_splat(T0), vT1 = wasm_f32x4_splat(T1);
  const v128_t half = wasm_f32x4_splat(0.5f), one = wasm_f32x4_splat(1.0f);
  v128_t F4 = wasm_f32x4_splat(0), R4 = F4, B4 = F4;
  int events = 0;
  for (int k = 0; k < 8; ++k) {
    const v128_t p = wasm_f32x4_pmin(wasm_f32x4_nearest(wasm_f32x4_mul(u[k], vT0)), limit[k]);
    const v128_t r = wasm_f32x4_sub(u[k], wasm_f32x4_mul(vs, p));
    F4 = wasm_f32x4_add(F4, wasm_f32x4_mul(r, r));
    R4 = wasm_f32x4_add(R4, wasm_f32x4_mul(r, p));
    B4 = wasm_f32x4_add(B4, wasm_f32x4_mul(p, p));
    const v128_t P = wasm_f32x4_add(p, half);
    const v128_t moves = wasm_v128_and(wasm_f32x4_le(P, wasm_f32x4_mul(u[k], vT1)),
                                       wasm_f32x4_le(wasm_f32x4_add(p, one), limit[k]));
    const int mask = static_cast<int>(wasm_i32x4_bitmask(moves));
    const v128_t order = wasm_v128_load(pack_table.bytes[mask]);
    wasm_v128_store(event_u + events, wasm_i8x16_swizzle(u[k], order));
    wasm_v128_store(event_P + events, wasm_i8x16_swizzle(P, order));
    events += bits_set[mask];
  }
  const v128_t F = wasm_f32x4_splat(total(F4)), R = wasm_f32x4_splat(total(R4)), B = wasm_f32x4_splat(total(B4));
  // The lanes after the last event, at least one, stand for the choice of codes at T0: no event comes before them.
  wasm_v128_store(event_u + events, wasm_f32x4_splat(0));
  wasm_v128_store(event_P + events, wasm_f32x4_splat(-1.0f));
  for (int e = 0; e <= events; e += 4) {
    const v128_t ue = wasm_v128_load(event_u + e), Pe = wasm_v128_load(event_P + e);
    v128_t dA = wasm_f32x4_splat(0), dB = dA;
    for (int j = 0; j < events; ++j) {
      const v128_t uj = wasm_v128_load32_splat(event_u + j), Pj = wasm_v128_load32_splat(event_P + j);
      const v128_t not_later = wasm_f32x4_le(wasm_f32x4_mul(Pj, ue), wasm_f32x4_mul(Pe, uj));
      dA = wasm_f32x4_add(dA, wasm_v128_and(not_later, uj));
      dB = wasm_f32x4_add(dB, wasm_v128_and(not_later, wasm_f32x4_add(Pj, Pj)));
    }
    const v128_t B_new = wasm_f32x4_add(B, dB);
    const v128_t R_new = wasm_f32x4_sub(wasm_f32x4_add(R, dA), wasm_f32x4_mul(vs, dB));
    const v128_t step = wasm_f32x4_div(R_new, B_new);
    const v128_t vertex = wasm_f32x4_add(vs, step);
    v128_t error = wasm_f32x4_add(F, wasm_f32x4_mul(vs, wasm_f32x4_sub(wasm_f32x4_mul(vs, dB), wasm_f32x4_add(dA, dA))));
    error = wasm_f32x4_sub(error, wasm_f32x4_mul(R_new, step));
    const v128_t stored = round_to_f16(wasm_f32x4_mul(vertex, wasm_f32x4_splat(amax)));
    const v128_t off = wasm_f32x4_sub(wasm_f32x4_mul(stored, wasm_f32x4_splat(inverse_amax)), vertex);
    error = wasm_f32x4_add(error, wasm_f32x4_mul(B_new, wasm_f32x4_mul(off, off)));
    const v128_t better = wasm_f32x4_lt(error, best.error);
    best.error = wasm_v128_bitselect(error, best.error, better);
    best.scale = wasm_v128_bitselect(stored, best.scale, better);
    best.is_short = wasm_v128_bitselect(is_short, best.is_short, better);
  }
}

template <class Grid>
bool search_grid(const float* x, float& scale) {
  constexpr const NodeTables<Grid>& nodes = node_tables<Grid>;
  constexpr float reach = Grid::reach;
  constexpr float lowest_T = Grid::T[0], highest_long_T = Grid::T[Grid::long_count - 1];
  constexpr float highest_short_T = Grid::T[Grid::long_count + 4];

  v128_t ax[8], largest = wasm_f32x4_splat(0);
  for (int k = 0; k < 8; ++k) {
    ax[k] = wasm_f32x4_abs(wasm_v128_load(x + 4 * k));
    largest = wasm_f32x4_pmax(largest, ax[k]);
  }
  const float amax = highest(largest);
  if (amax == 0.0f) {
    scale = 0.0f;
    return true;
  }
  // Below, the scale runs into subnormal halves, whose steps are too coarse for the bounds; above, it may overflow.
  if (!(amax >= 1.7e-4f && amax <= 1.0e5f)) return false;
  const float inverse_amax = 1.0f / amax;
  int first_largest = 0;
  while (std::fabs(x[first_largest]) != amax) ++first_largest;
  const bool negative = x[first_largest] < 0;

  v128_t u[8], limit[2][8], U[4], integer_limit[2][4];
  const v128_t flip = wasm_i32x4_splat(negative ? static_cast<int>(0x80000000u) : 0);
  v128_t Suu4 = wasm_f32x4_splat(0), tail4 = Suu4;
  const v128_t lowest_scale = wasm_f32x4_splat(1.0f / lowest_T);
  for (int k = 0; k < 8; ++k) {
    u[k] = wasm_f32x4_mul(ax[k], wasm_f32x4_splat(inverse_amax));
    const v128_t other_sign = wasm_i32x4_shr(wasm_v128_xor(wasm_v128_load(x + 4 * k), flip), 31);
    limit[0][k] = wasm_v128_bitselect(wasm_f32x4_splat(reach - 1), wasm_f32x4_splat(reach), other_sign);
    limit[1][k] = wasm_v128_bitselect(wasm_f32x4_splat(reach), wasm_f32x4_splat(reach - 1), other_sign);
    Suu4 = wasm_f32x4_add(Suu4, wasm_f32x4_mul(u[k], u[k]));
    const v128_t miss = wasm_f32x4_pmax(
        wasm_f32x4_splat(0), wasm_f32x4_pmin(u[k], wasm_f32x4_sub(lowest_scale, u[k])));
    tail4 = wasm_f32x4_add(tail4, wasm_f32x4_mul(miss, miss));
  }
  const v128_t to_fixed = wasm_f32x4_splat(32768.0f);
  for (int k = 0; k < 4; ++k) {
    U[k] = wasm_i16x8_narrow_i32x4(
        wasm_i32x4_trunc_sat_f32x4(wasm_f32x4_nearest(wasm_f32x4_mul(u[2 * k], to_fixed))),
        wasm_i32x4_trunc_sat_f32x4(wasm_f32x4_nearest(wasm_f32x4_mul(u[2 * k + 1], to_fixed))));
    for (int side = 0; side < 2; ++side) {
      integer_limit[side][k] = wasm_i16x8_narrow_i32x4(wasm_i32x4_trunc_sat_f32x4(limit[side][2 * k]),
                                                       wasm_i32x4_trunc_sat_f32x4(limit[side][2 * k + 1]));
    }
  }
  const float Suu = total(Suu4);

  // 1. The upper envelope h(s) at every node, from above (slack included).
  alignas(16) float h[nodes.node_slots];
  v128_t best_gain4 = wasm_f32x4_splat(0);
  const auto evaluate = [&](int node, const v128_t* lim, v128_t& A, v128_t& B) {
    const v128_t t = wasm_i16x8_splat(nodes.fixed[node]);
    const v128_t rounding = wasm_i16x8_splat(1 << (Grid::fixed_bits - 1));
    A = B = wasm_i32x4_splat(0);
    NIBBLE_UNROLL
    for (int k = 0; k < 4; ++k) {
      v128_t p = wasm_i16x8_q15mulr_sat(U[k], t);
      p = wasm_i16x8_min(wasm_i16x8_shr(wasm_i16x8_add(p, rounding), Grid::fixed_bits), lim[k]);
      A = wasm_i32x4_add(A, wasm_i32x4_dot_i16x8(p, U[k]));
      B = wasm_i32x4_add(B, wasm_i32x4_dot_i16x8(p, p));
    }
  };
  const auto settle = [&](int node, const v128_t* lim) {
    v128_t A[4], B[4];
    for (int k = 0; k < 4; ++k) evaluate(node + k, lim, A[k], B[k]);
    const v128_t gain_A = wasm_f32x4_mul(wasm_f32x4_convert_i32x4(lane_sums(A[0], A[1], A[2], A[3])),
                                         wasm_f32x4_splat(1.0f / 32768.0f));
    const v128_t square = wasm_f32x4_convert_i32x4(lane_sums(B[0], B[1], B[2], B[3]));
    const v128_t s = wasm_v128_load(nodes.scale + node);
    // Rounding u moves A by at most 0.5/32768 * sqrt(32 B) (Cauchy-Schwarz); a weight rounded to the wrong one of two
    // nearly equal levels loses at most s * 0.8 steps of the fixed-point product.
    const v128_t slack = wasm_f32x4_add(
        wasm_f32x4_mul(wasm_f32x4_sqrt(square), wasm_f32x4_splat(0.5f * 5.6569f * 1.01f / 32768.0f)),
        wasm_f32x4_mul(s, wasm_f32x4_splat(32.0f * 0.8f / (1 << Grid::fixed_bits))));
    best_gain4 = wasm_f32x4_pmax(best_gain4, wasm_f32x4_div(wasm_f32x4_mul(gain_A, gain_A), square));
    const v128_t value = wasm_f32x4_sub(gain_A, wasm_f32x4_mul(wasm_f32x4_mul(s, square), wasm_f32x4_splat(0.5f)));
    wasm_v128_store(h + node, wasm_f32x4_add(value, slack));
  };
  for (int node = 0; node < Grid::long_count; node += 4) settle(node, integer_limit[0]);
  settle(nodes.short_node, integer_limit[1]);
  h[Grid::long_count] = h[Grid::shared_node];  // nothing is clipped there: both orientations share the node

  // 2. h is convex, so it lies below its chord in every cell: gain <= max of 2 s chord(s) there.
  alignas(16) float bound[nodes.cell_count];
  int best_cell = 0;
  for (int cell = 0; cell < nodes.cell_count; cell += 4) {
    const v128_t h0 = wasm_v128_load(h + cell), h1 = wasm_v128_load(h + cell + 1);
    const v128_t s0 = wasm_v128_load(nodes.scale + cell), s1 = wasm_v128_load(nodes.scale + cell + 1);
    const v128_t slope = wasm_f32x4_mul(wasm_f32x4_sub(h1, h0), wasm_v128_load(nodes.inverse_width + cell));
    const v128_t height = wasm_f32x4_add(h1, wasm_f32x4_mul(slope, s1));
    v128_t at = wasm_f32x4_div(height, wasm_f32x4_add(slope, slope));
    at = wasm_f32x4_pmin(wasm_f32x4_pmax(at, s1), s0);
    v128_t gain = wasm_f32x4_mul(wasm_f32x4_add(at, at), wasm_f32x4_sub(height, wasm_f32x4_mul(slope, at)));
    if (cell == nodes.gap_cell / 4 * 4) gain = wasm_f32x4_replace_lane(gain, nodes.gap_cell % 4, 0.0f);
    wasm_v128_store(bound + cell, gain);
  }
  for (int cell = 1; cell < nodes.cell_count; ++cell) {
    if (bound[cell] > bound[best_cell]) best_cell = cell;
  }

  // 3. Sweep the most promising cell, then every other one whose bound still beats what was found.
  BestScale best{wasm_f32x4_splat(std::numeric_limits<float>::max()), wasm_f32x4_splat(0), wasm_i32x4_splat(0)};
  float best_error = std::numeric_limits<float>::max();
  uint32_t swept = 0;
  const auto sweep = [&](int cell) {
    const int side = cell > nodes.gap_cell;
    sweep_cell(u, limit[side], nodes.T[cell], nodes.T[cell + 1], amax, inverse_amax,
               wasm_i32x4_splat(-side), best);
    best_error = lowest(best.error);
    swept |= 1u << cell;
  };
  sweep(best_cell);
  const auto sweep_all_above = [&](float gain) {
    uint32_t promising = 0;
    for (int cell = 0; cell < nodes.cell_count; cell += 4) {
      const v128_t above = wasm_f32x4_gt(wasm_v128_load(bound + cell), wasm_f32x4_splat(gain));
      promising |= static_cast<uint32_t>(wasm_i32x4_bitmask(above)) << cell;
    }
    for (promising &= ~swept; promising; promising &= promising - 1) {
      const int cell = __builtin_ctz(promising);
      if (bound[cell] > Suu - best_error) sweep(cell);
    }
  };
  // The grid's own best gain cannot be relied on, for its scale may not be one that can be stored, but it leaves few
  // cells, after which hardly any other is worth a look.
  sweep_all_above(std::max(highest(best_gain4) * 0.9999f, Suu - best_error));
  sweep_all_above(Suu - best_error);

  // A block that fits its grid almost perfectly leaves an error that single precision cannot compare.
  if (!(best_error > 1e-5f * Suu)) return false;
  // 4. Outside the grid: coarser scales leave every small weight at least this error, finer ones clip the largest.
  const float long_clip = 1.0f - reach / highest_long_T, short_clip = 1.0f - (reach - 1) / highest_short_T;
  if (!(total(tail4) > best_error && long_clip * long_clip > best_error && short_clip * short_clip > best_error)) {
    return false;
  }

  alignas(16) float errors[4], scales[4];
  alignas(16) int32_t shorts[4];
  wasm_v128_store(errors, best.error);
  wasm_v128_store(scales, best.scale);
  wasm_v128_store(shorts, best.is_short);
  int lane = 0;
  for (int k = 1; k < 4; ++k) {
    if (errors[k] < errors[lane]) lane = k;
  }
  // The side that reaches further is the negative codes: the largest weight is there when the scale has the other sign.
  scale = (shorts[lane] != 0) != negative ? scales[lane] : -scales[lane];
  return true;
}

bool search(int reach, const float* x, float& scale) {
  return reach == Grid4::reach ? search_grid<Grid4>(x, scale) : search_grid<Grid5>(x, scale);
}
