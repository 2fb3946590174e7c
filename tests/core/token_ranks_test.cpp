#include "tokenizer/token_ranks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "converted_tokenizer.h"
#include "error.h"
#include "reference/token_ranks.h"
#include "sentencepiece_builder.h"
#include "texts_of.h"
#include "tokenizer/base64.h"
#include "tokenizer/pattern.h"
#include "tokenizer/text_encoder.h"
#include "tokenizer/token_table.h"
#include "tokenizer/word_cutting.h"

/// Vocabularies of bytes and ranks: Mistral's tekken.json and tiktoken's lists.
namespace nibble {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using Rank = std::map<std::string, uint32_t>;

/// The tokens of the list that make.mjs wrote, read line by line.
Rank listed_ranks() {
  Rank ranks;
  std::string rest = text_file("tokens/ranks.tiktoken");
  for (size_t end = rest.find('\n'); end != std::string::npos; end = rest.find('\n')) {
    const size_t space = rest.find(' ');
    const auto bytes = *decode_base64(rest.substr(0, space));
    ranks[{bytes.begin(), bytes.end()}] = static_cast<uint32_t>(std::stoul(rest.substr(space + 1)));
    rest.erase(0, end + 1);
  }
  return ranks;
}

/// Words are cut as for llama.cpp's name; what each becomes the ranks say.
Ids slow_ids(const std::string& text, std::string_view cutting, uint32_t first) {
  std::vector<Pattern> patterns;
  for (const std::string_view one : find_word_cutting(cutting)->patterns) patterns.emplace_back(one);
  const Rank ranks = listed_ranks();
  const ClassedText classed{std::string(text)};
  Ids ids;
  size_t at = 0;
  for (const size_t length : cut_by_patterns(classed, patterns)) {
    std::string word;
    for (size_t i = at; i < at + length; ++i) append_utf8(word, classed.points[i]);
    at += length;
    for (const uint32_t id : reference::ids_by_ranks(word, ranks, first)) ids.push_back(id);
  }
  return ids;
}

std::string tekken_text() { return text_file("tokens/tekken.json"); }

TEST(Tekken, GivesTheIdsThatRanksAndLlamaCppGive) {
  const std::string file = tekken_text(), text = text_file("tokens/nasty.txt");
  TokenizerFiles files;
  files.tekken = as_bytes(file);
  const ConvertedTokenizer made(files);
  EXPECT_THAT(texts_of(made.notes), IsEmpty());
  const Ids ids = TextEncoder::of(made.header).encode(text, false);
  EXPECT_GT(ids.size(), 1000u);
  EXPECT_EQ(ids, slow_ids(text, "tekken", 24));
  EXPECT_EQ(ids, expected_ids("tekken"));
}

TEST(Tekken, BecomesWhatLlamaCppsConverterWrites) {
  const std::string file = tekken_text();
  TokenizerFiles files;
  files.tekken = as_bytes(file);
  const ConvertedTokenizer made(files);
  EXPECT_EQ(made.header.text("tokenizer.ggml.model"), "gpt2");
  EXPECT_EQ(made.header.text("tokenizer.ggml.pre"), "tekken");
  const TokenTable table(made.header);
  EXPECT_EQ(table.size(), listed_ranks().size() + 24);
  EXPECT_EQ(table.text(0), "<unk>");
  EXPECT_EQ(table.text(19), "[TOOL_CONTENT]");
  EXPECT_EQ(table.text(23), "<SPECIAL_23>");
  EXPECT_TRUE(table.is(23, TokenType::control));
  EXPECT_EQ(table.text(24), "Ā");
  EXPECT_TRUE(table.is(24, TokenType::normal));
  const KeyValue* scores = made.header.find("tokenizer.ggml.scores");
  ASSERT_TRUE(scores);
  EXPECT_THAT(made.header.value_bytes(*scores).subspan(12), Each(0));
  EXPECT_EQ(made.header.number("tokenizer.ggml.bos_token_id"), 1u);
  EXPECT_EQ(made.header.number("tokenizer.ggml.eos_token_id"), 2u);
  EXPECT_EQ(made.header.number("tokenizer.ggml.unknown_token_id"), 0u);
  EXPECT_EQ(made.header.number("tokenizer.ggml.padding_token_id"), 11u);
  EXPECT_EQ(made.flag("tokenizer.ggml.add_bos_token"), 1);
  EXPECT_EQ(made.flag("tokenizer.ggml.add_eos_token"), 0);
  EXPECT_EQ(made.header.text("tokenizer.chat_template"), "mistral-v3-tekken");
}

/// Every pair of a token's that are tokens, by the ranks of the token and of the two.
TEST(Tekken, MergesAreAllPairs) {
  nlohmann::json file = nlohmann::json::parse(tekken_text());
  auto& vocabulary = file["vocab"];
  vocabulary.erase(vocabulary.begin() + 256, vocabulary.end());
  const auto add = [&](const char* base64) {
    vocabulary.push_back({{"rank", vocabulary.size()}, {"token_bytes", base64}});
  };
  add("YmM=");      // bc
  add("YWJj");      // abc
  add("YWI=");      // ab
  add("Y2Q=");      // cd
  add("YWJjZA==");  // abcd
  file["config"]["default_vocab_size"] = 24 + 261;
  const std::string text = file.dump();
  EXPECT_THAT(read_tekken(as_bytes(text)).merges, ElementsAre("b c", "a bc", "ab c", "a b", "c d", "abc d", "ab cd"));
}

TEST(Tekken, SpecialTokensOfItsOwn) {
  nlohmann::json file = nlohmann::json::parse(tekken_text());
  file["config"]["version"] = "v11";
  file["special_tokens"] = {{{"rank", 0}, {"token_str", "<unk>"}, {"is_control", true}},
                            {{"rank", 1}, {"token_str", "[THINK]"}, {"is_control", true}}};
  const std::string text = file.dump();
  TokenizerFiles files;
  files.tekken = as_bytes(text);
  const ConvertedTokenizer made(files);
  const TokenTable table(made.header);
  EXPECT_EQ(table.text(1), "[THINK]");
  EXPECT_EQ(table.text(2), "<SPECIAL_2>");
  EXPECT_FALSE(made.has("tokenizer.ggml.bos_token_id"));
  EXPECT_THAT(texts_of(made.notes), ElementsAre(HasSubstr("none by the tokenizer's version (\"v11\")")));
  files.chat_template = as_bytes("{{ messages }}");
  EXPECT_EQ(ConvertedTokenizer(files).header.text("tokenizer.chat_template"), "{{ messages }}");
}

std::string tekken_problem(const std::function<void(nlohmann::json&)>& change) {
  nlohmann::json file = nlohmann::json::parse(tekken_text());
  change(file);
  const std::string text = file.dump();
  return sentence_of([&] { read_tekken(as_bytes(text)); });
}

TEST(Tekken, SaysWhatIsWrong) {
  const auto start = [](const std::string& what) { return "tekken.json is damaged: " + what; };
  EXPECT_EQ(tekken_problem([](auto& file) { file["vocab"][300]["token_bytes"] = "???"; }),
            start("token 300 is not written in base64. Download it again."));
  EXPECT_EQ(tekken_problem([](auto& file) { file["vocab"][300]["rank"] = 301; }),
            start("entry 300 of its vocabulary is no token with this rank and with bytes. Download it again."));
  EXPECT_EQ(tekken_problem([](auto& file) { file["vocab"][300].erase("token_bytes"); }),
            start("entry 300 of its vocabulary is no token with this rank and with bytes. Download it again."));
  EXPECT_EQ(tekken_problem([](auto& file) { file["vocab"][4] = 4; }),
            start("entry 4 of its vocabulary is no token with this rank and with bytes. Download it again."));
  EXPECT_EQ(tekken_problem([](auto& file) { file["vocab"][300]["token_bytes"] = file["vocab"][299]["token_bytes"]; }),
            start("tokens 299 and 300 are the same bytes. Download it again."));
  EXPECT_THAT(tekken_problem([](auto& file) { file["vocab"][65]["token_bytes"] = "AAAA"; }),
              HasSubstr("byte 65 is no token, so texts with it could not be read"));
  EXPECT_THAT(tekken_problem([](auto& file) { file["vocab"][300]["token_bytes"] = "AQIDBAUG"; }),
              HasSubstr("is not made of two tokens that come before it"));
  EXPECT_THAT(tekken_problem([](auto& file) { file["vocab"][300]["token_bytes"] = std::string(2000, 'A'); }),
              HasSubstr("token 300 has 1500 bytes, and at most 1024 are read"));
  EXPECT_THAT(tekken_problem([](auto& file) { file["vocab"].erase(file["vocab"].size() - 3); }),
              HasSubstr("is no token with this rank"));
  EXPECT_THAT(tekken_problem([](auto& file) { file["config"]["default_vocab_size"] = 5000; }),
              HasSubstr("it says that it has 5000 tokens, 24 of them special, and lists"));
  EXPECT_THAT(tekken_problem([](auto& file) { file["config"].erase("default_num_special_tokens"); }),
              HasSubstr("its \"config\" has no usable \"default_num_special_tokens\""));
  EXPECT_THAT(tekken_problem([](auto& file) { file["config"].erase("version"); }), HasSubstr("names no version"));
  EXPECT_THAT(tekken_problem([](auto& file) { file["config"]["version"] = "v11"; }),
              HasSubstr("it lists no special tokens"));
  EXPECT_THAT(tekken_problem([](auto& file) {
                file["special_tokens"] = nlohmann::json::array();
                file["special_tokens"].push_back({{"rank", 3}, {"token_str", "a"}});
              }),
              HasSubstr("entry 0 of its special tokens has no text or another rank"));
  EXPECT_THAT(tekken_problem([](auto& file) {
                file["config"]["default_num_special_tokens"] = 3;
                file["config"]["default_vocab_size"] = 900;
              }),
              HasSubstr("it has room for 3 special tokens and lists 20"));
  EXPECT_THAT(sentence_of([] { read_tekken(as_bytes("{\"vocab\":[{\"ra")); }),
              HasSubstr("tekken.json is not valid JSON"));
}

TEST(Tekken, HuggingFacesTokenizerCountsFirstBesideItsLayout) {
  const std::string file = tekken_text();
  const std::string json =
      R"({"decoder":{"type":"ByteLevel"},"model":{"type":"BPE","vocab":{"a":0},"merges":["a a"]}})";
  TokenizerFiles files;
  files.tekken = as_bytes(file);
  files.tokenizer_json = as_bytes(json);
  EXPECT_EQ(TokenTable(ConvertedTokenizer(files).header).size(), 1u);
  files.mistral_layout = true;
  EXPECT_GT(TokenTable(ConvertedTokenizer(files).header).size(), 256u);
}

/// tokenizer.model.v3: SentencePiece, of the highest version.
TEST(MistralTokenizer, SentencePieceOfAVersion) {
  const auto model = [](const char* token) {
    return GgufBuilder::joined({piece("<unk>", 0, 2), piece("<s>", 0, 3), piece("</s>", 0, 3), piece(token, -1, 1),
                                bytes_field(2, number_field(3, 2))});
  };
  const auto second = model("second"), third = model("third");
  TokenizerFiles files;
  files.versioned_models = {{"v3", third}, {"v2", second}};
  files.mistral_layout = true;
  const ConvertedTokenizer made(files);
  EXPECT_EQ(made.header.text("tokenizer.ggml.model"), "llama");
  EXPECT_EQ(TokenTable(made.header).text(3), "third");
  EXPECT_EQ(made.flag("tokenizer.ggml.add_bos_token"), 1);
  EXPECT_EQ(made.flag("tokenizer.ggml.add_eos_token"), 0);
  EXPECT_EQ(made.header.number("tokenizer.ggml.padding_token_id"), 2u);
  EXPECT_EQ(made.header.text("tokenizer.chat_template"), "mistral-v3");
}

TEST(RankList, GivesTheIdsThatRanksAndLlamaCppGive) {
  const std::string file = text_file("tokens/ranks.tiktoken"), text = text_file("tokens/nasty.txt");
  TokenizerFiles llama;
  llama.tokenizer_model = as_bytes(file);
  const ConvertedTokenizer as_llama(llama);
  EXPECT_EQ(as_llama.header.text("tokenizer.ggml.pre"), "llama-bpe");
  const Ids llama_ids = TextEncoder::of(as_llama.header).encode(text, false);
  EXPECT_EQ(llama_ids, slow_ids(text, "llama-bpe", 0));
  EXPECT_EQ(llama_ids, expected_ids("ranks, llama-bpe"));

  TokenizerFiles qwen;
  qwen.ranks = as_bytes(file);
  qwen.ranks_name = "qwen.tiktoken";
  const ConvertedTokenizer as_qwen(qwen);
  EXPECT_EQ(as_qwen.header.text("tokenizer.ggml.pre"), "qwen2");
  const Ids qwen_ids = TextEncoder::of(as_qwen.header).encode(text, false);
  EXPECT_EQ(qwen_ids, slow_ids(text, "qwen2", 0));
  EXPECT_EQ(qwen_ids, expected_ids("ranks, qwen2"));
}

TEST(RankList, SpecialTokensFollow) {
  const std::string file = text_file("tokens/ranks.tiktoken");
  const auto count = static_cast<uint32_t>(listed_ranks().size());
  TokenizerFiles files;
  files.tokenizer_model = as_bytes(file);
  const ConvertedTokenizer llama(files, count + 300);
  const TokenTable table(llama.header);
  EXPECT_EQ(table.text(count + 9), "<|eot_id|>");
  EXPECT_EQ(table.text(count + 255), "<|reserved_special_token_250|>");
  EXPECT_TRUE(table.is(count + 255, TokenType::control));
  EXPECT_TRUE(table.is(count + 256, TokenType::unused));
  EXPECT_EQ(llama.header.number("tokenizer.ggml.bos_token_id"), count);
  EXPECT_EQ(llama.header.number("tokenizer.ggml.eos_token_id"), count + 1);
  EXPECT_EQ(llama.header.number("tokenizer.ggml.eot_token_id"), count + 9);

  files = {};
  files.ranks = as_bytes(file);
  files.ranks_name = "qwen.tiktoken";
  const ConvertedTokenizer qwen(files);
  EXPECT_EQ(TokenTable(qwen.header).text(count + 2), "<|im_end|>");
  EXPECT_EQ(TokenTable(qwen.header).size(), count + 208);
  EXPECT_EQ(qwen.header.number("tokenizer.ggml.bos_token_id"), count);
  EXPECT_EQ(qwen.header.number("tokenizer.ggml.unknown_token_id"), count);

  // A folder that says its own has no others.
  const std::string config = R"({"eos_token":"[EOS]","added_tokens_decoder":{")" + std::to_string(count + 1) +
                             R"(":{"content":"[EOS]","special":true}}})";
  files.ranks_name = "tiktoken.model";
  files.tokenizer_config = as_bytes(config);
  const ConvertedTokenizer kimi(files);
  EXPECT_EQ(kimi.header.text("tokenizer.ggml.pre"), "kimi-k2");
  EXPECT_EQ(kimi.header.number("tokenizer.ggml.eos_token_id"), count + 1);
  EXPECT_EQ(TokenTable(kimi.header).size(), count + 2);
  files.ranks_name = "qwen.tiktoken";
  EXPECT_EQ(TokenTable(ConvertedTokenizer(files).header).size(), count + 2);
}

