#pragma once
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "converted.h"
#include "quantized_folder.h"

/// Adapters that are invented, in the forms PEFT writes, and models that they were merged into slowly.
namespace nibble {

inline std::vector<float> floats_of(const RawTensor& tensor) {
  const bool wide = tensor.dtype == "F32";
  std::vector<float> values(tensor.bytes.size() / (wide ? 4 : 2));
  for (size_t i = 0; i < values.size(); ++i) {
    uint32_t bits = 0;
    std::memcpy(&bits, tensor.bytes.data() + i * (wide ? 4 : 2), wide ? 4 : 2);
    if (!wide) bits <<= 16;  // BF16
    std::memcpy(&values[i], &bits, sizeof bits);
  }
  return values;
}

/// An adapter that is invented, in the forms PEFT writes.
struct Peft {
  OrderedJson settings = {{"peft_type", "LORA"},
                          {"r", 4},
                          {"lora_alpha", 8},
                          {"bias", "none"},
                          {"base_model_name_or_path", "somebody/Small"}};
  RawFile file;

  void add(const std::string& module, uint64_t rows, uint64_t columns, uint64_t rank, uint32_t seed,
           const std::string& part = "weight", const std::string& start = "base_model.model.") {
    std::mt19937 random(seed);
    std::normal_distribution<float> weight(0, 0.05f);
    std::vector<float> up(rows * rank);
    for (float& one : up) one = weight(random);
    std::vector<uint16_t> down(rank * columns);
    for (uint16_t& one : down) {
      const float value = weight(random);
      uint32_t bits;
      std::memcpy(&bits, &value, sizeof bits);
      one = static_cast<uint16_t>(bits >> 16);
    }
    file.tensors[start + module + ".lora_A." + part] = raw_numbers("BF16", {rank, columns}, down);
    file.tensors[start + module + ".lora_B." + part] = raw_numbers("F32", {rows, rank}, up);
  }

  /// A length for each row of a module, as DoRA has them.
  void add_lengths(const std::string& module, uint64_t rows, uint32_t seed) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<float> length(0.5f, 2);
    std::vector<float> lengths(rows);
    for (float& one : lengths) one = length(random);
    settings["use_dora"] = true;
    file.tensors["base_model.model." + module + ".lora_magnitude_vector"] = raw_numbers("F32", {rows}, lengths);
  }

  Files files(int number, const std::string& strength) const {
    const std::string start = "--lora/" + std::to_string(number) + '/' + strength + '/', text = settings.dump();
    return {{start + "adapter_config.json", {text.begin(), text.end()}},
            {start + "adapter_model.safetensors", safetensors_of(file)}};
  }
};

/// The weights with factor x B A of a layer added, sums in double precision.
inline std::vector<float> merged(std::vector<float> weights, const Peft& adapter, const std::string& module,
                                 double factor) {
  const RawTensor& down = adapter.file.tensors.at("base_model.model." + module + ".lora_A.weight");
  const RawTensor& up = adapter.file.tensors.at("base_model.model." + module + ".lora_B.weight");
  const std::vector<float> a = floats_of(down), b = floats_of(up);
  const uint64_t rank = down.shape[0], columns = down.shape[1];
  std::vector<double> changed(weights.size());
  for (size_t i = 0; i < weights.size(); ++i) {
    double sum = 0;
    for (uint64_t k = 0; k < rank; ++k) {
      sum += static_cast<double>(b[i / columns * rank + k]) * static_cast<double>(a[k * columns + i % columns]);
    }
    changed[i] = static_cast<double>(weights[i]) + factor * sum;
  }
  const auto lengths = adapter.file.tensors.find("base_model.model." + module + ".lora_magnitude_vector");
  if (lengths != adapter.file.tensors.end()) {
    const std::vector<float> m = floats_of(lengths->second);
    for (size_t row = 0; row < m.size(); ++row) {
      double squares = 0;
      for (uint64_t c = 0; c < columns; ++c) squares += changed[row * columns + c] * changed[row * columns + c];
      const double stretch = static_cast<double>(m[row]) / std::sqrt(squares);
      for (uint64_t c = 0; c < columns; ++c) changed[row * columns + c] *= stretch;
    }
  }
  for (size_t i = 0; i < weights.size(); ++i) weights[i] = static_cast<float>(changed[i]);
  return weights;
}

/// A plain folder, its matrices of one kind of layer changed by adapters, and the same with the changes made before.
struct Merging {
  explicit Merging(const std::string& name) : plain(ConversionCase::named(name)) {
    base = plain.files();
    file = reference::read_safetensors(base[0].second);
  }

  std::vector<std::string> modules(const std::string& end) const {
    std::vector<std::string> found;
    for (const auto& [tensor, raw] : file.tensors) {
      if (tensor.ends_with(end + ".weight")) found.push_back(tensor.substr(0, tensor.size() - 7));
    }
    EXPECT_FALSE(found.empty()) << end;
    return found;
  }
  void add(Peft& adapter, const std::string& end, uint64_t rank, uint32_t seed) {
    for (const std::string& module : modules(end)) {
      const RawTensor& raw = file.tensors.at(module + ".weight");
      adapter.add(module, raw.shape[0], raw.shape[1], rank, seed++);
    }
  }
  void merge(const Peft& adapter, double factor) {
    for (const auto& [name, raw] : adapter.file.tensors) {
      const size_t at = name.find(".lora_A.");
      if (at == std::string::npos) continue;
      const std::string module = name.substr(17, at - 17);
      RawTensor& weights = file.tensors.at(module + ".weight");
      weights = raw_numbers("F32", weights.shape, merged(floats_of(weights), adapter, module, factor));
    }
  }
  Files before() const {
    Files files = base;
    files[0].second = safetensors_of(file);
    return files;
  }
  Files with(const std::vector<Files>& adapters) const {
    Files files = base;
    for (const Files& adapter : adapters) files.insert(files.end(), adapter.begin(), adapter.end());
    return files;
  }

  ConversionCase plain;
  Files base;
  RawFile file;
};

}  // namespace nibble
