#pragma once
#include "architecture/family.h"
#include "architecture/projector.h"

/// What the file of a family's image encoder declares: a Family whose configuration is config.json's "vision_config".
namespace nibble::architecture {

/// What is known when its metadata are made.
struct Projection {
  const Conversion& vision;               ///< keys are behind "clip."
  const HuggingFaceConfig& model;         ///< all of config.json
  const HuggingFaceConfig& preprocessor;  ///< what is done to images first
  std::span<const SourceTensor> tensors;  ///< of the whole folder
  std::span<const std::string> names;     ///< of these, without wrappers
  const ProjectorFiles& files;
};

struct Projector {
  Family family;
  std::string_view type;  ///< clip.projector_type
  /// Metadata and tensors that no table says.
  void (*finish)(const Projection& projection) = nullptr;
  /// Where "vision_config" has another name for what it is: whether it is this.
  bool (*suits)(const HuggingFaceConfig& vision) = nullptr;
};

std::span<const Parameter> vision_parameters();

/// Thirds of the rows of a matrix of queries, keys and values.
void first_third(const Operands& operands);
void second_third(const Operands& operands);
void last_third(const Operands& operands);
/// Of a convolution over two images that follow one another, the part for the first and for the second.
void first_image(const Operands& operands);
void second_image(const Operands& operands);

/// A layer of SigLIP.
inline constexpr TensorRule siglip_layer[] = {
    {"layer_norm1.weight", "ln1.weight", Size::embedding},
    {"layer_norm1.bias", "ln1.bias", Size::embedding},
    {"layer_norm2.weight", "ln2.weight", Size::embedding},
    {"layer_norm2.bias", "ln2.bias", Size::embedding},
    {"self_attn.q_proj.weight", "attn_q.weight", Size::embedding, Size::embedding},
    {"self_attn.q_proj.bias", "attn_q.bias", Size::embedding},
    {"self_attn.k_proj.weight", "attn_k.weight", Size::embedding, Size::embedding},
    {"self_attn.k_proj.bias", "attn_k.bias", Size::embedding},
    {"self_attn.v_proj.weight", "attn_v.weight", Size::embedding, Size::embedding},
    {"self_attn.v_proj.bias", "attn_v.bias", Size::embedding},
    {"self_attn.out_proj.weight", "attn_out.weight", Size::embedding, Size::embedding},
    {"self_attn.out_proj.bias", "attn_out.bias", Size::embedding},
    {"mlp.fc1.weight", "ffn_up.weight", Size::embedding, Size::feed_forward},
    {"mlp.fc1.bias", "ffn_up.bias", Size::feed_forward},
    {"mlp.fc2.weight", "ffn_down.weight", Size::feed_forward, Size::embedding},
    {"mlp.fc2.bias", "ffn_down.bias", Size::embedding},
};

/// Of text tensors: left out.
inline constexpr std::string_view text_parts[] = {"model.", "lm_head.", "mtp."};

extern const Projector qwen2_vl_projector, qwen2_5_vl_projector, qwen3_vl_projector, gemma3_projector,
    pixtral_projector, intern_vl_projector, idefics3_projector, glm4v_projector;

}  // namespace nibble::architecture
