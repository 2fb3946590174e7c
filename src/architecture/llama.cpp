#include "architecture/families.h"
#include "architecture/mistral_layout.h"
#include "architecture/rope.h"

/// Llama 2, 3 and 3.x, and Mistral, which differs in its sizes alone. llama.cpp's rotary embedding of this architecture
/// wants the rows of queries and keys regrouped.
namespace nibble::architecture {
namespace {

using enum Size;

/// The last two are SmolVLM's, whose language part is a Llama.
constexpr std::string_view names[] = {"LlamaForCausalLM", "LLaMAForCausalLM", "MistralForCausalLM",
                                      "Idefics3ForConditionalGeneration", "SmolVLMForConditionalGeneration"};
constexpr std::string_view left_out[] = {"model.vision_model.", "model.connector."};
constexpr ConfigDefault defaults[] = {{"rms_norm_eps", 1e-6}, {"rope_theta", 10000}};
constexpr Parameter parameters[] = {{"vocab_size", "vocab_size", ValueType::u32}};

constexpr TensorRule layer[] = {
    {"input_layernorm.weight", "attn_norm.weight", embedding},
    {"self_attn.q_proj.weight", "attn_q.weight", embedding, queries, Need::always, Rows::query_heads},
    {"self_attn.q_proj.bias", "attn_q.bias", queries, none, Need::sometimes, Rows::query_heads},
    {"self_attn.k_proj.weight", "attn_k.weight", embedding, keys, Need::always, Rows::key_heads},
    {"self_attn.k_proj.bias", "attn_k.bias", keys, none, Need::sometimes, Rows::key_heads},
    {"self_attn.v_proj.weight", "attn_v.weight", embedding, keys},
    {"self_attn.v_proj.bias", "attn_v.bias", keys, none, Need::sometimes},
    {"self_attn.o_proj.weight", "attn_output.weight", queries, embedding},
    {"self_attn.o_proj.bias", "attn_output.bias", embedding, none, Need::sometimes},
    {"post_attention_layernorm.weight", "ffn_norm.weight", embedding},
    {"mlp.gate_proj.weight", "ffn_gate.weight", embedding, feed_forward},
    {"mlp.gate_proj.bias", "ffn_gate.bias", feed_forward, none, Need::sometimes},
    {"mlp.up_proj.weight", "ffn_up.weight", embedding, feed_forward},
    {"mlp.up_proj.bias", "ffn_up.bias", feed_forward, none, Need::sometimes},
    {"mlp.down_proj.weight", "ffn_down.weight", feed_forward, embedding},
    {"mlp.down_proj.bias", "ffn_down.bias", embedding, none, Need::sometimes},
};

constexpr std::string_view rope_types[] = {"llama3"};

void finish(const Conversion& conversion) {
  conversion.set_u32("rope.dimension_count", conversion.sizes.head);
  // transformers fills in the size of a head where config.json is silent, and the conversion script repeats it.
  if (!conversion.config.has("head_dim") && RopeParameters(conversion.config).type != "llama3") {
    conversion.set_u32("attention.key_length", conversion.sizes.head);
    conversion.set_u32("attention.value_length", conversion.sizes.head);
  }
  add_llama3_factors(conversion);
  // The conversion script writes it for Mistral's own layout alone.
  const RopeParameters rope(conversion.config);
  const auto all = rope.number("mscale_all_dim");
  if (conversion.config.file() == mistral_settings && rope.type == "yarn" && all) {
    conversion.set_f32("rope.scaling.yarn_log_multiplier", *all);
  }
}

}  // namespace

const Family llama = {.architecture = "llama",
                      .title = "Llama 2, 3 and 3.x, and Mistral",
                      .hugging_face = names,
                      .defaults = defaults,
                      .parameters = parameters,
                      .globals = decoder_globals,
                      .layer = layer,
                      .left_out = left_out,
                      .rope_types = rope_types,
                      .finish = finish,
                      .origin = {"LlamaForCausalLM", "llama", revert_llama3_factors}};

}  // namespace nibble::architecture
