#include <gmock/gmock.h>

#include <cstring>

#include "converted.h"
#include "plan_checks.h"
#include "quantized_folder.h"
#include "sentence_of.h"
#include "texts_of.h"

/// Weights that come as NVFP4 keep their blocks where the output has that type, and their scales lie beside.
namespace nibble {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

/// The linear layers of a plain folder as ModelOpt ("weight") or compressed-tensors ("weight_packed") writes them.
struct Nvfp4Folder {
  explicit Nvfp4Folder(const std::string& name, bool packed = false, bool scaled = true) : packed(packed) {
    const ConversionCase plain = ConversionCase::named(name);
    files = plain.files();
    file = reference::read_safetensors(files[0].second);
    std::mt19937 random(5);
    std::vector<std::string> linear;
    for (const auto& [tensor, raw] : file.tensors) {
      const bool is_linear = tensor.ends_with("_proj.weight") && raw.shape.back() % 64 == 0;
      if (is_linear) linear.push_back(tensor.substr(0, tensor.size() - 7));
    }
    for (const std::string& module : linear) {
      const std::vector<uint64_t> shape = file.tensors.at(module + ".weight").shape;
      file.tensors.erase(module + ".weight");
      std::vector<uint8_t> codes(shape[0] * shape[1] / 2), scales(shape[0] * shape[1] / 16);
      for (uint8_t& code : codes) code = static_cast<uint8_t>(random());
      for (uint8_t& scale : scales) scale = static_cast<uint8_t>(random() % 0x7F);
      file.tensors[module + (packed ? ".weight_packed" : ".weight")] =
          raw_tensor("U8", {shape[0], shape[1] / 2}, codes);
      file.tensors[module + ".weight_scale"] = raw_tensor("F8_E4M3", {shape[0], shape[1] / 16}, scales);
      const float global = 0.001f * static_cast<float>(1 + random() % 1000);
      if (scaled) file.tensors[module + global_end()] = raw_numbers<float>("F32", {1}, {global});
    }
    config = plain.config();
    config["quantization_config"] = {{"quant_method", "modelopt"}, {"quant_algo", "NVFP4"}};
    if (packed) {
      config["quantization_config"] = {{"quant_method", "compressed-tensors"}, {"format", "nvfp4-pack-quantized"}};
    }
  }
  std::string global_end() const { return packed ? ".weight_global_scale" : ".weight_scale_2"; }

  Files made() const {
    Files all = files;
    const std::string text = config.dump();
    all[0].second = safetensors_of(file);
    all[1].second.assign(text.begin(), text.end());
    return all;
  }

  /// A row of a layer as GGUF's blocks, by their definition: four scales, then, of each 16 weights, eight bytes that
  /// hold weight j in the low half and weight j + 8 in the high one.
  std::vector<uint8_t> row(const std::string& module, uint64_t row) const {
    const RawTensor& codes = file.tensors.at(module + (packed ? ".weight_packed" : ".weight"));
    const RawTensor& scales = file.tensors.at(module + ".weight_scale");
    const uint64_t columns = 2 * codes.shape[1];
    const auto code = [&](uint64_t column) {
      const uint8_t byte = codes.bytes[(row * columns + column) / 2];
      return static_cast<uint8_t>(column % 2 ? byte >> 4 : byte & 15);
    };
    std::vector<uint8_t> bytes;
    for (uint64_t block = 0; block < columns; block += 64) {
      for (uint64_t s = 0; s < 4; ++s) bytes.push_back(scales.bytes[(row * columns + block) / 16 + s]);
      for (uint64_t s = 0; s < 4; ++s) {
        for (uint64_t j = 0; j < 8; ++j) {
          bytes.push_back(static_cast<uint8_t>(code(block + 16 * s + j) | code(block + 16 * s + j + 8) << 4));
        }
      }
    }
    return bytes;
  }
  /// All rows, those of each head of `head_rows` in pairs from its two halves.
  std::vector<uint8_t> rows(const std::string& module, uint64_t head_rows = 0) const {
    std::vector<uint8_t> all;
    const uint64_t count = file.tensors.at(module + ".weight_scale").shape[0];
    for (uint64_t r = 0; r < count; ++r) {
      const uint64_t in_head = head_rows ? r % head_rows : 0;
      const uint64_t from = head_rows ? r - in_head + (in_head % 2 ? head_rows / 2 : 0) + in_head / 2 : r;
      const std::vector<uint8_t> one = row(module, from);
      all.insert(all.end(), one.begin(), one.end());
    }
    return all;
  }
  float global(const std::string& module) const {
    float value;
    std::memcpy(&value, file.tensors.at(module + global_end()).bytes.data(), sizeof value);
    return packed ? 1 / value : value;
  }

