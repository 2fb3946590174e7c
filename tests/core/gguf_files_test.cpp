// GGUF files that other programs wrote: vocabularies without weights, minimal files, a model of another converter.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "error.h"
#include "plan_checks.h"
#include "sentence_of.h"
#include "test_files.h"
#include "texts_of.h"

namespace nibble {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

/// The model of a file in tests/data/gguf, of which the header may be all there is.
Model opened(const std::string& name, uint64_t bytes) {
  Model model;
  const std::vector<uint8_t> start = test_file("gguf/" + name);
  ByteRange wanted{0, std::min<uint64_t>(start.size(), 256 << 10)};
  while (wanted.bytes > 0) {
    wanted = model.offer(0, name, bytes, wanted.offset, std::span(start).subspan(wanted.offset, wanted.bytes));
  }
  model.complete();
  return model;
}

struct Vocabulary {
  const char *file, *architecture, *kind;
  uint64_t bytes, tokens;
};

TEST(GgufFiles, VocabulariesAreReadAndCopiedWhole) {
  const Vocabulary files[] = {{"ggml-vocab-bert-bge.gguf", "bert", "bert", 627549, 30522},
                              {"ggml-vocab-gpt-2.gguf", "gpt2", "gpt2", 1766807, 50257},
                              {"ggml-vocab-llama-spm.gguf", "llama", "llama", 723869, 32000}};
  for (const Vocabulary& file : files) {
    SCOPED_TRACE(file.file);
    const Model model = opened(file.file, file.bytes);
    EXPECT_TRUE(model.tensors().empty());
    EXPECT_EQ(model.metadata().text("general.architecture"), file.architecture);
    EXPECT_EQ(model.metadata().text("tokenizer.ggml.model"), file.kind);
    const KeyValue* tokens = model.metadata().find("tokenizer.ggml.tokens");
    ASSERT_NE(tokens, nullptr);
    EXPECT_EQ(tokens->count, file.tokens);
    for (const char* type : {R"({"type":"COPY"})", R"({"type":"Q4_K_M"})"}) {
      const Plan plan = make_plan(model, parse_plan_options(type));
      expect_contiguous(plan, model);
      EXPECT_TRUE(plan.jobs.empty());
      // Only what is said of the quantization is new: every key is written again.
      EXPECT_NEAR(static_cast<double>(plan.output_bytes), static_cast<double>(file.bytes), 128);
      const auto written = read_gguf(plan.files[0].header, plan.output_bytes).header;
      ASSERT_TRUE(written);
      EXPECT_EQ(written->find("tokenizer.ggml.tokens")->count, file.tokens);
    }
  }
}

TEST(GgufFiles, TheSmallestFileIsAModelWithoutTensors) {
  const Model model = opened("las7-empty.gguf", 69);
  EXPECT_TRUE(model.tensors().empty());
  EXPECT_EQ(model.metadata().text("general.architecture"), "llama");
  EXPECT_THAT(texts_of(make_plan(model, parse_plan_options(R"({"type":"Q8_0"})")).notes),
              Contains(HasSubstr("No tensor changes its type")));
}

TEST(GgufFiles, AHeaderWithoutItsWeightsIsRefusedByName) {
  EXPECT_THAT(sentence_of([] { opened("las7-tiny.gguf", 122); }),
              HasSubstr("tensor \"test.weight.0\" needs 32768 more bytes"));
}

TEST(GgufFiles, AModelOfAnotherConverterIsReadAsItIs) {
  const uint64_t bytes = 1185376;
  const Model model = opened("stories260Ktok512-onicai.header", bytes);
  ASSERT_EQ(model.tensors().size(), 48u);
  // It keeps an output matrix of its own, and names tokens that it does not have.
  EXPECT_EQ(model.metadata().number("tokenizer.ggml.padding_token_id"), 0xFFFFFFFFu);
  uint64_t weights = 0;
  for (const ModelTensor& tensor : model.tensors()) {
    EXPECT_EQ(tensor.type, Type::f32);
    weights += tensor.weight_count;
  }
  EXPECT_EQ(weights, 292800u);
  const Plan plan = make_plan(model, parse_plan_options(R"({"type":"Q4_0"})"));
  expect_contiguous(plan, model);
  EXPECT_THAT(texts_of(plan.notes),
              Contains(HasSubstr("the rows are no multiple of 32")));  // 172 of them in a row of ffn_down
}

}  // namespace
}  // namespace nibble
