#include "tokenizer/fragment_encoder.h"
#include "tokenizer/merging.h"

namespace nibble {
namespace {

/// Spaces are written ▁. Neighbours are merged into tokens, the best score first; what then is no token becomes bytes.
class SentencePieceEncoder : public FragmentEncoder {
 public:
  SentencePieceEncoder(const TokenTable& table, bool add_space_prefix, std::optional<uint32_t> unknown)
      : table_(table), add_space_prefix_(add_space_prefix), unknown_(unknown) {}

  void encode(std::string_view text, bool first, std::vector<uint32_t>& ids) const override {
    const std::string marked = (first && add_space_prefix_ ? "▁" : "") + with_marks(text);
    const auto order = [&](std::string_view left, std::string_view right) -> std::optional<double> {
      const auto token = table_.find({left.data(), left.size() + right.size()});
      return token ? std::optional<double>(-table_.score(*token)) : std::nullopt;
    };
    merge_characters(marked, order, [&](std::string_view piece) {
      if (const auto token = table_.find(piece)) {
        ids.push_back(*token);
        return;
      }
      for (const char byte : piece) {
        const auto token = table_.find_byte(static_cast<uint8_t>(byte));
        if (token || unknown_) ids.push_back(token ? *token : *unknown_);
      }
    });
  }

  std::string decode(std::string_view token) const override { return with_spaces(token); }

 private:
  const TokenTable& table_;
  bool add_space_prefix_;
  std::optional<uint32_t> unknown_;
};

}  // namespace

std::unique_ptr<FragmentEncoder> sentencepiece_encoder(const TokenTable& table, bool add_space_prefix,
                                                       std::optional<uint32_t> unknown) {
  return std::make_unique<SentencePieceEncoder>(table, add_space_prefix, unknown);
}

}  // namespace nibble
