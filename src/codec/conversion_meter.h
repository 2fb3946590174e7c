#pragma once
#include <vector>

#include "codec/conversion_statistics.h"
#include "formats/format.h"
#include "stats/error_meter.h"

namespace nibble {

/// Measures the stretches of a tensor that is stored as a type: errors of weights and of blocks, and the use of codes.
class ConversionMeter {
 public:
  ConversionMeter(const Format& format, Kernel kernel) : format_(&format), meter_(kernel) {}

  /// The kernel that really measures.
  Kernel kernel() const { return meter_.kernel(); }

  /// Begins a stretch, whatever became of the one before.
  void begin();
  /// Adds the next `count` weights of it, from the tensor's weight `first` on, whole blocks, and what these decode to.
  /// See ErrorMeter::add.
  void add(uint64_t first, const float* values, const float* decoded, size_t count, const float* importance = nullptr,
           const ClipRanges& ranges = {});
  /// Counts the codes in blocks of the stretch that stand for `count` weights: quickest for all of them at once.
  void add_codes(const uint8_t* blocks, uint64_t count);
  void finish() { meter_.finish(figures_.errors); }

  /// The figures of the last stretch that was finished.
  const ConversionStatistics& figures() const { return figures_; }

 private:
  const Format* format_;
  ErrorMeter meter_;
  ConversionStatistics figures_;
  std::vector<double> block_errors_;
};

}  // namespace nibble
