#pragma once
#include <cstdint>
#include <functional>
#include <vector>

#include "derived/derived_file.h"
#include "numeric/kernel.h"

namespace nibble {

/// A rectangle of a matrix, and where the bytes that its weights come from lie among those that were read.
struct Rectangle {
  /// Takes a rectangle of what is stored; returns where its bytes, row by row, will lie.
  using Read =
      std::function<uint64_t(const StoredMatrix&, uint64_t row, uint64_t column, uint64_t rows, uint64_t columns)>;

  const DerivedMatrix* matrix = nullptr;
  uint64_t row = 0, column = 0, rows = 0, columns = 0;
  uint64_t data = 0, scales = 0, zeros = 0, groups = 0, levels = 0, global = 0, nested_scales = 0, nested_levels = 0;
  struct Added {
    uint64_t down, up, lengths;
  };
  std::vector<Added> added = {};  ///< of each of the matrix's
  uint64_t wanted = 0;            ///< the first column that is, where read() took more

  /// Asks for everything its weights take. Where the matrix has lengths, the rectangle becomes one of whole rows.
  void read(const Read& read);

 private:
  void read_stored(const Read& read);
};

/// Bytes of a block of GGUF's MXFP4.
inline constexpr uint64_t mxfp4_block = 17;
/// Writes the rectangle of a matrix of mxfp4_pairs as blocks of GGUF's MXFP4, without loss.
void regroup_mxfp4(const Rectangle& rectangle, const uint8_t* input, uint8_t* blocks);

/// Bytes of a block of GGUF's NVFP4.
inline constexpr uint64_t nvfp4_block = 36;
/// Writes the rectangle of a matrix of nvfp4_pairs as blocks of GGUF's NVFP4, without loss. Throws Error for a scale
/// below zero or that is no number, which those blocks do not hold.
void regroup_nvfp4(const Rectangle& rectangle, const uint8_t* input, uint8_t* blocks);

/// Makes weights of what is stored, whatever its form.
class MatrixDecoder {
 public:
  explicit MatrixDecoder(Kernel kernel) : kernel_(kernel) {}

  /// Writes the weights of a rectangle, row by row. Throws Error when a column names a scale that is not there.
  void decode(const Rectangle& rectangle, const uint8_t* input, float* values);

 private:
  void decode_stored(const Rectangle& rectangle, const uint8_t* input, float* values);
  void add_low_rank(const Rectangle& rectangle, const uint8_t* input, float* values);
  void decode_scaled(const Rectangle& rectangle, const uint8_t* input, float* values);
  void decode_codes(const Rectangle& rectangle, const uint8_t* input, float* values);
  void decode_levels(const Rectangle& rectangle, const uint8_t* input, float* values);
  void read_scales(const Rectangle& rectangle, const uint8_t* input);
  bool read_groups(const Rectangle& rectangle, const uint8_t* input);
  void read_zeros(const Rectangle& rectangle, const uint8_t* input, uint64_t row);
  void unpack_row(const Rectangle& rectangle, const uint8_t* input, uint64_t row);
  void floats(Type type, const uint8_t* bytes, float* values, uint64_t count) const;

  Kernel kernel_;
  std::vector<float> scales_, nested_, row_scales_, down_, up_, lengths_;
  std::vector<double> sums_;
  std::vector<int32_t> row_zeros_;
  std::vector<uint32_t> groups_;  // of each column, counted from the first that was read
  std::vector<uint8_t> codes_;
};

}  // namespace nibble
