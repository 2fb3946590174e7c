#include "tokenizer/tokenizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "converted_tokenizer.h"
#include "gguf_builder.h"
#include "sentencepiece_builder.h"
#include "texts_of.h"

namespace nibble {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Bytes = std::vector<uint8_t>;

Bytes small_model() {
  return GgufBuilder::joined({piece("<unk>", 0, 2), piece("<s>", 0, 3), piece("</s>", 0, 3), piece("<0x0A>", 0, 6),
                              piece("▁a", -1, 1), piece("\n\n", 0, 4), bytes_field(2, number_field(3, 2))});
}

class Stories260K : public testing::Test {
 protected:
  static Bytes folder_file(const char* name) { return test_file(std::string("stories260K-hf/") + name); }

  /// Every tokenizer.* entry of the GGUF file published beside the folder is there with the same bytes, and no other.
  static void expect_as_published(const ConvertedTokenizer& converted) {
    const Bytes file = test_file("stories260K-F32.gguf");
    const GgufHeader published = header_of(file);
    std::vector<std::string> keys, expected;
    for (const KeyValue& value : converted.header.values) keys.push_back(value.key);
    for (const KeyValue& value : published.values) {
      if (value.key.substr(0, 10) != "tokenizer.") continue;
      expected.push_back(value.key);
      const KeyValue* ours = converted.header.find(value.key);
      ASSERT_TRUE(ours) << value.key;
      const auto a = converted.header.value_bytes(*ours), b = published.value_bytes(value);
      EXPECT_TRUE(ours->type == value.type && std::equal(a.begin(), a.end(), b.begin(), b.end())) << value.key;
    }
    EXPECT_EQ(keys, expected);
  }

  Bytes model = folder_file("tokenizer.model"), json = folder_file("tokenizer.json"),
        tokenizer_config = folder_file("tokenizer_config.json"), config = folder_file("config.json"),
        generation_config = folder_file("generation_config.json");
};

TEST_F(Stories260K, TokenizerModelGivesThePublishedEntries) {
  TokenizerFiles files;
  files.tokenizer_model = model;
  files.tokenizer_json = json;
  files.tokenizer_config = tokenizer_config;
  files.config = config;
  files.generation_config = generation_config;
  const ConvertedTokenizer converted(files, 512);
  expect_as_published(converted);
  EXPECT_THAT(converted.notes.list, IsEmpty());
}

TEST_F(Stories260K, TokenizerJsonAloneGivesTheSameEntriesScoresIncluded) {
  TokenizerFiles files;
  files.tokenizer_json = json;
  files.tokenizer_config = tokenizer_config;
  const ConvertedTokenizer converted(files, 512);
  expect_as_published(converted);
  EXPECT_THAT(converted.notes.list, IsEmpty());
}

TEST_F(Stories260K, IdsComeFromTheModelFileWhenNothingElseNamesThem) {
  TokenizerFiles files;
  files.tokenizer_model = model;
  const ConvertedTokenizer converted(files, 0);
  EXPECT_EQ(converted.header.number("tokenizer.ggml.bos_token_id"), 1u);
  EXPECT_EQ(converted.header.number("tokenizer.ggml.eos_token_id"), 2u);
  EXPECT_EQ(converted.header.number("tokenizer.ggml.unknown_token_id"), 0u);
  EXPECT_EQ(converted.header.number("tokenizer.ggml.padding_token_id"), std::nullopt);
  EXPECT_EQ(converted.tokens().size(), 512u);
}

TEST_F(Stories260K, EveryCutOfTheFilesGivesASentence) {
  for (size_t length = 0; length < model.size(); length += 37) {
    TokenizerFiles files;
    files.tokenizer_model = std::span(model).first(length);
    problem_of(files);  // throws nothing but Error
  }
  for (size_t length = 1; length < json.size(); length += 211) {
    TokenizerFiles files;
    files.tokenizer_json = std::span(json).first(length);
    EXPECT_THAT(problem_of(files), HasSubstr("tokenizer.json is not valid JSON")) << length;
  }
}

TEST(Tokenizer, SentencePieceIsPaddedAndTakesAddedTokens) {
  const Bytes model = small_model();
  TokenizerFiles files;
  files.tokenizer_model = model;
  files.added_tokens = as_bytes(R"({"▁extra": 6, "<|im_end|>": 7})");
  files.tokenizer_config =
      as_bytes(R"({"bos_token": {"content": "<s>"}, "add_bos_token": false, "add_prefix_space": false,
    "added_tokens_decoder": {"2": {"content": "</s>", "special": true}, "5": {"content": "▁▁", "special": false},
                             "9": {"content": "<tool>", "special": false}}})");
  const ConvertedTokenizer converted(files, 9);
  EXPECT_THAT(converted.tokens(),
              ElementsAre("<unk>", "<s>", "</s>", "<0x0A>", "▁a", "  ", " extra", "<|im_end|>", "[PAD8]"));
  EXPECT_THAT(converted.types(), ElementsAre(2, 3, 3, 6, 1, 4, 4, 3, 5));
  EXPECT_THAT(converted.scores(), ElementsAre(0, 0, -1000, 0, -1, -1000, -1000, -1000, -10000));
  EXPECT_EQ(converted.header.number("tokenizer.ggml.bos_token_id"), 1u);
  EXPECT_EQ(converted.flag("tokenizer.ggml.add_bos_token"), 0);
  EXPECT_EQ(converted.flag("tokenizer.ggml.add_space_prefix"), 0);
  ASSERT_EQ(converted.notes.list.size(), 1u);
  EXPECT_EQ(converted.notes.list[0].text,
            "The model has rows for 9 tokens only. Left out: 1 token of the tokenizer, from \"<tool>\" with id 9 on.");
}

