#include <algorithm>

#include "architecture/families.h"
#include "architecture/layers.h"
#include "architecture/operations.h"
#include "architecture/windows.h"

/// Gemma 4, the language part: heads of two sizes, a scale for each layer's output; experts beside a dense network in
/// some models, embeddings of each layer in others.
namespace nibble::architecture {
namespace {

using enum Size;

constexpr std::string_view names[] = {"Gemma4ForConditionalGeneration", "Gemma4ForCausalLM"};
constexpr ConfigDefault defaults[] = {{"rms_norm_eps", 1e-6}};
constexpr Parameter parameters[] = {
    {"attention.sliding_window", "sliding_window", ValueType::u32},
    {"attention.shared_kv_layers", "num_kv_shared_layers", ValueType::u32},
    {"attention.key_length", "global_head_dim", ValueType::u32},
    {"attention.value_length", "global_head_dim", ValueType::u32},
    {"attention.key_length_swa", "head_dim", ValueType::u32},
    {"attention.value_length_swa", "head_dim", ValueType::u32},
    {"rope.dimension_count", "global_head_dim", ValueType::u32},
    {"rope.dimension_count_swa", "head_dim", ValueType::u32},
    {"final_logit_softcapping", "final_logit_softcapping", ValueType::f32},
    {"embedding_length_per_layer_input", "hidden_size_per_layer_input", ValueType::u32},
    {"expert_count", "num_experts", ValueType::u32},
    {"expert_used_count", "top_k_experts", ValueType::u32},
    {"expert_feed_forward_length", "moe_intermediate_size", ValueType::u32},
};
constexpr std::string_view rope_types[] = {"proportional"};

constexpr TensorRule globals[] = {
    {"model.embed_tokens.weight", "token_embd.weight", embedding, vocabulary},
    {"model.embed_tokens_per_layer.weight", "per_layer_token_embd.weight", any, any, Need::sometimes},
    {"model.norm.weight", "output_norm.weight", embedding},
    {"model.per_layer_model_projection.weight", "per_layer_model_proj.weight", embedding, any, Need::sometimes},
    {"model.per_layer_projection_norm.weight", "per_layer_proj_norm.weight", any, none, Need::sometimes},
};
/// Where values are the keys, there is no matrix for them.
constexpr TensorRule layer[] = {
    {"self_attn.q_proj.weight", "attn_q.weight", embedding, any},
    {"self_attn.k_proj.weight", "attn_k.weight", embedding, any, Need::sometimes},
    {"self_attn.v_proj.weight", "attn_v.weight", embedding, any, Need::sometimes},
    {"self_attn.o_proj.weight", "attn_output.weight", any, embedding},
    {"self_attn.q_norm.weight", "attn_q_norm.weight", any},
    {"self_attn.k_norm.weight", "attn_k_norm.weight", any, none, Need::sometimes},
    {"mlp.gate_proj.weight", "ffn_gate.weight", embedding, any},
    {"mlp.up_proj.weight", "ffn_up.weight", embedding, any},
    {"mlp.down_proj.weight", "ffn_down.weight", any, embedding},
    {"input_layernorm.weight", "attn_norm.weight", embedding},
    {"post_attention_layernorm.weight", "post_attention_norm.weight", embedding},
    {"pre_feedforward_layernorm.weight", "ffn_norm.weight", embedding},
    {"post_feedforward_layernorm.weight", "post_ffw_norm.weight", embedding},
    {"layer_scalar", "layer_output_scale.weight", any, none, Need::sometimes},
    {"per_layer_input_gate.weight", "inp_gate.weight", embedding, any, Need::sometimes},
    {"per_layer_projection.weight", "proj.weight", any, embedding, Need::sometimes},
    {"post_per_layer_input_norm.weight", "post_norm.weight", embedding, none, Need::sometimes},
    {"pre_feedforward_layernorm_2.weight", "pre_ffw_norm_2.weight", embedding, none, Need::sometimes},
    {"post_feedforward_layernorm_1.weight", "post_ffw_norm_1.weight", embedding, none, Need::sometimes},
    {"post_feedforward_layernorm_2.weight", "post_ffw_norm_2.weight", embedding, none, Need::sometimes},
    {"router.proj.weight", "ffn_gate_inp.weight", embedding, any, Need::sometimes},
    {"router.scale", "ffn_gate_inp.scale", embedding, none, Need::sometimes},
    {"router.per_expert_scale", "ffn_down_exps.scale", any, none, Need::sometimes},
    {"experts.gate_up_proj", "ffn_gate_up_exps.weight", any, any, Need::sometimes},
    {"experts.down_proj", "ffn_down_exps.weight", any, any, Need::sometimes},
};
constexpr std::string_view left_out[] = {"model.vision_tower.", "model.audio_tower.", "model.embed_vision.",
                                         "model.embed_audio.", "lm_head."};

/// Dimensions that do not turn, as llama.cpp's kernels are told: by a factor that leaves no frequency.
constexpr float no_rotation = 1e30f;

void finish(const Conversion& conversion) {
  const HuggingFaceConfig& config = conversion.config;
  const Sizes& sizes = conversion.sizes;
  set_windows(conversion);
  const std::vector<std::string> types = config.texts("layer_types");
  const auto full = [&](uint64_t i) { return i < types.size() && types[i] == "full_attention"; };
  if (const auto global = config.whole("num_global_key_value_heads")) {
    std::vector<int32_t> heads;
    for (uint64_t i = 0; i < sizes.layers; ++i) {
      heads.push_back(static_cast<int32_t>(full(i) ? *global : sizes.key_heads));
    }
    conversion.set_array("attention.head_count_kv", heads);
  }
  const uint64_t shared = config.whole("num_kv_shared_layers").value_or(0);
  if (config.truth("use_double_wide_mlp").value_or(false) && shared > 0) {
    std::vector<int32_t> widths;
    for (uint64_t i = 0; i < sizes.layers; ++i) {
      widths.push_back(static_cast<int32_t>(sizes.feed_forward * (i + shared >= sizes.layers ? 2 : 1)));
    }
    conversion.set_array("feed_forward_length", widths);
  }
  const uint64_t head = config.whole("global_head_dim").value_or(sizes.head);
  const auto rope = config.object("rope_parameters");
  const auto of_full = rope ? rope->object("full_attention") : std::nullopt;
  const double part = of_full ? of_full->number("partial_rotary_factor").value_or(1) : 1;
  const auto turning = static_cast<uint64_t>(part * static_cast<double>(head) / 2);
  std::vector<float> factors(head / 2, no_rotation);
  std::fill_n(factors.begin(), std::min<uint64_t>(turning, factors.size()), 1.0f);
  conversion.add_computed("rope_freqs.weight", std::move(factors));
}

/// What is said of each layer is said of those that see all and of the others.
void complete(const Reversion& reversion) {
  revert_windows(reversion);
  const std::vector<uint32_t> heads = reversion.numbers("attention.head_count_kv");
  const std::vector<uint32_t> widths = reversion.numbers("feed_forward_length");
  const Json* types = reversion.config.find("layer_types");
  uint64_t layer = 0;
  for (const Json& type : types ? types->elements() : Json::List{}) {
    const bool full = type.is("full_attention");
    if (layer < heads.size()) {
      reversion.set(full ? "num_global_key_value_heads" : "num_key_value_heads", heads[layer]);
    }
    const std::string block = "blk." + std::to_string(layer) + '.';
    if (full && reversion.find(block + "attn_k.weight")) {
      reversion.set("attention_k_eq_v", reversion.find(block + "attn_v.weight") == nullptr);
    }
    ++layer;
  }
  reversion.set("use_double_wide_mlp", widths.size() > 1 && widths.front() != widths.back());
  if (!widths.empty()) reversion.set("intermediate_size", widths.front());
  reversion.set("enable_moe_block", reversion.find("blk.0.ffn_gate_inp.weight") != nullptr);
  if (const SourceTensor* table = reversion.find("per_layer_token_embd.weight"); table && table->shape.size() > 1) {
    reversion.set("vocab_size_per_layer_input", table->shape[1]);
  }
  Json full = {{"rope_type", "proportional"}}, sliding = {{"rope_type", "default"}};
  if (const Json* base = reversion.config.find("rope_theta")) full.set("rope_theta", *base);
  if (const Json* base = reversion.config.find("rope_local_base_freq")) sliding.set("rope_theta", *base);
  if (const auto factors = reversion.values.find("rope_freqs.weight"); factors != reversion.values.end()) {
    const auto turning = std::count(factors->second.begin(), factors->second.end(), 1.0f);
    full.set("partial_rotary_factor", static_cast<double>(turning) / static_cast<double>(factors->second.size()));
  }
  for (const char* name : {"rope_theta", "rope_local_base_freq"}) reversion.remove(name);
  reversion.set("rope_parameters", {{"full_attention", std::move(full)}, {"sliding_attention", std::move(sliding)}});
}

}  // namespace

const Family gemma4 = {.architecture = "gemma4",
                       .title = "Gemma 4",
                       .hugging_face = names,
                       .defaults = defaults,
                       .tied_by_default = true,
                       .parameters = parameters,
                       .globals = globals,
                       .layer = layer,
                       .left_out = left_out,
                       .rope_types = rope_types,
                       .finish = finish,
                       .origin = {names[1], "gemma4_text", complete}};

}  // namespace nibble::architecture
