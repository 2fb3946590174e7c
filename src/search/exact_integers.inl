// The body of the exact search for integer codes, compiled once per kernel (exact_integers_*.cpp). Written in 128-bit
// vectors; the scalar kernel is the same text over portable vectors, so both give the same bits. See exact_integers.h.

// The grid for codes -reach .. reach-1: candidate inverse scales T = max|x| / |scale|, multiples of 1 / steps. Below
// reach - 1/2 nothing is clipped ("open"). Above, it matters which side reaches further: "long" gives it to the sign of
// the largest weight, "short" to the other one; both continue from the last open node. The slack of a cell's bound,
// relative to the error, depends on the cell's width in T alone, so cells are narrow where the error is near its minimum.
// Each of the three counts is a multiple of 4.
struct Grid4 {
  static constexpr int reach = 8, steps = 16, open_count = 12, long_count = 8, short_count = 4;
  static constexpr float smallest_maximum = 1.7e-4f, perfect = 1e-5f;
  static constexpr bool proves = true;
  static constexpr float worthwhile = 1.0f;
  static constexpr float T(int node) {
    constexpr float values[] = {2.8125f, 3.5f,  4.125f, 4.6875f, 5.1875f, 5.625f, 6.0f,  6.3125f, 6.625f, 6.9375f, 7.25f, 7.5f,
                                7.75f,   8.0f,  8.25f,  8.5f,    8.8125f, 9.25f,  9.75f, 10.625f, 7.6875f, 7.9375f, 8.375f, 9.1875f};
    return values[node];
  }
};
struct Grid5 {
  static constexpr int reach = 16, steps = 8, open_count = 20, long_count = 8, short_count = 4;
  static constexpr float smallest_maximum = 1.7e-4f, perfect = 1e-5f;
  static constexpr bool proves = true;
  static constexpr float worthwhile = 1.0f;
  static constexpr float T(int node) {
    constexpr float values[] = {4.375f, 5.25f,  6.0f,    6.875f, 7.75f,  8.5f,    9.25f,  10.0f,   10.75f, 11.5f,  12.125f,
                                12.625f, 13.0f, 13.375f, 13.75f, 14.125f, 14.5f,  14.875f, 15.25f, 15.5f,
                                15.75f, 16.0f,  16.25f,  16.5f,  16.75f, 17.25f,  17.75f, 18.5f,   15.75f, 16.0f,  16.5f,  17.375f};
    return values[node];
  }
};
struct Grid8 {
  static constexpr int reach = 128, steps = 4, open_count = 232, long_count = 8, short_count = 8;
  static constexpr float smallest_maximum = 3e-4f, perfect = 1e-6f, first_T = 6.75f;
  static constexpr bool proves = true;
  static constexpr float worthwhile = 1.0f;
  static constexpr float T(int node) {
    if (node >= open_count) return 128.0f + 0.5f * static_cast<float>((node - open_count) % 8);
    float t = first_T;
    for (int k = 0; k < node; ++k) t += t < 86.0f ? 0.75f : t < 106.0f ? 0.5f : 0.25f;
    return t;
  }
};
// Only the scales where the best one nearly always is.
struct Grid8Near : Grid8 {
  static constexpr int open_count = 84;
  static constexpr bool proves = false;
  static constexpr float worthwhile = 0.98f;  // cells that promise less gain are not swept
  static constexpr float T(int node) {
    if (node >= open_count) return 128.0f + 0.5f * static_cast<float>((node - open_count) % 8);
    return 127.5f - 0.25f * static_cast<float>(open_count - 1 - node);
  }
};