TEST(Tokenizer, NoDummyPrefixMeansNoSpacePrefix) {
  const Bytes model = GgufBuilder::joined({small_model(), bytes_field(3, number_field(3, 0))});
  TokenizerFiles files;
  files.tokenizer_model = model;
  EXPECT_EQ(ConvertedTokenizer(files, 0).flag("tokenizer.ggml.add_space_prefix"), 0);
}

constexpr std::string_view qwen_like = R"({
  "added_tokens": [{"id": 5, "content": "<|endoftext|>", "special": true}, {"id": 6, "content": "<tool▁call>"}],
  "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
    {"type": "Split", "behavior": "Isolated", "invert": false, "pattern": {"Regex":
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?)"
                                       R"([^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"}},
    {"type": "ByteLevel", "add_prefix_space": false, "use_regex": false}]},
  "post_processor": {"type": "Sequence", "processors": [{"type": "ByteLevel"}, {"type": "TemplateProcessing",
    "single": [{"SpecialToken": {"id": "<|endoftext|>"}}, {"Sequence": {"id": "A"}}]}]},
  "decoder": {"type": "ByteLevel"},
  "model": {"type": "BPE", "byte_fallback": false, "vocab": {"a": 0, "b": 1, "Ġ": 2, "ab": 3, "Ġab": 4},
            "merges": [["a", "b"], [" ", "ab"]]}
})";

TEST(Tokenizer, ByteLevelBpe) {
  TokenizerFiles files;
  files.tokenizer_json = as_bytes(qwen_like);
  files.tokenizer_config = as_bytes(R"({"bos_token": "<|endoftext|>", "chat_template": [
    {"name": "default", "template": "{{a}}"}, {"name": "tool use", "template": "{{b}}"}]})");
  files.config = as_bytes(R"({"eos_token_id": 5, "text_config": {"pad_token_id": 6}})");
  const ConvertedTokenizer converted(files, 8);
  EXPECT_EQ(converted.text("tokenizer.ggml.model"), "gpt2");
  EXPECT_EQ(converted.text("tokenizer.ggml.pre"), "qwen2");
  EXPECT_THAT(converted.tokens(), ElementsAre("a", "b", "Ġ", "ab", "Ġab", "<|endoftext|>", "<tool call>", "[PAD7]"));
  EXPECT_THAT(converted.types(), ElementsAre(1, 1, 1, 1, 1, 3, 4, 5));
  EXPECT_THAT(converted.texts("tokenizer.ggml.merges"), ElementsAre("a b", "Ġ ab"));
  EXPECT_FALSE(converted.header.find("tokenizer.ggml.scores"));
  EXPECT_EQ(converted.header.number("tokenizer.ggml.bos_token_id"), 5u);
  EXPECT_EQ(converted.header.number("tokenizer.ggml.eos_token_id"), 5u);
  EXPECT_EQ(converted.header.number("tokenizer.ggml.padding_token_id"), 6u);
  EXPECT_EQ(converted.flag("tokenizer.ggml.add_bos_token"), 1);
  EXPECT_EQ(converted.text("tokenizer.chat_template"), "{{a}}");
  EXPECT_EQ(converted.text("tokenizer.chat_template.tool_use"), "{{b}}");
  EXPECT_THAT(converted.texts("tokenizer.chat_templates"), ElementsAre("tool_use"));
  EXPECT_THAT(converted.notes.list, IsEmpty());
}

