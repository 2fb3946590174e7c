#include "tokenizer/pre_tokenizer.h"

#include <algorithm>

#include "container/text.h"

namespace nibble {
namespace {

enum class Demand { any, yes, no };

/// One pre-tokenizer llama.cpp implements. Steps are in order; a regular expression stands for a Split step that keeps
/// its matches, other steps are named. A step that ends in "…" stands for all that start like it.
struct KnownPreTokenizer {
  std::string_view name;
  std::vector<std::string_view> steps;
  Demand ignore_merges = Demand::any;  // llama.cpp ties this switch to the name
  Demand clean_spaces = Demand::any;   // and this one
};

#define NIBBLE_CONTRACTIONS R"((?i:'s|'t|'re|'ve|'m|'ll|'d))"
#define NIBBLE_WORD_END R"( ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)"
#define NIBBLE_CASED_END R"( ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)"
#define NIBBLE_UPPER R"([\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}])"
#define NIBBLE_LOWER R"([\p{Ll}\p{Lm}\p{Lo}\p{M}])"
#define NIBBLE_LEAD R"([^\r\n\p{L}\p{N}]?)"

constexpr std::string_view groups_of_three =
    NIBBLE_CONTRACTIONS "|" NIBBLE_LEAD R"(\p{L}+|\p{N}{1,3}|)" NIBBLE_WORD_END;

/// The behaviour behind each name is the switch over pre-tokenizer types of llama.cpp's src/llama-vocab.cpp; the
/// expressions are the ones in the tokenizer.json files of the models each was written for.
const std::vector<KnownPreTokenizer>& known() {
  static const std::vector<KnownPreTokenizer> list = {
      {"llama-bpe", {groups_of_three}, Demand::yes},
      {"dbrx", {groups_of_three}, Demand::no},
      {"qwen2", {NIBBLE_CONTRACTIONS "|" NIBBLE_LEAD R"(\p{L}+|\p{N}|)" NIBBLE_WORD_END}},
      {"qwen35",
       {NIBBLE_CONTRACTIONS "|" NIBBLE_LEAD
                            R"([\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)"}},
      {"gpt-2", {"ByteLevel"}},
      {"starcoder", {"Digits one by one", "ByteLevel"}, Demand::any, Demand::yes},
      {"smollm", {"Digits one by one", "ByteLevel"}, Demand::any, Demand::no},
      {"tekken",
       {NIBBLE_LEAD NIBBLE_UPPER "*" NIBBLE_LOWER "+|" NIBBLE_LEAD NIBBLE_UPPER "+" NIBBLE_LOWER
                                 R"(*|\p{N}|)" NIBBLE_CASED_END}},
      {"gpt-4o",
       {NIBBLE_LEAD NIBBLE_UPPER "*" NIBBLE_LOWER "+" NIBBLE_CONTRACTIONS "?|" NIBBLE_LEAD NIBBLE_UPPER "+" NIBBLE_LOWER
                                 "*" NIBBLE_CONTRACTIONS R"(?|\p{N}{1,3}|)" NIBBLE_CASED_END}},
      {"deepseek-v3",
       {R"(\p{N}{1,3})", "[一-龥぀-ゟ゠-ヿ]+",
        R"([!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+)"
        R"(| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)"}},
      {"deepseek-coder",
       {R"([\r\n])", R"(\s?\p{L}+)", R"(\s?\p{P}+)", "[一-龥ࠀ-一가-퟿]+", "Digits one by one"}},
      {"deepseek-llm",
       {R"([\r\n])", R"(\s?[A-Za-zµ…)", R"(\s?[!-/:-~…)", R"(\s+$)", "[一-龥ࠀ-一가-퟿]+", "Digits one by one"}},
      {"falcon", {"Punctuation Contiguous", "ByteLevel", "Digits", "[0-9][0-9][0-9]"}},
      {"bloom", {R"( ?[^(\s|[.,!?…。，、।۔،])]+)"}},
      {"seed-coder",
       {NIBBLE_CONTRACTIONS "|" NIBBLE_LEAD R"(\p{L}+|\p{N}{1}| ?[^\s\p{L}\p{N}\r\n]+|\s*[\r\n]+|\s+(?!\S)|\s+)"}},
      {"bailingmoe",
       {R"('(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+)"}},
  };
  return list;
}

/// Line ends in an expression are written as escapes by some files and as themselves by others.
std::string with_escapes(std::string_view expression) {
  std::string result;
  for (const char c : expression) {
    if (c == '\r') {
      result += "\\r";
    } else if (c == '\n') {
      result += "\\n";
    } else {
      result += c;
    }
  }
  return result;
}

std::string split_step(const Json& step) {
  const Json& pattern = member(step, "pattern");
  std::string expression = text_member(pattern, "Regex");
  if (expression.empty()) expression = text_member(pattern, "String");
  const std::string behaviour = text_member(step, "behavior");
  const bool invert = flag_member(step, "invert", false);
  // Dropping what lies between matches of an expression that matches everything keeps the matches all the same.
  const bool keeps_matches = invert ? behaviour == "Removed" : behaviour == "Isolated";
  return keeps_matches ? with_escapes(expression) : "Split " + behaviour + " " + with_escapes(expression);
}

struct Steps {
  std::vector<std::string> list;
  bool prefix_space = false;

