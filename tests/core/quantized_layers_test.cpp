#include <gmock/gmock.h>

#include <cstring>
#include <functional>
#include <map>
#include <tuple>

#include "architecture/view.h"
#include "converted.h"
#include "derived_source.h"
#include "packed_matrix.h"
#include "quantized_folder.h"
#include "sentence_of.h"
#include "texts_of.h"

/// Folders whose weights come quantized give the weights that slow readers of each layout give
/// (tests/reference/packed_readers.h), and say what is wrong with them.
namespace nibble {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

using Decode = std::function<std::vector<float>(const RawFile&, const LinearLayer&)>;

/// Every linear layer of the F32 model is what `decode` makes of the folder.
void expect_decoded(const QuantizedFolder& folder, const Decode& decode) {
  Output output = convert(folder.files(), "F32");
  for (const LinearLayer& layer : folder.layers) {
    const std::vector<float> expected = decode(folder.file, layer);
    const std::vector<uint8_t>& bytes = output.tensors[layer.name];
    ASSERT_EQ(expected.size(), layer.rows * layer.columns) << layer.name;
    ASSERT_EQ(bytes.size(), 4 * expected.size()) << layer.name;
    std::vector<float> got(expected.size());
    std::memcpy(got.data(), bytes.data(), bytes.size());
    for (size_t i = 0; i < got.size(); ++i) ASSERT_EQ(got[i], expected[i]) << layer.name << " at " << i;
  }
}

/// A layer's matrix as the model has it, with the folder's bytes; `transposed`: read column by column.
Source source_of(const QuantizedFolder& folder, const LinearLayer& layer, bool transposed) {
  const Files files = folder.files();
  const Model model = opened(files);
  Source source;
  for (const auto& [name, bytes] : files) source.files.push_back(bytes);
  for (const ModelTensor& tensor : model.tensors()) {
    if (tensor.name != layer.name) continue;
    const DerivedFile& derived = model.derived();
    const auto found = std::find(derived.offsets.begin(), derived.offsets.end(), tensor.slices[0].offset);
    const DerivedTensor& made = derived.tensors[static_cast<size_t>(found - derived.offsets.begin())];
    source.file.matrices = {derived.matrices[made.parts[0].matrix]};
  }
  const uint64_t shape[] = {layer.columns, layer.rows};
  architecture::View view(0, shape);
  if (transposed) view.swap(0, 1);
  source.file.add({Type::f32, {view.part()}});
  return source;
}

/// Stretches from anywhere to anywhere, and the matrix transposed, are the same weights.
void expect_any_stretch(const QuantizedFolder& folder, const Decode& decode) {
  for (const size_t number : {size_t{1}, folder.layers.size() - 1}) {
    const LinearLayer& layer = folder.layers[number];
    const std::vector<float> expected = decode(folder.file, layer);
    const std::vector<float> columns = source_of(folder, layer, true).floats(0, expected.size());
    for (size_t i = 0; i < expected.size(); ++i) {
      ASSERT_EQ(columns[i], expected[i % layer.rows * layer.columns + i / layer.rows]) << layer.name << " at " << i;
    }
    const Source straight = source_of(folder, layer, false);
    std::mt19937 random(3);
    for (int trial = 0; trial < 40; ++trial) {
      const uint64_t first = random() % expected.size();
      const uint64_t count = 1 + random() % std::min<uint64_t>(1000, expected.size() - first);
      const auto begin = expected.begin() + static_cast<std::ptrdiff_t>(first);
      ASSERT_EQ(straight.floats(first, count), std::vector<float>(begin, begin + static_cast<std::ptrdiff_t>(count)))
          << layer.name << ' ' << first << ' ' << count;
    }
  }
}

std::string refusal(const QuantizedFolder& folder) {
  return sentence_of([&] { opened(folder.files()); });
}

/// Why the weights keep their names, in the notes.
std::string not_read(const QuantizedFolder& folder) {
  const Model model = opened(folder.files());
  EXPECT_NE(model.container(), "Hugging Face folder");
  std::string all;
  for (const Note& note : model.notes().list) all += note.text + '\n';
  return all;
}

/// What is said of weights that come quantized and are decoded: never a warning, which would call the output useless.
std::string said_of(const QuantizedFolder& folder) {
  const Model model = opened(folder.files());
  EXPECT_EQ(model.container(), "Hugging Face folder");
  std::string said;
  for (const Note& note : model.notes().list) {
    if (note.text.find("uantized") == std::string::npos) continue;
    EXPECT_EQ(note.level, Note::Level::note) << note.text;
    said += note.text;
  }
  return said;
}

// AWQ

QuantizedFolder awq_folder(uint64_t group) {
  QuantizedFolder folder({{"quant_method", "awq"},
                          {"bits", 4},
                          {"group_size", group == 0 ? -1 : static_cast<int>(group)},
                          {"version", "gemm"},
                          {"zero_point", true}});
  for (const auto& [module, name, rows, columns] : folder.layers) {
    const uint64_t groups = group == 0 ? 1 : columns / group;
    folder.add_words(module + ".qweight", {columns, rows / 8});
    folder.add_words(module + ".qzeros", {groups, rows / 8});
    folder.add_scales(module + ".scales", "F16", {groups, rows});
  }
  return folder;
}

TEST(QuantizedLayers, Awq) {
  for (const uint64_t group : {uint64_t{32}, uint64_t{64}, uint64_t{128}, uint64_t{0}}) {
    SCOPED_TRACE(group);
    expect_decoded(awq_folder(group), [&](const RawFile& file, const LinearLayer& layer) {
      return reference::decode_awq(file, layer.module, group ? group : layer.columns);
    });
  }
}

TEST(QuantizedLayers, WhatIsDecodedIsSaidFormByForm) {
  EXPECT_EQ(said_of(awq_folder(32)),
            "Weights come quantized: 14 tensors of AWQ are decoded to F32 while read. What is asked for is made of "
            "these values; what they lost when they were quantized stays lost.");
  QuantizedFolder mixed = awq_folder(32);
  const std::string layer = "model.layers.1.mlp.up_proj";
  for (const char* end : {".qweight", ".qzeros", ".scales"}) mixed.file.tensors.erase(layer + end);
  mixed.add_bytes(layer + ".weight", "F8_E4M3", {256, 128}, 1);
  mixed.add_scales(layer + ".weight_scale_inv", "F32", {2, 1});
  EXPECT_THAT(said_of(mixed),
              HasSubstr(": 13 tensors of AWQ are decoded to F32 while read; 1 tensor of FP8 is decoded"));
  const Model moved = opened(ConversionCase::named("gpt_oss-mxfp4").files());
  EXPECT_THAT(texts_of(moved.notes()),
              ::testing::Contains(HasSubstr("of MXFP4 are moved to GGUF's blocks of that type, without loss.")));
}

TEST(QuantizedLayers, AwqThatDoesNotFitIsRefused) {
  const std::string layer = "model.layers.1.mlp.up_proj";
  QuantizedFolder folder = awq_folder(32);
  folder.file.tensors.erase(layer + ".qzeros");
  EXPECT_THAT(refusal(folder), AllOf(HasSubstr('"' + layer + ".qweight\" need"), HasSubstr(layer + ".qzeros")));
  folder = awq_folder(32);
  folder.config["quantization_config"]["group_size"] = 48;
  EXPECT_THAT(refusal(folder), AllOf(HasSubstr("does not have the size"), HasSubstr("8 x 128 where 6 x 128"),
                                     HasSubstr("rows of 256 weights in groups of 48")));
  folder = awq_folder(32);
  folder.config["quantization_config"]["quant_method"] = "gptq";
  EXPECT_THAT(refusal(folder), HasSubstr("does not have the size"));
  folder = awq_folder(32);
  folder.config["quantization_config"]["version"] = "gemv";
  EXPECT_THAT(not_read(folder), HasSubstr("AWQ kernel \"gemv\""));
}

// GPTQ

enum class Order { none, straight, shuffled };

QuantizedFolder gptq_folder(uint32_t bits, const char* format, Order order, uint64_t group = 32) {
  QuantizedFolder folder({{"quant_method", "gptq"},
                          {"bits", bits},
                          {"group_size", group},
                          {"desc_act", order == Order::shuffled},
                          {"checkpoint_format", format}});
  for (const auto& [module, name, rows, columns] : folder.layers) {
    folder.add_words(module + ".qweight", {columns * bits / 32, rows});
    folder.add_words(module + ".qzeros", {columns / group, rows * bits / 32});
    folder.add_scales(module + ".scales", "F16", {columns / group, rows});
    if (order != Order::none) folder.add_order(module + ".g_idx", columns, group, order == Order::shuffled);
  }
  return folder;
}

TEST(QuantizedLayers, Gptq) {
  for (const uint32_t bits : {2u, 3u, 4u, 8u}) {
    for (const Order order : {Order::none, Order::straight, Order::shuffled}) {
      for (const bool v2 : {false, true}) {
        SCOPED_TRACE(std::to_string(bits) + " bits, order " + std::to_string(static_cast<int>(order)) +
                     (v2 ? ", v2" : ""));
        expect_decoded(gptq_folder(bits, v2 ? "gptq_v2" : "gptq", order),
                       [&](const RawFile& file, const LinearLayer& layer) {
                         return reference::decode_gptq(file, layer.module, v2, bits, 32);
                       });
      }
    }
  }
}

TEST(QuantizedLayers, GptqLayersMayHaveBitsAndGroupsOfTheirOwn) {
  QuantizedFolder folder = gptq_folder(4, "gptq", Order::straight);
  const LinearLayer other = folder.layers[5];
  folder.config["quantization_config"]["dynamic"] = {{"+:.*up_proj", {{"bits", 8}, {"group_size", 64}}}};
  folder.add_words(other.module + ".qweight", {other.columns / 4, other.rows});
  folder.add_words(other.module + ".qzeros", {other.columns / 64, other.rows / 4});
  folder.add_scales(other.module + ".scales", "F16", {other.columns / 64, other.rows});
  folder.add_order(other.module + ".g_idx", other.columns, 64, false);
  expect_decoded(folder, [&](const RawFile& file, const LinearLayer& layer) {
    return reference::decode_gptq(file, layer.module, false, layer.module == other.module ? 8 : 4);
  });
}

TEST(QuantizedLayers, GptqThatDoesNotFitIsRefused) {
  QuantizedFolder folder = gptq_folder(4, "gptq", Order::none);
  folder.config["quantization_config"]["bits"] = 3;
  EXPECT_THAT(refusal(folder), HasSubstr("3 bits do not fill"));
  folder.config["quantization_config"]["bits"] = 5;
  EXPECT_THAT(not_read(folder), HasSubstr("codes of 5 bits"));
  // Without an order of columns, more scales than the groups call for are of another configuration.
  folder.config["quantization_config"]["bits"] = 4;
  folder.config["quantization_config"]["group_size"] = 128;
  EXPECT_THAT(refusal(folder), HasSubstr("8 x 128 where 2 x 128"));
  folder.config["quantization_config"]["group_size"] = 48;
  EXPECT_THAT(refusal(folder), AllOf(HasSubstr("where 6 x 128"), HasSubstr("256 weights in groups of 48")));
  folder = gptq_folder(4, "gptq", Order::none);
  const std::string scales = folder.layers[3].module + ".scales";
  folder.file.tensors[scales] = raw_tensor("I32", {4, 128}, std::vector<uint8_t>(4 * 4 * 128));
  EXPECT_THAT(refusal(folder), AllOf(HasSubstr(scales), HasSubstr("holds I32 where scales are needed")));
  folder.file.tensors[scales] = raw_tensor("F16", {0, 128}, {});
  EXPECT_THAT(refusal(folder), AllOf(HasSubstr(scales), HasSubstr("is empty")));
}

// compressed-tensors

OrderedJson weights_of(uint32_t bits, const OrderedJson& group, const char* type = "int") {
  return {
      {"num_bits", bits}, {"type", type}, {"group_size", group}, {"strategy", group.is_null() ? "channel" : "group"}};
}

OrderedJson compressed(const OrderedJson& groups, const char* format = "pack-quantized") {
  return {{"quant_method", "compressed-tensors"}, {"format", format}, {"config_groups", groups}};
}

void add_packed(QuantizedFolder& folder, const LinearLayer& layer, uint32_t bits, uint64_t group, bool zeros) {
  const uint64_t groups = layer.columns / group;
  folder.add_words(layer.module + ".weight_packed", {layer.rows, layer.columns * bits / 32});
  folder.add_scales(layer.module + ".weight_scale", "BF16", {layer.rows, groups});
  if (zeros) folder.add_words(layer.module + ".weight_zero_point", {layer.rows * bits / 32, groups});
  const std::vector<uint64_t> shape = {layer.rows, layer.columns};
  folder.file.tensors[layer.module + ".weight_shape"] = raw_numbers("I64", {2}, shape);
}

TEST(QuantizedLayers, PackedIntegers) {
  for (const uint32_t bits : {4u, 8u}) {
    for (const bool zeros : {false, true}) {
      for (const uint64_t group : {uint64_t{32}, uint64_t{0}}) {
        for (const bool shuffled : {false, true}) {
          if (shuffled && group == 0) continue;
          SCOPED_TRACE(std::to_string(bits) + " bits, groups of " + std::to_string(group) + (zeros ? ", zeros" : ""));
          QuantizedFolder folder(
              compressed({{"group_0",
                           {{"targets", {"Linear"}},
                            {"weights", weights_of(bits, group ? OrderedJson(group) : OrderedJson())}}}}));
          for (const LinearLayer& layer : folder.layers) {
            add_packed(folder, layer, bits, group ? group : layer.columns, zeros);
            if (shuffled) folder.add_order(layer.module + ".weight_g_idx", layer.columns, group, true);
          }
          expect_decoded(folder, [&](const RawFile& file, const LinearLayer& layer) {
            return reference::decode_packed(file, layer.module, bits, group ? group : layer.columns);
          });
        }
      }
    }
  }
}

/// Attention in 8 bits by pattern, one layer by name, the rest as the class says.
QuantizedFolder mixed_folder() {
  const std::string named = "model.layers.1.self_attn.v_proj";
  QuantizedFolder folder(
      compressed({{"group_0", {{"targets", {"Linear"}}, {"weights", weights_of(4, 64)}}},
                  {"group_1", {{"targets", {"re:.*self_attn\\.(q|k|v)_proj$"}}, {"weights", weights_of(8, 32)}}},
                  {"group_2", {{"targets", {named}}, {"weights", weights_of(4, 32)}}}}));
  for (const LinearLayer& layer : folder.layers) {
    const bool attention = layer.module.find("self_attn") != std::string::npos && !layer.module.ends_with("o_proj");
    const bool one = layer.module == named;
    add_packed(folder, layer, attention && !one ? 8 : 4, attention ? 32 : 64, one);
  }
  return folder;
}

TEST(QuantizedLayers, EachLayerGoesByTheGroupThatNamesIt) {
  const QuantizedFolder folder = mixed_folder();
  expect_decoded(folder, [&](const RawFile& file, const LinearLayer& layer) {
    const bool attention = layer.module.find("self_attn") != std::string::npos && !layer.module.ends_with("o_proj");
    const bool one = layer.module == "model.layers.1.self_attn.v_proj";
    return reference::decode_packed(file, layer.module, attention && !one ? 8 : 4, attention ? 32 : 64);
  });
}

TEST(QuantizedLayers, GroupsThatNameNothingOrCannotBeReadAreSaid) {
  QuantizedFolder folder = mixed_folder();
  OrderedJson& groups = folder.config["quantization_config"]["config_groups"];
  groups["group_0"]["targets"] = {"re:.*mlp.*"};
  EXPECT_THAT(not_read(folder), HasSubstr("how many bits the codes of \"model.layers.0.self_attn.o_proj\" have"));
  groups["group_0"]["targets"] = {"re:(mlp"};
  EXPECT_THAT(refusal(folder), AllOf(HasSubstr("\"re:(mlp\""), HasSubstr("no regular expression")));
}

TEST(QuantizedLayers, PackedIntegersThatDoNotFitAreRefused) {
  QuantizedFolder folder = mixed_folder();
  const std::string layer = "model.layers.1.self_attn.v_proj";
  folder.add_words(layer + ".weight_zero_point", {8, 3});
  EXPECT_THAT(refusal(folder), AllOf(HasSubstr(layer + ".weight_zero_point"), HasSubstr("8 x 3 where 8 x 4")));
  folder = mixed_folder();
  folder.config["quantization_config"]["config_groups"]["group_2"]["weights"]["num_bits"] = 8;
  EXPECT_THAT(refusal(folder), HasSubstr("does not have the size"));
}

TEST(QuantizedLayers, FloatsAndIntegersOfEightBits) {
  for (const char* dtype : {"F8_E4M3", "I8"}) {
    for (const bool by_row : {true, false}) {
      for (const bool zeros : {false, true}) {
        if (zeros && std::string(dtype) != "I8") continue;
        SCOPED_TRACE(std::string(dtype) + (by_row ? " by row" : " by tensor"));
        QuantizedFolder folder(compressed(
            {{"group_0", {{"targets", {"Linear"}}, {"weights", weights_of(8, {}, "float")}}}}, "float-quantized"));
        for (const LinearLayer& layer : folder.layers) {
          folder.add_bytes(layer.module + ".weight", dtype, {layer.rows, layer.columns}, 1);
          const std::vector<uint64_t> shape = by_row ? std::vector<uint64_t>{layer.rows, 1} : std::vector<uint64_t>{1};
          folder.add_scales(layer.module + ".weight_scale", by_row ? "BF16" : "F32", shape);
          if (zeros) folder.add_bytes(layer.module + ".weight_zero_point", "I8", shape, 1);
          folder.add_scales(layer.module + ".input_scale", "F32", {1});
        }
        folder.add_scales("model.layers.0.self_attn.k_scale", "F32", {1});
        expect_decoded(folder, [](const RawFile& file, const LinearLayer& layer) {
          return reference::decode_scaled(file, layer.module);
        });
      }
    }
  }
}

// NVFP4

QuantizedFolder nvfp4_folder(bool packed) {
  const OrderedJson modelopt = {{"quant_method", "modelopt"}, {"quant_algo", "NVFP4"}};
  QuantizedFolder folder(
      packed ? compressed({{"group_0", {{"targets", {"Linear"}}, {"weights", weights_of(4, 16, "float")}}}},
                          "nvfp4-pack-quantized")
             : modelopt);
  for (const LinearLayer& layer : folder.layers) {
    folder.add_bytes(layer.module + (packed ? ".weight_packed" : ".weight"), "U8", {layer.rows, layer.columns / 2}, 1);
    folder.add_scales(layer.module + ".weight_scale", "F8_E4M3", {layer.rows, layer.columns / 16});
    folder.add_scales(layer.module + (packed ? ".weight_global_scale" : ".weight_scale_2"), "F32", {1});
    folder.add_scales(layer.module + (packed ? ".input_global_scale" : ".input_scale"), "F32", {1});
  }
  return folder;
}

TEST(QuantizedLayers, Nvfp4) {
  for (const bool packed : {false, true}) {
    SCOPED_TRACE(packed ? "compressed-tensors" : "ModelOpt");
    const Decode decode = [](const RawFile& file, const LinearLayer& layer) {
      return reference::decode_nvfp4(file, layer.module);
    };
    expect_decoded(nvfp4_folder(packed), decode);
    QuantizedFolder without_global = nvfp4_folder(packed);
    for (const LinearLayer& layer : without_global.layers) {
      without_global.file.tensors.erase(layer.module + (packed ? ".weight_global_scale" : ".weight_scale_2"));
    }
    expect_decoded(without_global, decode);
  }
}

TEST(QuantizedLayers, Nvfp4ThatDoesNotFitIsRefused) {
  const std::string layer = "model.layers.1.mlp.down_proj";
  QuantizedFolder folder = nvfp4_folder(false);
  folder.file.tensors.erase(layer + ".weight_scale");
  EXPECT_THAT(refusal(folder), AllOf(HasSubstr('"' + layer + ".weight\" need"), HasSubstr(layer + ".weight_scale")));
  folder = nvfp4_folder(true);
  folder.add_scales(layer + ".weight_scale", "F8_E4M3", {128, 8});
  EXPECT_THAT(refusal(folder), HasSubstr("128 x 8 where 128 x 16"));
  folder = nvfp4_folder(false);
  folder.add_scales(layer + ".weight_scale_2", "F32", {2});
  EXPECT_THAT(not_read(folder), HasSubstr("2 global scales"));
  folder = nvfp4_folder(false);
  folder.add_scales(layer + ".pre_quant_scale", "BF16", {256});
  EXPECT_THAT(not_read(folder), HasSubstr("inputs that are scaled first"));
}

// What this project writes

/// Packing takes longer than all else here.
const Packed& packed_once(const Packing& packing, uint64_t rows, uint64_t columns) {
  static std::map<std::tuple<std::string_view, uint64_t, uint64_t>, Packed> made;
  const auto [found, added] = made.try_emplace({packing.name(), rows, columns});
  if (added) found->second = pack_all(packing, filled(rows, columns, 11), "llama.cpp");
  return found->second;
}

QuantizedFolder packed_folder(const Packing& packing, uint64_t feed_forward) {
  const char* method = packing.family == PackingFamily::gptq ? "gptq" : "bitsandbytes";
  QuantizedFolder folder({{"quant_method", method},
                          {"bits", 4},
                          {"group_size", packing.group},
                          {"checkpoint_format", packing.asymmetric ? "gptq_v2" : "gptq"}},
                         feed_forward);
  for (const LinearLayer& layer : folder.layers) {
    const Packed& packed = packed_once(packing, layer.rows, layer.columns);
    for (const auto& [name, tensor] : packed.file.tensors) {
      folder.file.tensors[layer.module + name.substr(1)] = tensor;  // "m.weight"
    }
  }
  return folder;
}

TEST(QuantizedLayers, WhatThisProjectWritesIsReadAgain) {
  for (const Packing& packing : all_packings()) {
    SCOPED_TRACE(packing.name());
    const Decode decode = [&](const RawFile& file, const LinearLayer& layer) {
      switch (packing.family) {
        case PackingFamily::int8: return reference::decode_int8(file, layer.module);
        case PackingFamily::four_bit: return reference::decode_four_bit(file, layer.module);
        case PackingFamily::gptq: break;
      }
      return reference::decode_gptq(file, layer.module, packing.asymmetric);
    };
    expect_decoded(packed_folder(packing, 256), decode);
    // Rows that are no whole blocks.
    if (packing.family != PackingFamily::gptq) expect_decoded(packed_folder(packing, 172), decode);
  }
}

TEST(QuantizedLayers, BitsandbytesThatDoesNotFitIsRefused) {
  const std::string weight = "model.layers.1.mlp.down_proj.weight", state = weight + ".quant_state.bitsandbytes__nf4";
  QuantizedFolder folder = packed_folder(*find_packing("nf4-nested"), 256);
  folder.file.tensors.erase(weight + ".nested_absmax");
  EXPECT_THAT(refusal(folder), HasSubstr(weight + ".nested_absmax"));
  folder = packed_folder(*find_packing("nf4"), 256);
  folder.file.tensors.erase(state);
  EXPECT_THAT(refusal(folder), HasSubstr(state));
  const auto with_state = [&](const std::string& text) {
    folder.file.tensors[state] = raw_tensor("U8", {text.size()}, {text.begin(), text.end()});
    return refusal(folder);
  };
  EXPECT_THAT(with_state("{\"blocksize\": 64}"), AllOf(HasSubstr(state), HasSubstr("does not say")));
  EXPECT_THAT(with_state("nonsense"), HasSubstr("does not say"));
  EXPECT_THAT(with_state("{\"blocksize\": 0, \"shape\": [128, 256]}"), HasSubstr("does not say"));
  EXPECT_THAT(with_state("{\"blocksize\": 64, \"shape\": [128, 300]}"), HasSubstr("16384 bytes"));
  EXPECT_THAT(with_state("{\"blocksize\": 64, \"shape\": [4294967296, 4294967296, 4294967296]}"), HasSubstr("bytes"));
  EXPECT_THAT(with_state("{\"blocksize\": 128, \"shape\": [128, 256]}"), HasSubstr("it is 512 where 256"));
  folder = packed_folder(*find_packing("int8"), 256);
  folder.file.tensors.erase("model.layers.1.mlp.down_proj.SCB");
  EXPECT_THAT(refusal(folder), HasSubstr("down_proj.SCB"));
}

// All of them

struct Layout {
  const char* name;
  QuantizedFolder folder;
  Decode decode;
};

std::vector<Layout> every_layout() {
  const auto gptq = [](uint32_t bits) {
    return [=](const RawFile& file, const LinearLayer& layer) {
      return reference::decode_gptq(file, layer.module, false, bits, 32);
    };
  };
  const Decode packed = [](const RawFile& file, const LinearLayer& layer) {
    const bool attention = layer.module.find("self_attn") != std::string::npos && !layer.module.ends_with("o_proj");
    const bool one = layer.module == "model.layers.1.self_attn.v_proj";
    return reference::decode_packed(file, layer.module, attention && !one ? 8 : 4, attention ? 32 : 64);
  };
  const Decode nvfp4 = [](const RawFile& file, const LinearLayer& layer) {
    return reference::decode_nvfp4(file, layer.module);
  };
  const Decode four_bit = [](const RawFile& file, const LinearLayer& layer) {
    return reference::decode_four_bit(file, layer.module);
  };
  std::vector<Layout> list;
  list.push_back({"AWQ", awq_folder(32), [](const RawFile& file, const LinearLayer& layer) {
                    return reference::decode_awq(file, layer.module, 32);
                  }});
  list.push_back({"GPTQ, 3 bits", gptq_folder(3, "gptq", Order::none), gptq(3)});
  list.push_back({"GPTQ, 4 bits, shuffled", gptq_folder(4, "gptq", Order::shuffled), gptq(4)});
  list.push_back({"compressed-tensors", mixed_folder(), packed});
  list.push_back({"NVFP4", nvfp4_folder(false), nvfp4});
  list.push_back({"NVFP4, packed", nvfp4_folder(true), nvfp4});
  list.push_back({"NF4", packed_folder(*find_packing("nf4"), 256), four_bit});
  list.push_back({"NF4, nested", packed_folder(*find_packing("nf4-nested"), 256), four_bit});
  list.push_back({"FP4 in rows of no whole blocks", packed_folder(*find_packing("fp4-nested"), 172), four_bit});
  list.push_back({"INT8", packed_folder(*find_packing("int8"), 172), [](const RawFile& file, const LinearLayer& layer) {
                    return reference::decode_int8(file, layer.module);
                  }});
  return list;
}

TEST(QuantizedLayers, AnyStretchInAnyOrderIsTheSame) {
  for (const auto& [name, folder, decode] : every_layout()) {
    SCOPED_TRACE(name);
    expect_any_stretch(folder, decode);
  }
}

/// Changes a tensor, or a number of the configuration.
void damage(QuantizedFolder& folder, std::mt19937& random) {
  const auto pick = [&](size_t count) { return static_cast<size_t>(random() % count); };
  if (pick(8) == 0) {
    OrderedJson& settings = folder.config["quantization_config"];
    const char* member = std::array{"bits", "group_size", "quant_method"}[pick(3)];
    const OrderedJson values[] = {0, 1, 3, 8, 16, 48, 1000000, 4294967295, -1, "awq", "gptq", "fp8", nullptr};
    settings[member] = values[pick(std::size(values))];
    return;
  }
  const std::string module = folder.layers[pick(folder.layers.size())].module;
  std::vector<std::string> names;
  for (const auto& [name, tensor] : folder.file.tensors) {
    if (name.starts_with(module + '.')) names.push_back(name);
  }
  const std::string name = names[pick(names.size())];
  RawTensor& tensor = folder.file.tensors[name];
  const auto size = [](const std::string& dtype) {
    return dtype == "I64" ? 8u : dtype.ends_with("32") ? 4u : dtype.ends_with("16") ? 2u : 1u;
  };
  switch (pick(4)) {
    case 0: folder.file.tensors.erase(name); return;
    case 1: tensor.dtype = std::array{"I32", "U8", "I8", "F8_E4M3", "F16", "F32", "I64"}[pick(7)]; break;
    case 2: {
      uint64_t& length = tensor.shape[pick(tensor.shape.size())];
      const uint64_t lengths[] = {0, 1, length + 1, length / 2, 2 * length, length - 1, 3};
      length = lengths[pick(std::size(lengths))];
      break;
    }
    case 3: tensor.bytes[pick(tensor.bytes.size())] ^= static_cast<uint8_t>(1 + pick(255)); return;
  }
  uint64_t bytes = size(tensor.dtype);
  for (const uint64_t length : tensor.shape) bytes *= length;
  tensor.bytes.resize(bytes);
}

TEST(QuantizedLayers, DamagedFoldersAreRefusedOrReadWithinTheirFiles) {
  std::mt19937 random(5);
  size_t refused = 0, read = 0;
  for (const auto& [name, whole, decode] : every_layout()) {
    for (int trial = 0; trial < 60; ++trial) {
      SCOPED_TRACE(std::string(name) + ", trial " + std::to_string(trial));
      QuantizedFolder folder = whole;
      for (int i = 0; i < 1 + trial % 2; ++i) damage(folder, random);
      const Files files = folder.files();
      try {
        const Model model = opened(files);
        DerivedReader reader(DerivedFile::restore(model.derived().save()), best_kernel());
        for (size_t i = 0; i < model.derived().tensors.size(); ++i) {
          read_derived(reader, files, model.derived().offsets[i], model.derived().tensors[i].bytes());
        }
        ++read;
      } catch (const Error&) {
        ++refused;
      }
    }
  }
  EXPECT_GT(refused, 100u);
  EXPECT_GT(read, 100u);
}

}  // namespace
}  // namespace nibble
