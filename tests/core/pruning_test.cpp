#include "plan/pruning.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "error.h"
#include "importance_files.h"
#include "measure/sample_plan.h"
#include "output/output_plan.h"
#include "plan_checks.h"
#include "sentence_of.h"
#include "texts_of.h"

/// Layers that are left out of an output. Whole files are compared with llama-quantize's in web/test/quantize.test.ts.
namespace nibble {
namespace {

using B = GgufBuilder;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr uint32_t f32 = 0, f16 = 1;

PlanOptions options(const std::string& json) { return parse_plan_options(json); }

std::string problem(const Model& model, const std::string& json) {
  return sentence_of([&] { make_plan(model, options(json)); });
}

B::Bytes numbers(const std::vector<uint32_t>& values) {
  B::Bytes bytes;
  for (const uint32_t value : values) bytes = B::joined({bytes, B::raw(value)});
  return B::list(B::u32, values.size(), bytes);
}

/// Six layers of two tensors, each layer's of a width of its own.
B six_layers() {
  B file;
  file.value("general.architecture", "deepseek2").value("deepseek2.block_count", 6);
  file.value("deepseek2.leading_dense_block_count", 2).value("deepseek2.nextn_predict_layers", 1);
  file.value("deepseek2.attention.head_count_kv", B::array, numbers({10, 11, 12, 13, 14, 15}));
  file.value("deepseek2.names", B::array,
             B::list(B::string, 6,
                     B::joined({B::text("a"), B::text("bb"), B::text(""), B::text("d"), B::text("e"), B::text("f")})));
  file.value("deepseek2.flags", B::array, B::list(B::boolean, 6, {1, 0, 1, 1, 0, 0}));
  file.value("deepseek2.rope.dimension_sections", B::array, numbers({1, 2, 3, 4, 5, 6}));
  file.value("other.list", B::array, numbers({1, 2, 3, 4, 5, 6}));
  file.value("deepseek2.short", B::array, numbers({1, 2, 3}));
  file.tensor("token_embd.weight", {256, 4}, f16, 2048);
  for (uint64_t layer = 0; layer < 6; ++layer) {
    const std::string prefix = "blk." + std::to_string(layer);
    file.tensor(prefix + ".ffn_up.weight", {256, layer + 1}, f16, 512 * (layer + 1));
    file.tensor(prefix + ".attn_norm.weight", {256}, f32, 1024);
  }
  return file;
}

GgufHeader output_header(const Plan& plan, size_t file = 0) {
  GgufReading reading = read_gguf(plan.files[file].header, plan.files[file].bytes);
  EXPECT_TRUE(reading.header.has_value());
  return std::move(*reading.header);
}

std::vector<std::string> texts(const GgufHeader& header, std::string_view key) {
  std::vector<std::string> list;
  const KeyValue& value = *header.find(key);
  const uint8_t* at = header.bytes.data() + value.elements;
  for (uint64_t i = 0; i < value.count; ++i) {
    uint64_t length = 0;
    std::memcpy(&length, at, sizeof length);
    list.emplace_back(reinterpret_cast<const char*>(at) + 8, length);
    at += 8 + length;
  }
  return list;
}

TEST(Pruning, LayersBehindMoveUpWithTheirOwnWeights) {
  const Model model = model_of({six_layers()});
  const Plan plan = make_plan(model, options(R"({"type":"Q8_0","pruneLayers":[4,1,4]})"));
  expect_contiguous(plan, model);
  const GgufHeader header = output_header(plan);
  std::vector<std::string> names;
  for (const StoredTensor& tensor : header.tensors) names.push_back(tensor.name);
  EXPECT_THAT(names, ElementsAre("token_embd.weight", "blk.0.attn_norm.weight", "blk.0.ffn_up.weight",
                                 "blk.1.attn_norm.weight", "blk.1.ffn_up.weight", "blk.2.attn_norm.weight",
                                 "blk.2.ffn_up.weight", "blk.3.attn_norm.weight", "blk.3.ffn_up.weight"));
  const std::vector<uint64_t> from = {0, 2, 3, 5};
  for (size_t layer = 0; layer < from.size(); ++layer) {
    const PlannedTensor& planned = plan.tensors[2 + 2 * layer];
    EXPECT_EQ(model.tensors()[planned.source].name, "blk." + std::to_string(from[layer]) + ".ffn_up.weight");
    EXPECT_EQ(header.tensors[2 + 2 * layer].shape, model.tensors()[planned.source].shape);
  }
  EXPECT_EQ(plan.output_bytes, make_price(model, options(R"({"type":"Q8_0","pruneLayers":[1,4]})")).output_bytes);
  EXPECT_THAT(texts_of(plan.notes), Contains(HasSubstr("2 layers of 6 are left out (1, 4)")));
}

TEST(Pruning, MetadataSayWhatIsLeft) {
  const Model model = model_of({six_layers()});
  const GgufHeader header = output_header(make_plan(model, options(R"({"type":"COPY","pruneLayers":[1,5]})")));
  EXPECT_EQ(header.values.back().key, "deepseek2.block_count") << "where llama-quantize puts it";
  EXPECT_EQ(header.number("deepseek2.block_count"), 4u);
  EXPECT_THAT(header.numbers("deepseek2.attention.head_count_kv"), ElementsAre(10, 12, 13, 14));
  EXPECT_THAT(texts(header, "deepseek2.names"), ElementsAre("a", "", "d", "e"));
  const KeyValue& flags = *header.find("deepseek2.flags");
  EXPECT_EQ(flags.count, 4u);
  const uint8_t* first = header.bytes.data() + flags.elements;
  EXPECT_EQ(std::vector<uint8_t>(first, first + 4), (std::vector<uint8_t>{1, 1, 1, 0}));
  EXPECT_EQ(header.number("deepseek2.leading_dense_block_count"), 1u);
  EXPECT_FALSE(header.find("deepseek2.nextn_predict_layers")) << "there are none left";
  for (const char* whole : {"deepseek2.rope.dimension_sections", "other.list"}) {
    EXPECT_THAT(header.numbers(whole), ElementsAre(1, 2, 3, 4, 5, 6)) << whole;
  }
  EXPECT_THAT(header.numbers("deepseek2.short"), ElementsAre(1, 2, 3));

  const GgufHeader middle = output_header(make_plan(model, options(R"({"type":"COPY","pruneLayers":[3]})")));
  EXPECT_EQ(middle.number("deepseek2.leading_dense_block_count"), 2u);
  EXPECT_EQ(middle.number("deepseek2.nextn_predict_layers"), 1u);
  const GgufHeader none = output_header(make_plan(model, options(R"({"type":"COPY","pruneLayers":[]})")));
  EXPECT_EQ(none.number("deepseek2.block_count"), 6u);
  EXPECT_NE(none.values.back().key, "deepseek2.block_count");
}

TEST(Pruning, RulesGoByNewNumbersAndImportanceByOldOnes) {
  const Model model = model_of({six_layers()});
  const std::vector<float> values(256, 2.0f);
  const Bytes file = legacy_file({{"blk.2.ffn_up.weight", 1, values}, {"blk.1.ffn_up.weight", 1, values}});
  const ImportanceFile matrix{"matrix", read_index(file)};
  const Plan plan = make_plan(model, options(R"({"type":"Q8_0","pure":true,"pruneLayers":[0,1],
      "tensorTypes":[{"pattern":"blk.1.ffn_up","type":"q4_0"},{"pattern":"blk.5.","type":"q5_0"}]})"),
                              &matrix);
  const auto planned = [&](const std::string& name) -> const PlannedTensor& {
    for (const PlannedTensor& tensor : plan.tensors) {
      if (tensor.name == name) return tensor;
    }
    throw Error("no " + name);
  };
  EXPECT_EQ(planned("blk.1.ffn_up.weight").to, Type::q4_0);
  EXPECT_EQ(model.tensors()[planned("blk.1.ffn_up.weight").source].name, "blk.3.ffn_up.weight");
  EXPECT_EQ(planned("blk.0.ffn_up.weight").importance->name, "blk.2.ffn_up.weight");
  EXPECT_FALSE(planned("blk.1.ffn_up.weight").importance);
  EXPECT_THAT(texts_of(plan.notes), Contains(HasSubstr("blk.5."))) << "a rule that speaks of no tensor";
}

TEST(Pruning, LayersThatPredictFurtherTokensAreLeftOut) {
  const Model model = model_of({six_layers()});
  const GgufHeader header = output_header(make_plan(model, options(R"({"type":"COPY","noMtp":true})")));
  EXPECT_EQ(header.number("deepseek2.block_count"), 5u);
  EXPECT_FALSE(header.find("deepseek2.nextn_predict_layers"));
  EXPECT_EQ(header.tensors.back().name, "blk.4.ffn_up.weight");
  const GgufHeader both = output_header(make_plan(model, options(R"({"type":"COPY","noMtp":true,"pruneLayers":[0]})")));
  EXPECT_EQ(both.number("deepseek2.block_count"), 4u);
  B plain;
  plain.value("general.architecture", "llama").value("llama.block_count", 1).tensor("blk.0.x.weight", {32}, f32, 128);
  const Plan none = make_plan(model_of({plain}), options(R"({"type":"COPY","noMtp":true})"));
  EXPECT_THAT(texts_of(none.notes), Contains(HasSubstr("no layers that predict further tokens (MTP)")));
  EXPECT_EQ(none.tensors.size(), 1u);
}

TEST(Pruning, LayersThatPredictFurtherTokensAlone) {
  const Model model = model_of({six_layers()});
  const Plan plan = make_plan(model, options(R"({"type":"COPY","mtpOnly":true})"));
  const GgufHeader header = output_header(plan);
  EXPECT_EQ(header.number("deepseek2.block_count"), 6u);
  EXPECT_EQ(header.number("deepseek2.nextn_predict_layers"), 1u);
  for (const StoredTensor& tensor : header.tensors) {
    EXPECT_TRUE(tensor.name.starts_with("blk.5.") || !tensor.name.starts_with("blk.")) << tensor.name;
  }
  EXPECT_EQ(header.tensors.back().name, "blk.5.ffn_up.weight");
  EXPECT_THAT(texts_of(plan.notes), Contains(HasSubstr("It runs beside the model, not by itself.")));
  B plain;
  plain.value("general.architecture", "llama").value("llama.block_count", 1).tensor("blk.0.x.weight", {32}, f32, 128);
  EXPECT_EQ(problem(model_of({plain}), R"({"type":"COPY","mtpOnly":true})"),
            "The model has no layers that predict further tokens (MTP), which --mtp would write.");
  EXPECT_THAT(problem(model, R"({"type":"COPY","mtpOnly":true,"noMtp":true})"), HasSubstr("Choose one of them."));
  EXPECT_THAT(problem(model, R"({"type":"COPY","mtpOnly":true,"pruneLayers":[0]})"), HasSubstr("Choose one of them."));
  EXPECT_THAT(problem(model, R"({"type":"Q4_0","method":"calibrated","mtpOnly":true})"), HasSubstr("calibrated"));
  EXPECT_THAT(sentence_of([&] { make_sample_plan(model, options(R"({"type":"Q4_0","mtpOnly":true})"), {}, nullptr); }),
              HasSubstr("--no-mtp and --mtp"));
}

TEST(Pruning, PartsCountWhatIsLeft) {
  std::vector<B> shards(2);
  shards[0].value("general.architecture", "llama").value("llama.block_count", 2).value("split.no", 0u);
  shards[0].value("split.count", 2).value("split.tensors.count", 2).tensor("blk.0.x.weight", {32}, f32, 128);
  shards[1].value("split.no", 1).value("split.count", 2).value("split.tensors.count", 2);
  shards[1].tensor("blk.1.x.weight", {32}, f32, 128);
  const Model model = model_of(shards);
  const Plan plan = make_plan(model, options(R"({"type":"COPY","keepSplit":true,"pruneLayers":[0]})"));
  expect_contiguous(plan, model);
  EXPECT_EQ(output_header(plan, 0).tensors.size(), 0u);
  EXPECT_EQ(output_header(plan, 1).tensors[0].name, "blk.0.x.weight");
  EXPECT_EQ(output_header(plan, 1).number("split.tensors.count"), 1u);
  EXPECT_EQ(output_header(plan, 0).number("llama.block_count"), 1u);
}

TEST(Pruning, SaysWhyNot) {
  const Model model = model_of({six_layers()});
  EXPECT_EQ(problem(model, R"({"type":"COPY","pruneLayers":[6]})"),
            "There is no layer 6 to leave out: the model's are numbered 0 to 5.");
  EXPECT_THAT(problem(model, R"({"type":"COPY","pruneLayers":[0,1,2,3,4,5]})"), HasSubstr("All layers"));
  EXPECT_THAT(problem(model, R"({"type":"COPY","pruneLayers":["1"]})"), HasSubstr("a list of whole numbers"));
  EXPECT_THAT(problem(model, R"({"type":"COPY","pruneLayers":[-1]})"), HasSubstr("a list of whole numbers"));
  EXPECT_THAT(problem(model, R"({"type":"COPY","pruneLayers":[1],"overrides":
      [{"key":"deepseek2.block_count","type":"int","value":"6"}]})"),
              HasSubstr("contradicts --prune-layers"));
  EXPECT_THAT(problem(model, R"({"type":"Q4_0","method":"calibrated","pruneLayers":[1]})"),
              HasSubstr("COPY with --prune-layers"));
  B plain;
  plain.tensor("a.weight", {32, 2}, f16, 128);
  EXPECT_THAT(problem(model_of({plain}), R"({"type":"COPY","pruneLayers":[0]})"), HasSubstr("has no layers"));
  EXPECT_THAT(
      sentence_of([&] { make_sample_plan(model, options(R"({"type":"Q4_0","pruneLayers":[0]})"), {}, nullptr); }),
      HasSubstr("Measure without --prune-layers"));
  EXPECT_THAT(problem(model, R"({"type":"Q4_0","method":"calibrated","noMtp":true})"), HasSubstr("or --no-mtp"));
  EXPECT_THAT(sentence_of([&] { plan_output(model, options(R"({"type":"nf4","pruneLayers":[0]})"), nullptr); }),
              HasSubstr("layers to leave out are options of GGUF files"));
}

