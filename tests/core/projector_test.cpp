#include "architecture/projector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <nlohmann/json.hpp>
#include <random>

#include "converted.h"
#include "sentence_of.h"

/// Image encoders of folders become the file that llama.cpp has beside the language model's: names, shapes, types and
/// metadata as its conversion script's source has them, and values by a slow reference. No file of that script is
/// compared with.
namespace nibble {
namespace {

using testing::HasSubstr;
using Json_ = nlohmann::ordered_json;
using Shape = std::vector<uint64_t>;  // outermost first

/// How a tensor's values come from those of its source.
enum class From { same, first_third, second_third, last_third, first_image, second_image, rotated, plus_one, row_5 };

struct Made {
  std::string name;
  From from = From::same;
};
struct Source {
  std::string name;
  Shape shape;
  std::vector<Made> made;  // empty: left out
};

struct Case {
  std::string name;
  Json_ config;
  std::vector<Source> sources;
  std::map<std::string, Json_> metadata;                 // beside what all have
  std::map<std::string, std::string> types_of_f16 = {};  // of an F16 file, other than by the common rules
  Json_ tokenizer = nullptr;
};

constexpr uint64_t heads = 2, width = 32, hidden = 64, text = 48;

void add(std::vector<Source>& list, const std::string& name, const Shape& shape, const std::string& made) {
  list.push_back({name + ".weight", shape, {{made + ".weight"}}});
  list.push_back({name + ".bias", {shape[0]}, {{made + ".bias"}}});
}
void add_weight(std::vector<Source>& list, const std::string& name, const Shape& shape, const std::string& made) {
  list.push_back({name + ".weight", shape, {{made + ".weight"}}});
}
void add_thirds(std::vector<Source>& list, const std::string& name, const std::string& made) {
  for (const char* end : {".weight", ".bias"}) {
    list.push_back({name + end,
                    std::string(end) == ".bias" ? Shape{3 * width} : Shape{3 * width, width},
                    {{made + "attn_q" + end, From::first_third},
                     {made + "attn_k" + end, From::second_third},
                     {made + "attn_v" + end, From::last_third}}});
  }
}
const Source two_images = {"visual.patch_embed.proj.weight",
                           {width, 3, 2, 4, 4},
                           {{"v.patch_embd.weight", From::first_image}, {"v.patch_embd.weight.1", From::second_image}}};
const Source text_part = {"model.layers.0.self_attn.q_proj.weight", {text, text}, {}};

Case qwen2_vl() {
  Case one{"qwen2_vl",
           {{"architectures", {"Qwen2VLForConditionalGeneration"}},
            {"model_type", "qwen2_vl"},
            {"hidden_size", text},
            {"rms_norm_eps", 1e-6},
            {"vision_config",
             {{"depth", 2}, {"embed_dim", width}, {"hidden_size", text}, {"num_heads", heads}, {"patch_size", 14}}}},
           {text_part, two_images},
           {{"clip.projector_type", "qwen2vl_merger"},
            {"clip.vision.image_size", 560},
            {"clip.vision.patch_size", 14},
            {"clip.vision.embedding_length", width},
            {"clip.vision.feed_forward_length", text},
            {"clip.vision.attention.layer_norm_epsilon", 1e-6f}}};
  for (int layer = 0; layer < 2; ++layer) {
    const std::string from = "visual.blocks." + std::to_string(layer) + '.',
                      to = "v.blk." + std::to_string(layer) + '.';
    add(one.sources, from + "norm1", {width}, to + "ln1");
    add(one.sources, from + "norm2", {width}, to + "ln2");
    add_thirds(one.sources, from + "attn.qkv", to);
    add(one.sources, from + "attn.proj", {width, width}, to + "attn_out");
    add(one.sources, from + "mlp.fc1", {hidden, width}, to + "ffn_up");
    add(one.sources, from + "mlp.fc2", {width, hidden}, to + "ffn_down");
  }
  add(one.sources, "visual.merger.ln_q", {width}, "v.post_ln");
  add(one.sources, "visual.merger.mlp.0", {4 * width, 4 * width}, "mm.0");
  add(one.sources, "visual.merger.mlp.2", {text, 4 * width}, "mm.2");
  return one;
}

Case qwen2_5_vl() {
  Case one{"qwen2_5_vl",
           {{"architectures", {"Qwen2_5_VLForConditionalGeneration"}},
            {"model_type", "qwen2_5_vl"},
            {"hidden_size", text},
            {"rms_norm_eps", 1e-5},
            {"vision_config",
             {{"depth", 4},
              {"hidden_size", width},
              {"intermediate_size", hidden},
              {"num_heads", heads},
              {"patch_size", 14},
              {"fullatt_block_indexes", {1, 3}}}}},
           {text_part, two_images},
           {{"clip.projector_type", "qwen2.5vl_merger"},
            {"clip.use_silu", true},
            {"clip.vision.image_size", 560},
            {"clip.vision.patch_size", 14},
            {"clip.vision.embedding_length", width},
            {"clip.vision.feed_forward_length", hidden},
            {"clip.vision.n_wa_pattern", 2},
            {"clip.vision.attention.layer_norm_epsilon", 1e-5f}}};
  for (int layer = 0; layer < 4; ++layer) {
    const std::string from = "visual.blocks." + std::to_string(layer) + '.',
                      to = "v.blk." + std::to_string(layer) + '.';
    add_weight(one.sources, from + "norm1", {width}, to + "ln1");
    add_weight(one.sources, from + "norm2", {width}, to + "ln2");
    add_thirds(one.sources, from + "attn.qkv", to);
    add(one.sources, from + "attn.proj", {width, width}, to + "attn_out");
    add(one.sources, from + "mlp.gate_proj", {hidden, width}, to + "ffn_gate");
    add(one.sources, from + "mlp.up_proj", {hidden, width}, to + "ffn_up");
    add(one.sources, from + "mlp.down_proj", {width, hidden}, to + "ffn_down");
  }
  add_weight(one.sources, "visual.merger.ln_q", {width}, "v.post_ln");
  add(one.sources, "visual.merger.mlp.0", {4 * width, 4 * width}, "mm.0");
  add(one.sources, "visual.merger.mlp.2", {text, 4 * width}, "mm.2");
  return one;
}

/// Names as newer checkpoints have them.
Case qwen3_vl() {
  Case one{"qwen3_vl",
           {{"architectures", {"Qwen3VLForConditionalGeneration"}},
            {"model_type", "qwen3_vl"},
            {"text_config", {{"hidden_size", text}, {"rms_norm_eps", 1e-5}}},
            {"vision_config",
             {{"depth", 3},
              {"hidden_size", width},
              {"intermediate_size", hidden},
              {"num_heads", heads},
              {"num_position_embeddings", 36},
              {"patch_size", 16},
              {"spatial_merge_size", 2},
              {"deepstack_visual_indexes", {0, 2}}}}},
           {{"model.language_model.layers.0.self_attn.q_proj.weight", {text, text}, {}}, two_images},
           {{"clip.projector_type", "qwen3vl_merger"},
            {"clip.use_gelu", true},
            {"clip.vision.image_size", 96},
            {"clip.vision.patch_size", 16},
            {"clip.vision.embedding_length", width},
            {"clip.vision.feed_forward_length", hidden},
            {"clip.vision.spatial_merge_size", 2},
            {"clip.vision.is_deepstack_layers", {true, false, true}},
            {"clip.vision.attention.layer_norm_epsilon", 1e-5f}}};
  one.sources.back().name.insert(0, "model.");
  one.sources.push_back({"model.visual.patch_embed.proj.bias", {width}, {{"v.patch_embd.bias"}}});
  add_weight(one.sources, "model.visual.pos_embed", {36, width}, "v.position_embd");
  for (int layer = 0; layer < 3; ++layer) {
    const std::string from = "model.visual.blocks." + std::to_string(layer) + '.',
                      to = "v.blk." + std::to_string(layer) + '.';
    add(one.sources, from + "norm1", {width}, to + "ln1");
    add(one.sources, from + "norm2", {width}, to + "ln2");
    add(one.sources, from + "attn.qkv", {3 * width, width}, to + "attn_qkv");
    add(one.sources, from + "attn.proj", {width, width}, to + "attn_out");
    add(one.sources, from + "mlp.linear_fc1", {hidden, width}, to + "ffn_up");
    add(one.sources, from + "mlp.linear_fc2", {width, hidden}, to + "ffn_down");
  }
  const auto merger = [&](const std::string& from, const std::string& norm, const std::string& first,
                          const std::string& second, uint64_t size) {
    add(one.sources, from + "norm", {size}, norm);
    add(one.sources, from + "linear_fc1", {4 * width, 4 * width}, first);
    add(one.sources, from + "linear_fc2", {text, 4 * width}, second);
  };
  merger("model.visual.merger.", "v.post_ln", "mm.0", "mm.2", width);
  for (const auto& [index, layer] : {std::pair("0", "0"), std::pair("1", "2")}) {
    const std::string to = std::string("v.deepstack.") + layer + '.';
    merger(std::string("model.visual.deepstack_merger_list.") + index + '.', to + "norm", to + "fc1", to + "fc2",
           4 * width);
  }
  return one;
}

Case gemma3() {
  Case one{
      "gemma3",
      {{"architectures", {"Gemma3ForConditionalGeneration"}},
       {"model_type", "gemma3"},
       {"text_config", {{"hidden_size", text}}},
       {"vision_config",
        {{"hidden_size", width},
         {"intermediate_size", hidden},
         {"num_attention_heads", heads},
         {"num_hidden_layers", 2},
         {"image_size", 224},
         {"patch_size", 14}}}},
      {{"language_model.model.layers.0.self_attn.q_proj.weight", {text, text}, {}},
       {"vision_tower.vision_model.embeddings.patch_embedding.weight", {width, 3, 4, 4}, {{"v.patch_embd.weight"}}},
       {"vision_tower.vision_model.embeddings.patch_embedding.bias", {width}, {{"v.patch_embd.bias"}}},
       {"multi_modal_projector.mm_input_projection_weight", {width, text}, {{"mm.input_projection.weight"}}},
       {"multi_modal_projector.mm_soft_emb_norm.weight", {width}, {{"mm.soft_emb_norm.weight", From::plus_one}}}},
      {{"clip.projector_type", "gemma3"},
       {"clip.use_gelu", true},
       {"clip.vision.image_size", 224},
       {"clip.vision.patch_size", 14},
       {"clip.vision.embedding_length", width},
       {"clip.vision.feed_forward_length", hidden},
       {"clip.vision.projector.scale_factor", 1},
       {"clip.vision.attention.layer_norm_epsilon", 1e-6f}},
      {{"v.patch_embd.weight", "f32"}}};
  add_weight(one.sources, "vision_tower.vision_model.embeddings.position_embedding", {16, width}, "v.position_embd");
  add(one.sources, "vision_tower.vision_model.post_layernorm", {width}, "v.post_ln");
  for (int layer = 0; layer < 2; ++layer) {
    const std::string from = "vision_tower.vision_model.encoder.layers." + std::to_string(layer) + '.';
    const std::string to = "v.blk." + std::to_string(layer) + '.';
    add(one.sources, from + "layer_norm1", {width}, to + "ln1");
    add(one.sources, from + "layer_norm2", {width}, to + "ln2");
    for (const char* part : {"q", "k", "v"}) {
      add(one.sources, from + "self_attn." + part + "_proj", {width, width}, to + "attn_" + part);
    }
    add(one.sources, from + "self_attn.out_proj", {width, width}, to + "attn_out");
    add(one.sources, from + "mlp.fc1", {hidden, width}, to + "ffn_up");
    add(one.sources, from + "mlp.fc2", {width, hidden}, to + "ffn_down");
  }
  return one;
}

Case pixtral() {
  Case one{
      "mistral3",
      {{"architectures", {"Mistral3ForConditionalGeneration"}},
       {"model_type", "mistral3"},
       {"spatial_merge_size", 2},
       {"text_config", {{"hidden_size", text}}},
       {"vision_config",
        {{"model_type", "pixtral"},
         {"hidden_size", width},
         {"intermediate_size", hidden},
         {"num_attention_heads", heads},
         {"num_hidden_layers", 2},
         {"head_dim", width / heads},
         {"hidden_act", "silu"},
         {"image_size", 1540},
         {"patch_size", 14}}}},
      {{"language_model.model.embed_tokens.weight", {16, text}, {{"v.token_embd.img_break", From::row_5}}},
       {"vision_tower.patch_conv.weight", {width, 3, 4, 4}, {{"v.patch_embd.weight"}}},
       {"vision_tower.ln_pre.weight", {width}, {{"v.pre_ln.weight"}}},
       {"multi_modal_projector.linear_1.weight", {text, width}, {{"mm.1.weight"}}},
       {"multi_modal_projector.linear_2.weight", {text, text}, {{"mm.2.weight"}}},
       {"multi_modal_projector.norm.weight", {width}, {{"mm.input_norm.weight"}}},
       {"multi_modal_projector.patch_merger.merging_layer.weight", {width, 4 * width}, {{"mm.patch_merger.weight"}}}},
      {{"clip.projector_type", "pixtral"},
       {"clip.use_silu", true},
       {"clip.vision.image_size", 1540},
       {"clip.vision.patch_size", 14},
       {"clip.vision.embedding_length", width},
       {"clip.vision.feed_forward_length", hidden},
       {"clip.vision.spatial_merge_size", 2},
       {"clip.vision.attention.layer_norm_epsilon", 1e-5f}},
      {},
      {{"added_tokens_decoder", {{"3", {{"content", "[IMG]"}}}, {"5", {{"content", "[IMG_BREAK]"}}}}}}};
  for (int layer = 0; layer < 2; ++layer) {
    const std::string from = "vision_tower.transformer.layers." + std::to_string(layer) + '.';
    const std::string to = "v.blk." + std::to_string(layer) + '.';
    add_weight(one.sources, from + "attention_norm", {width}, to + "ln1");
    add_weight(one.sources, from + "ffn_norm", {width}, to + "ln2");
    for (const char* part : {"q", "k"}) {
      one.sources.push_back({from + "attention." + part + "_proj.weight",
                             {width, width},
                             {{to + "attn_" + part + ".weight", From::rotated}}});
    }
    add_weight(one.sources, from + "attention.v_proj", {width, width}, to + "attn_v");
    add_weight(one.sources, from + "attention.o_proj", {width, width}, to + "attn_out");
    add_weight(one.sources, from + "feed_forward.gate_proj", {hidden, width}, to + "ffn_gate");
    add_weight(one.sources, from + "feed_forward.up_proj", {hidden, width}, to + "ffn_up");
    add_weight(one.sources, from + "feed_forward.down_proj", {width, hidden}, to + "ffn_down");
  }
  return one;
}

Case intern_vl() {
  Case one{"intern_vl",
           {{"architectures", {"InternVLChatModel"}},
            {"model_type", "internvl_chat"},
            {"downsample_ratio", 0.5},
            {"min_dynamic_patch", 1},
            {"max_dynamic_patch", 12},
            {"llm_config", {{"hidden_size", text}}},
            {"vision_config",
             {{"architectures", {"InternVisionModel"}},
              {"hidden_size", width},
              {"intermediate_size", hidden},
              {"num_attention_heads", heads},
              {"num_hidden_layers", 2},
              {"hidden_act", "gelu"},
              {"image_size", 448},
              {"patch_size", 14},
              {"layer_norm_eps", 1e-6}}}},
           {{"language_model.model.layers.0.self_attn.q_proj.weight", {text, text}, {}},
            {"vision_model.embeddings.class_embedding", {1, 1, width}, {{"v.class_embd"}}},
            {"vision_model.embeddings.position_embedding", {1, 17, width}, {{"v.position_embd.weight"}}},
            {"vision_model.embeddings.patch_embedding.weight", {width, 3, 4, 4}, {{"v.patch_embd.weight"}}},
            {"vision_model.embeddings.patch_embedding.bias", {width}, {{"v.patch_embd.bias"}}}},
           {{"clip.projector_type", "internvl"},
            {"clip.use_gelu", true},
            {"clip.vision.image_size", 448},
            {"clip.vision.patch_size", 14},
            {"clip.vision.embedding_length", width},
            {"clip.vision.feed_forward_length", hidden},
            {"clip.vision.projector.scale_factor", 2},
            {"clip.vision.preproc_min_tiles", 1},
            {"clip.vision.preproc_max_tiles", 12},
            {"clip.vision.attention.layer_norm_epsilon", 1e-6f}}};
  for (int layer = 0; layer < 2; ++layer) {
    const std::string from = "vision_model.encoder.layers." + std::to_string(layer) + '.';
    const std::string to = "v.blk." + std::to_string(layer) + '.';
    add(one.sources, from + "norm1", {width}, to + "ln1");
    add(one.sources, from + "norm2", {width}, to + "ln2");
    add_thirds(one.sources, from + "attn.qkv", to);
    add(one.sources, from + "attn.proj", {width, width}, to + "attn_out");
    one.sources.push_back({from + "ls1", {width}, {{to + "ls1.weight"}}});
    one.sources.push_back({from + "ls2", {width}, {{to + "ls2.weight"}}});
    add(one.sources, from + "mlp.fc1", {hidden, width}, to + "ffn_up");
    add(one.sources, from + "mlp.fc2", {width, hidden}, to + "ffn_down");
  }
  add(one.sources, "mlp1.0", {4 * width}, "mm.model.mlp.0");
  add(one.sources, "mlp1.1", {text, 4 * width}, "mm.model.mlp.1");
  add(one.sources, "mlp1.3", {text, text}, "mm.model.mlp.3");
  return one;
}

std::vector<Case> all_cases() { return {qwen2_vl(), qwen2_5_vl(), qwen3_vl(), gemma3(), pixtral(), intern_vl()}; }

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
  add_text("preprocessor_config.json", {{"image_mean", {0.5, 0.25, 0.125}}, {"image_std", {0.5, 0.5, 1.0}}});
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
