#include "architecture/layers.h"
#include "architecture/projectors.h"

/// The image encoder of SmolVLM and Idefics 3 (SigLIP), and one matrix into the language model.
namespace nibble::architecture {
namespace {

using enum Size;

constexpr std::string_view names[] = {"Idefics3ForConditionalGeneration", "SmolVLMForConditionalGeneration"};
constexpr ConfigDefault defaults[] = {
    {"hidden_size", 1152}, {"num_attention_heads", 16}, {"intermediate_size", 3072}, {"layer_norm_eps", 1e-5}};

constexpr TensorRule globals[] = {
    {"vision_model.embeddings.patch_embedding.weight", "v.patch_embd.weight", any, any},
    {"vision_model.embeddings.patch_embedding.bias", "v.patch_embd.bias", embedding},
    {"vision_model.embeddings.position_embedding.weight", "v.position_embd.weight", embedding, any},
    {"vision_model.post_layernorm.weight", "v.post_ln.weight", embedding},
    {"vision_model.post_layernorm.bias", "v.post_ln.bias", embedding},
    {"connector.modality_projection.proj.weight", "mm.model.fc.weight", any, any},
};
constexpr Stack stacks[] = {{"vision_model.encoder.layers.#.", "v.blk.#.", siglip_layer}};

void finish(const Projection& projection) {
  const Conversion& vision = projection.vision;
  vision.set_f32("vision.attention.layer_norm_epsilon", vision.config.number("layer_norm_eps").value_or(1e-5));
  vision.set_bool("use_gelu", true);
  vision.set_u32("vision.projector.scale_factor", projection.model.whole("scale_factor").value_or(2));
  const auto size = projection.preprocessor.object("size");
  const auto longest = size ? size->whole("longest_edge") : std::nullopt;
  vision.set_u32("vision.preproc_image_size", longest.value_or(vision.config.whole("image_size").value_or(0)));
  for (ConvertedTensor& tensor : vision.model.tensors) {
    // In a file of any type.
    if (tensor.name == "v.patch_embd.weight") tensor.follows_f16 = false;
  }
}

}  // namespace

const Projector idefics3_projector = {{.architecture = "clip",
                                       .title = "the image encoder of SmolVLM and Idefics 3",
                                       .hugging_face = names,
                                       .defaults = defaults,
                                       .globals = globals,
                                       .left_out = text_parts,
                                       .stacks = stacks,
                                       .rope = false,
                                       .common = vision_parameters},
                                      "idefics3",
                                      finish};

}  // namespace nibble::architecture
