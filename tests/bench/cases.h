#pragma once
#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "codec/codec.h"
#include "formats/grammar_of.h"
#include "formats/q4_0.h"
#include "numeric/half.h"
#include "search/scale_sweep.h"

/// What is measured: every decoder and quantizer of every format in the list, as the benchmark sees it.
namespace nibble::bench {

struct Case {
  const Format* format;
  std::string operation;  ///< "quantize", "quantize weighted", "decode"; other methods than llama.cpp by name
  const Quantizer* scalar_quantizer = nullptr;
  const Quantizer* simd_quantizer = nullptr;  ///< null, like the others, where the build has no such kernel
  const Decoder* scalar_decoder = nullptr;
  const Decoder* simd_decoder = nullptr;
  bool weighted = false;

  bool decodes() const { return scalar_decoder || simd_decoder; }
  bool has(Kernel kernel) const {
    return kernel == Kernel::scalar ? scalar_decoder || scalar_quantizer : simd_decoder || simd_quantizer;
  }
  std::string name() const { return std::string(format->name) + " " + operation; }
};

/// What the exact search of Q4_0 is compared with: the straightforward sweep that sorts every change of a code, in
/// double precision.
inline void quantize_by_sorting(const float* row, uint8_t* blocks, size_t length, const float*) {
  static ScaleSweep sweep;
  float levels[16];
  for (int code = 0; code < 16; ++code) levels[code] = static_cast<float>(code - 8);
  for (size_t at = 0; at < length; at += Q4_0::block_length, blocks += Q4_0::block_bytes) {
    sweep.walk(row + at, nullptr, Q4_0::block_length, {levels, 16});
    const float scale = static_cast<float>(sweep.optimum(Storage::f16).scale);
    uint8_t codes[Q4_0::block_length];
    for (size_t i = 0; i < Q4_0::block_length; ++i) {
      const float level = scale == 0.0f ? 0.0f : std::nearbyint(row[at + i] / scale);
      codes[i] = static_cast<uint8_t>(static_cast<int>(std::max(-8.0f, std::min(7.0f, level))) + 8);
    }
    encode<Q4_0>(f16_from_f32(scale), codes, blocks);
  }
}

inline std::vector<Case> all_cases() {
  static const Quantizer by_sorting{"exact", Kernel::scalar, quantize_by_sorting};
  std::vector<Case> cases;
  for (const Format& format : all_formats()) {
    for (const std::string_view method : methods_of(format.type)) {
      const auto on = [&](Kernel kernel) {
        const Quantizer* found = find_quantizer(format.type, method, kernel);
        return found->kernel == kernel ? found : nullptr;
      };
      for (const bool weighted : {false, true}) {
        if (weighted ? format.importance == Importance::ignored : format.importance == Importance::required) continue;
        Case entry{&format, weighted ? "quantize weighted" : "quantize"};
        if (method != llama_cpp) entry.operation += " (" + std::string(method) + ")";
        entry.scalar_quantizer = on(Kernel::scalar);
        entry.simd_quantizer = on(Kernel::simd);
        entry.weighted = weighted;
        cases.push_back(entry);
      }
    }
    if (format.type == Type::q4_0) cases.push_back({&format, "quantize (exact, by sorting)", &by_sorting});
    if (codec_of(format.type).decoders.empty()) continue;
    Case entry{&format, "decode"};
    for (const Decoder& decoder : codec_of(format.type).decoders) {
      (decoder.kernel == Kernel::simd ? entry.simd_decoder : entry.scalar_decoder) = &decoder;
    }
    cases.push_back(entry);
  }
  return cases;
}

/// Rows of 4096 weights, close to normal with sigma 0.05 as trained weights are, an importance row, and room for the
/// blocks. Made once, for the largest number of weights any case takes.
class Workload {
 public:
  static constexpr size_t row_length = 4096;

  explicit Workload(size_t weights)
      : weights_(weights), decoded_(weights), importance_(row_length), blocks_(weights * 8) {
    uint64_t state = 1;
    const auto uniform = [&state] {
      state = state * 6364136223846793005u + 1442695040888963407u;
      return static_cast<float>(state >> 40) * 0x1p-24f;
    };
    for (float& w : weights_) w = 0.1f * (uniform() + uniform() + uniform() - 1.5f);
    for (float& q : importance_) q = 4.0f * uniform();
  }

  size_t weights() const { return weights_.size(); }

  /// Fills the blocks with what the format's own quantizer writes (zeros where it has none), for decoding.
  void prepare(const Case& entry, size_t count) {
    if (!entry.decodes()) return;
    const Quantizer* quantizer = find_quantizer(entry.format->type, llama_cpp, best_kernel());
    if (!quantizer) return std::fill(blocks_.begin(), blocks_.end(), uint8_t{0});
    // One quantized row, repeated: some quantizers are a thousand times slower than their decoder.
    const size_t row_bytes = entry.format->bytes_for(row_length);
    quantizer->quantize(weights_.data(), blocks_.data(), row_length, importance_.data());
    for (size_t row = 1; row < count / row_length; ++row) {
      std::copy_n(blocks_.begin(), row_bytes, blocks_.begin() + row_bytes * row);
    }
  }

  /// Runs the case once over `count` weights, a multiple of the row length.
  void run(const Case& entry, Kernel kernel, size_t count) {
    if (entry.decodes()) {
      const Decoder* decoder = kernel == Kernel::simd ? entry.simd_decoder : entry.scalar_decoder;
      return decoder->decode(blocks_.data(), decoded_.data(), count / entry.format->block_length);
    }
    const Quantizer* quantizer = kernel == Kernel::simd ? entry.simd_quantizer : entry.scalar_quantizer;
    const size_t row_bytes = entry.format->bytes_for(row_length);
    for (size_t row = 0; row < count / row_length; ++row) {
      quantizer->quantize(weights_.data() + row_length * row, blocks_.data() + row_bytes * row, row_length,
                          entry.weighted ? importance_.data() : nullptr);
    }
  }

  /// Copies the floats of `count` weights: what moving the data costs by itself.
  void copy(size_t count) {
    // Through volatile pointers, so that the compiler cannot see that nobody reads the result.
    float* volatile to = decoded_.data();
    const float* volatile from = weights_.data();
    std::copy_n(from, count, to);
  }

 private:
  std::vector<float> weights_, decoded_, importance_;
  std::vector<uint8_t> blocks_;
};

}  // namespace nibble::bench
