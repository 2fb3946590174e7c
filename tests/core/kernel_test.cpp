// Every decoder and every quantizer of every format, each kernel by itself, against the format's reference in
// tests/reference, byte for byte, on the rows of kernel_inputs.h. Outputs are surrounded by guard bytes.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "codec/codec.h"
#include "core/kernel_inputs.h"
#include "numeric/bits.h"
#include "reference/reference.h"
#include "search/scale_methods.h"

namespace nibble {
namespace {

using testing::Generator;
using testing::Random;

/// What must have a vector kernel in builds with SIMD: llama.cpp quantizers, and decoders.
constexpr std::string_view vector_quantizers[] = {"f16",    "bf16",    "q4_0",  "q4_1",  "q5_0",  "q5_1",    "q8_0",
                                                  "q2_K",   "q3_K",    "q4_K",  "q5_K",  "q6_K",  "iq4_nl",  "iq4_xs",
                                                  "tq1_0",  "tq2_0",   "mxfp4", "nvfp4", "iq3_s", "iq3_xxs", "iq2_s",
                                                  "iq2_xs", "iq2_xxs", "iq1_s", "iq1_m", "q1_0",  "q2_0"};
constexpr std::string_view vector_decoders[] = {"f16",   "bf16",  "q4_0",  "q4_1",    "q5_0",  "q5_1",   "q8_0",
                                                "q2_K",  "q3_K",  "q4_K",  "q5_K",    "q6_K",  "iq4_nl", "iq4_xs",
                                                "mxfp4", "nvfp4", "iq3_s", "iq3_xxs", "iq2_s", "iq2_xs", "iq2_xxs",
                                                "iq1_s", "iq1_m", "tq1_0", "tq2_0",   "q1_0",  "q2_0"};

/// A buffer between two runs of guard bytes.
class Guarded {
 public:
  explicit Guarded(size_t size) : size_(size), bytes_(size + 2 * guard, pattern) {}
  uint8_t* data() { return bytes_.data() + guard; }
  std::vector<uint8_t> content() const { return {bytes_.begin() + guard, bytes_.begin() + guard + size_}; }
  bool intact() const {
    const auto is_pattern = [](uint8_t byte) { return byte == pattern; };
    return std::all_of(bytes_.begin(), bytes_.begin() + guard, is_pattern) &&
           std::all_of(bytes_.end() - guard, bytes_.end(), is_pattern);
  }

