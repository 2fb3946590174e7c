#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <vector>

#include "kernel_inputs.h"
#include "packing/matrix_packer.h"
#include "reference/packed_readers.h"

/// Matrices packed as the safetensors outputs have them, for tests.
namespace nibble {

using Bytes = std::vector<uint8_t>;

struct Matrix {
  uint64_t rows, columns;
  std::vector<float> values;

  Bytes bytes() const {
    const auto* start = reinterpret_cast<const uint8_t*>(values.data());
    return {start, start + values.size() * sizeof(float)};
  }
};

inline Matrix filled(uint64_t rows, uint64_t columns, uint64_t seed) {
  Matrix matrix{rows, columns, std::vector<float>(rows * columns)};
  testing::Random random(seed);
  testing::gauss(random, matrix.values.data(), matrix.values.size());
  // The awkward ones: zeros, subnormals, an outlier, a constant stretch, only positive, only negative, negative zero.
  for (size_t i = 0; i < 128; ++i) {
    matrix.values[i] = 0;
    matrix.values[columns + i] = 1e-40f * static_cast<float>(i);
    matrix.values[2 * columns + i] = 0.25f;
    matrix.values[3 * columns + i] = std::fabs(matrix.values[3 * columns + i]) + 0.01f;
    matrix.values[4 * columns + i] = -std::fabs(matrix.values[4 * columns + i]) - 0.01f;
  }
  matrix.values[5 * columns + 7] = 40.0f;
  matrix.values[6 * columns + 9] = -0.0f;
  return matrix;
}

/// Packs one stretch in runs of `step` of what it counts, each fed in pieces of `piece` weights.
inline ConversionStatistics pack(const Packing& packing, PackedPart part, const Matrix& matrix, std::string_view method,
                                 uint64_t step, uint64_t piece, Bytes& out) {
  MatrixPacker packer(packing, part, {"f32", "F32", matrix.rows, matrix.columns}, method);
  const Bytes source = matrix.bytes();
  const PackedMatrix packed = packed_matrix(packing, "m.weight", matrix.rows, matrix.columns, "F32");
  out.assign((part == PackedPart::codes ? packed.codes : packed.scales).bytes(), 0xAA);
  const bool by_columns = MatrixPacker::by_columns(packing, part);
  const bool whole = by_columns && part == PackedPart::scales;
  const uint64_t count = whole ? 1 : by_columns ? matrix.columns : matrix.values.size();
  ConversionStatistics statistics;
  for (uint64_t first = 0; first < count; first += step) {
    const uint64_t length = std::min(step, count - first);
    packer.begin(out.data() + out.size() * first / count, first, length);
    const uint64_t begin = by_columns ? 0 : first, end = by_columns ? matrix.values.size() : first + length;
    for (int pass = 0; pass < packer.passes(); ++pass) {
      for (uint64_t i = begin; i < end; i += piece) {
        packer.take(source.data() + i * sizeof(float), std::min(piece, end - i));
      }
    }
    packer.finish();
    statistics.merge(packer.statistics());
  }
  return statistics;
}

struct Packed {
  reference::RawFile file;
  ConversionStatistics statistics;
};

inline Packed pack_all(const Packing& packing, const Matrix& matrix, std::string_view method) {
  const PackedMatrix packed = packed_matrix(packing, "m.weight", matrix.rows, matrix.columns, "F32");
  Packed result;
  for (const PackedConstant& constant : packed.constants) {
    EXPECT_EQ(constant.bytes.size(), constant.tensor.bytes);
    EXPECT_EQ(constant.bytes.size() % 8, 0u) << constant.tensor.name;
    result.file.tensors[constant.tensor.name] = {std::string(constant.tensor.dtype), constant.tensor.shape,
                                                 constant.bytes};
  }
  for (const PackedPart part : {PackedPart::codes, PackedPart::scales}) {
    const PackedStretch& stretch = part == PackedPart::codes ? packed.codes : packed.scales;
    Bytes out, again;
    const uint64_t rows = MatrixPacker::by_columns(packing, part) ? matrix.columns : matrix.values.size();
    const ConversionStatistics statistics = pack(packing, part, matrix, method, rows, matrix.values.size(), out);
    const uint64_t group = packing.group ? packing.group : matrix.columns;
    pack(packing, part, matrix, method, group, matrix.columns % group == 0 ? matrix.columns : group, again);
    EXPECT_EQ(out, again) << packing.name() << ": depends on how it is cut";
    if (stretch.measured) result.statistics = statistics;
    uint64_t at = 0;
    for (const PackedTensor& tensor : stretch.tensors) {
      const auto begin = out.begin() + static_cast<ptrdiff_t>(at);
      result.file.tensors[tensor.name] = {
          std::string(tensor.dtype), tensor.shape, {begin, begin + static_cast<ptrdiff_t>(tensor.bytes)}};
      at += tensor.bytes;
    }
    EXPECT_EQ(at, out.size());
  }
  return result;
}

}  // namespace nibble
