#include "architecture/architecture.h"

#include <gmock/gmock.h>

#include <cmath>
#include <cstring>
#include <set>

#include "architecture/family.h"
#include "container/gguf.h"
#include "conversion_cases.h"
#include "error.h"
#include "family_cases.h"
#include "numeric/stored_row.h"
#include "sentence_of.h"
#include "texts_of.h"

namespace nibble {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

/// The metadata as a GGUF reader sees it.
GgufHeader read_back(const KeyValueList& values) {
  const std::vector<uint8_t> bytes = write_gguf_header(values, {});
  return *read_gguf(bytes, bytes.size()).header;
}

float float_value(const GgufHeader& header, const KeyValue& value) {
  float number = 0;
  std::memcpy(&number, header.bytes.data() + value.offset, sizeof number);
  return number;
}

/// Entries as JSON; f32 as the nearest double, so that 1e-5 must have been rounded once.
Json entries(const GgufHeader& header) {
  Json all = Json::object();
  for (const KeyValue& value : header.values) {
    if (value.type == ValueType::string) all[value.key] = *header.text(value.key);
    if (value.type == ValueType::u32) all[value.key] = *header.number(value.key);
    if (value.type == ValueType::f32) all[value.key] = float_value(header, value);
  }
  EXPECT_EQ(all.size(), header.values.size()) << "only texts, u32 and f32 are written";
  return all;
}

std::string sentence(const std::string& config, std::span<const SourceTensor> tensors) {
  return sentence_of([&] { convert_hugging_face(HuggingFaceConfig(config), "x", tensors); });
}

std::string changed(const std::string& config, const char* key, const Json& value) {
  Json json = Json::parse(config);
  json[key] = value;
  return json.dump();
}

const ConvertedTensor* find(const ConvertedModel& model, std::string_view name) {
  for (const ConvertedTensor& tensor : model.tensors) {
    if (tensor.name == name) return &tensor;
  }
  return nullptr;
}

TEST(Architecture, EveryFamilyHasACase) {
  std::set<std::string> tried;
  for (const FamilyCase& one : FamilyCase::all()) tried.insert(HuggingFaceConfig(one.config).architecture());
  for (const ConversionCase& one : ConversionCase::all()) tried.insert(one.config()["architectures"][0]);
  for (const ConversionCase& one : ConversionCase::of_other_classes()) tried.insert(one.config()["architectures"][0]);
  for (const architecture::Family* family : architecture::families()) {
    const auto is_tried = [&](std::string_view name) { return tried.contains(std::string(name)); };
    EXPECT_TRUE(std::any_of(family->hugging_face.begin(), family->hugging_face.end(), is_tried)) << family->title;
  }
}

TEST(Architecture, WritesTheMetadataLlamaCppReads) {
  for (const FamilyCase& one : FamilyCase::all()) {
    SCOPED_TRACE(one.name);
    const ConvertedModel model = convert_hugging_face(HuggingFaceConfig(one.config), "a name", one.tensors);
    Json expected = one.values;
    expected["general.name"] = "a name";
    for (auto& value : expected) {
      if (value.is_number_float()) value = static_cast<float>(value.get<double>());
    }
    EXPECT_EQ(entries(read_back(model.values)), expected);
    EXPECT_EQ(model.vocabulary, 512u);
    EXPECT_TRUE(model.notes.list.empty());
  }
}

TEST(Architecture, NamesEveryTensorOnceAndUsesEverySource) {
  for (const FamilyCase& one : FamilyCase::all()) {
    SCOPED_TRACE(one.name);
    const ConvertedModel model = convert_hugging_face(HuggingFaceConfig(one.config), "x", one.tensors);
    std::map<std::string, std::vector<uint64_t>> got;
    std::vector<int> uses(one.tensors.size());
    for (const ConvertedTensor& tensor : model.tensors) {
      EXPECT_TRUE(got.emplace(tensor.name, tensor.shape).second) << tensor.name;
      uint64_t weights = 0, expected = 1;
      for (const uint32_t source : tensor.sources) {
        ++uses[source];
        uint64_t product = 1;
        for (const uint64_t size : one.tensors[source].shape) product *= size;
        weights += product;
      }
      for (const uint64_t size : tensor.shape) expected *= size;
      EXPECT_EQ(tensor.sources.empty() ? tensor.computed.size() : weights, expected) << tensor.name;
      const bool matrix = tensor.shape.size() > 1 && tensor.name.find("ffn_gate_inp") == std::string::npos;
      EXPECT_EQ(tensor.type, matrix ? Type::f16 : Type::f32) << tensor.name;
    }
    EXPECT_EQ(got, one.expected);
    for (size_t i = 0; i < uses.size(); ++i) {
      const bool buffer = one.tensors[i].name.find("inv_freq") != std::string::npos;
      EXPECT_EQ(uses[i], buffer ? 0 : 1) << one.tensors[i].name;
    }
  }
}

TEST(Architecture, StacksExpertsInTheirOrder) {
  const FamilyCase one = FamilyCase::named("mixtral");
  const ConvertedModel model = convert_hugging_face(HuggingFaceConfig(one.config), "x", one.tensors);
  const ConvertedTensor* down = find(model, "blk.1.ffn_down_exps.weight");
  ASSERT_TRUE(down);
  ASSERT_EQ(down->sources.size(), 4u);
  for (size_t expert = 0; expert < 4; ++expert) {
    EXPECT_EQ(one.tensors[down->sources[expert]].name,
              "model.layers.1.block_sparse_moe.experts." + std::to_string(expert) + ".w2.weight");
  }
}

TEST(Architecture, RegroupsQueriesAndKeysOfLlamaOnly) {
  for (const FamilyCase& one : FamilyCase::all()) {
    const ConvertedModel model = convert_hugging_face(HuggingFaceConfig(one.config), "x", one.tensors);
    const bool llama = one.values["general.architecture"] == "llama";
    for (const ConvertedTensor& tensor : model.tensors) {
      const bool query = tensor.name.find("attn_q.") != std::string::npos,
                 key = tensor.name.find("attn_k.") != std::string::npos;
      EXPECT_EQ(tensor.heads, llama && query ? 4u : llama && key ? 2u : 0u) << one.name << ' ' << tensor.name;
      const bool gemma_norm = one.name.substr(0, 5) == "gemma" && tensor.name.find("norm") != std::string::npos;
      EXPECT_EQ(tensor.add, gemma_norm ? 1 : 0) << one.name << ' ' << tensor.name;
    }
  }
}

TEST(Architecture, PutsPartnersOfARotationSideBySide) {
  // Two heads of six rows: the first partners 0 1 2, the second 3 4 5.
  const uint64_t expected[] = {0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11};
  for (uint64_t row = 0; row < 12; ++row) {
    EXPECT_EQ(stored_row(row, 6), expected[row]);
    EXPECT_EQ(stored_row(row, 0), row);
  }
}

TEST(Architecture, ComputesLlama3Factors) {
  const FamilyCase one = FamilyCase::named("llama3");
  const ConvertedModel model = convert_hugging_face(HuggingFaceConfig(one.config), "x", one.tensors);
  const ConvertedTensor* factors = find(model, "rope_freqs.weight");
  ASSERT_TRUE(factors);
  // Eight pairs of a head of 16: wavelengths 2 pi 500000^(i/8), short ones kept, long ones divided by 32, smooth
  // between.
  for (size_t i = 0; i < 8; ++i) {
    const double wavelength = 2 * 3.14159265358979323846 * std::pow(500000.0, static_cast<double>(i) / 8);
    const double smooth = (8192 / wavelength - 1) / 3;
    const double expected = wavelength < 2048 ? 1 : wavelength > 8192 ? 32 : 1 / ((1 - smooth) / 32 + smooth);
    EXPECT_NEAR(factors->computed[i], expected, expected * 1e-5) << i;
  }
  EXPECT_EQ(factors->computed[0], 1);
  EXPECT_EQ(factors->computed[7], 32);
}

TEST(Architecture, AgreesWithTheModelItKnows) {
  const std::vector<uint8_t> bytes = test_file("stories260K-F32.gguf");
  const GgufHeader truth = *read_gguf(bytes, bytes.size()).header;
  const char* config =
      R"({"architectures":["LlamaForCausalLM"],"attention_bias":false,"head_dim":8,"hidden_size":64,
          "intermediate_size":172,
          "max_position_embeddings":512,"num_attention_heads":8,"num_hidden_layers":5,"num_key_value_heads":4,
          "rms_norm_eps":1e-05,
          "rope_scaling":null,"rope_theta":10000.0,"tie_word_embeddings":true,"torch_dtype":"float32",
          "vocab_size":512})";
  std::vector<SourceTensor> tensors = {{"model.embed_tokens.weight", {64, 512}, Type::f32},
                                       {"model.norm.weight", {64}, Type::f32}};
  for (int layer = 0; layer < 5; ++layer) {
    const std::string at = "model.layers." + std::to_string(layer) + '.';
    for (const char* norm : {"input_layernorm", "post_attention_layernorm"}) {
      tensors.push_back({at + norm + ".weight", {64}, Type::f32});
    }
    tensors.push_back({at + "self_attn.q_proj.weight", {64, 64}, Type::f32});
    tensors.push_back({at + "self_attn.k_proj.weight", {64, 32}, Type::f32});
    tensors.push_back({at + "self_attn.v_proj.weight", {64, 32}, Type::f32});
    tensors.push_back({at + "self_attn.o_proj.weight", {64, 64}, Type::f32});
    tensors.push_back({at + "mlp.gate_proj.weight", {64, 172}, Type::f32});
    tensors.push_back({at + "mlp.up_proj.weight", {64, 172}, Type::f32});
    tensors.push_back({at + "mlp.down_proj.weight", {172, 64}, Type::f32});
  }
  const ConvertedModel model = convert_hugging_face(HuggingFaceConfig(config), "stories260K", tensors);
  std::map<std::string, std::pair<std::vector<uint64_t>, Type>> got, expected;
  for (const auto& tensor : model.tensors) got[tensor.name] = {tensor.shape, tensor.type};
  for (const auto& tensor : truth.tensors) expected[tensor.name] = {tensor.shape, tensor.type};
  EXPECT_EQ(got, expected);
  const Json mine = entries(read_back(model.values));
  for (const KeyValue& value : truth.values) {
    if (value.key.rfind("tokenizer.", 0) == 0) continue;
    ASSERT_TRUE(mine.contains(value.key)) << value.key;
    const Json expected_value = value.type == ValueType::string ? Json(*truth.text(value.key))
                                : value.type == ValueType::f32  ? Json(float_value(truth, value))
                                                                : Json(*truth.number(value.key));
    EXPECT_EQ(mine[value.key], expected_value) << value.key;
  }
}

