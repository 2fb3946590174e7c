#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "container/gguf.h"
#include "tokenizer/token_table.h"
#include "tokenizer/word_cutting.h"

/// One kind of vocabulary each: how what lies between special tokens becomes tokens.
namespace nibble {

class FragmentEncoder {
 public:
  virtual ~FragmentEncoder() = default;
  /// Appends the tokens of a text that is not empty. `first` is true at the start of the text and behind a special
  /// token.
  virtual void encode(std::string_view text, bool first, std::vector<uint32_t>& ids) const = 0;
  /// The bytes of an ordinary token.
  virtual std::string decode(std::string_view token) const = 0;
};

/// `table` must outlive what these return. `unknown`: the token for what the vocabulary has no other for.
std::unique_ptr<FragmentEncoder> sentencepiece_encoder(const TokenTable& table, bool add_space_prefix,
                                                       std::optional<uint32_t> unknown);
std::unique_ptr<FragmentEncoder> byte_pair_encoder(const TokenTable& table, const GgufHeader& metadata,
                                                   const WordCutting& cutting);
std::unique_ptr<FragmentEncoder> word_piece_encoder(const TokenTable& table, const GgufHeader& metadata,
                                                    std::optional<uint32_t> unknown);
std::unique_ptr<FragmentEncoder> unigram_encoder(const TokenTable& table, const GgufHeader& metadata,
                                                 std::optional<uint32_t> unknown);

}  // namespace nibble
