#pragma once
#include <cstdint>

/// Bit layouts that several super-block formats share.
namespace nibble {

/// Weights in a super-block.
inline constexpr int super_block = 256;

/// Quad planes (Q2_K, Q3_K): 256 two-bit codes in 64 bytes. Within each half of 128 weights, byte l holds the codes of
/// weights l, l + 32, l + 64 and l + 96, lowest bits first.
inline void pack_quad_planes(const uint8_t* codes, uint8_t* bytes) {
  for (int half = 0; half < 2; ++half, codes += 128, bytes += 32) {
    for (int l = 0; l < 32; ++l) {
      bytes[l] = static_cast<uint8_t>(codes[l] | codes[l + 32] << 2 | codes[l + 64] << 4 | codes[l + 96] << 6);
    }
  }
}
inline void unpack_quad_planes(const uint8_t* bytes, uint8_t* codes) {
  for (int half = 0; half < 2; ++half, codes += 128, bytes += 32) {
    for (int l = 0; l < 32; ++l) {
      for (int plane = 0; plane < 4; ++plane) codes[l + 32 * plane] = (bytes[l] >> (2 * plane)) & 3;
    }
  }
}

/// Twelve bytes with eight 6-bit scales and eight 6-bit minima (Q4_K, Q5_K):
///
///   byte       0..3              4..7              8..11
///   bits 0-5   scale[0..3]       minimum[0..3]     bits 0-3: scale[4..7], low four bits
///   bits 6-7   scale[4..7] >> 4  minimum[4..7] >> 4      4-7: minimum[4..7], low four bits
inline void pack_scales_and_minima(const uint8_t* scales, const uint8_t* minima, uint8_t* bytes) {
  for (int j = 0; j < 4; ++j) {
    bytes[j] = static_cast<uint8_t>(scales[j] | (scales[j + 4] >> 4) << 6);
    bytes[j + 4] = static_cast<uint8_t>(minima[j] | (minima[j + 4] >> 4) << 6);
    bytes[j + 8] = static_cast<uint8_t>((scales[j + 4] & 15) | (minima[j + 4] & 15) << 4);
  }
}
inline void unpack_scales_and_minima(const uint8_t* bytes, uint8_t* scales, uint8_t* minima) {
  for (int j = 0; j < 4; ++j) {
    scales[j] = bytes[j] & 63;
    minima[j] = bytes[j + 4] & 63;
    scales[j + 4] = static_cast<uint8_t>((bytes[j + 8] & 15) | (bytes[j] >> 6) << 4);
    minima[j + 4] = static_cast<uint8_t>((bytes[j + 8] >> 4) | (bytes[j + 4] >> 6) << 4);
  }
}

}  // namespace nibble
