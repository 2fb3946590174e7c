#pragma once
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

/// Folders of models that look at images, and the file that llama.cpp has beside the language model's: tensors,
/// metadata and types as its conversion script's source has them.
namespace nibble::projector_cases {

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
  Json_ preprocessor = Json_::object();  // beside what all have
};

inline constexpr uint64_t heads = 2, width = 32, hidden = 64, text = 48;

inline void add(std::vector<Source>& list, const std::string& name, const Shape& shape, const std::string& made) {
  list.push_back({name + ".weight", shape, {{made + ".weight"}}});
  list.push_back({name + ".bias", {shape[0]}, {{made + ".bias"}}});
}
inline void add_weight(std::vector<Source>& list, const std::string& name, const Shape& shape,
                       const std::string& made) {
  list.push_back({name + ".weight", shape, {{made + ".weight"}}});
}
inline void add_thirds(std::vector<Source>& list, const std::string& name, const std::string& made) {
  for (const char* end : {".weight", ".bias"}) {
    list.push_back({name + end,
                    std::string(end) == ".bias" ? Shape{3 * width} : Shape{3 * width, width},
                    {{made + "attn_q" + end, From::first_third},
                     {made + "attn_k" + end, From::second_third},
                     {made + "attn_v" + end, From::last_third}}});
  }
}
inline const Source two_images = {
    "visual.patch_embed.proj.weight",
    {width, 3, 2, 4, 4},
    {{"v.patch_embd.weight", From::first_image}, {"v.patch_embd.weight.1", From::second_image}}};
inline const Source text_part = {"model.layers.0.self_attn.q_proj.weight", {text, text}, {}};

