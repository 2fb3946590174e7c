#include "model/quantization_settings.h"

#include <algorithm>

#include "container/text.h"
#include "error.h"

namespace nibble {
namespace {

constexpr std::string_view pattern_start = "re:";
/// The class of layers of weights that a group means where it names neither modules nor patterns.
constexpr std::string_view linear = "Linear";

/// -1 and null stand for a whole row, which is 0 here.
std::optional<uint64_t> group_size(const HuggingFaceConfig& settings, std::string_view member) {
  const auto size = settings.number(member);
  if (!size) return {};
  return *size <= 0 ? 0 : *settings.whole(member);
}

WeightSettings weight_settings(const HuggingFaceConfig& weights) {
  return {weights.whole("num_bits").value_or(0), group_size(weights, "group_size").value_or(0),
          weights.numbers("block_structure")};
}

std::regex pattern_of(const std::string& target) {
  try {
    return std::regex(target.substr(pattern_start.size()));
  } catch (const std::regex_error&) {
    throw Error("In config.json, the target " + in_quotes(target) +
                " of a group of layers is no regular expression that Nibble reads. Write names instead.");
  }
}

}  // namespace

QuantizationSettings::QuantizationSettings(const HuggingFaceConfig& config) {
  for (const char* member : {"quantization_config", "compression_config"}) {
    if (!members_) members_ = config.object(member);
  }
  if (!members_) return;
  method_ = members_->text("quant_method").value_or("");
  const auto groups = members_->object("config_groups");
  if (!groups) return;
  for (const auto& [name, group] : groups->objects()) {
    const auto weights = group.object("weights");
    if (!weights) continue;
    for (const std::string& target : group.texts("targets")) {
      std::optional<std::regex> pattern;
      if (target.starts_with(pattern_start)) pattern = pattern_of(target);
      targets_.push_back({target, std::move(pattern), weight_settings(*weights)});
    }
  }
  const auto rank = [](const Target& one) { return one.pattern ? 1 : one.text == linear ? 2 : 0; };
  std::stable_sort(targets_.begin(), targets_.end(), [&](const Target& a, const Target& b) {
    return std::pair(rank(a), std::string_view(a.text)) < std::pair(rank(b), std::string_view(b.text));
  });
}

std::optional<uint64_t> QuantizationSettings::whole(std::string_view member) const {
  return members_ ? members_->whole(member) : std::nullopt;
}

std::string QuantizationSettings::text(std::string_view member, std::string_view otherwise) const {
  return (members_ ? members_->text(member) : std::nullopt).value_or(std::string(otherwise));
}

std::optional<uint64_t> QuantizationSettings::group() const {
  for (const char* member : {"group_size", "q_group_size"}) {
    if (members_ && members_->has(member)) return group_size(*members_, member);
  }
  return {};
}

std::vector<double> QuantizationSettings::block() const {
  return members_ ? members_->numbers("weight_block_size") : std::vector<double>();
}

std::optional<WeightSettings> QuantizationSettings::of_module(const std::string& module) const {
  for (const Target& target : targets_) {
    const bool named = target.pattern
                           ? std::regex_search(module, *target.pattern, std::regex_constants::match_continuous)
                           : target.text == module || target.text == linear;
    if (named) return target.settings;
  }
  return {};
}

}  // namespace nibble
