#pragma once
#include <cstdint>

/// What a GGUF file may claim before it is refused. Every limit is a constant here, with the reason it exists: numbers
/// in a header come from strangers, and none of them may decide how much memory is taken.
namespace nibble::gguf {

/// The letters GGUF, read as a number.
constexpr uint32_t magic = 0x46554747;
/// Version 1 had 32-bit counts and was replaced within weeks; nothing above 3 exists.
constexpr uint32_t oldest_version = 2, newest_version = 3;
/// llama.cpp reads no longer string and no larger array.
constexpr uint64_t max_string_bytes = uint64_t{1} << 30, max_array_count = uint64_t{1} << 30;
/// llama.cpp stores a name in 64 bytes with a terminating zero.
constexpr uint64_t max_name_bytes = 63;
/// Loaders of image models, whose names are longer, take 127; such files are read.
constexpr uint64_t max_read_name_bytes = 127;
/// A tensor has at most four dimensions.
constexpr uint32_t max_dimensions = 4;
/// Names are looked up per tensor and shown in a list. The largest models known have some 60 000 tensors.
constexpr uint64_t max_tensors = uint64_t{1} << 20;
/// Real files have 20 to 100 entries.
constexpr uint64_t max_key_values = uint64_t{1} << 16;
/// A header is held in memory while it is read. The largest vocabularies known need about 30 MB.
constexpr uint64_t max_header_bytes = uint64_t{1} << 26;
/// The first bytes to ask for: enough for models without a vocabulary, small enough to be free. Doubled when short.
constexpr uint64_t first_request_bytes = uint64_t{1} << 16;

/// Every output is aligned so, as llama-quantize does it; also what a file without general.alignment uses.
constexpr uint64_t default_alignment = 32;

/// The layouts of quantized blocks that GGUF files have today: general.quantization_version.
constexpr uint32_t quantization_version = 2;

/// The fewest bytes an entry of each list can take: counts that need more than the file has are refused at once.
constexpr uint64_t min_key_value_bytes = 8 + 1 + 4 + 1;  // key of one byte, type, value of one byte
constexpr uint64_t min_tensor_bytes = 8 + 4 + 4 + 8;     // empty name, no dimensions, type, offset
constexpr uint64_t min_string_bytes = 8;

}  // namespace nibble::gguf
