#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "architecture/image_models.h"
#include "container/gguf.h"
#include "gguf_builder.h"
#include "plan/plan.h"
#include "plan_checks.h"
#include "recipe/image_mix.h"
#include "sentence_of.h"
#include "texts_of.h"

/// Networks for images and video, known by their tensors' names: the header that ComfyUI-GGUF's converter would write
/// for them, and the types that llama-quantize gives them where it is patched for them. Shapes are published ones; no
/// weights are needed.
namespace nibble {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using Bytes = std::vector<uint8_t>;

struct Tensor {
  std::string name, dtype;
  std::vector<uint64_t> shape;  // outermost first
};
using Tensors = std::vector<Tensor>;

uint64_t count_of(const Tensor& tensor) {
  uint64_t count = 1;
  for (const uint64_t size : tensor.shape) count *= size;
  return count;
}

/// The model of a safetensors file of which only the header is there.
Model opened(const Tensors& tensors) {
  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  uint64_t end = 0;
  for (const Tensor& tensor : tensors) {
    const uint64_t size = tensor.dtype == "F32"                                           ? 4
                          : tensor.dtype.ends_with("8") || tensor.dtype.starts_with("F8") ? 1
                                                                                          : 2;
    const uint64_t begin = end;
    end += count_of(tensor) * size;
    header[tensor.name] = {{"dtype", tensor.dtype}, {"shape", tensor.shape}, {"data_offsets", {begin, end}}};
  }
  const std::string text = header.dump();
  const Bytes start = GgufBuilder::joined({GgufBuilder::raw<uint64_t>(text.size()), Bytes(text.begin(), text.end())});
  Model model;
  EXPECT_EQ(model.offer(0, "net.safetensors", start.size() + end, 0, start).bytes, 0u);
  model.complete();
  return model;
}

/// What a family is known by, some of what it has beside that, and what its rules say of these.
struct Family {
  std::string architecture;
  Tensors tensors;
  std::vector<std::string> precise = {};   // parts of names
  std::vector<std::string> kept_out = {};  // parts of names that are not quantized
  std::vector<std::string> kept_names = {};
  bool reshaped = false;
};

std::vector<Family> all_families() {
  return {
      {"flux",
       {{"double_blocks.0.img_attn.proj.weight", "BF16", {3072, 3072}},
        {"double_blocks.0.img_attn.qkv.weight", "BF16", {9216, 3072}},
        {"double_blocks.0.img_attn.norm.key_norm.scale", "BF16", {128}},
        {"double_blocks.0.img_mlp.2.weight", "BF16", {3072, 12288}},
        {"img_in.weight", "BF16", {3072, 64}},
        {"img_in.bias", "BF16", {3072}},
        {"final_layer.linear.weight", "BF16", {64, 3072}},
        {"guidance_in.in_layer.weight", "BF16", {3072, 256}},
        {"single_blocks.0.linear1.weight", "BF16", {21504, 3072}}},
       {},
       {"txt_in.", "img_in.", "time_in.", "vector_in.", "guidance_in.", "final_layer."}},
      {"sd3",
       {{"joint_blocks.0.x_block.attn.qkv.weight", "F16", {4608, 1536}},
        {"joint_blocks.0.x_block.mlp.fc2.weight", "F16", {1536, 6144}},
        {"pos_embed", "F16", {1, 36864, 1536}},
        {"x_embedder.proj.weight", "F16", {1536, 16, 2, 2}},
        {"y_embedder.mlp.0.weight", "F16", {1536, 2048}}},
       {},
       {"final_layer.", "time_text_embed.", "context_embedder.", "t_embedder.", "y_embedder.", "x_embedder."},
       {"proj_out.weight", "pos_embed"}},
      {"aura",
       {{"double_layers.3.modX.1.weight", "F16", {18432, 3072}},
        {"double_layers.0.attn.w1v.weight", "F16", {3072, 3072}},
        {"modF.1.weight", "F16", {6144, 3072}},
        {"register_tokens", "F16", {1, 8, 3072}}},
       {},
       {"t_embedder.", "init_x_linear."},
       {"modF.1.weight", "cond_seq_linear.weight", "final_linear.weight", "positional_encoding", "register_tokens"}},
      {"hidream",
       {{"caption_projection.0.linear.weight", "BF16", {2560, 4096}},
        {"double_stream_blocks.0.block.ff_i.shared_experts.w3.weight", "BF16", {3584, 2560}},
        {"double_stream_blocks.0.block.ff_i.experts.0.w2.weight", "BF16", {2560, 6912}},
        {"double_stream_blocks.0.block.ff_i.gate.weight", "BF16", {4, 2560}}},
       {".ff_i.gate.weight", "img_emb.emb_pos"},
       {"p_embedder.", "t_embedder.", "x_embedder.", "final_layer.", ".ff_i.gate.weight", "caption_projection."}},
      {"cosmos",
       {{"blocks.0.mlp.layer1.weight", "BF16", {8192, 2048}},
        {"blocks.0.mlp.layer2.weight", "BF16", {2048, 8192}},
        {"blocks.0.adaln_modulation_cross_attn.1.weight", "BF16", {256, 2048}},
        {"blocks.0.self_attn.v_proj.weight", "BF16", {2048, 2048}},
        {"pos_embedder.dim_spatial_range", "BF16", {21, 100}}},
       {"pos_embedder"},
       {"p_embedder.", "t_embedder.", "t_embedding_norm.", "x_embedder.", "pos_embedder.", "final_layer."}},
      {"ltxv",
       {{"adaln_single.emb.timestep_embedder.linear_2.weight", "BF16", {2048, 2048}},
        {"transformer_blocks.27.scale_shift_table", "BF16", {6, 2048}},
        {"transformer_blocks.27.ff.net.2.weight", "BF16", {2048, 8192}},
        {"transformer_blocks.27.attn1.to_v.weight", "BF16", {2048, 2048}},
        {"caption_projection.linear_2.weight", "BF16", {2048, 2048}},
        {"patchify_proj.weight", "BF16", {2048, 128}}},
       {"scale_shift_table"},
       {"adaln_single.", "caption_projection.", "patchify_proj.", "proj_out.", "scale_shift_table"}},
      {"hyvid",
       {{"double_blocks.0.img_attn_proj.weight", "BF16", {3072, 3072}},
        {"double_blocks.0.img_attn_qkv.weight", "BF16", {9216, 3072}},
        {"txt_in.individual_token_refiner.blocks.1.self_attn_qkv.weight", "BF16", {9216, 3072}},
        {"img_in.proj.weight", "BF16", {3072, 16, 1, 2, 2}}},
       {},
       {"txt_in.", "img_in.", "time_in.", "vector_in.", "guidance_in.", "final_layer."}},
      {"wan",
       {{"blocks.0.self_attn.norm_q.weight", "F16", {5120}},
        {"blocks.0.self_attn.v.weight", "F16", {5120, 5120}},
        {"blocks.0.ffn.2.weight", "F16", {5120, 13824}},
        {"blocks.0.modulation", "F32", {1, 6, 5120}},
        {"text_embedding.2.weight", "F16", {5120, 5120}},
        {"head.modulation", "F32", {1, 2, 5120}},
        {"patch_embedding.weight", "F32", {5120, 16, 1, 2, 2}}},
       {".modulation"},
       {"modulation.", "patch_embedding.", "text_embedding.", "time_projection.", "time_embedding.", "img_emb.",
        "head."}},
      {"sdxl",
       {{"input_blocks.0.0.weight", "F16", {320, 4, 3, 3}},
        {"input_blocks.0.0.bias", "F16", {320}},
        {"input_blocks.3.0.op.weight", "F16", {320, 320, 3, 3}},
        {"input_blocks.4.1.proj_in.weight", "F16", {640, 640}},
        {"input_blocks.4.1.transformer_blocks.0.attn2.to_v.weight", "F16", {640, 2048}},
        {"input_blocks.4.1.transformer_blocks.0.ff.net.2.weight", "F16", {640, 2560}},
        {"label_emb.0.0.weight", "F16", {1280, 2816}},
        {"out.2.weight", "F16", {4, 320, 3, 3}}},
       {},
       {"class_embedding.", "time_embedding.", "add_embedding.", "time_embed.", "label_emb.", "conv_in.", "conv_out."},
       {"input_blocks.0.0.weight", "out.2.weight"},
       true},
      {"sd1",
       {{"down_blocks.0.downsamplers.0.conv.weight", "F32", {320, 320, 3, 3}},
        {"down_blocks.0.resnets.0.conv_shortcut.weight", "F32", {640, 320, 1, 1}},
        {"conv_in.weight", "F32", {320, 4, 3, 3}},
        {"down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_v.weight", "F32", {320, 768}},
        {"time_embedding.linear_1.weight", "F32", {1280, 320}}},
       {},
       {"class_embedding.", "time_embedding.", "add_embedding.", "time_embed.", "label_emb.", "conv_in.", "conv_out."},
       {"input_blocks.0.0.weight", "out.2.weight"},
       true},
      {"lumina2",
       {{"cap_embedder.1.weight", "BF16", {2304, 2304}},
        {"context_refiner.0.attention.qkv.weight", "BF16", {3840, 2304}},
        {"layers.0.attention.qkv.weight", "BF16", {3840, 2304}},
        {"layers.0.feed_forward.w2.weight", "BF16", {2304, 9216}}},
       {},
       {"t_embedder.", "x_embedder.", "final_layer.", "cap_embedder.", "context_refiner.", "noise_refiner."}},
      {"qwen_image",
       {{"time_text_embed.timestep_embedder.linear_2.weight", "BF16", {3072, 3072}},
        {"transformer_blocks.0.attn.norm_added_q.weight", "BF16", {128}},
        {"transformer_blocks.0.attn.norm_added_k.weight", "BF16", {128}},
        {"transformer_blocks.0.attn.add_q_proj.weight", "BF16", {3072, 3072}},
        {"transformer_blocks.0.img_mlp.net.0.proj.weight", "BF16", {12288, 3072}},
        {"transformer_blocks.0.attn.to_v.weight", "BF16", {3072, 3072}},
        {"img_in.weight", "BF16", {3072, 64}}},
       {},
       {"time_text_embed.", "txt_in.", "img_in.", "norm_out.", "proj_out."}},
  };
}

bool has_part(const std::string& name, const std::vector<std::string>& parts) {
  return std::any_of(parts.begin(), parts.end(),
                     [&](const std::string& part) { return name.find(part) != std::string::npos; });
}

/// A tensor of the header as it is expected.
struct Expected {
  std::vector<uint64_t> shape;         // innermost first
  std::vector<int64_t> original = {};  // outermost first; empty: as the shape says
  std::string type;
};

/// By the converter's rules, one after the other.
Expected expected_of(const Family& family, const Tensor& tensor) {
  Expected result;
  const size_t dimensions = tensor.shape.size();
  const uint64_t count = count_of(tensor);
  result.type = tensor.dtype == "BF16" ? "bf16" : "f16";
  if (tensor.dtype == "F32" || tensor.dtype == "BF16") {
    if (dimensions == 1) result.type = "f32";
    if (count <= 1024) result.type = "f32";
    if (has_part(tensor.name, family.precise)) result.type = "f32";
  }
  if (dimensions > 4) result.type = "f32";
  std::vector<uint64_t> shape = tensor.shape;
  if (family.reshaped && dimensions > 1 && count >= 512 && count % 256 == 0 && shape.back() % 256 != 0) {
    shape = {count / 256, 256};
  }
  while (shape.size() > 4) {
    shape[1] *= shape[0];
    shape.erase(shape.begin());
  }
  while (shape.size() > 1 && shape.front() == 1) shape.erase(shape.begin());
  if (shape != tensor.shape) result.original.assign(tensor.shape.begin(), tensor.shape.end());
  result.shape.assign(shape.rbegin(), shape.rend());
  return result;
}

std::vector<int64_t> whole_numbers(const GgufHeader& header, const std::string& key) {
  const KeyValue* value = header.find(key);
  std::vector<int64_t> numbers;
  if (!value) return numbers;
  EXPECT_EQ(value->element, ValueType::i32) << key;
  for (uint64_t i = 0; i < value->count; ++i) {
    int32_t number;
    std::memcpy(&number, header.bytes.data() + value->elements + 4 * i, sizeof number);
    numbers.push_back(number);
  }
  return numbers;
}

std::string first_type(const Family& family) { return family.tensors.front().dtype == "BF16" ? "bf16" : "f16"; }

TEST(ImageModel, HasTheHeaderThatLoadersExpect) {
  for (const Family& family : all_families()) {
    SCOPED_TRACE(family.architecture);
    const Model model = opened(family.tensors);
    const Plan plan = make_plan(model, parse_plan_options(R"({"type":"AUTO"})"));
    const GgufHeader header = *read_gguf(plan.files[0].header, plan.output_bytes).header;
    EXPECT_EQ(header.text("general.architecture"), family.architecture);
    EXPECT_EQ(header.number("general.quantization_version"), 2u);
    EXPECT_EQ(header.number("general.file_type"), first_type(family) == "bf16" ? 32u : 1u);
    ASSERT_EQ(header.tensors.size(), family.tensors.size());
    size_t reshaped = 0;
    for (const Tensor& tensor : family.tensors) {
      SCOPED_TRACE(tensor.name);
      const auto found = std::find_if(header.tensors.begin(), header.tensors.end(),
                                      [&](const StoredTensor& one) { return one.name == tensor.name; });
      ASSERT_NE(found, header.tensors.end());
      const Expected expected = expected_of(family, tensor);
      EXPECT_EQ(found->shape, expected.shape);
      EXPECT_EQ(format_of(found->type).name, expected.type);
      EXPECT_EQ(whole_numbers(header, "comfy.gguf.orig_shape." + tensor.name), expected.original);
      reshaped += !expected.original.empty();
    }
    EXPECT_EQ(header.values.size(), 3 + reshaped) << "no other entries";
    EXPECT_THAT(texts_of(model.notes()), Contains(HasSubstr("a network for images or video")));
  }
}

/// The types that the patched llama-quantize gives, as its conditions stand.
std::string quantized_type(const Family& family, const Tensor& tensor, const std::string& type, size_t& values) {
  const Expected plain = expected_of(family, tensor);
  const std::string& name = tensor.name;
  const bool kept = plain.shape.size() != 2 || name.rfind("weight") != name.size() - 6 ||
                    name.find("_norm.weight") != std::string::npos || has_part(name, family.kept_out) ||
                    std::count(family.kept_names.begin(), family.kept_names.end(), name) > 0;
  if (kept) return plain.type;
  std::string result = type == "Q4_0" ? "q4_0" : type == "Q8_0" ? "q8_0" : type.substr(0, 1) == "Q" ? "q" : "";
  if (result == "q") result = "q" + type.substr(1, 1) + "_K";
  const auto in = [&](const char* part) { return name.find(part) != std::string::npos; };
  if (in("attn_v.weight") || in(".to_v.weight") || in(".v.weight") || in(".attn.w1v.weight") ||
      in(".attn.w2v.weight") || in("_attn.v_proj.weight")) {
    if (type == "Q2_K") result = "q3_K";
    if (type == "Q3_K_M") result = values < 2 ? "q5_K" : "q4_K";
    if (type == "Q3_K_L") result = "q5_K";
    if (type == "Q4_K_M" || type == "Q5_K_M") result = "q6_K";
    if (type == "Q4_K_S" && values < 4) result = "q5_K";
    ++values;
  } else if (in("attn_qkv.weight") || in("attn.qkv.weight") || in("attention.qkv.weight")) {
    if (type == "Q3_K_M" || type == "Q3_K_L") result = "q4_K";
    if (type == "Q4_K_M") result = "q5_K";
    if (type == "Q5_K_M") result = "q6_K";
  } else if (in("ffn_down") || (in("experts.") && in(".w2.weight")) || in(".ffn.2.weight") || in(".ff.net.2.weight") ||
             in(".mlp.layer2.weight") || in(".adaln_modulation_mlp.2.weight") || in(".feed_forward.w2.weight")) {
    if (type == "Q3_K_M") result = "q4_K";
    if (type == "Q3_K_L" || type == "Q4_K_S") result = "q5_K";
    if (type == "Q4_K_M" || type == "Q5_K_M") result = "q6_K";
    if (type == "Q4_0") result = "q4_1";
  }
  if (result.ends_with("_K") && plain.shape[0] % 256 != 0) return "f16";
  return result;
}

TEST(ImageModel, GetsTheTypesOfLlamaQuantizePatchedForIt) {
  for (const Family& family : all_families()) {
    const Model model = opened(family.tensors);
    for (const std::string type : {"Q2_K", "Q3_K_M", "Q3_K_L", "Q4_K_S", "Q4_K_M", "Q5_K_M", "Q4_0", "Q8_0"}) {
      SCOPED_TRACE(family.architecture + ", " + type);
      const Plan plan = make_plan(model, parse_plan_options("{\"type\":\"" + type + "\"}"));
      size_t values = 0;
      for (const PlannedTensor& planned : plan.tensors) {
        const auto tensor = std::find_if(family.tensors.begin(), family.tensors.end(),
                                         [&](const Tensor& one) { return one.name == planned.name; });
        EXPECT_EQ(format_of(planned.to).name, quantized_type(family, *tensor, type, values)) << planned.name;
      }
    }
  }
}

TEST(ImageModel, EveryFamilyHasRulesAndTests) {
  std::vector<std::string> tested;
  for (const Family& family : all_families()) tested.push_back(family.architecture);
  for (const ImageModel& model : image_models()) {
    EXPECT_THAT(tested, Contains(std::string(model.architecture)));
    EXPECT_NE(find_image_rules(model.architecture), nullptr) << model.architecture;
  }
  EXPECT_EQ(tested.size(), image_models().size());
}

TEST(ImageModel, IsFoundInFilesThatHoldMore) {
  Tensors tensors = all_families().front().tensors;
  for (Tensor& tensor : tensors) tensor.name.insert(0, "model.diffusion_model.");
  tensors.push_back({"first_stage_model.decoder.conv_in.weight", "BF16", {512, 16, 3, 3}});
  const Model model = opened(tensors);
  EXPECT_EQ(model.metadata().text("general.architecture"), "flux");
  EXPECT_EQ(model.tensors().size(), tensors.size() - 1);
  EXPECT_EQ(model.tensors()[0].name, "double_blocks.0.img_attn.proj.weight");
  EXPECT_THAT(texts_of(model.notes()), Contains(HasSubstr("1 tensor of other networks")));
}

TEST(ImageModel, OtherLayoutsAndScaledWeightsStayUnknown) {
  const Model diffusers = opened({{"transformer_blocks.0.attn.norm_added_k.weight", "BF16", {128}},
                                  {"single_transformer_blocks.0.proj_mlp.weight", "BF16", {12288, 3072}}});
  EXPECT_EQ(diffusers.metadata().text("general.architecture"), "unknown");
  EXPECT_THAT(texts_of(diffusers.notes()), Contains(HasSubstr("Diffusers' layout")));
  Tensors scaled = all_families().front().tensors;
  scaled.push_back({"double_blocks.0.img_attn.proj.scale_weight", "F32", {1}});
  const Model model = opened(scaled);
  EXPECT_EQ(model.metadata().text("general.architecture"), "unknown");
  EXPECT_THAT(texts_of(model.notes()), Contains(HasSubstr("scaled 8-bit floats")));
}

/// T5 XXL's encoder, as FLUX and SD 3 use it, and UMT5's, as Wan does: a table of distances in each layer.
Tensors t5_encoder(uint64_t vocabulary, bool tables) {
  Tensors tensors = {{"shared.weight", "F16", {vocabulary, 4096}}, {"encoder.final_layer_norm.weight", "F16", {4096}}};
  for (int i = 0; i < 24; ++i) {
    const std::string block = "encoder.block." + std::to_string(i) + ".layer.";
    const auto add = [&](const std::string& name, std::vector<uint64_t> shape) {
      tensors.push_back({block + name + ".weight", "F16", std::move(shape)});
    };
    for (const char* one : {"q", "k", "v", "o"}) add(std::string("0.SelfAttention.") + one, {4096, 4096});
    if (tables || i == 0) add("0.SelfAttention.relative_attention_bias", {32, 64});
    for (const char* one : {"0.layer_norm", "1.layer_norm"}) add(one, {4096});
    for (const char* one : {"wi_0", "wi_1"}) add(std::string("1.DenseReluDense.") + one, {10240, 4096});
    add("1.DenseReluDense.wo", {4096, 10240});
  }
  return tensors;
}

TEST(ImageModel, TextEncodersAloneAreKnownByTheirShapes) {
  for (const bool tables : {false, true}) {
    Tensors tensors = t5_encoder(tables ? 256384 : 32128, tables);
    if (tables) tensors.push_back({"spiece_model", "U8", {1000}});
    const Model model = opened(tensors);
    const auto number = [&](const char* key) { return model.metadata().number(std::string("t5encoder.") + key); };
    EXPECT_EQ(model.metadata().text("general.architecture"), "t5encoder");
    EXPECT_EQ(number("block_count"), 24u);
    EXPECT_EQ(number("embedding_length"), 4096u);
    EXPECT_EQ(number("feed_forward_length"), 10240u);
    EXPECT_EQ(number("attention.head_count"), 64u);
    EXPECT_EQ(number("attention.key_length"), 64u);
    EXPECT_EQ(number("attention.relative_buckets_count"), 32u);
    EXPECT_EQ(number("context_length"), 512u);
    EXPECT_EQ(model.tensors().size(), tensors.size() - tables);
    EXPECT_THAT(texts_of(model.notes()), Contains(HasSubstr("T5's encoder")));
    for (const Note& note : model.notes().list) EXPECT_EQ(note.level, Note::Level::note) << note.text;
  }
  // With the decoder it is another model, and without the table of distances nothing says how many heads there are.
  Tensors whole = t5_encoder(32128, false);
  whole.push_back({"decoder.block.0.layer.0.layer_norm.weight", "F16", {4096}});
  EXPECT_EQ(opened(whole).metadata().text("general.architecture"), "unknown");
  Tensors headless = t5_encoder(32128, false);
  std::erase_if(headless, [](const Tensor& one) { return one.name.find("relative") != std::string::npos; });
  EXPECT_EQ(opened(headless).metadata().text("general.architecture"), "unknown");
  Tensors short_of_one = t5_encoder(32128, false);
  short_of_one.pop_back();
  EXPECT_THAT(sentence_of([&] { opened(short_of_one); }), HasSubstr("encoder.block.23.layer.1.DenseReluDense.wo"));
}

TEST(ImageModel, NamesOfLanguageModelsAreNotMistaken) {
  const Model model = opened({{"model.layers.0.mlp.up_proj.weight", "BF16", {64, 64}}});
  EXPECT_EQ(model.metadata().text("general.architecture"), "unknown");
  EXPECT_THAT(texts_of(model.notes()), Not(Contains(HasSubstr("images"))));
}

TEST(ImageModel, LongNamesAreKept) {
  Tensors tensors = all_families()[8].tensors;
  const std::string name = "input_blocks.4.1.transformer_blocks.0." + std::string(80, 'x') + ".weight";
  tensors.push_back({name, "F16", {512, 512}});
  EXPECT_EQ(opened(tensors).tensors().back().name, name);
  tensors.back().name = std::string(128, 'x');
  EXPECT_THAT(sentence_of([&] { opened(tensors); }), AllOf(HasSubstr("has 128 bytes"), HasSubstr("127 at most")));
}

}  // namespace
}  // namespace nibble
