#pragma once
#include <cstdint>

/// Layouts of codes and scales that several formats share.
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
template <class Take>
inline void each_quad_plane_code(const uint8_t* bytes, Take take) {
  for (int half = 0; half < 2; ++half, bytes += 32) {
    for (int l = 0; l < 32; ++l) {
      for (int plane = 0; plane < 4; ++plane) take(128 * half + 32 * plane + l, bytes[l] >> (2 * plane) & 3);
    }
  }
}

/// Half nibbles: n codes of four bits in n / 2 bytes; byte j has weight j in its low and weight j + n / 2 in its high
/// half.
template <int n>
inline void pack_half_nibbles(const uint8_t* codes, uint8_t* bytes) {
  for (int j = 0; j < n / 2; ++j) bytes[j] = static_cast<uint8_t>((codes[j] & 15) | (codes[j + n / 2] & 15) << 4);
}
template <int n, class Take>
inline void each_half_nibble(const uint8_t* bytes, Take take) {
  for (int j = 0; j < n / 2; ++j) {
    take(j, bytes[j] & 15);
    take(j + n / 2, bytes[j] >> 4);
  }
}

/// Paired nibbles (Q4_K, Q5_K): 256 codes of four bits in 128 bytes, 64 weights in 32 bytes as half nibbles.
inline void pack_paired_nibbles(const uint8_t* codes, uint8_t* bytes) {
  for (int group = 0; group < 4; ++group) pack_half_nibbles<64>(codes + 64 * group, bytes + 32 * group);
}
template <class Take>
inline void each_paired_nibble(const uint8_t* bytes, Take take) {
  for (int group = 0; group < 4; ++group) {
    each_half_nibble<64>(bytes + 32 * group, [&](int weight, int code) { take(64 * group + weight, code); });
  }
}

/// Twelve bytes with eight 6-bit scales and eight 6-bit minima (Q4_K, Q5_K):
///
///   byte       0..3              4..7              8..11
///   bits 0-5   scale[0..3]       minimum[0..3]     bits 0-3: scale[4..7], low four bits
///   bits 6-7   scale[4..7] >> 4  minimum[4..7] >> 4      4-7: minimum[4..7], low four bits
inline void pack_scales_and_minima(const int32_t* scales, const int32_t* minima, uint8_t* bytes) {
  for (int j = 0; j < 4; ++j) {
    bytes[j] = static_cast<uint8_t>(scales[j] | (scales[j + 4] >> 4) << 6);
    bytes[j + 4] = static_cast<uint8_t>(minima[j] | (minima[j + 4] >> 4) << 6);
    bytes[j + 8] = static_cast<uint8_t>((scales[j + 4] & 15) | (minima[j + 4] & 15) << 4);
  }
}
inline void unpack_scales_and_minima(const uint8_t* bytes, int32_t* scales, int32_t* minima) {
  for (int j = 0; j < 4; ++j) {
    scales[j] = bytes[j] & 63;
    minima[j] = bytes[j + 4] & 63;
    scales[j + 4] = (bytes[j + 8] & 15) | (bytes[j] >> 6) << 4;
    minima[j + 4] = (bytes[j + 8] >> 4) | (bytes[j + 4] >> 6) << 4;
  }
}

}  // namespace nibble