/// The same vocabulary as the older files write it.
constexpr std::string_view qwen_vocabulary = R"({"a": 0, "b": 1, "Ġ": 2, "ab": 3, "Ġab": 4})";
constexpr std::string_view qwen_merges = "#version: 0.2\na b\r\nĠ ab\n\n";

TEST(Tokenizer, ListsOfTokensAndMergesGiveWhatTokenizerJsonGives) {
  TokenizerFiles files;
  files.tokenizer_config = as_bytes(R"({"bos_token": "<|endoftext|>", "add_bos_token": true, "chat_template": "{{a}}",
    "tokenizer_class": "Qwen2Tokenizer"})");
  files.config = as_bytes(R"({"bos_token_id": 5, "eos_token_id": 5, "pad_token_id": 6})");
  files.tokenizer_json = as_bytes(qwen_like);
  const ConvertedTokenizer expected(files, 8);
  files.tokenizer_json = {};
  files.vocab_json = as_bytes(qwen_vocabulary);
  files.merges = as_bytes(qwen_merges);
  files.added_tokens = as_bytes(R"({"<|endoftext|>": 5, "<tool▁call>": 6})");
  const ConvertedTokenizer converted(files, 8);
  EXPECT_EQ(converted.header.bytes, expected.header.bytes);
  EXPECT_THAT(converted.notes.list, IsEmpty());
}

TEST(Tokenizer, TokensOfListsAreSpecialByName) {
  TokenizerFiles files;
  files.vocab_json = as_bytes(R"({"a": 0, "b": 1, "ab": 2, "<|endoftext|>": 3, "[END]": 4, "[X]": 5, "[Y]": 6})");
  files.merges = as_bytes("a b");
  files.special_tokens_map = as_bytes(R"({"eos_token": {"content": "[END]"}, "additional_special_tokens": ["[X]"]})");
  files.config = as_bytes(R"({"model_type": "gpt2"})");
  const ConvertedTokenizer converted(files, 0);
  EXPECT_THAT(converted.types(), ElementsAre(1, 1, 1, 3, 3, 3, 1));
  EXPECT_THAT(converted.texts("tokenizer.ggml.merges"), ElementsAre("a b"));
  EXPECT_EQ(converted.header.number("tokenizer.ggml.eos_token_id"), 4u);
  EXPECT_EQ(converted.text("tokenizer.ggml.pre"), "gpt-2");
  EXPECT_THAT(converted.notes.list, IsEmpty());
}

TEST(Tokenizer, ListsAreCutIntoWordsByTheirClass) {
  TokenizerFiles files;
  files.vocab_json = as_bytes(qwen_vocabulary);
  files.merges = as_bytes(qwen_merges);
  const auto pre = [&](std::string_view tokenizer_config, std::string_view config) {
    files.tokenizer_config = as_bytes(tokenizer_config);
    files.config = as_bytes(config);
    const ConvertedTokenizer converted(files, 0);
    EXPECT_EQ(converted.notes.list.size(), converted.text("tokenizer.ggml.pre") == "default" ? 1u : 0u);
    return converted.text("tokenizer.ggml.pre");
  };
  EXPECT_EQ(pre(R"({"tokenizer_class": "Qwen2TokenizerFast"})", R"({"model_type": "gpt2"})"), "qwen2");
  EXPECT_EQ(pre("{}", R"({"tokenizer_class": "GPT2Tokenizer"})"), "gpt-2");
  EXPECT_EQ(pre("{}", R"({"model_type": "phi"})"), "phi-2");
  EXPECT_EQ(pre("{}", "{}"), "default");
  EXPECT_EQ(pre(R"({"tokenizer_class": "CLIPTokenizer"})", R"({"model_type": "qwen2"})"), "default");
}

