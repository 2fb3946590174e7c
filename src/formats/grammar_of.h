#pragma once
#include <algorithm>
#include <cstddef>

#include "formats/format.h"
#include "formats/grammar.h"
#include "formats/grid_range.h"
#include "numeric/bits.h"
#include "numeric/half.h"

/// From what a format's struct states to what can be done with its blocks. Every format of a kind with levels has
///
///   kind, code_bits     see Grammar
///   values              the level of each code, in units of the scale
///   storage             of scales and offsets, or of a super-block's shared numbers (half floats)
///   scale_at            byte of the first scale, or of the shared one; more scales follow it
///   minimum_at          the same for offsets and minima, where the kind has them
///   each_code           calls take(weight, code) for every weight of a block
///   pack_codes          writes the codes of a block; must not touch other bytes
///   fewest, most,       super-blocks: the multiples that runs store,
///   unpack_scales,      and how they are read from and written to a block
///   pack_scales
///   codes_at,           (optional) the bytes that codes fill by themselves, side by side
///   code_bytes
///   unused_codes        (optional) codes from here on are never written
namespace nibble {

template <class F>
concept HasLevels = requires { F::values; };

template <class F>
constexpr uint32_t runs_of = F::block_length / F::scale_length;

/// The levels of a format, ascending, and the lowest code of each.
template <class F>
struct LevelsOf {
  static constexpr size_t used = [] {
    if constexpr (requires { F::unused_codes; }) return size_t{F::unused_codes};
    return F::values.size();
  }();
  static constexpr size_t count = [] {
    size_t different = 0;
    for (size_t i = 0; i < used; ++i) {
      different += std::find(F::values.begin(), F::values.begin() + i, F::values[i]) == F::values.begin() + i;
    }
    return different;
  }();
  std::array<float, count> levels{};
  std::array<uint8_t, count> codes{};

