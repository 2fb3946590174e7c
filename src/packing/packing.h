#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "recipe/file_types.h"

/// Ways to store a matrix of weights as several tensors of a safetensors file, as the loaders of bitsandbytes and GPTQ
/// models expect them. A matrix has `rows` output features of `columns` input features each, row by row.
namespace nibble {

enum class PackingFamily : uint8_t { int8, four_bit, gptq };

/// One layout.
///
/// int8 (bitsandbytes LLM.int8): NAME.weight I8 [rows, columns], NAME.SCB F32 [rows]
///   weight = code * SCB * 7.874015718698502e-3 (1 / 127)
/// four_bit (bitsandbytes NF4 and FP4), weights counted through all rows, `group` of them a block:
///   NAME.weight U8 [ceil(n / 2), 1]: code of weight 2 i in the high half of byte i
///   NAME.weight.absmax F32 [blocks], .quant_map F32 [16], .quant_state.bitsandbytes__nf4 (or __fp4) U8: JSON text
///   weight = quant_map[code] * absmax[block]
///   nested: absmax U8 [blocks], .nested_absmax F32 [ceil(blocks / 256)], .nested_quant_map F32 [256], and
///   absmax = nested_quant_map[absmax code] * nested_absmax[block / 256] + nested_offset (in the JSON text)
/// gptq, `group` columns of a row a block:
///   NAME.qweight I32 [columns / 8, rows]: code of column c in bits 4 (c % 8) and up
///   NAME.qzeros I32 [columns / group, rows / 8]: zero - 1 of row r in bits 4 (r % 8) and up, or the zero itself when
///   asymmetric (the format "gptq_v2")
///   NAME.scales F16 [columns / group, rows], NAME.g_idx I32 [columns]: c / group
///   weight = scales * (code - zero); zero is 8 unless asymmetric
struct Packing {
  FileType type;  ///< name and summary; the number means nothing
  PackingFamily family;
  uint32_t group;   ///< weights that share a scale; 0: a row
  bool nested;      ///< the scales are quantized too
  bool asymmetric;  ///< each group has a zero of its own
  bool fp4;

  std::string_view name() const { return type.name; }
};

/// All of them, in menu order.
std::span<const Packing> all_packings();
/// By name, ignoring case. Null when there is none.
const Packing* find_packing(std::string_view name);

/// Why a matrix cannot be stored this way so that loaders read it, in a sentence; empty when it can.
std::string reason_against(const Packing& packing, uint64_t rows, uint64_t columns);

/// A tensor of the output file.
struct PackedTensor {
  std::string name;
  std::string_view dtype;       ///< as safetensors spells it
  std::vector<uint64_t> shape;  ///< outermost first
  uint64_t bytes;
};

/// A tensor known before a weight is read.
struct PackedConstant {
  PackedTensor tensor;
  std::vector<uint8_t> bytes;
};

/// A stretch of the output that is written as one: tensors that follow one another.
struct PackedStretch {
  std::vector<PackedTensor> tensors;
  bool measured = false;  ///< writing it also measures the error

  uint64_t bytes() const;
};

/// What a matrix becomes.
struct PackedMatrix {
  std::vector<PackedConstant> constants;
  PackedStretch codes, scales;
};

/// `name` is the tensor's own ("model.layers.0.mlp.up_proj.weight"), `dtype` the safetensors type of its weights. The
/// matrix must be one reason_against() has nothing against.
PackedMatrix packed_matrix(const Packing& packing, std::string_view name, uint64_t rows, uint64_t columns,
                           std::string_view dtype);

/// The levels of a code, ascending, in units of the scale; for gptq those of the symmetric kind.
std::span<const float> packing_levels(const Packing& packing);
/// The code of each level.
std::span<const uint8_t> packing_codes(const Packing& packing);
/// The 256 values of a nested scale, ascending, from -0.992... to 1.
std::span<const float> nested_levels();
inline constexpr uint32_t nested_group = 256;

/// The JSON text of quant_state, filled with spaces to `bytes` bytes (0: as long as it is). `nested_offset` counts when
/// nested.
std::string quant_state_text(const Packing& packing, uint64_t rows, uint64_t columns, std::string_view dtype,
                             float nested_offset, uint64_t bytes);

}  // namespace nibble