template <class Grid>
struct NodeTables {
  static constexpr int clipped = Grid::open_count + Grid::long_count;  // first slot after the long nodes
  static constexpr int node_count = clipped + Grid::short_count;       // as evaluated
  // Slots in order of cells: open, long, the last open node again, short. From the last long node to the slot after it
  // is not a cell.
  static constexpr int slot_count = node_count + 1, cell_count = slot_count - 1, gap_cell = clipped - 1;
  static constexpr int padded = (slot_count + 7) / 4 * 4;
  alignas(16) int16_t fixed[node_count][8];  // T * steps
  // Clipped nodes: an eighth of it, the long limit in steps of u, and how much lower the short one is.
  alignas(16) int16_t eighth[node_count][8], limit[node_count][8], less[node_count][8];
  alignas(16) float scale[node_count], rounding[node_count];
  alignas(16) float T[padded];                                     // per slot
  alignas(16) float ratio[padded], curve[padded], inverse_curve[padded];  // per cell
  constexpr NodeTables() : fixed{}, eighth{}, limit{}, less{}, scale{}, rounding{}, T{}, ratio{}, curve{}, inverse_curve{} {
    for (int node = 0; node < node_count; ++node) {
      const int t = static_cast<int>(Grid::T(node) * Grid::steps);
      const int highest_u = Grid::reach * 65536 / t, short_u = (Grid::reach - 1) * 65536 / t;
      for (int lane = 0; lane < 8; ++lane) {
        fixed[node][lane] = static_cast<int16_t>(t);
        eighth[node][lane] = static_cast<int16_t>(t / 8);
        limit[node][lane] = static_cast<int16_t>(highest_u < 32767 ? highest_u : 32767);
        less[node][lane] = static_cast<int16_t>(highest_u - short_u);
      }
      scale[node] = 1.0f / Grid::T(node);
      // u is off by up to half a step, and a residual loses up to one step of 2^-13 levels, in each of 32 weights.
      const float bound = 5.6569f * 1.01f * (0.5f * static_cast<float>(t) / 65536.0f + 1.0f / 8192.0f);
      rounding[node] = Grid::proves ? bound : 0.0f;
      T[node < clipped ? node : node + 1] = Grid::T(node);
    }
    T[clipped] = T[Grid::open_count - 1];
    for (int cell = 0; cell < cell_count; ++cell) {
      const float width = T[cell + 1] - T[cell];
      ratio[cell] = T[cell] / T[cell + 1];
      curve[cell] = width * width / (T[cell] * T[cell + 1]) * 1.00001f;
      inverse_curve[cell] = 0.5f / curve[cell];
    }
  }
};
template <class Grid>
constexpr NodeTables<Grid> node_tables;

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

constexpr float no_cell = 3e38f;

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
  v128_t error, scale;  // per lane: error in units of power^2, and the stored |scale|
  v128_t is_short;
};

// Looks at every choice of codes that is nearest somewhere in the cell [T0, T1], and keeps the best stored scale.
// Errors are kept as differences from the cell's middle scale, which loses no precision to cancellation.
inline void sweep_cell(const v128_t* u, const v128_t* limit, float T0, float T1, float power, float inverse_power,
                       v128_t is_short, BestScale& best) {
  alignas(16) float event_u[40], event_P[40];
  // Near the cell's middle, with so few bits that s p, and with it nearly every difference u - s p, is exact.
  const float s = bit_cast<float>(bit_cast<uint32_t>(2.0f / (T0 + T1)) & 0xFFFFF000u);
  const v128_t vs = wasm_f32x4_splat(s), vT0 = wasm_f32x4_splat(T0), vT1 = wasm_f32x4_splat(T1);
  const v128_t half = in_register(wasm_f32x4_splat(0.5f)), one = in_register(wasm_f32x4_splat(1.0f));
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
    const v128_t stored = round_to_f16(wasm_f32x4_mul(vertex, wasm_f32x4_splat(power)));
    const v128_t off = wasm_f32x4_sub(wasm_f32x4_mul(stored, wasm_f32x4_splat(inverse_power)), vertex);
    error = wasm_f32x4_add(error, wasm_f32x4_mul(B_new, wasm_f32x4_mul(off, off)));
    const v128_t better = wasm_f32x4_lt(error, best.error);
    best.error = wasm_v128_bitselect(error, best.error, better);
    best.scale = wasm_v128_bitselect(stored, best.scale, better);
    best.is_short = wasm_v128_bitselect(is_short, best.is_short, better);
  }
}

