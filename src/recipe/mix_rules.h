#pragma once
#include <cstdint>
#include <span>
#include <string_view>

#include "recipe/mix.h"

/// The tables of the mixes. In each, the first row whose file types and condition fit decides; without one, the tensor
/// gets the file type's default type.
namespace nibble::mix_rules {

/// A set of file types, one bit for each number.
using FileTypes = uint64_t;
constexpr FileTypes numbered(uint32_t number) { return FileTypes{1} << number; }

constexpr FileTypes Q4_0 = numbered(2), Q5_0 = numbered(8), Q2_K = numbered(10), Q2_K_S = numbered(21),
                    Q3_K_S = numbered(11), Q3_K_M = numbered(12), Q3_K_L = numbered(13), Q4_K_S = numbered(14),
                    Q4_K_M = numbered(15), Q5_K_M = numbered(17), IQ1_S = numbered(24), IQ1_M = numbered(31),
                    IQ2_XXS = numbered(19), IQ2_XS = numbered(20), IQ2_S = numbered(28), IQ2_M = numbered(29),
                    IQ3_XXS = numbered(23), IQ3_XS = numbered(22), IQ3_S = numbered(26), IQ3_M = numbered(27),
                    IQ4_NL = numbered(25), IQ4_XS = numbered(30), TQ1_0 = numbered(36), TQ2_0 = numbered(37),
                    MXFP4_MOE = numbered(38), Q2_0 = numbered(41);
constexpr FileTypes every_file_type = ~FileTypes{0};

/// The file types with a mix of their own for every tensor.
constexpr FileTypes two_bits_or_less_types = IQ2_XXS | IQ2_XS | IQ2_S | IQ2_M | IQ1_S | IQ1_M;

constexpr bool in(const FileType& file_type, FileTypes set) { return (numbered(file_type.number) & set) != 0; }

struct MixRule {
  FileTypes file_types;
  bool (*when)(const Mix::Situation&);
  Type type;
  std::string_view reason;
};

extern const std::span<const MixRule> embedding_rules;
extern const std::span<const MixRule> low_value_rules, low_key_rules, low_down_rules, low_attention_output_rules;
extern const std::span<const MixRule> value_rules, key_rules, query_rules, down_rules, gate_and_up_rules;
extern const std::span<const MixRule> attention_output_rules, attention_output_8_experts_rules,
    attention_output_falcon_rules;

Choice first_match(std::span<const MixRule> rules, const FileType& file_type, const Mix::Situation& situation,
                   Choice otherwise);

}  // namespace nibble::mix_rules
