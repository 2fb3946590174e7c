#include <gtest/gtest.h>

#include "codec/codec.h"
#include "container/gguf.h"
#include "core/kernel_inputs.h"
#include "core/network_runner.h"
#include "core/test_files.h"
#include "numeric/half.h"
#include "reference/unbiased_reference.h"
#include "tokenizer/text_encoder.h"

/// The method unbiased: against its definition, and what it is for.
namespace nibble {
namespace {

std::vector<uint8_t> quantized(const Format& format, std::string_view method, Kernel kernel,
                               const std::vector<float>& x, const float* importance) {
  std::vector<uint8_t> blocks(format.bytes_for(x.size()));
  const Quantizer* quantizer = find_quantizer(format.type, method, kernel);
  EXPECT_EQ(quantizer->kernel, kernel) << format.name;
  quantizer->quantize(x.data(), blocks.data(), x.size(), importance);
  return blocks;
}

std::vector<float> decoded(const Format& format, const std::vector<uint8_t>& blocks) {
  std::vector<float> values(blocks.size() / format.block_bytes * format.block_length);
  find_decoder(format.type, best_kernel())->decode(blocks.data(), values.data(), blocks.size() / format.block_bytes);
  return values;
}

/// Sum of x y over sum of x^2.
double length_of(const std::vector<float>& x, const std::vector<float>& y) {
  double squares = 0, products = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    squares += double{x[i]} * x[i];
    products += double{x[i]} * y[i];
  }
  return products / squares;
}

TEST(Unbiased, EveryKernelWritesWhatTheReferenceWrites) {
  size_t formats = 0, changed = 0;
  for (const Format& format : all_formats()) {
    if (!find_quantizer(format.type, unbiased_method, best_kernel())) continue;
    ++formats;
    testing::Random random(format.block_length + static_cast<uint64_t>(format.type));
    for (const testing::Generator& weights : testing::generators()) {
      for (const testing::Generator& importance : testing::importance_generators) {
        std::vector<float> x(768), q(importance.fill ? x.size() : 0);
        weights.fill(random, x.data(), x.size());
        if (importance.fill) importance.fill(random, q.data(), q.size());
        const float* given = importance.fill ? q.data() : nullptr;
        for (const Kernel kernel : every_kernel()) {
          const std::string_view before = format.type == Type::iq3_s ? llama_cpp : lowest_error_method;
          const auto plain = quantized(format, before, kernel, x, given);
          const auto actual = quantized(format, unbiased_method, kernel, x, given);
          ASSERT_EQ(actual, reference::unbiased(format, plain, x.data(), x.size(), given))
              << format.name << ", " << weights.name << ", " << importance.name << ", " << kernel_name(kernel);
          changed += actual != plain;
        }
      }
    }
  }
  EXPECT_EQ(formats, 13u) << "types with a search and half-float scales, and iq3_s";
  EXPECT_GT(changed, 600 * every_kernel().size());
}

TEST(Unbiased, IsThereWhereScalesAreHalfFloats) {
  for (const Format& format : all_formats()) {
    const bool searched = find_quantizer(format.type, lowest_error_method, best_kernel()) != nullptr;
    const bool half_floats = format.type != Type::mxfp4 && format.type != Type::nvfp4;
    const bool expected = (searched && half_floats) || format.type == Type::iq3_s;
    EXPECT_EQ(find_quantizer(format.type, unbiased_method, best_kernel()) != nullptr, expected) << format.name;
  }
  EXPECT_EQ(quantizer_or_default(Type::mxfp4, unbiased_method, best_kernel())->method, lowest_error_method);
  EXPECT_EQ(quantizer_or_default(Type::iq2_s, unbiased_method, best_kernel())->method, llama_cpp);
}

TEST(Unbiased, BlocksAreAsLongAsTheirWeights) {
  std::vector<float> x(64 * 256);
  testing::Random random(11);
  testing::gauss(random, x.data(), x.size());
  const auto along = [&](const char* name, std::string_view method) {
    const Format& format = *find_format(name);
    return length_of(x, decoded(format, quantized(format, method, best_kernel(), x, nullptr)));
  };
  EXPECT_LT(along("q2_K", lowest_error_method), 0.95);
  EXPECT_LT(along("q3_K", lowest_error_method), 0.985);
  EXPECT_LT(along("q4_0", lowest_error_method), 0.997);
  EXPECT_GT(along("iq3_s", llama_cpp), 1.02);
  for (const char* name : {"q2_K", "q3_K", "q4_0", "iq4_nl", "iq3_s"}) {
    EXPECT_NEAR(along(name, unbiased_method), 1, 3e-4) << name;
  }
}

/// ts3m with every matrix of its layers in a type, its values kept as half floats.
network::RunModel with_layers_in(const char* type, std::string_view method) {
  network::RunModel model("ts3m-F16.gguf");
  const Format &format = *find_format(type), &halves = *find_format("f16");
  for (const ModelTensor& tensor : model.model().tensors()) {
    if (tensor.shape.size() < 2 || tensor.name.rfind("blk.", 0) != 0) continue;
    uint8_t* at = model.bytes().data() + tensor.slices.front().offset;
    std::vector<uint8_t> stored(at, at + halves.bytes_for(tensor.weight_count));
    std::vector<float> values = decoded(halves, stored);
    values = decoded(format, quantized(format, method, best_kernel(), values, nullptr));
    for (size_t i = 0; i < values.size(); ++i) store(at + 2 * i, f16_from_f32(values[i]));
  }
  return model;
}

double divergence(const network::RunModel& original, const network::RunModel& other,
                  const std::vector<network::TokenSequence>& texts) {
  double sum = 0;
  const std::vector<network::TokenFigures> figures = network::compare(original, other, texts);
  for (const network::TokenFigures& figure : figures) sum += figure.divergence;
  return sum / static_cast<double>(figures.size());
}

/// docs/quality.md has the same over more text: 0.78 of llama.cpp's divergence, 0.70 of lowest-error's.
TEST(Unbiased, AnswersAreNearerThanLlamaCppsAndLowestErrors) {
  const std::vector<uint8_t> file = test_file("ts3m-F16.gguf"), text = test_file("tinystories.txt");
  const TextEncoder encoder = TextEncoder::of(*read_gguf(file, file.size()).header);
  const auto tokens = encoder.encode({reinterpret_cast<const char*>(text.data()), text.size()}, true);
  const std::vector<network::TokenSequence> texts = {{{tokens.begin(), tokens.begin() + 200}, 1}};
  const network::RunModel original("ts3m-F16.gguf");
  const auto of = [&](std::string_view method) { return divergence(original, with_layers_in("q2_K", method), texts); };
  const double unbiased = of(unbiased_method);
  EXPECT_LT(unbiased / of(llama_cpp), 0.9);
  EXPECT_LT(unbiased / of(lowest_error_method), 0.85);
}

}  // namespace
}  // namespace nibble
