#include "plan/graft.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plan/edit_plan.h"
#include "plan_checks.h"
#include "sentence_of.h"

namespace nibble {
namespace {

using B = GgufBuilder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr uint32_t f32 = 0, f16 = 1;

/// Two layers of 8 weights, 4 tokens, and no output layer.
B small() {
  B file;
  file.value("general.architecture", "llama").value("llama.block_count", 2).value("llama.embedding_length", 8);
  file.tensor("token_embd.weight", {8, 4}, f16, 64).tensor("blk.0.attn_q.weight", {8, 8}, f16, 128);
  return file.tensor("blk.1.attn_q.weight", {8, 8}, f16, 128);
}

/// The same sizes in three layers, of which the last predicts further tokens.
B donor(const char* architecture = "llama", uint32_t embedding = 8) {
  const std::string prefix(architecture);
  B file;
  file.value("general.architecture", architecture).value(prefix + ".block_count", 3);
  file.value(prefix + ".embedding_length", embedding).value(prefix + ".nextn_predict_layers", 1);
  file.tensor("token_embd.weight", {8, 4}, f16, 64).tensor("output.weight", {8, 4}, f32, 128);
  file.tensor("blk.1.attn_q.weight", {8, 8}, f32, 256).tensor("blk.2.attn_q.weight", {8, 8}, f32, 256);
  file.tensor("blk.2.nextn.eh_proj.weight", {16, 8}, f32, 512).tensor("blk.2.nextn.enorm.weight", {8}, f32, 32);
  return file.tensor("other.weight", {8}, f32, 32);
}

std::string problem(const B& own, const B& other, const std::vector<std::string>& patterns) {
  return sentence_of([&] {
    Model model = model_of({own});
    graft(model, model_of({other}), patterns);
  });
}

Plan grafted(Model& model, const std::vector<std::string>& patterns) {
  graft(model, model_of({donor()}), patterns);
  return make_edit_plan(model, parse_plan_options(R"({"type":"COPY","edit":{}})"));
}

std::vector<std::string> names(const Plan& plan) {
  std::vector<std::string> list;
  for (const PlannedTensor& tensor : plan.tensors) list.push_back(tensor.name);
  return list;
}

GgufHeader header_of(const Plan& plan) { return *read_gguf(plan.files[0].header, plan.files[0].bytes).header; }

TEST(Graft, TakesTensorsInPlaceOfTheModelsOwn) {
  Model model = model_of({small()});
  const Plan plan = grafted(model, {"^blk\\.1\\.attn_q"});
  EXPECT_THAT(names(plan), ElementsAre("token_embd.weight", "blk.0.attn_q.weight", "blk.1.attn_q.weight"));
  EXPECT_EQ(plan.tensors[2].to, Type::f32);
  EXPECT_EQ(plan.jobs.back().input_file, 1u);
  EXPECT_EQ(plan.jobs.back().input_offset, model_of({donor()}).tensors()[2].slices[0].offset);
  EXPECT_EQ(plan.jobs.front().input_file, 0u);
  EXPECT_EQ(model.files().size(), 2u);
  EXPECT_EQ(header_of(plan).number("llama.block_count"), 2u);
  expect_contiguous(plan, model);
}

TEST(Graft, AddsAnOutputLayer) {
  Model model = model_of({small()});
  const Plan plan = grafted(model, {"^output"});
  EXPECT_EQ(names(plan).back(), "output.weight");
  expect_contiguous(plan, model);
  B wider = donor();
  wider.tensor("output_norm.weight", {9}, f32, 36);
  EXPECT_THAT(problem(small(), wider, {"output_norm"}), HasSubstr("has the shape 9, and this model's metadata"));
}

TEST(Graft, AddsLayersThatPredictFurtherTokens) {
  Model model = model_of({small()});
  const Plan plan = grafted(model, {"^blk\\.2\\."});
  EXPECT_THAT(names(plan),
              ElementsAre("token_embd.weight", "blk.0.attn_q.weight", "blk.1.attn_q.weight", "blk.2.attn_q.weight",
                          "blk.2.nextn.eh_proj.weight", "blk.2.nextn.enorm.weight"));
  EXPECT_EQ(header_of(plan).number("llama.block_count"), 3u);
  EXPECT_EQ(header_of(plan).number("llama.nextn_predict_layers"), 1u);
  expect_contiguous(plan, model);
}

TEST(Graft, GivesSuchLayersTheNumberBehindTheModelsOwn) {
  B three = small();
  three.value("x", 1);
  B four;
  four.value("general.architecture", "llama").value("llama.block_count", 3).value("llama.embedding_length", 8);
  four.tensor("token_embd.weight", {8, 4}, f16, 64);
  for (const char* name : {"blk.0.attn_q.weight", "blk.1.attn_q.weight", "blk.2.attn_q.weight"}) {
    four.tensor(name, {8, 8}, f16, 128);
  }
  Model model = model_of({four});
  const Plan plan = grafted(model, {"^blk\\.2\\."});
  EXPECT_EQ(names(plan).back(), "blk.3.nextn.enorm.weight");
  EXPECT_EQ(plan.tensors[3].to, Type::f16) << "the model's own layer 2 stays";
  EXPECT_EQ(header_of(plan).number("llama.block_count"), 4u);
}

TEST(Graft, RefusesWhatHasNoPlace) {
  EXPECT_THAT(problem(small(), donor(), {"nothing"}), HasSubstr("\"nothing\" matches no tensor"));
  EXPECT_THAT(problem(small(), donor(), {"^other"}), HasSubstr("has no place in this model"));
  EXPECT_THAT(problem(small(), donor(), {"eh_proj"}), HasSubstr("takes 1 tensor of layer 2, which has 3"));
  EXPECT_THAT(problem(small(), donor("qwen3"), {"^output"}), HasSubstr("architecture is \"llama\", and the other"));
  EXPECT_THAT(problem(small(), donor("llama", 16), {"^blk\\.2\\."}), HasSubstr("is 8 here and 16 in the other file"));
  B listed = small();
  listed.value("llama.kinds", B::array, B::list(B::i32, 2, B::raw(uint64_t{0})));
  EXPECT_THAT(problem(listed, donor(), {"^blk\\.2\\."}), HasSubstr("says something of each layer"));
  B shaped = donor();
  shaped.tensor("blk.0.attn_q.weight", {8, 4}, f32, 128);
  EXPECT_THAT(problem(small(), shaped, {"^blk\\.0\\."}), HasSubstr("has the shape 8 x 4, and this model's has 8 x 8"));
}

TEST(Graft, SaysWhenTheVocabulariesDiffer) {
  const auto with = [](B file, const char* word) {
    return file.value("tokenizer.ggml.tokens", B::array, B::list(B::string, 1, B::text(word)));
  };
  const auto notes = [&](const char* word, const char* pattern) {
    Model model = model_of({with(small(), "a")});
    const std::vector<std::string> patterns = {pattern};
    graft(model, model_of({with(donor(), word)}), patterns);
    return model.notes().list.size();
  };
  EXPECT_EQ(notes("b", "^output"), 1u);
  EXPECT_EQ(notes("a", "^output"), 0u);
  EXPECT_EQ(notes("b", "^blk\\.1\\."), 0u);
}

}  // namespace
}  // namespace nibble
