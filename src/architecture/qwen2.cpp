#include "architecture/families.h"

/// Qwen2 and Qwen2.5: queries, keys and values have biases.
namespace nibble::architecture {
namespace {

using enum Size;

constexpr std::string_view names[] = {"Qwen2ForCausalLM"};
constexpr ConfigDefault defaults[] = {{"rms_norm_eps", 1e-6}, {"rope_theta", 10000}};

constexpr TensorRule layer[] = {
    {"input_layernorm.weight", "attn_norm.weight", embedding},
    {"self_attn.q_proj.weight", "attn_q.weight", embedding, queries},
    {"self_attn.q_proj.bias", "attn_q.bias", queries},
    {"self_attn.k_proj.weight", "attn_k.weight", embedding, keys},
    {"self_attn.k_proj.bias", "attn_k.bias", keys},
    {"self_attn.v_proj.weight", "attn_v.weight", embedding, keys},
    {"self_attn.v_proj.bias", "attn_v.bias", keys},
    {"self_attn.o_proj.weight", "attn_output.weight", queries, embedding},
    {"post_attention_layernorm.weight", "ffn_norm.weight", embedding},
    {"mlp.gate_proj.weight", "ffn_gate.weight", embedding, feed_forward},
    {"mlp.up_proj.weight", "ffn_up.weight", embedding, feed_forward},
    {"mlp.down_proj.weight", "ffn_down.weight", feed_forward, embedding},
};

void finish(const Conversion&) {}

}  // namespace

const Family qwen2 = {"qwen2", "Qwen2 and Qwen2.5", names, defaults, false, {}, decoder_globals, layer, {}, {}, finish};

}  // namespace nibble::architecture
