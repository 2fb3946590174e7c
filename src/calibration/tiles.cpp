#include "calibration/tiles.h"

#include <algorithm>

namespace nibble::calibration {

TiledMatrix::TiledMatrix(std::vector<float> rows, size_t columns)
    : tiles_(columns / tile_columns), values_(std::move(rows)) {
  // As many rows as a tile has hold the same numbers as a row of tiles: one such band after the other.
  std::vector<float> band(tile_columns * columns);
  for (size_t from = 0; from < tiles_; ++from) {
    float* first = &values_[from * band.size()];
    std::copy_n(first, band.size(), band.begin());
    for (size_t to = 0; to < tiles_; ++to) {
      for (size_t row = 0; row < tile_columns; ++row)
        std::copy_n(&band[row * columns + to * tile_columns], tile_columns,
                    first + (to * tile_columns + row) * tile_columns);
    }
  }
}

}  // namespace nibble::calibration
