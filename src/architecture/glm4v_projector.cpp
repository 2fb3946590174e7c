#include "architecture/layers.h"
#include "architecture/projectors.h"

/// The image encoder of GLM-4.1V and GLM-4.5V. Two images that follow one another are one input to it.
namespace nibble::architecture {
namespace {

using enum Size;

constexpr std::string_view names[] = {"Glm4vForConditionalGeneration", "Glm4vMoeForConditionalGeneration"};
constexpr ConfigAlias aliases[] = {{"num_hidden_layers", "depth"}, {"num_attention_heads", "num_heads"}};

constexpr TensorRule globals[] = {
    made("visual.patch_embed.proj.weight", "v.patch_embd.weight", first_image),
    made("visual.patch_embed.proj.weight", "v.patch_embd.weight.1", second_image),
    {"visual.patch_embed.proj.bias", "v.patch_embd.bias", embedding},
    {"visual.embeddings.position_embedding.weight", "v.position_embd.weight", embedding, any},
    {"visual.post_conv_layernorm.weight", "v.norm_embd.weight", embedding},
    {"visual.post_layernorm.weight", "v.post_ln.weight", embedding},
    {"visual.downsample.weight", "mm.patch_merger.weight", any, any},
    {"visual.downsample.bias", "mm.patch_merger.bias", any},
    {"visual.merger.proj.weight", "mm.model.fc.weight", any, any},
    {"visual.merger.post_projection_norm.weight", "mm.post_norm.weight", any},
    {"visual.merger.post_projection_norm.bias", "mm.post_norm.bias", any},
    {"visual.merger.gate_proj.weight", "mm.gate.weight", any, any},
    {"visual.merger.up_proj.weight", "mm.up.weight", any, any},
    {"visual.merger.down_proj.weight", "mm.down.weight", any, any},
};
/// The width of a layer's network is the language model's; the one that config.json names is the merger's.
constexpr TensorRule layer[] = {
    {"norm1.weight", "ln1.weight", embedding},
    {"norm2.weight", "ln2.weight", embedding},
    {"attn.qkv.weight", "attn_qkv.weight", embedding, any},
    optional({"attn.qkv.bias", "attn_qkv.bias", any}),
    {"attn.proj.weight", "attn_out.weight", embedding, embedding},
    optional({"attn.proj.bias", "attn_out.bias", embedding}),
    {"mlp.gate_proj.weight", "ffn_gate.weight", embedding, any},
    {"mlp.up_proj.weight", "ffn_up.weight", embedding, any},
    {"mlp.down_proj.weight", "ffn_down.weight", any, embedding},
};
constexpr Stack stacks[] = {{"visual.blocks.#.", "v.blk.#.", layer}};

void finish(const Projection& projection) {
  const Conversion& vision = projection.vision;
  const std::string activation = vision.config.text("hidden_act").value_or("");
  if (activation == "gelu" || activation == "silu") vision.set_bool("use_" + activation, true);
  vision.set_f32("vision.attention.layer_norm_epsilon", vision.config.number("rms_norm_eps").value_or(1e-5));
}

}  // namespace

const Projector glm4v_projector = {{.architecture = "clip",
                                    .title = "the image encoder of GLM-4V",
                                    .hugging_face = names,
                                    .globals = globals,
                                    .left_out = text_parts,
                                    .aliases = aliases,
                                    .stacks = stacks,
                                    .rope = false,
                                    .common = vision_parameters},
                                   "glm4v",
                                   finish};

}  // namespace nibble::architecture
