#include "plan/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "error.h"
#include "plan_checks.h"
#include "sentence_of.h"
#include "texts_of.h"

namespace nibble {
namespace {

using B = GgufBuilder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr uint32_t f32 = 0, f16 = 1, q4_0 = 2, i32 = 26;

PlanOptions options(const std::string& json) { return parse_plan_options(json); }

std::string problem(const Model& model, const std::string& json) {
  return sentence_of([&] { make_plan(model, options(json)); });
}

std::vector<std::string> names(const Plan& plan, const Model& model) {
  std::vector<std::string> list;
  for (const PlannedTensor& tensor : plan.tensors) list.push_back(model.tensors()[tensor.source].name);
  return list;
}

const PlannedTensor& planned(const Plan& plan, const Model& model, const std::string& name) {
  for (const PlannedTensor& tensor : plan.tensors) {
    if (model.tensors()[tensor.source].name == name) return tensor;
  }
  throw Error("no " + name);
}

GgufHeader output_header(const Plan& plan, size_t file = 0) {
  // Weights are not there: say that the file is as long as planned.
  GgufReading reading = read_gguf(plan.files[file].header, plan.files[file].bytes);
  EXPECT_TRUE(reading.header.has_value());
  return std::move(*reading.header);
}

/// What the plan says beside warnings, which these small files deserve.
std::vector<std::string> remarks_of(const Plan& plan) {
  std::vector<std::string> list;
  for (const Note& note : plan.notes.list) {
    if (note.level == Note::Level::note) list.push_back(note.text);
  }
  return list;
}

std::vector<std::string> keys(const GgufHeader& header) {
  std::vector<std::string> list;
  for (const KeyValue& value : header.values) list.push_back(value.key);
  return list;
}

/// Tensors in an order that is not the output's.
B mixed_order() {
  B file;
  file.value("general.architecture", "llama").value("general.file_type", 1).value("llama.block_count", 11);
  file.tensor("token_embd.weight", {256, 4}, f16, 2048)
      .tensor("blk.10.ffn_up.weight", {256, 2}, f16, 1024)
      .tensor("blk.2.ffn_up.weight", {256, 2, 1}, f16, 1024)
      .tensor("blk.2.attn_norm.weight", {256}, f32, 1024)
      .tensor("blk.2.numbers.weight", {8, 2}, i32, 64)
      .tensor("output_norm.weight", {256}, f32, 1024);
  return file;
}

TEST(Plan, OrdersTensorsByBlockAndName) {
  const Model model = model_of({mixed_order()});
  const Plan plan = make_plan(model, options(R"({"type":"q8_0"})"));
  EXPECT_THAT(names(plan, model), ElementsAre("output_norm.weight", "token_embd.weight", "blk.2.attn_norm.weight",
                                              "blk.2.ffn_up.weight", "blk.2.numbers.weight", "blk.10.ffn_up.weight"));
  expect_contiguous(plan, model);
  const GgufHeader header = output_header(plan);
  EXPECT_EQ(header.version, 3u);
  EXPECT_THAT(header.tensors[3].shape, ElementsAre(256, 2)) << "trailing dimensions of 1 are dropped";
  for (size_t i = 0; i < header.tensors.size(); ++i) EXPECT_EQ(header.tensors[i].offset, plan.tensors[i].offset);
  EXPECT_EQ(header.tensors[1].type, Type::q8_0);
  EXPECT_EQ(header.tensors[4].type, Type::i32) << "integers are copied";
}

TEST(Plan, CalibratesMatricesOfLayersAndSaysWhatElseIsWritten) {
  const Model model = model_of({mixed_order()});
  const Plan plan = make_plan(model, options(R"({"type":"q4_0","method":"calibrated"})"));
  EXPECT_EQ(planned(plan, model, "blk.10.ffn_up.weight").method, "calibrated");
  EXPECT_EQ(planned(plan, model, "token_embd.weight").method, "lowest-error");
  EXPECT_THAT(texts_of(plan.notes), ::testing::Contains(HasSubstr("1 tensor of type Q6_K will be written by the method "
                                                                  "\"lowest-error\"")));
  const Plan codebook = make_plan(model, options(R"({"type":"q4_0","method":"calibrated","pure":true,
      "tensorTypes":[{"pattern":"10.ffn_up","type":"iq3_s"},{"pattern":"blk.2.ffn_up","type":"tq2_0"}]})"));
  EXPECT_EQ(planned(codebook, model, "blk.10.ffn_up.weight").method, "calibrated");
  EXPECT_EQ(planned(codebook, model, "blk.2.ffn_up.weight").method, "llama.cpp");
  const auto reason = [&](const Plan& of, const std::string& tensor) { return planned(of, model, tensor).reason; };
  EXPECT_THAT(reason(plan, "blk.10.ffn_up.weight"), HasSubstr("on tokens held back, those of lowest-error stay."));
  EXPECT_THAT(reason(codebook, "blk.10.ffn_up.weight"),
              HasSubstr("those of llama.cpp's search, weighted by the same text, stay."));
  EXPECT_THAT(reason(plan, "token_embd.weight"), HasSubstr("It is not calibrated, which is for matrices of layers"));
  EXPECT_THAT(reason(codebook, "blk.2.ffn_up.weight"), HasSubstr("but written by llama.cpp."));
  EXPECT_THAT(reason(plan, "blk.2.attn_norm.weight"), ::testing::Not(HasSubstr("calibrated")));
}

TEST(Plan, MovesItsKeysToTheEnd) {
  B file;
  file.value("general.quantization_version", 1).value("a", 1).value("general.file_type", 1).value("split.no", 0u);
  file.value("split.count", 1).value("b", 2).value("split.tensors.count", 9).value("general.alignment", 32);
  const Model model = model_of({file});
  const std::string json = R"({"type":"Q8_0","overrides":[
      {"key":"a","type":"int","value":"-7"},{"key":"x","type":"float","value":"0.1"},
      {"key":"y","type":"bool","value":"true"},
      {"key":"x","type":"str","value":"last"}]})";
  const GgufHeader header = output_header(make_plan(model, options(json)));
  EXPECT_THAT(keys(header), ElementsAre("b", "general.alignment", "general.quantization_version", "general.file_type",
                                        "a", "y", "x"));
  EXPECT_EQ(header.number("general.quantization_version"), 2u);
  EXPECT_EQ(header.number("general.file_type"), 7u);
  EXPECT_EQ(header.number("a"), 7u);
  EXPECT_EQ(header.find("a")->type, ValueType::u32);
  EXPECT_EQ(header.text("x"), "last");
}

