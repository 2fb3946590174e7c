#include "search/iq_grid.h"

#include <algorithm>
#include <array>

#include "formats/iq_codebooks.h"

namespace nibble {
namespace {

/// Squared distances between halves of vectors: a distance is the sum of two table entries.
template <class Shape>
struct HalfDistances {
  static constexpr int halves = Shape::levels == 3 ? 81 : 64;
  std::array<std::array<uint8_t, halves>, halves> table;

  HalfDistances() {
    for (int a = 0; a < halves; ++a) {
      for (int b = 0; b < halves; ++b) {
        int sum = 0;
        for (int i = 0, p = a, q = b; i < Shape::coords / 2; ++i, p /= Shape::levels, q /= Shape::levels) {
          const int difference = p % Shape::levels - q % Shape::levels;
          sum += difference * difference;
        }
        table[static_cast<size_t>(a)][static_cast<size_t>(b)] = static_cast<uint8_t>(sum);
      }
    }
  }
};

/// The distance of the last shell wanted, from the set of distances that occur.
int last_shell(uint64_t distances, int shells) {
  for (; shells > 1; --shells) distances &= distances - 1;
  int distance = 0;
  while (!(distances >> distance & 1)) ++distance;
  return distance;
}

/// A codebook on its way to neighbour lists: each point split in two halves.
struct Halves {
  std::vector<uint8_t> low, high;
  // Of the vector at work:
  std::vector<uint8_t> from_high;  ///< distance of the high half from each point's
  std::vector<uint8_t> distance;   ///< and of the whole
  std::vector<uint16_t> near;      ///< points within the last shell, in codebook order

  explicit Halves(size_t count) : low(count), high(count), from_high(count), distance(count), near(count) {}
};

/// Appends the neighbour list of a vector: its length, then positions. Distances above 63 count as 63: the shells of
/// every codebook end far below. Not inlined, because a function that is entered often gets optimized by wasm engines
/// while the tables are still being built; a single long call would run to its end as it was first compiled.
[[gnu::noinline]] void append_neighbours(Halves& points, const uint8_t* from_low, int shells,
                                         std::vector<uint16_t>& lists) {
  const size_t count = points.low.size();
  const uint8_t* low = points.low.data();
  const uint8_t* from_high = points.from_high.data();
  uint8_t* distance = points.distance.data();
  uint64_t occurring = 0;
  for (size_t k = 0; k < count; ++k) {
    distance[k] = static_cast<uint8_t>(std::min(63, from_high[k] + from_low[low[k]]));
    occurring |= uint64_t{1} << distance[k];
  }
  const int limit = last_shell(occurring, shells);
  size_t found = 0;
  for (size_t k = 0; k < count; ++k) {
    points.near[found] = static_cast<uint16_t>(k);
    found += distance[k] <= limit;
  }
  lists.push_back(static_cast<uint16_t>(found));
  for (int shell = 0; shell <= limit; ++shell) {
    if (!(occurring >> shell & 1)) continue;
    for (size_t i = 0; i < found; ++i) {
      if (distance[points.near[i]] == shell) lists.push_back(points.near[i]);
    }
  }
}

}  // namespace

template <class Shape>
IqGrid<Shape>::IqGrid(std::span<const uint16_t> points, int shells) {
  constexpr int bits = levels == 3 ? 2 : 3;
  constexpr int halves = HalfDistances<Shape>::halves;
  const HalfDistances<Shape> distances;

  entries_.assign(Shape::vectors, -1);
  Halves split(points.size());
  for (size_t k = 0; k < points.size(); ++k) {
    int v = 0, power = 1;
    for (int i = 0; i < coords; ++i, power *= levels) {
      const int level = points[k] >> (bits * i) & ((1 << bits) - 1);
      v += level * power;
      points_.push_back(static_cast<uint8_t>(level));
      values_.push_back(static_cast<float>(2 * level + 1));
    }
    entries_[static_cast<size_t>(v)] = static_cast<int32_t>(k);
    split.low[k] = static_cast<uint8_t>(v % halves);
    split.high[k] = static_cast<uint8_t>(v / halves);
  }

  for (size_t high = 0; high < halves; ++high) {
    for (size_t k = 0; k < points.size(); ++k) split.from_high[k] = distances.table[high][split.high[k]];
    for (size_t low = 0; low < halves; ++low) {
      int32_t& entry = entries_[high * halves + low];
      if (entry >= 0) continue;
      entry = ~static_cast<int32_t>(lists_.size());
      append_neighbours(split, distances.table[low].data(), shells, lists_);
    }
  }
}

template class IqGrid<Iq8x3>;
template class IqGrid<Iq4x8>;

const IqGrid<Iq8x3>& iq2_xxs_grid() {
  static const IqGrid<Iq8x3> grid(iq2_xxs_codebook, 2);
  return grid;
}
const IqGrid<Iq8x3>& iq2_xs_grid() {
  static const IqGrid<Iq8x3> grid(iq2_xs_codebook, 2);
  return grid;
}
const IqGrid<Iq8x3>& iq2_s_grid() {
  static const IqGrid<Iq8x3> grid(iq2_s_codebook, 1);
  return grid;
}
const IqGrid<Iq8x3>& iq1_grid() {
  static const IqGrid<Iq8x3> grid(iq1_codebook, 3);
  return grid;
}
const IqGrid<Iq4x8>& iq3_xxs_grid() {
  static const IqGrid<Iq4x8> grid(iq3_xxs_codebook, 2);
  return grid;
}
const IqGrid<Iq4x8>& iq3_s_grid() {
  static const IqGrid<Iq4x8> grid(iq3_s_codebook, 3);
  return grid;
}

}  // namespace nibble
