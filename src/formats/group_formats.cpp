#include "formats/group_formats.h"

#include <cmath>

#include "formats/code_packing.h"
#include "formats/grid_range.h"
#include "formats/named_format.h"
#include "numeric/bits.h"
#include "numeric/half.h"

namespace nibble {
namespace {

constexpr uint32_t zero_at = 2, codes_at = 4;
constexpr int last_code = 15, middle_zero = 8;
/// Beyond the types that containers know.
constexpr uint32_t first_type = 1 << 17;
constexpr std::string_view own_zeros = "-asym";

constexpr auto levels = integer_levels<0, last_code>();
constexpr std::array<uint8_t, last_code + 1> codes = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

/// scale * (level - zero) as step and offset; eleven bits times four are exact.
RunGrid grid_of(const uint8_t* block) {
  const float scale = f32_from_f16(load<uint16_t>(block));
  return {scale, -(scale * static_cast<float>(zero_of_group(block)))};
}

template <int group>
struct Gptq {
  static void unpack(const uint8_t* block, BlockParts& parts) {
    const RunGrid grid = grid_of(block);
    parts.scale[0] = bit_cast<int32_t>(grid.step);
    parts.minimum[0] = bit_cast<int32_t>(grid.offset);
    each_half_nibble<group>(block + codes_at, [&](int i, int code) { parts.codes[i] = static_cast<uint8_t>(code); });
  }
  static void encode(const BlockParts& parts, uint8_t* block) {
    const auto scale = bit_cast<float>(parts.scale[0]), offset = bit_cast<float>(parts.minimum[0]);
    store(block, f16_from_f32(scale));
    store(block + zero_at, static_cast<uint16_t>(scale == 0 ? middle_zero : std::lround(-offset / scale)));
    pack_half_nibbles<group>(parts.codes, block + codes_at);
  }
  static void count_codes(const uint8_t* blocks, size_t count, uint64_t* counters) {
    for (; count > 0; --count, blocks += codes_at + group / 2)
      each_half_nibble<group>(blocks + codes_at, [&](int, int code) { ++counters[code]; });
  }
  static void decode(const uint8_t* block, float* values) {
    const RunGrid grid = grid_of(block);
    each_half_nibble<group>(block + codes_at,
                            [&](int i, int code) { values[i] = grid.step * static_cast<float>(code) + grid.offset; });
  }
};

bool valid(const uint8_t* block) { return f16_is_finite(load<uint16_t>(block)); }

void range(const uint8_t* block, float* low, float* high) {
  const RunGrid grid = grid_of(block);
  grid_range(grid.step, grid.offset, levels.front() - 0.5f, levels.back() + 0.5f, low, high);
}

template <int group>
Format gptq(uint32_t number, std::string_view name) {
  Format format{};
  format.type = static_cast<Type>(first_type + number);
  format.name = name;
  format.summary = "A group of the GPTQ layout.";
  format.block_length = format.scale_length = group;
  format.block_bytes = codes_at + group / 2;
  format.quantized = true;
  format.importance = Importance::optional;
  format.grammar = {
      FormatKind::scale_and_offset, 4, levels, codes, Storage::real, 0, 0, Gptq<group>::unpack, Gptq<group>::encode,
      Gptq<group>::count_codes};
  format.decode = Gptq<group>::decode;
  format.valid = valid;
  format.range = range;
  return format;
}

}  // namespace

std::span<const Format, group_format_count> group_formats() {
  static const std::array<Format, group_format_count> formats = {
      gptq<32>(0, "gptq-4bit-32g"),      gptq<64>(1, "gptq-4bit-64g"),      gptq<128>(2, "gptq-4bit-128g"),
      gptq<32>(3, "gptq-4bit-32g-asym"), gptq<64>(4, "gptq-4bit-64g-asym"), gptq<128>(5, "gptq-4bit-128g-asym")};
  return formats;
}

int zero_of_group(const uint8_t* block) { return load<uint16_t>(block + zero_at); }

bool has_zeros(const Format& format) { return format.name.ends_with(own_zeros); }

const Format& planned_format(std::string_view name) {
  for (const Format& format : group_formats()) {
    if (format.name == name) return format;
  }
  return named_format(name);
}

}  // namespace nibble
