#include "architecture/families.h"
#include "architecture/rope.h"

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

void finish(const Conversion& conversion) { set_long_rope(conversion); }

}  // namespace

const Family phi3 = {.architecture = "phi3",
                     .title = "Phi-3 and Phi-4",
                     .hugging_face = names,
                     .defaults = defaults,
                     .globals = decoder_globals,
                     .layer = layer,
                     .rope_types = rope_types,
                     .finish = finish,
                     .origin = {"Phi3ForCausalLM", "phi3", revert_long_rope}};

}  // namespace nibble::architecture
