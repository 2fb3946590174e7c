#include <unordered_map>

#include "error.h"
#include "tokenizer/byte_letters.h"
#include "tokenizer/fragment_encoder.h"
#include "tokenizer/merging.h"
#include "tokenizer/pattern.h"

namespace nibble {
namespace {

/// Words are cut, then characters of a word are merged in the order of the list of merges.
class BytePairEncoder : public FragmentEncoder {
 public:
  BytePairEncoder(const TokenTable& table, const GgufHeader& metadata, const WordCutting& cutting)
      : table_(table), cutting_(cutting), merges_(texts_of_list(metadata, "tokenizer.ggml.merges")) {
    if (merges_.empty())
      throw Error("The model's tokenizer has no list of merges. Use a file with its whole tokenizer.");
    for (const std::string_view pattern : cutting.patterns) patterns_.emplace_back(pattern);
    ranks_.reserve(merges_.size());
    for (size_t rank = 0; rank < merges_.size(); ++rank) ranks_.emplace(merges_[rank], rank);
  }

  void encode(std::string_view text, bool, std::vector<uint32_t>& ids) const override {
    const ClassedText classed(cutting_.marked_spaces ? with_marks(text) : std::string(text));
    size_t at = 0;
    for (const size_t length : cut_by_patterns(classed, patterns_)) {
      std::string word;
      for (size_t i = at; i < at + length; ++i) append_utf8(word, classed.points[i]);
      at += length;
      encode_word(cutting_.marked_spaces ? word : letters_for(word), ids);
    }
  }

  std::string decode(std::string_view token) const override {
    if (cutting_.marked_spaces) return with_spaces(token);
    std::string bytes;
    for (const char32_t point : code_points(token)) {
      const auto& known = ByteLetters::instance().bytes;
      const auto byte = known.find(point);
      if (byte == known.end()) return std::string(token);
      bytes += byte->second;
    }
    return bytes;
  }

 private:
  void encode_word(std::string_view word, std::vector<uint32_t>& ids) const {
    const bool line_ends = cutting_.marked_spaces && word[0] == '\n';
    if (cutting_.whole_words || line_ends) {
      if (const auto token = table_.find(word)) {
        ids.push_back(*token);
        return;
      }
    }
    std::string pair;
    const auto order = [&](std::string_view left, std::string_view right) -> std::optional<size_t> {
      pair.assign(left).append(" ").append(right);
      const auto rank = ranks_.find(pair);
      return rank == ranks_.end() ? std::nullopt : std::optional(rank->second);
    };
    merge_characters(word, order, [&](std::string_view piece) {
      if (const auto token = table_.find(piece)) {
        ids.push_back(*token);
        return;
      }
      // A byte-level vocabulary has a token for every letter; one that has not drops what it lacks.
      for (const char byte : piece) {
        if (const auto token = table_.find_byte(static_cast<uint8_t>(byte))) ids.push_back(*token);
      }
    });
  }

  const TokenTable& table_;
  const WordCutting& cutting_;
  std::vector<Pattern> patterns_;
  std::vector<std::string> merges_;
  std::unordered_map<std::string_view, size_t> ranks_;  // of "left right"
};

}  // namespace

std::unique_ptr<FragmentEncoder> byte_pair_encoder(const TokenTable& table, const GgufHeader& metadata,
                                                   const WordCutting& cutting) {
  return std::make_unique<BytePairEncoder>(table, metadata, cutting);
}

}  // namespace nibble