TEST(Plan, CopyKeepsTheFileTypeOrGuessesIt) {
  const Model stated = model_of({mixed_order()});
  const Plan plan = make_plan(stated, options(R"({"type":"COPY"})"));
  EXPECT_EQ(output_header(plan).number("general.file_type"), 1u);
  for (const PlannedTensor& tensor : plan.tensors) EXPECT_FALSE(tensor.converts());
  EXPECT_THAT(remarks_of(plan), ElementsAre());
  expect_contiguous(plan, stated);

  B silent;
  silent.tensor("a.weight", {32, 2}, f16, 128).tensor("b.weight", {32, 2}, f16, 128).tensor("c", {3}, f32, 12);
  EXPECT_EQ(output_header(make_plan(model_of({silent}), options(R"({"type":"copy"})"))).number("general.file_type"),
            1024u + 1u);
}

TEST(Plan, WritesItsOwnAlignmentAndSaysSo) {
  B aligned;
  aligned.alignment = 128;
  aligned.value("general.alignment", 128).value("z", 1).tensor("a.weight", {32, 1, 3}, f16, 192);
  const Model model = model_of({aligned});
  const Plan plan = make_plan(model, options(R"({"type":"Q8_0"})"));
  const GgufHeader header = output_header(plan);
  EXPECT_EQ(header.alignment, 32u);
  EXPECT_EQ(keys(header).front(), "general.alignment");
  EXPECT_THAT(remarks_of(plan), ElementsAre(HasSubstr("alignment of 128 bytes")));
  const Plan overridden = make_plan(
      model, options(R"({"type":"Q8_0","overrides":[{"key":"general.alignment","type":"int","value":"64"}]})"));
  EXPECT_EQ(output_header(overridden).alignment, 32u);

  B usual;
  usual.tensor("a.weight", {32, 3}, f16, 192);
  const Plan refused =
      make_plan(model_of({usual}),
                options(R"({"type":"Q8_0","overrides":[{"key":"general.alignment","type":"int","value":"64"}]})"));
  EXPECT_EQ(output_header(refused).alignment, 32u);
  EXPECT_THAT(remarks_of(refused), ElementsAre(HasSubstr("general.alignment cannot be changed")));
}

TEST(Plan, KeepsATensorWhoseRowsFitNoBlock) {
  B file;
  file.tensor("a.weight", {172, 2}, f32, 1376).tensor("b.weight", {96, 2}, f32, 768);
  const Model model = model_of({file});
  const Plan plan = make_plan(model, options(R"({"type":"Q4_0"})"));
  EXPECT_EQ(planned(plan, model, "a.weight").to, Type::f16);
  EXPECT_EQ(planned(plan, model, "a.weight").wanted, Type::q4_0);
  EXPECT_EQ(planned(plan, model, "b.weight").to, Type::q4_0);
  EXPECT_THAT(remarks_of(plan),
              ElementsAre("1 tensor cannot be Q4_0, because the rows are no multiple of 32 weights, and will be F16 "
                          "instead (+494 bytes), the first being \"a.weight\"."));
  EXPECT_EQ(make_price(model, options(R"({"type":"Q4_0"})")).substitutions, 1u);
  expect_contiguous(plan, model);
}

