#include "container/importance_writer.h"

#include <algorithm>

#include "container/gguf_writer.h"
#include "error.h"
#include "numeric/bits.h"

namespace nibble {

void ImportanceSums::add(std::string_view tensor, uint64_t row_length, uint64_t matrices, uint64_t matrix,
                         uint64_t first_column, std::span<const double> sums, double tokens) {
  auto found = entries_.find(tensor);
  if (found == entries_.end()) {
    Entry entry{row_length, std::vector<double>(row_length * matrices), std::vector<double>(matrices)};
    found = entries_.emplace(std::string(tensor), std::move(entry)).first;
  }
  Entry& entry = found->second;
  if (matrix >= entry.counts.size() || row_length != entry.row_length || first_column > row_length ||
      sums.size() > row_length - first_column) {
    throw Error("The importance of tensor \"" + std::string(tensor) + "\" does not fit it. This is a fault.");
  }
  for (size_t i = 0; i < sums.size(); ++i) entry.sums[matrix * row_length + first_column + i] += sums[i];
  if (first_column == 0) entry.counts[matrix] += tokens;
}

std::vector<uint8_t> ImportanceSums::file(std::string_view dataset, uint32_t chunks, uint32_t chunk_tokens) const {
  struct Stored {
    std::string name;
    std::vector<uint64_t> shape;
    const std::vector<double>* values;
  };
  std::vector<Stored> stored;
  for (const auto& [name, entry] : entries_) {
    const bool seen = std::any_of(entry.counts.begin(), entry.counts.end(), [](double count) { return count > 0; });
    if (!seen) continue;
    const uint64_t matrices = entry.counts.size();
    stored.push_back(
        {name + ".in_sum2", trimmed_shape(std::vector<uint64_t>{entry.row_length, matrices}), &entry.sums});
    stored.push_back({name + ".counts", trimmed_shape(std::vector<uint64_t>{1, matrices}), &entry.counts});
  }
  KeyValueList values;
  values.set_string("general.type", "imatrix");
  values.set_array("imatrix.datasets", std::vector<std::string>{std::string(dataset)});
  values.set_u32("imatrix.chunk_count", chunks);
  values.set_u32("imatrix.chunk_size", chunk_tokens);
  std::vector<OutputTensor> tensors;
  uint64_t offset = 0;
  for (const Stored& one : stored) {
    tensors.push_back({one.name, one.shape, Type::f32, offset});
    offset += padded_bytes(one.values->size() * sizeof(float));
  }
  std::vector<uint8_t> file = write_gguf_header(values, tensors);
  const size_t start = file.size();
  file.resize(start + offset);
  for (size_t t = 0; t < stored.size(); ++t) {
    uint8_t* to = file.data() + start + tensors[t].offset;
    for (const double value : *stored[t].values) {
      store(to, static_cast<float>(value));
      to += sizeof(float);
    }
  }
  return file;
}

}  // namespace nibble
