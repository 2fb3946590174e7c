#include "tokenizer/text_encoder.h"

#include <algorithm>

#include "container/text.h"
#include "error.h"
#include "tokenizer/fragment_encoder.h"

namespace nibble {
namespace {

/// A stretch of text, or a special token that was found in it.
struct Fragment {
  std::string_view text;
  std::optional<uint32_t> token;
};

/// Finds `name` in all stretches of text; with `strip` the white space of ASCII behind it is left out.
std::vector<Fragment> cut_at(const std::vector<Fragment>& fragments, std::string_view name, uint32_t token,
                             bool strip) {
  std::vector<Fragment> result;
  for (const Fragment& fragment : fragments) {
    std::string_view rest = fragment.text;
    for (size_t at; !fragment.token && (at = rest.find(name)) != std::string_view::npos;) {
      if (at > 0) result.push_back({rest.substr(0, at), std::nullopt});
      result.push_back({{}, token});
      rest.remove_prefix(at + name.size());
      if (strip) rest.remove_prefix(std::min(rest.find_first_not_of(" \t\n\v\f\r"), rest.size()));
    }
    if (fragment.token || !rest.empty()) result.push_back({rest, fragment.token});
  }
  return result;
}

/// Phi-3's tokens take the white space behind them along, all but a few. GGUF files do not say so; llama.cpp goes by
/// the name of the model.
bool strips_behind(const GgufHeader& metadata, std::string_view token) {
  std::string name = metadata.text("general.name").value_or("");
  for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  if (name.find("phi-3") == std::string::npos && name.find("phi3") == std::string::npos) return false;
  return token != "<unk>" && token != "<s>" && token != "<|endoftext|>";
}

}  // namespace

struct TextEncoder::Parts {
  explicit Parts(const GgufHeader& metadata) : table(metadata) {}

  /// The token of a key, or `otherwise`, where the vocabulary has it.
  std::optional<uint32_t> special(const GgufHeader& metadata, std::string_view key,
                                  std::optional<uint32_t> otherwise) const {
    const std::optional<uint64_t> given = metadata.number("tokenizer.ggml." + std::string(key) + "_token_id");
    if (given && *given < table.size()) return static_cast<uint32_t>(*given);
    return otherwise && *otherwise < table.size() ? otherwise : std::nullopt;
  }

  TokenTable table;
  std::unique_ptr<FragmentEncoder> encoder;
  std::optional<uint32_t> begin, end;  // of a text
  /// A token that is found by its text.
  struct Named {
    uint32_t id;
    bool strip;
  };
  std::vector<Named> named;  // the longest first
};

TextEncoder TextEncoder::of(const GgufHeader& metadata) {
  const std::string model = metadata.text("tokenizer.ggml.model").value_or("");
  if (model.empty() || model == "no_vocab" || model == "none") {
    throw Error("The model has no tokenizer, so texts cannot be turned into tokens. Use a file with its tokenizer.");
  }
  auto parts = std::make_unique<Parts>(metadata);
  const auto special = [&](std::string_view key, std::optional<uint32_t> otherwise) {
    return parts->special(metadata, key, otherwise);
  };
  bool begins = false, ends = false;  // where the metadata does not say
  if (model == "llama") {
    begins = true;
    const bool prefix = metadata.truth("tokenizer.ggml.add_space_prefix").value_or(true);
    parts->encoder = sentencepiece_encoder(parts->table, prefix, special("unknown", 0));
    parts->begin = special("bos", 1);
    parts->end = special("eos", 2);
  } else if (model == "gpt2" || model == "gemma4") {
    const std::string name = model == "gemma4" ? model : metadata.text("tokenizer.ggml.pre").value_or("");
    const WordCutting* cutting = find_word_cutting(name);
    if (!cutting) {
      throw Error("The model's tokenizer cuts texts into words in a way Nibble does not know: " + in_quotes(name) +
                  ".");
    }
    begins = cutting->begins;
    parts->encoder = byte_pair_encoder(parts->table, metadata, *cutting);
    parts->begin = special("bos", 11);
    parts->end = special("eos", 11);
  } else if (model == "bert") {
    parts->encoder = word_piece_encoder(parts->table, metadata, special("unknown", 100));
    parts->begin = special("bos", 101);
    parts->end = special("seperator", 102);  // spelled so in GGUF
  } else if (model == "t5") {
    ends = true;
    parts->encoder = unigram_encoder(parts->table, metadata, special("unknown", 2));
    parts->begin = special("bos", std::nullopt);
    parts->end = special("eos", 1);
  } else {
    throw Error("The model has a tokenizer of a kind Nibble does not know: " + in_quotes(model) + ".");
  }
  // BERT's texts always have both.
  if (model != "bert") {
    if (!metadata.truth("tokenizer.ggml.add_bos_token").value_or(begins)) parts->begin.reset();
    if (!metadata.truth("tokenizer.ggml.add_eos_token").value_or(ends)) parts->end.reset();
  }

  const TokenTable& table = parts->table;
  for (uint32_t id = 0; id < table.size(); ++id) {
    const bool named =
        table.is(id, TokenType::control) || table.is(id, TokenType::user_defined) || table.is(id, TokenType::unknown);
    if (named && !table.text(id).empty()) parts->named.push_back({id, strips_behind(metadata, table.text(id))});
  }
  std::stable_sort(parts->named.begin(), parts->named.end(),
                   [&](const auto& a, const auto& b) { return table.text(a.id).size() > table.text(b.id).size(); });
  return TextEncoder(std::move(parts));
}

TextEncoder::TextEncoder(std::unique_ptr<const Parts> parts) : parts_(std::move(parts)) {}
TextEncoder::TextEncoder(TextEncoder&&) noexcept = default;
TextEncoder::~TextEncoder() = default;

std::vector<uint32_t> TextEncoder::encode(std::string_view text, bool add_special, bool parse_special) const {
  std::vector<Fragment> fragments;
  if (!text.empty()) fragments.push_back({text, std::nullopt});
  for (const auto& [id, strip] : parts_->named) {
    const bool wanted = parse_special || parts_->table.is(id, TokenType::user_defined);
    const std::string_view name = parts_->table.text(id);
    if (wanted && text.find(name) != std::string_view::npos) fragments = cut_at(fragments, name, id, strip);
  }
  std::vector<uint32_t> ids;
  if (add_special && parts_->begin) ids.push_back(*parts_->begin);
  bool first = true;
  for (const Fragment& fragment : fragments) {
    if (fragment.token) {
      ids.push_back(*fragment.token);
    } else {
      parts_->encoder->encode(fragment.text, first, ids);
    }
    first = fragment.token.has_value();
  }
  if (add_special && parts_->end) ids.push_back(*parts_->end);
  return ids;
}

std::string TextEncoder::piece(uint32_t id) const {
  const TokenTable& table = parts_->table;
  if (id >= table.size()) throw Error("There is no token " + std::to_string(id) + " in this vocabulary.");
  if (const auto byte = table.byte_of(id)) return std::string(1, static_cast<char>(*byte));
  if (!table.is(id, TokenType::normal)) return std::string(table.text(id));
  return parts_->encoder->decode(table.text(id));
}

std::optional<uint32_t> TextEncoder::begin() const { return parts_->begin; }
size_t TextEncoder::tokens() const { return parts_->table.size(); }

}  // namespace nibble
