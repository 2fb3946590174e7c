#include "tokenizer/token_table.h"

#include <algorithm>
#include <array>

#include "container/text.h"
#include "error.h"
#include "numeric/bits.h"

namespace nibble {
namespace {

/// The numbers of a list of metadata; empty when it is missing or of another type.
template <class T>
std::vector<T> numbers_of_list(const GgufHeader& metadata, std::string_view key, ValueType element) {
  const KeyValue* list = metadata.find(key);
  std::vector<T> numbers;
  if (!list || list->type != ValueType::array || list->element != element) return numbers;
  numbers.resize(list->count);
  for (size_t i = 0; i < numbers.size(); ++i) numbers[i] = load<T>(&metadata.bytes[list->elements + i * sizeof(T)]);
  return numbers;
}

std::string byte_text(uint8_t byte) {
  static constexpr std::string_view digits = "0123456789ABCDEF";
  return {'<', '0', 'x', digits[byte >> 4], digits[byte & 15], '>'};
}

}  // namespace

TokenTable::TokenTable(const GgufHeader& metadata)
    : texts_(texts_of_list(metadata, "tokenizer.ggml.tokens")),
      scores_(numbers_of_list<float>(metadata, "tokenizer.ggml.scores", ValueType::f32)),
      types_(numbers_of_list<int32_t>(metadata, "tokenizer.ggml.token_type", ValueType::i32)) {
  if (texts_.empty()) {
    throw Error(
        "The model has no list of tokens, so texts cannot be turned into tokens. Use a file with its tokenizer.");
  }
  if ((!scores_.empty() && scores_.size() != texts_.size()) || (!types_.empty() && types_.size() != texts_.size())) {
    throw Error(
        "The model's tokens, their scores and their types are not equally many: " + std::to_string(texts_.size()) +
        ", " + std::to_string(scores_.size()) + " and " + std::to_string(types_.size()) + ". The file is damaged.");
  }
  ids_.reserve(texts_.size());
  for (size_t id = 0; id < texts_.size(); ++id) {
    if (!texts_[id].empty()) ids_.emplace(texts_[id], static_cast<uint32_t>(id));
    longest_ = std::max(longest_, texts_[id].size());
  }
}

std::optional<uint32_t> TokenTable::find(std::string_view text) const {
  const auto found = ids_.find(text);
  return found == ids_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<uint32_t> TokenTable::find_byte(uint8_t byte) const {
  const std::optional<uint32_t> named = find(byte_text(byte));
  const char itself = static_cast<char>(byte);
  return named ? named : find({&itself, 1});
}

std::optional<uint8_t> TokenTable::byte_of(uint32_t id) const {
  const std::string_view text = texts_[id];
  for (uint32_t byte = 0; is(id, TokenType::byte) && byte < 256; ++byte) {
    if (text == byte_text(static_cast<uint8_t>(byte))) return static_cast<uint8_t>(byte);
  }
  return std::nullopt;
}

std::vector<std::string> texts_of_list(const GgufHeader& metadata, std::string_view key) {
  const KeyValue* list = metadata.find(key);
  std::vector<std::string> texts;
  if (!list || list->type != ValueType::array || list->element != ValueType::string) return texts;
  texts.reserve(list->count);
  const uint8_t* at = metadata.bytes.data() + list->elements;
  for (uint64_t i = 0; i < list->count; ++i) {
    const auto length = static_cast<size_t>(load<uint64_t>(at));
    at += sizeof(uint64_t);
    texts.emplace_back(reinterpret_cast<const char*>(at), length);
    at += length;
  }
  return texts;
}

std::string with_marks(std::string_view text) {
  std::string marked;
  for (const char c : text) {
    if (c == ' ') {
      marked += "▁";
    } else {
      marked += c;
    }
  }
  return marked;
}

}  // namespace nibble
