#include "architecture/families.h"

/// Qwen3: the queries and keys of each head are normalised; the size of a head is stated, not derived.
namespace nibble::architecture {
namespace {

using enum Size;

constexpr std::string_view names[] = {"Qwen3ForCausalLM"};
constexpr ConfigDefault defaults[] = {{"rms_norm_eps", 1e-6}, {"rope_theta", 10000}, {"head_dim", 128}};

constexpr TensorRule layer[] = {
    {"input_layernorm.weight", "attn_norm.weight", embedding},
    {"self_attn.q_proj.weight", "attn_q.weight", embedding, queries},
    {"self_attn.q_norm.weight", "attn_q_norm.weight", head},
    {"self_attn.k_proj.weight", "attn_k.weight", embedding, keys},
    {"self_attn.k_norm.weight", "attn_k_norm.weight", head},
    {"self_attn.v_proj.weight", "attn_v.weight", embedding, keys},
    {"self_attn.o_proj.weight", "attn_output.weight", queries, embedding},
    {"post_attention_layernorm.weight", "ffn_norm.weight", embedding},
    {"mlp.gate_proj.weight", "ffn_gate.weight", embedding, feed_forward},
    {"mlp.up_proj.weight", "ffn_up.weight", embedding, feed_forward},
    {"mlp.down_proj.weight", "ffn_down.weight", feed_forward, embedding},
};

void finish(const Conversion&) {}

}  // namespace

const Family qwen3 = {"qwen3", "Qwen3", names, defaults, false, {}, decoder_globals, layer, {}, {}, finish};

}  // namespace nibble::architecture