inline Case qwen2_vl() {
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

inline Case qwen2_5_vl() {
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
inline Case qwen3_vl() {
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

inline void add_siglip_layer(std::vector<Source>& list, const std::string& from, const std::string& to) {
  add(list, from + "layer_norm1", {width}, to + "ln1");
  add(list, from + "layer_norm2", {width}, to + "ln2");
  for (const char* part : {"q", "k", "v"}) {
    add(list, from + "self_attn." + part + "_proj", {width, width}, to + "attn_" + part);
  }
  add(list, from + "self_attn.out_proj", {width, width}, to + "attn_out");
  add(list, from + "mlp.fc1", {hidden, width}, to + "ffn_up");
  add(list, from + "mlp.fc2", {width, hidden}, to + "ffn_down");
}

inline Case gemma3() {
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
    const std::string number = std::to_string(layer);
    add_siglip_layer(one.sources, "vision_tower.vision_model.encoder.layers." + number + '.', "v.blk." + number + '.');
  }
  return one;
}

inline Case pixtral() {
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

inline Case intern_vl() {
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

inline Case smol_vlm() {
  Case one{"smol_vlm",
           {{"architectures", {"SmolVLMForConditionalGeneration"}},
            {"model_type", "smolvlm"},
            {"scale_factor", 4},
            {"text_config", {{"hidden_size", text}}},
            {"vision_config",
             {{"model_type", "smolvlm_vision"},
              {"hidden_size", width},
              {"intermediate_size", hidden},
              {"num_attention_heads", heads},
              {"num_hidden_layers", 2},
              {"image_size", 512},
              {"patch_size", 16}}}},
           {{"model.text_model.layers.0.self_attn.q_proj.weight", {text, text}, {}},
            {"lm_head.weight", {16, text}, {}},
            {"model.vision_model.embeddings.patch_embedding.weight", {width, 3, 4, 4}, {{"v.patch_embd.weight"}}},
            {"model.vision_model.embeddings.patch_embedding.bias", {width}, {{"v.patch_embd.bias"}}},
            {"model.connector.modality_projection.proj.weight", {text, 16 * width}, {{"mm.model.fc.weight"}}}},
           {{"clip.projector_type", "idefics3"},
            {"clip.use_gelu", true},
            {"clip.vision.image_size", 512},
            {"clip.vision.preproc_image_size", 2048},
            {"clip.vision.patch_size", 16},
            {"clip.vision.embedding_length", width},
            {"clip.vision.feed_forward_length", hidden},
            {"clip.vision.projector.scale_factor", 4},
            {"clip.vision.attention.layer_norm_epsilon", 1e-5f}},
           {{"v.patch_embd.weight", "f32"}}};
  one.preprocessor = {{"size", {{"longest_edge", 2048}}}};
  add_weight(one.sources, "model.vision_model.embeddings.position_embedding", {16, width}, "v.position_embd");
  add(one.sources, "model.vision_model.post_layernorm", {width}, "v.post_ln");
  for (int layer = 0; layer < 2; ++layer) {
    const std::string number = std::to_string(layer);
    add_siglip_layer(one.sources, "model.vision_model.encoder.layers." + number + '.', "v.blk." + number + '.');
  }
  return one;
}

/// GLM-4.1V: networks as wide as the language model, and between encoder and language model one of its own.
inline Case glm4_vision() {
  Case one{"glm4v",
           {{"architectures", {"Glm4vForConditionalGeneration"}},
            {"model_type", "glm4v"},
            {"text_config", {{"hidden_size", text}, {"rms_norm_eps", 1e-6}}},
            {"vision_config",
             {{"depth", 2},
              {"hidden_size", width},
              {"out_hidden_size", text},
              {"intermediate_size", hidden},
              {"num_heads", heads},
              {"hidden_act", "silu"},
              {"rms_norm_eps", 1e-5},
              {"image_size", 336},
              {"patch_size", 14},
              {"spatial_merge_size", 2}}}},
           {{"model.language_model.layers.0.self_attn.q_proj.weight", {text, text}, {}}, two_images},
           {{"clip.projector_type", "glm4v"},
            {"clip.use_silu", true},
            {"clip.vision.image_size", 336},
            {"clip.vision.patch_size", 14},
            {"clip.vision.embedding_length", width},
            {"clip.vision.feed_forward_length", hidden},
            {"clip.vision.attention.layer_norm_epsilon", 1e-5f}}};
  one.sources.back().name.insert(0, "model.");
  one.sources.push_back({"model.visual.patch_embed.proj.bias", {width}, {{"v.patch_embd.bias"}}});
  add_weight(one.sources, "model.visual.embeddings.position_embedding", {576, width}, "v.position_embd");
  add_weight(one.sources, "model.visual.post_conv_layernorm", {width}, "v.norm_embd");
  add_weight(one.sources, "model.visual.post_layernorm", {width}, "v.post_ln");
  for (int layer = 0; layer < 2; ++layer) {
    const std::string from = "model.visual.blocks." + std::to_string(layer) + '.',
                      to = "v.blk." + std::to_string(layer) + '.';
    add_weight(one.sources, from + "norm1", {width}, to + "ln1");
    add_weight(one.sources, from + "norm2", {width}, to + "ln2");
    add_weight(one.sources, from + "attn.qkv", {3 * width, width}, to + "attn_qkv");
    add_weight(one.sources, from + "attn.proj", {width, width}, to + "attn_out");
    add_weight(one.sources, from + "mlp.gate_proj", {text, width}, to + "ffn_gate");
    add_weight(one.sources, from + "mlp.up_proj", {text, width}, to + "ffn_up");
    add_weight(one.sources, from + "mlp.down_proj", {width, text}, to + "ffn_down");
  }
  add(one.sources, "model.visual.downsample", {text, width, 2, 2}, "mm.patch_merger");
  add_weight(one.sources, "model.visual.merger.proj", {text, text}, "mm.model.fc");
  add(one.sources, "model.visual.merger.post_projection_norm", {text}, "mm.post_norm");
  add_weight(one.sources, "model.visual.merger.gate_proj", {hidden, text}, "mm.gate");
  add_weight(one.sources, "model.visual.merger.up_proj", {hidden, text}, "mm.up");
  add_weight(one.sources, "model.visual.merger.down_proj", {text, hidden}, "mm.down");
  return one;
}

inline std::vector<Case> all_cases() {
  return {qwen2_vl(), qwen2_5_vl(), qwen3_vl(), gemma3(), pixtral(), intern_vl(), smol_vlm(), glm4_vision()};
}

}  // namespace nibble::projector_cases