  void add(const Json& step) {
    const std::string type = text_member(step, "type");
    if (type == "Sequence") {
      for (const Json& part : member(step, "pretokenizers").elements()) add(part);
    } else if (type == "Split") {
      list.push_back(split_step(step));
    } else if (type == "ByteLevel") {
      // Without its expression the step only writes bytes as letters, which every vocabulary of this kind does.
      if (flag_member(step, "use_regex", true)) list.push_back(type);
      prefix_space = prefix_space || flag_member(step, "add_prefix_space", false);
    } else if (type == "Digits") {
      list.push_back(flag_member(step, "individual_digits", false) ? "Digits one by one" : type);
    } else if (type == "Punctuation") {
      list.push_back(type + " " + text_member(step, "behavior"));
    } else {
      list.push_back(type);
    }
  }
};

/// At the end of a step that stands for all that start like it.
constexpr std::string_view more = "…";

bool matches(std::string_view step, std::string_view pattern) {
  if (pattern.size() > more.size() && pattern.ends_with(more)) {
    pattern.remove_suffix(more.size());
    return step.starts_with(pattern);
  }
  return step == pattern;
}

bool matches(const std::vector<std::string>& steps, const std::vector<std::string_view>& patterns) {
  if (steps.size() != patterns.size()) return false;
  for (size_t i = 0; i < steps.size(); ++i) {
    if (!matches(steps[i], patterns[i])) return false;
  }
  return true;
}

bool meets(Demand demand, bool value) { return demand == Demand::any || value == (demand == Demand::yes); }

std::string_view unknown_name(const std::string& way, Notes& notes) {
  notes.add("The way this tokenizer cuts text into words (" + way +
            ") is none Nibble knows a llama.cpp name for. \"default\" is written: the model will load, but "
            "some texts get other ids than it was trained with.");
  return "default";
}

/// A class of the transformers library that reads vocab.json and merges.txt, and the kinds of models it is for.
struct TokenizerClass {
  std::string_view name;
  std::string_view pre;
  std::vector<std::string_view> model_types;
};
const std::vector<TokenizerClass>& tokenizer_classes() {
  static const std::vector<TokenizerClass> list = {
      {"GPT2Tokenizer", "gpt-2", {"gpt2", "gpt_neo", "gptj", "gpt_bigcode"}},
      {"CodeGenTokenizer", "phi-2", {"codegen", "phi"}},
      {"Qwen2Tokenizer", "qwen2", {"qwen2", "qwen2_moe", "qwen2_vl", "qwen2_5_vl", "qwen3", "qwen3_moe"}},
  };
  return list;
}

}  // namespace

std::string_view pre_tokenizer_name(const Json& rest, bool clean_spaces, Notes& notes) {
  Steps steps;
  steps.add(member(rest, "pre_tokenizer"));
  if (steps.prefix_space) {
    notes.add(
        "The tokenizer puts a space before every text; llama.cpp has no such switch for this kind of "
        "tokenizer, so the first word of a text may get other ids.");
  }
  const bool ignore_merges = flag_member(member(rest, "model"), "ignore_merges", false);
  for (const KnownPreTokenizer& candidate : known()) {
    if (matches(steps.list, candidate.steps) && meets(candidate.ignore_merges, ignore_merges) &&
        meets(candidate.clean_spaces, clean_spaces)) {
      return candidate.name;
    }
  }
  std::string found;
  for (const std::string& step : steps.list) found += (found.empty() ? "" : ", ") + in_quotes(step, 60);
  return unknown_name(found, notes);
}

std::optional<KnownCutting> pre_tokenizer_of_name(std::string_view name) {
  const auto known_one =
      std::find_if(known().begin(), known().end(), [&](const auto& one) { return one.name == name; });
  if (known_one == known().end()) return {};
  const auto byte_level = [](bool cuts) {
    return Json{{"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", true}, {"use_regex", cuts}};
  };
  Json steps = Json::list();
  bool writes_bytes = false;
  for (const std::string_view step : known_one->steps) {
    if (step.ends_with(more)) return {};
    if (step == "ByteLevel") {
      steps.push_back(byte_level(true));
      writes_bytes = true;
    } else if (step.starts_with("Digits")) {
      steps.push_back({{"type", "Digits"}, {"individual_digits", step != "Digits"}});
    } else if (step.starts_with("Punctuation ")) {
      steps.push_back({{"type", "Punctuation"}, {"behavior", step.substr(step.find(' ') + 1)}});
    } else {
      steps.push_back({{"type", "Split"}, {"pattern", {{"Regex", step}}}, {"behavior", "Isolated"}, {"invert", false}});
    }
  }
  if (!writes_bytes) steps.push_back(byte_level(false));
  return KnownCutting{{{"type", "Sequence"}, {"pretokenizers", std::move(steps)}},
                      known_one->ignore_merges == Demand::yes,
                      known_one->clean_spaces == Demand::yes};
}

std::string_view pre_tokenizer_name_of_class(const Json& tokenizer_config, const Json& config, Notes& notes) {
  std::string name = text_member(tokenizer_config, "tokenizer_class");
  if (name.empty()) name = text_member(config, "tokenizer_class");
  const std::string model_type = text_member(config, "model_type");
  static constexpr std::string_view fast = "Fast";
  if (name.ends_with(fast)) name.resize(name.size() - fast.size());
  for (const TokenizerClass& known : tokenizer_classes()) {
    const bool goes_with =
        std::find(known.model_types.begin(), known.model_types.end(), model_type) != known.model_types.end();
    if (name.empty() ? goes_with : name == known.name) return known.pre;
  }
  return unknown_name(name.empty() ? "no tokenizer_class is named" : "tokenizer_class " + in_quotes(name), notes);
}

}  // namespace nibble
