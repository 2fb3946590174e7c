#include <algorithm>
#include <cmath>

#include "architecture/layers.h"
#include "architecture/projectors.h"
#include "container/text.h"
#include "error.h"

/// The image encoders of Qwen2-VL, Qwen2.5-VL, Qwen3-VL and Qwen3.5. Two images that follow one another are one input
/// to them, so that their first convolution is two of llama.cpp's.
namespace nibble::architecture {
namespace {

using enum Size;

constexpr std::string_view names_2[] = {"Qwen2VLForConditionalGeneration"};
constexpr std::string_view names_2_5[] = {"Qwen2_5_VLForConditionalGeneration"};
constexpr std::string_view names_3[] = {"Qwen3VLForConditionalGeneration", "Qwen3VLMoeForConditionalGeneration",
                                        "Qwen3_5ForConditionalGeneration", "Qwen3_5MoeForConditionalGeneration"};
constexpr ConfigDefault defaults_2[] = {{"image_size", 560}, {"patch_size", 14}};
constexpr ConfigDefault defaults_3[] = {{"patch_size", 16}, {"num_position_embeddings", 2304}};
constexpr ConfigAlias aliases[] = {{"num_hidden_layers", "depth"}, {"num_attention_heads", "num_heads"}};

constexpr TensorRule patches[] = {
    made("visual.patch_embed.proj.weight", "v.patch_embd.weight", first_image),
    made("visual.patch_embed.proj.weight", "v.patch_embd.weight.1", second_image),
};
constexpr TensorRule merger[] = {
    {"visual.merger.ln_q.weight", "v.post_ln.weight", any},
    optional({"visual.merger.ln_q.bias", "v.post_ln.bias", any}),
    {"visual.merger.mlp.0.weight", "mm.0.weight", any, any},
    {"visual.merger.mlp.0.bias", "mm.0.bias", any},
    {"visual.merger.mlp.2.weight", "mm.2.weight", any, any},
    {"visual.merger.mlp.2.bias", "mm.2.bias", any},
};
constexpr TensorRule parts_of_qkv[] = {
    made("attn.qkv.weight", "attn_q.weight", first_third),  made("attn.qkv.bias", "attn_q.bias", first_third),
    made("attn.qkv.weight", "attn_k.weight", second_third), made("attn.qkv.bias", "attn_k.bias", second_third),
    made("attn.qkv.weight", "attn_v.weight", last_third),   made("attn.qkv.bias", "attn_v.bias", last_third),
};
constexpr TensorRule norms_and_output[] = {
    {"norm1.weight", "ln1.weight", any},
    optional({"norm1.bias", "ln1.bias", any}),
    {"norm2.weight", "ln2.weight", any},
    optional({"norm2.bias", "ln2.bias", any}),
    {"attn.proj.weight", "attn_out.weight", any, any},
    {"attn.proj.bias", "attn_out.bias", any},
};
constexpr TensorRule network_2[] = {
    {"mlp.fc1.weight", "ffn_up.weight", any, any},
    {"mlp.fc1.bias", "ffn_up.bias", any},
    {"mlp.fc2.weight", "ffn_down.weight", any, any},
    {"mlp.fc2.bias", "ffn_down.bias", any},
};
constexpr TensorRule network_2_5[] = {
    {"mlp.gate_proj.weight", "ffn_gate.weight", embedding, feed_forward},
    {"mlp.gate_proj.bias", "ffn_gate.bias", feed_forward},
    {"mlp.up_proj.weight", "ffn_up.weight", embedding, feed_forward},
    {"mlp.up_proj.bias", "ffn_up.bias", feed_forward},
    {"mlp.down_proj.weight", "ffn_down.weight", feed_forward, embedding},
    {"mlp.down_proj.bias", "ffn_down.bias", embedding},
};
constexpr auto globals_2 = joined(patches, merger);
constexpr auto layer_2 = joined(norms_and_output, parts_of_qkv, network_2);
constexpr auto layer_2_5 = joined(norms_and_output, parts_of_qkv, network_2_5);
constexpr Stack stacks_2[] = {{"visual.blocks.#.", "v.blk.#.", layer_2}};
constexpr Stack stacks_2_5[] = {{"visual.blocks.#.", "v.blk.#.", layer_2_5}};

constexpr TensorRule own_globals_3[] = {
    {"visual.patch_embed.proj.bias", "v.patch_embd.bias", embedding},
    {"visual.pos_embed.weight", "v.position_embd.weight", embedding, any},
    {"visual.merger.norm.weight", "v.post_ln.weight", any},
    {"visual.merger.norm.bias", "v.post_ln.bias", any},
    {"visual.merger.linear_fc1.weight", "mm.0.weight", any, any},
    {"visual.merger.linear_fc1.bias", "mm.0.bias", any},
    {"visual.merger.linear_fc2.weight", "mm.2.weight", any, any},
    {"visual.merger.linear_fc2.bias", "mm.2.bias", any},
};
constexpr TensorRule network_3[] = {
    {"attn.qkv.weight", "attn_qkv.weight", embedding, any},
    {"attn.qkv.bias", "attn_qkv.bias", any},
    {"mlp.linear_fc1.weight", "ffn_up.weight", embedding, feed_forward},
    {"mlp.linear_fc1.bias", "ffn_up.bias", feed_forward},
    {"mlp.linear_fc2.weight", "ffn_down.weight", feed_forward, embedding},
    {"mlp.linear_fc2.bias", "ffn_down.bias", embedding},
};
/// Layers whose outputs go into the language model by themselves.
constexpr TensorRule deep[] = {
    {"norm.weight", "norm.weight", any},           {"norm.bias", "norm.bias", any},
    {"linear_fc1.weight", "fc1.weight", any, any}, {"linear_fc1.bias", "fc1.bias", any},
    {"linear_fc2.weight", "fc2.weight", any, any}, {"linear_fc2.bias", "fc2.bias", any},
};
constexpr auto globals_3 = joined(patches, own_globals_3);
constexpr auto layer_3 = joined(norms_and_output, network_3);

constexpr uint32_t is_deep = 1;
uint64_t deep_count(const Sizes& sizes) {
  return static_cast<uint64_t>(std::count(sizes.kinds.begin(), sizes.kinds.end(), is_deep));
}
uint64_t deep_number(const Sizes& sizes, uint64_t index) {
  for (uint64_t layer = 0; layer < sizes.kinds.size(); ++layer) {
    if (sizes.kinds[layer] == is_deep && index-- == 0) return layer;
  }
  return sizes.kinds.size();
}
constexpr Stack stacks_3[] = {{"visual.blocks.#.", "v.blk.#.", layer_3},
                              {.source = "visual.deepstack_merger_list.#.",
                               .name = "v.deepstack.#.",
                               .rules = deep,
                               .count = deep_count,
                               .number = deep_number}};

/// They come one after the other in the files, in the order of their layers.
void prepare_3(const Preparation& preparation) {
  Sizes& sizes = preparation.sizes;
  sizes.kinds.assign(sizes.layers, 0);
  double before = -1;
  for (const double layer : preparation.config.numbers("deepstack_visual_indexes")) {
    if (!(layer > before) || layer >= static_cast<double>(sizes.layers)) {
      throw Error("In config.json, \"deepstack_visual_indexes\" lists layers that there are not, or not in order.");
    }
    sizes.kinds[static_cast<size_t>(layer)] = is_deep;
    before = layer;
  }
}

/// Qwen2-VL has the width of the encoder under another name, and that of the language model under the usual one, which
/// llama.cpp's conversion script takes for that of the feed-forward network.
void finish_2(const Projection& projection) {
  const Conversion& vision = projection.vision;
  if (const auto width = vision.config.whole("embed_dim")) {
    vision.set_u32("vision.feed_forward_length", vision.config.whole("hidden_size").value_or(0));
    vision.set_u32("vision.embedding_length", *width);
  }
  vision.set_f32("vision.attention.layer_norm_epsilon", projection.model.number("rms_norm_eps").value_or(1e-6));
}

/// Every so many layers one sees the whole image, the others windows of it.
void finish_2_5(const Projection& projection) {
  finish_2(projection);
  const std::vector<double> whole = projection.vision.config.numbers("fullatt_block_indexes");
  if (whole.empty()) {
    throw Error(
        "config.json does not say which layers of the image encoder see the whole image "
        "(\"fullatt_block_indexes\"). Is the file complete?");
  }
  const double every = whole.front() + 1;
  for (size_t i = 1; i < whole.size(); ++i) {
    if (whole[i] - whole[i - 1] == every) continue;
    throw Error("The layers that see the whole image (\"fullatt_block_indexes\" in config.json) do not lie " +
                std::to_string(static_cast<uint64_t>(every)) + " apart, which llama.cpp expects.");
  }
  projection.vision.set_bool("use_silu", true);
  projection.vision.set_u32("vision.n_wa_pattern", static_cast<uint64_t>(every));
}

void finish_3(const Projection& projection) {
  const Conversion& vision = projection.vision;
  if (!vision.config.has("image_size")) {
    const double side = std::sqrt(vision.config.number("num_position_embeddings").value_or(0));
    vision.set_u32("vision.image_size", static_cast<uint64_t>(side * vision.config.number("patch_size").value_or(0)));
  }
  vision.set_bool("use_gelu", true);
  if (const auto merged = vision.config.whole("spatial_merge_size")) {
    vision.set_u32("vision.spatial_merge_size", *merged);
  }
  // Of the language model, and of it alone where config.json has its members apart.
  const auto text = projection.model.object("text_config");
  vision.set_f32("vision.attention.layer_norm_epsilon", text ? text->number("rms_norm_eps").value_or(1e-6) : 1e-6);
  std::vector<bool> flags;
  for (const uint32_t kind : vision.sizes.kinds) flags.push_back(kind == is_deep);
  if (!flags.empty()) vision.set_array("vision.is_deepstack_layers", flags);
}

constexpr Family vision_family(std::string_view title, std::span<const std::string_view> classes,
                               std::span<const ConfigDefault> defaults, std::span<const TensorRule> globals,
                               std::span<const Stack> stacks, void (*prepare)(const Preparation&) = nullptr) {
  return {.architecture = "clip",
          .title = title,
          .hugging_face = classes,
          .defaults = defaults,
          .globals = globals,
          .left_out = text_parts,
          .aliases = aliases,
          .stacks = stacks,
          .prepare = prepare,
          .rope = false,
          .common = vision_parameters};
}

}  // namespace

const Projector qwen2_vl_projector = {
    vision_family("the image encoder of Qwen2-VL", names_2, defaults_2, globals_2, stacks_2), "qwen2vl_merger",
    finish_2};
const Projector qwen2_5_vl_projector = {
    vision_family("the image encoder of Qwen2.5-VL", names_2_5, defaults_2, globals_2, stacks_2_5), "qwen2.5vl_merger",
    finish_2_5};
const Projector qwen3_vl_projector = {
    vision_family("the image encoder of Qwen3-VL", names_3, defaults_3, globals_3, stacks_3, prepare_3),
    "qwen3vl_merger", finish_3};

}  // namespace nibble::architecture
