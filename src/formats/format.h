#pragma once
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

#include "formats/grammar.h"

/// What the project knows of a tensor type's bytes. Formats know nothing of files, searches or kernels.
namespace nibble {

// clang-format off
/// Tensor types by their number in a GGUF file.
enum class Type : uint32_t {
  f32 = 0, f16 = 1, q4_0 = 2, q4_1 = 3, q5_0 = 6, q5_1 = 7, q8_0 = 8, q8_1 = 9,
  q2_K = 10, q3_K = 11, q4_K = 12, q5_K = 13, q6_K = 14, q8_K = 15,
  iq2_xxs = 16, iq2_xs = 17, iq3_xxs = 18, iq1_s = 19, iq4_nl = 20, iq3_s = 21, iq2_s = 22, iq4_xs = 23,
  i8 = 24, i16 = 25, i32 = 26, i64 = 27, f64 = 28, iq1_m = 29, bf16 = 30,
  tq1_0 = 34, tq2_0 = 35, mxfp4 = 39, nvfp4 = 40, q1_0 = 41, q2_0 = 42,
  // Types of other containers, by numbers that no GGUF reader knows.
  f8_e4m3 = 1 << 16, f8_e5m2,
};
// clang-format on

/// True for types a GGUF file can hold.
constexpr bool in_gguf(Type type) { return type < Type::f8_e4m3; }

/// How a format's llama.cpp quantizer treats an importance row.
enum class Importance : uint8_t { ignored, optional, required };

/// One tensor type. Filled in by describe<F>() (formats/grammar_of.h) from the format's
/// own struct (see list.h).
struct Format {
  Type type;
  std::string_view name;     ///< as llama.cpp spells it: "q4_0", "q4_K"
  std::string_view summary;  ///< one sentence for a person choosing a type
  uint32_t block_length;     ///< weights in a block
  uint32_t block_bytes;      ///< bytes of a block
  uint32_t scale_length;     ///< consecutive weights that share one scale; divides block_length
  bool quantized;            ///< false for floats and integers
  Importance importance;
  Grammar grammar;  ///< of kinds without levels: the kind alone
  /// Writes the block_length values of one block. Null when the values are not weights (integers).
  void (*decode)(const uint8_t* block, float* values);
  /// True when the block holds no infinite or NaN scale or value. Never null.
  bool (*valid)(const uint8_t* block);
  /// For each run of scale_length weights: the interval a weight must lie in not to be clipped, that is the smallest
  /// and largest decodable value, each widened by half of the step next to it. Null when nothing can be clipped.
  void (*range)(const uint8_t* block, float* low, float* high);

  constexpr double bits_per_weight() const { return 8.0 * block_bytes / block_length; }
  /// Bytes of `weights` weights; a multiple of block_length.
  constexpr uint64_t bytes_for(uint64_t weight_count) const { return weight_count / block_length * block_bytes; }
};

/// Adds a format that list.h does not have; before any other use of the table.
void add_format(const Format& format);
/// Every format, in the order of list.h.
std::span<const Format> all_formats();
/// Null when the number names no format (removed and unknown types).
const Format* find_format(Type type);
/// By name, ignoring case. Null when there is none.
const Format* find_format(std::string_view name);
/// The format of a type known to exist.
const Format& format_of(Type type);

}  // namespace nibble
