#include <gmock/gmock.h>

#include <cmath>
#include <cstring>

#include "converted.h"
#include "plan_checks.h"
#include "quantized_folder.h"
#include "sentence_of.h"
#include "texts_of.h"

/// Weights that come as MXFP4 in the layout of compressed-tensors: two codes to a byte, the first in its low half, and
/// an exponent to 32 weights of a row (OCP Microscaling Formats 1.0).
namespace nibble {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;

/// As GGUF has them: minus zero is zero.
constexpr float e2m1[16] = {0, 0.5f, 1, 1.5f, 2, 3, 4, 6, 0, -0.5f, -1, -1.5f, -2, -3, -4, -6};

/// The linear layers of a plain folder as compressed-tensors writes them, and the same folder with the values they say.
struct Mxfp4Folder {
  explicit Mxfp4Folder(const std::string& name) {
    const ConversionCase plain = ConversionCase::named(name);
    files = plain.files();
    packed = values = reference::read_safetensors(files[0].second);
    std::mt19937 random(5);
    std::vector<std::string> linear;
    for (const auto& [tensor, raw] : values.tensors) {
      const bool is_linear = tensor.ends_with("_proj.weight") && raw.shape.back() % 32 == 0;
      if (is_linear) linear.push_back(tensor.substr(0, tensor.size() - 7));
    }
    EXPECT_GT(linear.size(), 5u);
    for (const std::string& module : linear) {
      const std::vector<uint64_t> shape = values.tensors.at(module + ".weight").shape;
      std::vector<uint8_t> codes(shape[0] * shape[1] / 2), scales(shape[0] * shape[1] / 32);
      for (uint8_t& code : codes) code = static_cast<uint8_t>(random());
      for (uint8_t& scale : scales) scale = static_cast<uint8_t>(118 + random() % 8);
      std::vector<float> decoded(shape[0] * shape[1]);
      for (size_t i = 0; i < decoded.size(); ++i) {
        const uint8_t code = i % 2 == 0 ? codes[i / 2] & 15 : codes[i / 2] >> 4;
        decoded[i] = std::ldexp(e2m1[code], scales[i / 32] - 127);
      }
      values.tensors[module + ".weight"] = raw_numbers("F32", shape, decoded);
      packed.tensors.erase(module + ".weight");
      packed.tensors[module + ".weight_packed"] = raw_tensor("U8", {shape[0], shape[1] / 2}, codes);
      packed.tensors[module + ".weight_scale"] = raw_tensor("U8", {shape[0], shape[1] / 32}, scales);
    }
    config = plain.config();
    config["quantization_config"] = {{"quant_method", "compressed-tensors"},
                                     {"format", "mxfp4-pack-quantized"},
                                     {"config_groups",
                                      {{"group_0",
                                        {{"format", "mxfp4-pack-quantized"},
                                         {"targets", {"Linear"}},
                                         {"weights", {{"num_bits", 4}, {"group_size", 32}, {"type", "float"}}}}}}}};
  }

  Files made() const {
    Files all = files;
    const std::string text = config.dump();
    all[0].second = safetensors_of(packed);
    all[1].second.assign(text.begin(), text.end());
    return all;
  }
  Files decoded() const {
    Files all = files;
    all[0].second = safetensors_of(values);
    return all;
  }

