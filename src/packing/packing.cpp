#include "packing/packing.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstring>

#include "names.h"
#include "numeric/int8_step.h"
#include "numeric/level_sets.h"
#include "numeric/value_tables.h"
#include "packing/loader_config.h"

namespace nibble {
namespace {

constexpr Packing four_bit(std::string_view name, std::string_view summary, bool nested, bool fp4) {
  return {{name, 0, Type::f32, summary, {}, false, false}, PackingFamily::four_bit, 64, nested, false, fp4};
}
constexpr Packing gptq(std::string_view name, std::string_view summary, uint32_t group, bool asymmetric) {
  return {{name, 0, Type::f32, summary, {}, false, false}, PackingFamily::gptq, group, false, asymmetric, false};
}

constexpr std::array packings = {
    four_bit("nf4", "bitsandbytes: 16 levels at normal quantiles, a float per 64 weights (4.5 bits).", false, false),
    four_bit("nf4-nested", "NF4 whose scales are quantized to 8 bits (4.13 bits).", true, false),
    four_bit("fp4", "bitsandbytes: 4-bit floats, a float per 64 weights (4.5 bits).", false, true),
    four_bit("fp4-nested", "FP4 whose scales are quantized to 8 bits (4.13 bits).", true, true),
    Packing{
        {"int8", 0, Type::f32, "bitsandbytes LLM.int8: 8-bit integers, a float per row (8 bits).", {}, false, false},
        PackingFamily::int8,
        0,
        false,
        false,
        false},
    gptq("gptq-4bit-128g", "The GPTQ layout: 4-bit integers, a half float per 128 weights (4.16 bits).", 128, false),
    gptq("gptq-4bit-64g", "The GPTQ layout, a half float per 64 weights (4.31 bits).", 64, false),
    gptq("gptq-4bit-32g", "The GPTQ layout, a half float per 32 weights (4.63 bits).", 32, false),
    gptq("gptq-4bit-128g-asym", "The GPTQ layout, each group of 128 with a zero of its own.", 128, true),
    gptq("gptq-4bit-64g-asym", "The GPTQ layout, each group of 64 with a zero of its own.", 64, true),
    gptq("gptq-4bit-32g-asym", "The GPTQ layout, each group of 32 with a zero of its own.", 32, true),
};

/// bitsandbytes' table by code: sign bit, then these, in twelfths. Code 8 is a second zero and never written.
constexpr std::array<float, 16> fp4_by_code = {
    0.0f / 12,  0.0625f / 12,  8.0f / 12,  12.0f / 12,  4.0f / 12,  6.0f / 12,  2.0f / 12,  3.0f / 12,
    -0.0f / 12, -0.0625f / 12, -8.0f / 12, -12.0f / 12, -4.0f / 12, -6.0f / 12, -2.0f / 12, -3.0f / 12};
constexpr std::array<uint8_t, 15> fp4_codes = {11, 10, 13, 12, 15, 14, 9, 0, 1, 6, 7, 4, 5, 2, 3};

struct Tables {
  std::array<float, 15> fp4;
  std::array<float, 255> int8;
  std::array<float, 16> integers;
  std::array<uint8_t, 255> identity;
  std::array<float, 256> nested;  // bitsandbytes' dynamic map

