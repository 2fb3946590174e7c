#include "stats/error_kernels.h"

#include <cmath>

#include "numeric/bits.h"
#include "numeric/simd.h"
#include "stats/error_buckets.h"

namespace nibble::NIBBLE_TARGET {
namespace {

constexpr uint32_t magnitude_mask = 0x7FFFFFFFu;
constexpr uint32_t infinity_bits = 0x7F800000u;

void measure_scalar(const float* values, const float* decoded, const float* importance, size_t count, uint64_t position,
                    ErrorSums& sums, uint32_t* counters) {
  for (size_t i = 0; i < count; ++i) {
    const float x = values[i], y = decoded[i];
    const float difference = x - y;
    const uint32_t magnitude = bit_cast<uint32_t>(difference) & magnitude_mask;
    if (magnitude >= infinity_bits) {
      ++(std::isnan(x) || std::isnan(y) ? sums.nans : sums.infinities);
      continue;
    }
    const size_t lane = (position + i) % ErrorSums::lanes;
    const double d = difference, wide_x = x;
    const double squared = d * d;
    sums.squared_error[lane] += squared;
    sums.squared_weight[lane] += wide_x * wide_x;
    sums.error[lane] += d;
    if (importance != nullptr) {
      const double q = importance[i];
      sums.importance[lane] += q;
      sums.weighted_squared_error[lane] += squared * q;
    }
    sums.largest_error_bits = std::max<uint64_t>(sums.largest_error_bits, magnitude);
    sums.zeros += x != 0.0f && y == 0.0f;
    ++sums.count;
    ++counters[error_buckets::of(difference) * histogram_sides + (bit_cast<uint32_t>(difference) >> 31)];
  }
}

uint64_t count_outside_scalar(const float* values, size_t count, float low, float high) {
  uint64_t outside = 0;
  for (size_t i = 0; i < count; ++i) outside += values[i] < low || values[i] > high;
  return outside;
}

/// Four lanes of f64 in two vectors: lanes 0 and 1, lanes 2 and 3.
struct F64x4 {
  v128_t low, high;

  static F64x4 widen(v128_t floats) {
    return {wasm_f64x2_promote_low_f32x4(floats),
            wasm_f64x2_promote_low_f32x4(wasm_i32x4_shuffle(floats, floats, 2, 3, 2, 3))};
  }
  static F64x4 load(const double* from) { return {wasm_v128_load(from), wasm_v128_load(from + 2)}; }
  void store(double* to) const {
    wasm_v128_store(to, low);
    wasm_v128_store(to + 2, high);
  }
  void add(const F64x4& other) {
    low = wasm_f64x2_add(low, other.low);
    high = wasm_f64x2_add(high, other.high);
  }
  F64x4 times(const F64x4& other) const { return {wasm_f64x2_mul(low, other.low), wasm_f64x2_mul(high, other.high)}; }
};

/// The sums of one tile, in registers.
struct TileSums {
  F64x4 squared_error, squared_weight, error, importance, weighted_squared_error;

  explicit TileSums(const ErrorSums& sums)
      : squared_error(F64x4::load(sums.squared_error)),
        squared_weight(F64x4::load(sums.squared_weight)),
        error(F64x4::load(sums.error)),
        importance(F64x4::load(sums.importance)),
        weighted_squared_error(F64x4::load(sums.weighted_squared_error)) {}

