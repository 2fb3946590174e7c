#include "tokenizer/reverted_tokenizer.h"

#include <gmock/gmock.h>

#include <functional>
#include <map>

#include "container/gguf_writer.h"
#include "tokenizer/text_encoder.h"
#include "tokenizer_folder.h"

/// Tokenizers of GGUF files become files of a folder that make the same entries again.
namespace nibble {
namespace {

using ::testing::HasSubstr;

constexpr const char* no_types = "{}";

/// What a folder with these files becomes.
GgufHeader again(const FolderFiles& files, std::string_view config = no_types) {
  TokenizerFiles folder;
  folder.config = as_bytes(config);
  for (const auto& [name, text] : files) {
    if (name == "tokenizer.json") folder.tokenizer_json = as_bytes(text);
    if (name == "tokenizer.model") folder.tokenizer_model = as_bytes(text);
    if (name == "tokenizer_config.json") folder.tokenizer_config = as_bytes(text);
  }
  return converted(folder);
}

std::map<std::string, std::vector<uint8_t>> entries(const GgufHeader& header) {
  std::map<std::string, std::vector<uint8_t>> found;
  for (const KeyValue& value : header.values) {
    const auto bytes = header.value_bytes(value);
    if (value.key.starts_with("tokenizer.")) found[value.key].assign(bytes.begin(), bytes.end());
  }
  return found;
}

/// Every entry comes back, and so do the tokens of a text.
void expect_circle(const GgufHeader& given, const char* file, std::string_view config = no_types) {
  Notes notes;
  const FolderFiles files = revert_tokenizer(given, config, 0, notes);
  ASSERT_EQ(files.size(), 2u) << (notes.list.empty() ? "" : notes.list[0].text);
  EXPECT_TRUE(notes.list.empty()) << notes.list[0].text;
  EXPECT_EQ(files[0].first, file);
  EXPECT_EQ(files[1].first, "tokenizer_config.json");
  const GgufHeader made = again(files, config);
  auto after = entries(made);
  for (const auto& [key, bytes] : entries(given)) {
    // Of other kinds than byte pairs it says nothing.
    if (key == "tokenizer.ggml.pre" && !given.find("tokenizer.ggml.merges")) continue;
    EXPECT_EQ(after[key], bytes) << key;
  }
  const std::string text = text_file("tokens/nasty.txt");
  EXPECT_EQ(TextEncoder::of(made).encode(text, true), TextEncoder::of(given).encode(text, true));
}

GgufHeader header_in(const std::string& name) { return header_of(test_file(name)); }

TEST(RevertedTokenizer, SentencePieceGoesRound) {
  expect_circle(header_in("stories260K-F32.gguf"), "tokenizer.model");
  expect_circle(header_in("gguf/ggml-vocab-llama-spm.gguf"), "tokenizer.model");
}

TEST(RevertedTokenizer, BytePairsGoRound) {
  expect_circle(header_in("tokens/byte-pairs.gguf"), "tokenizer.json");
  expect_circle(header_in("gguf/ggml-vocab-gpt-2.gguf"), "tokenizer.json");
}

TEST(RevertedTokenizer, UnigramsGoRound) { expect_circle(header_in("tokens/unigrams.gguf"), "tokenizer.json"); }

TEST(RevertedTokenizer, WordPiecesGoRound) {
  expect_circle(header_in("gguf/ggml-vocab-bert-bge.gguf"), "tokenizer.json", R"({"type_vocab_size": 2})");
  TokenizerFiles files;
  const std::string list = text_file("tokens/word-pieces.txt");
  files.vocab_text = as_bytes(list);
  for (const char* config : {R"({"do_lower_case": false})", R"({"do_lower_case": true, "strip_accents": false})"}) {
    files.tokenizer_config = as_bytes(config);
    expect_circle(converted(files), "tokenizer.json");
  }
}

GgufHeader byte_pairs_with(const std::function<void(KeyValueList&)>& change) {
  const GgufHeader header = header_in("tokens/byte-pairs.gguf");
  KeyValueList values;  // borrows from the header
  values.copy_all(header);
  change(values);
  return header_of(write_gguf_header(values, {}));
}

TEST(RevertedTokenizer, EveryNamedCuttingGoesRound) {
  for (const char* name : {"llama-bpe", "dbrx", "qwen2", "qwen35", "gpt-2", "starcoder", "smollm", "tekken", "gpt-4o",
                           "deepseek-v3", "deepseek-coder", "falcon", "seed-coder", "bailingmoe"}) {
    SCOPED_TRACE(name);
    expect_circle(byte_pairs_with([&](KeyValueList& values) {
                    values.remove("tokenizer.ggml.pre");
                    values.set_string("tokenizer.ggml.pre", name);
                  }),
                  "tokenizer.json");
  }
}

TEST(RevertedTokenizer, WhatStandsAroundTextsAndTemplatesGoRound) {
  const std::vector<std::string> names = {"tool_use"};
  expect_circle(byte_pairs_with([&](KeyValueList& values) {
                  for (const char* key : {"bos", "eos"}) {
                    values.remove("tokenizer.ggml.add_" + std::string(key) + "_token");
                    values.set_bool("tokenizer.ggml.add_" + std::string(key) + "_token", true);
                  }
                  values.remove("tokenizer.chat_template");
                  values.set_string("tokenizer.chat_template", "{{ messages }}");
                  values.set_string("tokenizer.chat_template.tool_use", "{{ tools }}");
                  values.set_array("tokenizer.chat_templates", names);
                }),
                "tokenizer.json");
}

TEST(RevertedTokenizer, SaysWhatCannotBeLedBack) {
  const auto sentence = [](const GgufHeader& header) {
    Notes notes;
    EXPECT_TRUE(revert_tokenizer(header, no_types, 0, notes).empty());
    return notes.list.empty() ? std::string() : notes.list[0].text;
  };
  for (const char* name : {"default", "deepseek-llm"}) {
    EXPECT_THAT(sentence(byte_pairs_with([&](KeyValueList& values) {
                  values.remove("tokenizer.ggml.pre");
                  values.set_string("tokenizer.ggml.pre", name);
                })),
                HasSubstr("how it cuts text into words"));
  }
  EXPECT_THAT(sentence(header_of(write_gguf_header({}, {}))), HasSubstr("has no tokenizer"));
  EXPECT_THAT(sentence(byte_pairs_with([&](KeyValueList& values) {
                values.remove("tokenizer.ggml.model");
                values.set_string("tokenizer.ggml.model", "rwkv");
              })),
              HasSubstr("\"rwkv\""));
}

}  // namespace
}  // namespace nibble