template <class Grid>
bool search_grid(const float* x, float& scale) {
  using Tables = NodeTables<Grid>;
  constexpr const Tables& nodes = node_tables<Grid>;
  constexpr float reach = Grid::reach;
  constexpr float lowest_T = Grid::T(0), highest_long_T = Grid::T(Tables::clipped - 1);
  constexpr float highest_short_T = Grid::T(Tables::node_count - 1);

  v128_t ax[8], largest = wasm_f32x4_splat(0), upper = largest;
  for (int k = 0; k < 8; ++k) {
    const v128_t v = wasm_v128_load(x + 4 * k);
    ax[k] = wasm_f32x4_abs(v);
    largest = wasm_f32x4_pmax(largest, ax[k]);
    upper = wasm_f32x4_pmax(upper, v);
  }
  const float amax = highest(largest);
  if (amax == 0.0f) {
    scale = 0.0f;
    return true;
  }
  // Below, the scale runs into subnormal halves, whose steps are too coarse for the bounds; above, it may overflow.
  if (!(amax >= Grid::smallest_maximum && amax <= 1.0e5f)) return false;
  const float inverse_amax = 1.0f / amax;
  // Sweeps work on weights over the power of two below the largest, which rounds nothing.
  const float power = bit_cast<float>(bit_cast<uint32_t>(amax) & 0x7F800000u), inverse_power = 1.0f / power;
  const float inverse_size = power * inverse_amax;
  const bool negative = highest(upper) != amax;

  v128_t u[8], scaled[8], limit[2][8], U[4], other[4];
  const v128_t flip = wasm_i32x4_splat(negative ? static_cast<int>(0x80000000u) : 0);
  v128_t Suu4 = wasm_f32x4_splat(0), tail4 = Suu4;
  const v128_t lowest_scale = wasm_f32x4_splat(1.0f / lowest_T), to_fixed = wasm_f32x4_splat(65536.0f / Grid::steps);
  for (int k = 0; k < 4; ++k) {
    v128_t signs[2], steps[2];
    for (int half = 0; half < 2; ++half) {
      const int i = 2 * k + half;
      u[i] = wasm_f32x4_mul(ax[i], wasm_f32x4_splat(inverse_amax));
      scaled[i] = wasm_f32x4_mul(ax[i], wasm_f32x4_splat(inverse_power));
      signs[half] = wasm_i32x4_shr(wasm_v128_xor(wasm_v128_load(x + 4 * i), flip), 31);
      steps[half] = nearest_i32(wasm_f32x4_mul(u[i], to_fixed));
      limit[0][i] = wasm_v128_bitselect(wasm_f32x4_splat(reach - 1), wasm_f32x4_splat(reach), signs[half]);
      limit[1][i] = wasm_v128_bitselect(wasm_f32x4_splat(reach), wasm_f32x4_splat(reach - 1), signs[half]);
      Suu4 = wasm_f32x4_add(Suu4, wasm_f32x4_mul(u[i], u[i]));
      const v128_t miss =
          wasm_f32x4_pmax(wasm_f32x4_splat(0), wasm_f32x4_pmin(u[i], wasm_f32x4_sub(lowest_scale, u[i])));
      tail4 = wasm_f32x4_add(tail4, wasm_f32x4_mul(miss, miss));
    }
    U[k] = wasm_i16x8_narrow_i32x4(steps[0], steps[1]);
    other[k] = wasm_i16x8_narrow_i32x4(signs[0], signs[1]);
  }
  const float Suu = total(Suu4);

  // 1. The error at every node, from below (rounding included). A product u T wraps around at every level, and what is
  // left is the distance to the nearest one.
  alignas(16) float error[Tables::padded];
  const auto settle = [&](int node, int slot, const v128_t* sums) {
    const v128_t square = wasm_f32x4_convert_i32x4(lane_sums(sums[0], sums[1], sums[2], sums[3]));
    const v128_t root = wasm_f32x4_sub(
        wasm_f32x4_mul(wasm_f32x4_sqrt(wasm_f32x4_pmax(square, wasm_f32x4_splat(0))), wasm_f32x4_splat(1.0f / 8192.0f)),
        wasm_v128_load(nodes.rounding + node));
    const v128_t least =
        wasm_f32x4_mul(wasm_f32x4_pmax(root, wasm_f32x4_splat(0)), wasm_v128_load(nodes.scale + node));
    wasm_v128_store(error + slot, wasm_f32x4_mul(least, least));
  };
  for (int node = 0; node < Grid::open_count; node += 4) {
    v128_t sums[4];
    NIBBLE_UNROLL
    for (int c = 0; c < 4; ++c) {
      const v128_t t = wasm_v128_load(nodes.fixed[node + c]);
      NIBBLE_UNROLL
      for (int k = 0; k < 4; ++k) {
        const v128_t r = wasm_i16x8_shr(wasm_i16x8_mul(U[k], t), 3), square = wasm_i32x4_dot_i16x8(r, r);
        sums[c] = k == 0 ? square : wasm_i32x4_add(sums[c], square);
      }
    }
    settle(node, node, sums);
  }
  // Beyond its limit a weight keeps the whole distance. An eighth is rounded down, a sum that overflows wraps: both err
  // below the error.
  for (int node = Grid::open_count; node < Tables::node_count; node += 4) {
    const bool is_short = node >= Tables::clipped;
    v128_t sums[4];
    NIBBLE_UNROLL
    for (int c = 0; c < 4; ++c) {
      const v128_t t = wasm_v128_load(nodes.fixed[node + c]), eighth = wasm_v128_load(nodes.eighth[node + c]);
      const v128_t high = wasm_v128_load(nodes.limit[node + c]), less = wasm_v128_load(nodes.less[node + c]);
      NIBBLE_UNROLL
      for (int k = 0; k < 4; ++k) {
        const v128_t lower = is_short ? wasm_v128_not(other[k]) : other[k];
        const v128_t inside = wasm_i16x8_min(U[k], wasm_i16x8_sub(high, wasm_v128_and(lower, less)));
        const v128_t r = wasm_i16x8_add(wasm_i16x8_shr(wasm_i16x8_mul(inside, t), 3),
                                        wasm_i16x8_mul(wasm_i16x8_sub(U[k], inside), eighth));
        const v128_t square = wasm_i32x4_dot_i16x8(r, r);
        sums[c] = k == 0 ? square : wasm_i32x4_add(sums[c], square);
      }
    }
    settle(node, is_short ? node + 1 : node, sums);
  }
  error[Tables::clipped] = error[Grid::open_count - 1];
  for (int slot = Tables::slot_count; slot < Tables::padded; ++slot) error[slot] = 0.0f;

  // 2. What the error is at least in every cell (see exact_integers.h), in place of the left end's.
  const v128_t square_sum = wasm_f32x4_splat(Suu), inverse_square_sum = wasm_f32x4_splat(1.0f / Suu);
  for (int cell = 0; cell < Tables::cell_count; cell += 4) {
    const v128_t left = wasm_f32x4_mul(wasm_v128_load(error + cell), wasm_v128_load(nodes.ratio + cell));
    const v128_t right = wasm_v128_load(error + cell + 1);
    const v128_t curve = wasm_f32x4_mul(wasm_v128_load(nodes.curve + cell), square_sum);
    const v128_t fall = wasm_f32x4_add(curve, wasm_f32x4_sub(right, left));
    const v128_t at = clamp_f32(
        wasm_f32x4_mul(wasm_f32x4_mul(fall, wasm_v128_load(nodes.inverse_curve + cell)), inverse_square_sum),
        wasm_f32x4_splat(0), wasm_f32x4_splat(1));
    const v128_t bound = wasm_f32x4_add(right, wasm_f32x4_mul(at, wasm_f32x4_sub(wasm_f32x4_mul(curve, at), fall)));
    wasm_v128_store(error + cell, bound);
  }
  error[Tables::gap_cell] = no_cell;
  for (int cell = Tables::cell_count; cell < Tables::padded; ++cell) error[cell] = no_cell;

  // 3. Sweep the most promising cell, then every other one whose bound is below what was found.
  BestScale best{wasm_f32x4_splat(std::numeric_limits<float>::max()), wasm_f32x4_splat(0), wasm_i32x4_splat(0)};
  float best_error = std::numeric_limits<float>::max();
  const auto sweep = [&](int cell) {
    if (nodes.T[cell + 1] - nodes.T[cell] >= 0.9f) return false;  // a weight might change its code twice
    const int side = cell > Tables::gap_cell;
    sweep_cell(scaled, limit[side], nodes.T[cell] * inverse_size, nodes.T[cell + 1] * inverse_size, power, inverse_power,
               wasm_i32x4_splat(-side), best);
    best_error = lowest(best.error) * (inverse_size * inverse_size);
    return true;
  };
  v128_t least = wasm_f32x4_splat(no_cell);
  for (int cell = 0; cell < Tables::cell_count; cell += 4) least = wasm_f32x4_pmin(least, wasm_v128_load(error + cell));
  least = wasm_f32x4_splat(lowest(least));
  for (int cell = 0;; cell += 4) {
    const int equal = wasm_i32x4_bitmask(wasm_f32x4_eq(wasm_v128_load(error + cell), least));
    if (!equal) continue;
    const int first = cell + __builtin_ctz(static_cast<uint32_t>(equal));
    if (!sweep(first)) return false;
    error[first] = no_cell;
    break;
  }
  for (int cell = 0; cell < Tables::cell_count; cell += 4) {
    for (uint32_t promising = static_cast<uint32_t>(wasm_i32x4_bitmask(
             wasm_f32x4_lt(wasm_v128_load(error + cell), wasm_f32x4_splat(best_error * Grid::worthwhile))));
         promising; promising &= promising - 1) {
      const int one = cell + __builtin_ctz(promising);
      if (error[one] < best_error * Grid::worthwhile && !sweep(one)) return false;
    }
  }

  // A block that fits its grid almost perfectly leaves an error that single precision cannot compare.
  if (Grid::proves && !(best_error > Grid::perfect * Suu)) return false;

  // 4. Outside the grid: coarser scales leave every small weight at least this error, finer ones clip the largest.
  const float long_clip = 1.0f - reach / highest_long_T, short_clip = 1.0f - (reach - 1) / highest_short_T;
  if (Grid::proves && !(total(tail4) > best_error && long_clip * long_clip > best_error &&
                        short_clip * short_clip > best_error)) {
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
  switch (reach) {
    case Grid4::reach: return search_grid<Grid4>(x, scale);
    case Grid5::reach: return search_grid<Grid5>(x, scale);
    default: return search_grid<Grid8>(x, scale);
  }
}
bool search_near(const float* x, float& scale) { return search_grid<Grid8Near>(x, scale); }
