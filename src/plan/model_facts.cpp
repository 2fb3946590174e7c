#include "plan/model_facts.h"

#include <algorithm>
#include <cstdlib>

namespace nibble {
namespace {

/// An override of `key` by a value of type T; null when there is none of that type.
template <class T>
const T* overridden(std::span<const KeyOverride> overrides, std::string_view key) {
  for (const KeyOverride& one : overrides) {
    if (one.key == key) return std::get_if<T>(&one.value);
  }
  return nullptr;
}

uint64_t number(const GgufHeader& header, std::span<const KeyOverride> overrides, const std::string& key) {
  if (const int64_t* value = overridden<int64_t>(overrides, key)) return static_cast<uint64_t>(std::llabs(*value));
  return header.number(key).value_or(0);
}

/// A number or one number per layer. As llama.cpp has it, only an existing single number can be overridden.
std::vector<uint32_t> numbers(const GgufHeader& header, std::span<const KeyOverride> overrides,
                              const std::string& key) {
  const KeyValue* existing = header.find(key);
  if (existing && existing->type != ValueType::array) return {static_cast<uint32_t>(number(header, overrides, key))};
  return header.numbers(key);
}

}  // namespace

ModelFacts model_facts(const GgufHeader& header, std::span<const KeyOverride> overrides) {
  ModelFacts facts;
  const std::string architecture_key = "general.architecture";
  facts.architecture = header.text(architecture_key).value_or("");
  if (const auto* name = overridden<std::string>(overrides, architecture_key)) facts.architecture = *name;
  facts.names_known = facts.architecture != unknown_architecture;
  const std::string prefix = facts.architecture + '.';
  facts.block_count = number(header, overrides, prefix + "block_count");
  facts.nextn_layers = number(header, overrides, prefix + "nextn_predict_layers");
  facts.expert_count = number(header, overrides, prefix + "expert_count");
  facts.head_count = numbers(header, overrides, prefix + "attention.head_count");
  facts.head_count_kv = numbers(header, overrides, prefix + "attention.head_count_kv");
  return facts;
}

}  // namespace nibble
