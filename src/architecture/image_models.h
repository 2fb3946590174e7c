#pragma once
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace nibble {

/// Names that occur together in files of a model.
struct NameSet {
  static constexpr size_t most = 6;
  std::string_view names[most];  ///< empty ones do not count
};

/// A family of networks that make images or video, published as one file of tensors without a configuration. The names
/// are those by which ComfyUI-GGUF's converter knows them, and the file is the one that it writes and loads.
struct ImageModel {
  std::string_view architecture;                    ///< general.architecture
  std::string_view title;                           ///< for people
  std::span<const NameSet> known_by;                ///< one of these sets
  std::string_view other_layout = {};               ///< a tensor of the model's other layout, which is not loaded
  std::span<const std::string_view> precise = {};   ///< parts of names of tensors that stay F32
  std::span<const std::string_view> left_out = {};  ///< parts of names of tensors without use
  bool reshaped = false;                            ///< tensors get rows of 256 weights where that makes whole blocks
};

/// The one list.
std::span<const ImageModel> image_models();

/// The family whose names are among those that `has` says are there; null when there is none.
const ImageModel* find_image_model(const std::function<bool(std::string_view)>& has);

/// What stands before the names of a model's tensors in a file that holds more than the model, or wraps it; empty when
/// nothing does.
std::string_view image_model_prefix(std::span<const std::string> names);

}  // namespace nibble