TEST(Pruning, KeepsLayersOfAKindWhereNumbersSayTheKind) {
  B file;
  file.value("general.architecture", "qwen35").value("qwen35.block_count", 8);
  file.value("qwen35.full_attention_interval", 4);
  for (uint64_t layer = 0; layer < 8; ++layer) {
    file.tensor("blk." + std::to_string(layer) + ".x.weight", {32}, f32, 128);
  }
  const Model model = model_of({file});
  EXPECT_EQ(problem(model, R"({"type":"COPY","pruneLayers":[1,2,3,4]})"), "");
  EXPECT_EQ(problem(model, R"({"type":"COPY","pruneLayers":[6,7]})"), "");
  EXPECT_THAT(problem(model, R"({"type":"COPY","pruneLayers":[2]})"),
              AllOf(HasSubstr("Layer 3 would become layer 2"), HasSubstr("every 4 layers"),
                    HasSubstr("qwen35.full_attention_interval"), HasSubstr("Leave out 4 layers in a row")));
}

TEST(Pruning, SaysWhereWindowsMayChange) {
  B file;
  file.value("general.architecture", "gemma3").value("gemma3.block_count", 2);
  file.value("gemma3.attention.sliding_window", 512);
  for (uint64_t layer = 0; layer < 2; ++layer) {
    file.tensor("blk." + std::to_string(layer) + ".x.weight", {32}, f32, 128);
  }
  const Model model = model_of({file});
  const auto notes = [&](const std::string& json) { return texts_of(make_plan(model, options(json)).notes); };
  EXPECT_THAT(notes(R"({"type":"COPY","pruneLayers":[0]})"), Contains(HasSubstr("a window only")));
  EXPECT_THAT(notes(R"({"type":"COPY","pruneLayers":[1]})"), Not(Contains(HasSubstr("a window only"))));
}

}  // namespace
}  // namespace nibble
