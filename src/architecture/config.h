#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "json/json.h"

namespace nibble {

/// A value a configuration has when it does not say so itself.
struct ConfigDefault {
  std::string_view key;
  double value;
};

/// Another name under which configurations of a family have a member.
struct ConfigAlias {
  std::string_view key, instead;
};

/// The text of a model folder's config.json. A member that is null counts as missing. Where a model of text and images
/// keeps its language part in "text_config", the members there come first.
class HuggingFaceConfig {
 public:
  /// Throws Error when the text is not a JSON object.
  explicit HuggingFaceConfig(std::string_view text);
  /// Made of another file that says the same. `file` is its name, and must outlive this.
  HuggingFaceConfig(Json members, std::string_view file);

  /// What sentences call the file: "config.json".
  std::string_view file() const { return file_; }

  /// The first of "architectures", such as "LlamaForCausalLM"; empty when there is none.
  std::string architecture() const;

  /// Each throws Error when the member is there and of another kind.
  std::optional<double> number(std::string_view key) const;
  std::optional<uint64_t> whole(std::string_view key) const;  ///< at most 2^32 - 1
  std::optional<bool> truth(std::string_view key) const;
  std::optional<std::string> text(std::string_view key) const;
  std::vector<double> numbers(std::string_view key) const;  ///< empty when missing
  std::vector<std::string> texts(std::string_view key) const;
  /// A member that is a number, or a list of one for each of `count` layers: as many numbers; none when missing.
  std::vector<double> per_layer(std::string_view key, uint64_t count) const;
  bool has(std::string_view key) const { return find(key) != nullptr; }
  bool empty() const;  ///< no members
  /// A member that is an object, as a configuration of its own; nothing when missing or not an object.
  std::optional<HuggingFaceConfig> object(std::string_view key) const;
  /// Every member that is an object, with its name.
  std::vector<std::pair<std::string, HuggingFaceConfig>> objects() const;

  /// The same configuration with defaults for numbers it does not state. `defaults` must outlive it.
  HuggingFaceConfig with_defaults(std::span<const ConfigDefault> defaults) const;
  /// The same configuration with other names for members it lacks. `aliases` must outlive it.
  HuggingFaceConfig with_aliases(std::span<const ConfigAlias> aliases) const;

 private:
  HuggingFaceConfig() = default;
  const Json* find(std::string_view key) const;

  [[noreturn]] void wrong(std::string_view key, const char* expected) const;

  std::shared_ptr<const Json> json_;
  std::string_view file_ = "config.json";
  std::span<const ConfigDefault> defaults_;
  std::span<const ConfigAlias> aliases_;
};

}  // namespace nibble
