#include "tokenizer/sentencepiece.h"

#include <string>

#include "error.h"
#include "numeric/bits.h"

namespace nibble {
namespace {

/// Thrown inside this file where the bytes are no message; what that means depends on how far reading got.
struct NotAMessage {};

enum WireType : uint32_t { varint = 0, eight_bytes = 1, length_delimited = 2, four_bytes = 5 };

struct Field {
  uint64_t number = 0;
  uint32_t wire_type = 0;
  uint64_t value = 0;              // of a varint
  std::span<const uint8_t> bytes;  // of the other types
};

/// Walks over the fields of one message.
class Message {
 public:
  explicit Message(std::span<const uint8_t> bytes) : left_(bytes) {}

  bool next(Field& field) {
    if (left_.empty()) return false;
    const uint64_t key = read_varint();
    field.number = key >> 3;
    field.wire_type = key & 7;
    if (field.number == 0) throw NotAMessage();
    switch (field.wire_type) {
      case varint: field.value = read_varint(); break;
      case eight_bytes: field.bytes = take(8); break;
      case length_delimited: field.bytes = take(read_varint()); break;
      case four_bytes: field.bytes = take(4); break;
      default: throw NotAMessage();
    }
    return true;
  }

 private:
  std::span<const uint8_t> take(uint64_t count) {
    if (count > left_.size()) throw NotAMessage();
    const auto taken = left_.first(static_cast<size_t>(count));
    left_ = left_.subspan(static_cast<size_t>(count));
    return taken;
  }

  uint64_t read_varint() {
    uint64_t value = 0;
    for (uint32_t shift = 0; shift < 64; shift += 7) {
      const uint8_t byte = take(1)[0];
      value |= static_cast<uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return value;
    }
    throw NotAMessage();
  }

  std::span<const uint8_t> left_;
};

SentencePiece read_piece(std::span<const uint8_t> bytes) {
  SentencePiece piece;
  Field field;
  for (Message message(bytes); message.next(field);) {
    if (field.number == 1 && field.wire_type == length_delimited) {
      piece.text = {reinterpret_cast<const char*>(field.bytes.data()), field.bytes.size()};
    } else if (field.number == 2 && field.wire_type == four_bytes) {
      piece.score = load<float>(field.bytes.data());
    } else if (field.number == 3 && field.wire_type == varint) {
      if (field.value < 1 || field.value > 6) throw NotAMessage();
      piece.type = static_cast<TokenType>(field.value);
    }
  }
  return piece;
}

void read_trainer(std::span<const uint8_t> bytes, SentencePieceModel& model) {
  Field field;
  for (Message message(bytes); message.next(field);) {
    if (field.wire_type != varint) continue;
    const auto number = static_cast<int32_t>(field.value);
    switch (field.number) {
      case 3: model.unigram = number == 1; break;
      case 40: model.unk_id = number; break;
      case 41: model.bos_id = number; break;
      case 42: model.eos_id = number; break;
      case 43: model.pad_id = number; break;
      default: break;
    }
  }
}

void read_normalizer(std::span<const uint8_t> bytes, SentencePieceModel& model) {
  Field field;
  for (Message message(bytes); message.next(field);) {
    if (field.number == 2 && field.wire_type == length_delimited) model.character_map = field.bytes;
    if (field.number == 3 && field.wire_type == varint) model.add_dummy_prefix = field.value != 0;
    if (field.number == 4 && field.wire_type == varint) model.remove_extra_whitespaces = field.value != 0;
  }
}

}  // namespace

std::optional<SentencePieceModel> read_sentencepiece(std::span<const uint8_t> bytes, std::string_view file) {
  SentencePieceModel model;
  try {
    Field field;
    for (Message message(bytes); message.next(field);) {
      if (field.wire_type != length_delimited) continue;
      if (field.number == 1) model.pieces.push_back(read_piece(field.bytes));
      if (field.number == 2) read_trainer(field.bytes, model);
      if (field.number == 3) read_normalizer(field.bytes, model);
      if (model.pieces.size() > max_tokens) throw NotAMessage();
    }
  } catch (const NotAMessage&) {
    if (model.pieces.empty()) return std::nullopt;
    throw Error(std::string(file) + " is damaged after token " + std::to_string(model.pieces.size() - 1) +
                ": the file breaks off or was changed. Download it again.");
  }
  if (model.pieces.empty()) return std::nullopt;
  return model;
}

}  // namespace nibble
