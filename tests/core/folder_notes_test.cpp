// What is said of folders whose files are not all there, or not what they should be.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "model/beside.h"
#include "model/model.h"
#include "output/packing_plan.h"
#include "plan/model_notes.h"
#include "test_files.h"
#include "texts_of.h"

namespace nibble {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;
using Bytes = std::vector<uint8_t>;

Bytes text(const std::string& words) { return {words.begin(), words.end()}; }

/// The stories260K folder, to be changed.
std::map<std::string, Bytes> stories() {
  std::map<std::string, Bytes> files;
  for (const char* name : {"config.json", "generation_config.json", "model.safetensors", "tokenizer.json",
                           "tokenizer.model", "tokenizer_config.json"}) {
    files[name] = test_file(std::string("stories260K-hf/") + name);
  }
  return files;
}

Model opened(const std::map<std::string, Bytes>& files) {
  Model model;
  size_t number = 0;
  for (const auto& [name, bytes] : files) {
    const size_t first = std::min<size_t>(bytes.size(), 256 * 1024);
    ByteRange wanted = model.offer(number, name, bytes.size(), 0, std::span(bytes).first(first));
    while (wanted.bytes > 0) {
      wanted =
          model.offer(number, name, bytes.size(), wanted.offset, std::span(bytes).subspan(wanted.offset, wanted.bytes));
    }
    ++number;
  }
  model.complete();
  return model;
}

std::vector<std::string> notes_on(const std::map<std::string, Bytes>& files) {
  return texts_of(model_notes(opened(files)));
}

/// A safetensors file of four bytes under each name: a number, or numbers of one byte.
Bytes numbers(const std::vector<std::string>& names, const std::string& kind = R"("dtype":"F32","shape":[1])") {
  std::string header = "{";
  for (size_t i = 0; i < names.size(); ++i) {
    header += (i ? "," : "") + ('"' + names[i]) + R"(":{)" + kind + R"(,"data_offsets":[)" + std::to_string(4 * i) +
              "," + std::to_string(4 * i + 4) + "]}";
  }
  header += "}";
  Bytes file(8);
  file[0] = static_cast<uint8_t>(header.size());
  file[1] = static_cast<uint8_t>(header.size() >> 8);
  file.insert(file.end(), header.begin(), header.end());
  file.resize(file.size() + 4 * names.size());
  return file;
}

TEST(FolderNotes, NothingIsSaidOfAWholeFolder) { EXPECT_THAT(notes_on(stories()), IsEmpty()); }

TEST(FolderNotes, WeightsThatAreQuantizedAlreadyAreAWarningWhateverSaysSo) {
  const auto config = [](const std::string& architecture, const std::string& quantization) {
    return text(R"({"architectures":[")" + architecture + R"("],)" + quantization + "}");
  };
  const std::string unknown = "LlamaV9ForCausalLM";
  const std::pair<const char*, const char*> methods[] = {{"fp8", "(FP8:"},
                                                         {"gptq", "(GPTQ:"},
                                                         {"compressed-tensors", "(compressed-tensors:"},
                                                         {"bitsandbytes", "(bitsandbytes:"},
                                                         {"mxfp4", "(MXFP4:"},
                                                         {"quip", "(quip:"}};
  for (const auto& [name, title] : methods) {
    const std::string stated = std::string(R"("quantization_config":{"quant_method":")") + name + "\"}";
    EXPECT_THAT(notes_on({{"config.json", config(unknown, stated)}, {"model.safetensors", numbers({"a"})}}),
                ElementsAre(AllOf(StartsWith("warning: The weights are quantized already"), HasSubstr(title)),
                            AllOf(StartsWith("warning: "), HasSubstr("llama.cpp does not run such files"))));
  }
  const std::pair<const char*, const char*> tensors[] = {{"l.q_proj.weight_scale_inv", "(FP8:"},
                                                         {"l.q_proj.qweight", "(GPTQ or AWQ:"},
                                                         {"l.q_proj.weight_packed", "(compressed-tensors:"},
                                                         {"l.q_proj.weight.absmax", "(bitsandbytes:"},
                                                         {"l.experts.gate_up_proj_blocks", "(MXFP4:"}};
  for (const auto& [name, title] : tensors) {
    const Bytes weights = numbers({"l.q_proj.bias", name}, R"("dtype":"U8","shape":[4])");
    for (const std::string& other : {std::string("x"), std::string("quantization_config")}) {
      const Bytes silent = config(unknown, '"' + other + "\":null");
      EXPECT_THAT(notes_on({{"config.json", silent}, {"model.safetensors", weights}}),
                  Contains(AllOf(StartsWith("warning: "), HasSubstr(title), HasSubstr(name))));
    }
    EXPECT_THAT(notes_on({{"model.safetensors", weights}}), Contains(HasSubstr(title)));
  }
  EXPECT_THAT(notes_on({{"config.json", config("DeepseekV9", R"("quantization_config":{"quant_method":"fp8"})")},
                        {"model.safetensors", numbers({"a"})}}),
              ElementsAre(HasSubstr("(FP8:"), HasSubstr("\"DeepseekV9\"")));
  EXPECT_THAT(notes_on({{"config.json", text(R"({"compression_config":{}})")}, {"a.safetensors", numbers({"a"})}}),
              Contains(HasSubstr("by an unnamed method")));
}

TEST(FolderNotes, ATokenizerThatIsMissingOrUnknownIsAWarning) {
  auto files = stories();
  files.erase("tokenizer.model");
  files.erase("tokenizer.json");
  EXPECT_THAT(notes_on(files), ElementsAre(AllOf(StartsWith("warning: "), HasSubstr("has no tokenizer"))));
  files["tokenizer.json"] = text(R"({"model":{"type":"WordLevel","vocab":{"a":0}}})");
  EXPECT_THAT(notes_on(files), ElementsAre(AllOf(StartsWith("warning: "), HasSubstr("holds a WordLevel tokenizer"))));
}

TEST(FolderNotes, TokensThatCannotBeToldApartAreAWarning) {
  auto files = stories();
  files.erase("tokenizer.model");
  files["tokenizer.json"] = text(R"({"model":{"type":"BPE","byte_fallback":true,"vocab":{"a":0,"b":1},"merges":[]},
    "added_tokens":[{"id":5,"content":"a","special":true}]})");
  EXPECT_THAT(notes_on(files), Contains(AllOf(StartsWith("warning: Tokens 0 and 5"), HasSubstr("does not load"))));
}

TEST(FolderNotes, AnUnknownOrMissingArchitectureIsAWarning) {
  auto files = stories();
  files["config.json"] = text(R"({"architectures":["NewForCausalLM"]})");
  EXPECT_THAT(notes_on(files), ElementsAre(AllOf(StartsWith("warning: "), HasSubstr("\"NewForCausalLM\""))));
  files["config.json"] = text("{}");
  EXPECT_THAT(notes_on(files), ElementsAre(AllOf(StartsWith("warning: "), HasSubstr("names no architecture"))));
  files.erase("config.json");
  EXPECT_THAT(notes_on(files), ElementsAre(AllOf(StartsWith("warning: "), HasSubstr("choose the whole folder"))));
}

TEST(FolderNotes, DamageToWhatAModelCanDoWithoutIsANote) {
  auto files = stories();
  files["tokenizer_config.json"].resize(40);
  files["generation_config.json"] = {};
  files["model.safetensors.index.json"] = text("{\"weight_map");
  EXPECT_THAT(notes_on(files),
              ElementsAre(AllOf(HasSubstr("model.safetensors.index.json is not valid JSON"), HasSubstr("names of the")),
                          HasSubstr("\"generation_config.json\" is empty"),
                          HasSubstr("tokenizer_config.json is not valid JSON")));
  EXPECT_THAT(notes_on(files), Each(StartsWith("note: ")));
  EXPECT_EQ(opened(files).metadata().find("tokenizer.ggml.tokens")->count, 512u);
}

TEST(FolderNotes, TokensWithoutARowAndAdaptersAreLeftOutWithANote) {
  auto files = stories();
  files["added_tokens.json"] = text(R"({"<more>":512})");
  files["adapter_config.json"] = text("{}");
  EXPECT_THAT(notes_on(files), ElementsAre(AllOf(StartsWith("note: An adapter"), HasSubstr("is left out")),
                                           AllOf(StartsWith("note: "), HasSubstr("Left out: 1 token"))));
  files.erase("added_tokens.json");
  files["adapter_model.safetensors"] = numbers({"base_model.model.a.lora_A.weight"});
  EXPECT_THAT(notes_on(files), ElementsAre(HasSubstr("(\"adapter_model.safetensors\")")));
  EXPECT_EQ(opened(files).tensors().size(), opened(stories()).tensors().size());
}

TEST(FolderNotes, WhatConcernsGgufFilesIsNotSaidOfSafetensors) {
  auto files = stories();
  files.erase("tokenizer.model");
  files.erase("tokenizer.json");
  files["adapter_config.json"] = text("{}");
  const auto packed = [&] {
    return texts_of(make_packed_plan(opened(files), parse_plan_options(R"({"type":"nf4"})")).plan.notes);
  };
  EXPECT_THAT(packed(), AllOf(Each(StartsWith("note: ")), Contains(HasSubstr("An adapter"))));
  files["adapter_model.safetensors"] = numbers({"base_model.model.a.lora_A.weight"});
  for (const auto& tensor : make_packed_plan(opened(files), parse_plan_options(R"({"type":"nf4"})")).tensors) {
    EXPECT_THAT(tensor.name, Not(HasSubstr("lora"))) << "left out, as is said";
  }
  files.erase("adapter_model.safetensors");
  files.erase("config.json");
  EXPECT_THAT(packed(), AllOf(Contains(StartsWith("warning: There is no config.json")),
                              Not(Contains(HasSubstr("llama.cpp does not run")))));
}

TEST(FolderNotes, WeightsAloneTakeTheModelBesideThem) {
  const std::vector<std::string> names = {"README.md",  "config.json",       "model.safetensors.index.json",
                                          "other.json", "model.safetensors", "tokenizer.model"};
  EXPECT_THAT(files_beside("model.safetensors", names), ElementsAre(1, 5));
  EXPECT_THAT(files_beside("pytorch_model.bin", names), ElementsAre(1, 5));
  EXPECT_THAT(files_beside("ggml-model-q4_0.bin", names), IsEmpty());
  EXPECT_THAT(files_beside("model.gguf", names), IsEmpty());
  EXPECT_THAT(files_beside("model.safetensors", std::vector<std::string>{"tokenizer.model"}), IsEmpty());
}

}  // namespace
}  // namespace nibble