TEST(Tokenizer, DamageToListsIsNamed) {
  const auto problem = [](std::string_view vocabulary, std::string_view merges) {
    TokenizerFiles files;
    files.vocab_json = as_bytes(vocabulary);
    files.merges = as_bytes(merges);
    return problem_of(files);
  };
  EXPECT_THAT(problem(qwen_vocabulary, ""), HasSubstr("has vocab.json and no merges.txt"));
  EXPECT_THAT(problem("", qwen_merges), HasSubstr("has merges.txt and no vocab.json"));
  EXPECT_THAT(problem("{\"a\": 0", "a b"), HasSubstr("vocab.json is not valid JSON: it goes wrong at byte 7 of 7"));
  EXPECT_THAT(problem("[1]", "a b"), HasSubstr("vocab.json is damaged: it is no object"));
  EXPECT_THAT(problem("3", "a b"), HasSubstr("vocab.json is damaged: it is no object"));
  EXPECT_THAT(problem("{}", "a b"), HasSubstr("vocab.json is damaged: it holds no tokens"));
  EXPECT_THAT(problem(R"({"a": {"b": 1}})", "a b"), HasSubstr("token \"a\" has no usable id"));
  EXPECT_THAT(problem(R"({"a": -1})", "a b"), HasSubstr("token \"a\" has no usable id"));
  EXPECT_THAT(problem(R"({"a": 9999999})", "a b"), HasSubstr("token \"a\" has no usable id"));
  EXPECT_THAT(problem(R"({"a": 1, "b": 1})", "a b"), HasSubstr("the id 1 belongs to two tokens"));
  EXPECT_THAT(problem(qwen_vocabulary, "#version: 0.2\n\n"), HasSubstr("merges.txt is damaged: it holds no merges"));
  EXPECT_THAT(problem(qwen_vocabulary, "#version: 0.2\na b\nab\n"), HasSubstr("line 3, \"ab\", is no pair of texts"));
  EXPECT_THAT(problem(qwen_vocabulary, "a b c"), HasSubstr("line 1, \"a b c\", is no pair of texts"));
  EXPECT_THAT(problem(qwen_vocabulary, "a b\nb a"), HasSubstr("makes \"ba\" of \"b a\", and vocab.json has no such"));
  EXPECT_THAT(problem(qwen_vocabulary, "version https://git-lfs.github.com/spec/v1\n"), HasSubstr("Git LFS pointer"));
}

TEST(Tokenizer, ListsServeWhereTokenizerJsonIsDamaged) {
  TokenizerFiles files;
  files.tokenizer_json = as_bytes("{\"a");
  files.vocab_json = as_bytes(qwen_vocabulary);
  files.merges = as_bytes(qwen_merges);
  files.config = as_bytes(R"({"model_type": "qwen2"})");
  const ConvertedTokenizer converted(files, 0);
  EXPECT_EQ(converted.tokens().size(), 5u);
  EXPECT_THAT(texts_of(converted.notes),
              ElementsAre(AllOf(HasSubstr("tokenizer.json is"), HasSubstr("vocab.json beside it serves alone"))));
  files.merges = {};
  EXPECT_THAT(problem_of(files), HasSubstr("tokenizer.json is not valid JSON"));
}

constexpr std::string_view bert_like = R"({
  "added_tokens": [{"id": 0, "content": "[UNK]", "special": true}, {"id": 1, "content": "[CLS]", "special": true},
                   {"id": 2, "content": "[SEP]", "special": true}, {"id": 5, "content": "<x>"}],
  "normalizer": {"type": "BertNormalizer", "lowercase": true, "strip_accents": null},
  "pre_tokenizer": {"type": "BertPreTokenizer"},
  "post_processor": {"type": "TemplateProcessing",
    "single": [{"SpecialToken": {"id": "[CLS]"}}, {"Sequence": {"id": "A"}}, {"SpecialToken": {"id": "[SEP]"}}],
    "pair": [{"SpecialToken": {"id": "[CLS]"}}, {"Sequence": {"id": "A"}}, {"SpecialToken": {"id": "[SEP]"}},
             {"Sequence": {"id": "B"}}, {"SpecialToken": {"id": "[SEP]"}}]},
  "model": {"type": "WordPiece", "unk_token": "[UNK]", "vocab": {"[UNK]": 0, "[CLS]": 1, "[SEP]": 2, "a": 3, "##a": 4}}
})";

