#include "recipe/type_rules.h"

#include "error.h"
#include "names.h"

namespace nibble {

std::regex name_pattern(const std::string& text, const std::string& or_else) {
  try {
    return std::regex(lower_case(text));
  } catch (const std::regex_error&) {
    throw Error("The pattern \"" + text + "\" is not a valid regular expression. Write " + or_else +
                "for example \"ffn_down\" or \"blk\\.[0-3]\\.attn_v\".");
  }
}

RuleMatcher::RuleMatcher(std::span<const TypeRule> rules) : rules_(rules.begin(), rules.end()) {
  for (const TypeRule& rule : rules_) patterns_.push_back(name_pattern(rule.pattern));
}

const TypeRule* RuleMatcher::find(const std::string& tensor) const {
  for (size_t i = 0; i < rules_.size(); ++i) {
    if (std::regex_search(tensor, patterns_[i])) return &rules_[i];
  }
  return nullptr;
}

}  // namespace nibble
