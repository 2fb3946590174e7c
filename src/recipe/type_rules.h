#pragma once
#include <regex>
#include <span>
#include <string>
#include <vector>

#include "formats/format.h"

namespace nibble {

/// A type for every tensor whose name the pattern finds: an ECMAScript regular expression, lower-cased before use,
/// searched anywhere in the name.
struct TypeRule {
  std::string pattern;
  Type type;
};

/// The expression of a pattern. Throws Error when it is none; `or_else` is what the sentence offers to write beside
/// one.
std::regex name_pattern(const std::string& text, const std::string& or_else = "");

/// Tells which rules speak of none of the tensors, in a sentence; empty when there is no such rule.
std::string note_on_idle_rules(std::span<const TypeRule> rules, std::span<const std::string> tensors);

/// Rules ready to be asked. The first that matches wins.
class RuleMatcher {
 public:
  /// Keeps the rules. Throws Error for a pattern that is no regular expression.
  explicit RuleMatcher(std::span<const TypeRule> rules);
  /// Null when no rule speaks of the tensor.
  const TypeRule* find(const std::string& tensor) const;

 private:
  std::vector<TypeRule> rules_;
  std::vector<std::regex> patterns_;
};

}  // namespace nibble
