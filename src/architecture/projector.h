#pragma once
#include <span>
#include <string_view>
#include <vector>

#include "architecture/architecture.h"

/// What looks at images in a model of text and images, as the GGUF file that llama.cpp has beside the language model's
/// (mmproj): encoder, and projector into the language model. The result is what llama.cpp's conversion script arrives
/// at with --mmproj, except for the order of the tensors.
namespace nibble {

/// Texts of files beside config.json; empty where there is none.
struct ProjectorFiles {
  std::string_view preprocessor_config, processor_config, tokenizer_config, tokenizer_json;
};

/// The architectures that have a projector here, as config.json names them, in alphabetical order.
std::vector<std::string_view> known_projectors();

/// Whether what this configuration says of images is known.
bool has_projector(const HuggingFaceConfig& config);

/// `name` is what the model is called. Throws Error when the model has no image encoder that is known, a file or a
/// member of one is missing, or the tensors are not those it calls for.
ConvertedModel convert_projector(const HuggingFaceConfig& config, std::string_view name,
                                 std::span<const SourceTensor> tensors, const ProjectorFiles& files);

}  // namespace nibble
