#include "tokenizer/text_steps.h"

#include <algorithm>

namespace nibble {
namespace {

void append_steps(const Json& node, std::vector<const Json*>& steps) {
  if (text_member(node, "type") != "Sequence") {
    if (node.is_object()) steps.push_back(&node);
    return;
  }
  for (const char* list : {"normalizers", "pretokenizers"}) {
    for (const Json& part : member(node, list).elements()) append_steps(part, steps);
  }
}

}  // namespace

std::vector<const Json*> text_steps(const Json& node) {
  std::vector<const Json*> steps;
  append_steps(node, steps);
  return steps;
}

const Json& find_step(const Json& node, std::string_view type) {
  static const Json none;
  for (const Json* step : text_steps(node)) {
    if (text_member(*step, "type") == type) return *step;
  }
  return none;
}

bool prepends_space(const Json& node) {
  const auto prepends = [](const Json* step) {
    const std::string type = text_member(*step, "type");
    if (type == "Prepend") return true;
    if (type != "Metaspace") return false;
    const std::string scheme = text_member(*step, "prepend_scheme");
    return scheme.empty() ? flag_member(*step, "add_prefix_space", true) : scheme != "never";
  };
  const std::vector<const Json*> steps = text_steps(node);
  return std::any_of(steps.begin(), steps.end(), prepends);
}

}  // namespace nibble