TEST(Plan, RefusesToRequantizeUnlessAllowed) {
  B file;
  file.tensor("a.weight", {32, 2}, q4_0, 36);
  const Model model = model_of({file});
  EXPECT_THAT(problem(model, R"({"type":"Q8_0"})"), HasSubstr("a.weight is already quantized"));
  EXPECT_EQ(problem(model, R"({"type":"Q8_0","allowRequantize":true})"), "");
  EXPECT_EQ(problem(model, R"({"type":"Q4_0"})"), "") << "copied";
  EXPECT_THAT(remarks_of(make_plan(model, options(R"({"type":"Q4_0"})"))),
              ElementsAre(HasSubstr("No tensor changes its type")));
}

TEST(Plan, AcceptsModelsWithoutArchitectureTensorsOrWeights) {
  EXPECT_EQ(problem(model_of({B()}), R"({"type":"Q4_K_M"})"), "");
  B file;
  file.tensor("blk.0.attn_v.weight", {0, 5}, f16, 0)
      .tensor("scalar.weight", {}, f32, 4)
      .tensor("five5", {32, 2}, f32, 256);
  const Model model = model_of({file});
  const Plan plan = make_plan(model, options(R"({"type":"Q4_K_M"})"));
  expect_contiguous(plan, model);
  EXPECT_EQ(plan.jobs.size(), 2u) << "nothing to do for a tensor without weights";
}

TEST(Plan, PricesAreThePlans) {
  const Model model = model_of({mixed_order()});
  for (const FileType& type : all_file_types()) {
    if (!type.copies && !find_format(type.default_type)) continue;
    const auto chosen = options("{\"type\":\"" + std::string(type.name) + "\"}");
    Price price{};
    ASSERT_EQ(sentence_of([&] { price = make_price(model, chosen); }), "") << type.name;
    EXPECT_GT(price.output_bytes, 0u);
    if (price.needs_importance) {
      EXPECT_NE(problem(model, "{\"type\":\"" + std::string(type.name) + "\"}"), "") << type.name;
      continue;
    }
    const Plan plan = make_plan(model, chosen);
    EXPECT_EQ(price.output_bytes, plan.output_bytes) << type.name;
    EXPECT_EQ(price.bits_per_weight, plan.bits_per_weight) << type.name;
  }
}

// ---- importance

/// Entries for two tensors of importance_model(); the values themselves are not read by a plan.
ImportanceFile two_entries() {
  ImportanceIndex index;
  index.entries = {{"blk.0.attn_q.weight", 256, 1, 100, std::nullopt, 1},
                   {"blk.0.ffn_up_exps.weight", 768, 3, 2000, 3000, 0}};
  index.datasets = {"text one", "text two"};
  index.chunk_count = 5;
  return {"some folder/matrix.dat", index};
}

B importance_model(int layers = 1) {
  B file;
  file.value("general.architecture", "llama").value("quantize.imatrix.file", "older");
  file.value("llama.block_count", layers);
  file.tensor("blk.0.attn_q.weight", {256, 8}, f16, 4096)
      .tensor("blk.0.ffn_up_exps.weight", {256, 5, 3}, f16, 7680)
      .tensor("blk.0.attn_k.weight", {256, 2}, f16, 1024);
  return file;
}

TEST(PlanImportance, IsNamedInTheMetadataAndFoundPerTensor) {
  const Model model = model_of({importance_model()});
  const ImportanceFile matrix = two_entries();
  const Plan plan =
      make_plan(model, options(R"({"type":"Q4_K_S","overrides":[{"key":"mine","type":"int","value":"1"}]})"), &matrix);
  const GgufHeader header = output_header(plan);
  EXPECT_THAT(keys(header),
              ElementsAre("general.architecture", "llama.block_count", "general.quantization_version",
                          "general.file_type", "mine", "quantize.imatrix.file", "quantize.imatrix.dataset",
                          "quantize.imatrix.entries_count", "quantize.imatrix.chunks_count"));
  EXPECT_EQ(header.text("quantize.imatrix.file"), "some folder/matrix.dat");
  EXPECT_EQ(header.text("quantize.imatrix.dataset"), "text one");
  EXPECT_EQ(header.number("quantize.imatrix.entries_count"), 2u);
  EXPECT_EQ(header.number("quantize.imatrix.chunks_count"), 5u);
  EXPECT_EQ(planned(plan, model, "blk.0.ffn_up_exps.weight").importance->values_offset, 2000u);
  const PlannedTensor& without = planned(plan, model, "blk.0.attn_k.weight");
  EXPECT_FALSE(without.importance);
  EXPECT_THAT(without.reason, HasSubstr("no entry for this tensor"));
  EXPECT_THAT(remarks_of(plan), ElementsAre(HasSubstr("1 tensor without an entry")));
}

