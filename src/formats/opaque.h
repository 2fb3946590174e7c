#pragma once
#include "formats/format.h"

/// Types a file may hold that are copied, never converted: integers, and two internal types of llama.cpp.
namespace nibble {

template <Type kType, uint32_t kBlockLength, uint32_t kBlockBytes>
struct Opaque {
  static constexpr Type type = kType;
  static constexpr uint32_t block_length = kBlockLength, block_bytes = kBlockBytes, scale_length = kBlockLength;
  static constexpr bool quantized = kBlockLength > 1;
  static constexpr Importance importance = Importance::ignored;
  static constexpr FormatKind kind = FormatKind::opaque;
  static constexpr std::string_view summary = "Copied as it is.";
  static bool valid(const uint8_t*) { return true; }
};

struct I8 : Opaque<Type::i8, 1, 1> {
  static constexpr std::string_view name = "i8";
};
struct I16 : Opaque<Type::i16, 1, 2> {
  static constexpr std::string_view name = "i16";
};
struct I32 : Opaque<Type::i32, 1, 4> {
  static constexpr std::string_view name = "i32";
};
struct I64 : Opaque<Type::i64, 1, 8> {
  static constexpr std::string_view name = "i64";
};
struct Q8_1 : Opaque<Type::q8_1, 32, 36> {
  static constexpr std::string_view name = "q8_1";
};
struct Q8_K : Opaque<Type::q8_K, 256, 292> {
  static constexpr std::string_view name = "q8_K";
};

}  // namespace nibble
