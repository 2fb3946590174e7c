// safetensors files: what is read, what is refused and in which words, and what model a file makes.
#include "container/safetensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "container/safetensors_header.h"
#include "core/test_files.h"
#include "gguf_builder.h"
#include "output/packing_plan.h"
#include "plan/plan.h"
#include "plan_checks.h"
#include "sentence_of.h"
#include "texts_of.h"

namespace nibble {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Bytes = std::vector<uint8_t>;

Bytes file_of(const std::string& json, size_t data_bytes) {
  return GgufBuilder::joined(
      {GgufBuilder::raw<uint64_t>(json.size()), Bytes(json.begin(), json.end()), Bytes(data_bytes)});
}

/// A model of one file, of which only `start` is at hand.
Model model_of_start(const std::string& name, const Bytes& start, uint64_t file_bytes) {
  Model model;
  EXPECT_EQ(model.offer(0, name, file_bytes, 0, start).bytes, 0u);
  model.complete();
  return model;
}

std::string problem_with(const std::string& json, size_t data_bytes) {
  const Bytes file = file_of(json, data_bytes);
  return sentence_of([&] { model_of_start("a.safetensors", file, file.size()); });
}

TEST(Safetensors, ListsTensorsInTheOrderOfTheirData) {
  const Bytes file = file_of(
      R"({"__metadata__":{"format":"pt","author":"me"},"b":{"dtype":"F16","shape":[2,3],"data_offsets":[8,20]},)"
      R"("a":{"shape":[],"dtype":"I64","data_offsets":[0,8],"note":"of no use","list":[1]}})"
      "   ",
      20);
  const Model model = model_of_start("net.safetensors", file, file.size());
  ASSERT_EQ(model.tensors().size(), 2u);
  const ModelTensor &a = model.tensors()[0], &b = model.tensors()[1];
  EXPECT_EQ(a.name, "a");
  EXPECT_THAT(a.shape, ElementsAre(1)) << "no dimension at all: one number";
  EXPECT_EQ(a.type, Type::i64);
  EXPECT_THAT(b.shape, ElementsAre(3, 2)) << "innermost first";
  EXPECT_EQ(b.slices[0].offset, file.size() - 12);
  EXPECT_EQ(model.container(), "safetensors");
  EXPECT_EQ(model.metadata().text("general.architecture"), "unknown");
  EXPECT_EQ(model.metadata().text("general.name"), "net");
  EXPECT_EQ(model.metadata().text("safetensors.author"), "me");
}

TEST(Safetensors, AsksForItsHeaderInTwoPieces) {
  const Bytes file = file_of(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", 4);
  const auto reader = open_safetensors({"a", file.size(), {}});
  EXPECT_EQ(reader->wanted().bytes, 8u);
  reader->take(std::span(file).first(8));
  EXPECT_EQ(reader->wanted().offset, 8u);
  EXPECT_EQ(reader->wanted().bytes, file.size() - 12);
  reader->take(std::span(file).subspan(8, file.size() - 12));
  EXPECT_EQ(reader->wanted().bytes, 0u);
  EXPECT_EQ(reader->contents().tensors.size(), 1u);
}

TEST(Safetensors, SaysWhatIsWrongWithSizes) {
  EXPECT_THAT(problem_with(R"({"a":{"dtype":"F32","shape":[4],"data_offsets":[0,12]}})", 12),
              HasSubstr("Tensor \"a\" has 12 bytes of data, which is not what its shape and its type F32 ask for"));
  EXPECT_THAT(problem_with(R"({"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}})", 12),
              HasSubstr("needs 4 more bytes"));
  EXPECT_THAT(problem_with(R"({"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}})", 17),
              HasSubstr("1 byte more follow"));
  EXPECT_THAT(problem_with(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[1,5]}})", 5),
              HasSubstr("beyond the tensors before it"));
  EXPECT_THAT(problem_with(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},)"
                           R"("b":{"dtype":"U8","shape":[4],"data_offsets":[3,7]}})",
                           7),
              HasSubstr("Tensor \"b\" is said to start at byte 3 of the data, inside"));
  EXPECT_THAT(problem_with(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[4,0]}})", 4),
              HasSubstr("end before it begins"));
  EXPECT_THAT(problem_with(R"({"a":{"dtype":"F32","shape":[4611686018427387904,4,4],"data_offsets":[0,0]}})", 0),
              HasSubstr("not what its shape"));
  EXPECT_THAT(problem_with(R"({"a":{"dtype":"F32","shape":[18446744073709551615],"data_offsets":[0,4]}})", 4),
              HasSubstr("impossible shape"));
}

