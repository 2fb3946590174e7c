#include <gmock/gmock.h>

#include <cmath>
#include <cstring>
#include <map>

#include "container/companion.h"
#include "conversion_cases.h"
#include "converted.h"
#include "sentence_of.h"

/// Folders of many families become the files that llama.cpp's conversion script writes for them: metadata, names,
/// types, shapes and bytes, for the types "auto" and F32.
namespace nibble {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

float float_at(const uint8_t* bytes) {
  float value;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

/// An entry as [type, value], as tests/data/conversion/cases.json has it.
nlohmann::json entry(const GgufHeader& header, const KeyValue& value) {
  const uint8_t* bytes = header.bytes.data() + value.offset;
  const auto plain = [](ValueType type, const uint8_t* at) -> nlohmann::json {
    if (type == ValueType::boolean) return *at != 0;
    if (type == ValueType::f32) {
      const double number = static_cast<double>(float_at(at));
      return std::isfinite(number) ? nlohmann::json(number) : nlohmann::json(number < 0 ? "-inf" : "inf");
    }
    int32_t whole;
    std::memcpy(&whole, at, sizeof whole);
    return type == ValueType::u32 ? nlohmann::json(static_cast<uint32_t>(whole)) : nlohmann::json(whole);
  };
  const std::string type(value_type_name(value.type));
  if (value.type == ValueType::string) return {"string", *header.text(value.key)};
  if (value.type != ValueType::array) return {type == "boolean" ? "bool" : type, plain(value.type, bytes)};
  const auto element = static_cast<ValueType>(bytes[0]);
  uint64_t count;
  std::memcpy(&count, bytes + 4, sizeof count);
  nlohmann::json list = nlohmann::json::array();
  for (uint64_t i = 0; i < count; ++i) {
    list.push_back(plain(element, bytes + 12 + i * (element == ValueType::boolean ? 1 : 4)));
  }
  const std::string name(value_type_name(element));
  return {"array of " + (name == "boolean" ? "bool" : name), list};
}

nlohmann::json numbers_as_doubles(const nlohmann::json& value) {
  if (value.is_array()) {
    nlohmann::json list = nlohmann::json::array();
    for (const auto& one : value) list.push_back(numbers_as_doubles(one));
    return list;
  }
  return value.is_number() ? nlohmann::json(value.get<double>()) : value;
}

void expect_metadata(const ConversionCase& one, const Output& output, bool f32) {
  std::map<std::string, nlohmann::json> got;
  for (const KeyValue& value : output.header.values) {
    if (!value.key.starts_with("tokenizer.") && value.key != "general.name" && value.key != "general.file_type") {
      got[value.key] = numbers_as_doubles(entry(output.header, value));
    }
  }
  for (const auto& [key, value] : one.metadata().items()) {
    EXPECT_TRUE(got.contains(key)) << key << " is missing; it should be " << value;
    if (got.contains(key)) {
      EXPECT_EQ(got[key], numbers_as_doubles(nlohmann::json(value))) << key;
    }
    got.erase(key);
  }
  for (const auto& [key, value] : got) ADD_FAILURE() << key << " should not be there, and is " << value;
  // The script says nothing where a model is given another class than the others'.
  if (one.file_type(f32).is_null()) return;
  EXPECT_EQ(output.header.number("general.file_type"), one.file_type(f32).get<uint64_t>());
}

bool within_one_unit(const std::vector<uint8_t>& bytes, const OrderedJson& values) {
  if (bytes.size() != 4 * values.size()) return false;
  for (size_t i = 0; i < values.size(); ++i) {
    const float want = values[i].get<float>(), got = float_at(bytes.data() + 4 * i);
    if (got != want && std::nextafter(want, got) != got) return false;
  }
  return true;
}

void expect_tensors(const ConversionCase& one, Output& output, bool f32) {
  std::map<std::string, const StoredTensor*> infos;
  for (const StoredTensor& info : output.header.tensors) infos[info.name] = &info;
  for (const OrderedJson& tensor : one.expected()) {
    const std::string name = tensor[0], type = f32 && tensor[2] != "MXFP4" ? "F32" : tensor[2];
    if (!infos.contains(name)) {
      ADD_FAILURE() << name << " is missing; it should be " << tensor[1] << ' ' << type;
      continue;
    }
    const StoredTensor& info = *infos[name];
    std::vector<uint64_t> shape(info.shape.begin(), info.shape.end()), wanted = tensor[1];
    // Trailing ones say nothing: no reader can tell a matrix of one row from a row.
    while (wanted.size() > 1 && wanted.back() == 1) wanted.pop_back();
    EXPECT_EQ(shape, wanted) << name;
    std::string got(format_of(info.type).name);
    for (char& c : got) c = static_cast<char>(std::toupper(c));
    EXPECT_EQ(got, type) << name;
    const std::vector<uint8_t>& bytes = output.tensors[name];
    const bool exact = sha256(bytes).substr(0, 16) == tensor[f32 ? 4 : 3].get<std::string>();
    const bool close = name.ends_with("ssm_a") && within_one_unit(bytes, tensor[5]);
    EXPECT_TRUE(exact || close) << "bytes of " << name;
    infos.erase(name);
  }
  for (const auto& [name, info] : infos) ADD_FAILURE() << name << " should not be there";
}

std::string refusal(const ConversionCase& one) {
  return sentence_of([&] { opened(one.files()); });
}

TEST(ConversionOfQuantized, SaysWhichPartIsMissingOrDoesNotFit) {
  const std::string layer = "model.layers.1.mlp.up_proj";
  EXPECT_THAT(refusal(ConversionCase::named("qwen3-fp8").without(layer + ".weight_scale_inv")),
              AllOf(HasSubstr('"' + layer + ".weight\" need"), HasSubstr(layer + ".weight_scale_inv")));
  EXPECT_THAT(refusal(ConversionCase::named("qwen3-fp8").with("/quantization_config/weight_block_size", {64, 64})),
              HasSubstr("does not have the size"));
  EXPECT_THAT(refusal(ConversionCase::named("qwen3-gptq").without(layer + ".qzeros")), HasSubstr(layer + ".qzeros"));
  EXPECT_THAT(refusal(ConversionCase::named("qwen3-gptq").with("/quantization_config/bits", 8)),
              HasSubstr("does not have the size"));
  EXPECT_THAT(refusal(ConversionCase::named("qwen3-compressed-int4").without(layer + ".weight_scale")),
              HasSubstr(layer + ".weight_scale"));
  EXPECT_THAT(refusal(ConversionCase::named("qwen3-compressed-int4")
                          .with("/quantization_config/config_groups/group_0/weights/group_size", 48)),
              HasSubstr("does not have the size"));
}

TEST(ConversionOfQuantized, ConfigurationsThatContradictTheTensorsAreRefused) {
  EXPECT_THAT(refusal(ConversionCase::named("qwen3_5-vl").with("/text_config/linear_num_value_heads", 3)),
              HasSubstr("cannot be shared out"));
  EXPECT_THAT(refusal(ConversionCase::named("qwen3_5-vl").with("/text_config/linear_value_head_dim", 24)),
              HasSubstr("cannot be divided"));
  EXPECT_THAT(refusal(ConversionCase::named("deepseek_v3").with("/v_head_dim", 40)), HasSubstr("cannot be divided"));
  EXPECT_THAT(refusal(ConversionCase::named("falcon_h1").with("/mamba_d_state", 8)), HasSubstr("cannot be divided"));
  EXPECT_THAT(refusal(ConversionCase::named("lfm2").with("/full_attn_idxs", {1})), HasSubstr("missing"));
}

/// T5's encoder as image models have it: one file of tensors, whose shapes say what config.json would.
TEST(ConversionOfLoneEncoders, WritesWhatTheFolderWrites) {
  const Files folder = ConversionCase::named("t5_encoder").files();
  const Output expected = convert(folder, "F32"), alone = convert({folder[0]}, "F32");
  ASSERT_EQ(alone.tensors.size(), expected.tensors.size());
  for (const auto& [name, bytes] : expected.tensors) EXPECT_TRUE(alone.tensors.at(name) == bytes) << name;
  for (const KeyValue& value : expected.header.values) {
    if (value.key == "general.name" || value.key.starts_with("tokenizer.")) continue;
    const KeyValue* same = alone.header.find(value.key);
    ASSERT_TRUE(same) << value.key;
    const auto a = expected.header.value_bytes(value), b = alone.header.value_bytes(*same);
    EXPECT_TRUE(std::equal(a.begin(), a.end(), b.begin(), b.end())) << value.key;
  }
}

TEST(ConversionOfOtherClasses, WritesTheSame) {
  for (const ConversionCase& one : ConversionCase::of_other_classes()) {
    SCOPED_TRACE(one.config()["architectures"][0]);
    Output output = convert(one.files(), "AUTO");
    expect_metadata(one, output, false);
    expect_tensors(one, output, false);
  }
  EXPECT_THAT(refusal(ConversionCase::of_other_classes()[0].without("lm_head.weight")), HasSubstr("lm_head.weight"));
}

class Conversion : public ::testing::TestWithParam<size_t> {};

TEST_P(Conversion, WritesWhatLlamaCppsScriptWrites) {
  const ConversionCase& one = ConversionCase::all()[GetParam()];
  Files files = one.files();
  // As a folder's files are chosen.
  std::erase_if(files, [](const auto& file) { return file.first != "model.safetensors" && !is_companion(file.first); });
  ASSERT_EQ(sha256(files[0].second).substr(0, 16), one.safetensors_hash()) << "the weights are not those of the case";
  for (const bool f32 : {false, true}) {
    SCOPED_TRACE(one.name() + (f32 ? ", F32" : ", AUTO"));
    Output output = convert(files, f32 ? "F32" : "AUTO");
    expect_metadata(one, output, f32);
    expect_tensors(one, output, f32);
  }
}

INSTANTIATE_TEST_SUITE_P(Families, Conversion, ::testing::Range(size_t{0}, size_t{73}), [](const auto& parameter) {
  std::string name = ConversionCase::all()[parameter.param].name();
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

}  // namespace
}  // namespace nibble
