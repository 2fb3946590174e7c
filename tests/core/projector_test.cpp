#include "architecture/projector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <random>

#include "converted.h"
#include "projector_cases.h"
#include "sentence_of.h"

/// Image encoders of folders become the file that llama.cpp has beside the language model's: names, shapes, types and
/// metadata as its conversion script's source has them, and values by a slow reference. No file of that script is
/// compared with.
namespace nibble {
namespace {

using testing::HasSubstr;
using namespace projector_cases;
/// The folder: weights are BF16, and a function of their place.
struct Folder {
  Files files;
  std::map<std::string, std::vector<float>> values;
};

Folder folder_of(const Case& one) {
  Folder folder;
  std::mt19937 random(7);
  Json_ header = Json_::object();
  std::vector<uint8_t> data;
  for (const Source& source : one.sources) {
    size_t count = 1;
    for (const uint64_t size : source.shape) count *= size;
    const size_t begin = data.size();
    std::vector<float>& values = folder.values[source.name];
    for (size_t i = 0; i < count; ++i) {
      const uint32_t bits = (0x3c00u + (random() & 0x83ffu)) << 16;
      float value;
      std::memcpy(&value, &bits, sizeof value);
      values.push_back(value);
      data.push_back(static_cast<uint8_t>(bits >> 16));
      data.push_back(static_cast<uint8_t>(bits >> 24));
    }
    header[source.name] = {{"dtype", "BF16"}, {"shape", source.shape}, {"data_offsets", {begin, data.size()}}};
  }
  const std::string json = header.dump();
  std::vector<uint8_t> file(8);
  const uint64_t length = json.size();
  std::memcpy(file.data(), &length, sizeof length);
  file.insert(file.end(), json.begin(), json.end());
  file.insert(file.end(), data.begin(), data.end());
  folder.files.emplace_back("model.safetensors", std::move(file));
  const auto add_text = [&](const std::string& name, const Json_& content) {
    const std::string words = content.dump();
    folder.files.emplace_back(name, std::vector<uint8_t>(words.begin(), words.end()));
  };
  add_text("config.json", one.config);
  Json_ preprocessor = {{"image_mean", {0.5, 0.25, 0.125}}, {"image_std", {0.5, 0.5, 1.0}}};
  preprocessor.update(one.preprocessor);
  add_text("preprocessor_config.json", preprocessor);
  if (!one.tokenizer.is_null()) add_text("tokenizer_config.json", one.tokenizer);
  return folder;
}

Model opened_projector(const Files& files) {
  Model model;
  model.choose_projector();
  for (size_t i = 0; i < files.size(); ++i) model.offer(i, files[i].first, files[i].second.size(), 0, files[i].second);
  model.complete();
  return model;
}

Output written_as(const Files& files, const std::string& type) {
  const Model model = opened_projector(files);
  const Plan plan = make_plan(model, parse_plan_options("{\"type\":\"" + type + "\"}"));
  Output output = written(model, plan, files);
  output.header = *read_gguf(plan.files[0].header, plan.output_bytes).header;
  return output;
}

/// Values and shape (outermost first), index by index.
std::pair<std::vector<float>, Shape> reference(const Source& source, From from, const std::vector<float>& values) {
  Shape shape = source.shape;
  std::vector<float> made;
  const size_t row = values.size() / shape[0];
  const auto rows = [&](size_t begin, size_t count) {
    made.assign(values.begin() + static_cast<std::ptrdiff_t>(begin * row),
                values.begin() + static_cast<std::ptrdiff_t>((begin + count) * row));
  };
  switch (from) {
    case From::same: return {values, shape};
    case From::first_third: rows(0, shape[0] / 3); break;
    case From::second_third: rows(shape[0] / 3, shape[0] / 3); break;
    case From::last_third: rows(shape[0] / 3 * 2, shape[0] / 3); break;
    case From::row_5: rows(5, 1); return {made, {row}};
    case From::plus_one:
      for (const float value : values) made.push_back(value + 1);
      return {made, shape};
    case From::rotated: {
      // The halves of each head's rows, interleaved.
      const size_t head = shape[0] / heads;
      for (size_t h = 0; h < heads; ++h) {
        for (size_t i = 0; i < head; ++i) {
          const size_t from_row = h * head + i % 2 * (head / 2) + i / 2;
          for (size_t c = 0; c < row; ++c) made.push_back(values[from_row * row + c]);
        }
      }
      return {made, shape};
    }
    case From::first_image:
    case From::second_image: {
      const size_t which = from == From::second_image, area = shape[3] * shape[4];
      for (size_t o = 0; o < shape[0]; ++o) {
        for (size_t c = 0; c < shape[1]; ++c) {
          for (size_t i = 0; i < area; ++i) made.push_back(values[((o * shape[1] + c) * shape[2] + which) * area + i]);
        }
      }
      return {made, {shape[0], shape[1], shape[3], shape[4]}};
    }
  }
  shape[0] /= 3;
  return {made, shape};
}

/// Rules of the conversion script's base class, one after the other.
std::string type_of(const Case& one, const std::string& name, const Shape& shape, const std::string& type) {
  if (name == "mm.input_projection.weight") return "f16";
  if (type == "F16" && one.types_of_f16.count(name)) return one.types_of_f16.at(name);
  if (name.find(".patch_embd.weight") != std::string::npos || name.find(".patch_merger.weight") != std::string::npos) {
    return type == "F16" ? "f16" : "f32";
  }
  if (shape.size() <= 1 || name.ends_with("_norm.weight") || name == "v.position_embd.weight" ||
      !name.ends_with(".weight")) {
    return "f32";
  }
  if (type == "Q8_0") return shape.back() % 32 == 0 ? "q8_0" : "f16";
  return type == "F32" ? "f32" : type == "F16" ? "f16" : "bf16";
}

Shape innermost_first(Shape shape) {
  while (shape.size() > 1 && shape.front() == 1) shape.erase(shape.begin());
  return {shape.rbegin(), shape.rend()};
}

TEST(Projector, HasNamesShapesTypesAndValues) {
  for (const Case& one : all_cases()) {
    const Folder folder = folder_of(one);
    for (const std::string type : {"F32", "F16", "BF16", "Q8_0", "AUTO"}) {
      SCOPED_TRACE(one.name + ", " + type);
      Output output = written_as(folder.files, type);
      std::map<std::string, const StoredTensor*> left;
      for (const StoredTensor& tensor : output.header.tensors) left[tensor.name] = &tensor;
      for (const Source& source : one.sources) {
        for (const Made& made : source.made) {
          SCOPED_TRACE(made.name);
          ASSERT_TRUE(left.count(made.name));
          const auto [values, shape] = reference(source, made.from, folder.values.at(source.name));
          EXPECT_EQ(left[made.name]->shape, innermost_first(shape));
          // AUTO is the type of the first half float.
          EXPECT_EQ(format_of(left[made.name]->type).name,
                    type_of(one, made.name, shape, type == "AUTO" ? "BF16" : type));
          if (left[made.name]->type == Type::f32) {
            std::vector<float> got(output.tensors[made.name].size() / 4);
            std::memcpy(got.data(), output.tensors[made.name].data(), got.size() * 4);
            EXPECT_EQ(got, values);
          }
          left.erase(made.name);
        }
      }
      for (const auto& [name, tensor] : left) ADD_FAILURE() << name << " should not be there";
    }
  }
}

Json_ value_of(const GgufHeader& header, const KeyValue& value) {
  if (value.type == ValueType::string) return *header.text(value.key);
  if (value.type == ValueType::boolean) return *header.truth(value.key);
  if (value.type == ValueType::u32) return *header.number(value.key);
  if (value.type == ValueType::f32) return static_cast<float>(*header.real(value.key));
  Json_ list = Json_::array();
  for (uint64_t i = 0; i < value.count; ++i) {
    const uint8_t* at = header.bytes.data() + value.elements;
    float number;
    std::memcpy(&number, at + 4 * i, sizeof number);
    list.push_back(value.element == ValueType::boolean ? Json_(at[i] != 0) : Json_(number));
  }
  return list;
}

TEST(Projector, HasTheMetadata) {
  for (const Case& one : all_cases()) {
    SCOPED_TRACE(one.name);
    std::map<std::string, Json_> expected = one.metadata;
    expected["general.architecture"] = "clip";
    expected["general.type"] = "mmproj";
    expected["general.file_type"] = 1;
    expected["general.quantization_version"] = 2;
    expected["clip.has_vision_encoder"] = true;
    expected["clip.vision.projection_dim"] = text;
    expected["clip.vision.block_count"] = one.name == "qwen2_5_vl" ? 4 : one.name == "qwen3_vl" ? 3 : 2;
    expected["clip.vision.attention.head_count"] = heads;
    expected["clip.vision.image_mean"] = {0.5, 0.25, 0.125};
    expected["clip.vision.image_std"] = {0.5, 0.5, 1.0};
    std::map<std::string, Json_> got;
    const GgufHeader header = written_as(folder_of(one).files, "F16").header;
    for (const KeyValue& value : header.values) {
      if (value.key != "general.name") got[value.key] = value_of(header, value);
    }
    EXPECT_EQ(got, expected);
  }
}

TEST(Projector, SaysWhatIsMissing) {
  const auto refusal = [](const Files& files) { return sentence_of([&] { opened_projector(files); }); };
  Case one = qwen2_5_vl();
  Files files = folder_of(one).files;
  std::erase_if(files, [](const auto& file) { return file.first == "preprocessor_config.json"; });
  EXPECT_THAT(refusal(files), HasSubstr("preprocessor_config.json"));
  one.sources.pop_back();
  EXPECT_THAT(refusal(folder_of(one).files), HasSubstr("visual.merger.mlp.2.bias"));
  one.config["architectures"][0] = "OtherVLModel";
  EXPECT_THAT(refusal(folder_of(one).files), HasSubstr("It can of"));
  one.config.erase("vision_config");
  EXPECT_THAT(refusal(folder_of(one).files), HasSubstr("looks at no images"));
  Case without_token = pixtral();
  without_token.tokenizer = nullptr;
  EXPECT_THAT(refusal(folder_of(without_token).files), HasSubstr("[IMG_BREAK]"));
  Case uneven = qwen2_5_vl();
  uneven.config["vision_config"]["fullatt_block_indexes"] = {1, 2};
  EXPECT_THAT(refusal(folder_of(uneven).files), HasSubstr("fullatt_block_indexes"));
  EXPECT_THAT(sentence_of([&] { written_as(folder_of(gemma3()).files, "Q4_K_M"); }),
              HasSubstr("F32, F16, BF16 or Q8_0"));
}

}  // namespace
}  // namespace nibble
