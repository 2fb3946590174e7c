#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "formats/format.h"

/// Tensors whose values lie in files in another order, another form or several pieces than a GGUF file has them. Their
/// bytes are made while they are read: to everybody else they are ranges of one more file, the derived one, that is as
/// long as all of them together.
namespace nibble {

/// A matrix as it lies in a file, row by row. A tensor of one dimension is one row.
struct StoredMatrix {
  uint32_t file = 0;
  uint64_t offset = 0;  ///< bytes from the start of the file
  Type type = Type::f32;
  uint64_t rows = 0, columns = 0;
};

/// How the weights of a matrix come from what is stored.
enum class MatrixForm : uint8_t {
  plain,   ///< as stored
  scaled,  ///< stored value x scale
  /// (code - 2^(bits - 1)) x scale; words of 32 bits hold consecutive columns, the lowest bits first
  /// (compressed-tensors, "pack-quantized").
  codes_in_rows,
  /// (code - zero) x scale; words of 32 bits hold consecutive columns of one row, and the matrix of words is transposed
  /// (GPTQ). Zeros are packed along the rows.
  codes_in_columns,
  /// Blocks of 32 4-bit floats, byte j holding weights 2 j and 2 j + 1, and an exponent for each block (gpt-oss). Rows
  /// and columns count blocks.
  mxfp4_pairs,
};

/// A matrix of weights and where it comes from.
struct DerivedMatrix {
  MatrixForm form = MatrixForm::plain;
  uint64_t rows = 0, columns = 0;
  StoredMatrix data;
  StoredMatrix scales;  ///< one for each scale_rows x scale_columns weights, clipped at the edges
  StoredMatrix zeros;   ///< of codes_in_columns: words of codes; without rows: 2^(bits - 1) everywhere
  StoredMatrix groups;  ///< of codes_in_columns: which row of scales a column has (I32); without rows: in order
  uint64_t scale_rows = 1, scale_columns = 1;
  uint32_t bits = 4;       ///< of a code
  uint32_t zero_plus = 0;  ///< added to every stored zero
};

/// `count` steps of `stride` weights.
struct Axis {
  uint64_t count, stride;
};

/// A view of one matrix: weight number (i0 + n0 * (i1 + n1 * ...)) of the part is weight first + i0 * s0 + i1 * s1 +
/// ... of the matrix, row by row. Each stride is a whole number of rows, or shorter than a row; steps of the second
/// kind stay within a row.
struct DerivedPart {
  static constexpr uint32_t zeros = UINT32_MAX;
  uint32_t matrix = zeros;  ///< index into DerivedFile::matrices; `zeros` for a part of zeros
  uint64_t first = 0;
  std::vector<Axis> axes;      ///< innermost first
  std::vector<float> factors;  ///< each weight is multiplied by these one after the other, in single precision
  bool minus_exp = false;      ///< then x becomes -e^x

  uint64_t count() const;
};

/// One tensor: its parts one after the other, stored as `type`: F32, or the type of all its matrices where nothing is
/// computed.
struct DerivedTensor {
  Type type = Type::f32;
  std::vector<DerivedPart> parts;

  /// In blocks of the type, which axes count.
  uint64_t elements() const;
  uint64_t bytes() const;
};

struct DerivedFile {
  std::vector<DerivedMatrix> matrices;
  std::vector<DerivedTensor> tensors;
  std::vector<uint64_t> offsets;  ///< of each tensor in the derived file; as many as tensors

  /// Returns where the tensor lies in the derived file.
  uint64_t add(DerivedTensor tensor);
  uint64_t bytes() const { return tensors.empty() ? 0 : offsets.back() + tensors.back().bytes(); }
  /// All of it as numbers, for workers.
  std::vector<double> save() const;
  static DerivedFile restore(std::span<const double> numbers);
};

}  // namespace nibble
