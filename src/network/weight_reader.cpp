#include "network/weight_reader.h"

namespace nibble::network {

const float* WeightReader::rows(const WeightForm& form, const uint8_t* bytes, uint64_t first_row, uint64_t rows) {
  auto found = decoders_.find(form.type);
  if (found == decoders_.end()) found = decoders_.emplace(form.type, SourceDecoder(form.type, kernel_)).first;
  const uint64_t count = rows * form.row_length;
  return found->second.decode(bytes, {count, first_row * form.row_length, form.row_length, form.head_rows, form.add}, 0,
                              count);
}

}  // namespace nibble::network
