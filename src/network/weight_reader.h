#pragma once
#include <map>
#include <string>
#include <vector>

#include "codec/source_decoder.h"

namespace nibble::network {

/// How the weights of a step are stored: see ModelTensor.
struct WeightForm {
  std::string type;
  uint64_t row_length = 0;
  uint64_t head_rows = 0;
  float add = 0;
};

/// Decodes rows of tensors as a network uses them. The scratch is kept between calls.
class WeightReader {
 public:
  explicit WeightReader(Kernel kernel) : kernel_(kernel) {}

  /// `rows` rows from `bytes`, as stored; `first_row` of the tensor is their first, and names them in sentences. Where
  /// rows are reordered, whole heads. Valid until the next call. Throws Error when a weight is not finite.
  const float* rows(const WeightForm& form, const uint8_t* bytes, uint64_t first_row, uint64_t rows);

 private:
  Kernel kernel_;
  std::map<std::string, SourceDecoder> decoders_;
};

}  // namespace nibble::network
