// Which files of a folder make a model.
#include "model/folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "error.h"

namespace nibble {
namespace {

using testing::ElementsAre;

std::vector<std::string> chosen(const std::vector<std::string>& paths) {
  std::vector<std::string> names;
  for (const uint32_t i : choose_model_files(paths)) names.push_back(paths[i]);
  return names;
}

TEST(Folder, WeightsNearestToTheTopAndWhatLiesBesideThem) {
  EXPECT_THAT(chosen({"README.md", "m/config.json", "m/a.safetensors", "m/onnx/b.safetensors", "m/tokenizer.json",
                      "m/pytorch_model.bin", "m/model.safetensors.index.json", "config.json"}),
              ElementsAre("m/config.json", "m/a.safetensors", "m/tokenizer.json", "m/model.safetensors.index.json"));
}

TEST(Folder, GgufFilesWhereverTheyAre) {
  EXPECT_THAT(chosen({"a/b.gguf", "config.json", "c.gguf"}), ElementsAre("a/b.gguf", "c.gguf"));
}

TEST(Folder, OtherKindsOfWeightsWhereThereAreNoSafetensors) {
  EXPECT_THAT(chosen({"config.json", "optimizer.pt", "pytorch_model-00001-of-00002.bin",
                      "pytorch_model-00002-of-00002.bin", "pytorch_model.bin.index.json", "training_args.bin"}),
              ElementsAre("config.json", "pytorch_model-00001-of-00002.bin", "pytorch_model-00002-of-00002.bin",
                          "pytorch_model.bin.index.json"));
  EXPECT_THAT(chosen({"net.pth", "means.npy"}), ElementsAre("net.pth"));
  EXPECT_THAT(chosen({"a.npy", "b.npy", "readme.txt"}), ElementsAre("a.npy", "b.npy"));
}

TEST(Folder, SaysWhyNothingCanBeOpened) {
  EXPECT_THROW(chosen({"README.md"}), Error);
  EXPECT_THROW(chosen({}), Error);
  EXPECT_THROW(chosen({"a.gguf", "a.safetensors"}), Error);
}

}  // namespace
}  // namespace nibble
