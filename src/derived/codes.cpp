#include "derived/codes.h"

#include <cstring>
#include <iterator>
#include <string>

#include "derived/derived_file.h"
#include "error.h"

namespace nibble {
namespace {

uint32_t word_at(const uint8_t* words, uint64_t index) {
  uint32_t word;
  std::memcpy(&word, words + sizeof word * index, sizeof word);
  return word;
}

/// The eight halves of bytes, one in each byte.
uint64_t spread_nibbles(uint64_t word) {
  word = (word | word << 16) & 0x0000FFFF0000FFFF;
  word = (word | word << 8) & 0x00FF00FF00FF00FF;
  return (word | word << 4) & 0x0F0F0F0F0F0F0F0F;
}

/// Eight codes of two bits, one in each byte.
uint64_t spread_quarters(uint64_t half_word) {
  half_word = (half_word | half_word << 24) & 0x000000FF000000FF;
  half_word = (half_word | half_word << 12) & 0x000F000F000F000F;
  return (half_word | half_word << 6) & 0x0303030303030303;
}

/// Eight codes of three bits, one in each byte.
uint64_t spread_octal(uint64_t bits) {
  bits = (bits | bits << 20) & 0x00000FFF00000FFF;
  bits = (bits | bits << 10) & 0x003F003F003F003F;
  return (bits | bits << 5) & 0x0707070707070707;
}

void put(uint8_t*& codes, uint64_t eight) {
  std::memcpy(codes, &eight, sizeof eight);
  codes += sizeof eight;
}

}  // namespace

uint32_t code_at(const uint8_t* words, uint64_t stride, uint64_t place, uint32_t bits) {
  const uint64_t bit = place * bits, index = bit / 32;
  uint64_t word = word_at(words, index * stride);
  if (bit % 32 + bits > 32) word |= uint64_t{word_at(words, (index + 1) * stride)} << 32;
  return static_cast<uint32_t>(word >> bit % 32) & ((1u << bits) - 1);
}

void unpack(const uint8_t* words, uint64_t stride, uint64_t units, uint32_t bits, uint8_t* codes) {
  switch (bits) {
    case 2:
      for (uint64_t i = 0; i < units; ++i) {
        const uint64_t word = word_at(words, i * stride);
        put(codes, spread_quarters(word & 0xFFFF));
        put(codes, spread_quarters(word >> 16));
      }
      return;
    case 3:
      for (uint64_t i = 0; i < units; ++i) {
        const uint64_t low = word_at(words, 3 * i * stride), middle = word_at(words, (3 * i + 1) * stride),
                       high = word_at(words, (3 * i + 2) * stride);
        put(codes, spread_octal(low & 0xFFFFFF));
        put(codes, spread_octal((low >> 24 | middle << 8) & 0xFFFFFF));
        put(codes, spread_octal((middle >> 16 | high << 16) & 0xFFFFFF));
        put(codes, spread_octal(high >> 8));
      }
      return;
    case 4:
      for (uint64_t i = 0; i < units; ++i) put(codes, spread_nibbles(word_at(words, i * stride)));
      return;
    case 8:
      for (uint64_t i = 0; i < units; ++i, codes += 4) std::memcpy(codes, words + 4 * i * stride, 4);
      return;
    default: throw Error("Codes of " + std::to_string(bits) + " bits are not known. This is a fault in the program.");
  }
}

uint64_t awq_place(uint64_t row) {
  uint64_t place = 0;
  while (awq_order[place] != row % std::size(awq_order)) ++place;
  return place;
}

void unpack_across(const uint8_t* words, uint64_t stride, uint64_t columns, uint8_t* codes) {
  uint8_t* rows[std::size(awq_order)];
  for (size_t i = 0; i < std::size(awq_order); ++i) rows[i] = codes + awq_order[i] * columns;
  for (uint64_t c = 0; c < columns; ++c) {
    uint32_t word = word_at(words, c * stride);
    for (uint8_t* row : rows) {
      row[c] = word & 15;
      word >>= 4;
    }
  }
}

LevelPairs::LevelPairs(const float* levels, bool high_first) {
  for (size_t byte = 0; byte < pairs_.size() / 2; ++byte) {
    pairs_[2 * byte] = levels[high_first ? byte >> 4 : byte & 15];
    pairs_[2 * byte + 1] = levels[high_first ? byte & 15 : byte >> 4];
  }
}

void LevelPairs::decode(const uint8_t* bytes, bool second, float* values, uint64_t count) const {
  uint64_t i = 0;
  if (second && count > 0) values[i++] = pairs_[2 * *bytes++ + 1];
  for (; i + 2 <= count; i += 2) std::memcpy(values + i, &pairs_[2 * *bytes++], 2 * sizeof(float));
  if (i < count) values[i] = pairs_[2 * *bytes];
}

}  // namespace nibble
