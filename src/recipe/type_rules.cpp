#include "recipe/type_rules.h"

#include <algorithm>

#include "error.h"
#include "names.h"
#include "quotes.h"

namespace nibble {

std::regex name_pattern(const std::string& text, const std::string& or_else) {
  try {
    return std::regex(lower_case(text));
  } catch (const std::regex_error&) {
    throw Error("The pattern \"" + text + "\" is not a valid regular expression. Write " + or_else +
                "for example \"ffn_down\" or \"blk\\.[0-3]\\.attn_v\".");
  }
}

std::string note_on_idle_rules(std::span<const TypeRule> rules, std::span<const std::string> tensors) {
  std::vector<const TypeRule*> idle;
  for (const TypeRule& rule : rules) {
    const std::regex pattern = name_pattern(rule.pattern);
    const auto matches = [&](const std::string& tensor) { return std::regex_search(tensor, pattern); };
    if (std::none_of(tensors.begin(), tensors.end(), matches)) idle.push_back(&rule);
  }
  if (idle.empty()) return {};
  const std::string first = in_quotes(idle[0]->pattern + "=" + std::string(format_of(idle[0]->type).name));
  const std::string example = tensors.empty() ? "" : " Names look like " + in_quotes(tensors.back()) + '.';
  if (idle.size() == 1) return "The rule " + first + " matches no tensor." + example;
  return std::to_string(idle.size()) + " rules match no tensor, the first being " + first + '.' + example;
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
