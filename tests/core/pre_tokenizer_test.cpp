// How texts are cut into words, known by the steps that tokenizer.json lists.
#include <gtest/gtest.h>

#include "converted_tokenizer.h"

namespace nibble {
namespace {

/// A tokenizer.json with this pre_tokenizer section and these members of the model.
std::string pre_of(const std::string& pre_tokenizer, const std::string& model = "", const char* config = "",
                   size_t warnings = 0) {
  const std::string json = R"({"pre_tokenizer": )" + pre_tokenizer + R"(, "decoder": {"type": "ByteLevel"},
    "model": {"type": "BPE", )" +
                           model + R"("vocab": {"a": 0, "b": 1, "ab": 2}, "merges": ["a b"]}})";
  TokenizerFiles files;
  files.tokenizer_json = as_bytes(json);
  files.tokenizer_config = as_bytes(config);
  const ConvertedTokenizer converted(files, 0);
  EXPECT_EQ(converted.notes.list.size(), warnings);
  return converted.text("tokenizer.ggml.pre");
}

std::string split(const std::string& expression, const char* behaviour = R"("Isolated", "invert": false)") {
  return R"({"type": "Split", "pattern": {"Regex": ")" + expression + R"("}, "behavior": )" + behaviour + "}";
}
std::string sequence(const std::string& steps) {
  return R"({"type": "Sequence", "pretokenizers": [)" + steps + R"(, {"type": "ByteLevel", "use_regex": false}]})";
}

TEST(PreTokenizer, IsRecognised) {
  const std::string three = R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3})"
                            R"(| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+)";
  EXPECT_EQ(pre_of(sequence(split(three)), R"("ignore_merges": true, )"), "llama-bpe");
  EXPECT_EQ(pre_of(sequence(split(three)), R"("ignore_merges": false, )"), "dbrx");
  EXPECT_EQ(pre_of(sequence(split(three, R"("Removed", "invert": true)")), R"("ignore_merges": true, )"), "llama-bpe");
  EXPECT_EQ(pre_of(R"({"type": "ByteLevel"})"), "gpt-2");
  const std::string digits = R"({"type": "Sequence", "pretokenizers": [{"type": "Digits", "individual_digits": true},
    {"type": "ByteLevel", "add_prefix_space": false, "use_regex": true}]})";
  EXPECT_EQ(pre_of(digits, "", R"({"clean_up_tokenization_spaces": true})"), "starcoder");
  EXPECT_EQ(pre_of(digits, "", R"({"clean_up_tokenization_spaces": false})"), "smollm");
  const std::string upper = R"([\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}])", lower = R"([\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}])";
  const std::string lead = R"([^\\r\\n\\p{L}\\p{N}]?)", contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)?";
  const std::string end = R"(| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+)";
  EXPECT_EQ(
      pre_of(sequence(split(lead + upper + "*" + lower + "+|" + lead + upper + "+" + lower + R"(*|\\p{N})" + end))),
      "tekken");
  EXPECT_EQ(pre_of(sequence(split(lead + upper + "*" + lower + "+" + contractions + "|" + lead + upper + "+" + lower +
                                  "*" + contractions + R"(|\\p{N}{1,3})" + end))),
            "gpt-4o");
  const std::string digit_step = R"({"type": "Digits", "individual_digits": true})";
  EXPECT_EQ(pre_of(sequence(split(R"([\r\n])") + "," + split(R"(\\s?\\p{L}+)") + "," + split(R"(\\s?\\p{P}+)") + "," +
                            split("[一-龥ࠀ-一가-퟿]+") + "," + digit_step)),
            "deepseek-coder");
}

TEST(PreTokenizer, UnknownOneIsNamedInAWarning) {
  EXPECT_EQ(pre_of(sequence(split("[a-z]+")), "", "", 1), "default");
  EXPECT_EQ(pre_of(R"({"type": "ByteLevel", "add_prefix_space": true})", "", "", 1), "gpt-2");
}

}  // namespace
}  // namespace nibble
