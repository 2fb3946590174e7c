#include "tokenizer/word_cutting.h"

#include <algorithm>

namespace nibble {
namespace {

#define NIBBLE_SUFFIX "(?:'[sSdDmMtT]|'[lL][lL]|'[vV][eE]|'[rR][eE])"
#define NIBBLE_GPT2 R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)"
#define NIBBLE_WORD R"([^\r\n\p{L}\p{N}]?\p{L}+)"
#define NIBBLE_SPACES R"(\s*[\r\n]+|\s+(?!\S)|\s+)"
#define NIBBLE_REST R"( ?[^\s\p{L}\p{N}]+[\r\n]*|)" NIBBLE_SPACES
#define NIBBLE_REST_AND_SLASHES R"( ?[^\s\p{L}\p{N}]+[\r\n/]*|)" NIBBLE_SPACES
// Letters that have a case, beyond ASCII. By number, since some look like others.
#define NIBBLE_CASED_LETTERS                                                                                       \
  "\u00b5\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u01ba\u01bc-\u01bf\u01c4-\u0293\u0295-\u02af\u0370-\u0373\u0376\u0377"  \
  "\u037b-\u037d\u037f\u0386\u0388-\u038a\u038c\u038e-\u03a1\u03a3-\u03f5\u03f7-\u0481\u048a-\u052f\u0531-\u0556"  \
  "\u10a0-\u10c5\u13a0-\u13f5\u13f8-\u13fd\u1c90-\u1cba\u1cbd-\u1cbf\u1d00-\u1d2b\u1d6b-\u1d77\u1d79-\u1d9a"       \
  "\u1e00-\u1f15\u1f18-\u1f1d\u1f20-\u1f45\u1f48-\u1f4d\u1f50-\u1f57\u1f59\u1f5b\u1f5d\u1f5f-\u1f7d\u1f80-\u1fb4"  \
  "\u1fb6-\u1fbc\u1fbe\u1fc2-\u1fc4\u1fc6-\u1fcc\u1fd0-\u1fd3\u1fd6-\u1fdb\u1fe0-\u1fec\u1ff2-\u1ff4\u1ff6-\u1ffc" \
  "\u2102\u2107\u210a-\u2113\u2115\u2119-\u211d\u2124\u2126\u2128\u212a-\u212d\u212f-\u2134\u2139\u213c-\u213f"    \
  "\u2145-\u2149\u214e\u2183\u2184\u2c00-\u2c7b\u2c7e-\u2ce4\u2ceb-\u2cee\u2cf2\u2cf3\ua640-\ua66d\ua680-\ua69b"   \
  "\ua722-\ua76f\ua771-\ua787\ua78b-\ua78e\uab70-\uabbf\ufb00-\ufb06\ufb13-\ufb17\uff21-\uff3a\uff41-\uff5a"       \
  "\U00010400-\U0001044f\U000104b0-\U000104d3\U000104d8-\U000104fb\U00010c80-\U00010cb2\U00010cc0-\U00010cf2"      \
  "\U000118a0-\U000118df\U0001e900-\U0001e943"
// What the expressions call upper and lower case llama.cpp asks of ASCII letters only.
#define NIBBLE_LEAD R"([^\r\n\p{L}\p{N}]?)"
#define NIBBLE_UPPER R"((?:(?=\p{L})[^a-z]))"
#define NIBBLE_LOWER R"((?:(?=\p{L})[^A-Z]))"
#define NIBBLE_CASED(suffix) \
  NIBBLE_LEAD NIBBLE_UPPER "*" NIBBLE_LOWER "+" suffix "|" NIBBLE_LEAD NIBBLE_UPPER "+" NIBBLE_LOWER "*" suffix "|"

/// The expressions are facts of the tokenizers that models were trained with, as llama.cpp (src/llama-vocab.cpp,
/// b11364) reads them: where it is coarser than the original, so is this, for its ids are the ones to agree with.
const std::vector<WordCutting>& all() {
  static const std::vector<WordCutting> list = {
      {.names = {"llama-bpe", "llama3", "llama-v3", "falcon3", "falcon-h1", "pixtral", "midm-2.0", "lfm2"},
       .patterns = {NIBBLE_SUFFIX "|" NIBBLE_WORD R"(|\p{N}{1,3}|)" NIBBLE_REST},
       .whole_words = true,
       .begins = true},
      {.names = {"dbrx", "smaug-bpe", "chatglm-bpe", "glm4"},
       .patterns = {NIBBLE_SUFFIX "|" NIBBLE_WORD R"(|\p{N}{1,3}|)" NIBBLE_REST}},
      {.names = {"qwen2", "stablelm2", "deepseek-r1-qwen", "kormo", "megrez", "hunyuan", "solar-open", "grok-2",
                 "bailingmoe", "bailingmoe2", "llada-moe"},
       .patterns = {NIBBLE_SUFFIX "|" NIBBLE_WORD R"(|\p{N}|)" NIBBLE_REST}},
      {.names = {"qwen35"},
       .patterns = {NIBBLE_SUFFIX
                    R"(|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|)" NIBBLE_SPACES}},
      {.names = {"gpt-2", "phi-2", "mpt", "olmo", "jais", "trillion", "granite-docling", "exaone4", "gigachat",
                 "a.x-4.0", "mellum"},
       .patterns = {NIBBLE_GPT2}},
      {.names = {"starcoder", "refact", "command-r", "smollm", "codeshell", "exaone", "minerva-7b"},
       .patterns = {R"(\p{N})", NIBBLE_GPT2}},
      {.names = {"tekken"},
       .patterns = {NIBBLE_CASED("") R"(\p{N}|)" NIBBLE_REST_AND_SLASHES},
       .whole_words = true,
       .begins = true},
      {.names = {"gpt-4o", "llama4", "kanana2", "minimax-m2"},
       .patterns = {NIBBLE_CASED(NIBBLE_SUFFIX "?") R"(\p{N}{1,3}|)" NIBBLE_REST_AND_SLASHES}},
      {.names = {"deepseek-v3", "hunyuan-dense", "joyai-llm"},
       .patterns = {R"(\p{N}{1,3})", "[一-龥぀-ゟ゠-ヿ]+",
                    R"([!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{\|}~][A-Za-z]+|)"
                    R"([^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|)" NIBBLE_SPACES}},
      {.names = {"deepseek-coder"},
       .patterns = {R"([\r\n])", R"(\s?\p{L}+)", R"(\s?\p{P}+)", "[一-龥ࠀ-一가-퟿]+", R"(\p{N})"}},
      {.names = {"deepseek-llm"},
       .patterns = {R"([\r\n])", R"(\s?[A-Za-z)" NIBBLE_CASED_LETTERS "]+", R"(\s?[!-/:-~！-／：-～‘-‟　-。]+)",
                    R"(\s+$)", "[一-龥ࠀ-一가-퟿]+", R"(\p{N}+)"}},
      {.names = {"falcon"}, .patterns = {R"([\p{P}$+<=>\^~\|`]+)", NIBBLE_GPT2, "[0-9][0-9][0-9]"}},
      {.names = {"bloom", "poro-chat", "gpt3-finnish"}, .patterns = {R"( ?[^(\s|.,!?…。，、।۔،)]+)"}},
      {.names = {"viking"}, .patterns = {R"( ?[^(\s|.,!?…。，、।۔،)]+)", R"(\p{N})"}},
      {.names = {"seed-coder"},
       .patterns = {NIBBLE_SUFFIX "|" NIBBLE_WORD R"(|\p{N}| ?[^\s\p{L}\p{N}\r\n]+|)" NIBBLE_SPACES}},
      {.names = {"gemma4"}, .patterns = {R"([^\n]+|[\n]+)"}, .begins = true, .marked_spaces = true},
      {.names = {"default", ""}, .patterns = {R"([\p{P}$+<=>\^~\|]+)", NIBBLE_GPT2, R"(\p{N}+)", "[0-9][0-9][0-9]"}},
  };
  return list;
}

}  // namespace

const WordCutting* find_word_cutting(std::string_view name) {
  for (const WordCutting& one : all()) {
    if (std::find(one.names.begin(), one.names.end(), name) != one.names.end()) return &one;
  }
  return nullptr;
}

}  // namespace nibble
