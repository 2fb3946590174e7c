#include "recipe/mix_rules.h"

namespace nibble::mix_rules {
namespace {

using Situation = Mix::Situation;

bool always(const Situation&) { return true; }
bool shared_by_4(const Situation& s) { return s.queries_per_value >= 4; }
bool shared_by_4_or_4_experts(const Situation& s) { return s.queries_per_value >= 4 || s.experts >= 4; }
bool experts_8(const Situation& s) { return s.experts == 8; }
bool without_importance(const Situation& s) { return !s.importance; }
bool first_eighth(const Situation& s) { return s.in_first(8); }
bool first_two(const Situation& s) { return s.index < 2; }
bool first_four(const Situation& s) { return s.index < 4; }
bool first_sixteenth(const Situation& s) { return s.in_first(16); }
bool more(const Situation& s) { return s.in_more(); }
bool middle(const Situation& s) { return !s.in_first(8) && s.index < 7 * s.count / 8; }
bool falcon(const Situation& s) { return s.falcon; }

constexpr std::string_view few_value_heads =
    "Four or more query heads share each value head, so values are small and worth more bits.";
constexpr std::string_view values_matter = "Value projections suffer most from few bits, so they get more.";
constexpr std::string_view small_attention =
    "With 8 experts, attention is a small part of the model, so more bits cost little.";
constexpr std::string_view first_values = "The first value projections get more bits.";
constexpr std::string_view more_layers =
    "The first and last eighth of the layers and every third between them get more bits.";
constexpr std::string_view first_eighth_layers = "The first eighth of the layers gets more bits.";
constexpr std::string_view first_sixteenth_layers = "The first sixteenth of the layers gets more bits.";
constexpr std::string_view unguided_first_eighth =
    "Without an importance matrix, the first eighth of the layers gets more bits.";
constexpr std::string_view down_matters = "Down projections get more bits than the default.";
constexpr std::string_view output_matters = "Attention output projections get more bits than the default.";
constexpr std::string_view robust = "Queries and keys stand fewer bits well.";
constexpr std::string_view falcon_down = "In Falcon models, down projections of the other layers get this type.";

constexpr FileTypes two_bit_codebooks = IQ2_S | IQ2_M;
constexpr FileTypes smaller_codebooks = IQ2_XXS | IQ2_XS | IQ1_S | IQ1_M;

constexpr MixRule embedding[] = {
    {smaller_codebooks, always, Type::q2_K,
     "The token embedding gets Q2_K: it is looked up, not multiplied, and needs no importance there."},
    {two_bit_codebooks | IQ3_XXS, always, Type::iq3_s, "The token embedding gets 3 bits."},
    {TQ1_0 | TQ2_0 | Q2_0, always, Type::q4_K,
     "The token embedding gets 4 bits: three levels would not tell tokens apart."},
};

// The mixes of two bits or less.

constexpr MixRule low_value[] = {
    {every_file_type, shared_by_4_or_4_experts, Type::q4_K,
     "Value projections are a small part of this model and worth 4 bits."},
    {two_bit_codebooks, always, Type::iq3_s, values_matter},
    {smaller_codebooks, always, Type::q2_K, values_matter},
};

constexpr MixRule low_key[] = {
    {every_file_type, experts_8, Type::q4_K, small_attention},
};

constexpr MixRule low_down[] = {
    {two_bit_codebooks, first_eighth, Type::iq3_s, first_eighth_layers},
    {smaller_codebooks, first_eighth, Type::q2_K, first_eighth_layers},
};

constexpr MixRule low_attention_output[] = {
    {every_file_type, experts_8, Type::q5_K, small_attention},
    {IQ1_S | IQ1_M, always, Type::iq2_xxs, output_matters},
    {two_bit_codebooks, always, Type::iq3_s, output_matters},
};

// The mixes of three bits and more.

constexpr MixRule value[] = {
    {Q2_K, shared_by_4, Type::q4_K, few_value_heads},
    {Q2_K, always, Type::q3_K, values_matter},
    {Q2_K_S, shared_by_4, Type::q4_K, few_value_heads},
    {IQ3_XXS, shared_by_4, Type::q4_K, few_value_heads},
    {IQ3_XXS, without_importance, Type::iq3_s, "Without an importance matrix, value projections get more bits."},
    {IQ3_XS | IQ3_S, shared_by_4, Type::q4_K, few_value_heads},
    {IQ3_M, always, Type::q4_K, values_matter},
    {Q3_K_M, first_two, Type::q5_K, first_values},
    {Q3_K_M, always, Type::q4_K, values_matter},
    {Q3_K_L, always, Type::q5_K, values_matter},
    {IQ4_NL | IQ4_XS, shared_by_4, Type::q5_K, few_value_heads},
    {Q4_K_M | Q5_K_M, more, Type::q6_K, more_layers},
    {Q4_K_S, first_four, Type::q5_K, first_values},
};

constexpr MixRule key[] = {
    {every_file_type, experts_8, Type::q8_0,
     "With 8 experts, attention is a small part of the model: keys keep 8 bits."},
    {IQ3_XS, always, Type::iq3_xxs, robust},
    {IQ3_XXS, always, Type::iq2_s, robust},
};

constexpr MixRule query[] = {
    {IQ3_XS, always, Type::iq3_xxs, robust},
    {IQ3_XXS, always, Type::iq2_s, robust},
};

constexpr MixRule down[] = {
    {Q2_K, always, Type::q3_K, down_matters},
    {Q2_K_S, first_eighth, Type::q4_K, first_eighth_layers},
    {IQ3_XXS, [](const Situation& s) { return !s.importance && s.in_first(8); }, Type::q4_K, unguided_first_eighth},
    {IQ3_XXS, without_importance, Type::q3_K,
     "Without an importance matrix, down projections get a type that needs none."},
    {Q3_K_M, first_sixteenth, Type::q5_K, first_sixteenth_layers},
    {Q3_K_M, [](const Situation& s) { return !s.falcon || s.in_more(); }, Type::q4_K, down_matters},
    {IQ3_M, first_eighth, Type::q4_K, first_eighth_layers},
    {IQ3_M, [](const Situation& s) { return s.experts == 8 && s.in_more(); }, Type::q4_K, more_layers},
    {Q3_K_L, falcon, Type::q4_K, down_matters},
    {Q3_K_L, always, Type::q5_K, down_matters},
    {Q4_K_M, [](const Situation& s) { return s.falcon && s.in_first(16); }, Type::q6_K, first_sixteenth_layers},
    {Q4_K_M, [](const Situation& s) { return s.falcon && s.in_more(); }, Type::q5_K, more_layers},
    {Q4_K_M, falcon, Type::q4_K, falcon_down},
    {Q4_K_M, more, Type::q6_K, more_layers},
    {IQ4_NL | IQ4_XS, [](const Situation& s) { return !s.importance && s.in_first(8); }, Type::q5_K,
     unguided_first_eighth},
    {Q5_K_M, more, Type::q6_K, more_layers},
    {Q4_K_S, [](const Situation& s) { return !s.falcon && s.in_first(8); }, Type::q5_K, first_eighth_layers},
    {Q4_0, [](const Situation& s) { return s.importance && s.in_first(8); }, Type::q4_1, first_eighth_layers},
    {Q5_0, [](const Situation& s) { return s.importance && s.in_first(8); }, Type::q5_1, first_eighth_layers},
};

constexpr MixRule attention_output_dense[] = {
    {Q2_K, always, Type::q3_K, output_matters},   {IQ3_XXS, always, Type::iq3_s, output_matters},
    {Q3_K_M, always, Type::q4_K, output_matters}, {Q3_K_L, always, Type::q5_K, output_matters},
    {IQ3_M, always, Type::q4_K, output_matters},
};

constexpr MixRule attention_output_8_experts[] = {
    {Q2_K | IQ3_XS | IQ3_XXS | Q3_K_S | Q3_K_M | IQ4_NL | Q4_K_S | Q4_K_M | IQ3_S | IQ3_M | IQ4_XS, always, Type::q5_K,
     small_attention},
};

constexpr MixRule attention_output_falcon[] = {
    {Q3_K_L, always, Type::q4_K, output_matters},
};

constexpr MixRule gate_and_up[] = {
    {IQ3_XS, middle, Type::iq3_xxs, "The middle three quarters of the layers stand fewer bits."},
};

}  // namespace

const std::span<const MixRule> embedding_rules = embedding;
const std::span<const MixRule> low_value_rules = low_value, low_key_rules = low_key, low_down_rules = low_down,
                               low_attention_output_rules = low_attention_output;
const std::span<const MixRule> value_rules = value, key_rules = key, query_rules = query, down_rules = down,
                               gate_and_up_rules = gate_and_up;
const std::span<const MixRule> attention_output_rules = attention_output_dense,
                               attention_output_8_experts_rules = attention_output_8_experts,
                               attention_output_falcon_rules = attention_output_falcon;

Choice first_match(std::span<const MixRule> rules, const FileType& file_type, const Mix::Situation& situation,
                   Choice otherwise) {
  for (const MixRule& rule : rules) {
    if (in(file_type, rule.file_types) && rule.when(situation)) return {rule.type, std::string(rule.reason)};
  }
  return otherwise;
}

}  // namespace nibble::mix_rules