TEST(PlanImportance, KeepsJobsWithinAMatrixAndWholeRowsWhereNeeded) {
  const Model model = model_of({importance_model()});
  const ImportanceFile matrix = two_entries();
  const Plan slices = make_plan(model, options(R"({"type":"Q4_K_S","jobBytes":2048})"), &matrix);
  expect_contiguous(slices, model);
  for (const Job& job : slices.jobs) {
    if (!slices.tensors[job.tensor].importance) continue;
    EXPECT_EQ(job.first_weight % 256, 0u);
    if (model.tensors()[slices.tensors[job.tensor].source].shape.size() < 3) continue;
    EXPECT_EQ(job.first_weight / 1280, (job.first_weight + job.weight_count - 1) / 1280);
  }
  const Plan rows = make_plan(model, options(R"({"type":"Q4_0","pure":true,"jobBytes":256})"), &matrix);
  expect_contiguous(rows, model);
  for (const Job& job : rows.jobs) {
    EXPECT_EQ(job.weight_count, rows.tensors[job.tensor].importance ? 256u : 128u) << "statistics span a whole row";
  }
}

TEST(PlanImportance, CanBeFilteredOrIgnored) {
  const Model model = model_of({importance_model()});
  const ImportanceFile matrix = two_entries();
  const auto entries = [&](const std::string& json) {
    return output_header(make_plan(model, options(json), &matrix)).number("quantize.imatrix.entries_count");
  };
  EXPECT_EQ(entries(R"({"type":"Q8_0","includeWeights":["attn_q"]})"), 1u);
  EXPECT_EQ(entries(R"({"type":"Q8_0","excludeWeights":["attn_q"]})"), 1u);
  EXPECT_EQ(entries(R"({"type":"Q8_0","excludeWeights":["attn_q","exps"]})"), std::nullopt);
  EXPECT_EQ(entries(R"({"type":"Q8_0","useImportance":false})"), std::nullopt);
  const Plan none = make_plan(model, options(R"({"type":"Q8_0","excludeWeights":["blk"]})"), &matrix);
  EXPECT_EQ(output_header(none).text("quantize.imatrix.file"), "older") << "as without a matrix";
}

TEST(PlanImportance, ThatFitsNothingIsSaid) {
  const Model model = model_of({mixed_order()});
  const ImportanceFile matrix = two_entries();
  EXPECT_THAT(remarks_of(make_plan(model, options(R"({"type":"Q8_0"})"), &matrix)),
              ElementsAre(HasSubstr("made for another one")));
}

TEST(PlanImportance, IsTakenFromTheTextWhereItCalibratesAllThatNeedsIt) {
  B file = importance_model(8);
  file.tensor("blk.0.ffn_down.weight", {256, 2}, f16, 1024);
  const Model model = model_of({file});
  const std::string rules =
      R"("tensorTypes":[{"pattern":"attn_q","type":"iq2_xxs"},{"pattern":"up","type":"iq3_xxs"}])";
  EXPECT_THAT(problem(model, R"({"type":"IQ4_XS",)" + rules + "}"), HasSubstr("cannot become IQ2_XXS"));
  const PlanOptions chosen = options(R"({"type":"IQ4_XS","method":"calibrated","jobBytes":2048,)" + rules + "}");
  const Plan plan = make_plan(model, chosen);
  EXPECT_EQ(planned(plan, model, "blk.0.attn_q.weight").to, Type::iq2_xxs);
  EXPECT_EQ(planned(plan, model, "blk.0.ffn_down.weight").to, Type::iq4_xs) << "the mix is that with a matrix";
  EXPECT_THAT(remarks_of(plan), ElementsAre(HasSubstr("2 tensors of types that need an importance matrix will be "
                                                      "weighed by the text that calibrates")));
  for (const Job& job : plan.jobs) {
    if (plan.tensors[job.tensor].to != Type::iq3_xxs) continue;
    EXPECT_EQ(job.first_weight / 1280, (job.first_weight + job.weight_count - 1) / 1280) << "a row of importance each";
  }
  const Price price = make_price(model, chosen);
  EXPECT_FALSE(price.needs_importance);
  EXPECT_EQ(price.output_bytes, plan.output_bytes);
  const Plan other = make_plan(model, options(R"({"type":"IQ4_XS","method":"calibrated"})"));
  EXPECT_EQ(planned(other, model, "blk.0.ffn_down.weight").to, Type::q5_K) << "nothing needs a matrix";
  EXPECT_THAT(remarks_of(other), ElementsAre());
  const ImportanceFile matrix = two_entries();
  EXPECT_THAT(remarks_of(make_plan(model, options(R"({"type":"IQ2_XXS","method":"calibrated"})"), &matrix)),
              ElementsAre(HasSubstr("2 tensors without an entry in the importance matrix")));
}

