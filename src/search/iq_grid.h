#pragma once
#include <cstdint>
#include <span>
#include <vector>

/// The codebooks of the IQ types prepared for searching: for every vector of levels, its position in the codebook or
/// the list of codebook points near it. Built on first use, once per process, in some tens of milliseconds.
namespace nibble {

/// Levels and coordinates of a codebook's points: three levels in eight coordinates, or eight levels in four.
template <int kLevels, int kCoords>
struct IqShape {
  static constexpr int levels = kLevels, coords = kCoords;
  /// How many vectors of levels there are; vector v has level v / levels^i % levels in coordinate i.
  static constexpr int vectors = kLevels == 3 ? 6561 : 4096;
};
using Iq8x3 = IqShape<3, 8>;
using Iq4x8 = IqShape<8, 4>;

template <class Shape>
class IqGrid {
 public:
  static constexpr int levels = Shape::levels, coords = Shape::coords;

  /// `points` is the codebook in stored order, packed as in formats/iq_codebooks.h. The neighbours of a vector off the
  /// codebook are all points at the `shells` smallest distances from it.
  IqGrid(std::span<const uint16_t> points, int shells);

  /// The position of vector v in the codebook; a negative handle for neighbours() when it is not a codebook point.
  int find(int v) const { return entries_[static_cast<size_t>(v)]; }
  /// Positions of the points near a vector, nearest first, equally near ones in codebook order. Never empty.
  std::span<const uint16_t> neighbours(int handle) const {
    const uint16_t* list = lists_.data() + ~handle;
    return {list + 1, list[0]};
  }
  /// The levels of a point, `coords` bytes.
  const uint8_t* point(int position) const { return points_.data() + position * coords; }
  /// The grid values 2 * level + 1 of a point, `coords` floats.
  const float* values(int position) const { return values_.data() + position * coords; }

 private:
  std::vector<int32_t> entries_;
  std::vector<uint16_t> lists_;  ///< per list: its length, then positions
  std::vector<uint8_t> points_;
  std::vector<float> values_;
};

const IqGrid<Iq8x3>& iq2_xxs_grid();
const IqGrid<Iq8x3>& iq2_xs_grid();
const IqGrid<Iq8x3>& iq2_s_grid();
const IqGrid<Iq8x3>& iq1_grid();
const IqGrid<Iq4x8>& iq3_xxs_grid();
const IqGrid<Iq4x8>& iq3_s_grid();

}  // namespace nibble
