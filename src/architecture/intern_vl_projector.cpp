#include "architecture/layers.h"
#include "architecture/projectors.h"
#include "container/text.h"
#include "error.h"

/// The image encoder of InternVL.
namespace nibble::architecture {
namespace {

using enum Size;

constexpr std::string_view names[] = {"InternVisionModel"};
constexpr ConfigDefault defaults[] = {{"layer_norm_eps", 1e-6}};

constexpr TensorRule globals[] = {
    {"vision_model.embeddings.class_embedding", "v.class_embd", any, any},
    {"vision_model.embeddings.patch_embedding.weight", "v.patch_embd.weight", any, any},
    {"vision_model.embeddings.patch_embedding.bias", "v.patch_embd.bias", embedding},
    {"vision_model.embeddings.position_embedding", "v.position_embd.weight", any, any},
    {"mlp1.0.weight", "mm.model.mlp.0.weight", any},
    {"mlp1.0.bias", "mm.model.mlp.0.bias", any},
    {"mlp1.1.weight", "mm.model.mlp.1.weight", any, any},
    {"mlp1.1.bias", "mm.model.mlp.1.bias", any},
    {"mlp1.3.weight", "mm.model.mlp.3.weight", any, any},
    {"mlp1.3.bias", "mm.model.mlp.3.bias", any},
};
constexpr TensorRule layer[] = {
    {"norm1.weight", "ln1.weight", embedding},
    optional({"norm1.bias", "ln1.bias", embedding}),
    {"norm2.weight", "ln2.weight", embedding},
    optional({"norm2.bias", "ln2.bias", embedding}),
    made("attn.qkv.weight", "attn_q.weight", first_third),
    made("attn.qkv.weight", "attn_k.weight", second_third),
    made("attn.qkv.weight", "attn_v.weight", last_third),
    made("attn.qkv.bias", "attn_q.bias", first_third, Need::sometimes),
    made("attn.qkv.bias", "attn_k.bias", second_third, Need::sometimes),
    made("attn.qkv.bias", "attn_v.bias", last_third, Need::sometimes),
    optional({"attn.q_norm.weight", "attn_q_norm.weight", any}),
    optional({"attn.k_norm.weight", "attn_k_norm.weight", any}),
    {"attn.proj.weight", "attn_out.weight", embedding, embedding},
    {"attn.proj.bias", "attn_out.bias", embedding},
    {"ls1", "ls1.weight", embedding},
    {"ls2", "ls2.weight", embedding},
    {"mlp.fc1.weight", "ffn_up.weight", embedding, feed_forward},
    {"mlp.fc1.bias", "ffn_up.bias", feed_forward},
    {"mlp.fc2.weight", "ffn_down.weight", feed_forward, embedding},
    {"mlp.fc2.bias", "ffn_down.bias", embedding},
};
constexpr Stack stacks[] = {{"vision_model.encoder.layers.#.", "v.blk.#.", layer}};

void finish(const Projection& projection) {
  const Conversion& vision = projection.vision;
  vision.set_f32("vision.attention.layer_norm_epsilon", vision.config.number("layer_norm_eps").value_or(1e-6));
  const std::string activation = vision.config.text("hidden_act").value_or("gelu");
  if (activation != "silu" && activation != "gelu") {
    throw Error("The image encoder has the activation " + in_quotes(activation) + ", which llama.cpp does not have.");
  }
  vision.set_bool(activation == "silu" ? "use_silu" : "use_gelu", true);
  const double ratio = projection.model.number("downsample_ratio").value_or(0);
  if (!(ratio > 0)) {
    throw Error("config.json does not say how images are made smaller (\"downsample_ratio\"). Is the file complete?");
  }
  vision.set_u32("vision.projector.scale_factor", static_cast<uint64_t>(1 / ratio));
  const std::pair<const char*, const char*> tiles[] = {{"min_dynamic_patch", "vision.preproc_min_tiles"},
                                                       {"max_dynamic_patch", "vision.preproc_max_tiles"}};
  for (const auto& [member, key] : tiles) {
    if (const uint64_t count = projection.model.whole(member).value_or(0)) vision.set_u32(key, count);
  }
}

}  // namespace

const Projector intern_vl_projector = {{.architecture = "clip",
                                        .title = "the image encoder of InternVL",
                                        .hugging_face = names,
                                        .defaults = defaults,
                                        .globals = globals,
                                        .left_out = text_parts,
                                        .stacks = stacks,
                                        .rope = false,
                                        .common = vision_parameters},
                                       "internvl",
                                       finish};

}  // namespace nibble::architecture