  Tables() {
    for (size_t i = 0; i < fp4.size(); ++i) fp4[i] = fp4_by_code[fp4_codes[i]];
    for (int i = 0; i < 255; ++i) int8[static_cast<size_t>(i)] = static_cast<float>(i - 127) * int8_step;
    for (int i = 0; i < 16; ++i) integers[static_cast<size_t>(i)] = static_cast<float>(i - 8);
    for (size_t i = 0; i < identity.size(); ++i) identity[i] = static_cast<uint8_t>(i);
    const std::vector<float> dynamic = dynamic_levels(8);
    std::copy(dynamic.begin(), dynamic.end(), nested.begin());
  }
};

const Tables& tables() {
  static const Tables made;
  return made;
}

uint64_t dtype_bytes(std::string_view dtype) {
  if (dtype == "F32" || dtype == "I32") return 4;
  return dtype == "F16" ? 2 : 1;
}

PackedTensor tensor(std::string name, std::string_view dtype, std::vector<uint64_t> shape) {
  uint64_t bytes = dtype_bytes(dtype);
  for (const uint64_t size : shape) bytes *= size;
  return {std::move(name), dtype, std::move(shape), bytes};
}

template <class T>
std::vector<uint8_t> raw_bytes(std::span<const T> values) {
  std::vector<uint8_t> bytes(values.size_bytes());
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

void pack_four_bit(PackedMatrix& packed, const Packing& packing, const std::string& name, uint64_t rows,
                   uint64_t columns, std::string_view dtype) {
  const uint64_t weight_count = rows * columns, blocks = (weight_count + packing.group - 1) / packing.group;
  packed.codes = {{tensor(name, "U8", {(weight_count + 1) / 2, 1})}, !packing.nested};
  std::array<float, 16> map = nf4_levels;
  if (packing.fp4) map = fp4_by_code;
  packed.constants.push_back({tensor(name + ".quant_map", "F32", {16}), raw_bytes(std::span<const float>(map))});
  const std::string state = name + (packing.fp4 ? ".quant_state.bitsandbytes__fp4" : ".quant_state.bitsandbytes__nf4");
  uint64_t state_bytes = quant_state_text(packing, rows, columns, dtype, 0, 0).size();
  if (!packing.nested) {
    state_bytes = (state_bytes + 7) / 8 * 8;
    const std::string text = quant_state_text(packing, rows, columns, dtype, 0, state_bytes);
    packed.constants.push_back({tensor(state, "U8", {state_bytes}), {text.begin(), text.end()}});
    packed.scales = {{tensor(name + ".absmax", "F32", {blocks})}, false};
    return;
  }
  packed.constants.push_back({tensor(name + ".nested_quant_map", "F32", {256}), raw_bytes(nested_levels())});
  const uint64_t nested = (blocks + nested_group - 1) / nested_group;
  // Spaces at the end of the text round the stretch up to eight bytes, so that what follows stays aligned.
  state_bytes += (8 - (4 * nested + state_bytes + blocks) % 8) % 8;
  packed.scales = {{tensor(name + ".nested_absmax", "F32", {nested}), tensor(state, "U8", {state_bytes}),
                    tensor(name + ".absmax", "U8", {blocks})},
                   true};
}

void pack_gptq(PackedMatrix& packed, const Packing& packing, const std::string& module, uint64_t rows,
               uint64_t columns) {
  const uint64_t groups = columns / packing.group;
  packed.codes = {{tensor(module + ".qweight", "I32", {columns / 8, rows})}, true};
  packed.scales = {
      {tensor(module + ".qzeros", "I32", {groups, rows / 8}), tensor(module + ".scales", "F16", {groups, rows})},
      false};
  std::vector<uint32_t> group_of(columns);
  for (uint64_t c = 0; c < columns; ++c) group_of[c] = static_cast<uint32_t>(c / packing.group);
  packed.constants.push_back(
      {tensor(module + ".g_idx", "I32", {columns}), raw_bytes(std::span<const uint32_t>(group_of))});
}

/// AutoGPTQ and GPTQModel reserve whole runs of so many rows for the zeros of a matrix.
constexpr uint64_t rows_at_once = 32;

/// The same layout with the largest groups that `columns` can be cut into; null when there is none.
const Packing* with_smaller_groups(const Packing& packing, uint64_t columns) {
  const Packing* best = nullptr;
  for (const Packing& other : packings) {
    const bool fits = other.family == packing.family && other.asymmetric == packing.asymmetric &&
                      other.group < packing.group && columns % other.group == 0;
    if (fits && (!best || other.group > best->group)) best = &other;
  }
  return best;
}

}  // namespace

std::span<const Packing> all_packings() { return packings; }

const Packing* find_packing(std::string_view name) {
  for (const Packing& packing : packings) {
    if (same_name(name, packing.name())) return &packing;
  }
  return nullptr;
}

uint64_t PackedStretch::bytes() const {
  uint64_t total = 0;
  for (const PackedTensor& part : tensors) total += part.bytes;
  return total;
}

std::string reason_against(const Packing& packing, uint64_t rows, uint64_t columns) {
  if (rows == 0 || columns == 0) return "It holds no weights.";
  if (packing.family != PackingFamily::gptq) return "";
  if (columns % packing.group != 0) {
    std::string reason = "Its rows of " + std::to_string(columns) + " weights cannot be cut into groups of " +
                         std::to_string(packing.group);
    const Packing* smaller = with_smaller_groups(packing, columns);
    return reason + (smaller ? "; " + std::string(smaller->name()) + " could store it." : ".");
  }
  if (rows % rows_at_once != 0) {
    return "It has " + std::to_string(rows) + " rows, and loaders of this layout read the zeros of " +
           std::to_string(rows_at_once) + " rows at a time.";
  }
  return "";
}

PackedMatrix packed_matrix(const Packing& packing, std::string_view name, uint64_t rows, uint64_t columns,
                           std::string_view dtype) {
  PackedMatrix packed;
  switch (packing.family) {
    case PackingFamily::int8:
      packed.codes = {{tensor(std::string(name), "I8", {rows, columns})}, true};
      packed.scales = {{tensor(module_name(name) + ".SCB", "F32", {rows})}, false};
      break;
    case PackingFamily::four_bit: pack_four_bit(packed, packing, std::string(name), rows, columns, dtype); break;
    case PackingFamily::gptq: pack_gptq(packed, packing, module_name(name), rows, columns); break;
  }
  return packed;
}

std::span<const float> packing_levels(const Packing& packing) {
  if (packing.family == PackingFamily::int8) return tables().int8;
  if (packing.family == PackingFamily::gptq) return tables().integers;
  if (packing.fp4) return tables().fp4;
  return nf4_levels;
}

std::span<const uint8_t> packing_codes(const Packing& packing) {
  if (packing.fp4) return fp4_codes;
  return std::span(tables().identity).first(packing_levels(packing).size());
}

std::span<const float> nested_levels() { return tables().nested; }

std::string quant_state_text(const Packing& packing, uint64_t rows, uint64_t columns, std::string_view dtype,
                             float nested_offset, uint64_t bytes) {
  std::string text = std::string("{\"quant_type\": \"") + (packing.fp4 ? "fp4" : "nf4") +
                     "\", \"blocksize\": " + std::to_string(packing.group) + ", \"dtype\": \"" +
                     std::string(torch_dtype(dtype)) + "\", \"shape\": [" + std::to_string(rows) + ", " +
                     std::to_string(columns) + "]";
  if (packing.nested) {
    char offset[32];
    // Nine digits bring back the very float; the width is fixed because the place is before the number is known.
    std::snprintf(offset, sizeof offset, "%15.8e", static_cast<double>(nested_offset));
    text += ", \"nested_blocksize\": 256, \"nested_dtype\": \"float32\", \"nested_offset\": " + std::string(offset);
  }
  text += '}';
  if (bytes > text.size()) text.resize(bytes, ' ');
  return text;
}

}  // namespace nibble