  Files files;
  RawFile packed, values;
  OrderedJson config;
};

/// GGUF's block by its definition: the exponent, then bytes with weight j low and weight j + 16 high.
std::vector<float> blocks_as_floats(const std::vector<uint8_t>& bytes) {
  std::vector<float> list;
  for (size_t block = 0; block < bytes.size(); block += 17) {
    for (size_t i = 0; i < 32; ++i) {
      const uint8_t byte = bytes[block + 1 + i % 16];
      list.push_back(std::ldexp(e2m1[i < 16 ? byte & 15 : byte >> 4], bytes[block] - 127));
    }
  }
  return list;
}

std::vector<float> floats(const std::vector<uint8_t>& bytes) {
  std::vector<float> list(bytes.size() / 4);
  std::memcpy(list.data(), bytes.data(), bytes.size());
  return list;
}

Type type_of(const Output& output, const std::string& name) {
  for (const StoredTensor& tensor : output.header.tensors) {
    if (tensor.name == name) return tensor.type;
  }
  return Type::f64;
}

TEST(Mxfp4Layers, AreDecodedToWhatTheySay) {
  for (const char* name : {"llama", "qwen3", "qwen3_moe"}) {
    SCOPED_TRACE(name);
    const Mxfp4Folder folder(name);
    const Output got = convert(folder.made(), "F32"), expected = convert(folder.decoded(), "F32");
    ASSERT_EQ(got.tensors.size(), expected.tensors.size());
    for (const auto& [tensor, bytes] : expected.tensors) EXPECT_EQ(got.tensors.at(tensor), bytes) << tensor;
    EXPECT_EQ(type_of(got, "blk.0.attn_q.weight"), Type::f32);
    EXPECT_EQ(type_of(convert(folder.made(), "F16"), "blk.0.attn_q.weight"), Type::f16);
  }
}

/// Rows of queries and keys come in llama.cpp's order, experts stacked; no block changes.
TEST(Mxfp4Layers, KeepTheirBlocksWhereTheOutputHasThem) {
  for (const char* name : {"llama", "qwen3", "qwen3_moe"}) {
    SCOPED_TRACE(name);
    const Mxfp4Folder folder(name);
    const Output kept = convert(folder.made(), "AUTO"), expected = convert(folder.decoded(), "F32");
    EXPECT_EQ(kept.header.number("general.file_type"), 38u);
    size_t blocks = 0;
    for (const auto& [tensor, bytes] : kept.tensors) {
      if (type_of(kept, tensor) != Type::mxfp4) continue;
      EXPECT_EQ(blocks_as_floats(bytes), floats(expected.tensors.at(tensor))) << tensor;
      ++blocks;
    }
    EXPECT_GE(blocks, 10u);
    EXPECT_EQ(type_of(kept, "blk.1.attn_k.weight"), Type::mxfp4);
    const Output ruled = convert(folder.made(), "Q8_0", R"(,"tensorTypes":[{"pattern":"attn_q","type":"MXFP4"}])");
    EXPECT_EQ(ruled.tensors.at("blk.0.attn_q.weight"), kept.tensors.at("blk.0.attn_q.weight"));
    EXPECT_EQ(type_of(ruled, "blk.0.attn_k.weight"), Type::q8_0);
  }
  const Model model = opened(Mxfp4Folder("qwen3").made());
  const Plan plan = make_plan(model, parse_plan_options(R"({"type":"AUTO"})"));
  EXPECT_THAT(texts_of(plan.notes), Contains(HasSubstr("of MXFP4 keep the blocks of 4-bit floats they come in")));
  expect_contiguous(plan, model);
}

TEST(Mxfp4Layers, ThatDoNotFitAreNotTaken) {
  const std::string module = "model.layers.0.mlp.up_proj";
  Mxfp4Folder folder("qwen3");
  RawTensor& scale = folder.packed.tensors.at(module + ".weight_scale");
  const RawTensor whole = scale;
  scale = raw_tensor("U8", {whole.shape[0], whole.shape[1] - 1},
                     std::vector<uint8_t>(whole.shape[0] * (whole.shape[1] - 1)));
  EXPECT_THAT(sentence_of([&] { opened(folder.made()); }),
              AllOf(HasSubstr("\"model.layers.0.mlp.up_proj.weight_scale\""), HasSubstr("in blocks of 32")));
  scale = whole;
  folder.config["quantization_config"]["config_groups"]["group_0"]["weights"]["group_size"] = 16;
  const Model model = opened(folder.made());
  EXPECT_THAT(texts_of(model.notes()), Contains(HasSubstr("with an exponent to 16 of them; those with one to 32")));
}

}  // namespace
}  // namespace nibble