TEST(Architecture, LeavesTheImageEncoderOfGemma3Out) {
  const FamilyCase one = FamilyCase::named("gemma3");
  Json inner = Json::parse(one.config);
  for (const char* key : {"architectures", "vocab_size", "rope_local_base_freq"}) inner.erase(key);
  inner["rope_scaling"] = {{"factor", 8.0}, {"rope_type", "linear"}};
  const Json outer = {
      {"architectures", {"Gemma3ForConditionalGeneration"}}, {"text_config", inner}, {"vision_config", Json::object()}};
  for (const char* place : {"language_model.model.", "model.language_model."}) {
    std::vector<SourceTensor> tensors = {
        {"vision_tower.vision_model.embeddings.position_embedding.weight", {8, 4}, Type::bf16},
        {"multi_modal_projector.mm_soft_emb_norm.weight", {8}, Type::bf16}};
    for (SourceTensor tensor : one.tensors) {
      tensor.name = place + tensor.name.substr(std::strlen("model."));
      tensor.type = Type::bf16;
      tensors.push_back(tensor);
    }
    const ConvertedModel model = convert_hugging_face(HuggingFaceConfig(outer.dump()), "x", tensors);
    EXPECT_EQ(model.tensors.size(), one.expected.size());
    EXPECT_EQ(model.vocabulary, 512u);
    const Json values = entries(read_back(model.values));
    EXPECT_EQ(values["gemma3.rope.scaling.factor"], 8.0);
    EXPECT_EQ(values["gemma3.rope.freq_base_swa"], 10000.0);
    EXPECT_EQ(values["general.file_type"], 32);
  }
}

