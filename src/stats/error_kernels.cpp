#include "stats/error_kernels.h"

#include <cmath>

#include "numeric/bits.h"
#include "numeric/simd.h"
#include "stats/error_buckets.h"

namespace nibble::NIBBLE_TARGET {
namespace {

constexpr uint32_t magnitude_mask = 0x7FFFFFFFu;
constexpr uint32_t infinity_bits = 0x7F800000u;

void measure_errors(const DecodedWeights& weights, uint64_t position, ErrorSums& sums, uint32_t* counters) {
  for (size_t i = 0; i < weights.count; ++i) {
    const float x = weights.values[i], y = weights.decoded[i];
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
    if (weights.importance != nullptr) {
      const double q = weights.importance[i];
      sums.importance[lane] += q;
      sums.weighted_squared_error[lane] += squared * q;
    }
    sums.largest_error_bits = std::max<uint64_t>(sums.largest_error_bits, magnitude);
    sums.zeros += x != 0.0f && y == 0.0f;
    ++sums.count;
    ++counters[error_buckets::of(difference) * histogram_sides + (bit_cast<uint32_t>(difference) >> 31)];
  }
}

/// Weights below or above the range of their run. NaN is neither.
uint64_t count_outside(const DecodedWeights& weights) {
  uint64_t outside = 0;
  if (weights.low == nullptr) return outside;
  for (size_t start = 0, run = 0; start < weights.count; start += weights.run_length, ++run) {
    const size_t end = std::min(start + weights.run_length, weights.count);
    const float low = weights.low[run], high = weights.high[run];
    for (size_t i = start; i < end; ++i) outside += weights.values[i] < low || weights.values[i] > high;
  }
  return outside;
}

void measure_blocks(const DecodedWeights& weights) {
  if (weights.block_errors == nullptr) return;
  for (size_t start = 0, block = 0; start < weights.count; start += weights.block_length, ++block) {
    double lanes[ErrorSums::lanes] = {};
    for (size_t i = 0; i < weights.block_length; ++i) {
      const double d = static_cast<double>(weights.values[start + i] - weights.decoded[start + i]);
      lanes[i % ErrorSums::lanes] += d * d;
    }
    weights.block_errors[block] = ErrorSums::fold(lanes);
  }
}

void measure_scalar(const DecodedWeights& weights, uint64_t position, ErrorSums& sums, uint32_t* counters) {
  measure_errors(weights, position, sums, counters);
  sums.clipped += count_outside(weights);
  measure_blocks(weights);
}

/// What is left of weights behind the first `done`, whole runs and blocks.
DecodedWeights behind(DecodedWeights weights, size_t done) {
  weights.values += done;
  weights.decoded += done;
  weights.count -= done;
  if (weights.importance != nullptr) weights.importance += done;
  if (weights.low != nullptr) {
    weights.low += done / weights.run_length;
    weights.high += done / weights.run_length;
  }
  if (weights.block_errors != nullptr) weights.block_errors += done / weights.block_length;
  return weights;
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
  double fold() const {
    double lanes[ErrorSums::lanes];
    store(lanes);
    return ErrorSums::fold(lanes);
  }
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

/// How weights are cut for the vectors: tiles of whole blocks, blocks of whole runs that share a clip range, runs of
/// whole vectors.
struct Cut {
  size_t tile, block, run;
};
constexpr size_t usual_tile = 128, most_tile = 256;

/// Null `tile`: blocks or runs have lengths that vectors do not go through.
Cut cut_of(const DecodedWeights& weights) {
  const bool runs = weights.low != nullptr, blocks = weights.block_errors != nullptr;
  Cut cut{usual_tile, usual_tile, usual_tile};
  if (runs) cut.run = weights.run_length;
  if (blocks) cut.block = weights.block_length;
  if (!blocks) cut.block = cut.run;
  if (!runs) cut.run = cut.block;
  cut.tile = std::max(usual_tile / cut.block, size_t{1}) * cut.block;
  if (cut.run % ErrorSums::lanes != 0 || cut.block % cut.run != 0 || cut.tile > most_tile) cut.tile = 0;
  return cut;
}

/// What is counted in a tile. Constants are held in registers: engines build them anew otherwise.
struct TileCounter {
  const v128_t magnitudes = in_register(wasm_i32x4_splat(static_cast<int32_t>(magnitude_mask)));
  const v128_t per_unit = in_register(wasm_f64x2_splat(error_buckets::coarse_per_unit));
  /// Of the upper words of t: what is above the bits that codes leave out.
  const v128_t code_bits = in_register(wasm_i32x4_splat(static_cast<int32_t>(magnitude_mask >> shift << shift)));
  const v128_t least_pair = in_register(wasm_i32x4_splat(static_cast<int32_t>(first_counter)));

  static constexpr int shift = error_buckets::code_shift - 32;
  /// Here counters are numbered by twice the code of their bucket, and the side: this is the first one.
  static constexpr uint32_t first_counter = error_buckets::zero_code * histogram_sides;
  static_assert(histogram_sides == 2);

  /// Writes the numbers of the counters to `counted`, for nothing is counted before it is known that every difference
  /// is finite. False when one is not; then only clipped weights were added.
  bool count(const DecodedWeights& tile, size_t run, ErrorSums& sums, uint32_t* counted) const {
    const v128_t zero = wasm_i32x4_splat(0);
    const float *values = tile.values, *decoded = tile.decoded, *low = tile.low, *high = tile.high;
    v128_t largest = zero, zeros = zero, outside = zero;
    for (size_t i = 0; i < tile.count;) {
      const v128_t lowest = low != nullptr ? wasm_v128_load32_splat(low++) : wasm_f32x4_splat(-HUGE_VALF);
      const v128_t highest = low != nullptr ? wasm_v128_load32_splat(high++) : wasm_f32x4_splat(HUGE_VALF);
      for (const size_t end = i + run; i < end; i += 4) {
        const v128_t x = wasm_v128_load(values + i);
        const v128_t y = wasm_v128_load(decoded + i);
        const v128_t difference = wasm_f32x4_sub(x, y);
        largest = wasm_u32x4_max(largest, wasm_v128_and(difference, magnitudes));
        zeros = wasm_i32x4_sub(zeros, wasm_v128_and(wasm_f32x4_ne(x, zero), wasm_f32x4_eq(y, zero)));
        outside = wasm_i32x4_sub(outside, wasm_v128_or(wasm_f32x4_lt(x, lowest), wasm_f32x4_gt(x, highest)));
        const F64x4 t = F64x4::widen(difference).times({per_unit, per_unit});
        const v128_t codes = wasm_v128_and(wasm_i32x4_shuffle(t.low, t.high, 1, 3, 5, 7), code_bits);
        const v128_t pairs = wasm_i32x4_max(wasm_u32x4_shr(codes, shift - 1), least_pair);
        wasm_v128_store(counted + i, wasm_i32x4_add(pairs, wasm_u32x4_shr(difference, 31)));
      }
    }
    sums.clipped += sum_of_lanes(outside);
    const uint32_t largest_bits = largest_lane(largest);
    if (largest_bits >= infinity_bits) return false;
    sums.largest_error_bits = std::max<uint64_t>(sums.largest_error_bits, largest_bits);
    sums.zeros += sum_of_lanes(zeros);
    sums.count += tile.count;
    return true;
  }
};

/// Adds a tile that starts at lane 0 to the sums; each block's error on the way.
template <bool kWeighted>
void add_tile(const DecodedWeights& tile, size_t block, ErrorSums& sums) {
  const float *values = tile.values, *decoded = tile.decoded, *importance = tile.importance;
  double* block_errors = tile.block_errors;
  TileSums tile_sums(sums);
  for (size_t i = 0; i < tile.count;) {
    F64x4 block_error = {wasm_i32x4_splat(0), wasm_i32x4_splat(0)};
    for (const size_t end = i + block; i < end; i += 4) {
      const v128_t x = wasm_v128_load(values + i);
      const F64x4 d = F64x4::widen(wasm_f32x4_sub(x, wasm_v128_load(decoded + i))), wide_x = F64x4::widen(x);
      const F64x4 squared = d.times(d);
      block_error.add(squared);
      tile_sums.squared_error.add(squared);
      tile_sums.squared_weight.add(wide_x.times(wide_x));
      tile_sums.error.add(d);
      if constexpr (kWeighted) {
        const F64x4 q = F64x4::widen(wasm_v128_load(importance + i));
        tile_sums.importance.add(q);
        tile_sums.weighted_squared_error.add(squared.times(q));
      }
    }
    if (block_errors != nullptr) *block_errors++ = block_error.fold();
  }
  tile_sums.store(sums);
}

/// Measures whole tiles and tells how many weights these were. What is counted and what is summed goes through a tile
/// one after the other: together they take more registers than there are.
template <bool kWeighted>
size_t measure_tiles(const DecodedWeights& weights, const Cut& cut, ErrorSums& sums, uint32_t* counters) {
  const TileCounter counter;
  alignas(16) uint32_t counted[most_tile];
  size_t done = 0;
  for (; done + cut.tile <= weights.count; done += cut.tile) {
    DecodedWeights tile = behind(weights, done);
    tile.count = cut.tile;
    if (!counter.count(tile, cut.run, sums, counted)) {
      measure_errors(tile, 0, sums, counters);
      measure_blocks(tile);
      continue;
    }
    add_tile<kWeighted>(tile, cut.block, sums);
    uint32_t* first = counters - TileCounter::first_counter;
    for (size_t i = 0; i < cut.tile; i += 4) {
      const auto* numbers = reinterpret_cast<const uint8_t*>(counted + i);
      const auto two = load<uint64_t>(numbers), two_more = load<uint64_t>(numbers + 8);
      ++first[static_cast<uint32_t>(two)];
      ++first[two >> 32];
      ++first[static_cast<uint32_t>(two_more)];
      ++first[two_more >> 32];
    }
  }
  return done;
}

void measure_simd(const DecodedWeights& all, uint64_t position, ErrorSums& sums, uint32_t* counters) {
  DecodedWeights weights = all;
  if (weights.low != nullptr && weights.run_length > most_tile) {  // runs that no tile holds
    sums.clipped += count_outside(weights);
    weights.low = weights.high = nullptr;
  }
  const Cut cut = cut_of(weights);
  size_t done = 0;
  if (cut.tile > 0 && position % ErrorSums::lanes == 0) {
    const auto run = weights.importance == nullptr ? measure_tiles<false> : measure_tiles<true>;
    done = run(weights, cut, sums, counters);
  }
  measure_scalar(behind(weights, done), position + done, sums, counters);
}

}  // namespace

const ErrorKernels& error_kernels() {
  static constexpr ErrorKernels kernels = [] {
    if constexpr (has_vectors) {
      return ErrorKernels{target_kernel, measure_simd};
    } else {
      return ErrorKernels{target_kernel, measure_scalar};
    }
  }();
  return kernels;
}

}  // namespace nibble::NIBBLE_TARGET
