#pragma once
#include <cstdint>
#include <span>
#include <string_view>

#include "recipe/mix.h"

namespace nibble {

/// What a kind of network for images keeps out of quantization: what leads into it and out of it, which is small and
/// which everything goes through. The rules are those of llama-quantize as ComfyUI-GGUF patches it.
struct ImageRules {
  std::string_view architecture;            ///< general.architecture
  std::span<const std::string_view> parts;  ///< of names
  std::span<const std::string_view> names;  ///< whole ones
};

/// Null when it is none of a network for images.
const ImageRules* find_image_rules(std::string_view architecture);

/// Why the tensor is not quantized, in words; empty when it is.
std::string_view reason_to_keep(const ImageRules& rules, const RecipeTensor& tensor);

/// The mix of types in networks for images: values, fused queries and the second matrix of feed-forward networks get
/// more bits. Counts the tensors it is asked about, so ask in output order, once each.
class ImageMix {
 public:
  explicit ImageMix(const FileType& file_type) : file_type_(file_type) {}
  Choice choose(std::string_view tensor);

 private:
  const FileType& file_type_;
  uint64_t values_seen_ = 0;
};

}  // namespace nibble
