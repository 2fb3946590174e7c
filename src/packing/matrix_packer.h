#pragma once
#include <memory>
#include <string_view>
#include <vector>

#include "codec/conversion_statistics.h"
#include "codec/source_decoder.h"
#include "packing/packing.h"
#include "search/integer_groups.h"
#include "stats/error_meter.h"

namespace nibble {

/// A matrix as it is stored in the source: rows of plain floats.
struct SourceMatrix {
  std::string_view type;   ///< name of the stored type
  std::string_view dtype;  ///< safetensors' name of it
  uint64_t rows, columns;
};

/// Which of a packing's two stretches.
enum class PackedPart : uint8_t { codes, scales };

/// The name of the method a packing uses for one asked for; the default is the largest magnitude, as the loaders' own
/// quantizers do. Throws Error for an unknown name. GPTQ layouts also have lowest-error, which is "exact" for
/// the zeros beside the range's, and calibrated, where blocks of formats/group_formats.h are given.
std::string_view packing_method(const Packing& packing, std::string_view method);

/// Finds the scale of a group by one method, and the codes that go with it.
class GroupQuantizer {
 public:
  /// Throws Error as packing_method() does.
  GroupQuantizer(const Packing& packing, std::string_view method);

  /// Scale and zero of the group; the zero counts for gptq.
  using Choice = GroupScale;
  Choice choose(const float* values, size_t count);
  /// The code of each value, and what it decodes to with `scale` where loaders see `seen` (another one when scales are
  /// quantized themselves).
  void encode(const float* values, size_t count, Choice choice, float seen, uint8_t* codes, float* decoded) const;
  /// What codes of gptq decode to.
  void decode(const uint8_t* codes, size_t count, Choice choice, float* decoded) const;
  /// The interval outside which a value is clipped.
  void range(Choice choice, float seen, float& low, float& high) const;

 private:
  bool has_zeros() const;
  Levels levels_of(Choice choice) const;

  const Packing& packing_;
  const ScaleMethod& method_;
  ZeroChoice zeros_;  // that asymmetric groups try: all for "exact"
  ScaleScratch scratch_;
};

/// Writes runs of one stretch of a packed matrix, fed with the matrix piece by piece: never more than a piece, the
/// output and, for nested scales, one float per block are held.
class MatrixPacker {
 public:
  /// Throws Error for a source that is no plain float, or an unknown method. With the method calibrated take() is given
  /// the blocks.
  MatrixPacker(const Packing& packing, PackedPart part, const SourceMatrix& source, std::string_view method,
               Kernel kernel = best_kernel());
  ~MatrixPacker();

  /// Bytes of a weight of the source.
  uint32_t number_bytes() const { return decoder_.format().block_bytes; }
  /// How often a run has to be fed.
  int passes() const;
  /// True when a run is a stretch of columns of all rows, and its source the whole matrix; false when it is a stretch
  /// of weights, and its source just those.
  static bool by_columns(const Packing& packing, PackedPart part);
  /// Weights a piece must be a multiple of, unless it ends the source.
  static uint64_t piece_unit(const Packing& packing, uint64_t columns);

  /// Begins a run of `count` weights from `first` on (or columns, see by_columns) into `target`.
  void begin(uint8_t* target, uint64_t first, uint64_t count);
  /// Takes the next `weight_count` weights of its source; of the method calibrated with their blocks, whole rows in the
  /// source's order.
  void take(const uint8_t* source, uint64_t weight_count, const uint8_t* blocks = nullptr);
  /// Bytes of the blocks of so many weights; 0 for every other method.
  uint64_t given_bytes(uint64_t weight_count) const;
  /// Ends the run. Throws Error when its source was not fed as often as it must be.
  void finish();

  /// The error figures of the last run; empty unless its stretch is a measured one.
  const ConversionStatistics& statistics() const { return statistics_; }
  Kernel kernel() const { return meter_.kernel(); }

  /// Writes one stretch; the packer hands it floats.
  class Writer;

 private:
  const Packing* packing_;
  SourceDecoder decoder_;
  SourceMatrix source_;
  bool by_columns_;
  const Format* given_ = nullptr;  // of the blocks that are given
  std::unique_ptr<Writer> writer_;
  ErrorMeter meter_;
  ConversionStatistics statistics_;
  uint64_t source_first_ = 0, source_weights_ = 0, position_ = 0;
  int pass_ = 0;
};

}  // namespace nibble
