#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "error.h"
#include "gguf_builder.h"
#include "sentence_of.h"
#include "sentencepiece_builder.h"
#include "texts_of.h"
#include "tokenizer/base64.h"
#include "tokenizer/text_encoder.h"
#include "tokenizer/token_table.h"
#include "tokenizer_folder.h"

/// Folders whose vocabulary is Unigram: T5's, XLM-RoBERTa's and others.
namespace nibble {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Bytes = std::vector<uint8_t>;

TEST(Base64, DecodesAndRefuses) {
  const auto decoded = [](std::string_view text) {
    const auto bytes = decode_base64(text);
    return bytes ? std::string(bytes->begin(), bytes->end()) : "none";
  };
  // RFC 4648, section 10.
  EXPECT_EQ(decoded(""), "");
  EXPECT_EQ(decoded("Zg=="), "f");
  EXPECT_EQ(decoded("Zm8="), "fo");
  EXPECT_EQ(decoded("Zm9v"), "foo");
  EXPECT_EQ(decoded("Zm9vYmFy"), "foobar");
  EXPECT_EQ(decoded("+/+/"), "\xfb\xff\xbf");
  for (const char* wrong : {"Zg", "Zg=", "Z===", "Zm9v\n", "Zh==", "Zg==Zg==", "Z-_v"}) {
    EXPECT_EQ(decoded(wrong), "none") << wrong;
  }
}

std::string base64(std::span<const uint8_t> bytes) {
  static constexpr char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t bits = 0;
    for (size_t j = 0; j < 3; ++j) bits = bits << 8 | (i + j < bytes.size() ? bytes[i + j] : 0u);
    for (size_t j = 0; j < 4; ++j) text += i + j > bytes.size() ? '=' : digits[bits >> (18 - 6 * j) & 63];
  }
  return text;
}

/// The small vocabulary that llama.cpp was asked about.
struct Asked {
  Bytes file = test_file("tokens/unigrams.gguf");
  GgufHeader header = header_of(file);
  TokenTable table{header};
  std::string text = text_file("tokens/nasty.txt");

  std::span<const uint8_t> map() const {
    const KeyValue* list = header.find("tokenizer.ggml.precompiled_charsmap");
    return std::span(header.bytes).subspan(list->elements, list->count);
  }
};

constexpr std::string_view metaspace = R"({"type": "Metaspace", "replacement": "▁", "add_prefix_space": )";
const std::string unprefixed = std::string(metaspace) + "false}", prefixed = std::string(metaspace) + "true}",
                  joined = R"({"type": "Sequence", "pretokenizers": [{"type": "WhitespaceSplit"}, )" + prefixed + "]}";

/// As Transformers writes it. `steps`: more of the normalizer.
std::string tokenizer_json(const Asked& asked, const std::string& pre_tokenizer, const std::string& steps = "") {
  Json vocabulary = Json::list(), added = Json::list();
  for (uint32_t id = 0; id < asked.table.size(); ++id) {
    const std::string token(asked.table.text(id));
    vocabulary.push_back(Json::list({token, asked.table.score(id)}));
    if (asked.table.is(id, TokenType::normal)) continue;
    added.push_back(Json{{"id", id}, {"content", token}, {"special", !asked.table.is(id, TokenType::user_defined)}});
  }
  return R"({"added_tokens": )" + added.dump() + R"(, "normalizer": {"type": "Sequence", "normalizers": [)" +
         R"({"type": "Precompiled", "precompiled_charsmap": ")" + base64(asked.map()) + R"("})" + steps +
         R"(]}, "pre_tokenizer": )" + pre_tokenizer +
         R"(, "post_processor": {"type": "TemplateProcessing", "single": [{"Sequence": {"id": "A"}},
            {"SpecialToken": {"id": "</s>"}}]}, "model": {"type": "Unigram", "unk_id": 2, "vocab": )" +
         vocabulary.dump() + "}}";
}

