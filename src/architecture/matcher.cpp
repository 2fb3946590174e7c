#include "architecture/matcher.h"

#include <algorithm>

#include "architecture/mistral_layout.h"
#include "architecture/source_names.h"
#include "container/text.h"
#include "error.h"

namespace nibble::architecture {
namespace {

/// Tensors that transformers computes anew, whatever the family.
constexpr std::string_view recomputed[] = {".rotary_emb.inv_freq", ".attention.masked_bias", ".attention.bias",
                                           ".attn.masked_bias"};

/// What llama.cpp's conversion stores as F32 whatever the source, beside norms: its operators know nothing else there.
constexpr std::string_view f32_ends[] = {
    "_norm.weight",          "ffn_gate_inp.weight",       "ffn_gate_inp_shexp.weight", "ssm_conv1d.weight",
    "shortconv.conv.weight", "altup_correct_coef.weight", "altup_predict_coef.weight", "time_mix_lerp_fused.weight",
    "time_mix_w1.weight",    "time_mix_w2.weight",        ".patch_embd.weight",        ".patch_merger.weight"};
constexpr std::string_view f32_names[] = {"position_embd.weight", "token_types.weight", "v.position_embd.weight"};

bool always_f32(std::string_view name, bool one_dimensional) {
  return one_dimensional || !name.ends_with(".weight") ||
         std::any_of(std::begin(f32_ends), std::end(f32_ends), [&](auto end) { return name.ends_with(end); }) ||
         std::find(std::begin(f32_names), std::end(f32_names), name) != std::end(f32_names);
}

bool is_left_out(const Family& family, std::string_view name) {
  return std::any_of(family.left_out.begin(), family.left_out.end(),
                     [&](std::string_view start) { return name.starts_with(start); }) ||
         std::any_of(std::begin(recomputed), std::end(recomputed),
                     [&](std::string_view end) { return name.ends_with(end); });
}

std::string shape_text(std::span<const uint64_t> shape) {
  std::string text;
  for (const uint64_t size : shape) text += (text.empty() ? "" : " x ") + std::to_string(size);
  return text;
}

}  // namespace

std::string numbered(std::string_view pattern, uint64_t number) {
  const size_t mark = pattern.find('#');
  if (mark == std::string_view::npos) return std::string(pattern);
  return std::string(pattern.substr(0, mark)).append(std::to_string(number)).append(pattern.substr(mark + 1));
}

std::vector<std::string> source_names(const TensorRule& rule, std::string_view prefix, const Sizes& sizes) {
  std::vector<std::string> names;
  if (rule.source.find('#') != std::string_view::npos) {
    const uint64_t count = size_of(rule.each, sizes);
    for (uint64_t i = 0; i < count; ++i) names.push_back(std::string(prefix) + numbered(rule.source, i));
    return names;
  }
  std::string_view rest = rule.source;
  for (size_t bar = rest.find('|'); bar != std::string_view::npos; bar = rest.find('|')) {
    names.push_back(std::string(prefix).append(rest.substr(0, bar)));
    rest.remove_prefix(bar + 1);
  }
  names.push_back(std::string(prefix).append(rest));
  return names;
}

Matcher::Matcher(const Family& family, const HuggingFaceConfig& config, const Sizes& sizes,
                 std::span<const SourceTensor> sources, ConvertedModel& model)
    : family_(family), config_(config), sizes_(sizes), sources_(sources), used_(sources.size()), model_(model) {
  mistral_layout_ = is_mistral_layout(sources);
  std::vector<std::string> names = plain_names(sources);
  for (uint32_t i = 0; i < sources.size(); ++i) {
    std::string& name = names[i];
    if (is_left_out(family, name) || (mistral_layout_ && is_beside_mistral(name))) {
      used_[i] = true;
    } else if (!by_name_.emplace(std::move(name), i).second) {
      throw Error("Two files hold a tensor " + in_quotes(sources[i].name) + ". Drop the files of one model only.");
    }
  }
}

void Matcher::leave_out(std::string_view start) {
  std::erase_if(by_name_, [&](const auto& one) {
    if (!one.first.starts_with(start)) return false;
    used_[one.second] = true;
    return true;
  });
}

bool Matcher::lacks_output_only() const {
  bool lacks = false;
  for (const TensorRule& rule : family_.globals) {
    const auto is_there = [&](const TensorRule& other) { return other.name == rule.name && find(other.source); };
    if (std::any_of(family_.globals.begin(), family_.globals.end(), is_there)) continue;
    if (rule.need == Need::always) return false;
    lacks = lacks || rule.need == Need::unless_tied;
  }
  return lacks;
}

void Matcher::match_all(bool tied) {
  tied_ = tied;
  match_rules(family_.globals, "", "", 0);
  if (family_.stacks.empty()) match_stack({"model.layers.#.", "blk.#.", family_.layer});
  for (const Stack& stack : family_.stacks) match_stack(stack);
  report_missing();
  report_unused();
}

const SourceTensor* Matcher::find(std::string_view name) const {
  const auto found = by_name_.find(std::string(name));
  return found == by_name_.end() ? nullptr : &sources_[found->second];
}

void Matcher::match_stack(const Stack& stack) {
  for (uint64_t i = 0; i < stack.count(sizes_); ++i) {
    const uint64_t layer = stack.number_of(sizes_, i);
    match_rules(stack.rules, numbered(stack.source, i), numbered(stack.name, layer), layer);
  }
}

void Matcher::match_rules(std::span<const TensorRule> rules, const std::string& from, const std::string& to,
                          uint64_t layer) {
  const uint32_t kind = layer < sizes_.kinds.size() ? sizes_.kinds[layer] : ~0u;
  for (auto rule = rules.begin(); rule != rules.end();) {
    // Rules that make the same tensor: the first whose source is there, or else the first.
    auto end = rule, chosen = rules.end();
    bool found = false;
    for (; end != rules.end() && end->name == rule->name; ++end) {
      if (end->on != 0 && (end->on & kind) == 0) continue;
      const bool there = take_first(*end, from);
      if (chosen == rules.end() || (there && !found)) chosen = end;
      found = found || there;
    }
    if (chosen != rules.end()) match(*chosen, from, to, layer);
    rule = end;
  }
}

/// True when the first of a rule's sources is there, which then has a place, whether or not another takes it.
bool Matcher::take_first(const TensorRule& rule, std::string_view source_prefix) {
  const std::vector<std::string> names = source_names(rule, source_prefix, sizes_);
  const auto found = names.empty() ? by_name_.end() : by_name_.find(names.front());
  if (found == by_name_.end()) return false;
  used_[found->second] = true;
  return true;
}

void Matcher::match(const TensorRule& rule, std::string_view source_prefix, std::string_view prefix, uint64_t layer) {
  const std::vector<std::string> names = source_names(rule, source_prefix, sizes_);
  ConvertedTensor tensor;
  tensor.name = std::string(prefix).append(rule.name);
  for (const std::string& name : names) {
    const auto found = by_name_.find(name);
    if (found == by_name_.end()) {
      if (rule.need == Need::always || (rule.need == Need::unless_tied && !tied_)) {
        if (missing_++ == 0) first_missing_ = name;
      }
      continue;
    }
    used_[found->second] = true;
    tensor.sources.push_back(found->second);
  }
  if (tensor.sources.size() < names.size() || names.empty()) return;
  if (rule.operation) {
    rule.operation({config_, sizes_, sources_, layer, tensor});
    check_shape(sources_[tensor.sources[0]].name, tensor.shape, rule);
  } else {
    for (const uint32_t source : tensor.sources) check_shape(sources_[source].name, sources_[source].shape, rule);
    tensor.shape = sources_[tensor.sources[0]].shape;
    if (rule.columns != Size::any && rule.rows == Size::none) tensor.shape = {size_of(rule.columns, sizes_)};
    if (names.size() > 1) {
      tensor.shape = trimmed_shape(tensor.shape);
      if (rule.rows != Size::none && tensor.shape.size() == 1) tensor.shape.push_back(1);
      tensor.shape.push_back(names.size());
    }
  }
  const bool one_dimensional = tensor.shape.size() == 1;
  tensor.shape = trimmed_shape(tensor.shape);
  if (rule.order != Rows::stored && !mistral_layout_) {
    tensor.heads = rule.order == Rows::query_heads ? sizes_.heads : sizes_.key_heads;
    if (sizes_.head % 2 != 0)
      throw Error("The heads have " + std::to_string(sizes_.head) + " rows, which rotary embedding cannot pair.");
  }
  tensor.add = rule.add;
  const bool f32 = always_f32(tensor.name, one_dimensional);
  tensor.type = f32 ? Type::f32 : common_type(tensor);
  tensor.any_type = !f32 && !format_of(tensor.type).quantized;
  model_.tensors.push_back(std::move(tensor));
}

void Matcher::check_shape(const std::string& name, std::span<const uint64_t> given, const TensorRule& rule) const {
  std::vector<uint64_t> shape = trimmed_shape(given), wanted;
  for (const Size size : {rule.columns, rule.rows}) {
    if (size == Size::none) continue;
    const size_t at = wanted.size();
    wanted.push_back(size == Size::any ? (at < shape.size() ? shape[at] : 1) : size_of(size, sizes_));
  }
  // What an operation makes may have more dimensions.
  if (rule.operation || (rule.columns == Size::any && rule.rows == Size::any)) {
    wanted.insert(wanted.end(), shape.size() > 2 ? shape.begin() + 2 : shape.end(), shape.end());
  }
  wanted = trimmed_shape(wanted);
  if (shape == wanted) return;
  throw Error("The tensor " + in_quotes(name) + " is " + shape_text(shape) + " where " + std::string(config_.file()) +
              " calls for " + shape_text(wanted) + ". The configuration and the weights are of different models.");
}

Type Matcher::common_type(const ConvertedTensor& tensor) const {
  const Type type = sources_[tensor.sources.front()].type;
  for (const uint32_t source : tensor.sources) {
    if (sources_[source].type != type) {
      throw Error("The experts that become " + in_quotes(tensor.name) +
                  " are stored in different types, so they cannot be stacked. Save the model with one type.");
    }
  }
  return type;
}

void Matcher::report_missing() const {
  if (missing_ == 0) return;
  throw Error("Of the tensors a model of " + std::string(family_.title) + " with " + counted(sizes_.layers, "layer") +
              " needs, " + std::to_string(missing_) + (missing_ == 1 ? " is" : " are") + " missing, " +
              in_quotes(first_missing_) + (missing_ == 1 ? "" : " first") +
              ". If the model is in several files, drop all of them.");
}

void Matcher::report_unused() const {
  const auto first = std::find(used_.begin(), used_.end(), false);
  if (first == used_.end()) return;
  const std::string& name = sources_[static_cast<size_t>(first - used_.begin())].name;
  const auto count = static_cast<uint64_t>(std::count(first, used_.end(), false));
  throw Error(counted(count, "tensor") + " of the files " + (count == 1 ? "has" : "have") + " no place in " +
              std::string(family_.title) + ", " + (count == 1 ? "" : "for example ") + in_quotes(name) +
              ". A model without " + (count == 1 ? "it" : "them") + " would talk nonsense.");
}

}  // namespace nibble::architecture
