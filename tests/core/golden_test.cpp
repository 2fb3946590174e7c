// Every quantizer of the method "llama.cpp", every kernel of it, plain and with importance, against the hashes of what
// llama.cpp itself writes for the same rows. Formats join by entering the list in src/formats/list.h.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "codec/codec.h"
#include "core/test_data.h"
#include "reference/reference.h"

namespace nibble {
namespace {

constexpr size_t row_count = 8, row_length = 1024;

struct Input {
  std::vector<float> rows[row_count];
  std::vector<float> importance;
};

/// The rows the hashes were computed from: roughly normal weights; then by row zero blocks, one sign only, a zero
/// super-block, large, small, outliers, and a coarse grid with many ties.
Input golden_input() {
  uint64_t state = 12345;
  const auto next = [&state] {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return static_cast<int32_t>(state >> 40);
  };
  Input input;
  for (size_t r = 0; r < row_count; ++r) {
    for (size_t i = 0; i < row_length; ++i) {
      int32_t a = -33554432;
      for (int k = 0; k < 4; ++k) a += next();
      float v = static_cast<float>(a) * 0x1p-24f * 0.0625f;
      if (r == 1 && (i / 32) % 4 == 2) v = 0.0f;
      if (r == 2 && v < 0.0f) v = -v;
      if (r == 3 && i < 256) v = 0.0f;
      if (r == 4) v *= 64.0f;
      if (r == 5) v *= 0x1p-10f;
      if (r == 6 && i % 97 == 0) v *= 32.0f;
      if (r == 7) v = static_cast<float>(a >> 20) * 0.015625f;
      input.rows[r].push_back(v);
    }
  }
  for (size_t i = 0; i < row_length; ++i) {
    const float q = static_cast<float>(next()) * 0x1p-24f * 4.0f;
    input.importance.push_back(i % 13 == 5 ? 0.0f : q);
  }
  return input;
}

std::string fnv1a_hex(const std::vector<uint8_t>& bytes) {
  uint64_t hash = 1469598103934665603u;
  for (const uint8_t byte : bytes) hash = (hash ^ byte) * 1099511628211u;
  char text[17];
  std::snprintf(text, sizeof(text), "%016llx", static_cast<unsigned long long>(hash));
  return text;
}

nlohmann::json golden_hashes() {
  std::ifstream file(std::string(test_data_folder) + "/golden-hashes.json");
  return nlohmann::json::parse(file);
}

/// Hashes each row as `run` quantizes it and compares with the expected ones.
void expect_golden(const nlohmann::json& hashes, const Input& input, const Format& format, bool weighted,
                   QuantizeRow run, std::string_view who) {
  const std::string key = std::string(format.name) + (weighted ? "/imatrix" : "/plain");
  ASSERT_TRUE(hashes.contains(key)) << key << " has no golden hashes";
  ASSERT_EQ(hashes[key]["bytes"].get<uint64_t>(), format.bytes_for(row_length)) << key;
  for (size_t r = 0; r < row_count; ++r) {
    std::vector<uint8_t> bytes(format.bytes_for(row_length));
    run(input.rows[r].data(), bytes.data(), row_length, weighted ? input.importance.data() : nullptr);
    EXPECT_EQ(fnv1a_hex(bytes), hashes[key]["rows"][r].get<std::string>()) << key << ", row " << r << ", " << who;
  }
}

TEST(Golden, EveryKernelWritesTheBytesOfLlamaCpp) {
  const nlohmann::json hashes = golden_hashes();
  const Input input = golden_input();
  int compared = 0;
  for (const Format& format : all_formats()) {
    if (format.type == Type::f32) continue;  // a copy: llama.cpp has no quantizer for it
    for (const Quantizer& quantizer : codec_of(format.type).quantizers) {
      if (quantizer.method != llama_cpp) continue;
      for (const bool weighted : {false, true}) {
        if (!weighted && format.importance == Importance::required) continue;
        expect_golden(hashes, input, format, weighted, quantizer.quantize, kernel_name(quantizer.kernel));
        ++compared;
      }
    }
  }
  EXPECT_GE(compared, 8);
}

/// The references the kernel tests compare with are themselves held to llama.cpp's bytes.
TEST(Golden, EveryReferenceWritesTheBytesOfLlamaCpp) {
  const nlohmann::json hashes = golden_hashes();
  const Input input = golden_input();
  for (const reference::Reference& slow : reference::all()) {
    const Format* format = find_format(slow.name);
    if (!format || !slow.quantize || format->type == Type::f32) continue;
    for (const bool weighted : {false, true}) {
      if (!weighted && format->importance == Importance::required) continue;
      expect_golden(hashes, input, *format, weighted, slow.quantize, "reference");
    }
  }
}

}  // namespace
}  // namespace nibble