TEST(Safetensors, SaysWhatIsWrongWithTheHeader) {
  EXPECT_THAT(problem_with(R"({"a":{"dtype":"F4","shape":[4],"data_offsets":[0,2]}})", 2),
              HasSubstr("has the data type \"F4\", which Nibble does not read. It reads F64"));
  EXPECT_THAT(problem_with(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},)"
                           R"("a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}})",
                           2),
              HasSubstr("lists tensor \"a\" twice"));
  EXPECT_THAT(problem_with(R"({"a":{"dtype":"U8","shape":[1]}})", 1), HasSubstr("does not give tensor \"a\" a dtype"));
  EXPECT_THAT(problem_with(R"({"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}})", 1),
              HasSubstr("wrong kind in \"a\", \"shape\""));
  EXPECT_THAT(problem_with(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1,2]}})", 1),
              HasSubstr("more than two offsets"));
  EXPECT_THAT(problem_with(R"({"a":7})", 1), HasSubstr("wrong kind"));
  EXPECT_THAT(problem_with(R"({"__metadata__":{"a":7}})", 1), HasSubstr("wrong kind"));
  EXPECT_THAT(problem_with(R"({"a":)", 0), HasSubstr("no valid JSON at byte"));
  EXPECT_THAT(problem_with("[]", 0), HasSubstr("does not begin with a brace"));
  EXPECT_THAT(problem_with("{" + std::string(1 << 20, '[') + "}", 0), HasSubstr("no valid JSON"));
  EXPECT_THAT(problem_with(R"({"a":)" + std::string(1 << 20, '[') + "}", 0), testing::Not(IsEmpty()));
  EXPECT_THAT(problem_with(R"({"a":{"dtype":"U8","x":)" + std::string(1 << 20, '['), 0), testing::Not(IsEmpty()));
}

TEST(Safetensors, AFileWithoutTensorsIsRefused) {
  EXPECT_THAT(problem_with("{}", 0), HasSubstr("holds no tensors"));
  EXPECT_THAT(problem_with(R"({"__metadata__":{"format":"pt"}})", 0), HasSubstr("holds no tensors"));
}

TEST(Safetensors, IsToldByItsNameInEitherCase) {
  EXPECT_THAT(sentence_of([] { model_of_start("A.SafeTensors", Bytes(16, 1), 16); }), HasSubstr("safetensors file"));
}

TEST(Safetensors, SaysWhatIsWrongWithTheLength) {
  const auto problem = [](const Bytes& start, uint64_t bytes) {
    return sentence_of([&] { model_of_start("a.safetensors", start, bytes); });
  };
  EXPECT_EQ(problem({}, 0), "It is empty. Download or copy it again.");
  EXPECT_THAT(problem(GgufBuilder::raw<uint64_t>(2), 8), HasSubstr("too few"));
  EXPECT_THAT(problem(GgufBuilder::raw(UINT64_MAX), 1000), HasSubstr("cut short"));
  EXPECT_THAT(problem(GgufBuilder::raw<uint64_t>(1), 1000), HasSubstr("2 to 100000000 are accepted"));
  EXPECT_THAT(problem(GgufBuilder::raw<uint64_t>(100000001), uint64_t{1} << 40),
              HasSubstr("2 to 100000000 are accepted"));
}

/// A real file of which tests/data/safetensors holds the header.
struct Fixture {
  const char* name;
  uint64_t bytes;
};
Model fixture(const Fixture& file) {
  return model_of_start(file.name, test_file("safetensors/" + std::string(file.name) + ".header"), file.bytes);
}
Plan plan_of(const Model& model, const char* json) {
  Plan plan = make_plan(model, parse_plan_options(json));
  expect_contiguous(plan, model);
  EXPECT_TRUE(read_gguf(plan.files[0].header, plan.output_bytes).header) << "what is written can be read";
  return plan;
}
Type planned(const Plan& plan, const Model& model, std::string_view name) {
  for (const PlannedTensor& tensor : plan.tensors) {
    if (model.tensors()[tensor.source].name == name) return tensor.to;
  }
  ADD_FAILURE() << name;
  return Type::f32;
}

