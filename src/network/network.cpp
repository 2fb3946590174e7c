#include "network/network.h"

#include <algorithm>
#include <cmath>

#include "container/text.h"
#include "error.h"

namespace nibble::network {
namespace {

/// More of anything than any model has; keeps sizes far from overflow.
constexpr uint64_t most = uint64_t{1} << 24;

std::string runnable() {
  std::string names;
  for (const Architecture& one : architectures()) names += (names.empty() ? "" : ", ") + std::string(one.name);
  return names;
}

class Reader {
 public:
  Reader(const GgufHeader& metadata, std::string prefix) : metadata_(metadata), prefix_(std::move(prefix)) {}

  std::string key(std::string_view name) const { return prefix_ + '.' + std::string(name); }

  /// A size: one number, or a list of equal ones. 0 when missing.
  uint64_t size(std::string_view name) const { return only(name, metadata_.numbers(key(name))); }
  /// The same of the layers whose flag is `flag`.
  uint64_t size(std::string_view name, const std::vector<uint8_t>& flags, uint8_t flag) const {
    std::vector<uint32_t> numbers = metadata_.numbers(key(name)), some;
    if (numbers.size() != flags.size()) return only(name, std::move(numbers));
    for (size_t layer = 0; layer < numbers.size(); ++layer) {
      if (flags[layer] == flag) some.push_back(numbers[layer]);
    }
    return only(name, std::move(some));
  }
  /// A size of each layer.
  std::vector<uint64_t> sizes(std::string_view name, uint64_t layers) const {
    const std::vector<uint32_t> numbers = metadata_.numbers(key(name));
    if (numbers.size() != layers) return std::vector<uint64_t>(layers, only(name, numbers));
    return {numbers.begin(), numbers.end()};
  }
  uint64_t needed_size(std::string_view name) const {
    const uint64_t value = size(name);
    if (value == 0) {
      throw UnfitFile(key(name), "The metadata entry " + in_quotes(key(name)) +
                                     ", without which the network cannot be run, is missing or 0.");
    }
    return value;
  }
  float number(std::string_view name, float otherwise) const {
    const auto value = metadata_.real(key(name));
    if (!value) return otherwise;
    if (!std::isfinite(*value)) throw Error("The metadata entry " + in_quotes(key(name)) + " is no finite number.");
    return static_cast<float>(*value);
  }
  std::optional<bool> truth(std::string_view name) const { return metadata_.truth(key(name)); }
  std::string text(std::string_view name) const { return metadata_.text(key(name)).value_or(""); }
  std::vector<uint32_t> numbers(std::string_view name) const { return metadata_.numbers(key(name)); }
  /// A list of truth values; empty when missing.
  std::vector<uint8_t> truths(std::string_view name) const {
    const KeyValue* value = metadata_.find(key(name));
    if (!value || value->type != ValueType::array || value->element != ValueType::boolean) return {};
    const auto* first = metadata_.bytes.data() + value->elements;
    return {first, first + value->count};
  }

 private:
  uint64_t only(std::string_view name, const std::vector<uint32_t>& numbers) const {
    if (numbers.empty()) return 0;
    if (std::any_of(numbers.begin(), numbers.end(), [&](uint32_t n) { return n != numbers[0]; })) {
      throw Error("The metadata entry " + in_quotes(key(name)) +
                  " differs from layer to layer. Nibble cannot run such a network yet.");
    }
    if (numbers[0] > most) throw Error("The metadata entry " + in_quotes(key(name)) + " is absurdly large.");
    return numbers[0];
  }