TEST(PlanImportance, IsNotTakenFromTheTextForWhatIsNotCalibrated) {
  const Model model = model_of({mixed_order()});
  EXPECT_EQ(problem(model, R"({"type":"IQ2_XXS","method":"calibrated"})"), "");
  const std::string pure = R"({"type":"IQ2_XXS","pure":true,"method":"calibrated"})";
  EXPECT_EQ(
      problem(model, pure),
      "The tensor token_embd.weight cannot become IQ2_XXS in a file of type IQ2_XXS without an importance matrix: "
      "the method \"calibrated\" takes importance from its text for matrices of layers, in types whose codes are "
      "levels, or points with signs (IQ2, IQ3). Add a matrix (imatrix.gguf or imatrix.dat), or choose another "
      "type.");
  EXPECT_TRUE(make_price(model, options(pure)).needs_importance);
  EXPECT_THAT(problem(model, R"({"type":"IQ1_S","method":"calibrated"})"),
              HasSubstr("blk.2.ffn_up.weight cannot become IQ1_S"));
}

// ---- shards

std::vector<B> three_shards() {
  std::vector<B> shards(3);
  for (uint16_t i = 0; i < 3; ++i) {
    if (i == 0) shards[i].value("general.architecture", "llama").value("llama.block_count", 2);
    shards[i].value("split.no", B::u16, B::raw(i)).value("split.count", B::u16, B::raw<uint16_t>(3));
    shards[i].value("split.tensors.count", B::i32, B::raw<int32_t>(4));
  }
  shards[0].tensor("token_embd.weight", {256, 4}, f16, 2048);
  shards[1].tensor("blk.1.ffn_up.weight", {256, 2}, f16, 1024).tensor("blk.0.ffn_up.weight", {256, 2}, f16, 1024);
  shards[2].tensor("output_norm.weight", {256}, f32, 1024);
  return shards;
}

TEST(PlanShards, AnyOrderGivesTheSameOutput) {
  const auto shards = three_shards();
  const Plan first = make_plan(model_of(shards), options(R"({"type":"Q8_0"})"));
  const Model shuffled = model_of({shards[2], shards[0], shards[1]});
  const Plan second = make_plan(shuffled, options(R"({"type":"Q8_0"})"));
  EXPECT_EQ(first.files[0].header, second.files[0].header);
  EXPECT_EQ(shuffled.tensors()[0].slices[0].file, 1u) << "file order, shard by shard";
  EXPECT_THAT(names(second, shuffled),
              ElementsAre("output_norm.weight", "token_embd.weight", "blk.0.ffn_up.weight", "blk.1.ffn_up.weight"));
  expect_contiguous(second, shuffled);
  EXPECT_THAT(keys(output_header(second)), ElementsAre("general.architecture", "llama.block_count",
                                                       "general.quantization_version", "general.file_type"));
}

TEST(PlanShards, KeepSplitWritesTheSameShards) {
  const auto shards = three_shards();
  const Model model = model_of({shards[1], shards[2], shards[0]});
  const Plan plan = make_plan(model, options(R"({"type":"Q8_0","keepSplit":true})"));
  ASSERT_EQ(plan.files.size(), 3u);
  EXPECT_EQ(plan.files[1].suffix, "-00002-of-00003.gguf");
  expect_contiguous(plan, model);
  EXPECT_THAT(names(plan, model),
              ElementsAre("token_embd.weight", "blk.1.ffn_up.weight", "blk.0.ffn_up.weight", "output_norm.weight"));
  const GgufHeader middle = output_header(plan, 1);
  EXPECT_THAT(keys(middle), ElementsAre("split.no", "split.count", "split.tensors.count"));
  EXPECT_EQ(middle.number("split.no"), 1u);
  EXPECT_EQ(middle.find("split.count")->type, ValueType::u16);
  EXPECT_EQ(middle.find("split.tensors.count")->type, ValueType::i32);
  EXPECT_EQ(middle.tensors.size(), 2u);
  EXPECT_THAT(keys(output_header(plan, 0)),
              ElementsAre("general.architecture", "llama.block_count", "general.quantization_version",
                          "general.file_type", "split.no", "split.count", "split.tensors.count"));

  const Plan single = make_plan(model_of({mixed_order()}), options(R"({"type":"Q8_0","keepSplit":true})"));
  ASSERT_EQ(single.files.size(), 1u);
  EXPECT_EQ(single.files[0].suffix, "-00001-of-00001.gguf");
  EXPECT_EQ(output_header(single).find("split.no"), nullptr);
}

