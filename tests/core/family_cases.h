#pragma once
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "architecture/architecture.h"
#include "core/test_files.h"

/// The small models of tests/data/families.json: one per decoder family, names and shapes as Hugging Face writes them.
namespace nibble {

struct FamilyCase {
  std::string name;
  std::string config;                                     ///< the text of config.json
  std::vector<SourceTensor> tensors;                      ///< F16
  nlohmann::json values;                                  ///< the metadata expected
  std::map<std::string, std::vector<uint64_t>> expected;  ///< the GGUF tensors expected, and their shapes

  static std::vector<FamilyCase> all() {
    const std::vector<uint8_t> bytes = test_file("families.json");
    std::vector<FamilyCase> cases;
    for (const auto& one : nlohmann::json::parse(bytes.begin(), bytes.end())) cases.emplace_back(one);
    return cases;
  }
  static FamilyCase named(const std::string& name) {
    for (FamilyCase& one : all_cases()) {
      if (one.name == name) return one;
    }
    ADD_FAILURE() << "no family " << name;
    return {};
  }

  FamilyCase() = default;
  explicit FamilyCase(const nlohmann::json& one)
      : name(one["name"]), config(one["config"].dump()), values(one["values"]) {
    const uint64_t layers = one["config"]["num_hidden_layers"];
    const uint64_t experts = one["config"].value("num_experts", one["config"].value("num_local_experts", 0));
    for (const auto& [key, shape] : one["globals"].items()) add(key, shape);
    for (const auto& [key, shape] : one["tensors"]["globals"].items())
      expected[key] = shape.get<std::vector<uint64_t>>();
    for (uint64_t layer = 0; layer < layers; ++layer) {
      const std::string number = std::to_string(layer) + '.';
      for (const auto& [key, shape] : one["layer"].items()) {
        const std::string full = "model.layers." + number + key;
        const size_t mark = full.find('#');
        if (mark == std::string::npos) add(full, shape);
        for (uint64_t expert = 0; mark != std::string::npos && expert < experts; ++expert) {
          add(std::string(full).replace(mark, 1, std::to_string(expert)), shape);
        }
      }
      for (const auto& [key, shape] : one["tensors"]["layer"].items()) {
        expected["blk." + number + key] = shape.get<std::vector<uint64_t>>();
      }
    }
  }

 private:
  static std::vector<FamilyCase>& all_cases() {
    static std::vector<FamilyCase> cases = all();
    return cases;
  }
  void add(const std::string& key, const nlohmann::json& shape) {
    auto sizes = shape.get<std::vector<uint64_t>>();
    std::reverse(sizes.begin(), sizes.end());
    tensors.push_back({key, sizes, Type::f16});
  }
};

}  // namespace nibble