TEST(RankList, MergesAreTheLastPairs) {
  std::string file = text_file("tokens/ranks.tiktoken");
  for (size_t i = 0, at = 0; i <= 256; ++i) at = file.find('\n', at) + 1, i == 255 ? file.resize(at) : void();
  file += "YWI= 256\nYmM= 257\nYWJj 258\n";
  EXPECT_THAT(read_rank_list(as_bytes(file), "x.tiktoken").merges, ElementsAre("a b", "b c", "ab c"));
}

TEST(RankList, SaysWhatIsWrong) {
  const std::string file = text_file("tokens/ranks.tiktoken");
  const auto problem = [&](const std::string& more, const std::string& text) {
    const std::string whole = text + more;
    return sentence_of([&] { read_rank_list(as_bytes(whole), "qwen.tiktoken"); });
  };
  EXPECT_EQ(problem("", file), "");
  const std::string count = std::to_string(listed_ranks().size()), next = std::to_string(listed_ranks().size() + 1);
  EXPECT_EQ(problem("a line\n", file),
            "qwen.tiktoken is damaged: line " + next + " is no token with a rank. Download it again.");
  EXPECT_THAT(problem("AAEC 7\n", file), HasSubstr("the rank 7 belongs to two tokens"));
  EXPECT_THAT(problem("AAEC " + next + "\n", file), HasSubstr("it has no token of the rank " + count));
  EXPECT_THAT(problem("AA " + count + "\n", file), HasSubstr("token " + count + " is not written in base64"));
  EXPECT_THAT(problem("AQIDBAUG " + count + "\n", file), HasSubstr("is not made of two tokens that come before it"));
  EXPECT_THAT(problem("AAEC 99999999999\n", file), HasSubstr("line " + next));
  EXPECT_THAT(problem("", file.substr(0, file.find('\n'))), HasSubstr("is no token, so texts with it could not"));
  EXPECT_TRUE(is_rank_list(as_bytes(file)));
  EXPECT_FALSE(is_rank_list(as_bytes("a text of words")));
  EXPECT_FALSE(is_rank_list(as_bytes("")));
}

TEST(RankList, UnknownNamesAreCutAsNobodyKnows) {
  const std::string file = text_file("tokens/ranks.tiktoken");
  TokenizerFiles files;
  files.ranks = as_bytes(file);
  files.ranks_name = "other.tiktoken";
  const ConvertedTokenizer made(files);
  EXPECT_EQ(made.header.text("tokenizer.ggml.pre"), "default");
  EXPECT_THAT(texts_of(made.notes), Contains(HasSubstr("is none Nibble knows a llama.cpp name for")));
}

}  // namespace
}  // namespace nibble
