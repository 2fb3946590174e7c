#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "derived/derived_file.h"
#include "derived/matrix_decoder.h"
#include "numeric/kernel.h"

namespace nibble {

/// Bytes of a file that are needed: `count` stretches of `bytes`, the starts of which lie `stride` apart.
struct StridedRead {
  uint32_t file;
  uint64_t offset, bytes, count, stride;
};

/// Makes bytes of the derived file piece by piece:
///   while (bytes are missing) {
///     const uint64_t made = reader.plan(offset, missing);
///     ... read what reader.reads() lists, one behind the other, reader.input_bytes() together
///     reader.make(input, output);
///   }
/// Memory: a few MiB, whatever the size of tensors and however their values are moved.
class DerivedReader {
 public:
  /// The most weights made at a time.
  static constexpr uint64_t most_weights = uint64_t{1} << 19;
  /// Weights that are read for one that is used, at most.
  static constexpr uint64_t most_waste = 2;
  /// An upper bound of what reading takes beside the bytes made: what is read, and its values as floats.
  static constexpr uint64_t scratch_bytes = most_weights * (most_waste + 1) * 2 * sizeof(float);
  /// The highest rank of what is added to a matrix, and what one of it takes beside that, at most: a number for each
  /// row and each column of the matrix, as read and as float.
  static constexpr uint64_t most_rank = 1024;
  static constexpr uint64_t rank_bytes(uint64_t rows, uint64_t columns) { return (rows + columns) * 2 * sizeof(float); }

  DerivedReader(DerivedFile file, Kernel kernel);

  /// What making the next bytes takes. Returns how many they are, at most `bytes`. Both are whole elements of a tensor.
  uint64_t plan(uint64_t offset, uint64_t bytes);
  std::span<const StridedRead> reads() const { return reads_; }
  uint64_t input_bytes() const { return input_bytes_; }
  /// `input` holds what reads() lists; writes the bytes that were planned. Throws Error when codes point outside of the
  /// scales there are.
  void make(const uint8_t* input, uint8_t* output);

 private:
  /// A part of a part whose weights fill a rectangle of its matrix, or most of it.
  struct Box {
    const DerivedPart* part;
    Rectangle rectangle;  // of no matrix: zeros
    std::vector<Axis> axes;
    uint64_t count;
  };
  void add_woven(uint64_t begin, uint64_t end);
  void make_boxes(const uint8_t* input, uint8_t* output);
  void weave(const uint8_t* strands, uint8_t* output) const;
  void add_boxes(const DerivedPart& part, size_t axes, uint64_t first, uint64_t begin, uint64_t end);
  void add_box(const DerivedPart& part, uint64_t first, std::vector<Axis> axes);
  uint64_t read(const StoredMatrix& stored, uint64_t row, uint64_t column, uint64_t rows, uint64_t columns);

  DerivedFile file_;
  MatrixDecoder decoder_;
  const DerivedTensor* tensor_ = nullptr;
  std::vector<Box> boxes_;
  std::vector<StridedRead> reads_;
  uint64_t input_bytes_ = 0;
  uint64_t begin_ = 0, count_ = 0;  // elements that were planned
  std::vector<float> values_;
  std::vector<uint8_t> blocks_, strands_;
};

}  // namespace nibble