TEST(UnigramFiles, TokenizerJsonGivesLlamaCppsIds) {
  const Asked asked;
  const std::string runs = R"(, {"type": "Strip", "strip_left": false, "strip_right": true},
                               {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": "▁"})";
  const std::tuple<std::string, std::string, const char*> cases[] = {{unprefixed, "", "unigrams"},
                                                                     {prefixed, "", "unigrams, prefix"},
                                                                     {joined, "", "unigrams, joined"},
                                                                     {prefixed, runs, "unigrams, joined"}};
  for (const auto& [pre_tokenizer, steps, name] : cases) {
    const std::string json = tokenizer_json(asked, pre_tokenizer, steps);
    TokenizerFiles files;
    files.tokenizer_json = as_bytes(json);
    const GgufHeader header = converted(files);
    EXPECT_EQ(TextEncoder::of(header).encode(asked.text, false), expected_ids(name)) << name;
    EXPECT_EQ(header.number("tokenizer.ggml.eos_token_id"), 1u);
    EXPECT_EQ(header.truth("tokenizer.ggml.add_eos_token"), true);
    EXPECT_EQ(header.number("tokenizer.ggml.unknown_token_id"), 2u);
    if (std::string_view(name) != "unigrams") continue;
    EXPECT_EQ(TextEncoder::of(header).encode(asked.text, false, true), expected_ids("unigrams, special"));
    for (const char* key : {"tokens", "scores", "token_type", "precompiled_charsmap"}) {
      const std::string whole = std::string("tokenizer.ggml.") + key;
      const KeyValue *ours = header.find(whole), *theirs = asked.header.find(whole);
      ASSERT_TRUE(ours && theirs) << key;
      EXPECT_EQ(ours->element, theirs->element) << key;
      const auto written = header.value_bytes(*ours), expected = asked.header.value_bytes(*theirs);
      EXPECT_TRUE(std::equal(written.begin(), written.end(), expected.begin(), expected.end())) << key;
    }
  }
}

TEST(UnigramFiles, AnOlderTokenizerJsonDoesNotNameItsKind) {
  const Asked asked;
  std::string json = tokenizer_json(asked, prefixed);
  const std::string_view kind = R"("type": "Unigram", )";
  json.erase(json.find(kind), kind.size());
  TokenizerFiles files;
  files.tokenizer_json = as_bytes(json);
  EXPECT_EQ(TextEncoder::of(converted(files)).encode(asked.text, false), expected_ids("unigrams, prefix"));
}

TEST(UnigramFiles, WithoutAnEndInTheTemplateNoneIsAdded) {
  TokenizerFiles files;
  files.tokenizer_json = as_bytes(R"({"pre_tokenizer": {"type": "Metaspace", "prepend_scheme": "always"},
    "model": {"type": "Unigram", "unk_id": 0, "vocab": [["<unk>", 0], ["▁a", -1.5], ["b", -2]]}})");
  const GgufHeader header = converted(files);
  EXPECT_EQ(header.truth("tokenizer.ggml.add_eos_token"), false);
  EXPECT_EQ(header.truth("tokenizer.ggml.add_space_prefix"), true);
  EXPECT_EQ(header.truth("tokenizer.ggml.remove_extra_whitespaces"), false);
  EXPECT_FALSE(header.find("tokenizer.ggml.precompiled_charsmap"));
  EXPECT_EQ(TextEncoder::of(header).encode("ab?", true), (Ids{1, 2, 0}));
}

/// A SentencePiece model of the asked vocabulary behind other first pieces.
Bytes sentencepiece(const Asked& asked, std::initializer_list<std::pair<std::string_view, uint32_t>> first,
                    const Bytes& trainer, bool prefix, bool join) {
  Bytes model;
  for (const auto& [text, type] : first) model = GgufBuilder::joined({model, piece(text, 0, type)});
  for (uint32_t id = 3; id < asked.table.size(); ++id) {
    const auto type = static_cast<uint32_t>(asked.table.is(id, TokenType::normal) ? 1 : 4);
    model = GgufBuilder::joined({model, piece(asked.table.text(id), asked.table.score(id), type)});
  }
  const auto map = asked.map();
  const Bytes normalizer =
      GgufBuilder::joined({bytes_field(2, {map.begin(), map.end()}), number_field(3, prefix), number_field(4, join)});
  return GgufBuilder::joined({model, bytes_field(2, trainer), bytes_field(3, normalizer)});
}

