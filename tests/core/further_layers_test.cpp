#include <gtest/gtest.h>

#include <algorithm>

#include "converted.h"
#include "quantized_folder.h"

/// Layers that predict further tokens (multi-token prediction), left out of what folders become.
namespace nibble {
namespace {

/// llama.cpp's conversion script leaves the layers out when it reads the folder: a folder without them is the same.
TEST(FurtherLayers, LeavingThemOutGivesTheFileOfAFolderWithoutThem) {
  for (const char* name : {"qwen3_5-vl", "qwen3_5_moe-vl", "qwen3_next"}) {
    SCOPED_TRACE(name);
    Files files = ConversionCase::named(name).files();
    const Output pruned = convert(files, "AUTO", R"(,"noMtp":true)");
    RawFile weights = reference::read_safetensors(files[0].second);
    const size_t all = weights.tensors.size();
    std::erase_if(weights.tensors, [](const auto& entry) { return entry.first.starts_with("mtp."); });
    ASSERT_LT(weights.tensors.size(), all);
    files[0].second = safetensors_of(weights);
    const Output without = convert(files, "AUTO");
    EXPECT_EQ(pruned.tensors, without.tensors);
    ASSERT_EQ(pruned.header.values.size(), without.header.values.size());
    for (const KeyValue& value : without.header.values) {
      const KeyValue* found = pruned.header.find(value.key);
      ASSERT_NE(found, nullptr) << value.key;
      const auto bytes = pruned.header.value_bytes(*found), expected = without.header.value_bytes(value);
      EXPECT_TRUE(std::equal(bytes.begin(), bytes.end(), expected.begin(), expected.end())) << value.key;
    }
  }
}

/// The script keeps what the layers share with the model, their numbers, and metadata of the whole model.
TEST(FurtherLayers, AloneTheyKeepNumbersAndMetadata) {
  for (const char* name : {"qwen3_5-vl", "qwen3_5_moe-vl", "qwen3_next"}) {
    SCOPED_TRACE(name);
    const ConversionCase one = ConversionCase::named(name);
    const Files files = one.files();
    const Output whole = convert(files, "AUTO"), alone = convert(files, "AUTO", R"(,"mtpOnly":true)");
    ASSERT_EQ(alone.header.values.size(), whole.header.values.size());
    for (const KeyValue& value : whole.header.values) {
      const KeyValue* found = alone.header.find(value.key);
      ASSERT_NE(found, nullptr) << value.key;
      const auto bytes = alone.header.value_bytes(*found), expected = whole.header.value_bytes(value);
      EXPECT_TRUE(std::equal(bytes.begin(), bytes.end(), expected.begin(), expected.end())) << value.key;
    }
    const auto& text = one.config().contains("text_config") ? one.config()["text_config"] : one.config();
    const std::string first = "blk." + std::to_string(text["num_hidden_layers"].get<uint64_t>()) + '.';
    std::map<std::string, std::vector<uint8_t>> expected = whole.tensors;
    std::erase_if(expected, [&](const auto& entry) {
      return entry.first.starts_with("blk.") && !entry.first.starts_with(first);
    });
    EXPECT_TRUE(expected.contains(first + "nextn.eh_proj.weight"));
    EXPECT_TRUE(expected.contains("token_embd.weight") && expected.contains("output_norm.weight"));
    EXPECT_LT(expected.size(), whole.tensors.size());
    EXPECT_EQ(alone.tensors, expected);
  }
}

}  // namespace
}  // namespace nibble
