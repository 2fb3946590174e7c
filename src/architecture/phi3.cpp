#include <cmath>

#include "architecture/families.h"
#include "architecture/rope.h"
#include "error.h"

/// Phi-3, Phi-3.5 and Phi-4: queries, keys and values in one matrix, gate and up in another. Models with long contexts
/// bring a factor for every pair of rotary dimensions, one list for short and one for long texts.
namespace nibble::architecture {
namespace {

using enum Size;

constexpr std::string_view names[] = {"Phi3ForCausalLM"};
constexpr ConfigDefault defaults[] = {{"rms_norm_eps", 1e-5}, {"rope_theta", 10000}};

constexpr TensorRule layer[] = {
    {"input_layernorm.weight", "attn_norm.weight", embedding},
    {"self_attn.qkv_proj.weight", "attn_qkv.weight", embedding, queries_keys_values},
    {"self_attn.o_proj.weight", "attn_output.weight", queries, embedding},
    {"post_attention_layernorm.weight", "ffn_norm.weight", embedding},
    {"mlp.gate_up_proj.weight", "ffn_up.weight", embedding, twice_feed_forward},
    {"mlp.down_proj.weight", "ffn_down.weight", feed_forward, embedding},
};

constexpr std::string_view rope_types[] = {"longrope", "su"};

void add_factors(const Conversion& conversion, std::string_view name, const std::vector<double>& factors,
                 uint64_t count) {
  if (factors.size() != count) {
    throw Error("In config.json, the rope scaling lists " + std::to_string(factors.size()) +
                " factors where the model has " + std::to_string(count) +
                " pairs of rotary dimensions. Is the file from this model?");
  }
  conversion.add_computed(name, std::vector<float>(factors.begin(), factors.end()));
}

void finish(const Conversion& conversion) {
  const RopeParameters rope(conversion.config);
  const double context = rope.number("max_position_embeddings").value_or(0);
  const double original = rope.number("original_max_position_embeddings").value_or(context);
  const uint64_t dimensions = static_cast<uint64_t>(rope.number("partial_rotary_factor").value_or(1) *
                                                    static_cast<double>(conversion.sizes.embedding)) /
                              conversion.sizes.heads;
  conversion.set_u32("rope.scaling.original_context_length", static_cast<uint64_t>(original));
  conversion.set_u32("rope.dimension_count", dimensions);
  // Without a window llama.cpp expects 0, not nothing.
  conversion.set_u32("attention.sliding_window", conversion.config.whole("sliding_window").value_or(0));

  const std::vector<double> long_factors = rope.numbers("long_factor");
  if (long_factors.empty()) return;
  const double stretch = context / original;
  double attention = 1;
  if (stretch > 1 && (rope.type == "longrope" || rope.type == "su")) {
    attention = std::sqrt(1 + std::log(stretch) / std::log(original));
  } else if (stretch > 1 && rope.type == "yarn") {
    attention = 0.1 * std::log(stretch) + 1;
  }
  conversion.set_f32("rope.scaling.attn_factor", attention);
  add_factors(conversion, "rope_factors_long.weight", long_factors, dimensions / 2);
  add_factors(conversion, "rope_factors_short.weight", rope.numbers("short_factor"), dimensions / 2);
}

}  // namespace

const Family phi3 = {"phi3", "Phi-3 and Phi-4", names, defaults, false, {}, decoder_globals, layer,
                     {},     rope_types,        finish};

}  // namespace nibble::architecture