TEST(PlanShards, HeadersDecideWhereNamesSayOtherwise) {
  const auto shards = three_shards();
  const std::vector<std::string> swapped = {"m-00002-of-00003.gguf", "m-00001-of-00003.gguf", "m-00003-of-00003.gguf"};
  Model model;
  for (size_t i = 0; i < 3; ++i) {
    const auto bytes = shards[i].build();
    EXPECT_EQ(model.offer(i, swapped[i], bytes.size(), 0, bytes).bytes, 0u);
    EXPECT_THAT(model.shard_names(i), ElementsAre(swapped[1], swapped[0], swapped[2]));
  }
  model.complete();
  EXPECT_THAT(model.shards(), ElementsAre(0, 1, 2));
  EXPECT_THAT(texts_of(model.notes()),
              ElementsAre("note: The name of \"m-00002-of-00003.gguf\" says part 2 of 3, its header part 1 of "
                          "3: it was probably renamed. The header was followed.",
                          HasSubstr("\"m-00001-of-00003.gguf\" says part 1 of 3, its header part 2")));
  const auto whole = mixed_order().build();
  Model alone;
  EXPECT_EQ(alone.offer(0, "m-00001-of-00013.gguf", whole.size(), 0, whole).bytes, 0u);
  EXPECT_THAT(alone.shard_names(0), ElementsAre("m-00001-of-00013.gguf")) << "its header says that it is whole";
  alone.complete();
  const auto part = shards[1].build();
  EXPECT_EQ(alone.offer(0, "m.gguf", part.size(), 0, part).bytes, 0u);
  EXPECT_THAT(alone.shard_names(0), ElementsAre("m.gguf")) << "a name without numbers does not tell those of others";
}

std::string shard_problem(const std::vector<B>& files, const std::vector<std::string>& file_names) {
  Model model;
  return sentence_of([&] {
    for (size_t i = 0; i < files.size(); ++i) {
      const auto bytes = files[i].build();
      EXPECT_EQ(model.offer(i, file_names[i], bytes.size(), 0, bytes).bytes, 0u);
    }
    model.complete();
  });
}

TEST(PlanShards, NamesWhatIsMissingOrWrong) {
  const auto shards = three_shards();
  EXPECT_EQ(shard_problem({shards[2], shards[0]}, {"m-00003-of-00003.gguf", "m-00001-of-00003.gguf"}),
            "The model is split into 3 files and \"m-00002-of-00003.gguf\" is missing. Choose all of them together.");
  EXPECT_EQ(
      shard_problem({shards[1]}, {"renamed"}),
      "The model is split into 3 files and part 1 of 3 and part 3 of 3 are missing. Choose all of them together.");
  EXPECT_EQ(shard_problem({shards[1], shards[1], shards[0]}, {"a", "b", "c"}),
            "By their headers, \"a\" and \"b\" are both part 2 of 3. Choose each part once.");
  EXPECT_EQ(
      shard_problem({shards[0], shards[2], shards[2]},
                    {"m-00001-of-00003.gguf", "m-00002-of-00003.gguf", "m-00003-of-00003.gguf"}),
      "By their headers, \"m-00002-of-00003.gguf\" and \"m-00003-of-00003.gguf\" are both part 3 of 3. Choose each "
      "part once. The name of \"m-00002-of-00003.gguf\" says part 2 of 3, its header part 3 of 3: it was probably "
      "renamed.");
  EXPECT_EQ(shard_problem({shards[0]}, {"m-00003-of-00004.gguf"}),
            "The model is split into 3 files and part 2 of 3 and part 3 of 3 are missing. Choose all of them together. "
            "The name of \"m-00003-of-00004.gguf\" says part 3 of 4, its header part 1 of 3: it was probably renamed.");
  EXPECT_THAT(shard_problem({mixed_order(), shards[0]}, {"a", "b"}), HasSubstr("\"a\" is a whole model"));
  EXPECT_THAT(shard_problem({shards[0], mixed_order()}, {"a", "b"}), HasSubstr("\"b\" does not belong"));
  auto twice = shards;
  twice[2].tensor("token_embd.weight", {4}, f32, 16);
  EXPECT_THAT(shard_problem(twice, {"a", "b", "c"}), HasSubstr("\"token_embd.weight\" is in two of the files"));
  auto fewer = shards;
  fewer[2] = B();
  fewer[2].value("split.no", 2).value("split.count", 3);
  EXPECT_THAT(shard_problem(fewer, {"a", "b", "c"}), HasSubstr("said to have 4 tensors, but its files hold 3"));
  EXPECT_THAT(shard_problem({}, {}), HasSubstr("No file was given"));
}

