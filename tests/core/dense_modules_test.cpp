#include "model/dense_modules.h"

#include <gmock/gmock.h>

#include <cstring>

#include "converted.h"
#include "model/folder.h"
#include "quantized_folder.h"
#include "sentence_of.h"

/// Layers that sentence-transformers puts behind the pooling of EmbeddingGemma.
namespace nibble {
namespace {

using ::testing::HasSubstr;

std::vector<uint8_t> bytes_of(const std::string& text) { return {text.begin(), text.end()}; }

std::vector<float> numbers(size_t count, float first) {
  std::vector<float> values(count);
  for (size_t i = 0; i < count; ++i) values[i] = first + 0.25f * static_cast<float>(i % 37);
  return values;
}

struct Folder {
  Folder() : files(ConversionCase::named("embeddinggemma").files()) {
    std::erase_if(files, [](const auto& file) { return file.first == "modules.json"; });
    modules = OrderedJson::parse(R"([{"path":"","type":"sentence_transformers.models.Transformer"},
        {"path":"1_Pooling","type":"sentence_transformers.models.Pooling"},
        {"path":"2_Dense","type":"sentence_transformers.models.Dense"},
        {"path":"3_Dense","type":"sentence_transformers.models.Dense"}])");
    add("2_Dense", 64, 96, 1);
    add("3_Dense", 96, 64, -3);
  }
  void add(const std::string& path, uint64_t in, uint64_t out, float first) {
    settings[path] = {{"in_features", in},
                      {"out_features", out},
                      {"bias", false},
                      {"activation_function", "torch.nn.modules.linear.Identity"}};
    weights[path].tensors["linear.weight"] = raw_numbers("F32", {out, in}, numbers(in * out, first));
  }
  Files made() const {
    Files all = files;
    all.emplace_back("modules.json", bytes_of(modules.dump()));
    for (const auto& [path, json] : settings) all.emplace_back(path + "/config.json", bytes_of(json.dump()));
    for (const auto& [path, file] : weights) all.emplace_back(path + "/model.safetensors", safetensors_of(file));
    return all;
  }
  std::string refusal() const {
    return sentence_of([&] { opened(made()); });
  }

  Files files;
  OrderedJson modules;
  std::map<std::string, OrderedJson> settings;
  std::map<std::string, RawFile> weights;
};

TEST(DenseModules, AreWrittenAsTheConverterWritesThem) {
  const Folder folder;
  const Output output = convert(folder.made(), "F32"), without = convert(folder.files, "F32");
  const std::pair<const char*, uint32_t> sizes[] = {
      {"dense_2_feat_in", 64}, {"dense_2_feat_out", 96}, {"dense_3_feat_in", 96}, {"dense_3_feat_out", 64}};
  for (const auto& [key, size] : sizes) {
    EXPECT_EQ(output.header.number("gemma-embedding." + std::string(key)), size) << key;
    EXPECT_FALSE(without.header.find("gemma-embedding." + std::string(key)));
  }
  EXPECT_EQ(output.header.number("gemma-embedding.pooling_type"), 1u);
  EXPECT_EQ(output.tensors.size(), without.tensors.size() + 2);
  for (const auto& [name, first] : {std::pair{"dense_2.weight", 1.0f}, std::pair{"dense_3.weight", -3.0f}}) {
    const std::vector<float> expected = numbers(64 * 96, first);
    ASSERT_EQ(output.tensors.at(name).size(), expected.size() * 4);
    EXPECT_EQ(std::memcmp(output.tensors.at(name).data(), expected.data(), expected.size() * 4), 0) << name;
  }
  for (const auto& [name, bytes] : without.tensors) EXPECT_EQ(output.tensors.at(name), bytes) << name;
  for (const StoredTensor& tensor : convert(folder.made(), "F16").header.tensors) {
    if (!tensor.name.starts_with("dense_")) continue;
    EXPECT_EQ(tensor.type, Type::f16) << tensor.name;
    EXPECT_EQ(tensor.shape, (std::vector<uint64_t>{tensor.name == "dense_2.weight" ? 64u : 96u,
                                                   tensor.name == "dense_2.weight" ? 96u : 64u}));
  }
}

TEST(DenseModules, AreLeftOutWhereTheirWeightsAreNotGiven) {
  Folder folder;
  folder.weights.clear();
  EXPECT_EQ(convert(folder.made(), "F32").tensors, convert(folder.files, "F32").tensors);
}

TEST(DenseModules, SayWhatIsWrong) {
  EXPECT_EQ(Folder().refusal(), "");
  Folder folder;
  folder.weights.erase("3_Dense");
  EXPECT_EQ(folder.refusal(),
            "The modules behind the model's pooling were asked for, and \"3_Dense/model.safetensors\" "
            "is missing. Download the whole folder.");
  folder = {};
  folder.settings["2_Dense"]["out_features"] = 80;
  EXPECT_THAT(folder.refusal(), HasSubstr("holds no matrix \"linear.weight\" of 80 x 64 weights"));
  folder = {};
  folder.settings["2_Dense"].erase("in_features");
  EXPECT_EQ(folder.refusal(), "\"2_Dense/config.json\" does not say \"in_features\". Is the file complete?");
  folder = {};
  folder.settings["2_Dense"]["activation_function"] = "torch.nn.modules.activation.Tanh";
  EXPECT_THAT(folder.refusal(), HasSubstr("goes through \"torch.nn.modules.activation.Tanh\""));
  folder = {};
  folder.weights["2_Dense"].tensors["linear.bias"] = raw_numbers<float>("F32", {2}, {1, 2});
  EXPECT_THAT(folder.refusal(), HasSubstr("holds \"linear.bias\" beside its matrix"));
  folder = {};
  folder.modules[3]["path"] = "4_Dense";
  EXPECT_THAT(folder.refusal(), HasSubstr("names a layer in \"4_Dense\""));
  folder = {};
  folder.files = ConversionCase::named("qwen3").files();
  EXPECT_THAT(folder.refusal(), HasSubstr("llama.cpp has no layers behind the pooling"));
}

/// A folder is looked into for what its pooling is.
TEST(DenseModules, PoolingIsLookedFor) {
  EXPECT_TRUE(may_hold_part("1_Pooling"));
  EXPECT_FALSE(may_hold_part("2_Dense"));
  const std::vector<std::string> paths = {"model.safetensors", "config.json", "modules.json", "1_Pooling/config.json",
                                          "2_Dense/model.safetensors"};
  std::vector<std::string> names;
  for (const ChosenFile& file : choose_model_files(paths, "").files) names.push_back(file.name);
  EXPECT_EQ(names,
            (std::vector<std::string>{"model.safetensors", "config.json", "modules.json", "1_Pooling/config.json"}));
}

}  // namespace
}  // namespace nibble
