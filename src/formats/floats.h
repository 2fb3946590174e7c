#pragma once
#include "formats/format.h"
#include "numeric/half.h"

/// The unquantized weight types: one value is one block.
namespace nibble {

struct F32 {
  static constexpr Type type = Type::f32;
  static constexpr std::string_view name = "f32";
  static constexpr std::string_view summary = "Single precision: what training tools write; four bytes a weight.";
  static constexpr uint32_t block_length = 1, block_bytes = 4, scale_length = 1;
  static constexpr bool quantized = false;
  static constexpr FormatKind kind = FormatKind::number;
  static constexpr Importance importance = Importance::ignored;
  static void decode(const uint8_t* block, float* values) { *values = load<float>(block); }
  static bool valid(const uint8_t* block) { return (load<uint32_t>(block) & 0x7F800000u) != 0x7F800000u; }
};

struct F16 {
  static constexpr Type type = Type::f16;
  static constexpr std::string_view name = "f16";
  static constexpr std::string_view summary = "Half precision: 11 significant bits, magnitudes up to 65504.";
  static constexpr uint32_t block_length = 1, block_bytes = 2, scale_length = 1;
  static constexpr bool quantized = false;
  static constexpr FormatKind kind = FormatKind::number;
  static constexpr Importance importance = Importance::ignored;
  static void decode(const uint8_t* block, float* values) { *values = f32_from_f16(load<uint16_t>(block)); }
  static bool valid(const uint8_t* block) { return f16_is_finite(load<uint16_t>(block)); }
};

struct BF16 {
  static constexpr Type type = Type::bf16;
  static constexpr std::string_view name = "bf16";
  static constexpr std::string_view summary = "Brain float: the range of single precision with 8 significant bits.";
  static constexpr uint32_t block_length = 1, block_bytes = 2, scale_length = 1;
  static constexpr bool quantized = false;
  static constexpr FormatKind kind = FormatKind::number;
  static constexpr Importance importance = Importance::ignored;
  static void decode(const uint8_t* block, float* values) { *values = f32_from_bf16(load<uint16_t>(block)); }
  static bool valid(const uint8_t* block) { return bf16_is_finite(load<uint16_t>(block)); }
};

struct F64 {
  static constexpr Type type = Type::f64;
  static constexpr std::string_view name = "f64";
  static constexpr std::string_view summary =
      "Double precision, only read, and rounded to single where it is converted.";
  static constexpr uint32_t block_length = 1, block_bytes = 8, scale_length = 1;
  static constexpr bool quantized = false;
  static constexpr FormatKind kind = FormatKind::number;
  static constexpr Importance importance = Importance::ignored;
  static void decode(const uint8_t* block, float* values) { *values = static_cast<float>(load<double>(block)); }
  static bool valid(const uint8_t* block) { return (load<uint64_t>(block) >> 52 & 0x7FF) != 0x7FF; }
};

}  // namespace nibble
