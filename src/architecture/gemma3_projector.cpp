#include <cmath>

#include "architecture/layers.h"
#include "architecture/projectors.h"

/// The image encoder of Gemma 3 (SigLIP), and one matrix into the language model.
namespace nibble::architecture {
namespace {

using enum Size;

constexpr std::string_view names[] = {"Gemma3ForConditionalGeneration"};
constexpr ConfigDefault defaults[] = {{"layer_norm_eps", 1e-6}};

constexpr TensorRule globals[] = {
    {"vision_tower.vision_model.embeddings.patch_embedding.weight", "v.patch_embd.weight", any, any},
    {"vision_tower.vision_model.embeddings.patch_embedding.bias", "v.patch_embd.bias", embedding},
    {"vision_tower.vision_model.embeddings.position_embedding.weight", "v.position_embd.weight", embedding, any},
    {"vision_tower.vision_model.post_layernorm.weight", "v.post_ln.weight", embedding},
    {"vision_tower.vision_model.post_layernorm.bias", "v.post_ln.bias", embedding},
    {"multi_modal_projector.mm_input_projection_weight", "mm.input_projection.weight", any, any},
    shifted("multi_modal_projector.mm_soft_emb_norm.weight", "mm.soft_emb_norm.weight", any),
};
constexpr Stack stacks[] = {{"vision_tower.vision_model.encoder.layers.#.", "v.blk.#.", siglip_layer}};
constexpr std::string_view left_out[] = {"model.", "lm_head.", "vision_tower.vision_model.head."};

/// What llama.cpp takes when the file does not say it.
constexpr uint64_t usual_scale = 4;

void finish(const Projection& projection) {
  const Conversion& vision = projection.vision;
  vision.set_f32("vision.attention.layer_norm_epsilon", vision.config.number("layer_norm_eps").value_or(1e-6));
  vision.set_bool("use_gelu", true);
  const auto side = static_cast<uint64_t>(std::sqrt(projection.preprocessor.number("image_seq_length").value_or(256)));
  const uint64_t size = vision.config.whole("image_size").value_or(0),
                 patch = vision.config.whole("patch_size").value_or(0);
  const uint64_t scale = patch && side ? size / patch / side : 0;
  if (scale > 0 && scale != usual_scale) vision.set_u32("vision.projector.scale_factor", scale);
  for (ConvertedTensor& tensor : vision.model.tensors) {
    // In a file of any type.
    if (tensor.name == "v.patch_embd.weight") tensor.follows_f16 = false;
    if (tensor.name != "mm.input_projection.weight") continue;
    tensor.type = Type::f16;
    tensor.any_type = false;
  }
}

}  // namespace

const Projector gemma3_projector = {{.architecture = "clip",
                                     .title = "the image encoder of Gemma 3",
                                     .hugging_face = names,
                                     .defaults = defaults,
                                     .globals = globals,
                                     .left_out = left_out,
                                     .stacks = stacks,
                                     .rope = false,
                                     .common = vision_parameters},
                                    "gemma3",
                                    finish};

}  // namespace nibble::architecture