  void store(ErrorSums& sums) const {
    squared_error.store(sums.squared_error);
    squared_weight.store(sums.squared_weight);
    error.store(sums.error);
    importance.store(sums.importance);
    weighted_squared_error.store(sums.weighted_squared_error);
  }
};

uint32_t largest_lane(v128_t v) {
  v = wasm_u32x4_max(v, wasm_i32x4_shuffle(v, v, 2, 3, 0, 1));
  v = wasm_u32x4_max(v, wasm_i32x4_shuffle(v, v, 1, 0, 3, 2));
  return static_cast<uint32_t>(wasm_i32x4_extract_lane(v, 0));
}
uint32_t sum_of_lanes(v128_t v) {
  v = wasm_i32x4_add(v, wasm_i32x4_shuffle(v, v, 2, 3, 0, 1));
  v = wasm_i32x4_add(v, wasm_i32x4_shuffle(v, v, 1, 0, 3, 2));
  return static_cast<uint32_t>(wasm_i32x4_extract_lane(v, 0));
}

constexpr size_t tile = 128;

/// One tile that starts at lane 0. The counters' numbers go to a small buffer first: vector code finds them, and
/// nothing is counted before it is known that every difference is finite. False when one is not; then nothing was
/// added.
template <bool kWeighted>
bool measure_tile(const float* values, const float* decoded, const float* importance, ErrorSums& sums,
                  uint32_t* counted) {
  const v128_t magnitudes = wasm_i32x4_splat(static_cast<int32_t>(magnitude_mask));
  const v128_t per_unit = wasm_f64x2_splat(error_buckets::coarse_per_unit);
  const v128_t zero_code = wasm_i32x4_splat(static_cast<int32_t>(error_buckets::zero_code));
  const v128_t zero = wasm_i32x4_splat(0);
  constexpr int high_word_shift = error_buckets::code_shift - 32;

  TileSums tile_sums(sums);
  v128_t largest = zero, zeros = zero;
  for (size_t i = 0; i < tile; i += 4) {
    const v128_t x = wasm_v128_load(values + i);
    const v128_t y = wasm_v128_load(decoded + i);
    const v128_t difference = wasm_f32x4_sub(x, y);
    largest = wasm_u32x4_max(largest, wasm_v128_and(difference, magnitudes));
    zeros = wasm_i32x4_sub(zeros, wasm_v128_and(wasm_f32x4_ne(x, zero), wasm_f32x4_eq(y, zero)));

    const F64x4 d = F64x4::widen(difference), wide_x = F64x4::widen(x);
    const F64x4 squared = d.times(d);
    tile_sums.squared_error.add(squared);
    tile_sums.squared_weight.add(wide_x.times(wide_x));
    tile_sums.error.add(d);
    if constexpr (kWeighted) {
      const F64x4 q = F64x4::widen(wasm_v128_load(importance + i));
      tile_sums.importance.add(q);
      tile_sums.weighted_squared_error.add(squared.times(q));
    }
    const F64x4 t = d.times({per_unit, per_unit});
    const v128_t high_words = wasm_v128_and(wasm_i32x4_shuffle(t.low, t.high, 1, 3, 5, 7), magnitudes);
    const v128_t codes = wasm_i32x4_max(wasm_u32x4_shr(high_words, high_word_shift), zero_code);
    const v128_t sides = wasm_u32x4_shr(difference, 31);
    wasm_v128_store(counted + i, wasm_i32x4_add(wasm_i32x4_shl(wasm_i32x4_sub(codes, zero_code), 1), sides));
  }
  const uint32_t largest_bits = largest_lane(largest);
  if (largest_bits >= infinity_bits) return false;
  tile_sums.store(sums);
  sums.largest_error_bits = std::max<uint64_t>(sums.largest_error_bits, largest_bits);
  sums.zeros += sum_of_lanes(zeros);
  sums.count += tile;
  return true;
}

template <bool kWeighted>
size_t measure_tiles(const float* values, const float* decoded, const float* importance, size_t count, ErrorSums& sums,
                     uint32_t* counters) {
  static_assert(histogram_sides == 2);
  alignas(16) uint32_t counted[tile];
  size_t done = 0;
  for (; done + tile <= count; done += tile) {
    const float* q = kWeighted ? importance + done : nullptr;
    if (!measure_tile<kWeighted>(values + done, decoded + done, q, sums, counted)) {
      measure_scalar(values + done, decoded + done, q, tile, 0, sums, counters);
      continue;
    }
    for (size_t i = 0; i < tile; ++i) ++counters[counted[i]];
  }
  return done;
}

void measure_simd(const float* values, const float* decoded, const float* importance, size_t count, uint64_t position,
                  ErrorSums& sums, uint32_t* counters) {
  const size_t to_lane_0 = (ErrorSums::lanes - position % ErrorSums::lanes) % ErrorSums::lanes;
  size_t done = std::min(to_lane_0, count);
  measure_scalar(values, decoded, importance, done, position, sums, counters);
  const float* q = importance == nullptr ? nullptr : importance + done;
  const auto run = importance == nullptr ? measure_tiles<false> : measure_tiles<true>;
  done += run(values + done, decoded + done, q, count - done, sums, counters);
  q = importance == nullptr ? nullptr : importance + done;
  measure_scalar(values + done, decoded + done, q, count - done, position + done, sums, counters);
}

uint64_t count_outside_simd(const float* values, size_t count, float low, float high) {
  const v128_t lowest = wasm_f32x4_splat(low), highest = wasm_f32x4_splat(high);
  v128_t outside = wasm_i32x4_splat(0);
  size_t i = 0;
  for (; i + 4 <= count; i += 4) {
    const v128_t x = wasm_v128_load(values + i);
    outside = wasm_i32x4_sub(outside, wasm_v128_or(wasm_f32x4_lt(x, lowest), wasm_f32x4_gt(x, highest)));
  }
  return sum_of_lanes(outside) + count_outside_scalar(values + i, count - i, low, high);
}

}  // namespace

const ErrorKernels& error_kernels() {
  static constexpr ErrorKernels kernels = [] {
    if constexpr (has_vectors) {
      return ErrorKernels{target_kernel, measure_simd, count_outside_simd};
    } else {
      return ErrorKernels{target_kernel, measure_scalar, count_outside_scalar};
    }
  }();
  return kernels;
}

}  // namespace nibble::NIBBLE_TARGET
