#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "numeric/scale_floats.h"

/// What a format says of itself beyond its size: its kind, the levels a code stands for, how scales and minima are
/// stored, and where everything lies. Searches, statistics of codes, the Lab and calibration are loops over kinds.
namespace nibble {

/// How a weight comes from what a block stores. A run is the weights that share a scale.
enum class FormatKind : uint8_t {
  number,                 ///< a float or double by itself
  opaque,                 ///< not known; copied
  one_scale,              ///< scale * level; each run stores its scale
  scale_and_offset,       ///< scale * level + offset; each run stores both
  super_block_symmetric,  ///< (shared scale * multiple) * level; each run stores a multiple
  super_block_minima,     ///< (shared scale * multiple) * level - shared minimum * multiple; each run stores both
  codebook,               ///< groups of weights share an entry of a codebook (formats/iq_codes.h)
  ternary,                ///< scale * level, for models trained with two or three values: nothing to search
};

/// As web/src/wasm/types (FormatGrammar) spells it.
constexpr std::string_view kind_name(FormatKind kind) {
  switch (kind) {
    case FormatKind::number: return "number";
    case FormatKind::opaque: return "opaque";
    case FormatKind::one_scale: return "one scale";
    case FormatKind::scale_and_offset: return "scale and offset";
    case FormatKind::super_block_symmetric: return "super-block";
    case FormatKind::super_block_minima: return "super-block with minima";
    case FormatKind::codebook: return "codebook";
    case FormatKind::ternary: return "ternary";
  }
  return "";
}
/// Whether a kind of format has scales to search.
constexpr bool has_searches(FormatKind kind) {
  return kind != FormatKind::number && kind != FormatKind::opaque && kind != FormatKind::codebook &&
         kind != FormatKind::ternary;
}
constexpr bool has_offset(FormatKind kind) {
  return kind == FormatKind::scale_and_offset || kind == FormatKind::super_block_minima;
}
constexpr bool is_super_block(FormatKind kind) {
  return kind == FormatKind::super_block_symmetric || kind == FormatKind::super_block_minima;
}

/// A block taken apart, of every kind that has levels: what a search chooses and encode() packs.
struct BlockParts {
  static constexpr uint32_t most_weights = 256, most_runs = 16;
  uint16_t shared_scale, shared_minimum;         ///< super-blocks: half floats
  int32_t scale[most_runs], minimum[most_runs];  ///< of each run: multiples in super-blocks, otherwise stored bits
  uint8_t codes[most_weights];                   ///< of each weight, as stored
};

/// The numbers one run of a block decodes with: step * level + offset.
struct RunGrid {
  float step, offset;
};

/// A format of a kind with levels, for code that does not know it.
struct Grammar {
  FormatKind kind;
  int code_bits;                   ///< of a stored code; 0 where codes share bits
  std::span<const float> levels;   ///< ascending, in units of the scale
  std::span<const uint8_t> codes;  ///< the stored code of each level
  Storage storage;                 ///< of scales and offsets; of super-blocks: of the shared numbers
  int fewest = 0, most = 0;        ///< super-blocks: the multiples there are, of scales and of minima
  void (*unpack)(const uint8_t* block, BlockParts& parts);
  void (*encode)(const BlockParts& parts, uint8_t* block);
  /// Adds to counters[code] how often each stored code occurs in consecutive blocks.
  void (*count_codes)(const uint8_t* blocks, size_t count, uint64_t* counters);

  RunGrid grid(const BlockParts& parts, uint32_t run) const;
};

/// low, low + 1, .. high.
template <int low, int high>
constexpr auto integer_levels() {
  std::array<float, high - low + 1> levels{};
  for (int i = low; i <= high; ++i) levels[static_cast<size_t>(i - low)] = static_cast<float>(i);
  return levels;
}
/// The floats of a table of small integers.
template <size_t count>
constexpr auto float_levels(const int8_t (&values)[count]) {
  std::array<float, count> levels{};
  for (size_t i = 0; i < count; ++i) levels[i] = values[i];
  return levels;
}

}  // namespace nibble