TEST(SafetensorsFixtures, NetworksOfAllKindsBecomeGguf) {
  const Fixture files[] = {{"burn-mnist.safetensors", 1509296},         {"burn-multi_layer.safetensors", 17624},
                           {"candle-csm-voices.safetensors", 291806},   {"capp-gpt.safetensors", 949792},
                           {"ml5-charrnn-dubois.safetensors", 1146056}, {"silero_vad_16k.safetensors", 1239748},
                           {"tiny-rwkv-4v0-660K.safetensors", 2653120}};
  for (const Fixture& file : files) {
    SCOPED_TRACE(file.name);
    const Model model = fixture(file);
    EXPECT_THAT(texts_of(model.notes()),
                testing::Contains(AllOf(HasSubstr("warning: "), HasSubstr("llama.cpp does not run such files"))));
    for (const char* type : {R"({"type":"COPY"})", R"({"type":"F16"})", R"({"type":"Q4_K_M"})", R"({"type":"Q8_0"})"}) {
      plan_of(model, type);
    }
  }
}

/// The tensors that become quantized layers of a safetensors file.
std::vector<std::string> packed_tensors(const Model& model, const char* type) {
  std::vector<std::string> names;
  const PlanOptions options = parse_plan_options(std::string(R"({"type":")") + type + R"("})");
  for (const PackedPlanTensor& tensor : make_packed_plan(model, options).tensors) {
    if (tensor.packing && tensor.part == PackedPart::codes) names.push_back(tensor.name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

TEST(SafetensorsFixtures, MatricesBecomeQuantizedLayersWhateverTheirNames) {
  using Names = std::vector<std::string>;
  const std::string cell = "rnnlm.multi_rnn_cell.cell_";
  EXPECT_EQ(packed_tensors(fixture({"silero_vad_16k.safetensors", 1239748}), "nf4"),
            (Names{"lstm_cell.weight_hh", "lstm_cell.weight_ih"}));
  EXPECT_EQ(packed_tensors(fixture({"silero_vad_16k.safetensors", 1239748}), "gptq-4bit-128g"),
            (Names{"lstm_cell.weight_hh.qweight", "lstm_cell.weight_ih.qweight"}));
  EXPECT_EQ(packed_tensors(fixture({"ml5-charrnn-dubois.safetensors", 1146056}), "int8"),
            (Names{cell + "0.basic_lstm_cell.kernel", cell + "1.basic_lstm_cell.kernel", "rnnlm.softmax_w"}));
  EXPECT_EQ(packed_tensors(fixture({"burn-multi_layer.safetensors", 17624}), "nf4"), (Names{"fc1.weight"}));
  EXPECT_EQ(packed_tensors(fixture({"capp-gpt.safetensors", 949792}), "nf4").size(), 16u);
  EXPECT_EQ(packed_tensors(fixture({"burn-mnist.safetensors", 1509296}), "gptq-4bit-32g"), (Names{"fc1.qweight"}));
  EXPECT_THAT(sentence_of([] { packed_tensors(fixture({"candle-csm-voices.safetensors", 291806}), "nf4"); }),
              HasSubstr("No tensor of this model can be stored as nf4"));
}

TEST(SafetensorsFixtures, NumbersWithoutDimensionsAndConvolutionsKeepTheirMeaning) {
  const Model mnist = fixture({"burn-mnist.safetensors", 1509296});
  const Plan plan = plan_of(mnist, R"({"type":"Q8_0"})");
  EXPECT_EQ(planned(plan, mnist, "norm1.num_batches_tracked"), Type::i64) << "integers are copied";
  EXPECT_EQ(planned(plan, mnist, "fc1.weight"), Type::q8_0);
  EXPECT_EQ(planned(plan, mnist, "conv3.weight"), Type::f16) << "rows of 3 fill no block";
  EXPECT_EQ(planned(plan, mnist, "conv3.bias"), Type::f32) << "one dimension";

  const Model silero = fixture({"silero_vad_16k.safetensors", 1239748});
  EXPECT_EQ(planned(plan_of(silero, R"({"type":"Q4_K_M"})"), silero, "stft_conv.weight"), Type::q4_K)
      << "three dimensions";
  EXPECT_EQ(planned(plan_of(silero, R"({"type":"Q4_K_M"})"), silero, "lstm_cell.weight_hh"), Type::q5_0)
      << "rows of 128";
}

TEST(SafetensorsFixtures, IntegersGgufLacksAreNamed) {
  const Model voices = fixture({"candle-csm-voices.safetensors", 291806});
  EXPECT_EQ(voices.tensors()[1].type, Type::i8);
  EXPECT_EQ(voices.tensors()[1].dtype, "U8");
  EXPECT_THAT(texts_of(voices.notes()),
              testing::Contains(HasSubstr("GGUF has no U8: the bytes of 1 tensor (\"mask\")")));
}

TEST(SafetensorsFixtures, AFileWithMoreDataThanItsTensorsHaveIsRefused) {
  EXPECT_THAT(
      sentence_of([] { fixture({"las7-tiny.safetensors", 32856}); }),
      HasSubstr("After the last tensor, which ends at byte 32851, 5 bytes more follow that belong to no tensor"));
}

TEST(UnknownModel, FitsNamesAndShapesIntoGguf) {
  const std::string name(100, 'x');
  const Bytes file = file_of("{\"" + name +
                                 R"(.weight":{"dtype":"F8_E4M3","shape":[2,1,3,2,64],"data_offsets":[0,768]},)"
                                 R"("none":{"dtype":"BF16","shape":[0,7],"data_offsets":[768,768]},)"
                                 R"("d":{"dtype":"F64","shape":[2,32],"data_offsets":[768,1280]}})",
                             1280);
  const Model model = model_of_start("a.safetensors", file, file.size());
  const ModelTensor& folded = model.tensors()[0];
  EXPECT_EQ(folded.name.size(), 63u);
  EXPECT_EQ(model.metadata().text("nibble.full_name." + folded.name), name + ".weight");
  EXPECT_THAT(folded.shape, ElementsAre(64, 2, 3, 2));
  EXPECT_EQ(folded.type, Type::f16);
  EXPECT_EQ(folded.stored, Type::f8_e4m3);
  EXPECT_THAT(texts_of(model.notes()), testing::Contains(HasSubstr("is longer and is cut")));
  EXPECT_THAT(texts_of(model.notes()), testing::Contains(HasSubstr("at most four dimensions")));
  EXPECT_THAT(texts_of(model.notes()), testing::Contains(HasSubstr("GGUF has no 8-bit floats")));
  const Plan plan = plan_of(model, R"({"type":"Q8_0"})");
  EXPECT_EQ(planned(plan, model, folded.name), Type::q8_0);
  EXPECT_EQ(planned(plan, model, "d"), Type::q8_0);
  const Plan copy = plan_of(model, R"({"type":"COPY"})");
  EXPECT_EQ(planned(copy, model, folded.name), Type::f16);
  EXPECT_EQ(planned(copy, model, "d"), Type::f64);
  EXPECT_FALSE(copy.tensors[0].converts()) << "only the form changes";
}

/// Files by name and bytes, offered in this order.
std::string folder_problem(const std::vector<std::pair<std::string, Bytes>>& files, Model* out = nullptr) {
  Model model;
  const std::string problem = sentence_of([&] {
    for (size_t i = 0; i < files.size(); ++i) {
      EXPECT_EQ(model.offer(i, files[i].first, files[i].second.size(), 0, files[i].second).bytes, 0u);
    }
    model.complete();
  });
  if (out) *out = std::move(model);
  return problem;
}
Bytes one(const std::string& tensor) {
  return file_of("{\"" + tensor + R"(":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", 4);
}
Bytes text(const std::string& words) { return {words.begin(), words.end()}; }

TEST(WeightFiles, ShardsAreJoinedByNumberOrByIndex) {
  Model model;
  EXPECT_EQ(
      folder_problem({{"m-00002-of-00002.safetensors", one("b")}, {"m-00001-of-00002.safetensors", one("a")}}, &model),
      "");
  EXPECT_EQ(model.tensors()[0].name, "a");
  EXPECT_EQ(model.tensors()[1].slices[0].file, 0u);

  const Bytes index = text(R"({"weight_map":{"a":"x.safetensors","b":"y.safetensors"}})");
  EXPECT_EQ(folder_problem({{"model.safetensors.index.json", index},
                            {"y.safetensors", one("b")},
                            {"x.safetensors", one("a")},
                            {"consolidated.safetensors", one("c")}},
                           &model),
            "");
  EXPECT_EQ(model.tensors().size(), 2u);
  EXPECT_THAT(texts_of(model.notes()),
              testing::Contains(HasSubstr("in Mistral's own (\"consolidated.safetensors\"), which is left out")));
  EXPECT_EQ(folder_problem({{"model.safetensors.index.json", index}, {"y.safetensors", one("b")}}),
            "\"model.safetensors.index.json\" says that the weights are in 2 files, and \"x.safetensors\" is missing. "
            "Choose all of them together.");
  EXPECT_EQ(folder_problem({{"model.safetensors.index.json", index},
                            {"model-1.safetensors", one("b")},
                            {"model-2.safetensors", one("a")}}),
            "\"model.safetensors.index.json\" says that the weights are in 2 files, and \"x.safetensors\" and "
            "\"y.safetensors\" are missing. It does not name \"model-1.safetensors\" and \"model-2.safetensors\". If "
            "files were renamed, give them back the names the index has for them.");
  EXPECT_EQ(folder_problem({{"model.safetensors.index.json", text("{}")}, {"y.safetensors", one("b")}}),
            "\"model.safetensors.index.json\" has no \"weight_map\". Download it again.");
}

/// A folder of stories260K with one tensor, so that it says what is wrong or what it is called.
TEST(WeightFiles, AreCalledByTheirConfigurationOrTheirFolder) {
  const auto called = [](const char* config, std::string_view folder) {
    const Bytes weights = test_file("stories260K-hf/model.safetensors");
    nlohmann::json json = nlohmann::json::parse(test_file("stories260K-hf/config.json"));
    json.merge_patch(nlohmann::json::parse(config));
    Model model;
    model.set_name(folder);
    const std::string words = json.dump();
    const Bytes text(words.begin(), words.end());
    EXPECT_EQ(model.offer(0, "model.safetensors", weights.size(), 0, weights).bytes, 0u);
    EXPECT_EQ(model.offer(1, "config.json", text.size(), 0, text).bytes, 0u);
    model.complete();
    return std::string(model.metadata().text("general.name").value_or(""));
  };
  EXPECT_EQ(called("{}", "stories"), "stories");
  EXPECT_EQ(called("{}", ""), "model");
  EXPECT_EQ(called(R"({"_name_or_path": "somebody/Stories-260K"})", "folder"), "Stories-260K");
  EXPECT_EQ(called(R"({"_name_or_path": "Stories"})", "folder"), "Stories");
  for (const char* path : {"", "/home/me/model", "./model", "~/model", "C:\\\\model", "a/b/c"}) {
    EXPECT_EQ(called(("{\"_name_or_path\": \"" + std::string(path) + "\"}").c_str(), "folder"), "folder") << path;
  }
}

TEST(WeightFiles, SaysWhatIsMissingOrDoesNotBelong) {
  EXPECT_EQ(folder_problem({{"m-00002-of-00003.safetensors", one("b")}}),
            "By its name, \"m-00002-of-00003.safetensors\" is part 2 of 3, and \"m-00001-of-00003.safetensors\" and "
            "\"m-00003-of-00003.safetensors\" are missing. Choose all of them together.");
  EXPECT_THAT(folder_problem({{"m-00002-of-00007.safetensors", one("b")}}),
              HasSubstr("\"m-00004-of-00007.safetensors\" and 3 more are missing."));
  EXPECT_THAT(folder_problem({{"m-00001-of-00002.safetensors", one("a")}, {"n-00002-of-00002.safetensors", one("b")}}),
              HasSubstr("\"n-00002-of-00002.safetensors\" is no part of the same model"));
  EXPECT_THAT(folder_problem({{"m-00001-of-00002.safetensors", one("a")}, {"m-00002-of-00002.safetensors", one("a")}}),
              HasSubstr("Tensor \"a\" is in two of the files"));
  EXPECT_THAT(folder_problem({{"x.safetensors", one("a")}, {"y.safetensors", one("b")}}),
              HasSubstr("nothing says that they are one model"));
  EXPECT_THAT(folder_problem({{"config.json", text("{}")}}), HasSubstr("None of the files holds weights"));
  EXPECT_THAT(folder_problem({{"a.gguf", GgufBuilder().build()}, {"y.safetensors", one("b")}}),
              HasSubstr("\"a.gguf\" is a GGUF file, and other files came with it"));
  EXPECT_THAT(folder_problem(
                  {{"m.safetensors.index.json", text("{")}, {"x.safetensors", one("a")}, {"y.safetensors", one("b")}}),
              HasSubstr("nothing says that they are one model"));
}

}  // namespace
}  // namespace nibble
