#include "network/weight_reader.h"

#include <algorithm>

namespace nibble::network {

const float* WeightReader::rows(const WeightForm& form, const uint8_t* bytes, uint64_t first_row, uint64_t rows) {
  auto found = decoders_.find(form.type);
  if (found == decoders_.end()) found = decoders_.emplace(form.type, SourceDecoder(form.type, kernel_)).first;
  SourceDecoder& decoder = found->second;
  if (form.head_rows > 0) {
    // The two halves of each head, row by row in turn.
    const size_t row_bytes = decoder.format().bytes_for(form.row_length);
    reordered_.resize(rows * row_bytes);
    for (uint64_t row = 0; row < rows; ++row) {
      const uint64_t in_head = row % form.head_rows;
      const uint64_t from = row - in_head + in_head % 2 * (form.head_rows / 2) + in_head / 2;
      std::copy_n(bytes + from * row_bytes, row_bytes, reordered_.begin() + static_cast<ptrdiff_t>(row * row_bytes));
    }
    bytes = reordered_.data();
  }
  return decoder.decode(bytes, rows * form.row_length, {first_row * form.row_length, form.row_length}, form.add);
}

}  // namespace nibble::network
