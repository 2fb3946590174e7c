#include "model/offers.h"

#include <gtest/gtest.h>

#include "conversion_cases.h"
#include "converted.h"

/// What else can be made of a model's files.
namespace nibble {
namespace {

Files folder_of(const std::string& name) { return ConversionCase::named(name).files(); }

Offers offers_of_file(const std::string& name) {
  Output gguf = convert(folder_of(name), "F32");
  return offers_of(opened({{"model.gguf", std::move(gguf.files[0].second)}}));
}

TEST(Offers, OfFoldersAreAdaptersAndImageEncoders) {
  const Offers plain = offers_of(opened(folder_of("qwen3")));
  EXPECT_TRUE(plain.adapters);
  EXPECT_FALSE(plain.projector);
  EXPECT_FALSE(plain.folder);
  EXPECT_FALSE(plain.dense_modules);
  EXPECT_EQ(plain.next_layers, 0u);
  EXPECT_TRUE(offers_of(opened(folder_of("qwen2_5_vl"))).projector);
  // An encoder that is not known is not offered.
  EXPECT_FALSE(offers_of(opened(folder_of("gemma3n"))).projector);
}

TEST(Offers, CountFurtherLayers) {
  EXPECT_EQ(offers_of(opened(folder_of("glm4_moe"))).next_layers, 1u);
  EXPECT_EQ(offers_of_file("glm4_moe").next_layers, 1u);
  EXPECT_EQ(offers_of(opened(folder_of("qwen3_5-no-mtp"))).next_layers, 0u);
}

TEST(Offers, OfGgufFilesAreTheirFolders) {
  const Offers llama = offers_of_file("llama");
  EXPECT_TRUE(llama.folder);
  EXPECT_FALSE(llama.adapters);
  EXPECT_FALSE(offers_of_file("qwen2_5_vl").folder);
}

TEST(Offers, OfEmbeddingModelsAreTheLayersBehindThePooling) {
  Files files = folder_of("embeddinggemma");
  EXPECT_FALSE(offers_of(opened(files)).dense_modules);
  const std::string text = "{\"in_features\": 64, \"out_features\": 128}";
  files.emplace_back("2_Dense/config.json", std::vector<uint8_t>(text.begin(), text.end()));
  EXPECT_TRUE(offers_of(opened(files)).dense_modules);
}

}  // namespace
}  // namespace nibble
