#pragma once
#include "formats/format.h"
#include "formats/grammar.h"
#include "numeric/bits.h"

namespace nibble {

/// An invented format: 24 weights in 11 bytes, 3.67 bits a weight.
///
///   byte   0  1  2           10
///         [ d:f16 | codes (9 B) ]      three bytes hold eight codes of three bits, lowest bits first
///
/// weight = (code - 4) * d, codes 0..7. Example: d = 0.5, codes 0x0F: weight 0 = (7 - 4) * 0.5, weight 1 = (1 - 4) *
/// 0.5.
struct T3_24 {
  static constexpr Type type = static_cast<Type>(1000);
  static constexpr std::string_view name = "t3_24";
  static constexpr std::string_view summary = "3-bit steps around zero, one scale per 24 weights; invented.";
  static constexpr uint32_t block_length = 24, block_bytes = 11, scale_length = 24;
  static constexpr bool quantized = true;
  static constexpr Importance importance = Importance::optional;
  static constexpr FormatKind kind = FormatKind::one_scale;
  static constexpr Storage storage = Storage::f16;
  static constexpr int code_bits = 3;
  static constexpr auto values = integer_levels<-4, 3>();
  static constexpr uint32_t scale_at = 0;

  template <class Take>
  static void each_code(const uint8_t* block, Take take) {
    for (int i = 0; i < 24; ++i) {
      const uint8_t* three = block + 2 + 3 * (i / 8);
      take(i, (three[0] | three[1] << 8 | three[2] << 16) >> (3 * (i % 8)) & 7);
    }
  }
  static void pack_codes(const uint8_t* codes, uint8_t* block) {
    for (int group = 0; group < 3; ++group) {
      int bits = 0;
      for (int i = 0; i < 8; ++i) bits |= codes[8 * group + i] << (3 * i);
      for (int byte = 0; byte < 3; ++byte) block[2 + 3 * group + byte] = static_cast<uint8_t>(bits >> (8 * byte));
    }
  }
};

}  // namespace nibble
