#include "architecture/mistral_layout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "conversion_cases.h"
#include "family_folder.h"
#include "mistral_folder.h"
#include "sentence_of.h"
#include "texts_of.h"

/// Mistral's own layout becomes the same file as Hugging Face's layout of the same weights.
namespace nibble {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<uint8_t> bytes_of(const std::string& text) { return {text.begin(), text.end()}; }

const nlohmann::json plain = {{"dim", 64},
                              {"n_layers", 2},
                              {"head_dim", 32},
                              {"hidden_dim", 96},
                              {"n_heads", 4},
                              {"n_kv_heads", 2},
                              {"rope_theta", 1000000.0},
                              {"norm_eps", 1e-05},
                              {"vocab_size", 512},
                              {"max_position_embeddings", 256}};

const std::vector<uint8_t>& weights_of(const Files& files) {
  for (const auto& [name, bytes] : files) {
    if (name == "model.safetensors") return bytes;
  }
  throw Error("no weights");
}

Files own_layout(const Files& files, const nlohmann::json& params) {
  return {{"params.json", bytes_of(params.dump())},
          {"consolidated.safetensors", MistralFolder(weights_of(files), 4, 2).safetensors()}};
}

std::map<std::string, std::vector<uint8_t>> values_of(const Output& output) {
  std::map<std::string, std::vector<uint8_t>> values;
  for (const KeyValue& value : output.header.values) {
    const auto bytes = output.header.value_bytes(value);
    // The name is that of the file where no folder has one.
    if (value.key != "general.name") values[value.key].assign(bytes.begin(), bytes.end());
  }
  return values;
}

void expect_same(const Files& hugging_face, const Files& own) {
  EXPECT_EQ(opened(own).container(), "Mistral folder");
  for (const char* type : {"AUTO", "F32", "Q8_0"}) {
    const Output a = convert(hugging_face, type), b = convert(own, type);
    const auto wanted = values_of(a), got = values_of(b);
    EXPECT_GT(wanted.size(), 10u);
    for (const auto& [key, value] : wanted) EXPECT_TRUE(got.contains(key) && got.at(key) == value) << key;
    for (const auto& [key, value] : got) EXPECT_TRUE(wanted.contains(key)) << key;
    EXPECT_GT(a.tensors.size(), 15u);
    EXPECT_EQ(a.tensors.size(), b.tensors.size());
    for (const auto& [name, bytes] : a.tensors)
      EXPECT_TRUE(b.tensors.contains(name) && b.tensors.at(name) == bytes) << name;
    std::map<std::string, std::pair<std::vector<uint64_t>, Type>> shapes;
    for (const StoredTensor& tensor : a.header.tensors) shapes[tensor.name] = {tensor.shape, tensor.type};
    for (const StoredTensor& tensor : b.header.tensors) {
      EXPECT_EQ(shapes[tensor.name], std::pair(tensor.shape, tensor.type)) << tensor.name;
    }
  }
}

TEST(MistralLayout, BecomesWhatHuggingFacesBecomes) {
  const Files dense = family_files(family_case("mistral"));
  expect_same(dense, own_layout(dense, plain));
  EXPECT_THAT(texts_of(opened(own_layout(dense, plain)).notes()), testing::ElementsAre(HasSubstr("has no tokenizer")));
}

TEST(MistralLayout, OfExperts) {
  const Files experts = family_files(family_case("mixtral"));
  nlohmann::json params = plain;
  params["moe"] = {{"num_experts_per_tok", 2}, {"num_experts", 4}};
  params.erase("head_dim");
  // Without a window and a base, mistral-inference takes a million.
  params.erase("rope_theta");
  expect_same(experts, own_layout(experts, params));
}

TEST(MistralLayout, WithAWindowAndItsOldBase) {
  const Files dense = family_files(family_case("mistral", {{"rope_theta", 10000.0}, {"sliding_window", 128}}));
  nlohmann::json params = plain;
  params.erase("rope_theta");
  params["sliding_window"] = 128;
  expect_same(dense, own_layout(dense, params));
}

nlohmann::json stretched() {
  nlohmann::json params = plain;
  params["vocab_size"] = 96;
  params["max_position_embeddings"] = 262144;
  params["tied_embeddings"] = true;
  params["yarn"] = {
      {"original_max_position_embeddings", 16384}, {"factor", 16}, {"apply_scale", false}, {"beta", 32}, {"alpha", 1}};
  params["llama_4_scaling"] = {{"original_max_position_embeddings", 16384}, {"beta", 0.1}};
  return params;
}

/// The folders are those whose files are compared with llama.cpp's, images' tensors among them.
TEST(MistralLayout, StretchedWithTemperatures) {
  const Files files = ConversionCase::named("ministral3-vl").files();
  expect_same(files, own_layout(files, stretched()));
}

TEST(MistralLayout, Fp8) {
  const Files files = ConversionCase::named("ministral3-fp8").files();
  nlohmann::json params = stretched();
  params["dim"] = 160;
  params["tied_embeddings"] = false;
  params["quantization"] = {{"qformat_weight", "fp8_e4m3"}, {"qscheme_act", "TENSOR"}};
  expect_same(files, own_layout(files, params));
}

/// llama.cpp's script writes an older architecture where no temperatures are said, and the multiplier all the same.
TEST(MistralLayout, StretchedAlone) {
  nlohmann::json params = plain;
  params["yarn"] = stretched()["yarn"];
  const Output output = convert(own_layout(family_files(family_case("mistral")), params), "F32");
  EXPECT_EQ(output.header.text("general.architecture"), "llama");
  EXPECT_EQ(output.header.text("llama.rope.scaling.type"), "yarn");
  EXPECT_EQ(output.header.number("llama.rope.scaling.original_context_length"), 16384u);
  const auto values = values_of(output);
  const float one = 1;
  ASSERT_TRUE(values.contains("llama.rope.scaling.yarn_log_multiplier"));
  EXPECT_EQ(std::memcmp(values.at("llama.rope.scaling.yarn_log_multiplier").data(), &one, sizeof one), 0);
}

TEST(MistralLayout, HuggingFacesCountsWhereBothAreThere) {
  Files both = family_files(family_case("mistral"));
  const Files own = own_layout(both, plain);
  both.insert(both.end(), own.begin(), own.end());
  const Model model = opened(both);
  EXPECT_EQ(model.container(), "Hugging Face folder");
  EXPECT_THAT(texts_of(model.notes()),
              Contains(HasSubstr("The folder holds the model twice: in Hugging Face's layout, which is taken, and in "
                                 "Mistral's own (\"consolidated.safetensors\"), which is left out.")));
}

TEST(MistralLayout, ShardsByItsOwnIndex) {
  const Files files = family_files(family_case("mistral"));
  const Files own = own_layout(files, plain);
  nlohmann::json map;
  const std::vector<uint8_t>& weights = own[1].second;
  uint64_t length;
  std::memcpy(&length, weights.data(), sizeof length);
  const auto header =
      nlohmann::json::parse(weights.begin() + 8, weights.begin() + 8 + static_cast<std::ptrdiff_t>(length));
  for (const auto& [name, info] : header.items()) map[name] = "consolidated-00001-of-00001.safetensors";
  const Files shards = {{"params.json", own[0].second},
                        {"consolidated-00001-of-00001.safetensors", weights},
                        {"model.safetensors.index.json", bytes_of(R"({"weight_map":{"a":"model.safetensors"}})")},
                        {"consolidated.safetensors.index.json", bytes_of(nlohmann::json{{"weight_map", map}}.dump())}};
  expect_same(files, shards);
}

std::string refusal(const nlohmann::json& params, const char* other = nullptr) {
  Files files = own_layout(family_files(family_case("mistral")), params);
  if (other) files[0].second = bytes_of(other);
  return sentence_of([&] { opened(files); });
}

TEST(MistralLayout, SaysWhatIsWrong) {
  EXPECT_EQ(refusal(plain), "");
  nlohmann::json params = plain;
  params.erase("dim");
  EXPECT_EQ(refusal(params), "params.json does not say \"dim\". Is the file complete?");
  params["dim"] = "64";
  EXPECT_EQ(refusal(params), "In params.json, \"dim\" is not a number. Is the file from this model?");
  params["dim"] = 128;
  EXPECT_THAT(refusal(params),
              AllOf(HasSubstr("The tensor \"tok_embeddings.weight\" is 64 x 512 where params.json calls "
                              "for 128 x 512. The configuration and the weights are of different"),
                    Not(HasSubstr("config.json"))));
  params = plain;
  params["n_layers"] = 3;
  EXPECT_THAT(refusal(params), HasSubstr("3 layers needs, 9 are missing"));
  params["n_layers"] = 1;
  EXPECT_THAT(refusal(params), AllOf(HasSubstr("9 tensors of the files have no place"), HasSubstr("\"layers.1.")));
  params = plain;
  params["kv_lora_rank"] = 512;
  EXPECT_THAT(refusal(params), HasSubstr("take the folder in Hugging Face's layout"));
  params = plain;
  params["quantization"] = {{"qformat_weight", "int4"}};
  EXPECT_THAT(refusal(params), HasSubstr("\"qformat_weight\""));
  params = plain;
  params["moe"] = 8;
  EXPECT_EQ(refusal(params), "In params.json, \"moe\" is not an object. Is the file from this model?");
  EXPECT_THAT(refusal(plain, "{\"dim\": 64"), HasSubstr("params.json is not a JSON object. It may be cut off"));
  params = plain;
  params.erase("max_position_embeddings");
  EXPECT_THAT(texts_of(opened(own_layout(family_files(family_case("mistral")), params)).notes()),
              Contains(HasSubstr("params.json does not say how long texts may be; 32768 tokens are written")));
}

TEST(MistralLayout, WithoutItsSettingsNobodyKnowsIt) {
  Files files = own_layout(family_files(family_case("mistral")), plain);
  files.erase(files.begin());
  files.push_back({"config.json", bytes_of(family_case("mistral").config)});
  const Model model = opened(files);
  EXPECT_EQ(model.container(), "safetensors");
  EXPECT_THAT(texts_of(model.notes()), Contains(HasSubstr("Without a params.json nothing says what network")));
}

/// Names alike, and settings that do not say how positions are stretched.
TEST(MistralLayout, MetasOwnIsNotTaken) {
  nlohmann::json params = {{"dim", 64},          {"n_layers", 2},    {"n_heads", 4},
                           {"multiple_of", 256}, {"norm_eps", 1e-5}, {"vocab_size", 512}};
  const Model model = opened(own_layout(family_files(family_case("mistral")), params));
  EXPECT_EQ(model.container(), "safetensors");
  EXPECT_THAT(texts_of(model.notes()), Contains(HasSubstr("params.json is of Meta's own layout")));
}

TEST(MistralLayout, AdaptersAreRefused) {
  Files files = own_layout(family_files(family_case("mistral")), plain);
  files.push_back({"--lora/1/1/adapter_config.json", bytes_of("{}")});
  EXPECT_THAT(sentence_of([&] { opened(files); }), HasSubstr("whose rows have another order"));
}

}  // namespace
}  // namespace nibble
