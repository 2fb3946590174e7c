#pragma once
#include <optional>
#include <string>
#include <vector>

#include "tokenizer/text_encoder.h"
#include "wasm/boundary.h"

/// Class TokenEncoder of web/src/wasm/nibble.d.ts, which a model makes.
namespace nibble::bound {

class BoundTokenEncoder {
 public:
  /// `metadata` gives the vocabulary. What it throws becomes problem().
  template <class Metadata>
  explicit BoundTokenEncoder(const Metadata& metadata) {
    problem_ = sentence_of([&] { encoder_.emplace(TextEncoder::of(metadata())); });
  }

  std::string problem() const { return problem_; }

  std::string encode(uintptr_t text, size_t bytes, bool parse_special) {
    if (!encoder_) return problem_;
    return sentence_of(
        [&] { ids_ = encoder_->encode({reinterpret_cast<const char*>(text), bytes}, true, parse_special); });
  }

  uintptr_t ids_pointer() const { return reinterpret_cast<uintptr_t>(ids_.data()); }
  size_t ids_count() const { return ids_.size(); }
  size_t piece(unsigned id) {
    piece_ = encoder_ && id < encoder_->tokens() ? encoder_->piece(id) : std::string();
    return piece_.size();
  }
  uintptr_t piece_pointer() const { return reinterpret_cast<uintptr_t>(piece_.data()); }
  /// -1 for none.
  double begin() const { return encoder_ && encoder_->begin() ? static_cast<double>(*encoder_->begin()) : -1; }

 private:
  std::optional<TextEncoder> encoder_;
  std::string problem_, piece_;
  std::vector<uint32_t> ids_;
};

}  // namespace nibble::bound
