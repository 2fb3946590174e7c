#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "note.h"

/// What the readers of tokenizer files produce and GGUF metadata is written from.
namespace nibble {

/// Kinds of tokens by their number in tokenizer.ggml.token_type. SentencePiece numbers its pieces the same way.
enum class TokenType : int32_t { normal = 1, unknown = 2, control = 3, user_defined = 4, unused = 5, byte = 6 };

/// A token a folder adds to its vocabulary.
struct AddedToken {
  uint64_t id;
  std::string text;
  bool special;
};

/// Tokens in the order of their ids.
struct Vocabulary {
  /// tokenizer.ggml.model: "llama" (SentencePiece), "gpt2" (byte-level BPE), "bert" (WordPiece), "t5" (Unigram)
  std::string_view model;
  std::string_view pre = "default";  ///< tokenizer.ggml.pre
  std::vector<std::string> tokens;
  std::vector<float> scores;  ///< of SentencePiece and Unigram only
  std::vector<int32_t> types;
  std::vector<std::string> merges;  ///< "left right"; of byte-level BPE only
  std::optional<bool> add_space_prefix;
  std::optional<bool> remove_extra_whitespaces;  ///< of Unigram: runs of spaces count as one, those at ends not at all
  std::vector<uint8_t> character_map;            ///< of Unigram, as SentencePiece compiles it
  std::optional<bool> begins, ends;  ///< whether bos and eos stand around a text where no other file says it
  /// What is done to texts first, where it is not what llama.cpp does by itself: letters made small, accents removed.
  std::optional<bool> lower_case, strip_accents;
  /// Ids the vocabulary file itself names: "unk", "bos", "eos", "pad", ...
  std::vector<std::pair<std::string_view, uint64_t>> special_ids;

  /// `count` unused tokens, named as llama.cpp names them. Scored only if `scored`.
  void fill(uint64_t count, bool scored);
  void set(uint64_t id, std::string_view text, float score, TokenType type);
  bool is(uint64_t id, TokenType type) const { return types[id] == static_cast<int32_t>(type); }
};

/// More tokens than any model has; ids beyond are damage, and would be padded up to.
inline constexpr uint64_t max_tokens = uint64_t{1} << 21;

/// llama.cpp's score of a token added to a SentencePiece vocabulary, and of an unused one.
inline constexpr float added_token_score = -1000.0f, unused_token_score = -10000.0f;

/// "<0x0A>", whatever the byte.
bool is_byte_token(std::string_view text);

/// Some files do not mark the tokens that control a conversation; llama.cpp knows them by these texts.
bool looks_special(std::string_view text);

/// A user-defined token as llama.cpp compares it with text: with spaces in place of "▁".
std::string with_spaces(std::string_view text);

/// Leaves out what lies beyond the embedding's rows and says so. Collects, so that a thousand tokens make one sentence.
class OutOfRange {
 public:
  explicit OutOfRange(uint64_t vocab_size) : vocab_size_(vocab_size) {}
  /// True, and remembered, when `id` has no row.
  bool drops(uint64_t id, std::string_view text);
  void warn(Notes& notes) const;

 private:
  uint64_t vocab_size_;
  std::map<uint64_t, std::string> dropped_;
};

}  // namespace nibble
