#include "architecture/families.h"
#include "architecture/layers.h"
#include "architecture/operations.h"

/// Qwen2-VL, Qwen2.5-VL and Qwen3-VL: the language part, which knows where in an image a token stands.
namespace nibble::architecture {
namespace {

using enum Size;

constexpr std::string_view names_2[] = {"Qwen2VLForConditionalGeneration", "Qwen2_5_VLForConditionalGeneration"};
constexpr std::string_view names_3[] = {"Qwen3VLForConditionalGeneration"};
constexpr std::string_view names_3_moe[] = {"Qwen3VLMoeForConditionalGeneration"};
constexpr ConfigDefault defaults_2[] = {{"rms_norm_eps", 1e-6}, {"rope_theta", 1e6}};
constexpr ConfigDefault defaults_3[] = {{"rms_norm_eps", 1e-6}, {"rope_theta", 5e6}};
constexpr std::string_view left_out[] = {"visual.", "model.visual."};
constexpr std::string_view rope_types[] = {"mrope"};
constexpr Parameter moe_parameters[] = {
    {"expert_count", "num_experts", ValueType::u32},
    {"expert_used_count", "num_experts_per_tok", ValueType::u32},
    {"expert_feed_forward_length", "moe_intermediate_size", ValueType::u32},
};

constexpr auto layer_2 = joined(layers::attention_with_biases, layers::gated_feed_forward);
constexpr auto layer_3 = joined(layers::attention_with_head_norms, layers::gated_feed_forward);
/// Stored with columns first, unlike stacked experts of other families.
constexpr TensorRule transposed_experts[] = {
    {"mlp.gate.weight", "ffn_gate_inp.weight", embedding, experts},
    made("mlp.experts.gate_up_proj", "ffn_gate_exps.weight", operations::first_half_transposed),
    made("mlp.experts.gate_up_proj", "ffn_up_exps.weight", operations::second_half_transposed),
    made("mlp.experts.down_proj", "ffn_down_exps.weight", operations::transposed),
};
constexpr auto layer_3_moe = joined(layers::attention_with_head_norms, transposed_experts);

/// Layers of the image encoder whose outputs go into the language part.
void finish(const Conversion& conversion) {
  const auto vision = conversion.config.object("vision_config");
  conversion.set_u32("n_deepstack_layers", vision ? vision->numbers("deepstack_visual_indexes").size() : 0);
}

}  // namespace

const Family qwen2_vl = {.architecture = "qwen2vl",
                         .title = "Qwen2-VL and Qwen2.5-VL",
                         .hugging_face = names_2,
                         .defaults = defaults_2,
                         .globals = decoder_globals,
                         .layer = layer_2,
                         .left_out = left_out,
                         .rope_types = rope_types};
const Family qwen3_vl = {.architecture = "qwen3vl",
                         .title = "Qwen3-VL",
                         .hugging_face = names_3,
                         .defaults = defaults_3,
                         .globals = decoder_globals,
                         .layer = layer_3,
                         .left_out = left_out,
                         .rope_types = rope_types,
                         .finish = finish};
const Family qwen3_vl_moe = {.architecture = "qwen3vlmoe",
                             .title = "Qwen3-VL with experts",
                             .hugging_face = names_3_moe,
                             .defaults = defaults_3,
                             .parameters = moe_parameters,
                             .globals = decoder_globals,
                             .layer = layer_3_moe,
                             .left_out = left_out,
                             .rope_types = rope_types,
                             .finish = finish};

}  // namespace nibble::architecture
