// Which files of a folder make a model, and what it is called.
#include "model/folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "container/companion.h"
#include "sentence_of.h"

namespace nibble {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> chosen(const std::vector<std::string>& paths) {
  std::vector<std::string> names;
  for (const ChosenFile& file : choose_model_files(paths, "").files) names.push_back(paths[file.index]);
  return names;
}

std::string problem(const std::vector<std::string>& paths) {
  return sentence_of([&] { choose_model_files(paths, ""); });
}

TEST(Folder, WeightsNearestToTheTopAndWhatLiesBesideThem) {
  EXPECT_THAT(chosen({"README.md", "m/config.json", "m/a.safetensors", "m/onnx/b.safetensors", "m/tokenizer.json",
                      "m/pytorch_model.bin", "m/model.safetensors.index.json", "config.json", "mm/c.safetensors"}),
              ElementsAre("m/config.json", "m/a.safetensors", "m/tokenizer.json", "m/model.safetensors.index.json"));
}

TEST(Folder, GgufFilesWhereverTheyAre) {
  EXPECT_THAT(chosen({"a/b.gguf", "config.json", "c.gguf"}), ElementsAre("a/b.gguf", "c.gguf"));
}

TEST(Folder, ExtensionsInEitherCase) {
  EXPECT_THAT(chosen({"A.GGUF", "b.Gguf", "c.txt"}), ElementsAre("A.GGUF", "b.Gguf"));
  EXPECT_THAT(chosen({"Model.SafeTensors", "pytorch_model.BIN"}), ElementsAre("Model.SafeTensors"));
  EXPECT_THAT(weight_extensions(), testing::IsSupersetOf({".gguf", ".safetensors", ".bin", ".pt", ".npz"}));
  EXPECT_THAT(companion_extensions(),
              ElementsAre(".json", ".model", ".v1", ".v2", ".v3", ".v7", ".v7m1", ".tiktoken", ".jinja", ".txt"));
}

TEST(Folder, SafetensorsBesideGgufAreTakenAndItIsSaid) {
  const std::vector<std::string> paths = {"config.json", "model.safetensors", "out.gguf"};
  EXPECT_THAT(chosen(paths), ElementsAre("config.json", "model.safetensors"));
  EXPECT_THAT(
      choose_model_files(paths, "").notes,
      ElementsAre("The safetensors model was taken, not \"out.gguf\", which lies beside it. To open a GGUF file, "
                  "choose that file itself."));
  const ChosenModel many =
      choose_model_files(std::vector<std::string>{"pytorch_model.bin", "a.gguf", "b.GGUF", "q/c.gguf", "d.gguf"}, "");
  ASSERT_EQ(many.files.size(), 1u);
  EXPECT_THAT(many.notes,
              ElementsAre(HasSubstr("The PyTorch model was taken, not \"a.gguf\", \"b.GGUF\", \"c.gguf\" and 1 "
                                    "more, which lie beside it.")));
  EXPECT_THAT(choose_model_files(std::vector<std::string>{"m.safetensors"}, "").notes, IsEmpty());
}

TEST(Folder, OtherKindsOfWeightsWhereThereAreNoSafetensors) {
  EXPECT_THAT(chosen({"config.json", "optimizer.pt", "pytorch_model-00001-of-00002.bin",
                      "pytorch_model-00002-of-00002.bin", "pytorch_model.bin.index.json", "training_args.bin"}),
              ElementsAre("config.json", "pytorch_model-00001-of-00002.bin", "pytorch_model-00002-of-00002.bin",
                          "pytorch_model.bin.index.json"));
  EXPECT_THAT(chosen({"net.pth", "means.npy"}), ElementsAre("net.pth"));
  EXPECT_THAT(chosen({"a.npy", "b.npy", "readme.txt"}), ElementsAre("a.npy", "b.npy"));
}

TEST(Folder, TheStateOfATrainingIsNoModel) {
  EXPECT_THAT(chosen({"model.pt", "optimizer.pt", "scheduler.pt", "rng_state_0.pth", "training_args.bin"}),
              ElementsAre("model.pt"));
  EXPECT_THAT(problem({"optimizer.pt"}), HasSubstr("It holds no model"));
}

TEST(Folder, ChatTemplatesInTheirFolder) {
  const std::vector<std::string> paths = {"m/model.safetensors", "m/additional_chat_templates/rag.jinja",
                                          "m/chat_template.json", "m/additional_chat_templates/deep/x.jinja",
                                          "m/additional_chat_templates/readme.md"};
  std::vector<std::string> names;
  for (const ChosenFile& file : choose_model_files(paths, "m").files) names.push_back(file.name);
  EXPECT_THAT(names, ElementsAre("model.safetensors", "additional_chat_templates/rag.jinja", "chat_template.json"));
}

constexpr char commit[] = "0123456789abcdef0123456789abcdef01234567";

TEST(Folder, ADownloadCacheIsLookedInto) {
  const std::string checkout = std::string("snapshots/") + commit;
  const std::vector<std::string> paths = {"refs/main", "blobs/" + std::string(64, 'a'), checkout + "/config.json",
                                          checkout + "/model.safetensors"};
  EXPECT_THAT(chosen(paths), ElementsAre(paths[2], paths[3]));
  EXPECT_TRUE(may_hold_part("snapshots"));
  EXPECT_TRUE(may_hold_part(checkout));
  EXPECT_TRUE(may_hold_part(checkout + "/additional_chat_templates"));
  EXPECT_TRUE(may_hold_part("additional_chat_templates"));
  EXPECT_FALSE(may_hold_part("blobs"));
  EXPECT_FALSE(may_hold_part("onnx"));

  auto two = paths;
  two.push_back("snapshots/next/config.json");
  EXPECT_EQ(problem(two), "") << "a checkout without weights is no second version";
  two.push_back("snapshots/next/model.safetensors");
  EXPECT_EQ(problem(two), std::string("It holds several versions of a model in \"snapshots\": \"") + commit +
                              "\" and \"next\". Choose the folder of one.");
  EXPECT_THAT(problem({"models--a--b/blobs/1234", "models--a--b/refs/main"}), HasSubstr("folder of a download cache"));
}

TEST(Folder, IsCalledByTheNameAboveACommit) {
  const auto name = [](const std::string& folder) {
    return choose_model_files(std::vector<std::string>{"m.safetensors"}, folder).name;
  };
  EXPECT_EQ(name("/home/me/Llama-3.2-1B"), "Llama-3.2-1B");
  EXPECT_EQ(name("models--meta-llama--Llama-3.2-1B"), "Llama-3.2-1B");
  EXPECT_EQ(name(std::string("/hub/models--meta-llama--Llama-3.2-1B/snapshots/") + commit), "Llama-3.2-1B");
  EXPECT_EQ(name("/hub/models--gpt2/snapshots"), "gpt2");
  EXPECT_EQ(name(std::string("/models/tiny/") + commit), "tiny");
  EXPECT_EQ(name(commit), "");
  EXPECT_EQ(name(""), "");
}

TEST(Folder, SaysWhyNothingCanBeOpened) {
  EXPECT_THAT(problem({"README.md"}),
              HasSubstr("It holds no model: no file whose name ends in one of .safetensors, .gguf"));
  EXPECT_THAT(problem({}), HasSubstr("It holds no model"));
}

}  // namespace
}  // namespace nibble
