#include "tokenizer/text_encoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "container/gguf_writer.h"
#include "error.h"
#include "json/parse.h"
#include "kernel_inputs.h"
#include "reference/merging.h"
#include "sentence_of.h"
#include "test_files.h"
#include "tokenizer/merging.h"
#include "tokenizer/vocabulary.h"

namespace nibble {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Ids = std::vector<uint32_t>;

GgufHeader header_of(const std::vector<uint8_t>& file) {
  GgufReading reading = read_gguf(file, file.size());
  EXPECT_TRUE(reading.header.has_value());
  return std::move(*reading.header);
}

/// A vocabulary of tests/data with other words about it.
template <class Change>
TextEncoder changed(const std::string& file, Change&& change) {
  const GgufHeader header = header_of(test_file(file));
  KeyValueList metadata;
  metadata.copy_all(header);
  change(metadata);
  return TextEncoder::of(header_of(write_gguf_header(metadata, {})));
}

TextEncoder encoder_of(const std::string& file) {
  return changed(file, [](KeyValueList&) {});
}

std::string text_file(const std::string& name) {
  const std::vector<uint8_t> bytes = test_file(name);
  return {bytes.begin(), bytes.end()};
}

/// What llama.cpp makes of tests/data/tokens/nasty.txt.
class Expected {
 public:
  Ids operator[](const std::string& name) const {
    const Json& found = json_.at(name);
    return found.is_text() ? (*this)[found.text()] : found.get<Ids>();
  }
  const Json::Members& all() const { return json_.members(); }

