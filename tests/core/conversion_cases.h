#pragma once
#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "digests.h"
#include "test_files.h"

/// Small model folders of many families, and what llama.cpp's conversion script wrote for them
/// (tests/data/conversion/README.md). Weights are made from names.
namespace nibble {

using OrderedJson = nlohmann::ordered_json;

class ConversionCase {
 public:
  explicit ConversionCase(OrderedJson data) : data_(std::move(data)) {}

  static const std::vector<ConversionCase>& all() {
    static const std::vector<ConversionCase> cases = [] {
      const std::vector<uint8_t> bytes = test_file("conversion/cases.json");
      std::vector<ConversionCase> list;
      for (auto& one : OrderedJson::parse(bytes.begin(), bytes.end())) list.emplace_back(std::move(one));
      return list;
    }();
    return cases;
  }

  static ConversionCase named(const std::string& name) {
    for (const ConversionCase& one : all()) {
      if (one.name() == name) return one;
    }
    ADD_FAILURE() << "no case " << name;
    return ConversionCase({});
  }

  /// Cases whose class has another name in config.json; the script makes the same files of them.
  static std::vector<ConversionCase> of_other_classes() {
    const ConversionCase untied = named("t5").with("/tie_word_embeddings", false);
    ConversionCase bare = untied.with("/architectures/0", "UMT5Model").without("lm_head.weight");
    std::erase_if(bare.data_["expected"].get_ref<OrderedJson::array_t&>(),
                  [](const OrderedJson& tensor) { return tensor[0] == "output.weight"; });
    return {untied.with("/architectures/0", "UMT5ForConditionalGeneration"), bare};
  }

  /// The case with one tensor less.
  ConversionCase without(const std::string& tensor) const {
    ConversionCase copy = *this;
    auto& list = copy.data_["tensors"];
    for (size_t i = 0; i < list.size(); ++i) {
      if (list[i][0] == tensor) list.erase(i);
    }
    EXPECT_EQ(list.size() + 1, data_["tensors"].size()) << tensor;
    return copy;
  }
  /// The case with a member of config.json changed, by its JSON pointer.
  ConversionCase with(const std::string& member, const OrderedJson& value) const {
    ConversionCase copy = *this;
    copy.data_["config"][OrderedJson::json_pointer(member)] = value;
    return copy;
  }

  std::string name() const { return data_["name"]; }
  const OrderedJson& config() const { return data_["config"]; }
  const OrderedJson& metadata() const { return data_["metadata"]; }
  const OrderedJson& expected() const { return data_["expected"]; }
  const OrderedJson& file_type(bool f32) const { return data_["file_type"][f32 ? 1 : 0]; }
  std::string safetensors_hash() const { return data_["safetensors"]; }

  /// The folder's files: weights first.
  std::vector<std::pair<std::string, std::vector<uint8_t>>> files() const {
    std::vector<std::pair<std::string, std::vector<uint8_t>>> list = {{"model.safetensors", safetensors()}};
    const auto add = [&](const std::string& name, const OrderedJson& json) {
      const std::string text = json.dump();
      list.emplace_back(name, std::vector<uint8_t>(text.begin(), text.end()));
    };
    add("config.json", data_["config"]);
    for (const auto& [name, json] : data_["files"].items()) add(name, json);
    return list;
  }

 private:
  static constexpr std::pair<const char*, size_t> dtypes[] = {{"I64", 8}, {"F32", 4},     {"I32", 4}, {"BF16", 2},
                                                              {"F16", 2}, {"F8_E4M3", 1}, {"U8", 1}};
  static size_t rank(const std::string& dtype) {
    for (size_t i = 0; i < std::size(dtypes); ++i) {
      if (dtypes[i].first == dtype) return i;
    }
    return std::size(dtypes);
  }

  /// In the order the safetensors library writes: the widest types first, then by name.
  std::vector<uint8_t> safetensors() const {
    std::vector<OrderedJson> tensors(data_["tensors"].begin(), data_["tensors"].end());
    std::sort(tensors.begin(), tensors.end(), [](const OrderedJson& a, const OrderedJson& b) {
      const auto key = [](const OrderedJson& one) { return std::pair(rank(one[1]), one[0].get<std::string>()); };
      return key(a) < key(b);
    });
    OrderedJson header = {{"__metadata__", {{"format", "pt"}}}};
    std::vector<uint8_t> data;
    for (const OrderedJson& tensor : tensors) {
      const std::vector<uint8_t> bytes = weights(tensor);
      header[tensor[0].get<std::string>()] = {
          {"dtype", tensor[1]}, {"shape", tensor[2]}, {"data_offsets", {data.size(), data.size() + bytes.size()}}};
      data.insert(data.end(), bytes.begin(), bytes.end());
    }
    std::string text = header.dump();
    text.resize((text.size() + 7) / 8 * 8, ' ');
    std::vector<uint8_t> file(8);
    for (size_t i = 0; i < 8; ++i) file[i] = static_cast<uint8_t>(uint64_t{text.size()} >> 8 * i);
    file.insert(file.end(), text.begin(), text.end());
    file.insert(file.end(), data.begin(), data.end());
    return file;
  }

  std::vector<uint8_t> weights(const OrderedJson& tensor) const {
    const std::string dtype = tensor[1], kind = tensor.size() > 3 && tensor[3].is_string() ? tensor[3] : "";
    size_t count = 1;
    for (const size_t size : tensor[2]) count *= size;
    const size_t size = dtypes[rank(dtype)].second;
    if ((tensor.size() > 3 && tensor[3].is_array()) || kind == "i/32") {
      std::vector<uint8_t> bytes(count * size);
      for (size_t i = 0; i < count; ++i) {
        const uint64_t value = kind.empty() ? tensor[3][i].get<uint64_t>() : i / 32;
        std::memcpy(bytes.data() + i * size, &value, size);
      }
      return bytes;
    }
    std::vector<uint8_t> bytes = shake256(name() + '/' + tensor[0].get<std::string>(), count * size);
    const bool is_float = dtype == "F32" || dtype == "F16" || dtype == "BF16";
    for (size_t i = size - 1; i < bytes.size(); i += size) {
      uint8_t& b = bytes[i];
      if (is_float) b = high_byte(b, dtype == "F16", kind);
      if (dtype == "F8_E4M3" && (b & 0x7f) == 0x7f) b ^= 1;
      if (dtype == "U8" && kind == "exponent") b = static_cast<uint8_t>(118 + (b & 7));
    }
    return bytes;
  }

  /// A random top byte made one whose exponent is in a sensible range.
  static uint8_t high_byte(uint8_t b, bool half, const std::string& kind) {
    if (half) {
      if (kind == "norm") return static_cast<uint8_t>(0x38 | (b & 7));
      if (kind == "positive") return static_cast<uint8_t>(0x30 | (b & 15));
      return static_cast<uint8_t>((b & 0x80) | (6 + (b >> 2 & 7)) << 2 | (b & 3));
    }
    if (kind == "norm") return 63;
    if (kind == "positive") return static_cast<uint8_t>(62 + (b & 1));
    return static_cast<uint8_t>((b & 0x80) | (59 + (b & 3)));
  }

  OrderedJson data_;
};

}  // namespace nibble
