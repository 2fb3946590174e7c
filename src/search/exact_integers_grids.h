#pragma once
#include <algorithm>
#include <cstdint>

/// The grids of the exact search for integer codes (search/exact_integers.h), and what it needs to know of every node
/// and cell.
namespace nibble::NIBBLE_TARGET {

// A grid for codes -reach .. reach-1: candidate inverse scales T = max|x| / |scale|, multiples of 1 / steps. Below
// reach - 1/2 nothing is clipped ("open"). Above, it matters which side reaches further: "long" gives it to the sign of
// the largest weight, "short" to the other one; both continue from the last open node. The slack of a cell's bound,
// relative to the error, depends on the cell's width in T alone, so cells are narrow where the error is near its
// minimum. Each of the three counts is a multiple of 4. A grid begins at (reach - 1) / 2 or below: coarser scales are
// no better than their halves; it ends where no block needs finer ones (tests/core/clipping_test.cpp), but for weights
// of unequal importance. Every format has a grid that settles most blocks, and a "whole" one for the others, from the
// scale at which all codes are zero.
// `distrust`: an error that was found as a difference is believed to 4e-6 where it is above this share of what it was
// taken from.
struct Grid4 {
  static constexpr int reach = 8, steps = 16, open_count = 12, long_count = 8, short_count = 4;
  static constexpr float smallest_maximum = 1.7e-4f, perfect = 1e-5f, distrust = 0.2f;
  static constexpr bool proves = true;
  static constexpr float worthwhile = 1.0f;
  static constexpr float T(int node) {
    constexpr float values[] = {2.8125f, 3.5f,    4.125f, 4.6875f, 5.1875f, 5.625f,  6.0f,   6.3125f,
                                6.625f,  6.9375f, 7.25f,  7.5f,    7.75f,   8.0f,    8.25f,  8.5f,
                                8.8125f, 9.25f,   9.75f,  10.625f, 7.6875f, 7.9375f, 8.375f, 9.1875f};
    return values[node];
  }
};
struct Grid4Whole : Grid4 {
  static constexpr int open_count = 24, long_count = 16, short_count = 12;
  static constexpr float T(int node) {
    if (node < open_count) return 7.5f - 0.3125f * static_cast<float>(open_count - 1 - node);
    return 7.875f + 0.375f * static_cast<float>((node - open_count) % long_count);
  }
};
// With weights of unequal importance, clipping a large one may be best.
struct Grid4Weighted : Grid4 {
  static constexpr int long_count = 12, short_count = 8;
  static constexpr float T(int node) {
    constexpr float long_values[] = {7.75f, 8.0f,   8.25f,  8.5f,    8.8125f, 9.25f,
                                     9.75f, 10.25f, 10.75f, 11.375f, 12.0f,   12.75f};
    constexpr float short_values[] = {7.6875f, 7.9375f, 8.375f, 8.875f, 9.5f, 10.125f, 10.8125f, 11.5f};
    if (node < open_count) return Grid4::T(node);
    return node < open_count + long_count ? long_values[node - open_count]
                                          : short_values[node - open_count - long_count];
  }
};
struct Grid4WeightedWhole : Grid4Whole {
  static constexpr int long_count = 40, short_count = 40;
  static constexpr float T(int node) {
    if (node < open_count) return Grid4Whole::T(node);
    return 8.0f + 0.5f * static_cast<float>((node - open_count) % long_count);
  }
};
struct Grid5 {
  static constexpr int reach = 16, steps = 8, open_count = 20, long_count = 8, short_count = 4;
  static constexpr float smallest_maximum = 1.7e-4f, perfect = 1e-5f, distrust = 0.2f;
  static constexpr bool proves = true;
  static constexpr float worthwhile = 1.0f;
  static constexpr float T(int node) {
    constexpr float values[] = {4.375f, 5.25f,   6.0f,    6.875f,  7.75f,  8.5f,    9.25f,  10.0f,
                                10.75f, 11.5f,   12.125f, 12.625f, 13.0f,  13.375f, 13.75f, 14.125f,
                                14.5f,  14.875f, 15.25f,  15.5f,   15.75f, 16.0f,   16.25f, 16.5f,
                                16.75f, 17.25f,  17.75f,  18.5f,   15.75f, 16.0f,   16.5f,  17.375f};
    return values[node];
  }
};
struct Grid5Whole : Grid5 {
  static constexpr int open_count = 28, long_count = 12, short_count = 12;
  static constexpr float T(int node) {
    if (node < 14) return 0.5f + 0.75f * static_cast<float>(node);
    if (node < open_count) return 10.25f + 0.375f * static_cast<float>(node - 13);
    return 15.875f + 0.375f * static_cast<float>((node - open_count) % long_count);
  }
};
struct Grid5Weighted : Grid5 {
  static constexpr float distrust = 1.0f;
  static constexpr int long_count = 12, short_count = 8;
  static constexpr float T(int node) {
    constexpr float long_values[] = {15.75f,  16.0f,   16.25f, 16.5f,  16.875f, 17.375f,
                                     17.875f, 18.375f, 19.0f,  19.75f, 20.5f,   21.25f};
    constexpr float short_values[] = {15.75f, 16.0f, 16.5f, 17.0f, 17.625f, 18.375f, 19.125f, 20.0f};
    if (node < open_count) return Grid5::T(node);
    return node < open_count + long_count ? long_values[node - open_count]
                                          : short_values[node - open_count - long_count];
  }
};
struct Grid5WeightedWhole : Grid5Whole {
  static constexpr float distrust = Grid5Weighted::distrust;
  static constexpr int long_count = 64, short_count = 64;
  static constexpr float T(int node) {
    if (node < open_count) return Grid5Whole::T(node);
    return 16.0f + 0.5f * static_cast<float>((node - open_count) % long_count);
  }
};
struct Grid8 {
  static constexpr int reach = 128, steps = 4, open_count = 96, long_count = 4, short_count = 4;
  static constexpr float smallest_maximum = 3e-4f, perfect = 1e-6f, distrust = 0.2f;
  static constexpr bool proves = true;
  static constexpr float worthwhile = 1.0f;
  static constexpr float T(int node) {
    constexpr float clipped[] = {128.0f, 128.5f, 129.25f, 130.25f, 128.0f, 128.5f, 129.0f, 129.5f};
    if (node >= open_count) return clipped[node - open_count];
    float t = 127.5f;
    for (int k = open_count - 1; k > node; --k) t -= t > 112.0f ? 0.5f : t > 75.0f ? 0.75f : 1.0f;
    return t;
  }
};
struct Grid8Whole : Grid8 {
  static constexpr int open_count = 212, long_count = 8, short_count = 8;
  static constexpr float T(int node) {
    if (node >= open_count) return 128.0f + 0.5f * static_cast<float>((node - open_count) % 8);
    return node >= 87 ? 127.5f - 0.5f * static_cast<float>(open_count - 1 - node)
                      : 0.5f + 0.75f * static_cast<float>(node);
  }
};
// Only the scales where the best one nearly always is.
struct Grid8Near : Grid8 {
  static constexpr int open_count = 44;
  static constexpr bool proves = false;
  static constexpr float worthwhile = 0.98f;  // cells that promise less gain are not swept
  static constexpr float T(int node) {
    if (node >= open_count) return 128.0f + 0.5f * static_cast<float>((node - open_count) % 4);
    return 127.5f - 0.5f * static_cast<float>(open_count - 1 - node);
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
  /// Of max|x|. Scales coarser than T(0) clip no weight, and their levels are levels of their halves, which half floats
  /// store from 2^-13 on.
  static constexpr float smallest_maximum =
      Grid::proves ? std::max(Grid::smallest_maximum, Grid::T(0) * 0x1p-13f) : Grid::smallest_maximum;
  static_assert(!Grid::proves || Grid::T(0) <= 0.5f * (Grid::reach - 1));
  // Whether weights may be so far beyond their limit that the sum of their squares leaves 32 bits.
  static constexpr bool far = Grid::T(clipped - 1) > Grid::reach + 3 || Grid::T(node_count - 1) > Grid::reach + 2;
  /// One value of T as the integer evaluation takes it.
  struct Node {
    int16_t fixed, eighth;  // T * steps, and an eighth of it
    int16_t most;           // steps beyond the limit that make three and a half levels
    int16_t limit, less;    // the long limit in steps of u, and how much lower the short one is; both for clipped nodes
  };
  // What bounds the error in a cell (see exact_integers.h).
  struct Bounds {
    float ratio, curve, inverse_curve, unused;
  };
  alignas(16) int16_t fixed[node_count][8];  // T * steps
  // Clipped nodes: as in Node.
  alignas(16) int16_t eighth[node_count][8], most[node_count][8], limit[node_count][8], less[node_count][8];
  alignas(16) float scale[node_count], rounding[node_count];
  alignas(16) float T[padded];                                            // per slot
  alignas(16) float ratio[padded], curve[padded], inverse_curve[padded];  // per cell
  // Per cell: its middle, as a node, and its two halves, as cells.
  alignas(16) int16_t middle_fixed[padded], middle_eighth[padded], middle_most[padded], middle_limit[padded],
      middle_less[padded];
  float middle_scale[padded], middle_rounding[padded], middle_T[padded];
  alignas(16) Bounds half[2][padded];

  static constexpr int units(float t) { return static_cast<int>(t * Grid::steps); }
  // u is off by up to half a step, and a residual loses up to one step of 2^-13 levels, in each of 32 weights.
  static constexpr float rounding_of(int t) {
    return Grid::proves ? 5.6569f * 1.01f * (0.5f * static_cast<float>(t) / 65536.0f + 1.0f / 8192.0f) : 0.0f;
  }
  static constexpr Node node_of(int t, bool open) {
    const int highest_u = Grid::reach * 65536 / t, short_u = (Grid::reach - 1) * 65536 / t;
    return {static_cast<int16_t>(t), static_cast<int16_t>(t / 8), static_cast<int16_t>(t < 8 ? 32767 : 28671 / (t / 8)),
            static_cast<int16_t>(open || highest_u > 32767 ? 32767 : highest_u),
            static_cast<int16_t>(open ? 0 : highest_u - short_u)};
  }
  static constexpr Bounds bounds_of(float T0, float T1) {
    const float curve_ = (T1 - T0) * (T1 - T0) / (T0 * T1) * 1.00001f;
    return {T0 / T1, curve_, 0.5f / curve_, 0.0f};
  }
  constexpr NodeTables()
      : fixed{},
        eighth{},
        most{},
        limit{},
        less{},
        scale{},
        rounding{},
        T{},
        ratio{},
        curve{},
        inverse_curve{},
        middle_fixed{},
        middle_eighth{},
        middle_most{},
        middle_limit{},
        middle_less{},
        middle_scale{},
        middle_rounding{},
        middle_T{},
        half{} {
    for (int node = 0; node < node_count; ++node) {
      const Node one = node_of(units(Grid::T(node)), node < Grid::open_count);
      for (int lane = 0; lane < 8; ++lane) {
        fixed[node][lane] = one.fixed;
        eighth[node][lane] = one.eighth;
        most[node][lane] = one.most;
        limit[node][lane] = one.limit;
        less[node][lane] = one.less;
      }
      scale[node] = 1.0f / Grid::T(node);
      rounding[node] = rounding_of(one.fixed);
      T[node < clipped ? node : node + 1] = Grid::T(node);
    }
    T[clipped] = T[Grid::open_count - 1];
    for (int cell = 0; cell < padded; ++cell) {
      if (cell == gap_cell || cell >= cell_count) {
        // Not a cell: this makes the bound huge.
        ratio[cell] = 0.0f;
        curve[cell] = -1e30f;
        inverse_curve[cell] = 0.5f / curve[cell];
        continue;
      }
      const Bounds whole = bounds_of(T[cell], T[cell + 1]);
      ratio[cell] = whole.ratio;
      curve[cell] = whole.curve;
      inverse_curve[cell] = whole.inverse_curve;
      const Node middle = node_of((units(T[cell]) + units(T[cell + 1])) / 2, cell + 1 < Grid::open_count);
      middle_fixed[cell] = middle.fixed;
      middle_eighth[cell] = middle.eighth;
      middle_most[cell] = middle.most;
      middle_limit[cell] = middle.limit;
      middle_less[cell] = middle.less;
      middle_T[cell] = static_cast<float>(middle.fixed) / Grid::steps;
      middle_scale[cell] = 1.0f / middle_T[cell];
      middle_rounding[cell] = rounding_of(middle.fixed);
      half[0][cell] = bounds_of(T[cell], middle_T[cell]);
      half[1][cell] = bounds_of(middle_T[cell], T[cell + 1]);
    }
  }
};
template <class Grid>
constexpr NodeTables<Grid> node_tables;

}  // namespace nibble::NIBBLE_TARGET
