#pragma once
#include <cstring>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "core/family_cases.h"

/// Model folders of the families of tests/data/families.json, with invented weights, in memory.
namespace nibble {

using Files = std::vector<std::pair<std::string, std::vector<uint8_t>>>;

/// The same numbers every time. Half floats of both signs between 2^-5 and 2^-2; those of norms lie around 1.
class InventedWeights {
 public:
  uint16_t weight() {
    const uint32_t state = next();
    return static_cast<uint16_t>((state >> 16 & 0x83ff) | (10 + (state >> 8) % 3) << 10);
  }
  uint16_t norm() { return static_cast<uint16_t>(0x3b00 + (next() >> 16 & 0x1ff)); }
  int32_t token() { return static_cast<int32_t>(1 + (next() >> 16) % 511); }

 private:
  uint32_t next() { return state_ = state_ * 1664525u + 1013904223u; }
  uint32_t state_ = 1;
};

/// One case of the list, with some members of its configuration changed.
inline FamilyCase family_case(const std::string& name, const nlohmann::json& changes = nlohmann::json::object()) {
  const std::vector<uint8_t> bytes = test_file("families.json");
  for (auto& one : nlohmann::json::parse(bytes.begin(), bytes.end())) {
    if (one["name"] != name) continue;
    one["config"].update(changes);
    return FamilyCase(one);
  }
  ADD_FAILURE() << "no family " << name;
  return {};
}

/// The folder's files: the configuration and the weights.
inline Files family_files(const FamilyCase& family) {
  InventedWeights random;
  nlohmann::json header;
  std::vector<uint8_t> data;
  for (const SourceTensor& tensor : family.tensors) {
    uint64_t count = 1;
    for (const uint64_t size : tensor.shape) count *= size;
    const size_t begin = data.size();
    data.resize(begin + 2 * count);
    const bool norm = tensor.name.find("norm") != std::string::npos;
    for (uint64_t i = 0; i < count; ++i) {
      const uint16_t value = norm ? random.norm() : random.weight();
      std::memcpy(data.data() + begin + 2 * i, &value, sizeof value);
    }
    std::vector<uint64_t> shape(tensor.shape.rbegin(), tensor.shape.rend());
    header[tensor.name] = {{"dtype", "F16"}, {"shape", shape}, {"data_offsets", {begin, data.size()}}};
  }
  const std::string text = header.dump();
  std::vector<uint8_t> file(8);
  const uint64_t length = text.size();
  std::memcpy(file.data(), &length, sizeof length);
  file.insert(file.end(), text.begin(), text.end());
  file.insert(file.end(), data.begin(), data.end());
  return {{"config.json", {family.config.begin(), family.config.end()}}, {"model.safetensors", std::move(file)}};
}

}  // namespace nibble