TEST(Tokenizer, WordPiece) {
  TokenizerFiles files;
  files.tokenizer_json = as_bytes(bert_like);
  files.tokenizer_config = as_bytes(R"({"cls_token": "[CLS]", "sep_token": "[SEP]", "unk_token": "[UNK]"})");
  files.config = as_bytes(R"({"type_vocab_size": 2})");
  const ConvertedTokenizer converted(files, 7);
  EXPECT_EQ(converted.text("tokenizer.ggml.model"), "bert");
  EXPECT_EQ(converted.text("tokenizer.ggml.pre"), "default");
  EXPECT_THAT(converted.tokens(), ElementsAre("[UNK]", "[CLS]", "[SEP]", "▁a", "a", "▁<x>", "▁[PAD6]"));
  EXPECT_THAT(converted.types(), ElementsAre(3, 3, 3, 1, 1, 4, 5));
  EXPECT_FALSE(converted.header.find("tokenizer.ggml.scores"));
  EXPECT_FALSE(converted.header.find("tokenizer.ggml.normalizer.lowercase"));
  EXPECT_FALSE(converted.header.find("tokenizer.ggml.normalizer.strip_accents"));
  const auto id = [&](const char* name) {
    return converted.header.number("tokenizer.ggml." + std::string(name) + "_token_id");
  };
  EXPECT_EQ(id("unknown"), 0u);
  EXPECT_EQ(id("bos"), 1u);
  EXPECT_EQ(id("cls"), 1u);
  EXPECT_EQ(id("eos"), 2u);
  EXPECT_EQ(id("seperator"), 2u);
  EXPECT_EQ(id("eot"), std::nullopt);
  EXPECT_EQ(converted.flag("tokenizer.ggml.add_bos_token"), 1);
  EXPECT_EQ(converted.flag("tokenizer.ggml.add_eos_token"), 1);
  EXPECT_EQ(converted.flag("tokenizer.ggml.add_sep_token"), -1);
  EXPECT_EQ(converted.header.number("tokenizer.ggml.token_type_count"), 2u);
  EXPECT_THAT(converted.notes.list, IsEmpty());
}

TEST(Tokenizer, ASecondSeparatorBetweenTwoTextsIsAdded) {
  std::string json(bert_like);
  const std::string second = R"({"Sequence": {"id": "B"}})";
  json.replace(json.find(second), second.size(), R"({"SpecialToken": {"id": "[SEP]"}}, )" + second);
  TokenizerFiles files;
  files.tokenizer_json = as_bytes(json);
  files.tokenizer_config = as_bytes(R"({"cls_token": "[CLS]", "sep_token": "[SEP]"})");
  EXPECT_EQ(ConvertedTokenizer(files, 0).flag("tokenizer.ggml.add_sep_token"), 1);
}

TEST(Tokenizer, ListOfWordPieces) {
  TokenizerFiles files;
  files.vocab_text = as_bytes("[PAD]\n[UNK]\r\n[CLS]\n[SEP]\na\n\na\n##b\n");
  files.tokenizer_config = as_bytes(R"({"do_lower_case": false, "strip_accents": true})");
  const ConvertedTokenizer converted(files, 0);
  EXPECT_THAT(converted.tokens(), ElementsAre("[PAD]", "[UNK]", "[CLS]", "[SEP]", "▁[PAD4]", "▁[PAD5]", "▁a", "b"));
  EXPECT_THAT(converted.types(), ElementsAre(3, 3, 3, 3, 5, 5, 1, 1));
  EXPECT_EQ(converted.flag("tokenizer.ggml.normalizer.lowercase"), 0);
  EXPECT_EQ(converted.flag("tokenizer.ggml.normalizer.strip_accents"), 1);
  EXPECT_EQ(converted.header.number("tokenizer.ggml.token_type_count"), 1u);
  EXPECT_EQ(converted.header.number("tokenizer.ggml.unknown_token_id"), 1u);
  EXPECT_EQ(converted.header.number("tokenizer.ggml.bos_token_id"), 2u);
  EXPECT_EQ(converted.header.number("tokenizer.ggml.seperator_token_id"), 3u);
  EXPECT_EQ(converted.header.number("tokenizer.ggml.padding_token_id"), 0u);
}