  constexpr LevelsOf() {
    size_t at = 0;
    for (size_t code = 0; code < used; ++code) {
      const float value = F::values[code];
      if (std::find(levels.begin(), levels.begin() + at, value) != levels.begin() + at) continue;
      size_t place = at++;
      for (; place > 0 && levels[place - 1] > value; --place) {
        levels[place] = levels[place - 1];
        codes[place] = codes[place - 1];
      }
      levels[place] = value;
      codes[place] = static_cast<uint8_t>(code);
    }
  }
};
template <class F>
constexpr LevelsOf<F> levels_of;

/// The level of a code. Where levels are whole numbers in order, computing it is faster than looking it up.
template <class F>
inline float level_of(int code) {
  constexpr auto rises_from = [](size_t first) {
    for (size_t i = 0; i < F::values.size(); ++i) {
      if (F::values[(first + i) % F::values.size()] != F::values[first] + static_cast<float>(i)) return false;
    }
    return F::values[first] == static_cast<float>(static_cast<int>(F::values[first]));
  };
  if constexpr (rises_from(0)) {
    return static_cast<float>(code + static_cast<int>(F::values[0]));
  } else if constexpr (F::values.size() == 256 && rises_from(128)) {
    return static_cast<float>(static_cast<int8_t>(code));
  } else {
    return F::values[static_cast<size_t>(code)];
  }
}

/// A number as it is stored, and its value.
template <Storage storage>
inline int32_t load_stored(const uint8_t* from) {
  return storage == Storage::f16 ? load<uint16_t>(from) : *from;
}
template <Storage storage>
inline void store_stored(int32_t bits, uint8_t* to) {
  if constexpr (storage == Storage::f16) {
    store(to, static_cast<uint16_t>(bits));
  } else {
    *to = static_cast<uint8_t>(bits);
  }
}
inline float stored_value(Storage storage, int32_t bits) {
  if (storage == Storage::f16) return f32_from_f16(static_cast<uint16_t>(bits));
  return storage == Storage::e8m0 ? half_of_e8m0(static_cast<uint8_t>(bits))
                                  : half_of_ue4m3(static_cast<uint8_t>(bits));
}
template <class F>
constexpr uint32_t stored_bytes = F::storage == Storage::f16 ? 2 : 1;

/// Scales and minima of a block, without its codes.
template <class F>
inline void unpack_scales(const uint8_t* block, BlockParts& parts) {
  if constexpr (is_super_block(F::kind)) {
    parts.shared_scale = load<uint16_t>(block + F::scale_at);
    if constexpr (has_offset(F::kind)) {
      parts.shared_minimum = load<uint16_t>(block + F::minimum_at);
      F::unpack_scales(block, parts.scale, parts.minimum);
    } else {
      F::unpack_scales(block, parts.scale);
    }
  } else {
    for (uint32_t r = 0; r < runs_of<F>; ++r) {
      parts.scale[r] = load_stored<F::storage>(block + F::scale_at + r * stored_bytes<F>);
      if constexpr (has_offset(F::kind)) {
        parts.minimum[r] = load_stored<F::storage>(block + F::minimum_at + r * stored_bytes<F>);
      }
    }
  }
}

template <class F>
inline RunGrid run_grid(const BlockParts& parts, uint32_t run) {
  if constexpr (is_super_block(F::kind)) {
    RunGrid grid{f32_from_f16(parts.shared_scale) * static_cast<float>(parts.scale[run]), 0.0f};
    if constexpr (has_offset(F::kind)) {
      grid.offset = -(f32_from_f16(parts.shared_minimum) * static_cast<float>(parts.minimum[run]));
    }
    return grid;
  } else {
    return {stored_value(F::storage, parts.scale[run]),
            has_offset(F::kind) ? stored_value(F::storage, parts.minimum[run]) : 0.0f};
  }
}

template <class F>
void unpack(const uint8_t* block, BlockParts& parts) {
  static_assert(F::block_length <= BlockParts::most_weights && runs_of<F> <= BlockParts::most_runs);
  unpack_scales<F>(block, parts);
  F::each_code(block, [&](int weight, int code) { parts.codes[weight] = static_cast<uint8_t>(code); });
}

template <class F>
inline void encode(const BlockParts& parts, uint8_t* block) {
  if constexpr (is_super_block(F::kind)) {
    store(block + F::scale_at, parts.shared_scale);
    if constexpr (has_offset(F::kind)) {
      store(block + F::minimum_at, parts.shared_minimum);
      F::pack_scales(parts.scale, parts.minimum, block);
    } else {
      F::pack_scales(parts.scale, block);
    }
  } else {
    for (uint32_t r = 0; r < runs_of<F>; ++r) {
      store_stored<F::storage>(parts.scale[r], block + F::scale_at + r * stored_bytes<F>);
      if constexpr (has_offset(F::kind)) {
        store_stored<F::storage>(parts.minimum[r], block + F::minimum_at + r * stored_bytes<F>);
      }
    }
  }
  F::pack_codes(parts.codes, block);
}

/// A block of one run, from its scale, or its scale and offset, as stored.
template <class F>
inline void encode(int32_t scale, const uint8_t* codes, uint8_t* block) {
  static_assert(runs_of<F> == 1 && !has_offset(F::kind) && !is_super_block(F::kind));
  store_stored<F::storage>(scale, block + F::scale_at);
  F::pack_codes(codes, block);
}
template <class F>
inline void encode(int32_t scale, int32_t offset, const uint8_t* codes, uint8_t* block) {
  static_assert(runs_of<F> == 1 && F::kind == FormatKind::scale_and_offset);
  store_stored<F::storage>(scale, block + F::scale_at);
  store_stored<F::storage>(offset, block + F::minimum_at);
  F::pack_codes(codes, block);
}

template <class F>
void decode(const uint8_t* block, float* values) {
  if constexpr (!HasLevels<F>) {
    F::decode(block, values);
  } else {
    BlockParts parts;
    unpack_scales<F>(block, parts);
    RunGrid grids[runs_of<F>];
    for (uint32_t r = 0; r < runs_of<F>; ++r) grids[r] = run_grid<F>(parts, r);
    F::each_code(block, [&](int weight, int code) {
      const RunGrid& grid = grids[static_cast<uint32_t>(weight) / F::scale_length];
      values[weight] = grid.step * level_of<F>(code);
      if constexpr (has_offset(F::kind)) values[weight] += grid.offset;
    });
  }
}

template <class F>
bool valid(const uint8_t* block) {
  if constexpr (!HasLevels<F>) {
    return F::valid(block);
  } else if constexpr (F::storage == Storage::f16) {
    bool finite = true;
    const uint32_t numbers = is_super_block(F::kind) ? 1 : runs_of<F>;
    for (uint32_t r = 0; r < numbers; ++r) {
      finite = finite && f16_is_finite(load<uint16_t>(block + F::scale_at + 2 * r));
      if constexpr (has_offset(F::kind))
        finite = finite && f16_is_finite(load<uint16_t>(block + F::minimum_at + 2 * r));
    }
    return finite;
  } else if constexpr (F::storage == Storage::e8m0) {
    return std::find(block + F::scale_at, block + F::scale_at + runs_of<F>, 0xFF) == block + F::scale_at + runs_of<F>;
  } else {
    return true;  // every ue4m3 byte is a number: the one code that would be NaN counts as zero
  }
}

/// The interval in which no weight of a run is clipped: half a step beyond the outermost levels.
template <class F>
void range(const uint8_t* block, float* low, float* high) {
  if constexpr (!HasLevels<F>) {
    F::range(block, low, high);
  } else {
    constexpr auto& levels = levels_of<F>.levels;
    constexpr float first = levels.front() - (levels[1] - levels.front()) / 2;
    constexpr float last = levels.back() + (levels.back() - levels[levels.size() - 2]) / 2;
    BlockParts parts;
    unpack_scales<F>(block, parts);
    for (uint32_t r = 0; r < runs_of<F>; ++r) {
      const RunGrid grid = run_grid<F>(parts, r);
      grid_range(grid.step, grid.offset, first, last, low + r, high + r);
    }
  }
}

template <class F>
void count_codes(const uint8_t* blocks, size_t count, uint64_t* counters) {
  if constexpr (requires { F::codes_at; }) {
    // Bytes are counted first; one increment then stands for all codes of a byte.
    std::array<uint32_t, 256> seen{};
    for (size_t b = 0; b < count; ++b) {
      for (uint32_t i = 0; i < F::code_bytes; ++i) ++seen[blocks[b * F::block_bytes + F::codes_at + i]];
    }
    constexpr uint32_t mask = (1u << F::code_bits) - 1;
    for (uint32_t byte = 0; byte < seen.size(); ++byte) {
      for (uint32_t shift = 0; shift < 8; shift += F::code_bits) counters[byte >> shift & mask] += seen[byte];
    }
  } else {
    for (size_t b = 0; b < count; ++b) {
      F::each_code(blocks + b * F::block_bytes, [&](int, int code) { ++counters[code]; });
    }
  }
}

/// The grammar of a format with levels; of others the kind alone.
template <class F>
constexpr Grammar make_grammar() {
  Grammar grammar{};
  grammar.kind = F::kind;
  if constexpr (HasLevels<F>) {
    grammar.code_bits = F::code_bits;
    grammar.levels = levels_of<F>.levels;
    grammar.codes = levels_of<F>.codes;
    grammar.storage = F::storage;
    if constexpr (is_super_block(F::kind)) {
      grammar.fewest = F::fewest;
      grammar.most = F::most;
    }
    grammar.unpack = &nibble::unpack<F>;
    grammar.encode = &nibble::encode<F>;
    if constexpr (F::code_bits > 0) grammar.count_codes = &nibble::count_codes<F>;
  }
  return grammar;
}

template <class F>
constexpr Format describe() {
  Format format{};
  format.type = F::type;
  format.name = F::name;
  format.summary = F::summary;
  format.block_length = F::block_length;
  format.block_bytes = F::block_bytes;
  format.scale_length = F::scale_length;
  format.quantized = F::quantized;
  format.importance = F::importance;
  format.grammar = make_grammar<F>();
  if constexpr (F::kind != FormatKind::opaque) format.decode = &nibble::decode<F>;
  format.valid = &nibble::valid<F>;
  if constexpr (HasLevels<F> || requires { &F::range; }) format.range = &nibble::range<F>;
  static_assert(F::block_length % F::scale_length == 0);
  return format;
}

}  // namespace nibble
