#include <cmath>

#include "codec/block_vectors.h"
#include "codec/format_codec.h"
#include "codec/fp4_grid.h"
#include "formats/mxfp4.h"
#include "formats/nvfp4.h"

/// MXFP4 and NVFP4: one grid of 4-bit floats under two kinds of 8-bit scale.
namespace nibble::NIBBLE_TARGET {
namespace {

/// The power of two that brings the largest magnitude to 4..8 steps: floor(log2) of it, where log2 is rounded to single
/// precision as the reference rounds it, so that magnitudes a few ulps below a power of two count as that power. (The
/// boundary lies at 2^k ln 2 ulps, k < 7: never near a whole number of ulps, so any double log2 decides the same, and
/// further away from the power the exponent field does.) Exponents below zero wrap around, as the reference's do.
uint8_t exponent_for(float largest) {
  if (!(largest > 0.0f)) return 0;
  const uint32_t field = bit_cast<uint32_t>(largest) >> 23, fraction = bit_cast<uint32_t>(largest) & 0x007FFFFFu;
  if (field > 0 && fraction < 0x007FFF00u) return static_cast<uint8_t>(field - 2);
  const float logarithm = static_cast<float>(std::log2(static_cast<double>(largest)));
  return static_cast<uint8_t>(static_cast<int>(std::floor(logarithm)) - 2 + 127);
}

void quantize_mxfp4(const float* row, uint8_t* blocks, size_t length, const float* /*importance*/) {
  for (size_t i = 0; i < length; i += MXFP4::block_length, blocks += MXFP4::block_bytes) {
    const float largest = largest_magnitude<32, Lanes>(row + i);
    const uint8_t e = exponent_for(largest);
    uint8_t codes[32];
    fp4::round_to_grid<32, Lanes>(row + i, half_of_e8m0(e), largest, codes);
    encode<MXFP4>(e, codes, blocks);
  }
}

void quantize_nvfp4(const float* row, uint8_t* blocks, size_t length, const float* /*importance*/) {
  for (size_t i = 0; i < length; i += NVFP4::block_length, blocks += NVFP4::block_bytes) {
    BlockParts parts;
    for (int s = 0; s < 4; ++s) {
      const float* x = row + i + 16 * s;
      const float largest = largest_magnitude<16, Lanes>(x);
      const uint8_t scale = ue4m3_from_f32(largest / 6.0f);
      parts.scale[s] = scale;
      fp4::round_to_grid<16, Lanes>(x, half_of_ue4m3(scale), largest, parts.codes + 16 * s);
    }
    encode<NVFP4>(parts, blocks);
  }
}

/// The values of sixteen codes, moved up by 12 to be unsigned.
v128_t fp4_values_above_12(v128_t codes) {
  return wasm_i8x16_swizzle(wasm_i8x16_add(wasm_v128_load(fp4_values), wasm_i8x16_splat(12)), codes);
}

void store_scaled(v128_t codes, float d, float* values) {
  const v128_t scale = wasm_f32x4_splat(d);
  block_vectors::store_values(fp4_values_above_12(codes), 12.0f, values,
                              [&](v128_t v) { return wasm_f32x4_mul(v, scale); });
}

struct Mxfp4Vectors {
  static void decode(const uint8_t* blocks, float* values, size_t block_count) {
    for (size_t b = 0; b < block_count; ++b, blocks += MXFP4::block_bytes, values += 32) {
      const float d = half_of_e8m0(blocks[0]);
      const block_vectors::Codes codes = block_vectors::unpack_nibbles(blocks + 1);
      store_scaled(codes.low, d, values);
      store_scaled(codes.high, d, values + 16);
    }
  }
};

struct Nvfp4Vectors {
  static void decode(const uint8_t* blocks, float* values, size_t block_count) {
    for (size_t b = 0; b < block_count; ++b, blocks += NVFP4::block_bytes, values += 64) {
      for (int pair = 0; pair < 2; ++pair) {
        // The low nibbles of two sub-blocks, then the high ones, eight bytes each.
        const block_vectors::Codes codes = block_vectors::unpack_nibbles(blocks + 4 + 16 * pair);
        const v128_t first = wasm_i64x2_shuffle(codes.low, codes.high, 0, 2);
        const v128_t second = wasm_i64x2_shuffle(codes.low, codes.high, 1, 3);
        store_scaled(first, half_of_ue4m3(blocks[2 * pair]), values + 32 * pair);
        store_scaled(second, half_of_ue4m3(blocks[2 * pair + 1]), values + 32 * pair + 16);
      }
    }
  }
};

}  // namespace

template <>
Codec codec_for<MXFP4>() {
  return {Type::mxfp4, vector_decoders<MXFP4, Mxfp4Vectors>, llama_cpp_quantizers<quantize_mxfp4>, false};
}
template <>
Codec codec_for<NVFP4>() {
  return {Type::nvfp4, vector_decoders<NVFP4, Nvfp4Vectors>, llama_cpp_quantizers<quantize_nvfp4>, false};
}

}  // namespace nibble::NIBBLE_TARGET
