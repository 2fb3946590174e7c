#include "plan/edit_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plan_checks.h"
#include "sentence_of.h"

namespace nibble {
namespace {

using B = GgufBuilder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr uint32_t f32 = 0, f16 = 1;

B file_of_four() {
  B file;
  file.value("general.architecture", "llama").value("general.name", "before").value("llama.block_count", 2);
  file.value("llama.rope.freq_base", B::f32, B::raw(1e4f))
      .value("tokenizer.ggml.tokens", B::array, B::list(B::string, 1, B::text("a")));
  file.tensor("token_embd.weight", {256, 4}, f16, 2048)
      .tensor("blk.1.ffn_up.weight", {256, 2}, f16, 1024)
      .tensor("blk.0.ffn_up.weight", {256, 2, 1}, f16, 1024)
      .tensor("blk.0.attn_norm.weight", {3}, f32, 12);
  return file;
}

Plan edited(const Model& model, const std::string& edit) {
  return make_edit_plan(model, parse_plan_options(R"({"type":"COPY","edit":)" + edit + "}"));
}

std::string problem(const Model& model, const std::string& edit) {
  return sentence_of([&] { edited(model, edit); });
}

GgufHeader header_of(const Plan& plan, size_t file = 0) {
  GgufReading reading = read_gguf(plan.files[file].header, plan.files[file].bytes);
  EXPECT_TRUE(reading.header.has_value());
  return std::move(*reading.header);
}

std::vector<std::string> keys(const GgufHeader& header) {
  std::vector<std::string> list;
  for (const KeyValue& value : header.values) list.push_back(value.key);
  return list;
}

std::vector<std::string> names(const Plan& plan, uint32_t file = 0) {
  std::vector<std::string> list;
  for (const PlannedTensor& tensor : plan.tensors) {
    if (tensor.file == file) list.push_back(tensor.name);
  }
  return list;
}

TEST(EditPlan, ChangesNothingButWhatIsAskedFor) {
  const Model model = model_of({file_of_four()});
  const Plan plan = edited(model, "{}");
  expect_contiguous(plan, model);
  EXPECT_THAT(names(plan),
              ElementsAre("token_embd.weight", "blk.1.ffn_up.weight", "blk.0.ffn_up.weight", "blk.0.attn_norm.weight"));
  EXPECT_EQ(plan.output_bytes, file_of_four().build().size());
  // All of the header but the dimension of 1 that is dropped.
  const GgufHeader header = header_of(plan);
  EXPECT_THAT(keys(header), ElementsAre("general.architecture", "general.name", "llama.block_count",
                                        "llama.rope.freq_base", "tokenizer.ggml.tokens"));
}

TEST(EditPlan, KeepsEntriesWhereTheyStandAndAppendsNewOnes) {
  const Model model = model_of({file_of_four()});
  const Plan plan = edited(model, R"({"remove":["tokenizer.ggml.tokens"],
      "rename":[{"from":"general.name","to":"general.title"}],
      "set":[{"key":"llama.rope.freq_base","values":["500000"]},{"key":"new","kind":"u16","values":["65535"]},
             {"key":"list","kind":"[i32]","values":["-1","2"]},{"key":"general.title","values":["after"],
              "kind":"string"},{"key":"truth","kind":"bool","values":["true"]},
             {"key":"words","kind":"[string]","values":["one","two"]},{"key":"none","kind":"[f32]","values":[]}]})");
  const GgufHeader header = header_of(plan);
  EXPECT_THAT(keys(header), ElementsAre("general.architecture", "general.title", "llama.block_count",
                                        "llama.rope.freq_base", "new", "list", "truth", "words", "none"));
  EXPECT_EQ(header.text("general.title"), "after");
  EXPECT_EQ(header.real("llama.rope.freq_base"), 5e5);
  EXPECT_EQ(header.find("llama.rope.freq_base")->type, ValueType::f32);
  EXPECT_EQ(header.find("new")->type, ValueType::u16);
  EXPECT_EQ(header.number("new"), 65535u);
  EXPECT_EQ(header.find("list")->element, ValueType::i32);
  EXPECT_EQ(header.find("list")->count, 2u);
  EXPECT_EQ(header.truth("truth"), true);
  EXPECT_EQ(header.find("words")->count, 2u);
  EXPECT_EQ(header.find("none")->count, 0u);
  expect_contiguous(plan, model);
}

TEST(EditPlan, CutsAsGgufSplitDoes) {
  const Model model = model_of({file_of_four()});
  const Plan by_count = edited(model, R"({"split":{"tensors":3}})");
  EXPECT_THAT(names(by_count, 0), ElementsAre("token_embd.weight", "blk.1.ffn_up.weight", "blk.0.ffn_up.weight"));
  EXPECT_THAT(names(by_count, 1), ElementsAre("blk.0.attn_norm.weight"));
  EXPECT_EQ(by_count.files[1].suffix, "-00002-of-00002.gguf");
  EXPECT_THAT(keys(header_of(by_count, 1)), ElementsAre("split.no", "split.tensors.count", "split.count"));
  const GgufHeader first = header_of(by_count, 0);
  EXPECT_EQ(keys(first).back(), "split.count");
  EXPECT_EQ(first.number("split.count"), 2u);
  EXPECT_EQ(first.find("split.tensors.count")->type, ValueType::i32);
  EXPECT_EQ(first.number("split.tensors.count"), 4u);
  expect_contiguous(by_count, model);
  // 2048 + 1024 fit, one more does not; 12 bytes count as 32.
  const Plan by_bytes = edited(model, R"({"split":{"bytes":3072}})");
  EXPECT_THAT(names(by_bytes, 0), ElementsAre("token_embd.weight", "blk.1.ffn_up.weight"));
  EXPECT_EQ(edited(model, R"({"split":{"bytes":4127}})").files.size(), 2u);
  EXPECT_EQ(edited(model, R"({"split":{"bytes":4128}})").files.size(), 1u);
  const Plan bare = edited(model, R"({"split":{"tensors":4,"bareFirst":true}})");
  EXPECT_THAT(names(bare, 0), ElementsAre());
  EXPECT_EQ(bare.files.size(), 2u);
  EXPECT_EQ(bare.files[0].bytes, bare.files[0].header_bytes);
  EXPECT_THAT(problem(model, R"({"split":{"bytes":100}})"), HasSubstr("\"token_embd.weight\" alone has 2048 bytes"));
  EXPECT_THAT(problem(model, R"({"split":{}})"), HasSubstr("one of the two"));
}

TEST(EditPlan, JoinsParts) {
  B first, second;
  first.value("general.architecture", "llama").value("split.no", B::u16, B::raw<uint16_t>(0));
  first.value("split.tensors.count", B::i32, B::raw<int32_t>(2)).value("split.count", B::u16, B::raw<uint16_t>(2));
  first.value("last", 1).tensor("b.weight", {8}, f32, 32);
  second.value("split.no", B::u16, B::raw<uint16_t>(1)).value("split.count", B::u16, B::raw<uint16_t>(2));
  second.value("split.tensors.count", B::i32, B::raw<int32_t>(2)).tensor("a.weight", {8}, f32, 32);
  const Model model = model_of({second, first});
  const Plan plan = edited(model, "{}");
  EXPECT_THAT(names(plan), ElementsAre("b.weight", "a.weight"));
  const GgufHeader header = header_of(plan);
  EXPECT_THAT(keys(header),
              ElementsAre("general.architecture", "split.no", "split.tensors.count", "last", "split.count"));
  EXPECT_EQ(header.number("split.count"), 0u);
}

TEST(EditPlan, RemovesTensorsByName) {
  const Model model = model_of({file_of_four()});
  const Plan plan = edited(model, R"({"removeTensors":["ffn_up"]})");
  EXPECT_THAT(names(plan), ElementsAre("token_embd.weight", "blk.0.attn_norm.weight"));
  expect_contiguous(plan, model);
  EXPECT_THAT(problem(model, R"({"removeTensors":["ffn_up","nothing"]})"), HasSubstr("\"nothing\" matches no tensor"));
  EXPECT_THAT(problem(model, R"({"removeTensors":["weight"]})"), HasSubstr("No tensor would be left"));
}

TEST(EditPlan, RefusesWhatNoProgramWouldLoad) {
  const Model model = model_of({file_of_four()});
  const auto set = [&](const std::string& key, const std::string& kind, const std::string& value) {
    return problem(model, R"({"set":[{"key":")" + key + R"(","kind":)" + kind + R"(,"values":[")" + value + "\"]}]}");
  };
  EXPECT_THAT(set("unknown", "null", "1"), HasSubstr("has no entry \"unknown\". Say of which kind"));
  EXPECT_THAT(set("x", "\"u8\"", "256"), HasSubstr("The value of \"x\" is no u8: \"256\"."));
  EXPECT_THAT(set("x", "\"u8\"", "-1"), HasSubstr("is no u8"));
  EXPECT_EQ(set("x", "\"i8\"", "-128"), "");
  EXPECT_THAT(set("x", "\"f32\"", "1,5"), HasSubstr("is no f32"));
  EXPECT_THAT(set("x", "\"bool\"", "yes"), HasSubstr("is no bool"));
  EXPECT_THAT(set("x", "\"number\"", "1"), HasSubstr("cannot be \"number\". Kinds are u8"));
  EXPECT_THAT(set("general.architecture", "null", "qwen2"), HasSubstr("no program loads"));
  EXPECT_THAT(set("llama.rope.freq_base", "\"string\"", "x"), HasSubstr("no program loads"));
  EXPECT_THAT(set("split.count", "\"u16\"", "2"), HasSubstr("no program loads"));
  EXPECT_THAT(problem(model, R"({"remove":["general.architecture"]})"), HasSubstr("cannot be removed"));
  EXPECT_THAT(problem(model, R"({"remove":["llama.block_count"]})"), HasSubstr("Set it to another value"));
  EXPECT_THAT(problem(model, R"({"remove":["nothing"]})"), HasSubstr("has no entry \"nothing\""));
  EXPECT_THAT(problem(model, R"({"rename":[{"from":"general.name","to":"llama.block_count"}]})"),
              HasSubstr("has an entry \"llama.block_count\" already"));
  EXPECT_THAT(problem(model, R"({"rename":[{"from":"general.nam","to":"x"}]})"), HasSubstr("has no entry"));
  EXPECT_THAT(problem(model, R"({"paint":[]})"), HasSubstr("There is no change \"paint\""));
  EXPECT_THAT(sentence_of([&] { make_edit_plan(model, parse_plan_options(R"({"type":"q8_0","edit":{}})")); }),
              HasSubstr("go with the type COPY"));
}