 private:
  Json json_ = parse_json(text_file("tokens/expected.json"));
};

std::string joined(const TextEncoder& encoder, const Ids& ids) {
  std::string text;
  for (const uint32_t id : ids) text += encoder.piece(id);
  return text;
}

TEST(TextEncoder, AgreesWithLlamaCpp) {
  const Expected expected;
  const std::string text = text_file("tokens/nasty.txt");
  for (const std::string name : {"gguf/ggml-vocab-llama-spm", "gguf/ggml-vocab-gpt-2", "gguf/ggml-vocab-bert-bge",
                                 "tokens/byte-pairs", "tokens/marked-pairs", "tokens/pieces", "tokens/unigrams"}) {
    const TextEncoder encoder = encoder_of(name + ".gguf");
    const std::string bare = name.substr(name.find('/') + 1);
    EXPECT_EQ(encoder.encode(text, false), expected[bare]) << name;
    if (!name.starts_with("tokens/")) continue;
    EXPECT_EQ(encoder.encode(text, false, true), expected[bare + ", special"]) << name;
  }
  const TextEncoder bare =
      changed("tokens/pieces.gguf", [](auto& list) { list.set_bool("tokenizer.ggml.add_space_prefix", false); });
  EXPECT_EQ(bare.encode(text, false), expected["pieces, no prefix"]);
  const TextEncoder phi = changed("tokens/pieces.gguf", [](auto& list) { list.set_string("general.name", "A Phi-3"); });
  EXPECT_EQ(phi.encode(text, false, true), expected["pieces, phi-3"]);
  for (const bool joined : {false, true}) {
    const TextEncoder unigrams = changed("tokens/unigrams.gguf", [&](auto& list) {
      list.set_bool("tokenizer.ggml.add_space_prefix", true);
      list.set_bool("tokenizer.ggml.remove_extra_whitespaces", joined);
    });
    EXPECT_EQ(unigrams.encode(text, false), expected[joined ? "unigrams, joined" : "unigrams, prefix"]);
  }
}

TEST(TextEncoder, CutsWordsAsLlamaCppDoes) {
  const Expected expected;
  const std::string text = text_file("tokens/nasty.txt");
  static constexpr std::string_view start = "byte-pairs, ";
  size_t tried = 0;
  for (const JsonMember& one : expected.all()) {
    if (!one.name.starts_with(start) || one.name == "byte-pairs, special") continue;
    const std::string cutting = one.name.substr(start.size());
    const TextEncoder encoder =
        changed("tokens/byte-pairs.gguf", [&](auto& list) { list.set_string("tokenizer.ggml.pre", cutting); });
    EXPECT_EQ(encoder.encode(text, false), expected[one.name]) << cutting;
    ++tried;
  }
  EXPECT_GT(tried, 30u);
}

TEST(TextEncoder, GivesTheTextBack) {
  const std::string text = text_file("tokens/nasty.txt");
  const TextEncoder pairs = encoder_of("tokens/byte-pairs.gguf");
  EXPECT_EQ(joined(pairs, pairs.encode(text, false, true)), text);
  // Where spaces are written ▁, one in the text comes back as a space.
  const TextEncoder marked = encoder_of("tokens/marked-pairs.gguf");
  EXPECT_EQ(joined(marked, marked.encode(text, false)), with_spaces(text));
  const TextEncoder pieces = encoder_of("gguf/ggml-vocab-llama-spm.gguf");
  EXPECT_EQ(joined(pieces, pieces.encode(text, false)), " " + with_spaces(text));
}

/// What two neighbours come to depends on both, ties are common, and half of all pairs stay apart.
TEST(TextEncoder, MergesAsTheDefinitionSays) {
  testing::Random random(7);
  for (int run = 0; run < 300; ++run) {
    std::string text;
    std::vector<std::string> characters;
    for (uint32_t length = random.below(40); length > 0; --length) {
      characters.push_back(random.below(4) == 0 ? "é" : std::string(1, static_cast<char>('a' + random.below(3))));
      text += characters.back();
    }
    const size_t salt = random.below(1000);
    const auto order = [salt](std::string_view left, std::string_view right) -> std::optional<double> {
      const size_t hash = std::hash<std::string>{}(std::string(left) + "|" + std::string(right)) + salt;
      if (hash / 16 % 2 == 0) return std::nullopt;
      return static_cast<double>(hash % 16);
    };
    std::vector<std::string> pieces;
    merge_characters(text, order, [&](std::string_view piece) { pieces.emplace_back(piece); });
    EXPECT_EQ(pieces, reference::merged(characters, order)) << text;
  }
}

TEST(TextEncoder, BeginsAndEndsTextsAsTheMetadataSays) {
  const TextEncoder plain = encoder_of("tokens/pieces.gguf");
  EXPECT_EQ(plain.begin(), 1u);
  EXPECT_THAT(plain.encode("", true), ElementsAre(1));
  EXPECT_THAT(plain.encode("", false), ElementsAre());
  const TextEncoder both =
      changed("tokens/pieces.gguf", [](auto& list) { list.set_bool("tokenizer.ggml.add_eos_token", true); });
  EXPECT_THAT(both.encode("", true), ElementsAre(1, 2));
  const TextEncoder none =
      changed("tokens/pieces.gguf", [](auto& list) { list.set_bool("tokenizer.ggml.add_bos_token", false); });
  EXPECT_EQ(none.begin(), std::nullopt);
  EXPECT_EQ(encoder_of("tokens/byte-pairs.gguf").begin(), std::nullopt);
  const TextEncoder llama3 =
      changed("tokens/byte-pairs.gguf", [](auto& list) { list.set_string("tokenizer.ggml.pre", "llama-bpe"); });
  EXPECT_TRUE(llama3.begin().has_value());
  EXPECT_THAT(encoder_of("gguf/ggml-vocab-bert-bge.gguf").encode("", true), ElementsAre(101, 102));
  EXPECT_THAT(encoder_of("tokens/unigrams.gguf").encode("", true), ElementsAre(1));
}

TEST(TextEncoder, TakesBytesThatAreNoText) {
  const std::string bytes = "a\xff\xc3z\xe2\x82z \xf0\x9f";
  const TextEncoder pieces = encoder_of("gguf/ggml-vocab-llama-spm.gguf");
  EXPECT_EQ(joined(pieces, pieces.encode(bytes, false)), " " + bytes);
  const TextEncoder pairs = encoder_of("tokens/byte-pairs.gguf");
  EXPECT_EQ(joined(pairs, pairs.encode(bytes, false)), "a��z��z ��");
}

TEST(TextEncoder, SaysWhatItCannotDo) {
  const auto without = [](std::string_view key) {
    return sentence_of([&] { changed("tokens/byte-pairs.gguf", [&](auto& list) { list.remove(key); }); });
  };
  EXPECT_THAT(without("tokenizer.ggml.model"), HasSubstr("has no tokenizer"));
  EXPECT_THAT(without("tokenizer.ggml.tokens"), HasSubstr("no list of tokens"));
  EXPECT_THAT(without("tokenizer.ggml.merges"), HasSubstr("no list of merges"));
  EXPECT_THAT(sentence_of([] {
                changed("tokens/byte-pairs.gguf", [](auto& list) { list.set_string("tokenizer.ggml.model", "rwkv"); });
              }),
              HasSubstr("of a kind Nibble does not know: \"rwkv\""));
  EXPECT_THAT(sentence_of([] {
                changed("tokens/byte-pairs.gguf", [](auto& list) { list.set_string("tokenizer.ggml.pre", "other"); });
              }),
              HasSubstr("in a way Nibble does not know: \"other\""));
}

}  // namespace
}  // namespace nibble
