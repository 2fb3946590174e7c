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

/// The distance of the last shell wanted, from the set of distances that occur. Distances above 63 count as 63: the
/// shells of every codebook end far below.
int last_shell(uint64_t distances, int shells) {
  for (; shells > 1; --shells) distances &= distances - 1;
  int distance = 0;
  while (!(distances >> distance & 1)) ++distance;
  return distance;
}

}  // namespace

template <class Shape>
IqGrid<Shape>::IqGrid(std::span<const uint16_t> points, int shells) {
  constexpr int bits = levels == 3 ? 2 : 3;
  constexpr int halves = HalfDistances<Shape>::halves;
  const HalfDistances<Shape> distances;
  const size_t count = points.size();

  entries_.assign(Shape::vectors, -1);
  std::vector<uint8_t> low(count), high(count);
  for (size_t k = 0; k < count; ++k) {
    int v = 0, place = 1;
    for (int i = 0; i < coords; ++i, place *= levels) {
      const int level = points[k] >> (bits * i) & ((1 << bits) - 1);
      v += level * place;
      points_.push_back(static_cast<uint8_t>(level));
      values_.push_back(static_cast<float>(2 * level + 1));
    }
    entries_[static_cast<size_t>(v)] = static_cast<int32_t>(k);
    low[k] = static_cast<uint8_t>(v % halves);
    high[k] = static_cast<uint8_t>(v / halves);
  }

  std::vector<uint8_t> from_high(count), distance(count);
  std::vector<uint16_t> near;
  for (int h = 0; h < halves; ++h) {
    const auto& high_row = distances.table[static_cast<size_t>(h)];
    for (size_t k = 0; k < count; ++k) from_high[k] = high_row[high[k]];
    for (int l = 0; l < halves; ++l) {
      int32_t& entry = entries_[static_cast<size_t>(h * halves + l)];
      if (entry >= 0) continue;
      const auto& low_row = distances.table[static_cast<size_t>(l)];
      uint64_t occurring = 0;
      for (size_t k = 0; k < count; ++k) {
        distance[k] = static_cast<uint8_t>(std::min(63, from_high[k] + low_row[low[k]]));
        occurring |= uint64_t{1} << distance[k];
      }
      const int limit = last_shell(occurring, shells);
      near.clear();
      for (size_t k = 0; k < count; ++k) {
        if (distance[k] <= limit) near.push_back(static_cast<uint16_t>(k));
      }
      entry = ~static_cast<int32_t>(lists_.size());
      lists_.push_back(static_cast<uint16_t>(near.size()));
      for (int shell = 0; shell <= limit; ++shell) {
        if (!(occurring >> shell & 1)) continue;
        for (const uint16_t k : near) {
          if (distance[k] == shell) lists_.push_back(k);
        }
      }
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
