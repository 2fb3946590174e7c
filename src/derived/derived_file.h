#pragma once
#include <algorithm>
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

/// How the weights of a matrix come from what is stored. Codes of 2, 3, 4 or 8 bits are a stream of bits in words of
/// 32, the lowest bits first; of 3 bits, 32 codes fill three words.
enum class MatrixForm : uint8_t {
  plain,   ///< as stored
  scaled,  ///< (stored value - zero) x scale x factor
  /// (code - zero) x scale; words hold consecutive columns, and words of zeros consecutive rows (compressed-tensors,
  /// "pack-quantized").
  codes_in_rows,
  /// (code - zero) x scale; words hold consecutive columns of one row, and the matrix of words is transposed (GPTQ).
  /// Zeros are packed along the rows.
  codes_in_columns,
  /// (code - zero) x scale; words hold eight rows of one column, in awq_order, and the matrix of words is transposed
  /// (AWQ). Zeros are packed likewise.
  codes_across,
  /// level[code] x scale; bytes hold two consecutive columns (NVFP4, bitsandbytes).
  levels_in_rows,
  /// Blocks of 32 4-bit floats, byte j holding weights 2 j and 2 j + 1, and an exponent for each block (gpt-oss). Rows
  /// and columns count blocks.
  mxfp4_pairs,
  /// Blocks of 64 4-bit floats in 32 bytes, byte j holding weights 2 j and 2 j + 1, and four E4M3 scales for each block
  /// (NVFP4). Rows and columns count blocks.
  nvfp4_pairs,
};

/// Which of eight rows the 4-bit codes of a word belong to, the lowest first (AutoAWQ, "gemm").
inline constexpr uint8_t awq_order[8] = {0, 2, 4, 6, 1, 3, 5, 7};

/// Scales that are codes themselves: scale = level[code] x nested scale + offset (bitsandbytes, "nested").
struct NestedScales {
  StoredMatrix scales;  ///< one for each `block` scales, counted through all rows; without rows: scales are numbers
  StoredMatrix levels;  ///< 256 values
  uint64_t block = 0;
  float offset = 0;
};

/// A product of two small matrices that is added to a matrix: factor x up x down, as LoRA has it; with lengths, each
/// row then gets the one that is given for it, as DoRA has it. Sums and their addition are in double precision, rounded
/// once at the end.
struct LowRank {
  StoredMatrix down;  ///< rank rows of as many columns as the matrix has
  StoredMatrix up;    ///< as many rows as the matrix has, rank columns
  double factor = 1;
  StoredMatrix lengths = {};  ///< a number for each row of the matrix, in one row; without rows: rows keep theirs
};

/// A matrix of weights and where it comes from.
struct DerivedMatrix {
  MatrixForm form = MatrixForm::plain;
  uint64_t rows = 0, columns = 0;
  StoredMatrix data;
  StoredMatrix scales;  ///< one for each scale_rows x scale_columns weights, clipped at the edges
  StoredMatrix zeros;   ///< of codes: words of codes, without rows 2^(bits - 1) everywhere; of scaled: as scales lie
  StoredMatrix groups;  ///< of codes: which scale along its row a column has (I32); without rows: in order
  StoredMatrix levels;  ///< of levels_in_rows: 16 values; without rows: those of E2M1
  StoredMatrix global;  ///< one number that every scale is multiplied by; without rows: none
  NestedScales nested;
  uint64_t scale_rows = 1, scale_columns = 1;
  uint32_t bits = 4;           ///< of a code
  uint32_t zero_plus = 0;      ///< added to every stored zero
  float factor = 1;            ///< of scaled
  bool divide = false;         ///< scales are divided by `global`
  bool high_first = false;     ///< of levels_in_rows: the first of two columns is in the high half of the byte
  std::vector<LowRank> added;  ///< one after the other; of blocks (mxfp4_pairs) none

  /// Rows are made whole or not at all: what is added sets their lengths.
  bool has_lengths() const {
    return std::any_of(added.begin(), added.end(), [](const LowRank& one) { return one.lengths.rows > 0; });
  }
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
  bool reciprocal = false;     ///< or 1 / x
  bool log_of_minus = false;   ///< or ln(-x)

  /// True when its weights are others than those of the matrix.
  bool computes() const { return !factors.empty() || minus_exp || reciprocal || log_of_minus; }

  uint64_t count() const;
};

/// Makes a view of weights one of blocks of so many weights. False, and the part is left half done, when it computes or
/// is not of whole blocks.
bool count_in_blocks(DerivedPart& part, uint64_t block_length);

/// One tensor: its parts one after the other, stored as `type`: F32, or the type of all its matrices where nothing is
/// computed. Matrices of blocks count them as columns.
struct DerivedTensor {
  Type type = Type::f32;
  std::vector<DerivedPart> parts;
  /// The parts, which have the same count then, alternate value by value instead.
  bool woven = false;

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
