#pragma once
#include <cstdint>
#include <optional>
#include <span>

#include "container/gguf_writer.h"
#include "container/importance.h"
#include "plan/options.h"

namespace nibble {

/// Metadata keys that concern the container itself.
namespace key {
constexpr char alignment[] = "general.alignment";
constexpr char file_type[] = "general.file_type";
constexpr char quantization_version[] = "general.quantization_version";
constexpr char split_number[] = "split.no";
constexpr char split_count[] = "split.count";
constexpr char split_tensors[] = "split.tensors.count";
}  // namespace key

/// The metadata of the output's first file: the input's entries without the split keys, then the quantization version,
/// the file type, the overrides and what is known of the importance matrix, each moved to the end. `realigned` tells
/// whether general.alignment had to become 32, the alignment every output has. Borrows from `header`.
KeyValueList output_values(const GgufHeader& header, uint32_t file_type, std::span<const KeyOverride> overrides,
                           const std::optional<ImportanceMetadata>& importance, bool* realigned);

/// Appends the keys of shard `number` of `count`; `tensors` counts those of all shards.
void set_split_values(KeyValueList& values, uint64_t number, uint64_t count, uint64_t tensors);

}  // namespace nibble
