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

/// Of text tensors: left out.
inline constexpr std::string_view text_parts[] = {"model.", "lm_head.", "mtp."};

extern const Projector qwen2_vl_projector, qwen2_5_vl_projector, qwen3_vl_projector, gemma3_projector,
    pixtral_projector, intern_vl_projector;

}  // namespace nibble::architecture