TEST(EditPlan, LeavesLayersOut) {
  const Model model = model_of({file_of_four()});
  const auto pruned = [&](const std::string& edit) {
    return make_edit_plan(model, parse_plan_options(R"({"type":"COPY","pruneLayers":[0],"edit":)" + edit + "}"));
  };
  const Plan plan = pruned("{}");
  EXPECT_THAT(names(plan), ElementsAre("token_embd.weight", "blk.0.ffn_up.weight"));
  EXPECT_EQ(plan.tensors[1].source, 1u) << "layer 1 moves up";
  EXPECT_EQ(header_of(plan).number("llama.block_count"), 1u);
  expect_contiguous(plan, model);
  EXPECT_THAT(sentence_of([&] { pruned(R"({"set":[{"key":"llama.block_count","values":["2"]}]})"); }),
              HasSubstr("contradicts --prune-layers"));
}

TEST(EditPlan, FitsAHeaderIntoTheRoomOfTheOldOne) {
  const Model model = model_of({file_of_four()});
  const uint64_t room = model.tensors()[0].slices[0].offset;
  const auto in_place = [&](const std::string& set, uint64_t bytes) {
    return R"({"set":[{"key":"general.name","values":[")" + set + R"("]}],"headerBytes":)" + std::to_string(bytes) +
           "}";
  };
  // Of every length that is shorter than the old header, by none to several times 32 bytes.
  for (size_t length = 0; length < 100; ++length) {
    B file = file_of_four();
    file.value("some", std::string(150, 'x').c_str());
    const Model roomy = model_of({file});
    const uint64_t start = roomy.tensors()[0].slices[0].offset;
    const std::string shorter = std::string(50 + length, 'y');
    const Plan plan = edited(roomy, R"({"set":[{"key":"some","values":[")" + shorter + R"("]}],"headerBytes":)" +
                                        std::to_string(start) + "}");
    EXPECT_EQ(plan.files[0].header_bytes, start) << length;
    const GgufHeader header = header_of(plan);
    EXPECT_EQ(header.text("some"), shorter);
    EXPECT_EQ(header.data_offset, start) << length;
    // What filled it makes way for what comes later.
    if (const auto filled = header.text("nibble.room"); length == 0) {
      ASSERT_TRUE(filled.has_value());
      EXPECT_THAT(*filled, HasSubstr("Room for a longer header. It can be removed."));
    }
  }
  EXPECT_EQ(edited(model, in_place("b4", room)).files[0].header_bytes, room);
  EXPECT_THAT(problem(model, in_place(std::string(200, 'x'), room)), HasSubstr("does not fit where it is"));
  EXPECT_THAT(problem(model, R"({"removeTensors":["attn_norm"],"headerBytes":)" + std::to_string(room) + "}"),
              HasSubstr("Tensors would lie elsewhere"));
  B wide;
  wide.alignment = 64;
  wide.value("general.alignment", 64).value("general.architecture", "llama").value("general.name", "a");
  wide.tensor("first", {8}, f32, 32).tensor("last", {8}, f32, 32);
  const Model aligned = model_of({wide});
  EXPECT_THAT(problem(aligned, in_place("b", aligned.tensors()[0].slices[0].offset)),
              HasSubstr("Tensors would lie elsewhere"));
}

}  // namespace
}  // namespace nibble
