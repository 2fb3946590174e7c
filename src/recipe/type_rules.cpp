#include "recipe/type_rules.h"

#include <algorithm>
#include <cctype>

#include "error.h"

namespace nibble {

RuleMatcher::RuleMatcher(std::span<const TypeRule> rules) : rules_(rules.begin(), rules.end()) {
  for (const TypeRule& rule : rules_) {
    std::string lower = rule.pattern;
    std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
    try {
      patterns_.emplace_back(lower);
    } catch (const std::regex_error&) {
      throw Error("The pattern \"" + rule.pattern + "\" is not a valid regular expression. Write for example " +
                  "\"ffn_down\" or \"blk\\.[0-3]\\.attn_v\".");
    }
  }
}

const TypeRule* RuleMatcher::find(const std::string& tensor) const {
  for (size_t i = 0; i < rules_.size(); ++i) {
    if (std::regex_search(tensor, patterns_[i])) return &rules_[i];
  }
  return nullptr;
}

}  // namespace nibble