TEST(Tokenizer, DamageToWordPiecesIsNamed) {
  const auto problem = [](std::string_view list) {
    TokenizerFiles files;
    files.vocab_text = as_bytes(list);
    return problem_of(files);
  };
  EXPECT_THAT(problem("a\n##b\n"), HasSubstr("has no token \"[UNK]\""));
  EXPECT_THAT(problem(std::string_view("[UNK]\na\0\n", 9)), HasSubstr("vocab.txt is damaged: line 2 is no text"));
  EXPECT_THAT(problem("\n\n"), HasSubstr("vocab.txt is damaged: it holds no tokens"));
  EXPECT_THAT(problem("version https://git-lfs.github.com/spec/v1\n"), HasSubstr("Git LFS pointer"));
  TokenizerFiles files;
  files.tokenizer_json = as_bytes(R"({"model": {"type": "WordPiece", "vocab": {"[UNK]": 0}}})");
  EXPECT_THAT(texts_of(ConvertedTokenizer(files, 0).notes),
              ElementsAre(HasSubstr("does not cut text into words as BERT's do")));
}

TEST(Tokenizer, RobertaTextsHaveBothEndsAndASeparator) {
  std::string json(qwen_like);
  const std::string template_begin = R"({"type": "TemplateProcessing")";
  json.replace(json.find(template_begin), template_begin.size(),
               R"({"type": "RobertaProcessing", "cls": ["a", 0], "sep": ["b", 1]}, {"type": "TemplateProcessing")");
  TokenizerFiles files;
  files.tokenizer_json = as_bytes(json);
  files.tokenizer_config = as_bytes(R"({"bos_token": "<|endoftext|>"})");
  const ConvertedTokenizer converted(files, 0);
  EXPECT_EQ(converted.header.number("tokenizer.ggml.cls_token_id"), 0u);
  EXPECT_EQ(converted.header.number("tokenizer.ggml.seperator_token_id"), 1u);
  EXPECT_EQ(converted.flag("tokenizer.ggml.add_eos_token"), 1);
  EXPECT_EQ(converted.flag("tokenizer.ggml.add_sep_token"), 1);
}

TEST(Tokenizer, TokensWithoutARowAreLeftOutOfByteLevelBpe) {
  TokenizerFiles files;
  files.tokenizer_json = as_bytes(qwen_like);
  const ConvertedTokenizer converted(files, 6);
  EXPECT_EQ(converted.tokens().size(), 6u);
  EXPECT_THAT(texts_of(converted.notes),
              ElementsAre(HasSubstr("1 token of the tokenizer, from \"<tool▁call>\" with id 6 on")));
}

TEST(Tokenizer, ChatTemplateFileCountsWhenTheConfigurationHasNone) {
  const Bytes model = small_model();
  TokenizerFiles files;
  files.tokenizer_model = model;
  files.chat_template = as_bytes("{{messages}}");
  files.tokenizer_config = as_bytes(R"({"bos_token": "a"})");
  EXPECT_EQ(ConvertedTokenizer(files, 0).text("tokenizer.chat_template"), "{{messages}}");
  files.tokenizer_config = as_bytes(R"({"chat_template": "{{mine}}"})");
  EXPECT_EQ(ConvertedTokenizer(files, 0).text("tokenizer.chat_template"), "{{mine}}");
  files.tokenizer_config = as_bytes(R"({"chat_template": null})");
  EXPECT_FALSE(ConvertedTokenizer(files, 0).header.find("tokenizer.chat_template")) << "null says that there is none";
  files.tokenizer_config = {};
  const ConvertedTokenizer without(files, 0);
  EXPECT_FALSE(without.header.find("tokenizer.chat_template"));
  EXPECT_THAT(texts_of(without.notes), testing::Contains(HasSubstr("chat template is left out")));
}

