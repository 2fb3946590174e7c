#pragma once
#include <algorithm>
#include <vector>

#include "calibration/rounding_math.h"

/// How matrices and rows lie in memory while rows are rounded: what belongs to tile_columns columns lies together.
namespace nibble::calibration {

/// A square matrix in tiles of tile_columns x tile_columns, row by row within a tile. Columns are a multiple of
/// tile_columns.
class TiledMatrix {
 public:
  TiledMatrix() = default;
  /// From a matrix row by row, whose memory it takes over.
  TiledMatrix(std::vector<float> rows, size_t columns);

  bool empty() const { return values_.empty(); }
  /// What the columns of tile `from` do to those of tile `to`.
  const float* tile(size_t from, size_t to) const {
    return &values_[(from * tiles_ + to) * tile_columns * tile_columns];
  }

 private:
  size_t tiles_ = 0;
  std::vector<float> values_;
};

/// Rows side by side, in strips of tile_columns columns: row by row within a strip.
class Strips {
 public:
  Strips(size_t rows, size_t columns) : rows_(rows), values_(rows * columns) {}

  size_t rows() const { return rows_; }
  float* strip(size_t tile) { return &values_[tile * rows_ * tile_columns]; }
  const float* strip(size_t tile) const { return &values_[tile * rows_ * tile_columns]; }
  float& at(size_t row, size_t column) {
    return values_[(column / tile_columns * rows_ + row) * tile_columns + column % tile_columns];
  }
  void fill(float value) { std::fill(values_.begin(), values_.end(), value); }

 private:
  size_t rows_;
  std::vector<float> values_;
};

/// A tile's columns of eight rows, in lanes: [column][lane].
struct TileLanes {
  float values[tile_columns * lanes];

  /// From eight rows of a strip, and back.
  void take(const float* rows) {
    for (size_t lane = 0; lane < lanes; ++lane) {
      for (size_t c = 0; c < tile_columns; ++c) values[c * lanes + lane] = rows[lane * tile_columns + c];
    }
  }
  void give(float* rows) const {
    for (size_t lane = 0; lane < lanes; ++lane) {
      for (size_t c = 0; c < tile_columns; ++c) rows[lane * tile_columns + c] = values[c * lanes + lane];
    }
  }
};

}  // namespace nibble::calibration