  const GgufHeader& metadata_;
  std::string prefix_;
};

/// YaRN as llama.cpp applies it: values grow with the logarithm of the stretch.
void read_yarn(const Reader& reader, Rotary& rotary) {
  rotary.yarn = reader.number("rope.scaling.yarn_ext_factor", 1);
  rotary.fast_turns = reader.number("rope.scaling.yarn_beta_fast", 32);
  rotary.slow_turns = reader.number("rope.scaling.yarn_beta_slow", 1);
  const float again = reader.number("rope.scaling.yarn_log_multiplier", 0);
  if (again != 0) rotary.magnitude /= 1.0f + 0.1f * again * std::log(1.0f / rotary.scale);
  if (rotary.yarn != 0) rotary.magnitude *= 1.0f + 0.1f * std::log(1.0f / rotary.scale);
}

void check_dimensions(const Rotary& rotary, uint64_t head) {
  if (rotary.dimensions <= head && rotary.dimensions % 2 == 0) return;
  throw Error("The rotary embedding is said to turn " + std::to_string(rotary.dimensions) + " dimensions of heads of " +
              std::to_string(head) + ". The file is probably damaged.");
}

Rotary read_rotary(const Reader& reader, const Network& network) {
  Rotary rotary;
  rotary.dimensions = static_cast<uint32_t>(reader.size("rope.dimension_count"));
  if (rotary.dimensions == 0) rotary.dimensions = static_cast<uint32_t>(network.head);
  check_dimensions(rotary, network.head);
  rotary.base = reader.number("rope.freq_base", 10000);
  // Linear stretching had a key of its own once.
  const float factor = reader.number("rope.scaling.factor", reader.number("rope.scale_linear", 0));
  const std::string type = reader.text("rope.scaling.type");
  if (factor > 0 && type != "none") rotary.scale = 1 / factor;
  rotary.magnitude = reader.number("rope.scaling.attn_factor", 1);
  rotary.original_context = static_cast<uint32_t>(reader.size("rope.scaling.original_context_length"));
  if (rotary.original_context == 0) rotary.original_context = static_cast<uint32_t>(reader.size("context_length"));
  if (type == "yarn") read_yarn(reader, rotary);
  if (!(rotary.base > 0) || !(rotary.scale > 0)) {
    throw Error("The base or the scale of the rotary embedding is not above 0. The file is probably damaged.");
  }
  return rotary;
}

void read_windows(const Reader& reader, Network& network) {
  const Architecture& architecture = *network.architecture;
  network.sliding.assign(network.layers, 0);
  if (architecture.window_period == 0) return;
  network.window = reader.size("attention.sliding_window");
  if (network.window == 0) network.window = architecture.window;
  if (network.window == 0) return;
  const std::string_view pattern = "attention.sliding_window_pattern";
  const std::vector<uint8_t> each = reader.truths(pattern);
  const uint64_t stated = each.empty() ? reader.size(pattern) : 0;
  const uint64_t period = stated > 0 ? stated : architecture.window_period;
  for (uint64_t layer = 0; layer < network.layers; ++layer) {
    network.sliding[layer] = layer < each.size() ? each[layer] : layer % period < period - 1;
  }
}

void read_heads(const Reader& reader, Network& network) {
  network.heads = reader.needed_size("attention.head_count");
  const auto read = [&](uint8_t sliding, const std::string& of, uint64_t& key_heads, uint64_t& head) {
    key_heads = reader.size("attention.head_count_kv", network.sliding, sliding);
    if (key_heads == 0) key_heads = network.heads;
    head = reader.size("attention.key_length" + of);
    if (head == 0) head = reader.size("attention.key_length");
    uint64_t value = reader.size("attention.value_length" + of);
    if (value == 0) value = reader.size("attention.value_length");
    if (head == 0) head = network.embedding / network.heads;
    if (value != 0 && value != head) {
      throw Error("The heads of keys and values have different sizes. Nibble cannot run such a network yet.");
    }
    if (network.heads % key_heads != 0 || head == 0) {
      throw Error("The numbers of attention heads in the metadata do not fit together. The file is probably damaged.");
    }
  };
  read(0, "", network.key_heads, network.head);
  read(1, "_swa", network.sliding_key_heads, network.sliding_head);
  const uint64_t sharing = reader.size("attention.shared_kv_layers");
  if (sharing >= network.layers) {
    throw Error("All layers are said to have the keys and values of another. The file is probably damaged.");
  }
  network.first_sharing = network.layers - sharing;
}

void read_sliding_rotary(const Reader& reader, Network& network) {
  Rotary& rotary = network.sliding_rotary = network.rotary;
  if (network.architecture->unstretched_windows) rotary = Rotary{rotary.dimensions, rotary.base};
  if (network.architecture->sliding_base > 0) rotary = Rotary{rotary.dimensions, network.architecture->sliding_base};
  if (const uint64_t dimensions = reader.size("rope.dimension_count_swa"))
    rotary.dimensions = static_cast<uint32_t>(dimensions);
  rotary.base = reader.number("rope.freq_base_swa", rotary.base);
  const bool slides = std::find(network.sliding.begin(), network.sliding.end(), 1) != network.sliding.end();
  if (slides) check_dimensions(rotary, network.sliding_head);
}

void read_delta_nets(const Reader& reader, Network& network) {
  network.recurrent.assign(network.layers, 0);
  if (network.architecture->delta_heads == DeltaHeads::none) return;
  uint64_t period = reader.size("full_attention_interval");
  if (period == 0) period = 4;
  for (uint64_t layer = 0; layer < network.layers; ++layer) network.recurrent[layer] = (layer + 1) % period != 0;
  network.taps = reader.needed_size("ssm.conv_kernel");
  network.delta_heads = reader.needed_size("ssm.time_step_rank");
  network.delta_key_heads = reader.needed_size("ssm.group_count");
  network.delta_key = reader.needed_size("ssm.state_size");
  const uint64_t values = reader.needed_size("ssm.inner_size");
  network.delta_value = values / network.delta_heads;
  if (values % network.delta_heads != 0 || network.delta_heads % network.delta_key_heads != 0) {
    throw Error(
        "The numbers of heads of the delta nets in the metadata do not fit together. The file is probably "
        "damaged.");
  }
}

void read_experts(const Reader& reader, Network& network) {
  network.experts = reader.size("expert_count");
  if (network.experts == 0) return;
  network.experts_used = reader.needed_size("expert_used_count");
  if (network.experts_used > network.experts) {
    throw Error("Each token is said to use " + std::to_string(network.experts_used) + " of " +
                std::to_string(network.experts) + " experts. The file is probably damaged.");
  }
  network.expert_feed_forward = reader.size("expert_feed_forward_length");
  if (network.expert_feed_forward == 0) network.expert_feed_forward = network.feed_forward[0];
  const uint64_t gating = reader.size("expert_gating_func");  // as llama_expert_gating_func_type numbers them
  if (gating > 2) {
    throw Error("The metadata entry " + in_quotes(reader.key("expert_gating_func")) + " is " + std::to_string(gating) +
                ", which Nibble does not know. Its answers would be wrong, so it is not run. Everything else works.");
  }
  network.logistic_experts = gating == 0 ? network.architecture->logistic_experts : gating == 2;
  network.normalised_experts = reader.truth("expert_weights_norm").value_or(network.architecture->normalised_experts);
  network.expert_scale = reader.number("expert_weights_scale", 1);
  if (network.expert_scale == 0) network.expert_scale = 1;  // as llama.cpp takes it
  if (network.architecture->shared_expert == SharedExpert::none) return;
  network.shared_feed_forward = reader.size("expert_shared_feed_forward_length");
  if (network.shared_feed_forward == 0)
    network.shared_feed_forward = reader.size("expert_shared_count") * network.expert_feed_forward;
  if (network.shared_feed_forward == 0) network.shared_feed_forward = network.feed_forward[0];
}

}  // namespace

Network read_network(const GgufHeader& metadata, uint64_t vocabulary) {
  const std::string name = metadata.text("general.architecture").value_or("");
  Network network;
  network.architecture = find_architecture(name);
  if (network.architecture == nullptr) {
    throw Error("Nibble cannot run networks of the architecture " + in_quotes(name) + ". It can run: " + runnable() +
                ". Everything else works.");
  }
  const Architecture& architecture = *network.architecture;
  const Reader reader(metadata, name);
  network.vocabulary = vocabulary;
  network.embedding = reader.needed_size("embedding_length");
  network.layers = reader.needed_size("block_count");
  network.layers_ahead = reader.size("nextn_predict_layers");
  if (network.layers_ahead >= network.layers) {
    throw Error("All of the model's layers are said to predict tokens further ahead. The file is probably damaged.");
  }
  network.layers -= network.layers_ahead;
  read_windows(reader, network);
  read_heads(reader, network);
  network.feed_forward = reader.sizes("feed_forward_length", network.layers);
  network.layer_input = reader.size("embedding_length_per_layer_input");
  network.epsilon = reader.number(
      architecture.norm == Norm::rms ? "attention.layer_norm_rms_epsilon" : "attention.layer_norm_epsilon", 1e-5f);
  if (architecture.scaled_embedding) network.embedding_scale = std::sqrt(static_cast<float>(network.embedding));
  network.embedding_scale = reader.number("embedding_scale", network.embedding_scale);
  network.residual_scale = reader.number("residual_scale", 1);
  network.output_scale = 1 / reader.number("logit_scale", 1);
  if (!std::isfinite(network.output_scale)) {
    throw Error("The metadata entry " + in_quotes(reader.key("logit_scale")) + " is 0. The file is probably damaged.");
  }
  const bool by_embedding = network.layers == architecture.layers_scaled_by_embedding;
  const uint64_t divisor = by_embedding ? network.embedding / network.heads : network.head;
  network.attention_scale = architecture.unscaled_attention ? 1.0f : 1.0f / std::sqrt(static_cast<float>(divisor));
  network.attention_scale = reader.number("attention.scale", network.attention_scale);
  network.attention_cap = reader.number("attn_logit_softcapping", architecture.attention_cap);
  network.output_cap = reader.number("final_logit_softcapping", architecture.output_cap);
  network.rotary = read_rotary(reader, network);
  read_sliding_rotary(reader, network);
  // Queries grow with their position, from the end of the original context on.
  if (reader.number("attention.temperature_scale", 0) != 0) network.longest = network.rotary.original_context;
  read_delta_nets(reader, network);
  read_experts(reader, network);
  return network;
}

}  // namespace nibble::network
