// A format takes a header and an entry: t3_24.h and t3_24_kernels.cpp. Everything else finds it by its grammar.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <numeric>

#include "codec/codec.h"
#include "codec/converter.h"
#include "core/kernel_inputs.h"
#include "core/measured_model.h"
#include "extended/t3_24.h"
#include "lab/scale_lab.h"
#include "plan/plan.h"

namespace nibble {
namespace {

using nlohmann::json;

constexpr size_t row_length = 768;

std::vector<float> weights(size_t count) {
  std::vector<float> x(count);
  testing::Random random(3);
  testing::gauss(random, x.data(), count);
  return x;
}

/// Converts from floats; the blocks.
std::vector<uint8_t> convert(Converter& converter, const std::vector<float>& x, const float* importance = nullptr) {
  std::vector<uint8_t> blocks(find_format("t3_24")->bytes_for(x.size()));
  converter.convert(reinterpret_cast<const uint8_t*>(x.data()), blocks.data(), {x.size(), 0, row_length}, importance);
  return blocks;
}

TEST(InventedFormat, IsListedWithItsSizeAndItsMethods) {
  const Format* format = find_format("T3_24");
  ASSERT_NE(format, nullptr);
  EXPECT_EQ(&all_formats().back(), format);
  EXPECT_EQ(format->bytes_for(48), 22u);
  EXPECT_EQ(format->grammar.levels.size(), 8u);
  for (const std::string_view method : {"max7", "grid", "exact", "quick", "lowest-error", "unbiased"}) {
    EXPECT_NE(find_quantizer(format->type, method, best_kernel()), nullptr) << method;
  }
  EXPECT_EQ(find_quantizer(format->type, llama_cpp, best_kernel()), nullptr) << "llama.cpp does not know it";
}

TEST(InventedFormat, IsQuantizedDecodedAndMeasured) {
  const std::vector<float> x = weights(8 * row_length);
  std::map<std::string_view, double> errors;
  for (const std::string_view method : methods_of(T3_24::type)) {
    Converter converter("f32", "t3_24", method);
    const std::vector<uint8_t> blocks = convert(converter, x);
    std::vector<float> decoded(x.size());
    Converter back("t3_24", "f32", llama_cpp);
    back.convert(blocks.data(), reinterpret_cast<uint8_t*>(decoded.data()), {x.size(), 0, row_length}, nullptr);
    double error = 0;
    for (size_t i = 0; i < x.size(); ++i) error += (double{x[i]} - decoded[i]) * (double{x[i]} - decoded[i]);
    EXPECT_NEAR(converter.statistics().rmse(), std::sqrt(error / static_cast<double>(x.size())), 1e-9);
    EXPECT_LT(converter.statistics().rmse(), 0.3 * 0.05) << method;
    EXPECT_EQ(converter.figures().blocks.blocks(), x.size() / 24);
    errors[method] = error;
  }
  for (const auto& [method, error] : errors) EXPECT_GE(error, errors["exact"] * (1 - 1e-9)) << method;
  EXPECT_EQ(errors["lowest-error"], errors["exact"]);
}

TEST(InventedFormat, EveryBlockIsWhatItsPartsSay) {
  const Grammar& grammar = find_format("t3_24")->grammar;
  testing::Random random(5);
  for (int round = 0; round < 100; ++round) {
    uint8_t block[T3_24::block_bytes], again[T3_24::block_bytes];
    for (uint8_t& byte : block) byte = static_cast<uint8_t>(random.bits());
    BlockParts parts;
    grammar.unpack(block, parts);
    grammar.encode(parts, again);
    EXPECT_EQ(std::vector(block, block + 11), std::vector(again, again + 11));
  }
  const uint8_t example[T3_24::block_bytes] = {0x00, 0x38, 0x0F};
  float decoded[24];
  find_format("t3_24")->decode(example, decoded);
  EXPECT_EQ(decoded[0], 1.5f);
  EXPECT_EQ(decoded[1], -1.5f);
}

TEST(InventedFormat, ItsCodesAreCounted) {
  Converter converter("f32", "t3_24", lowest_error_method);
  const std::vector<float> x = weights(4 * row_length), importance(row_length, 2.0f);
  convert(converter, x, importance.data());
  const CodeUsage& codes = converter.figures().codes;
  EXPECT_EQ(codes.bits(), 3u);
  EXPECT_EQ(std::accumulate(codes.counts().begin(), codes.counts().end(), uint64_t{0}), x.size());
  EXPECT_GT(codes.entropy(), 2.0);
  const json report = json::parse(conversion_report(converter.figures()));
  EXPECT_EQ(report["codes"]["counts"].size(), 8u);
  EXPECT_EQ(report["blocks"]["length"], 24);
}

TEST(InventedFormat, TheLabDrawsIt) {
  ScaleLab lab(parse_lab_block(json{{"format", "t3_24"}, {"weights", weights(24)}}.dump()));
  const json report = json::parse(lab.report());
  EXPECT_EQ(report["storage"], "f16");
  EXPECT_EQ(report["levels"].size(), 8u);
  std::map<std::string, json> methods;
  for (const json& method : report["methods"]) methods[method["name"]] = method;
  EXPECT_EQ(methods.at("lowest-error")["bytes"], methods.at("exact")["bytes"]);
  EXPECT_EQ(methods.at("exact")["bytes"].get<std::string>().size(), 22u);
  EXPECT_FALSE(lab.pieces(1).empty());
}

TEST(InventedFormat, ItHasAPrice) {
  const std::vector<uint8_t> file = test_file("ts3m-F16.gguf");
  Model model;
  ASSERT_EQ(model.offer(0, "ts3m-F16.gguf", file.size(), 0, file).bytes, 0u);
  model.complete();
  const json options = {{"type", "Q8_0"}, {"tensorTypes", {{{"pattern", "ffn_down"}, {"type", "t3_24"}}}}};
  const Plan plan = make_plan(model, parse_plan_options(options.dump()), nullptr);
  uint64_t weights = 0, bytes = 0;
  for (const PlannedTensor& tensor : plan.tensors) {
    if (tensor.to != T3_24::type) continue;
    weights += model.tensors()[tensor.source].weight_count;
    bytes += tensor.output_bytes;
    EXPECT_EQ(tensor.method, lowest_error_method);
  }
  ASSERT_GT(weights, 0u);
  EXPECT_EQ(bytes, weights / 24 * 11);
  EXPECT_EQ(make_price(model, parse_plan_options(options.dump())).output_bytes, plan.output_bytes);

  const MeasuredModel measured("ts3m-F16.gguf");
  const Measurement measurement = measured.sampled({T3_24::type, Type::q3_K});
  bool found = false;
  for (const MeasuredTensor& tensor : measurement.tensors) {
    if (tensor.name.find("ffn_down") == std::string::npos) continue;
    found = true;
    ASSERT_EQ(tensor.types.size(), 2u);
    EXPECT_TRUE(tensor.types[0].possible);
  }
  EXPECT_TRUE(found);
}

}  // namespace
}  // namespace nibble
