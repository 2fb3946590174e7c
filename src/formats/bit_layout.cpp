#include "formats/bit_layout.h"

#include "formats/point_grammar.h"

namespace nibble {
namespace {

/// Calls look(part, index, number) for every number of a block with levels.
template <class Look>
void each_number(const Format& format, const BlockParts& parts, Look look) {
  const FormatKind kind = format.grammar.kind;
  if (is_super_block(kind)) {
    look(StoredPart::shared_scale, 0, parts.shared_scale);
    if (has_offset(kind)) look(StoredPart::shared_minimum, 0, parts.shared_minimum);
  }
  for (uint32_t run = 0; run < format.block_length / format.scale_length; ++run) {
    look(StoredPart::scale, run, parts.scale[run]);
    if (has_offset(kind)) look(StoredPart::minimum, run, parts.minimum[run]);
  }
  for (uint32_t weight = 0; weight < format.block_length; ++weight) {
    look(StoredPart::code, weight, parts.codes[weight]);
  }
}

/// The same for a block of points.
template <class Look>
void each_number(const Format& format, const PointGrammar& points, uint16_t d, const IqCodes& codes, Look look) {
  look(StoredPart::shared_scale, 0, d);
  for (uint32_t run = 0; run < format.block_length / format.scale_length; ++run) {
    look(StoredPart::scale, run, codes.scale[run]);
  }
  for (uint32_t point = 0; point < format.block_length / points.length; ++point) {
    look(StoredPart::point, point, codes.index[point]);
  }
  if (points.shift_length != 0) {
    for (uint32_t run = 0; run < format.block_length / points.shift_length; ++run) {
      look(StoredPart::shift, run, codes.signs[run]);
    }
    return;
  }
  for (uint32_t weight = 0; weight < format.block_length; ++weight) {
    if (points.even_signs && weight % 8 == 7) continue;
    look(StoredPart::sign, weight, codes.signs[weight / 8] >> (weight % 8) & 1);
  }
}

/// Calls look(part, index, number) for every number that the bytes of a block hold.
template <class Look>
void each_number_of(const Format& format, const uint8_t* block, Look look) {
  if (const PointGrammar* points = find_codebook(format.type)) {
    IqCodes codes;
    const uint16_t d = points->unpack(block, codes);
    each_number(format, *points, d, codes, look);
  } else {
    BlockParts parts{};
    format.grammar.unpack(block, parts);
    each_number(format, parts, look);
  }
}

/// A block of which one byte is not zero.
std::vector<int32_t> numbers_with(const Format& format, uint32_t byte, int value) {
  std::vector<uint8_t> block(format.block_bytes);
  block[byte] = static_cast<uint8_t>(value);
  std::vector<int32_t> numbers;
  each_number_of(format, block.data(), [&](StoredPart, uint32_t, int32_t number) { numbers.push_back(number); });
  return numbers;
}

}  // namespace

BitLayout bit_layout(const Format& format) {
  BitLayout layout;
  const bool has_points = find_codebook(format.type) != nullptr;
  if (!format.grammar.unpack && !has_points) return layout;
  const std::vector<int32_t> zero = numbers_with(format, 0, 0);
  std::vector<StoredBit> places;  // of each number
  const std::vector<uint8_t> empty(format.block_bytes);
  each_number_of(format, empty.data(), [&](StoredPart part, uint32_t index, int32_t) {
    places.push_back({0, part, static_cast<uint16_t>(index), 0});
  });
  const bool shares = !has_points && format.grammar.code_bits == 0;
  for (size_t i = 0; i < places.size(); ++i) {
    if (places[i].part == StoredPart::scale) layout.lowest_scale = zero[i];
  }
  for (uint32_t byte = 0; byte < format.block_bytes; ++byte) {
    const auto add = [&](int bit, size_t number, int32_t adds) {
      StoredBit found = places[number];
      found.bit = static_cast<uint16_t>(8 * byte + static_cast<uint32_t>(bit));
      found.adds = adds;
      layout.bits.push_back(found);
    };
    // Numbers that share bits show only in some values of the byte.
    std::vector<bool> shared(zero.size());
    for (int value = 1; shares && value < 256; ++value) {
      const std::vector<int32_t> numbers = numbers_with(format, byte, value);
      for (size_t i = 0; i < zero.size(); ++i) {
        if (places[i].part == StoredPart::code && numbers[i] != zero[i]) shared[i] = true;
      }
    }
    for (int bit = 0; bit < 8; ++bit) {
      const std::vector<int32_t> numbers = numbers_with(format, byte, 1 << bit);
      for (size_t i = 0; i < zero.size(); ++i) {
        if (shared[i]) {
          add(bit, i, 0);
        } else if (numbers[i] != zero[i]) {
          add(bit, i, numbers[i] - zero[i]);
        }
      }
    }
  }
  return layout;
}

}  // namespace nibble