 private:
  static constexpr size_t guard = 64;
  static constexpr uint8_t pattern = 0xA5;
  size_t size_;
  std::vector<uint8_t> bytes_;
};

/// Row lengths in blocks: below, at and above the four blocks that kernels like to take together.
constexpr size_t block_counts[] = {1, 3, 4, 6, 13};
/// Kernels of super-blocks take one at a time, and their references are slow.
constexpr size_t super_block_counts[] = {1, 2};

std::span<const size_t> block_counts_of(const Format& format) {
  if (format.block_length >= 256) return super_block_counts;
  return block_counts;
}

std::vector<uint8_t> run(QuantizeRow quantize, const Format& format, const std::vector<float>& row, const float* q) {
  Guarded out(format.bytes_for(row.size()));
  quantize(row.data(), out.data(), row.size(), q);
  EXPECT_TRUE(out.intact()) << format.name << ": bytes beside the output were written";
  return out.content();
}

/// Where the expected block is not valid (a scale overflowed) the kernel's must not be either; the run fails then, so
/// its bytes do not matter. Otherwise they are equal.
void expect_same_blocks(const Format& format, const std::vector<uint8_t>& expected, const std::vector<uint8_t>& actual,
                        const std::string& where) {
  for (size_t at = 0; at < expected.size(); at += format.block_bytes) {
    if (!format.valid(expected.data() + at)) {
      EXPECT_FALSE(format.valid(actual.data() + at)) << where << ", block " << at / format.block_bytes;
    } else if (std::memcmp(expected.data() + at, actual.data() + at, format.block_bytes) != 0) {
      ADD_FAILURE() << where << ", block " << at / format.block_bytes << ": bytes differ";
      return;
    }
  }
}

/// The quantizer whose bytes `quantizer` must write: the reference for the method llama.cpp, else the scalar kernel.
QuantizeRow expected_for(const Format& format, const Quantizer& quantizer) {
  if (quantizer.method == llama_cpp) {
    const reference::Reference* slow = reference::find(format.name);
    if (slow && slow->quantize) return slow->quantize;
  }
  return find_quantizer(format.type, quantizer.method, Kernel::scalar)->quantize;
}

/// Types that ignore importance meet one such row, to see that they do.
bool applies(const Generator& importance, const Format& format) {
  if (!importance.fill) return format.importance != Importance::required;
  if (format.importance == Importance::ignored) return &importance == &testing::importance_generators[1];
  return true;
}

/// The quantizers of a format that must write the same bytes: those of one method but the one that is expected.
struct SameBytes {
  QuantizeRow expected;
  std::vector<Quantizer> quantizers;
};
std::vector<SameBytes> quantizers_of(const Format& format) {
  std::vector<SameBytes> groups;
  for (const Quantizer& quantizer : codec_of(format.type).quantizers) {
    const QuantizeRow expected = expected_for(format, quantizer);
    if (expected == quantizer.quantize) continue;
    if (groups.empty() || groups.back().expected != expected) groups.push_back({expected, {}});
    groups.back().quantizers.push_back(quantizer);
  }
  return groups;
}

TEST(Kernel, QuantizersEqualTheReference) {
  for (const Format& format : all_formats()) {
    for (const SameBytes& group : quantizers_of(format)) {
      for (const Generator& generator : testing::generators()) {
        for (const Generator& importance : testing::importance_generators) {
          if (!applies(importance, format)) continue;
          for (const size_t blocks : block_counts_of(format)) {
            Random random(blocks);
            // Short blocks get as many weights as long ones, so that as many cases meet.
            std::vector<float> row(blocks * std::max<size_t>(format.block_length, 32));
            generator.fill(random, row.data(), row.size());
            std::vector<float> q(row.size());
            if (importance.fill) importance.fill(random, q.data(), q.size());
            const float* weights = importance.fill ? q.data() : nullptr;
            const std::vector<uint8_t> expected = run(group.expected, format, row, weights);
            for (const Quantizer& quantizer : group.quantizers) {
              expect_same_blocks(format, expected, run(quantizer.quantize, format, row, weights),
                                 std::string(format.name) + ", " + std::string(quantizer.method) + ", kernel " +
                                     std::string(kernel_name(quantizer.kernel)) + ", " + generator.name + ", " +
                                     importance.name + ", " + std::to_string(blocks) + " blocks");
            }
            if (::testing::Test::HasFailure()) break;  // one report per format and kind of row is enough
          }
        }
      }
    }
  }
}

bool same_value(float a, float b) { return bit_cast<uint32_t>(a) == bit_cast<uint32_t>(b) || (a != a && b != b); }

/// Any bytes decode as the reference says: files are not always written by us.
TEST(Kernel, DecodersEqualTheReferenceOnRandomBytes) {
  for (const Format& format : all_formats()) {
    const reference::Reference* slow = reference::find(format.name);
    for (const Decoder& decoder : codec_of(format.type).decoders) {
      const size_t rounds = 40 * std::max<size_t>(1, 256 / format.block_length);
      for (size_t round = 0; round < rounds; ++round) {
        const size_t blocks = 1 + round % 13;
        Random random(round);
        std::vector<uint8_t> bytes(blocks * format.block_bytes);
        for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random.bits());
        std::vector<float> expected(blocks * format.block_length);
        if (slow) {
          slow->decode(bytes.data(), expected.data(), expected.size());
        } else {
          find_decoder(format.type, Kernel::scalar)->decode(bytes.data(), expected.data(), blocks);
        }
        Guarded out(expected.size() * sizeof(float));
        decoder.decode(bytes.data(), reinterpret_cast<float*>(out.data()), blocks);
        EXPECT_TRUE(out.intact()) << format.name;
        const std::vector<uint8_t> actual = out.content();
        for (size_t i = 0; i < expected.size(); ++i) {
          ASSERT_TRUE(same_value(expected[i], load<float>(actual.data() + 4 * i)))
              << format.name << ", kernel " << kernel_name(decoder.kernel) << ", round " << round << ", weight " << i
              << ": " << load<float>(actual.data() + 4 * i) << " instead of " << expected[i];
        }
      }
    }
  }
}

/// Without this a vector test could quietly compare the scalar kernel with itself.
TEST(Kernel, TheKernelThatRunsIsTheOneAskedFor) {
  for (const std::string_view name : vector_quantizers) {
    const Format* format = find_format(name);
    ASSERT_NE(format, nullptr) << name;
    const Quantizer* quantizer = find_quantizer(format->type, llama_cpp, best_kernel());
    ASSERT_NE(quantizer, nullptr) << name;
    EXPECT_EQ(quantizer->kernel, best_kernel()) << name;
    const Quantizer* scalar = find_quantizer(format->type, llama_cpp, Kernel::scalar);
    EXPECT_EQ(quantizer->quantize == scalar->quantize, every_kernel().size() == 1) << name;
  }
  for (const std::string_view name : vector_decoders) {
    const Format* format = find_format(name);
    ASSERT_NE(format, nullptr) << name;
    const Decoder* decoder = find_decoder(format->type, best_kernel());
    ASSERT_NE(decoder, nullptr) << name;
    EXPECT_EQ(decoder->kernel, best_kernel()) << name;
    const Decoder* scalar = find_decoder(format->type, Kernel::scalar);
    EXPECT_EQ(decoder->decode == scalar->decode, every_kernel().size() == 1) << name;
  }
}

/// A format cannot enter the list without something to hold it to.
TEST(Kernel, EveryFormatHasAReference) {
  for (const Format& format : all_formats()) {
    const Codec& codec = codec_of(format.type);
    if (codec.decoders.empty() && codec.quantizers.empty()) continue;
    const reference::Reference* slow = reference::find(format.name);
    ASSERT_NE(slow, nullptr) << format.name << ": see the top of tests/reference/reference.h";
    EXPECT_EQ(slow->quantize != nullptr, find_quantizer(format.type, llama_cpp, Kernel::scalar) != nullptr)
        << format.name;
  }
  for (const reference::Reference& slow : reference::all()) EXPECT_NE(find_format(slow.name), nullptr) << slow.name;
}

/// Native builds have both targets, WebAssembly builds one: everything exists on each target of the build, and nothing
/// of another one.
TEST(Kernel, EveryTargetHasEveryQuantizerAndDecoder) {
  const auto in_build = [](Kernel kernel) {
    return std::find(every_kernel().begin(), every_kernel().end(), kernel) != every_kernel().end();
  };
  for (const Format& format : all_formats()) {
    const Codec& codec = codec_of(format.type);
    EXPECT_EQ(codec.type, format.type);
    for (const Decoder& decoder : codec.decoders) EXPECT_TRUE(in_build(decoder.kernel)) << format.name;
    for (const Kernel kernel : every_kernel()) {
      if (!codec.decoders.empty()) {
        EXPECT_EQ(find_decoder(format.type, kernel)->kernel, kernel) << format.name;
      }
      for (const std::string_view method :
           {llama_cpp, exact_method, lowest_error_method, quick_method, unbiased_method}) {
        const Quantizer* quantizer = find_quantizer(format.type, method, kernel);
        if (!quantizer || (method == exact_method && has_offset(format.grammar.kind))) continue;
        EXPECT_EQ(quantizer->kernel, kernel) << format.name << ", " << method;
      }
    }
  }
}

}  // namespace
}  // namespace nibble
