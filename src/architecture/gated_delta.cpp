#include "architecture/gated_delta.h"

#include "architecture/rope.h"
#include "container/text.h"
#include "error.h"

namespace nibble::architecture::gated_delta {
namespace {

uint64_t positive(const HuggingFaceConfig& config, std::string_view member) {
  const uint64_t value = config.whole(member).value_or(0);
  if (value == 0) throw Error("config.json does not say " + in_quotes(member) + ". Is the file complete?");
  return value;
}

}  // namespace

uint64_t key_heads_of(const HuggingFaceConfig& config) { return positive(config, "linear_num_key_heads"); }

uint64_t value_heads_of(const HuggingFaceConfig& config) {
  const uint64_t keys = key_heads_of(config), values = positive(config, "linear_num_value_heads");
  if (values % keys != 0) {
    throw Error("In config.json, " + std::to_string(values) + " value heads cannot be shared out among " +
                std::to_string(keys) + " key heads of the linear attention.");
  }
  return values;
}

uint64_t key_size_of(const HuggingFaceConfig& config) { return positive(config, "linear_key_head_dim"); }
uint64_t value_size_of(const HuggingFaceConfig& config) { return positive(config, "linear_value_head_dim"); }

void prepare(const Preparation& preparation) {
  const HuggingFaceConfig& config = preparation.config;
  Sizes& sizes = preparation.sizes;
  if (preparation.has("mtp.fc.weight")) sizes.next_layers = config.whole("mtp_num_hidden_layers").value_or(1);
  const uint64_t interval = positive(config, "full_attention_interval");
  const std::vector<std::string> types = config.texts("layer_types");
  for (uint64_t layer = 0; layer < sizes.layers; ++layer) {
    const bool attends = layer < types.size() ? types[layer] == "full_attention" : (layer + 1) % interval == 0;
    sizes.kinds.push_back(attends ? full : linear);
  }
  sizes.kinds.resize(sizes.all_layers(), full);
}

void finish(const Conversion& conversion) {
  const RopeParameters rope(conversion.config);
  const double part = rope.number("partial_rotary_factor").value_or(0.25);
  conversion.set_u32("rope.dimension_count", static_cast<uint64_t>(static_cast<double>(conversion.sizes.head) * part));
  conversion.set_u32("ssm.inner_size", value_heads_of(conversion.config) * value_size_of(conversion.config));
  conversion.set_u32("block_count", conversion.sizes.all_layers());
  if (conversion.sizes.next_layers) conversion.set_u32("nextn_predict_layers", conversion.sizes.next_layers);
}

void complete(const Reversion& reversion) {
  const uint64_t inner = reversion.whole("ssm.inner_size").value_or(0);
  const uint64_t heads = reversion.whole("ssm.time_step_rank").value_or(0);
  if (heads > 0) reversion.set("linear_value_head_dim", inner / heads);
  reversion.set("mtp_num_hidden_layers", reversion.whole("nextn_predict_layers").value_or(0));
  reversion.remove("num_nextn_predict_layers");
  revert_partial_rope(reversion);
}

}  // namespace nibble::architecture::gated_delta
