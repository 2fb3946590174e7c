#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "stats/bucket_counts.h"

namespace nibble {

/// How the error is spread over the blocks of a tensor: a histogram of the blocks' RMS errors, and the worst blocks by
/// place. A block with a difference that is not finite is left out. Pieces merge in any order to the same figures.
class BlockErrors {
 public:
  static constexpr size_t worst_count = 20;
  struct Block {
    uint64_t number;       ///< in its tensor, from 0
    double squared_error;  ///< sum (x - y)^2
  };

  /// Adds consecutive blocks of `length` weights, of which the first has number `first_block`: the sum (x - y)^2 of
  /// each (see DecodedWeights).
  void add(uint64_t first_block, std::span<const double> squared_errors, uint32_t length);
  /// Adds another piece of the same tensor.
  void merge(const BlockErrors& other);
  /// Adds the blocks of another tensor: the worst ones, known by their number in their own tensor, stay with it.
  void merge_tensor(const BlockErrors& other);
  void reset();

  /// Weights in a block; 0 when there are none, or of several lengths.
  uint32_t length() const { return mixed_ ? 0 : length_; }
  uint64_t blocks() const { return counts_.total(); }
  /// At most worst_count, the largest error first; of equal ones the lower number first.
  const std::vector<Block>& worst() const { return worst_; }
  /// sqrt(squared_error / length()).
  double rmse(const Block& block) const;
  /// Groups of the blocks' RMS errors, `per_octave` to each doubling.
  std::vector<BucketGroup> histogram(uint32_t per_octave) const { return grouped(counts_, {}, per_octave); }

  void append_to(std::vector<uint8_t>& bytes) const;
  static BlockErrors read_from(SavedReader& reader);

 private:
  void offer(const Block& block);
  void take_length(uint32_t length);

  uint32_t length_ = 0;
  bool mixed_ = false;
  BucketCounts counts_;
  std::vector<Block> worst_;
};

}  // namespace nibble