// gguf-py/gguf/vocab.py: chat_template.jinja before chat_template.json, named templates beside the former only.
TEST(Tokenizer, ChatTemplatesOfTheirOwnFiles) {
  const Bytes model = small_model();
  TokenizerFiles files;
  files.tokenizer_model = model;
  files.tokenizer_config = as_bytes(R"({"bos_token": "a"})");
  files.named_templates = {{"rag-2", as_bytes("{{r}}")}, {"tool_use", as_bytes("{{t}}")}};
  files.chat_template_json = as_bytes(R"({"chat_template": "{{json}}"})");
  const ConvertedTokenizer json(files, 0);
  EXPECT_EQ(json.text("tokenizer.chat_template"), "{{json}}");
  EXPECT_FALSE(json.header.find("tokenizer.chat_templates"));
  files.chat_template = as_bytes("{{jinja}}");
  const ConvertedTokenizer jinja(files, 0);
  EXPECT_EQ(jinja.text("tokenizer.chat_template"), "{{jinja}}");
  EXPECT_EQ(jinja.text("tokenizer.chat_template.rag_2"), "{{r}}");
  EXPECT_EQ(jinja.text("tokenizer.chat_template.tool_use"), "{{t}}");
  EXPECT_THAT(jinja.texts("tokenizer.chat_templates"), ElementsAre("rag_2", "tool_use"));
  files.chat_template = {};
  files.chat_template_json =
      as_bytes(R"({"chat_template": [{"name": "default", "template": "{{d}}"}, {"name": "x", "template": "{{x}}"}]})");
  const ConvertedTokenizer list(files, 0);
  EXPECT_EQ(list.text("tokenizer.chat_template"), "{{d}}");
  EXPECT_EQ(list.text("tokenizer.chat_template.x"), "{{x}}");
}

TEST(Tokenizer, OtherKindsAreRefusedByName) {
  TokenizerFiles files;
  EXPECT_THAT(problem_of(files), HasSubstr("neither tokenizer.model (or spiece.model, sentencepiece.bpe.model) nor"));
  files.tokenizer_json = as_bytes(R"({"model": {"type": "WordLevel", "vocab": {"[PAD]": 0}}})");
  EXPECT_THAT(problem_of(files), HasSubstr("holds a WordLevel tokenizer"));
  files.tokenizer_json = as_bytes(R"({"model": {"type": "BPE", "vocab": {"a": 0}, "merges": []}})");
  EXPECT_THAT(problem_of(files), HasSubstr("llama.cpp has no tokenizer of that kind"));
  files.tokenizer_json = {};
  files.tokenizer_model = as_bytes("words and 1\n");
  EXPECT_THAT(problem_of(files), HasSubstr("tokenizer.model is no SentencePiece model"));
  files.tokenizer_json = as_bytes(qwen_like);
  EXPECT_EQ(problem_of(files), "");
}

TEST(Tokenizer, DamageIsNamed) {
  TokenizerFiles files;
  files.tokenizer_json = as_bytes(R"({"model": {"type": "BPE", "vocab": {"a": 4000000000}, "merges": []}})");
  EXPECT_THAT(problem_of(files), HasSubstr("token \"a\" has the id 4000000000"));
  files.tokenizer_json = as_bytes(R"({"model": {"type": "BPE", "vocab": {"a": 0}, "merges": [["a"]]}})");
  EXPECT_THAT(problem_of(files), HasSubstr("merge 1 is no pair"));
  files.tokenizer_json = as_bytes(R"({"model": {"type": "BPE", "vocab": {"a": 0}, "merges": [{"a": 1}]}})");
  EXPECT_THAT(problem_of(files), HasSubstr("merge 1 is neither"));
  files.tokenizer_json = as_bytes(qwen_like);
  EXPECT_THAT(problem_of(files, uint64_t{1} << 40), HasSubstr("Check vocab_size"));
}

