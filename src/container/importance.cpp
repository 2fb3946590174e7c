#include "container/importance.h"

#include <algorithm>
#include <cmath>

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

void require_finite(const ImportanceEntry& entry, float number, const char* what) {
  if (std::isfinite(number)) return;
  throw Error("The importance matrix holds " + std::string(what) + " for " + in_quotes(entry.name) +
              " that is infinite or not a number. Compute the matrix again, or leave this entry out.");
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
    require_finite(entry, count, "a count");
    const float whole = std::round(count);
    for (uint64_t i = m * per_matrix; i < (m + 1) * per_matrix; ++i) {
      const float stored = load<float>(values.data() + 4 * i);
      const bool unused = entry.counts_offset && !(whole > 0);
      out[i] = unused ? 1.0f : whole > 0 ? stored / whole : stored;
      require_finite(entry, out[i], "a value");
    }
  }
}

ImportanceMatch match_importance(const ImportanceIndex& index, std::string_view tensor, std::span<const uint64_t> shape,
                                 bool needed) {
  const ImportanceEntry* entry = index.find(tensor);
  std::string note = "The importance matrix has no entry for this tensor.";
  if (entry != nullptr) {
    const uint64_t expected = shape[0] * (shape.size() > 2 ? shape[2] : 1);
    if (entry->values == expected) return {entry, {}};
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