TEST(Architecture, ReadsTheNewSpellingOfRopeParameters) {
  const FamilyCase one = FamilyCase::named("gemma3");
  Json config = Json::parse(one.config);
  config.erase("rope_theta");
  config.erase("rope_local_base_freq");
  config["rope_parameters"] = {{"full_attention", {{"rope_theta", 2e6}, {"rope_type", "default"}}},
                               {"sliding_attention", {{"rope_theta", 5000.0}, {"rope_type", "default"}}}};
  const Json values =
      entries(read_back(convert_hugging_face(HuggingFaceConfig(config.dump()), "x", one.tensors).values));
  EXPECT_EQ(values["gemma3.rope.freq_base"], 2e6);
  EXPECT_EQ(values["gemma3.rope.freq_base_swa"], 5000.0);
}

TEST(Architecture, SaysWhichArchitectureItDoesNotKnow) {
  const auto reason = [](const char* config) {
    return reason_not_convertible(HuggingFaceConfig(config)).value_or("none");
  };
  EXPECT_THAT(
      reason(R"({"architectures":["MambaForCausalLM"]})"),
      AllOf(HasSubstr("\"MambaForCausalLM\""), HasSubstr("Gemma2ForCausalLM"), HasSubstr("Starcoder2ForCausalLM")));
  EXPECT_THAT(reason(R"({"model_type":"llama"})"), HasSubstr("names no architecture"));
  EXPECT_EQ(reason(R"({"architectures":["LlamaForCausalLM"]})"), "none");
  EXPECT_THROW(HuggingFaceConfig("version https://git-lfs.github.com/spec/v1"), Error);
  EXPECT_THROW(HuggingFaceConfig("[]"), Error);
}

