#pragma once
#include <optional>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

#include "architecture/config.h"

namespace nibble {

/// How the weights of a layer are quantized, as far as config.json says.
struct WeightSettings {
  uint64_t bits = 0;          ///< of a code; 0: not said
  uint64_t group = 0;         ///< weights of a row that share a scale; 0: all
  std::vector<double> block;  ///< rows and columns that share a scale; empty: not said
};

/// What config.json says of weights that come quantized: the member "quantization_config" or "compression_config".
class QuantizationSettings {
 public:
  /// Throws Error when a member is of another kind than it should be, or a pattern of names cannot be read.
  explicit QuantizationSettings(const HuggingFaceConfig& config);

  /// "gptq", "awq", "compressed-tensors", ...; empty when nothing is said.
  const std::string& method() const { return method_; }
  std::optional<uint64_t> whole(std::string_view member) const;
  std::string text(std::string_view member, std::string_view otherwise) const;
  bool has(std::string_view member) const { return members_ && members_->has(member); }
  /// The size of groups, which is -1 or null where a row is one; nothing when not said.
  std::optional<uint64_t> group() const;
  std::vector<double> block() const;

  /// Of compressed-tensors: the settings of the group that names the module ("model.layers.0.mlp.up_proj"), by its
  /// name, by a pattern, or as one of all linear layers, in this order. Nothing when none does.
  std::optional<WeightSettings> of_module(const std::string& module) const;

 private:
  struct Target {
    std::string text;  ///< a name, a pattern behind "re:", or a class
    std::optional<std::regex> pattern;
    WeightSettings settings;
  };

  std::optional<HuggingFaceConfig> members_;
  std::string method_;
  std::vector<Target> targets_;  ///< in the order of precedence
};

}  // namespace nibble
