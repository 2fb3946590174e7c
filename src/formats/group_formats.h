#pragma once
#include "formats/format.h"

/// Groups of layouts that spread them over several tensors, as formats: blocks of a row. No tensor is stored in them;
/// codes are chosen in them, row by row, and networks read them before an output exists.
///
/// GPTQ, `group` weights:
///
///   byte   0  1  2  3   4
///         [ scale | zero | codes ]      scale: f16, zero: u16, codes: half nibbles (formats/code_packing.h)
///
/// weight = scale * (code - zero), codes and zeros 0..15, exact in single precision. A symmetric group's zero is 8.
/// Example, 32 weights: scale = 0.5, zero = 8, first code byte 0x3A: weight 0 = 0.5 * (10 - 8) = 1, weight 16 =
/// 0.5 * (3 - 8) = -2.5.
namespace nibble {

inline constexpr size_t group_format_count = 6;
/// Each has the name of its layout (packing/packing.h), and a type that no container knows.
std::span<const Format, group_format_count> group_formats();
/// Whether groups of a format have zeros of their own.
bool has_zeros(const Format& format);
/// The zero that a group's block stores.
int zero_of_group(const uint8_t* block);
/// The format that a plan names: of tensors, or of groups. Throws Error when there is none.
const Format& planned_format(std::string_view name);

}  // namespace nibble