// ---- options

TEST(Plan, RefusesOverridesThatNoProgramCouldLoad) {
  B file;
  file.value("general.architecture", "llama").value("general.name", "n").value("llama.block_count", 2);
  file.value("llama.embedding_length", 256)
      .value("llama.feed_forward_length", 512)
      .value("llama.rope.freq_base", B::f32, B::raw(1e4f));
  file.value("llama.context_length", 128).value("tokenizer.ggml.model", "gpt2").value("general.alignment", 32);
  file.tensor("token_embd.weight", {256, 4}, f16, 2048).tensor("blk.1.ffn_down.weight", {512, 2}, f16, 2048);
  const Model model = model_of({file});
  using Overrides = std::vector<std::array<std::string, 3>>;
  const auto refusal = [&](const Overrides& overrides) {
    std::string list;
    for (const auto& [key, type, value] : overrides) {
      list +=
          (list.empty() ? "" : ",") + (R"({"key":")" + key) + R"(","type":")" + type + R"(","value":")" + value + "\"}";
    }
    return problem(model, R"({"type":"Q8_0","overrides":[)" + list + "]}");
  };
  EXPECT_THAT(refusal({{"general.architecture", "str", "qwen2"}}), HasSubstr("no \"qwen2.block_count\""));
  EXPECT_THAT(refusal({{"general.architecture", "int", "1"}}), HasSubstr("is a text, not a whole number"));
  EXPECT_THAT(refusal({{"llama.context_length", "str", "many"}}), HasSubstr("is a whole number, not a text"));
  EXPECT_THAT(refusal({{"llama.rope.freq_base", "int", "10000"}}), HasSubstr("a number with a fraction, not a whole"));
  EXPECT_THAT(refusal({{"general.file_type", "str", "Q8_0"}}), HasSubstr("is a whole number"));
  EXPECT_THAT(refusal({{"general.alignment", "int", "48"}}), HasSubstr("48 is not a power of two"));
  EXPECT_THAT(refusal({{"general.alignment", "int", "0"}}), HasSubstr("0 is not a power of two"));
  EXPECT_THAT(refusal({{"general.alignment", "bool", "true"}}), HasSubstr("is a whole number"));
  EXPECT_THAT(refusal({{"split.count", "int", "2"}}), HasSubstr("how the output is split"));
  EXPECT_THAT(refusal({{"tokenizer.ggml.model", "str", "llama"}}), HasSubstr("vocabulary is one for \"gpt2\""));
  EXPECT_THAT(refusal({{"llama.block_count", "int", "3"}}), HasSubstr("there are tensors of is 2, not 3"));
  EXPECT_THAT(refusal({{"llama.embedding_length", "int", "128"}}), HasSubstr("token embeddings have 256, not 128"));
  EXPECT_THAT(refusal({{"llama.feed_forward_length", "int", "5"}}), HasSubstr("feed-forward layers have 512, not 5"));
  const std::vector<Overrides> fine = {
      {{"general.architecture", "str", "llama"}},
      {{"general.architecture", "str", "qwen2"}, {"qwen2.block_count", "int", "2"}},
      {{"general.name", "str", "mine"}},
      {{"llama.context_length", "int", "4096"}, {"llama.rope.freq_base", "float", "5e5"}},
      {{"llama.block_count", "int", "2"}, {"llama.embedding_length", "int", "256"}},
      {{"general.alignment", "int", "64"}, {"tokenizer.ggml.model", "str", "gpt2"}, {"mine", "bool", "true"}}};
  for (const Overrides& overrides : fine) EXPECT_EQ(refusal(overrides), "") << overrides[0][0];
}

TEST(Plan, LetsANumberStandForOneOfEachLayerAndForNoOtherList) {
  B file;
  file.value("general.architecture", "llama");
  const auto two = B::list(B::u32, 2, B::joined({B::raw(4u), B::raw(4u)}));
  file.value("llama.attention.head_count", B::array, two).value("tokenizer.scores", B::array, two);
  file.tensor("blk.0.ffn_up.weight", {32, 2}, f16, 128);
  const Model model = model_of({file});
  const auto with = [&](const std::string& key) {
    return problem(model, R"({"type":"Q8_0","overrides":[{"key":")" + key + R"(","type":"int","value":"4"}]})");
  };
  EXPECT_EQ(with("llama.attention.head_count"), "");
  EXPECT_THAT(with("tokenizer.scores"), HasSubstr("its value is a list of 2"));
}

