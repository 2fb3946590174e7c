#include "architecture/experts.h"
#include "architecture/families.h"
#include "architecture/layers.h"
#include "architecture/rope.h"

/// GLM-4.5 and later with experts; a layer that predicts the token after the next is kept.
namespace nibble::architecture {
namespace {

using enum Size;

constexpr std::string_view names[] = {"Glm4MoeForCausalLM"};
constexpr ConfigDefault defaults[] = {{"rms_norm_eps", 1e-5}, {"rope_theta", 1e6}, {"partial_rotary_factor", 0.5}};

constexpr TensorRule own[] = {
    {"input_layernorm.weight", "attn_norm.weight", embedding},
    {"post_attention_layernorm.weight", "post_attention_norm.weight", embedding},
    {"self_attn.q_norm.weight", "attn_q_norm.weight", head, none, Need::sometimes},
    {"self_attn.k_norm.weight", "attn_k_norm.weight", head, none, Need::sometimes},
};
constexpr auto layer = joined(own, layers::attention, layers::attention_biases, experts::networks, experts::prediction);
constexpr Stack stacks[] = {{"model.layers.#.", "blk.#.", layer, experts::all_count}};

void finish(const Conversion& conversion) {
  set_partial_rope(conversion);
  conversion.set_u32("block_count", conversion.sizes.all_layers());
  conversion.set_u32("expert_gating_func", experts::sigmoid);
  if (conversion.config.truth("norm_topk_prob").value_or(true)) conversion.set_bool("expert_weights_norm", true);
  if (conversion.sizes.next_layers) conversion.set_u32("nextn_predict_layers", conversion.sizes.next_layers);
}

constexpr std::string_view precise[] = {"e_score_correction_bias"};
void complete(const Reversion& reversion) {
  revert_partial_rope(reversion);
  reversion.set("norm_topk_prob", reversion.metadata.truth("glm4moe.expert_weights_norm").value_or(false));
  reversion.set("use_qk_norm", reversion.find("blk.0.attn_q_norm.weight") != nullptr);
}

}  // namespace

const Family glm4_moe = {.architecture = "glm4moe",
                         .title = "GLM-4.5",
                         .hugging_face = names,
                         .defaults = defaults,
                         .parameters = experts::parameters,
                         .globals = decoder_globals,
                         .finish = finish,
                         .stacks = stacks,
                         .prepare = experts::prepare,
                         .origin = {"Glm4MoeForCausalLM", "glm4_moe", complete, precise}};

}  // namespace nibble::architecture
