#include "architecture/mamba.h"

#include <algorithm>

#include "architecture/families.h"
#include "architecture/layers.h"

/// Mamba 2 models without attention.
namespace nibble::architecture {
namespace mamba {

uint64_t largest(std::span<const uint32_t> numbers) {
  return numbers.empty() ? 0 : *std::max_element(numbers.begin(), numbers.end());
}

Operation::Shape of_norm_by_groups(const Made& made) {
  return {made.shape[0] * (made.shape.size() > 1 ? made.shape[1] : 1)};
}

void norm_by_groups(const Operands& operands) {
  const HuggingFaceConfig& config = operands.config;
  const uint64_t groups = config.whole("mamba_n_groups").value_or(config.whole("n_groups").value_or(1));
  const uint64_t size = operands.source().shape[0];
  operands.divides(groups, size);
  operands.tensor.shape = {size / groups, groups};
}

std::vector<int32_t> where(const Sizes& sizes, uint32_t kind, uint64_t number) {
  std::vector<int32_t> numbers;
  for (const uint32_t one : sizes.kinds) numbers.push_back(one & kind ? static_cast<int32_t>(number) : 0);
  return numbers;
}

}  // namespace mamba

namespace {

using enum Size;

constexpr std::string_view names[] = {"Mamba2ForCausalLM"};
constexpr ConfigDefault defaults[] = {{"layer_norm_epsilon", 1e-5}, {"n_groups", 8}, {"conv_kernel", 4}};
constexpr Parameter parameters[] = {
    {"block_count", "num_hidden_layers", ValueType::u32},
    {"embedding_length", "hidden_size", ValueType::u32},
    {"attention.layer_norm_rms_epsilon", "layer_norm_epsilon", ValueType::f32},
    {"ssm.conv_kernel", "conv_kernel", ValueType::u32},
    {"ssm.state_size", "state_size", ValueType::u32},
    {"ssm.group_count", "n_groups", ValueType::u32},
};
constexpr ConfigAlias aliases[] = {
    {"hidden_size", "d_model"}, {"num_hidden_layers", "n_layer"}, {"state_size", "d_state"}, {"conv_kernel", "d_conv"}};
std::span<const Parameter> common() { return parameters; }

constexpr TensorRule globals[] = {
    {"backbone.embeddings.weight", "token_embd.weight", embedding, vocabulary},
    {"backbone.norm_f.weight", "output_norm.weight", embedding},
    {"lm_head.weight", "output.weight", embedding, vocabulary, Need::unless_tied},
};
constexpr TensorRule norm[] = {{"norm.weight", "attn_norm.weight", embedding}};
constexpr auto mixer = joined(mamba::mixer, mamba::projections);
constexpr Stack stacks[] = {{"backbone.layers.#.", "blk.#.", norm}, {"backbone.layers.#.mixer.", "blk.#.", mixer}};

void finish(const Conversion& conversion) {
  const HuggingFaceConfig& config = conversion.config;
  const uint64_t inner =
      static_cast<uint64_t>(config.number("expand").value_or(2) * static_cast<double>(conversion.sizes.embedding));
  const uint64_t head = config.whole("head_dim").value_or(64);
  conversion.set_u32("context_length", mamba::endless_context);
  conversion.set_u32("feed_forward_length", 0);
  conversion.set_u32("attention.head_count", 0);
  conversion.set_u32("ssm.inner_size", inner);
  conversion.set_u32("ssm.time_step_rank", head ? inner / head : 0);
}

void complete(const Reversion& reversion) {
  const double inner = reversion.number("ssm.inner_size").value_or(0);
  const double heads = reversion.number("ssm.time_step_rank").value_or(0);
  const double width = reversion.number("embedding_length").value_or(0);
  if (width > 0) reversion.set("expand", inner / width);
  reversion.set("num_heads", static_cast<uint64_t>(heads));
  if (heads > 0) reversion.set("head_dim", static_cast<uint64_t>(inner / heads));
  reversion.set("use_conv_bias", reversion.find("blk.0.ssm_conv1d.bias") != nullptr);
}

}  // namespace

const Family mamba2 = {.architecture = "mamba2",
                       .title = "Mamba 2",
                       .hugging_face = names,
                       .defaults = defaults,
                       .globals = globals,
                       .finish = finish,
                       .aliases = aliases,
                       .stacks = stacks,
                       .rope = false,
                       .common = common,
                       .origin = {"Mamba2ForCausalLM", "mamba2", complete, mamba::precise}};

}  // namespace nibble::architecture
