#include "container/importance_writer.h"

#include <algorithm>
#include <cmath>

#include "container/gguf_writer.h"
#include "container/text.h"
#include "error.h"
#include "numeric/bits.h"

namespace nibble {
namespace {

double largest_count(const ImportanceSums::Entry& entry) {
  return *std::max_element(entry.counts.begin(), entry.counts.end());
}

double in_single(double value) { return double{static_cast<float>(value)}; }

template <class T>
void put(std::vector<uint8_t>& bytes, T value) {
  bytes.resize(bytes.size() + sizeof(T));
  store(bytes.data() + bytes.size() - sizeof(T), value);
}

void put_text(std::vector<uint8_t>& bytes, std::string_view text) {
  put(bytes, static_cast<int32_t>(text.size()));
  bytes.insert(bytes.end(), text.begin(), text.end());
}

/// The counts of a file's entry, as tokens.
std::vector<double> tokens_of(const ImportanceEntry& entry, std::span<const uint8_t> counts, uint32_t chunk_tokens) {
  if (!entry.counts_offset) return {double{static_cast<double>(entry.calls)} * chunk_tokens};
  std::vector<double> tokens(entry.matrices);
  for (uint64_t m = 0; m < entry.matrices; ++m) {
    const float count = load<float>(counts.data() + 4 * m);
    if (!std::isfinite(count)) {
      throw Error("The counts of " + in_quotes(entry.name) + " are no numbers. Compute that matrix again.");
    }
    tokens[m] = std::round(double{count});
  }
  return tokens;
}

}  // namespace

void ImportanceSums::add(std::string_view tensor, uint64_t row_length, uint64_t matrices, uint64_t matrix,
                         uint64_t first_column, std::span<const double> sums, double tokens) {
  auto found = entries_.find(tensor);
  if (found == entries_.end()) {
    Entry entry{std::vector<double>(row_length * matrices), std::vector<double>(matrices)};
    found = entries_.emplace(std::string(tensor), std::move(entry)).first;
  }
  Entry& entry = found->second;
  if (entry.sums.size() != row_length * matrices) {
    throw Error("The importance matrix that is added to does not fit this model: for " + in_quotes(tensor) +
                " it has " + std::to_string(entry.sums.size()) + " values instead of " +
                std::to_string(row_length * matrices) + ". Use the matrix that was computed from this model.");
  }
  // From a file that has one count for all.
  if (entry.counts.size() == 1) entry.counts.resize(matrices, entry.counts[0]);
  if (matrix >= entry.counts.size() || row_length != entry.row_length() || first_column > row_length ||
      sums.size() > row_length - first_column) {
    throw Error("The importance of tensor " + in_quotes(tensor) + " does not fit it. This is a fault.");
  }
  for (size_t i = 0; i < sums.size(); ++i) entry.sums[matrix * row_length + first_column + i] += sums[i];
  if (first_column == 0) entry.counts[matrix] += tokens;
}

void ImportanceSums::merge(const ImportanceEntry& entry, std::span<const uint8_t> values,
                           std::span<const uint8_t> counts, uint32_t chunk_tokens) {
  if (values.size() != entry.values_bytes() || counts.size() != entry.counts_bytes()) {
    throw Error("The importance matrix ended inside the entry " + in_quotes(entry.name) + ". The file may be cut off.");
  }
  if (entry.values % entry.matrices != 0) {
    throw Error("The entry " + in_quotes(entry.name) + " has " + std::to_string(entry.values) + " values for " +
                std::to_string(entry.matrices) + " matrices, which cannot be. The file is probably damaged.");
  }
  const std::vector<double> tokens = tokens_of(entry, counts, chunk_tokens);
  const auto [found, is_new] =
      entries_.try_emplace(entry.name, Entry{std::vector<double>(entry.values), std::vector<double>(tokens.size())});
  Entry& sum = found->second;
  const bool one_for_all = !entry.counts_offset;
  if (sum.counts.size() == 1) sum.counts.resize(tokens.size(), sum.counts[0]);
  if (sum.sums.size() != entry.values || (!one_for_all && sum.counts.size() != tokens.size())) {
    throw Error("The importance matrices do not belong together: for " + in_quotes(entry.name) + " one has " +
                counted(sum.sums.size(), "value") + " and " + counted(sum.counts.size(), "count") + ", the next " +
                std::to_string(entry.values) + " and " + std::to_string(tokens.size()) +
                ". Merge matrices of one model only.");
  }
  const float scale = one_for_all ? static_cast<float>(chunk_tokens) : 1.0f;
  for (uint64_t i = 0; i < entry.values; ++i) {
    const float value = load<float>(values.data() + 4 * i) * scale;
    sum.sums[i] = in_single(in_single(sum.sums[i]) + double{value});
  }
  for (size_t m = 0; m < sum.counts.size(); ++m) sum.counts[m] += tokens[one_for_all ? 0 : m];
}

uint32_t ImportanceSums::chunks(uint32_t chunk_tokens) const {
  double most = 0;
  for (const auto& [name, entry] : entries_) most = std::max(most, largest_count(entry));
  return static_cast<uint32_t>(std::floor(most / chunk_tokens));
}

void ImportanceSums::check_not_empty() const {
  if (entries_.empty()) throw Error("There is nothing to write an importance matrix of.");
}

std::vector<uint8_t> ImportanceSums::file(uint32_t chunk_tokens) const {
  check_not_empty();
  struct Stored {
    std::string name;
    std::vector<uint64_t> shape;
    const std::vector<double>* values;
  };
  std::vector<Stored> stored;
  for (const auto& [name, entry] : entries_) {
    const uint64_t matrices = entry.counts.size();
    stored.push_back(
        {name + ".in_sum2", trimmed_shape(std::vector<uint64_t>{entry.row_length(), matrices}), &entry.sums});
    stored.push_back({name + ".counts", trimmed_shape(std::vector<uint64_t>{1, matrices}), &entry.counts});
  }
  KeyValueList values;
  values.set_string("general.type", "imatrix");
  values.set_array("imatrix.datasets", datasets_);
  values.set_u32("imatrix.chunk_count", chunks(chunk_tokens));
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

std::vector<uint8_t> ImportanceSums::legacy_file(uint32_t chunk_tokens) const {
  check_not_empty();
  std::vector<uint8_t> file;
  const auto seen = [](const auto& named) { return largest_count(named.second) > 0; };
  put(file, static_cast<int32_t>(std::count_if(entries_.begin(), entries_.end(), seen)));
  for (const auto& named : entries_) {
    if (!seen(named)) continue;
    const auto& [name, entry] = named;
    put_text(file, name);
    const auto calls = static_cast<int32_t>(std::ceil(largest_count(entry) / chunk_tokens));
    put(file, calls);
    put(file, static_cast<int32_t>(entry.sums.size()));
    for (size_t i = 0; i < entry.sums.size(); ++i) {
      const auto count = static_cast<float>(entry.counts[i / entry.row_length()]);
      const float mean = count == 0 ? 1.0f : static_cast<float>(entry.sums[i]) / count;
      put(file, mean * static_cast<float>(calls));
    }
  }
  put(file, static_cast<int32_t>(chunks(chunk_tokens)));
  put_text(file, datasets_.empty() ? std::string_view() : std::string_view(datasets_.back()));
  return file;
}

}  // namespace nibble
