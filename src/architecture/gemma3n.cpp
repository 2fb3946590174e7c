#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>

#include "architecture/families.h"
#include "architecture/layers.h"
#include "architecture/operations.h"
#include "architecture/windows.h"
#include "error.h"

/// Gemma 3n, the language part: embeddings of each layer, several streams between layers, low-rank side paths. Tables
/// with fewer rows than the vocabulary are filled up with zeros.
namespace nibble::architecture {
namespace {

using enum Size;

constexpr std::string_view names[] = {"Gemma3nForConditionalGeneration", "Gemma3nForCausalLM"};
constexpr ConfigDefault defaults[] = {{"rms_norm_eps", 1e-6}, {"rope_theta", 1e6}, {"rope_local_base_freq", 10000}};
constexpr Parameter parameters[] = {
    {"attention.sliding_window", "sliding_window", ValueType::u32},
    {"attention.shared_kv_layers", "num_kv_shared_layers", ValueType::u32},
    {"final_logit_softcapping", "final_logit_softcapping", ValueType::f32},
    {"altup.active_idx", "altup_active_idx", ValueType::u32},
    {"altup.num_inputs", "altup_num_inputs", ValueType::u32},
    {"embedding_length_per_layer_input", "hidden_size_per_layer_input", ValueType::u32},
    {"block_count", "num_hidden_layers", ValueType::u32},
    {"context_length", "max_position_embeddings", ValueType::u32},
    {"embedding_length", "hidden_size", ValueType::u32},
    {"attention.head_count", "num_attention_heads", ValueType::u32},
    {"attention.head_count_kv", "num_key_value_heads", ValueType::u32},
    {"attention.key_length", "head_dim", ValueType::u32},
    {"attention.value_length", "head_dim", ValueType::u32},
    {"attention.layer_norm_rms_epsilon", "rms_norm_eps", ValueType::f32},
};
std::span<const Parameter> common() { return parameters; }

void filled_up(const Operands& operands) {
  const std::vector<uint64_t>& shape = operands.source().shape;
  operands.tensor.shape = {shape[0], std::max(shape[1], operands.sizes.vocabulary)};
  if (shape[1] >= operands.sizes.vocabulary) return;
  operands.add(operands.view());
  DerivedPart zeros;
  zeros.axes = {{shape[0], 1}, {operands.sizes.vocabulary - shape[1], shape[0]}};
  operands.tensor.parts.push_back(std::move(zeros));
}

/// Which rows are zeros only because they were added, nobody can tell; with all of them a table is whole.
constexpr Operation filling{filled_up, "adding rows of zeros", operations::functions::same};

constexpr TensorRule globals[] = {
    made("model.embed_tokens.weight", "token_embd.weight", filling),
    made("model.embed_tokens_per_layer.weight", "per_layer_token_embd.weight", filling),
    {"model.norm.weight", "output_norm.weight", embedding},
    {"model.per_layer_model_projection.weight", "per_layer_model_proj.weight", embedding, any},
    {"model.per_layer_projection_norm.weight", "per_layer_proj_norm.weight", any},
    made("model.altup_projections.0.weight|model.altup_projections.1.weight|model.altup_projections.2.weight",
         "altup_proj.weight", operations::stacked),
    made("model.altup_unembed_projections.0.weight|model.altup_unembed_projections.1.weight|"
         "model.altup_unembed_projections.2.weight",
         "altup_unembd_proj.weight", operations::stacked),
};
constexpr TensorRule own[] = {
    {"input_layernorm.weight", "attn_norm.weight", embedding},
    {"post_attention_layernorm.weight", "post_attention_norm.weight", embedding},
    {"pre_feedforward_layernorm.weight", "ffn_norm.weight", embedding},
    {"post_feedforward_layernorm.weight", "post_ffw_norm.weight", embedding},
    {"post_per_layer_input_norm.weight", "post_norm.weight", embedding},
    {"mlp.gate_proj.weight", "ffn_gate.weight", embedding, any},
    {"mlp.up_proj.weight", "ffn_up.weight", embedding, any},
    {"mlp.down_proj.weight", "ffn_down.weight", any, embedding},
    {"altup.correct_output_scale", "altup_correct_scale.weight", embedding},
    {"altup.correction_coefs.weight", "altup_correct_coef.weight", any, any},
    {"altup.prediction_coefs.weight", "altup_predict_coef.weight", any, any},
    {"altup.modality_router.weight", "altup_router.weight", embedding, any},
    {"altup.router_norm.weight", "altup_router_norm.weight", embedding},
    {"laurel.linear_left.weight", "laurel_l.weight", embedding, any},
    {"laurel.linear_right.weight", "laurel_r.weight", any, embedding},
    {"laurel.post_laurel_norm.weight", "laurel_post_norm.weight", embedding},
    {"per_layer_input_gate.weight", "inp_gate.weight", embedding, any},
    {"per_layer_projection.weight", "proj.weight", any, embedding},
};
constexpr auto layer = joined(layers::attention, layers::head_norms, own);
constexpr std::string_view left_out[] = {"model.vision_tower.", "model.audio_tower.", "model.embed_vision.",
                                         "model.embed_audio.", "lm_head."};

/// The inverse of the error function in single precision as the conversion script's library computes it: a quotient of
/// polynomials near 0 or near the ends, then two of Newton's steps. The last bits are part of what it writes.
float inverse_erf(float y) {
  constexpr float near[] = {0.886226899f, -1.645349621f, 0.914624893f, -0.140543331f},
                  below_near[] = {1, -2.118377725f, 1.442710462f, -0.329097515f, 0.012229801f},
                  far[] = {-1.970840454f, -1.624906493f, 3.429567803f, 1.641345311f},
                  below_far[] = {1, 3.543889200f, 1.637067800f};
  constexpr float middle = 0.7f, slope = 1.1283791670955126f;  // 2 / sqrt(pi), the error function's at 0
  const auto polynomial = [](std::span<const float> factors, float x) {
    float sum = factors.back();
    for (size_t i = factors.size() - 1; i > 0; --i) sum = sum * x + factors[i - 1];
    return sum;
  };
  float x;
  if (std::abs(y) <= middle) {
    x = y * polynomial(near, y * y) / polynomial(below_near, y * y);
  } else {
    const auto logarithm = static_cast<float>(std::log(static_cast<double>((1 - std::abs(y)) / 2)));
    const float z = std::sqrt(-logarithm);
    x = std::copysign(polynomial(far, z), y) / polynomial(below_far, z);
  }
  for (int i = 0; i < 2; ++i) {
    const float error = static_cast<float>(std::erf(static_cast<double>(x))) - y;
    x -= error / (slope * static_cast<float>(std::exp(static_cast<double>(-(x * x)))));
  }
  return x;
}

/// The multiple of the standard deviation above which that share of activations is kept.
float sparsity_scale(double share) {
  if (share <= 0) return -std::numeric_limits<float>::infinity();
  return inverse_erf(2 * static_cast<float>(share) - 1) * 1.4142135623730951f;
}

void finish(const Conversion& conversion) {
  const HuggingFaceConfig& config = conversion.config;
  set_windows(conversion);
  std::vector<float> scales;
  for (const double share : config.numbers("activation_sparsity_pattern")) scales.push_back(sparsity_scale(share));
  if (!scales.empty()) conversion.set_array("activation_sparsity_scale", scales);
  std::vector<int32_t> widths;
  for (const double width : config.per_layer("intermediate_size", conversion.sizes.layers)) {
    widths.push_back(static_cast<int32_t>(width));
  }
  conversion.set_array("feed_forward_length", widths);
}

/// The share that has the scale, in as few digits as do.
double share_of(float scale) {
  constexpr int digits_enough = 17;
  if (std::isinf(scale)) return 0;
  const double share = (1 + std::erf(static_cast<double>(scale) / 1.4142135623730951)) / 2;
  for (int digits = 1; digits < digits_enough; ++digits) {
    char text[32];
    std::snprintf(text, sizeof text, "%.*g", digits, share);
    const double shorter = std::strtod(text, nullptr);
    if (sparsity_scale(shorter) == scale) return shorter;
  }
  return share;
}

void complete(const Reversion& reversion) {
  revert_windows(reversion);
  const std::string key = std::string(reversion.architecture) + ".activation_sparsity_scale";
  const KeyValue* scales = reversion.metadata.find(key);
  if (scales && scales->type == ValueType::array && scales->element == ValueType::f32) {
    Json shares = Json::list();
    for (uint64_t i = 0; i < scales->count; ++i) {
      float scale;
      std::memcpy(&scale, reversion.metadata.bytes.data() + scales->elements + i * sizeof scale, sizeof scale);
      shares.push_back(share_of(scale));
    }
    reversion.set("activation_sparsity_pattern", std::move(shares));
  }
  reversion.set("intermediate_size", Json(reversion.numbers("feed_forward_length")));
  if (const SourceTensor* table = reversion.find("per_layer_token_embd.weight"); table && table->shape.size() > 1) {
    reversion.set("vocab_size_per_layer_input", table->shape[1]);
  }
  if (const SourceTensor* left = reversion.find("blk.0.laurel_l.weight"); left && left->shape.size() > 1) {
    reversion.set("laurel_rank", left->shape[1]);
  }
}

}  // namespace

const Family gemma3n = {.architecture = "gemma3n",
                        .title = "Gemma 3n",
                        .hugging_face = names,
                        .defaults = defaults,
                        .tied_by_default = true,
                        .globals = globals,
                        .layer = layer,
                        .left_out = left_out,
                        .finish = finish,
                        .common = common,
                        .origin = {names[1], "gemma3n_text", complete}};

}  // namespace nibble::architecture