TEST(Architecture, SaysWhatDoesNotFit) {
  const FamilyCase one = FamilyCase::named("mistral");
  std::vector<SourceTensor> tensors = one.tensors;
  tensors.pop_back();
  EXPECT_THAT(sentence(one.config, tensors),
              AllOf(HasSubstr("1 is missing, \"model.layers.1."), HasSubstr("drop all of them")));
  EXPECT_THAT(sentence(changed(one.config, "num_hidden_layers", 3), one.tensors),
              HasSubstr("9 are missing, \"model.layers.2.input_layernorm.weight\" first"));
  EXPECT_THAT(sentence(changed(one.config, "num_hidden_layers", 1), one.tensors),
              AllOf(HasSubstr("9 tensors of the files have no place in Llama"), HasSubstr("\"model.layers.1.")));
  EXPECT_THAT(sentence(changed(one.config, "intermediate_size", 128), one.tensors),
              HasSubstr("96 where config.json calls for"));
  EXPECT_THAT(sentence(changed(one.config, "hidden_size", nullptr), one.tensors),
              HasSubstr("does not say \"hidden_size\""));
  EXPECT_THAT(sentence(changed(one.config, "hidden_size", "64"), one.tensors), HasSubstr("not a number"));
  EXPECT_THAT(sentence(changed(one.config, "hidden_size", -1.5), one.tensors), HasSubstr("not a whole number"));
  EXPECT_THAT(sentence(changed(one.config, "num_hidden_layers", 4000000000u), one.tensors), HasSubstr("1 to 512"));
  EXPECT_THAT(sentence(changed(one.config, "num_attention_heads", 0), one.tensors), HasSubstr("is 0"));
  tensors = one.tensors;
  tensors.push_back(tensors.front());
  EXPECT_THAT(sentence(one.config, tensors), HasSubstr("Two files hold"));
  tensors = one.tensors;
  tensors.push_back({"extra.weight", {1}, Type::f32});
  EXPECT_THAT(sentence(one.config, tensors), HasSubstr("1 tensor of the files has no place in"));
  // Models that say that they are untied would otherwise speak with the embedding.
  tensors = one.tensors;
  tensors.erase(
      std::find_if(tensors.begin(), tensors.end(), [](const auto& tensor) { return tensor.name == "lm_head.weight"; }));
  EXPECT_THAT(sentence(changed(one.config, "tie_word_embeddings", false), tensors), HasSubstr("\"lm_head.weight\""));
}

std::vector<SourceTensor> without_output(std::vector<SourceTensor> tensors) {
  std::erase_if(tensors, [](const SourceTensor& tensor) { return tensor.name == "lm_head.weight"; });
  return tensors;
}

TEST(Architecture, TiesTheOutputLayerWhereNothingSaysThatThereIsOne) {
  const FamilyCase one = FamilyCase::named("mistral");
  const std::string silent = changed(one.config, "tie_word_embeddings", nullptr);
  const ConvertedModel tied = convert_hugging_face(HuggingFaceConfig(silent), "x", without_output(one.tensors));
  EXPECT_EQ(find(tied, "output.weight"), nullptr);
  EXPECT_THAT(texts_of(tied.notes), testing::ElementsAre(HasSubstr("tie_word_embeddings")));
  const ConvertedModel untied = convert_hugging_face(HuggingFaceConfig(silent), "x", one.tensors);
  EXPECT_NE(find(untied, "output.weight"), nullptr);
  EXPECT_TRUE(untied.notes.list.empty());
  std::vector<SourceTensor> cut = without_output(one.tensors);
  cut.erase(cut.begin());
  EXPECT_THAT(sentence(silent, cut), HasSubstr("are missing")) << "a model of which a file is missing is not tied";
}