TEST(Plan, TellsOfRulesThatChangeNothing) {
  const Model model = model_of({mixed_order()});
  const auto notes = [&](const std::string& type, const std::string& rules) {
    return remarks_of(make_plan(model, options(R"({"type":")" + type + R"(","tensorTypes":[)" + rules + "]}")));
  };
  const std::string idle = R"({"pattern":"fnn_up","type":"q8_0"})", used = R"({"pattern":"FFN_UP","type":"q8_0"})";
  EXPECT_THAT(notes("Q4_0", used), ElementsAre());
  EXPECT_THAT(notes("Q4_0", used + "," + idle), ElementsAre(HasSubstr("The rule \"fnn_up=q8_0\" matches no tensor.")));
  EXPECT_THAT(notes("Q4_0", idle + "," + idle),
              ElementsAre(HasSubstr("2 rules match no tensor, the first being \"fnn_up")));
  EXPECT_THAT(notes("F16", used), testing::Contains(HasSubstr("with F16 they change nothing")));
  EXPECT_THAT(note_on_idle_rules(model, options(R"({"type":"Q4_0","tensorTypes":[)" + idle + "]}")),
              HasSubstr("no tensor"));
}

TEST(PlanOptions, RefusesWhatItDoesNotUnderstand) {
  const auto problem_of = [](const std::string& json) { return sentence_of([&] { parse_plan_options(json); }); };
  EXPECT_EQ(problem_of(R"({"type":"q4_k_m","pure":false,"method":null,"jobBytes":65536})"), "");
  EXPECT_EQ(problem_of(R"({"type":15})"), "");
  EXPECT_THAT(problem_of("not json"), HasSubstr("not a JSON object"));
  EXPECT_THAT(problem_of("{}"), HasSubstr("No file type was chosen"));
  EXPECT_THAT(problem_of(R"({"type":"Q9"})"), HasSubstr("no file type \"Q9\""));
  EXPECT_THAT(problem_of(R"({"type":"Q8_0","colour":"red"})"), HasSubstr("no option \"colour\""));
  EXPECT_THAT(problem_of(R"({"type":"Q8_0","pure":"yes"})"), HasSubstr("\"pure\" must be true or false"));
  EXPECT_THAT(problem_of(R"({"type":"Q8_0","outputTensorType":"q9"})"), HasSubstr("no tensor type \"q9\""));
  EXPECT_THAT(problem_of(R"({"type":"Q8_0","tensorTypes":[{"type":"q8_0"}]})"), HasSubstr("tensorTypes"));
  EXPECT_THAT(problem_of(R"({"type":"Q8_0","jobBytes":1})"), HasSubstr("256 or more"));
  EXPECT_THAT(problem_of(R"({"type":"Q8_0","method":"magic"})"), HasSubstr("no method \"magic\""));
  EXPECT_THAT(problem_of(R"({"type":"nf4","method":"magic"})"), HasSubstr("no method \"magic\""));
  EXPECT_THAT(problem_of(R"({"type":"Q8_0","tensorTypes":[{"pattern":"(","type":"q8_0"}]})"), HasSubstr("pattern"));
  EXPECT_THAT(problem_of(R"({"type":"Q8_0","includeWeights":["a"],"excludeWeights":["b"]})"),
              HasSubstr("one of the two"));
  const auto with_override = [&](const std::string& type, const std::string& value, const std::string& key = "k") {
    return problem_of(R"({"type":"Q8_0","overrides":[{"key":")" + key + R"(","type":")" + type + R"(","value":")" +
                      value + "\"}]}");
  };
  EXPECT_EQ(with_override("int", "-4294967295"), "");
  EXPECT_EQ(with_override("float", "1e-5"), "");
  EXPECT_EQ(with_override("str", std::string(127, 's')), "");
  EXPECT_NE(with_override("str", std::string(128, 's')), "");
  EXPECT_NE(with_override("str", "s", std::string(128, 'k')), "");
  EXPECT_NE(with_override("str", "s", ""), "");
  EXPECT_NE(with_override("int", "4294967296"), "");
  EXPECT_NE(with_override("int", "5x"), "");
  EXPECT_NE(with_override("float", "abc"), "");
  EXPECT_NE(with_override("bool", "1"), "");
  EXPECT_NE(with_override("u8", "1"), "");
}

}  // namespace
}  // namespace nibble
