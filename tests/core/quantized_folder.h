#pragma once
#include <algorithm>
#include <cstring>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "conversion_cases.h"
#include "reference/packed_readers.h"

/// A small Qwen3 folder whose linear layers are quantized in any layout, with weights that are invented.
namespace nibble {

using reference::RawFile;
using reference::RawTensor;

struct LinearLayer {
  std::string module;  ///< "model.layers.0.mlp.up_proj"
  std::string name;    ///< of the tensor in the GGUF model
  uint64_t rows, columns;
};

inline RawTensor raw_tensor(const std::string& dtype, std::vector<uint64_t> shape, std::vector<uint8_t> bytes) {
  return {dtype, std::move(shape), std::move(bytes)};
}

template <class T>
RawTensor raw_numbers(const std::string& dtype, std::vector<uint64_t> shape, const std::vector<T>& values) {
  std::vector<uint8_t> bytes(values.size() * sizeof(T));
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return {dtype, std::move(shape), std::move(bytes)};
}

/// A safetensors file of these tensors.
inline std::vector<uint8_t> safetensors_of(const RawFile& file) {
  OrderedJson header = OrderedJson::object();
  std::vector<uint8_t> data;
  for (const auto& [name, tensor] : file.tensors) {
    header[name] = {{"dtype", tensor.dtype},
                    {"shape", tensor.shape},
                    {"data_offsets", {data.size(), data.size() + tensor.bytes.size()}}};
    data.insert(data.end(), tensor.bytes.begin(), tensor.bytes.end());
  }
  const std::string text = header.dump();
  std::vector<uint8_t> result(8);
  for (size_t i = 0; i < 8; ++i) result[i] = static_cast<uint8_t>(uint64_t{text.size()} >> 8 * i);
  result.insert(result.end(), text.begin(), text.end());
  result.insert(result.end(), data.begin(), data.end());
  return result;
}

class QuantizedFolder {
 public:
  static constexpr uint64_t hidden = 128, queries = 128, keys = 64;

  explicit QuantizedFolder(const OrderedJson& quantization, uint64_t feed_forward = 256) {
    const ConversionCase plain = ConversionCase::named("qwen3-gptq");
    config = plain.config();
    config["intermediate_size"] = feed_forward;
    config.erase("quantization_config");
    if (!quantization.is_null()) config["quantization_config"] = quantization;
    const auto read = plain.files()[0].second;
    for (auto& [name, tensor] : reference::read_safetensors(read).tensors) {
      if (tensor.dtype == "BF16") file.tensors[name] = std::move(tensor);
    }
    for (int layer = 0; layer < 2; ++layer) {
      const std::string from = "model.layers." + std::to_string(layer) + '.', to = "blk." + std::to_string(layer) + '.';
      const std::pair<const char*, const char*> names[] = {
          {"self_attn.q_proj", "attn_q"},      {"self_attn.k_proj", "attn_k"}, {"self_attn.v_proj", "attn_v"},
          {"self_attn.o_proj", "attn_output"}, {"mlp.gate_proj", "ffn_gate"},  {"mlp.up_proj", "ffn_up"},
          {"mlp.down_proj", "ffn_down"}};
      const std::pair<uint64_t, uint64_t> sizes[] = {
          {queries, hidden},      {keys, hidden},         {keys, hidden},        {hidden, queries},
          {feed_forward, hidden}, {feed_forward, hidden}, {hidden, feed_forward}};
      for (size_t i = 0; i < std::size(names); ++i) {
        layers.push_back({from + names[i].first, to + names[i].second + ".weight", sizes[i].first, sizes[i].second});
      }
    }
  }

  /// Adds a tensor of random bytes.
  void add_bytes(const std::string& name, const std::string& dtype, std::vector<uint64_t> shape, uint64_t size) {
    uint64_t count = size;
    for (const uint64_t length : shape) count *= length;
    std::vector<uint8_t> bytes(count);
    for (uint8_t& byte : bytes) {
      byte = static_cast<uint8_t>(random_());
      if (dtype == "F8_E4M3" && (byte & 0x7f) == 0x7f) byte ^= 1;
    }
    file.tensors[name] = {dtype, std::move(shape), std::move(bytes)};
  }
  void add_words(const std::string& name, std::vector<uint64_t> shape) { add_bytes(name, "I32", std::move(shape), 4); }
  /// Positive floats of one to two thousandths, and a few of other sizes.
  void add_scales(const std::string& name, const std::string& dtype, std::vector<uint64_t> shape) {
    uint64_t count = 1;
    for (const uint64_t length : shape) count *= length;
    if (dtype == "F32") {
      std::vector<float> values(count);
      for (float& value : values) value = std::ldexp(1 + static_cast<float>(random_() % 4096) / 4096, exponent());
      file.tensors[name] = raw_numbers("F32", std::move(shape), values);
    } else if (dtype == "F8_E4M3") {
      std::vector<uint8_t> values(count);
      for (uint8_t& value : values) value = static_cast<uint8_t>(random_() % 0x7f);
      file.tensors[name] = raw_tensor(dtype, std::move(shape), values);
    } else {
      std::vector<uint16_t> values(count);
      const int bias = dtype == "F16" ? 15 : 127, fraction = dtype == "F16" ? 10 : 7;
      for (uint16_t& value : values) {
        value = static_cast<uint16_t>((exponent() + bias) << fraction | static_cast<int>(random_() % (1u << fraction)));
      }
      file.tensors[name] = raw_numbers(dtype, std::move(shape), values);
    }
  }
  void add_order(const std::string& name, uint64_t columns, uint64_t group, bool shuffled) {
    std::vector<uint32_t> order(columns);
    for (uint64_t i = 0; i < columns; ++i) order[i] = static_cast<uint32_t>(i / group);
    if (shuffled) std::shuffle(order.begin(), order.end(), random_);
    file.tensors[name] = raw_numbers("I32", {columns}, order);
  }

  /// The folder's files: weights first.
  std::vector<std::pair<std::string, std::vector<uint8_t>>> files() const {
    const std::string text = config.dump();
    return {{"model.safetensors", safetensors_of(file)}, {"config.json", {text.begin(), text.end()}}};
  }

  OrderedJson config;
  RawFile file;
  std::vector<LinearLayer> layers;

 private:
  int exponent() { return -10 + static_cast<int>(random_() % 3) * static_cast<int>(random_() % 3); }

  std::mt19937 random_{7};
};

}  // namespace nibble
