#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "note.h"
#include "numeric/bits.h"
#include "sentence_of.h"
#include "tokenizer_folder.h"

namespace nibble {

/// The metadata a set of files turns into, read back.
struct ConvertedTokenizer {
  GgufHeader header;
  Notes notes;

  explicit ConvertedTokenizer(const TokenizerFiles& files, uint64_t vocab_size = 0) {
    KeyValueList metadata;
    append_tokenizer(metadata, files, vocab_size, notes);
    header = header_of(write_gguf_header(metadata, {}));
  }
  bool has(std::string_view key) const { return header.find(key) != nullptr; }
  std::string text(std::string_view key) const { return header.text(key).value_or("(none)"); }
  std::vector<std::string> texts(std::string_view key) const {
    std::vector<std::string> list;
    const KeyValue* value = header.find(key);
    if (!value) return list;
    const uint8_t* at = header.bytes.data() + value->elements;
    for (uint64_t i = 0; i < value->count; ++i) {
      const auto length = load<uint64_t>(at);
      list.emplace_back(reinterpret_cast<const char*>(at + 8), length);
      at += 8 + length;
    }
    return list;
  }
  template <class T>
  std::vector<T> numbers(std::string_view key) const {
    std::vector<T> list;
    const KeyValue* value = header.find(key);
    for (uint64_t i = 0; value && i < value->count; ++i) {
      list.push_back(load<T>(header.bytes.data() + value->elements + i * sizeof(T)));
    }
    return list;
  }
  std::vector<std::string> tokens() const { return texts("tokenizer.ggml.tokens"); }
  std::vector<int32_t> types() const { return numbers<int32_t>("tokenizer.ggml.token_type"); }
  std::vector<float> scores() const { return numbers<float>("tokenizer.ggml.scores"); }
  int flag(std::string_view key) const {
    const KeyValue* value = header.find(key);
    return value ? header.bytes[value->offset] : -1;
  }
};

/// The sentence of the Error that files give; empty when they give none.
inline std::string problem_of(const TokenizerFiles& files, uint64_t vocab_size = 0) {
  return sentence_of([&] { ConvertedTokenizer(files, vocab_size); });
}

}  // namespace nibble
