#include "recipe/mix.h"

#include <algorithm>

#include "recipe/mix_rules.h"

namespace nibble {
namespace {

using namespace mix_rules;

uint64_t first_or(const std::vector<uint32_t>& values, uint64_t otherwise) {
  return values.empty() ? otherwise : values.front();
}

/// Layers as the metadata counts them, or else as the tensor names do.
uint64_t count_layers(const ModelFacts& facts, std::span<const RecipeTensor> tensors) {
  if (facts.block_count != 0) return facts.block_count;
  uint64_t layers = 0;
  for (const RecipeTensor& tensor : tensors) {
    if (const auto number = block_number(tensor.name)) layers = std::max(layers, *number + 1);
  }
  return layers;
}

/// The shapes llama.cpp calls 70B: their value projections are an eighth of the size of their query projections, so
/// more bits there cost little.
bool has_70b_shape(const ModelFacts& facts, uint64_t layers, uint64_t heads, uint64_t value_heads) {
  const uint64_t own_layers = layers - std::min(layers, facts.nextn_layers);
  const std::string& architecture = facts.architecture;
  if (architecture == "llama" || architecture == "llama-embed") {
    return facts.expert_count != 8 && own_layers == 80 && heads != value_heads;
  }
  if (architecture == "qwen2" || architecture == "deci" || architecture == "olmo") return own_layers == 80;
  return architecture == "jais2" && own_layers == 68;
}

}  // namespace

Mix::Mix(const ModelFacts& facts, std::span<const RecipeTensor> tensors, const RecipeOptions& options)
    : file_type_(*options.file_type),
      output_type_(options.output_type),
      architecture_(facts.architecture),
      layers_(count_layers(facts, tensors)) {
  const uint64_t heads = first_or(facts.head_count, 0);
  const uint64_t value_heads = first_or(facts.head_count_kv, heads);
  model_.experts = facts.expert_count;
  model_.queries_per_value = value_heads == 0 ? 0 : heads / value_heads;
  model_.falcon = facts.architecture == "falcon";
  model_.seventy_b = has_70b_shape(facts, layers_, heads, value_heads);
  model_.importance = options.have_importance;
  for (const RecipeTensor& tensor : tensors) {
    const Category category = category_of(tensor.name);
    if (holds_values(category)) ++value_tensors_;
    if (category == Category::output) tied_ = false;
  }
}

/// The order of the questions is part of the recipe: only the first section that speaks of a tensor is asked.
Choice Mix::choose(const RecipeTensor& tensor, Category category) {
  const bool embedding = category == Category::token_embedding;
  if (category == Category::output || (embedding && tied_)) return output_layer(tensor);
  if (in(file_type_, MXFP4_MOE)) return mxfp4_experts(tensor, category);
  if (embedding) return token_embedding();
  if (in(file_type_, two_bits_or_less_types)) return two_bits_or_less(category);
  if (holds_values(category)) return values();
  switch (category) {
    case Category::key: return first_match(key_rules, file_type_, model_, default_choice());
    case Category::query: return first_match(query_rules, file_type_, model_, default_choice());
    case Category::down: return down(tensor);
    case Category::attention_output: return attention_output();
    case Category::gate: return gate_or_up(tensor, gates_seen_);
    case Category::up: return gate_or_up(tensor, ups_seen_);
    default: return default_choice();
  }
}

Choice Mix::output_layer(const RecipeTensor& tensor) const {
  const std::string layer = tied_ ? "The token embedding, which is the output layer too," : "The output layer";
  if (output_type_) return {*output_type_, layer + " gets the output type asked for."};
  if (in(file_type_, MXFP4_MOE)) return {Type::q8_0, layer + " stays at 8 bits: only experts become 4-bit floats."};
  if (model_.falcon) return {Type::q8_0, layer + " of Falcon models stays at 8 bits."};
  if (tensor.shape.front() % format_of(file_type_.default_type).block_length != 0) {
    return {Type::q8_0, layer + " stays at 8 bits, because its rows do not fill whole " +
                            display_name(file_type_.default_type) + " blocks."};
  }
  if (in(file_type_, two_bits_or_less_types | IQ3_XXS)) {
    return {Type::q5_K, layer + " keeps 5 bits in the smallest file types: every token's score depends on it."};
  }
  if (file_type_.default_type != Type::q8_0) {
    return {Type::q6_K, layer + " has 6 bits in most file types: every token's score depends on it."};
  }
  return default_choice();
}

Choice Mix::mxfp4_experts(const RecipeTensor& tensor, Category category) const {
  const bool has_experts = tensor.shape.size() > 2 && tensor.shape[2] > 1;
  const bool feed_forward = category == Category::up || category == Category::gate || category == Category::down;
  if (has_experts && (feed_forward || architecture_ != "bailingmoe3")) {
    return {Type::mxfp4, "Experts become 4-bit floats."};
  }
  return {Type::q8_0, "Everything but the experts stays at 8 bits."};
}

Choice Mix::token_embedding() const { return first_match(embedding_rules, file_type_, model_, default_choice()); }

Choice Mix::two_bits_or_less(Category category) {
  if (holds_values(category)) {
    ++values_seen_;
    return first_match(low_value_rules, file_type_, model_, default_choice());
  }
  if (category == Category::key) return first_match(low_key_rules, file_type_, model_, default_choice());
  if (category == Category::down) {
    return first_match(low_down_rules, file_type_, at(downs_seen_++, layers_), default_choice());
  }
  if (category == Category::attention_output) {
    return first_match(low_attention_output_rules, file_type_, model_, default_choice());
  }
  return default_choice();
}

Choice Mix::values() {
  Choice choice = first_match(value_rules, file_type_, at(values_seen_++, value_tensors_), default_choice());
  if (model_.seventy_b && (choice.type == Type::q3_K || choice.type == Type::q4_K)) {
    choice = {Type::q5_K, "Value projections of 70B models are small beside the rest, so 5 bits cost little."};
  }
  if (model_.experts == 8) {
    choice = {Type::q8_0, "With 8 experts, attention is a small part of the model: values keep 8 bits."};
  }
  return choice;
}

Choice Mix::down(const RecipeTensor& tensor) {
  return first_match(down_rules, file_type_, at(layer_of(tensor, downs_seen_++), layers_), default_choice());
}

Choice Mix::attention_output() const {
  const std::span<const MixRule> rules = model_.falcon         ? attention_output_falcon_rules
                                         : model_.experts == 8 ? attention_output_8_experts_rules
                                                               : attention_output_rules;
  return first_match(rules, file_type_, model_, default_choice());
}

Choice Mix::gate_or_up(const RecipeTensor& tensor, uint64_t& counter) {
  return first_match(gate_and_up_rules, file_type_, at(layer_of(tensor, counter++), layers_), default_choice());
}

Choice Mix::default_choice() const {
  return {file_type_.default_type,
          display_name(file_type_.default_type) + " is the default of " + std::string(file_type_.name) + "."};
}

/// Models with experts may have several such tensors in a layer, so the layer's number in the name counts there.
uint64_t Mix::layer_of(const RecipeTensor& tensor, uint64_t counter) const {
  if (model_.experts <= 1) return counter;
  const auto number = block_number(tensor.name);
  return number && *number < layers_ ? *number : counter;
}

Mix::Situation Mix::at(uint64_t index, uint64_t count) const {
  Situation situation = model_;
  situation.index = index;
  situation.count = count;
  return situation;
}

}  // namespace nibble
