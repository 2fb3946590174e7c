#include "container/importance.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "container/text.h"
#include "error.h"
#include "numeric/bits.h"

namespace nibble {
namespace {

/// llama-quantize keeps texts of overridden metadata in 128 bytes with a terminating zero.
constexpr size_t max_override_text = 127;

bool contains_any(std::string_view name, std::span<const std::string> parts) {
  return std::any_of(parts.begin(), parts.end(),
                     [&](const std::string& part) { return name.find(part) != std::string_view::npos; });
}

std::string_view text_of(ImportanceFault fault) {
  switch (fault) {
    case ImportanceFault::zero: return "all its values are zero";
    case ImportanceFault::negative: return "some of its values are negative";
    case ImportanceFault::not_finite: return "some of its values are infinite or no numbers";
  }
  return "";
}

std::optional<ImportanceFault> fault_of(std::span<const float> values) {
  bool all_zero = true;
  for (const float value : values) {
    if (!std::isfinite(value)) return ImportanceFault::not_finite;
    all_zero = all_zero && value == 0;
  }
  if (all_zero) return ImportanceFault::zero;
  if (std::any_of(values.begin(), values.end(), [](float value) { return value < 0; })) {
    return ImportanceFault::negative;
  }
  return std::nullopt;
}

/// Why not to use it, and for what of a tensor of `matrices` matrices: a sentence without its end.
std::string unusable_text(const ImportanceEntry& entry, uint64_t matrices) {
  const std::string why(text_of(entry.unusable[0].fault));
  if (matrices == 1) return "Its entry in the importance matrix cannot be used, " + why;
  const uint64_t count = entry.unusable.size();
  return "The importance matrix cannot be used for " + std::to_string(count) + " of its " + std::to_string(matrices) +
         " matrices (" + (count > 1 ? "the first is " : "") + "number " + std::to_string(entry.unusable[0].matrix) +
         ", counted from 0: " + why + ")";
}

}  // namespace

const ImportanceEntry* ImportanceIndex::find(std::string_view name) const {
  const auto found = std::lower_bound(entries.begin(), entries.end(), name,
                                      [](const ImportanceEntry& entry, std::string_view n) { return entry.name < n; });
  return found != entries.end() && found->name == name ? &*found : nullptr;
}

void filter_importance(ImportanceIndex& index, std::span<const std::string> include,
                       std::span<const std::string> exclude) {
  if (!include.empty() && !exclude.empty()) {
    throw Error("Entries of the importance matrix are either included or excluded by name. Give only one of the two.");
  }
  std::erase_if(index.entries, [&](const ImportanceEntry& entry) {
    return contains_any(entry.name, exclude) || (!include.empty() && !contains_any(entry.name, include));
  });
}

void importance_values(const ImportanceEntry& entry, std::span<const uint8_t> values, std::span<const uint8_t> counts,
                       float* out) {
  if (values.size() != entry.values_bytes() || counts.size() != entry.counts_bytes()) {
    throw Error("The importance matrix ended inside the entry " + in_quotes(entry.name) + ". The file may be cut off.");
  }
  // Values beyond the last whole matrix belong to none and count nothing.
  const uint64_t per_matrix = entry.values / entry.matrices;
  std::fill(out + per_matrix * entry.matrices, out + entry.values, 0.0f);
  for (uint64_t m = 0; m < entry.matrices; ++m) {
    const float count = entry.counts_offset ? load<float>(counts.data() + 4 * m) : static_cast<float>(entry.calls);
    const float whole = std::round(count);
    for (uint64_t i = m * per_matrix; i < (m + 1) * per_matrix; ++i) {
      const float stored = load<float>(values.data() + 4 * i);
      const bool unused = entry.counts_offset && !(whole > 0);
      out[i] = unused ? 1.0f : whole > 0 ? stored / whole : stored;
      if (!std::isfinite(count)) out[i] = std::numeric_limits<float>::quiet_NaN();
    }
  }
}

void check_importance(ImportanceEntry& entry, std::span<const uint8_t> values, std::span<const uint8_t> counts,
                      uint64_t matrices) {
  std::vector<float> numbers(entry.values);
  importance_values(entry, values, counts, numbers.data());
  entry.unusable.clear();
  const uint64_t length = entry.values / matrices;
  for (uint64_t m = 0; m < matrices; ++m) {
    const auto fault = fault_of(std::span<const float>(numbers).subspan(m * length, length));
    if (fault) entry.unusable.push_back({m, *fault});
  }
}

ImportanceMatch match_importance(const ImportanceIndex& index, std::string_view tensor, std::span<const uint64_t> shape,
                                 bool needed) {
  const ImportanceEntry* entry = index.find(tensor);
  std::string note = "The importance matrix has no entry for this tensor.";
  if (entry != nullptr) {
    const uint64_t matrices = shape.size() > 2 ? shape[2] : 1, expected = shape[0] * matrices;
    if (entry->values == expected) {
      const uint64_t unusable = entry->unusable.size();
      if (unusable == 0) return {entry, {}};
      const std::string why = unusable_text(*entry, matrices);
      if (!needed) return {unusable < matrices ? entry : nullptr, why + ": quantized without it.", unusable};
      throw Error(in_quotes(tensor) + " needs importance for its new type. " + why +
                  ". Choose another type for this tensor, or compute the matrix again.");
    }
    note = "Its entry in the importance matrix has " + std::to_string(entry->values) + " values instead of " +
           std::to_string(expected) + ".";
    const bool embedding = tensor == "token_embd.weight" || tensor == "per_layer_token_embd.weight";
    if (!embedding) {
      throw Error("The importance matrix does not fit this model: for " + in_quotes(tensor) + " it has " +
                  std::to_string(entry->values) + " values instead of " + std::to_string(expected) +
                  ". Use the matrix that was computed from this model.");
    }
  }
  if (needed) {
    throw Error("The importance matrix has no entry for " + in_quotes(tensor) +
                ", whose new type is only usable with one. Choose another type for this tensor, or compute the matrix "
                "from more text.");
  }
  return {nullptr, note};
}

std::optional<ImportanceMetadata> importance_metadata(const ImportanceIndex& index, std::string_view path) {
  if (index.entries.empty()) return std::nullopt;
  ImportanceMetadata metadata{};
  metadata.file = path.substr(0, max_override_text);
  if (!index.datasets.empty()) metadata.dataset = index.datasets.front().substr(0, max_override_text);
  metadata.entries_count = static_cast<uint32_t>(index.entries.size());
  if (index.chunk_count > 0) metadata.chunks_count = static_cast<uint32_t>(index.chunk_count);
  return metadata;
}

}  // namespace nibble
