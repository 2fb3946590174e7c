// On stretches of every tensor of the sample models, or all of it: no method has less squared error than the exact one
// of its format, and lowest-error never more than llama.cpp.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>

#include "codec/codec.h"
#include "model/model.h"
#include "search/scale_methods.h"
#include "test_files.h"

namespace nibble {
namespace {

/// Stretches that are taken of a tensor, from its beginning to its end.
constexpr uint64_t stretches = 8, super_block = 256;

/// How many weights of each tensor to try: all with NIBBLE_LONG_TESTS=1, otherwise some from everywhere; wasm and the
/// sanitizers' build (clang), which are slower, take fewer.
uint64_t most_weights() {
  if (std::getenv("NIBBLE_LONG_TESTS")) return UINT64_MAX;
#if defined(__EMSCRIPTEN__) || defined(__clang__)
  return stretches * super_block;
#else
  return 4 * stretches * super_block;
#endif
}

/// Up to `most` weights of each tensor in stretches of whole super-blocks; of a short one, all whole super-blocks.
std::map<std::string, std::vector<float>> pieces_of(const std::string& name, uint64_t most) {
  const std::vector<uint8_t> file = test_file(name);
  Model model;
  EXPECT_EQ(model.offer(0, name, file.size(), 0, file).bytes, 0u);
  model.complete();
  std::map<std::string, std::vector<float>> pieces;
  for (const ModelTensor& tensor : model.tensors()) {
    uint64_t weights = 1;
    for (const uint64_t dimension : tensor.shape) weights *= dimension;
    const uint64_t parts = weights > most ? stretches : 1,
                   length = std::min(weights, most) / parts / super_block * super_block;
    if (length == 0) continue;
    const Format& format = *find_format(tensor.stored);
    std::vector<float>& values = pieces[tensor.name];
    values.resize(parts * length);
    for (uint64_t part = 0; part < parts; ++part) {
      const uint64_t first = parts == 1 ? 0 : (weights - length) * part / (parts - 1) / super_block * super_block;
      find_decoder(tensor.stored, best_kernel())
          ->decode(file.data() + tensor.slices.front().offset + format.bytes_for(first), &values[part * length],
                   length / format.block_length);
    }
  }
  EXPECT_GT(pieces.size(), 10u);
  return pieces;
}

double error_of(const Format& format, std::string_view method, const std::vector<float>& x) {
  std::vector<uint8_t> blocks(format.bytes_for(x.size()));
  find_quantizer(format.type, method, best_kernel())->quantize(x.data(), blocks.data(), x.size(), nullptr);
  std::vector<float> decoded(x.size());
  find_decoder(format.type, best_kernel())->decode(blocks.data(), decoded.data(), x.size() / format.block_length);
  double error = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    const double off = static_cast<double>(x[i]) - decoded[i];
    error += off * off;
  }
  return error;
}

class MethodOrder : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Models, MethodOrder, testing::Values("ts3m-F16.gguf", "stories260K-F32.gguf"));

TEST_P(MethodOrder, HoldsFromBeginningToEndOfEveryTensor) {
  const auto pieces = pieces_of(GetParam(), most_weights());
  for (const Format& format : all_formats()) {
    const std::vector<std::string_view> methods = methods_of(format.type);
    const auto has = [&](std::string_view method) {
      return std::find(methods.begin(), methods.end(), method) != methods.end();
    };
    if (methods.size() < 2 || !has(llama_cpp)) continue;
    for (const auto& [name, x] : pieces) {
      std::map<std::string_view, double> errors;
      for (const std::string_view method : methods) errors[method] = error_of(format, method, x);
      if (has(lowest_error_method)) {
        EXPECT_LE(errors[lowest_error_method], errors[llama_cpp]) << format.name << ", " << name;
      }
      if (!has(exact_method)) continue;
      for (const auto& [method, error] : errors) {
        EXPECT_LE(errors[exact_method], error * (1 + 4e-6)) << format.name << ", " << method << ", " << name;
      }
    }
  }
}

}  // namespace
}  // namespace nibble
