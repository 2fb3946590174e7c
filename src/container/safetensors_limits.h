#pragma once
#include <cstddef>
#include <cstdint>

/// What a safetensors header may claim before it is refused, with the reason.
namespace nibble::safetensors {

/// The reference implementation reads no longer header.
constexpr uint64_t max_header_bytes = 100'000'000;
/// "{}".
constexpr uint64_t min_header_bytes = 2;
/// A tensor's entry has an object in the root and arrays in it; anything deeper is no header.
constexpr uint32_t max_depth = 4;
/// Names are looked up and shown in a list. The largest models known have some 100 000 tensors.
constexpr uint64_t max_tensors = uint64_t{1} << 20;
/// PyTorch has no tensor of more.
constexpr size_t max_dimensions = 64;

/// A text that says how a tensor is quantized has some 200 bytes.
constexpr uint64_t max_settings_bytes = uint64_t{1} << 16;

}  // namespace nibble::safetensors