TEST(UnigramFiles, SentencePieceModelsOfT5GiveLlamaCppsIds) {
  const Asked asked;
  const Bytes trainer = GgufBuilder::joined({number_field(3, 1), number_field(40, 2), number_field(41, ~uint64_t{0}),
                                             number_field(42, 1), number_field(43, 0)});
  for (const auto& [prefix, join, name] :
       {std::tuple{false, false, "unigrams, pieces"}, {true, true, "unigrams, pieces, joined"}}) {
    const Bytes model = sentencepiece(asked, {{"<pad>", 3}, {"</s>", 3}, {"<unk>", 2}}, trainer, prefix, join);
    for (const auto file : {&TokenizerFiles::tokenizer_model, &TokenizerFiles::spiece_model}) {
      TokenizerFiles files;
      files.*file = model;
      files.config = as_bytes(R"({"architectures": ["T5ForConditionalGeneration"]})");
      const GgufHeader header = converted(files);
      EXPECT_EQ(header.text("tokenizer.ggml.model"), "t5");
      EXPECT_EQ(TextEncoder::of(header).encode(asked.text, false), expected_ids(name)) << name;
      EXPECT_EQ(TextEncoder::of(header).encode("", true), (Ids{1}));
      EXPECT_EQ(header.number("tokenizer.ggml.padding_token_id"), 0u);
      EXPECT_EQ(header.number("tokenizer.ggml.bos_token_id"), std::nullopt);
    }
  }
}

TEST(UnigramFiles, XlmRobertasTokensMoveUpByOne) {
  const Asked asked;
  const Bytes model = sentencepiece(asked, {{"<unk>", 2}, {"<s>", 3}, {"</s>", 3}}, number_field(3, 1), true, true);
  TokenizerFiles files;
  files.xlm_roberta_model = model;
  const GgufHeader header = converted(files);
  const TokenTable table(header);
  const auto mask = static_cast<uint32_t>(asked.table.size() + 1);
  ASSERT_EQ(table.size(), mask + 1);
  EXPECT_EQ(table.text(mask), "<mask>");
  const std::pair<const char*, uint32_t> ids[] = {{"bos", 0},       {"cls", 0},     {"padding", 1}, {"eos", 2},
                                                  {"seperator", 2}, {"unknown", 3}, {"mask", mask}};
  for (const auto& [name, id] : ids) {
    EXPECT_EQ(header.number("tokenizer.ggml." + std::string(name) + "_token_id"), id) << name;
  }
  Ids expected = {0};
  for (const uint32_t id : expected_ids("unigrams, pieces, joined")) expected.push_back(id + 1);  // <unk> was 2
  expected.push_back(2);
  EXPECT_EQ(TextEncoder::of(header).encode(asked.text, true), expected);
}

TEST(UnigramFiles, ADecodersPiecesAreMergedAsTheConverterHasIt) {
  const Asked asked;
  const Bytes model = sentencepiece(asked, {{"<unk>", 2}, {"<s>", 3}, {"</s>", 3}}, number_field(3, 1), true, true);
  TokenizerFiles files;
  files.tokenizer_model = model;
  files.config = as_bytes(R"({"architectures": ["LlamaForCausalLM"]})");
  KeyValueList metadata;
  Notes notes;
  append_tokenizer(metadata, files, 0, notes);
  EXPECT_EQ(header_of(write_gguf_header(metadata, {})).text("tokenizer.ggml.model"), "llama");
  EXPECT_THAT(texts_of(notes), ElementsAre(HasSubstr("tokenizer.model is a Unigram model.")));
}