TEST(Architecture, SeesThroughWhatWrappersPutIntoNames) {
  const FamilyCase one = FamilyCase::named("mistral");
  const HuggingFaceConfig config(changed(one.config, "tie_word_embeddings", nullptr));
  const std::vector<SourceTensor> tensors = without_output(one.tensors);
  const auto renamed = [&](auto&& rename) {
    std::vector<SourceTensor> other = tensors;
    for (SourceTensor& tensor : other) tensor.name = rename(tensor.name);
    std::map<std::string, std::vector<uint64_t>> got;
    for (const ConvertedTensor& tensor : convert_hugging_face(config, "x", other).tensors) {
      got[tensor.name] = tensor.shape;
    }
    return got;
  };
  const auto expected = renamed([](const std::string& name) { return name; });
  EXPECT_EQ(expected.size(), one.expected.size() - 1);
  for (const char* start : {"base_model.model.", "_orig_mod.", "module.", "module._orig_mod.", "_orig_mod.module."}) {
    EXPECT_EQ(renamed([&](const std::string& name) { return start + name; }), expected) << start;
  }
  const auto bare = [](const std::string& name) { return name.substr(std::strlen("model.")); };
  EXPECT_EQ(renamed(bare), expected);
  EXPECT_EQ(renamed([&](const std::string& name) { return "base_model.model." + bare(name); }), expected);
  EXPECT_EQ(renamed([&](const std::string& name) {
              return name.starts_with("model.") ? "model.text_model." + bare(name) : name;
            }),
            expected)
      << "the language part of SmolVLM";
  EXPECT_EQ(renamed([](std::string name) {
              const size_t layer = name.find(".self_attn");
              return layer == std::string::npos ? name : name.insert(layer, "._orig_mod");
            }),
            expected);
}

TEST(Architecture, NamesAdaptersAsWhatTheyAre) {
  const FamilyCase one = FamilyCase::named("mistral");
  std::vector<SourceTensor> tensors = one.tensors;
  tensors.push_back({"base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight", {64, 8}, Type::f32});
  EXPECT_THAT(sentence(one.config, tensors), AllOf(HasSubstr("an adapter"), HasSubstr("q_proj.lora_A.weight")));
}

TEST(Architecture, ReadsNumbersThatOnlyPythonWrites) {
  const HuggingFaceConfig config(
      R"({"a": Infinity, "b": [0.5, -Infinity, NaN], "c": "NaN \\\" Infinity", "d": {"e": NaN}})");
  EXPECT_EQ(config.number("a"), HUGE_VAL);
  EXPECT_EQ(config.numbers("b")[1], -HUGE_VAL);
  EXPECT_TRUE(std::isnan(config.numbers("b")[2]));
  EXPECT_EQ(config.text("c"), "NaN \\\" Infinity") << "in a text they are words";
  EXPECT_TRUE(std::isnan(*config.object("d")->number("e")));
  EXPECT_THAT(sentence_of([&] { config.whole("a"); }), HasSubstr("not a whole number"));
  EXPECT_THROW(HuggingFaceConfig("{\"a\": Infinite}"), Error);
}

TEST(Architecture, RefusesRopeScalingsLlamaCppLacks) {
  const FamilyCase one = FamilyCase::named("qwen2");
  EXPECT_THAT(sentence(changed(one.config, "rope_scaling", {{"rope_type", "llama3"}, {"factor", 8}}), one.tensors),
              AllOf(HasSubstr("\"llama3\""), HasSubstr("Qwen2")));
  const HuggingFaceConfig dynamic(changed(one.config, "rope_scaling", {{"type", "dynamic"}, {"factor", 2}}));
  const ConvertedModel model = convert_hugging_face(dynamic, "x", one.tensors);
  ASSERT_EQ(model.notes.list.size(), 1u);
  EXPECT_THAT(model.notes.list[0].text, HasSubstr("longer than its training context"));
}

TEST(Architecture, RefusesExpertsOfDifferentTypes) {
  const FamilyCase one = FamilyCase::named("mixtral");
  std::vector<SourceTensor> tensors = one.tensors;
  for (SourceTensor& tensor : tensors) {
    if (tensor.name == "model.layers.0.block_sparse_moe.experts.2.w1.weight") tensor.type = Type::f32;
  }
  EXPECT_THAT(sentence(one.config, tensors), HasSubstr("stored in different types"));
  EXPECT_THAT(sentence(changed(one.config, "num_local_experts", nullptr), one.tensors), HasSubstr("how many experts"));
}

}  // namespace
}  // namespace nibble
