#pragma once
#include "formats/code_packing.h"
#include "formats/format.h"
#include "formats/grammar.h"

namespace nibble {

/// TQ1_0: 256 weights in 54 bytes, 1.6875 bits a weight; each weight is -d, 0 or d, five of them in a byte.
///
///   byte   0                  32                  48           52      54
///         [ 32 bytes x 5      | 16 bytes x 5      | 4 bytes x 4 | d:f16 ]
///
/// Byte m of a part of B bytes holds the trits 0..2 of weights m, m + B, m + 2B ... of that part (parts start at
/// weights 0, 160 and 240), the first the most significant. As a base-3 fraction of 5 digits it is stored as
/// ceil(digits * 256 / 243), so that trit n is ((byte * 3^n) mod 256) * 3 / 256. weight = (trit - 1) * d.
/// Example: the trits 2 0 0 0 0 are 162 of 243, stored as 171; (171 * 3) >> 8 = 2.
struct TQ1_0 {
  static constexpr Type type = Type::tq1_0;
  static constexpr std::string_view name = "tq1_0";
  static constexpr std::string_view summary =
      "Three values per weight, packed tightest; only for models trained with ternary weights.";
  static constexpr uint32_t block_length = super_block, block_bytes = 54, scale_length = super_block;
  static constexpr bool quantized = true;
  static constexpr Importance importance = Importance::ignored;
  static constexpr FormatKind kind = FormatKind::ternary;
  static constexpr Storage storage = Storage::f16;
  static constexpr int code_bits = 0;  // digits of base 3
  static constexpr auto values = integer_levels<-1, 1>();
  static constexpr uint32_t scale_at = 52;

  /// A run of bytes and the weights in it.
  struct Part {
    int byte, bytes, weight, digits;
  };
  static constexpr Part parts[3] = {{0, 32, 0, 5}, {32, 16, 160, 5}, {48, 4, 240, 4}};

  template <class Take>
  static void each_code(const uint8_t* block, Take take) {
    for (const Part& part : parts) {
      for (int m = 0; m < part.bytes; ++m) {
        uint8_t fraction = block[part.byte + m];
        for (int n = 0; n < part.digits; ++n) {
          take(part.weight + m + part.bytes * n, (fraction * 3) >> 8);
          fraction = static_cast<uint8_t>(fraction * 3);
        }
      }
    }
  }
  static void pack_codes(const uint8_t* trits, uint8_t* block) {
    for (const Part& part : parts) {
      for (int m = 0; m < part.bytes; ++m) {
        int digits = 0;
        for (int n = 0; n < 5; ++n) {
          digits = 3 * digits + (n < part.digits ? trits[part.weight + m + part.bytes * n] : 0);
        }
        block[part.byte + m] = static_cast<uint8_t>((digits * 256 + 242) / 243);
      }
    }
  }
};

}  // namespace nibble
