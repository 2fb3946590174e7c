#include "architecture/families.h"
#include "architecture/layers.h"
#include "architecture/operations.h"
#include "architecture/rope.h"

/// GLM-4, text alone and the language part of GLM-4V, whose rotated rows of queries and keys alternate.
namespace nibble::architecture {
namespace {

using enum Size;

constexpr std::string_view names[] = {"Glm4ForCausalLM"}, vision_names[] = {"Glm4vForConditionalGeneration"};
constexpr ConfigDefault defaults[] = {{"rms_norm_eps", 1e-5}, {"rope_theta", 10000}, {"partial_rotary_factor", 0.5}};
constexpr std::string_view left_out[] = {"model.visual.", "visual."};

/// Of each head, the even ones of the rotated rows come first, then the odd ones, then the rest.
void apart(const Operands& operands) {
  const uint64_t head = operands.sizes.head;
  const auto rotated = static_cast<uint64_t>(
      static_cast<double>(head) * RopeParameters(operands.config).number("partial_rotary_factor").value_or(1));
  const size_t axis = operands.source().shape.size() - 1;  // of a bias, values are rows
  operands.divides(head, operands.source().shape[axis]);
  operands.divides(2, rotated);
  for (uint64_t first = 0; first < operands.source().shape[axis]; first += head) {
    View turned = operands.view();
    operands.add(turned.take(axis, first, rotated).split(axis, 2).swap(axis, axis + 1));
    View rest = operands.view();
    if (rotated < head) operands.add(rest.take(axis, first + rotated, head - rotated));
  }
  operands.tensor.shape = operands.source().shape;
}

constexpr TensorRule plain_queries[] = {
    {"self_attn.q_proj.weight", "attn_q.weight", embedding, queries},
    {"self_attn.k_proj.weight", "attn_k.weight", embedding, keys},
    {"self_attn.q_proj.bias", "attn_q.bias", queries, none, Need::sometimes},
    {"self_attn.k_proj.bias", "attn_k.bias", keys, none, Need::sometimes},
};
constexpr TensorRule turned_queries[] = {
    made("self_attn.q_proj.weight", "attn_q.weight", apart),
    made("self_attn.k_proj.weight", "attn_k.weight", apart),
    made("self_attn.q_proj.bias", "attn_q.bias", apart, Need::sometimes),
    made("self_attn.k_proj.bias", "attn_k.bias", apart, Need::sometimes),
};
constexpr TensorRule others[] = {
    {"self_attn.v_proj.weight", "attn_v.weight", embedding, keys},
    {"self_attn.v_proj.bias", "attn_v.bias", keys, none, Need::sometimes},
    {"self_attn.o_proj.weight", "attn_output.weight", queries, embedding},
    {"mlp.gate_up_proj.weight", "ffn_up.weight", embedding, twice_feed_forward},
    {"mlp.down_proj.weight", "ffn_down.weight", feed_forward, embedding},
    {"input_layernorm.weight", "attn_norm.weight", embedding},
    {"post_attention_layernorm.weight", "ffn_norm.weight", embedding},
    {"post_self_attn_layernorm.weight", "post_attention_norm.weight", embedding},
    {"post_mlp_layernorm.weight", "post_ffw_norm.weight", embedding},
};
constexpr auto layer = joined(plain_queries, others);
constexpr auto vision_layer = joined(turned_queries, others);

void finish(const Conversion& conversion) { set_partial_rope(conversion); }

}  // namespace

const Family glm4 = {.architecture = "glm4",
                     .title = "GLM-4",
                     .hugging_face = names,
                     .defaults = defaults,
                     .globals = decoder_globals,
                     .layer = layer,
                     .finish = finish,
                     .origin = {"Glm4ForCausalLM", "glm4", revert_partial_rope}};
const Family glm4_vision = {.architecture = "glm4",
                            .title = "GLM-4V",
                            .hugging_face = vision_names,
                            .defaults = defaults,
                            .globals = decoder_globals,
                            .layer = vision_layer,
                            .left_out = left_out,
                            .finish = finish};

}  // namespace nibble::architecture