  bool packed;
  Files files;
  RawFile file;
  OrderedJson config;
};

Type type_of(const Output& output, const std::string& name) {
  for (const StoredTensor& tensor : output.header.tensors) {
    if (tensor.name == name) return tensor.type;
  }
  ADD_FAILURE() << name;
  return Type::f32;
}

std::vector<float> floats(const std::vector<uint8_t>& bytes) {
  std::vector<float> values(bytes.size() / 4);
  std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

TEST(Repacked, Nvfp4KeepsItsBlocksAndScalesInAFileOfTypeAuto) {
  for (const bool packed : {false, true}) {
    const Nvfp4Folder folder("llama", packed);
    const Output output = convert(folder.made(), "AUTO");
    EXPECT_EQ(output.header.number("general.file_type"), 39u);
    for (const int layer : {0, 1}) {
      const std::string from = "model.layers." + std::to_string(layer) + '.', to = "blk." + std::to_string(layer) + '.';
      const std::tuple<const char*, const char*, uint64_t> pairs[] = {{"self_attn.q_proj", "attn_q", 16},
                                                                      {"self_attn.k_proj", "attn_k", 16},
                                                                      {"self_attn.v_proj", "attn_v", 0},
                                                                      {"mlp.up_proj", "ffn_up", 0}};
      for (const auto& [module, name, head_rows] : pairs) {
        SCOPED_TRACE(name);
        EXPECT_EQ(type_of(output, to + name + ".weight"), Type::nvfp4);
        EXPECT_EQ(output.tensors.at(to + name + ".weight"), folder.rows(from + module, head_rows));
        EXPECT_EQ(floats(output.tensors.at(to + name + ".scale")), std::vector<float>{folder.global(from + module)});
      }
      EXPECT_EQ(type_of(output, to + "ffn_down.weight"), Type::bf16) << "rows of 96 are no whole blocks";
      EXPECT_EQ(output.tensors.count(to + "ffn_down.scale"), 0u);
    }
  }
}

TEST(Repacked, ExpertsHaveAScaleEach) {
  const Nvfp4Folder folder("qwen3_moe");
  const Output output = convert(folder.made(), "AUTO");
  const std::string layer = "model.layers.1.mlp.experts.";
  std::vector<uint8_t> blocks;
  std::vector<float> scales;
  for (int expert = 0; folder.file.tensors.count(layer + std::to_string(expert) + ".up_proj.weight"); ++expert) {
    const std::string module = layer + std::to_string(expert) + ".up_proj";
    const std::vector<uint8_t> one = folder.rows(module);
    blocks.insert(blocks.end(), one.begin(), one.end());
    scales.push_back(folder.global(module));
  }
  ASSERT_GT(scales.size(), 1u);
  EXPECT_EQ(output.tensors.at("blk.1.ffn_up_exps.weight"), blocks);
  EXPECT_EQ(floats(output.tensors.at("blk.1.ffn_up_exps.scale")), scales);
}

TEST(Repacked, OnlyWhatGetsTheTypeIs) {
  const Nvfp4Folder folder("qwen3");
  const Files files = folder.made();
  const Output plain = convert(files, "Q8_0", R"(,"pure":true)");
  for (const auto& [name, bytes] : plain.tensors) EXPECT_FALSE(name.ends_with(".scale")) << name;
  EXPECT_EQ(type_of(plain, "blk.0.ffn_up.weight"), Type::q8_0);
  const std::string rule = R"(,"pure":true,"tensorTypes":[{"pattern":"blk.1.ffn_up","type":"nvfp4"}])";
  const Output one = convert(files, "Q8_0", rule);
  EXPECT_EQ(one.tensors.at("blk.1.ffn_up.weight"), folder.rows("model.layers.1.mlp.up_proj"));
  EXPECT_EQ(one.tensors.count("blk.1.ffn_up.scale"), 1u);
  EXPECT_EQ(one.tensors.size(), plain.tensors.size() + 1);
  EXPECT_EQ(one.header.number("general.file_type"), 7u);
  for (const auto& [name, bytes] : plain.tensors) {
    if (name == "blk.1.ffn_up.weight") continue;
    EXPECT_EQ(one.tensors.at(name), bytes) << name;
  }
  const Output f32 = convert(files, "F32");
  EXPECT_EQ(type_of(f32, "blk.0.ffn_up.weight"), Type::f32);
}

TEST(Repacked, ThePlanSaysSoAndHoldsTogether) {
  const Model model = opened(Nvfp4Folder("qwen3").made());
  const Plan plan = make_plan(model, parse_plan_options(R"({"type":"AUTO","jobBytes":256})"));
  uint64_t jobs_bytes = 0, bytes = 0;
  std::vector<std::string> names;
  for (const Job& job : plan.jobs) jobs_bytes += job.output_bytes + job.padding;
  for (const OutputFile& file : plan.files) bytes += file.bytes - file.header_bytes;
  EXPECT_EQ(jobs_bytes, bytes);
  const GgufHeader header = *read_gguf(plan.files[0].header, plan.output_bytes).header;
  ASSERT_EQ(header.tensors.size(), plan.tensors.size());
  for (const StoredTensor& tensor : header.tensors) names.push_back(tensor.name);
  const auto scale = std::find(names.begin(), names.end(), "blk.0.attn_q.scale");
  ASSERT_NE(scale, names.end());
  EXPECT_EQ(*(scale + 1), "blk.0.attn_q.weight") << "in output order";
  EXPECT_THAT(texts_of(plan.notes), Contains(AllOf(HasSubstr("of NVFP4 keep the blocks of 4-bit floats they come in"),
                                                   HasSubstr("beside (\".scale\")"))));
  EXPECT_THAT(texts_of(make_plan(model, parse_plan_options(R"({"type":"Q8_0"})")).notes),
              Not(Contains(HasSubstr("of NVFP4 keep"))));
  const Model unscaled = opened(Nvfp4Folder("qwen3", false, false).made());
  const Plan without = make_plan(unscaled, parse_plan_options(R"({"type":"AUTO"})"));
  EXPECT_EQ(without.tensors.size(), unscaled.tensors().size());
  EXPECT_THAT(texts_of(without.notes), Contains(HasSubstr("they come in, without loss.")));
}

TEST(Repacked, ScalesThatBlocksDoNotHoldAreRefused) {
  for (const uint8_t scale : {0x7F, 0x81}) {
    Nvfp4Folder folder("qwen3");
    folder.file.tensors.at("model.layers.0.mlp.up_proj.weight_scale").bytes[7] = scale;
    EXPECT_THAT(sentence_of([&] { convert(folder.made(), "AUTO"); }),
                HasSubstr("scale below zero or that is no number"));
    const std::string decoded = sentence_of([&] { convert(folder.made(), "BF16"); });
    EXPECT_THAT(decoded, scale == 0x7F ? HasSubstr("is not a number (NaN)") : HasSubstr(""));
  }
}

}  // namespace
}  // namespace nibble
