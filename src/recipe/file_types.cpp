#include "recipe/file_types.h"

#include <algorithm>
#include <charconv>
#include <map>

#include "names.h"

namespace nibble {
namespace {

constexpr FileType table[] = {
    {"F32", 0, Type::f32, "Single precision: as exact as the source, four bytes a weight.", "", false, false},
    {"F16", 1, Type::f16, "Half precision: the usual starting point, two bytes a weight.", "", false, false},
    {"BF16", 32, Type::bf16, "Brain floats: exact for models trained in bfloat16, two bytes a weight.", "", false,
     false},
    {"Q8_0", 7, Type::q8_0, "8 bits, hardly distinguishable from the source.", "", false, false},
    {"Q6_K", 18, Type::q6_K, "6 bits everywhere, very close to the source.", "", false, false},
    {"Q5_1", 9, Type::q5_1, "5 bits with a scale and a minimum per 32 weights.", "", false, false},
    {"Q5_K_M", 17, Type::q5_K, "5 bits, 6 for half of the value and down projections.", "Q5_K", false, false},
    {"Q5_K_S", 16, Type::q5_K, "5 bits everywhere but the output layer.", "", false, false},
    {"Q5_0", 8, Type::q5_0, "5 bits with one scale per 32 weights; for rows no 5-bit K type can hold.", "", false,
     false},
    {"Q4_1", 3, Type::q4_1, "4 bits with a scale and a minimum per 32 weights.", "", false, false},
    {"Q4_K_M", 15, Type::q4_K, "4 bits, 6 for half of the value and down projections; the usual choice.", "Q4_K", false,
     false},
    {"Q4_K_S", 14, Type::q4_K, "4 bits, 5 for the first value and down projections.", "", false, false},
    {"Q4_0", 2, Type::q4_0, "4 bits with one scale per 32 weights; simple and fast everywhere.", "", false, false},
    {"IQ4_NL", 25, Type::iq4_nl, "4 bits on uneven steps, one scale per 32 weights.", "", false, false},
    {"IQ4_XS", 30, Type::iq4_xs, "4 bits on uneven steps, smaller than Q4_K_S with slightly more error.", "", false,
     false},
    {"MXFP4_MOE", 38, Type::mxfp4,
     "4-bit floats for the experts, Q8_0 for everything else; for mixture-of-experts models.", "", false, false},
    {"Q3_K_L", 13, Type::q3_K, "3 bits, 5 for value, output and down projections.", "", false, false},
    {"Q3_K_M", 12, Type::q3_K, "3 bits, 4 and 5 for value, output and down projections.", "Q3_K", false, false},
    {"Q3_K_S", 11, Type::q3_K, "3 bits everywhere but the output layer.", "", false, false},
    {"IQ3_M", 27, Type::iq3_s, "3 bits from a codebook, 4 for value, output and the first down projections.", "", false,
     false},
    {"IQ3_S", 26, Type::iq3_s, "3 bits from a codebook; the same size as Q3_K_S.", "", false, false},
    {"IQ3_XS", 22, Type::iq3_s,
     "3 bits from two codebooks, the smaller for queries, keys and the middle feed-forward layers.", "", true, false},
    {"IQ3_XXS", 23, Type::iq3_xxs, "3 bits from a small codebook.", "", true, false},
    {"Q2_K", 10, Type::q2_K, "2 bits, 3 for value, output and down projections.", "", false, false},
    {"Q2_K_S", 21, Type::q2_K, "2 bits, 4 for the first down projections.", "", true, false},
    {"IQ2_M", 29, Type::iq2_s, "2 bits from a large codebook, 3 for value and output projections.", "", true, false},
    {"IQ2_S", 28, Type::iq2_xs, "2 bits from a codebook, 3 for value and output projections.", "", true, false},
    {"IQ2_XS", 20, Type::iq2_xs, "2 bits from a codebook.", "", true, false},
    {"IQ2_XXS", 19, Type::iq2_xxs, "2 bits from a small codebook.", "", true, false},
    {"Q2_0", 41, Type::q2_0, "Three levels stored in 2 bits, one scale per 64 weights; for models trained that way.",
     "", false, false},
    {"TQ2_0", 37, Type::tq2_0, "Three levels stored in 2 bits; for models trained on three levels.", "", false, false},
    {"TQ1_0", 36, Type::tq1_0, "Three levels, five weights to a byte; for models trained on three levels.", "", false,
     false},
    {"IQ1_M", 31, Type::iq1_m, "Less than 2 bits from a codebook; heavy losses.", "", true, false},
    {"IQ1_S", 24, Type::iq1_s, "The smallest codebook type; heavy losses.", "", true, false},
    {"Q1_0", 40, Type::q1_0, "The sign of each weight, one scale per 128 weights; for models trained that way.", "",
     false, false},
    {"AUTO", 0, Type::f32,
     "Of a folder: BF16 or F16, whichever it is stored in, as llama.cpp's conversion script chooses; of a GGUF file: "
     "as "
     "it is.",
     "", false, true, true},
    {"COPY", 0, Type::f32, "Every tensor as it is; for new metadata, joined files or upgraded headers.", "", false,
     true},
};

/// The number general.file_type has when nearly all tensors have this type.
uint32_t number_for_majority(Type type) {
  switch (type) {
    case Type::f16: return 1;
    case Type::bf16: return 32;
    case Type::q4_0: return 2;
    case Type::q4_1: return 3;
    case Type::q5_0: return 8;
    case Type::q5_1: return 9;
    case Type::q8_0: return 7;
    case Type::q2_K: return 10;
    case Type::q3_K: return 12;
    case Type::q4_K: return 15;
    case Type::q5_K: return 17;
    case Type::q6_K: return 18;
    case Type::tq1_0: return 36;
    case Type::tq2_0: return 37;
    case Type::iq2_xxs: return 19;
    case Type::iq2_xs: return 20;
    case Type::iq2_s: return 28;
    case Type::iq3_xxs: return 23;
    case Type::iq1_s: return 24;
    case Type::iq1_m: return 31;
    case Type::iq4_nl: return 25;
    case Type::iq4_xs: return 30;
    case Type::iq3_s: return 26;
    case Type::nvfp4: return 39;
    case Type::q1_0: return 40;
    case Type::q2_0: return 41;
    default: return 0;
  }
}

}  // namespace

std::span<const FileType> all_file_types() { return table; }

const FileType* find_file_type(std::string_view name_or_number) {
  for (const FileType& file_type : table) {
    if (same_name(file_type.name, name_or_number)) return &file_type;
    if (!file_type.alias.empty() && same_name(file_type.alias, name_or_number)) return &file_type;
  }
  uint32_t number = 0;
  const char* end = name_or_number.data() + name_or_number.size();
  const auto parsed = std::from_chars(name_or_number.data(), end, number);
  if (parsed.ec != std::errc() || parsed.ptr != end) return nullptr;
  for (const FileType& file_type : table) {
    if (!file_type.copies && file_type.number == number) return &file_type;
  }
  return nullptr;
}

uint32_t file_type_number(Type type) { return type == Type::mxfp4 ? 38 : number_for_majority(type); }

uint32_t guess_file_type(std::span<const Type> tensor_types) {
  constexpr uint32_t guessed = 1024;
  std::map<Type, uint64_t> counts;
  uint64_t most = 0;
  Type majority = Type::f32;
  for (const Type type : tensor_types) {
    const uint64_t count = ++counts[type];
    if (count > most) {
      most = count;
      majority = type;
    }
  }
  return number_for_majority(majority) | guessed;
}

}  // namespace nibble
