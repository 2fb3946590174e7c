#pragma once
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include "codec/format_codec.h"
#include "numeric/lanes.h"

/// What the methods lowest-error and quick do with a format's search: the first keeps, block by block, the better of
/// what the search and what llama.cpp's method writes (where llama.cpp knows the format); the second takes what the
/// search writes.
namespace nibble::NIBBLE_TARGET {

enum class Guard { compare, none };

/// sum w (x - decoded)^2, in double precision and in an order that does not depend on the kernel.
inline double exact_error(const float* x, const float* decoded, const float* importance, size_t length) {
  double sums[4] = {0, 0, 0, 0};
  for (size_t i = 0; i < length; i += 4) {
    for (size_t k = 0; k < 4; ++k) {
      const double off = static_cast<double>(x[i + k]) - decoded[i + k];
      sums[k] += (importance ? importance[i + k] : 1.0) * off * off;
    }
  }
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

/// The same in single precision: within 1e-4 of it, far more than n roundings can add up to, unless squares underflow.
template <size_t length, bool weighted>
inline float rough_error(const float* x, const float* decoded, const float* importance) {
  static_assert(length % 4 == 0);
  Lanes sum(0.0f);
  for (size_t i = 0; i < length; i += lane_count<Lanes>) {
    const Lanes off = load_run<Lanes>(x + i) - load_run<Lanes>(decoded + i);
    if constexpr (weighted) {
      sum += load_run<Lanes>(importance + i) * (off * off);
    } else {
      sum += off * off;
    }
  }
  float lanes[lane_count<Lanes>], total = 0;
  store_run(sum, lanes);
  for (const float lane : lanes) total += lane;
  return total;
}

/// Whether decoded values are nearer to x than others. A difference that the order of summing could make does not
/// count.
template <size_t length, bool weighted>
inline bool is_better(const float* x, const float* decoded, const float* other, const float* importance) {
  const float error = rough_error<length, weighted>(x, decoded, importance);
  const float limit = rough_error<length, weighted>(x, other, importance);
  const auto normal = [](float v) { return v > 1e-25f && v < 1e37f; };
  if (normal(limit) && error < limit * 0.9999f) return true;
  if (normal(error) && error * 0.9999f > limit) return false;
  return exact_error(x, decoded, importance, length) < exact_error(x, other, importance, length) * (1 - 1e-13);
}

/// Copies each trial block that is better than the one in `blocks` over it.
template <class F, bool weighted>
inline void keep_better(const float* x, const float* importance, const uint8_t* trial, const float* trial_values,
                        uint8_t* blocks, const float* block_values, size_t count) {
  constexpr size_t n = F::block_length;
  for (size_t b = 0; b < count; ++b, trial += F::block_bytes, blocks += F::block_bytes) {
    if (is_better<n, weighted>(x + n * b, trial_values + n * b, block_values + n * b,
                               weighted ? importance + n * b : nullptr) &&
        valid<F>(trial)) {
      std::memcpy(blocks, trial, F::block_bytes);
    }
  }
}

/// llama.cpp's method; null where it does not know the format.
template <class F>
QuantizeRow llama_cpp_row() {
  const Quantizer* quantizer = find_quantizer(F::type, llama_cpp, target_kernel);
  return quantizer ? quantizer->quantize : nullptr;
}

/// Writes what llama.cpp writes, then every block that `improve` makes better. `improve` takes `together` blocks at
/// once and says whether it has something to offer. Decoding and comparing take about a thousand weights at a time.
template <class F, int together, class Improve, class ImproveOne>
void quantize_guarded(const float* row, uint8_t* blocks, size_t length, const float* importance, Improve&& improve,
                      ImproveOne&& improve_one) {
  static const QuantizeRow plain = llama_cpp_row<F>();
  static const DecodeBlocks decode = find_decoder(F::type, target_kernel)->decode;
  constexpr size_t block_length = F::block_length, block_bytes = F::block_bytes;
  constexpr size_t batch = together * std::max<size_t>(1, 1024 / (block_length * together));
  uint8_t trial[batch * block_bytes];
  float trial_values[batch * block_length], plain_values[batch * block_length];
  plain(row, blocks, length, importance);  // at once: weighted, some take statistics over the whole row
  const size_t all = length / block_length;
  for (size_t done = 0, count; done < all; done += count) {
    count = std::min(batch, all - done);
    const float* x = row + done * block_length;
    const float* w = importance ? importance + done * block_length : nullptr;
    uint8_t* to = blocks + done * block_bytes;
    for (size_t b = 0, step; b < count; b += step) {
      step = count - b >= together ? together : 1;
      const float* step_x = x + b * block_length;
      const float* step_w = w ? w + b * block_length : nullptr;
      uint8_t* step_trial = trial + b * block_bytes;
      const bool offered =
          step == together ? improve(step_x, step_trial, step_w) : improve_one(step_x, step_trial, step_w);
      if (!offered) std::memcpy(step_trial, to + b * block_bytes, step * block_bytes);
    }
    decode(trial, trial_values, count);
    decode(to, plain_values, count);
    if (w) {
      keep_better<F, true>(x, w, trial, trial_values, to, plain_values, count);
    } else {
      keep_better<F, false>(x, nullptr, trial, trial_values, to, plain_values, count);
    }
  }
}

/// Writes what `improve` offers. Blocks it has nothing for, or nothing valid, are llama.cpp's.
template <class F, int together, class Improve, class ImproveOne>
void quantize_unguarded(const float* row, uint8_t* blocks, size_t length, const float* importance, Improve&& improve,
                        ImproveOne&& improve_one) {
  constexpr size_t block_length = F::block_length, block_bytes = F::block_bytes;
  const size_t all = length / block_length;
  thread_local std::vector<uint8_t> plain;
  bool has_plain = false;
  for (size_t done = 0, count; done < all; done += count) {
    count = all - done >= together ? together : 1;
    const float* x = row + done * block_length;
    const float* w = importance ? importance + done * block_length : nullptr;
    uint8_t* to = blocks + done * block_bytes;
    const bool offered = count == together ? improve(x, to, w) : improve_one(x, to, w);
    for (size_t b = 0; b < count; ++b) {
      if (offered && valid<F>(to + b * block_bytes)) continue;
      const QuantizeRow run = llama_cpp_row<F>();
      if (!run) continue;
      if (!has_plain) {
        plain.resize(all * block_bytes);  // the whole row: weighted, some take statistics over it
        run(row, plain.data(), length, importance);
        has_plain = true;
      }
      std::memcpy(to + b * block_bytes, &plain[(done + b) * block_bytes], block_bytes);
    }
  }
}

/// One row by a search that takes `together` blocks at once, or one, and says whether it has something to offer.
template <Guard guard, class F, int together, class Improve, class ImproveOne>
void quantize_searched(const float* row, uint8_t* blocks, size_t length, const float* importance, Improve&& improve,
                       ImproveOne&& improve_one) {
  if (guard == Guard::compare && llama_cpp_row<F>()) {
    quantize_guarded<F, together>(row, blocks, length, importance, improve, improve_one);
  } else {
    quantize_unguarded<F, together>(row, blocks, length, importance, improve, improve_one);
  }
}

}  // namespace nibble::NIBBLE_TARGET