std::vector<std::string> notes_of(std::string_view json) {
  TokenizerFiles files;
  files.tokenizer_json = as_bytes(json);
  KeyValueList metadata;
  Notes notes;
  append_tokenizer(metadata, files, 0, notes);
  return texts_of(notes);
}

TEST(UnigramFiles, WhatLlamaCppDoesNotDoIsSaid) {
  EXPECT_THAT(notes_of(R"({"normalizer": {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "▁"},
                             {"type": "Lowercase"}]},
                           "pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "Digits"}]},
                           "model": {"type": "Unigram", "unk_id": 0, "vocab": [["<unk>", 0], ["a", -1]]}})"),
              ElementsAre(HasSubstr("(Lowercase)"), HasSubstr("(Digits)")));
  EXPECT_THAT(notes_of(R"({"model": {"type": "Unigram", "byte_fallback": true, "unk_id": 0,
                                     "vocab": [["<unk>", 0], ["<0x0A>", -1]]}})"),
              ElementsAre(HasSubstr("falls back to bytes")));
}

TEST(UnigramFiles, DamageIsNamed) {
  const auto problem = [](const std::string& model, const std::string& normalizer = "null") {
    return sentence_of([&] { notes_of(R"({"normalizer": )" + normalizer + R"(, "model": )" + model + "}"); });
  };
  for (const char* entry : {R"(["a", 0], "b")", R"(["a", 0], ["b"])", R"(["a", 0], ["b", "c"])", R"(["a", 0], [1, 2])",
                            R"(["a", 0], ["b", 0, 1])", R"(["a", 0], {"b": 1})", R"(["a", 0], [["b"], 1])"}) {
    EXPECT_THAT(problem(R"({"type": "Unigram", "vocab": [)" + std::string(entry) + "]}"),
                HasSubstr("entry 1 of its vocabulary is no text with a score"))
        << entry;
  }
  EXPECT_THAT(problem(R"({"type": "Unigram", "vocab": []})"), HasSubstr("vocabulary is missing or empty"));
  EXPECT_THAT(problem(R"({"type": "Unigram", "vocab": {"a": 0}})"), HasSubstr("has scores, and this one has none"));
  EXPECT_THAT(problem(R"({"type": "WordPiece", "vocab": [["a", 0]]})"), HasSubstr("WordPiece has no scores"));
  EXPECT_THAT(problem(R"({"type": "Unigram", "unk_id": 1, "vocab": [["a", 0]]})"), HasSubstr("(unk_id)"));
  const std::string sound = R"({"type": "Unigram", "unk_id": 0, "vocab": [["a", 0]]})";
  EXPECT_EQ(problem(sound), "");
  const auto map = [](const std::string& value) {
    return R"({"type": "Precompiled", "precompiled_charsmap": )" + value + "}";
  };
  EXPECT_EQ(problem(sound, map("null")), "");
  EXPECT_THAT(problem(sound, map(R"("?")")), HasSubstr("is no base64"));
  EXPECT_THAT(problem(sound, map("7")), HasSubstr("is no base64"));
  EXPECT_THAT(problem(sound, map(R"("Zm9v")")), HasSubstr("map of characters"));

  TokenizerFiles files;
  const Bytes model = GgufBuilder::joined({piece("a", 0, 1), piece("b", 0, 1), piece("c", 0, 1), piece("d", 0, 1)});
  KeyValueList metadata;
  Notes notes;
  const auto problem_of = [&] { return sentence_of([&] { append_tokenizer(metadata, files, 0, notes); }); };
  files.xlm_roberta_model = model;
  EXPECT_THAT(problem_of(), HasSubstr("sentencepiece.bpe.model does not begin with <unk>"));
  files.spiece_model = std::span(model).first(model.size() - 1);
  EXPECT_THAT(problem_of(), HasSubstr("spiece.model is damaged after token 2"));
  const Bytes bad_map = GgufBuilder::joined({model, bytes_field(3, bytes_field(2, {1, 2, 3}))});
  files.spiece_model = bad_map;
  EXPECT_THAT(problem_of(), HasSubstr("map of characters"));
}

}  // namespace
}  // namespace nibble
