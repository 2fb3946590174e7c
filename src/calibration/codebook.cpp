#include "calibration/codebook.h"

#include <algorithm>
#include <cmath>

namespace nibble::calibration {
namespace {

/// The number of a half, which is added to those there are if it is new.
uint8_t number_of(uint32_t half, std::vector<uint32_t>& halves) {
  const auto found = std::find(halves.begin(), halves.end(), half);
  const auto number = static_cast<uint8_t>(found - halves.begin());
  if (found == halves.end()) halves.push_back(half);
  return number;
}

}  // namespace

Codebook::Codebook(const Format& format, const PointGrammar& grammar) : format_(format), grammar_(grammar) {
  const uint32_t half_length = grammar_.length / 2, half_bits = half_length * grammar_.level_bits;
  const uint32_t level_mask = (1u << grammar_.level_bits) - 1, half_mask = (1u << half_bits) - 1;
  list_.length = grammar_.length;
  list_.even_signs = grammar_.even_signs;
  positions_.resize(size_t{1} << (2 * half_bits));
  std::vector<uint32_t> first, second;
  for (size_t position = 0; position < grammar_.codebook.size(); ++position) {
    const uint32_t point = grammar_.codebook[position];
    positions_[point] = static_cast<uint16_t>(position);
    list_.points.push_back({number_of(point & half_mask, first), number_of(point >> half_bits, second)});
  }
  const auto magnitudes_of = [&](const std::vector<uint32_t>& halves) {
    std::vector<float> all;
    for (const uint32_t half : halves) {
      for (uint32_t i = 0; i < half_length; ++i)
        all.push_back(grammar_.magnitudes[half >> (grammar_.level_bits * i) & level_mask]);
    }
    return all;
  };
  list_.first_halves = magnitudes_of(first);
  list_.second_halves = magnitudes_of(second);
}

CodebookBlock Codebook::unpack(const uint8_t* block, float* levels, float* steps) const {
  IqCodes codes;
  CodebookBlock parts{};
  parts.scale = grammar_.unpack(block, codes);
  std::copy(std::begin(codes.scale), std::end(codes.scale), parts.scale_codes);
  const uint32_t level_mask = (1u << grammar_.level_bits) - 1;
  for (uint32_t i = 0; i < format_.block_length; ++i) {
    const uint32_t point = grammar_.codebook[codes.index[i / grammar_.length]];
    const float magnitude = grammar_.magnitudes[point >> (grammar_.level_bits * (i % grammar_.length)) & level_mask];
    levels[i] = codes.signs[i / 8] >> (i % 8) & 1 ? -magnitude : magnitude;
  }
  for (uint32_t run = 0; run < format_.block_length / format_.scale_length; ++run)
    steps[run] = grammar_.step(f32_from_f16(parts.scale), parts.scale_codes[run]);
  return parts;
}

void Codebook::pack(const CodebookBlock& parts, const float* levels, uint8_t* block) const {
  IqCodes codes{};
  std::copy(std::begin(parts.scale_codes), std::end(parts.scale_codes), codes.scale);
  for (uint32_t first = 0; first < format_.block_length; first += grammar_.length) {
    uint32_t point = 0;
    for (uint32_t i = 0; i < grammar_.length; ++i) {
      point |= level_of(std::fabs(levels[first + i])) << (grammar_.level_bits * i);
      codes.signs[(first + i) / 8] |= static_cast<uint8_t>((levels[first + i] < 0) << ((first + i) % 8));
    }
    codes.index[first / grammar_.length] = positions_[point];
  }
  grammar_.encode(parts.scale, codes, block);
}

uint32_t Codebook::level_of(float magnitude) const {
  const auto& all = grammar_.magnitudes;
  return static_cast<uint32_t>(std::lower_bound(all.begin(), all.end(), magnitude) - all.begin());
}

}  // namespace nibble::calibration
