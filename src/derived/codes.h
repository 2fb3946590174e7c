#pragma once
#include <array>
#include <cstdint>

/// Unpacks codes of 2, 3, 4 and 8 bits from words of 32 bits: a stream of bits, the lowest first.
namespace nibble {

/// The fewest codes that fill whole words.
struct CodeUnit {
  uint32_t codes, words;
};
constexpr CodeUnit unit_of(uint32_t bits) { return bits == 3 ? CodeUnit{32, 3} : CodeUnit{32 / bits, 1}; }

/// Code number `place` of a stream whose words lie `stride` words apart.
uint32_t code_at(const uint8_t* words, uint64_t stride, uint64_t place, uint32_t bits);

/// The codes of `units` units whose words lie `stride` words apart, one in a byte.
void unpack(const uint8_t* words, uint64_t stride, uint64_t units, uint32_t bits, uint8_t* codes);

/// The place of the 4-bit code of row `row` in the word it shares with seven others (awq_order).
uint64_t awq_place(uint64_t row);
/// Of `columns` words that lie `stride` words apart, each of eight rows in awq_order: eight rows of codes, one in a
/// byte.
void unpack_across(const uint8_t* words, uint64_t stride, uint64_t columns, uint8_t* codes);

/// Two values for each byte of two 4-bit codes.
class LevelPairs {
 public:
  /// `high_first`: the first value is that of the high half. `levels` are 16.
  LevelPairs(const float* levels, bool high_first);
  /// The values of `count` codes; `second`: the first of them is the second of its byte.
  void decode(const uint8_t* bytes, bool second, float* values, uint64_t count) const;

 private:
  std::array<float, 512> pairs_;
};

}  // namespace nibble
