#include <gtest/gtest.h>

#include "tokenizer/text_encoder.h"
#include "tokenizer/token_table.h"
#include "tokenizer_folder.h"

/// From the files of a folder to ids: what llama.cpp makes of tests/data/tokens/nasty.txt with the same vocabulary.
namespace nibble {
namespace {

TEST(TokenizerFiles, ListsOfTokensAndMergesGiveLlamaCppsIds) {
  const GgufHeader vocabulary = header_of(test_file("tokens/byte-pairs.gguf"));
  const TokenTable table(vocabulary);
  Json tokens = Json::object(), added = Json::object();
  for (uint32_t id = 0; id < table.size(); ++id) {
    const std::string token(table.text(id));
    tokens.set(token, id);
    if (!table.is(id, TokenType::normal)) added.set(token, id);
  }
  std::string merges = "#version: 0.2\n";
  for (const std::string& merge : texts_of_list(vocabulary, "tokenizer.ggml.merges")) merges += merge + "\n";
  const std::string vocab_json = tokens.dump(), added_tokens = added.dump(), text = text_file("tokens/nasty.txt");
  TokenizerFiles files;
  files.vocab_json = as_bytes(vocab_json);
  files.merges = as_bytes(merges);
  files.added_tokens = as_bytes(added_tokens);
  files.special_tokens_map = as_bytes(R"({"bos_token": "<s>"})");
  for (const auto& [config, name] :
       {std::pair{R"({"model_type": "gpt2"})", "gpt-2"}, std::pair{R"({"tokenizer_class": "Qwen2Tokenizer"})", "qwen2"},
        std::pair{R"({"tokenizer_class": "CodeGenTokenizer"})", "phi-2"}}) {
    files.config = as_bytes(config);
    const TextEncoder encoder = TextEncoder::of(converted(files));
    EXPECT_EQ(encoder.encode(text, false), expected_ids(std::string("byte-pairs, ") + name)) << name;
    if (std::string_view(name) != "gpt-2") continue;
    EXPECT_EQ(encoder.encode(text, false, true), expected_ids("byte-pairs, special"));
  }
}

TEST(TokenizerFiles, ListOfWordPiecesGivesLlamaCppsIds) {
  const std::string list = text_file("tokens/word-pieces.txt"), text = text_file("tokens/nasty.txt");
  TokenizerFiles files;
  files.vocab_text = as_bytes(list);
  const TextEncoder encoder = TextEncoder::of(converted(files));
  EXPECT_EQ(encoder.encode(text, false), expected_ids("word-pieces"));
  EXPECT_EQ(encoder.encode(text, false, true), expected_ids("word-pieces, special"));
  EXPECT_EQ(encoder.encode("", true), (Ids{2, 3}));
  files.tokenizer_config = as_bytes(R"({"do_lower_case": false})");
  EXPECT_EQ(TextEncoder::of(converted(files)).encode(text, false), expected_ids("word-pieces, cased"));
}

TEST(TokenizerFiles, WordPiecesOfTokenizerJsonGiveLlamaCppsIds) {
  const std::string list = text_file("tokens/word-pieces.txt"), text = text_file("tokens/nasty.txt");
  Json vocabulary = Json::object(), added = Json::list();
  uint32_t id = 0;
  for (size_t at = 0; at < list.size(); ++id) {
    const size_t end = list.find('\n', at);
    const std::string token = list.substr(at, end - at);
    vocabulary.set(token, id);
    if (id < 5) added.push_back(Json{{"id", id}, {"content", token}, {"special", true}});
    at = end + 1;
  }
  const auto ids = [&](const Json& normalizer) {
    const std::string json = Json{{"added_tokens", added},
                                  {"normalizer", normalizer},
                                  {"pre_tokenizer", Json{{"type", "BertPreTokenizer"}}},
                                  {"model", Json{{"type", "WordPiece"}, {"vocab", vocabulary}}}}
                                 .dump();
    TokenizerFiles files;
    files.tokenizer_json = as_bytes(json);
    return TextEncoder::of(converted(files)).encode(text, false);
  };
  const std::string type = "BertNormalizer";
  EXPECT_EQ(ids(Json{{"type", type}, {"lowercase", true}, {"strip_accents", nullptr}}), expected_ids("word-pieces"));
  EXPECT_EQ(ids(Json{{"type", type}, {"lowercase", false}}), expected_ids("word-pieces, cased"));
  EXPECT_EQ(ids(Json{{"type", type}, {"strip_accents", false}}), expected_ids("word-pieces, accents"));
}

}  // namespace
}  // namespace nibble