TEST_F(Stories260K, DamageToAFileBesideTheVocabularyCostsOnlyWhatItSays) {
  TokenizerFiles files;
  files.tokenizer_model = model;
  files.tokenizer_json = json;
  files.config = config;
  files.generation_config = generation_config;
  const std::string deep(1'000'000, '[');
  const std::pair<std::string_view, std::string_view> damaged[] = {
      {R"({"bos_token": "<s>", "chat_te)", "tokenizer_config.json is not valid JSON: it goes wrong at byte 29 of 29."},
      {R"(["<s>"])", "tokenizer_config.json is not a JSON object"},
      {"version https://git-lfs.github.com/spec/v1\n", "tokenizer_config.json is not JSON. It is a Git LFS pointer"},
      {deep, "more than 64 deep"},
      {R"({"added_tokens_decoder": {"x": {"content": "y"}, "3": {}}})",
       "the id \"x\" and 1 more have no usable text and are left out"}};
  for (const auto& [text, sentence] : damaged) {
    files.tokenizer_config = as_bytes(text);
    const ConvertedTokenizer converted(files, 512);
    EXPECT_EQ(converted.tokens().size(), 512u);
    EXPECT_EQ(converted.header.number("tokenizer.ggml.eos_token_id"), 2u);
    EXPECT_THAT(texts_of(converted.notes), ElementsAre(AllOf(testing::StartsWith("note: "), HasSubstr(sentence))));
  }
}

TEST_F(Stories260K, DamageToTheConfigurationDoesNotCostTheChatTemplateBesideIt) {
  TokenizerFiles files;
  files.tokenizer_model = model;
  files.tokenizer_config = as_bytes("{\"chat_templ");
  files.chat_template = as_bytes("{{messages}}");
  EXPECT_EQ(ConvertedTokenizer(files, 512).text("tokenizer.chat_template"), "{{messages}}");
  files.chat_template = {};
  files.chat_template_json = as_bytes("{\"chat_templ");
  EXPECT_THAT(texts_of(ConvertedTokenizer(files, 512).notes),
              ElementsAre(HasSubstr("tokenizer_config.json is"), HasSubstr("chat_template.json is not valid JSON")));
}

TEST_F(Stories260K, EveryOtherFileMayBeDamagedToo) {
  using Member = std::span<const uint8_t> TokenizerFiles::*;
  const std::pair<Member, std::string_view> others[] = {
      {&TokenizerFiles::generation_config, "generation_config.json"},
      {&TokenizerFiles::special_tokens_map, "special_tokens_map.json"},
      {&TokenizerFiles::added_tokens, "added_tokens.json"}};
  for (const auto& [member, name] : others) {
    TokenizerFiles files;
    files.tokenizer_model = model;
    files.tokenizer_config = tokenizer_config;
    files.*member = as_bytes("{\"a");
    const ConvertedTokenizer converted(files, 512);
    EXPECT_EQ(converted.tokens().size(), 512u);
    EXPECT_THAT(texts_of(converted.notes), ElementsAre(HasSubstr(std::string(name) + " is not valid JSON")));
  }
}

TEST_F(Stories260K, OfTwoVocabulariesTheWholeOneServes) {
  TokenizerFiles files;
  files.tokenizer_config = tokenizer_config;
  files.tokenizer_model = model;
  files.tokenizer_json = std::span(json).first(1000);
  const ConvertedTokenizer from_model(files, 512);
  expect_as_published(from_model);
  EXPECT_THAT(texts_of(from_model.notes), ElementsAre(AllOf(HasSubstr("tokenizer.json is not valid JSON"),
                                                            HasSubstr("tokenizer.model beside it serves alone"))));
  files.tokenizer_model = std::span(model).first(1000);
  files.tokenizer_json = json;
  const ConvertedTokenizer from_json(files, 512);
  expect_as_published(from_json);
  EXPECT_THAT(texts_of(from_json.notes), ElementsAre(AllOf(HasSubstr("tokenizer.model is damaged after token"),
                                                           HasSubstr("tokenizer.json beside it serves alone"))));
  files.tokenizer_json = std::span(json).first(1000);
  EXPECT_THAT(problem_of(files), HasSubstr("tokenizer.json is not valid JSON"));
}

}  // namespace
}  // namespace nibble
