#include "network/runtime_memory.h"

#include <algorithm>
#include <string>

#include "container/text.h"
#include "error.h"
#include "json/json.h"
#include "network/architectures.h"

namespace nibble::network {
namespace {

// llama.cpp's defaults (llama_context_params) and what it rounds caches up to (llama_kv_cache, llama_kv_cache_iswa).
constexpr uint64_t batch = 512, cells_at_once = 256;
/// No model has more layers, nor more of anything else in a layer; keeps products far from overflow.
constexpr uint64_t most_layers = 1 << 16, most = 1 << 24, most_context = uint64_t{1} << 32;

uint64_t round_up(uint64_t value, uint64_t step) { return (value + step - 1) / step * step; }

class Sizes {
 public:
  Sizes(const GgufHeader& metadata, const std::string& architecture)
      : metadata_(metadata), prefix_(architecture + '.') {}

  /// One number for all layers, or that of each; 0 when missing.
  uint64_t of_layer(std::string_view name, uint64_t layer) const {
    const std::vector<uint32_t> numbers = metadata_.numbers(prefix_ + std::string(name));
    if (numbers.empty()) return 0;
    return std::min<uint64_t>(numbers.size() == 1 ? numbers[0] : layer < numbers.size() ? numbers[layer] : 0, most);
  }
  uint64_t size(std::string_view name) const { return of_layer(name, 0); }
  bool has(std::string_view name) const { return metadata_.find(prefix_ + std::string(name)) != nullptr; }
  uint64_t needed(std::string_view name) const {
    const uint64_t value = size(name);
    if (value == 0) {
      throw Error("How much memory answers take cannot be told: the metadata entry " +
                  in_quotes(prefix_ + std::string(name)) + " is missing or 0.");
    }
    return value;
  }
  /// Whether a layer sees a sliding window only. `period`: of the architecture, where the metadata has no pattern.
  bool slides(uint64_t layer, uint64_t period) const {
    const KeyValue* pattern = metadata_.find(prefix_ + "attention.sliding_window_pattern");
    if (pattern && pattern->type == ValueType::array && pattern->element == ValueType::boolean)
      return layer < pattern->count && metadata_.bytes[pattern->elements + layer] != 0;
    if (const uint64_t stated = size("attention.sliding_window_pattern")) period = stated;
    return period > 1 && layer % period < period - 1;
  }

 private:
  const GgufHeader& metadata_;
  std::string prefix_;
};

/// What a layer carries from token to token instead of keys and values: the last inputs of its convolution and a state,
/// in F32 (llama_hparams::n_embd_r, n_embd_s).
uint64_t state_bytes(const Sizes& sizes) {
  const uint64_t embedding = sizes.size("embedding_length");
  uint64_t floats = 0;
  if (const uint64_t inner = sizes.size("ssm.inner_size")) {
    const uint64_t state = sizes.size("ssm.state_size"), kernel = sizes.size("ssm.conv_kernel");
    floats = (kernel > 0 ? kernel - 1 : 0) * (inner + 2 * sizes.size("ssm.group_count") * state) + inner * state;
  } else if (const uint64_t taps = sizes.size("shortconv.l_cache")) {
    floats = (taps - 1) * embedding;
  } else if (const uint64_t head = sizes.size("wkv.head_size")) {
    floats = 2 * embedding + embedding * head;
  }
  return floats * 4;
}

}  // namespace

RuntimeMemory runtime_memory(const GgufHeader& metadata, uint64_t vocabulary, uint64_t context, Type cache_type,
                             bool no_mtp) {
  const std::string name = metadata.text("general.architecture").value_or("");
  const Sizes sizes(metadata, name);
  const Architecture* const known = find_architecture(name);
  const uint64_t all_layers = sizes.needed("block_count"), embedding = sizes.needed("embedding_length");
  const uint64_t layers = all_layers - std::min(all_layers, no_mtp ? sizes.size("nextn_predict_layers") : 0);
  if (all_layers > most_layers)
    throw Error("The metadata entry " + in_quotes(name + ".block_count") + " is absurdly large.");
  if (context == 0 || context > most_context) throw Error("A context has from 1 to 2^32 tokens.");

  const Format& format = format_of(cache_type);
  const auto row_bytes = [&](uint64_t values) {
    if (values % format.block_length != 0) {
      throw Error("Keys and values of " + std::to_string(values) + " numbers a token cannot be stored as " +
                  std::string(format.name) + ", whose blocks have " + std::to_string(format.block_length) + ".");
    }
    return format.bytes_for(values);
  };

  RuntimeMemory memory{round_up(context, cells_at_once), 0, 0};
  const uint64_t window = sizes.size("attention.sliding_window");
  // The window, a batch, and the token that is being computed.
  const uint64_t window_cells = std::min(memory.context, round_up(window + batch + 1, cells_at_once));
  const uint64_t period = known ? known->window_period : 0;
  const uint64_t interval = sizes.size("full_attention_interval");
  const uint64_t own = layers - std::min(layers, sizes.size("attention.shared_kv_layers"));
  const uint64_t state = state_bytes(sizes);
  // Where heads are given layer by layer, those without any carry a state instead of keys and values.
  const bool some_attend = metadata.numbers(name + ".attention.head_count_kv").size() > 1 || interval > 0;
  const bool compressed = sizes.has("attention.key_length_mla");  // values are a part of what is stored as keys
  for (uint64_t layer = 0; layer < layers; ++layer) {
    const uint64_t heads = sizes.of_layer("attention.head_count", layer);
    uint64_t key_heads =
        sizes.has("attention.head_count_kv") ? sizes.of_layer("attention.head_count_kv", layer) : heads;
    if (interval > 0 && (layer + 1) % interval != 0) key_heads = 0;
    if (state > 0 && (key_heads == 0 || !some_attend)) memory.cache += state;
    if (key_heads == 0 || layer >= own) continue;
    const bool slides = window > 0 && sizes.slides(layer, period);
    const auto length = [&](const std::string& of) {
      const std::string sliding = of + "_swa";
      const uint64_t stated = slides && sizes.has(sliding) ? sizes.size(sliding) : sizes.size(of);
      return stated > 0 || heads == 0 ? stated : embedding / heads;
    };
    const uint64_t keys = row_bytes(key_heads * length("attention.key_length"));
    const uint64_t values = compressed ? 0 : row_bytes(key_heads * length("attention.value_length"));
    memory.cache += (slides ? window_cells : memory.context) * (keys + values);
  }

  // Found by measuring: the scores of a batch and two rows of the residual stream a token, or three intermediates of
  // the feed-forward, four rows and the attention mask in 16 bits, whichever is more.
  const uint64_t experts = sizes.size("expert_used_count");
  const uint64_t feed_forward =
      std::max(sizes.size("feed_forward_length"), experts * sizes.size("expert_feed_forward_length"));
  memory.working =
      batch * std::max(4 * (vocabulary + 2 * embedding), 4 * (3 * feed_forward + 4 * embedding) + 2 * memory.context);
  return memory;
}

std::span<const Type> cache_types() {
  // As common_params takes them.
  static constexpr Type types[] = {Type::f32,  Type::bf16, Type::f16,  Type::q8_0,  Type::q5_1,
                                   Type::q5_0, Type::q4_1, Type::q4_0, Type::iq4_nl};
  return types;
}

std::string runtime_memory_json(const Model& model, uint64_t context, std::string_view cache_type, bool no_mtp) {
  const Format* const format = find_format(cache_type);
  const std::span<const Type> known = cache_types();
  if (!format || std::find(known.begin(), known.end(), format->type) == known.end()) {
    std::string names;
    for (const Type type : known) names += (names.empty() ? "" : ", ") + std::string(format_of(type).name);
    throw Error("Keys and values cannot be stored as " + in_quotes(cache_type) + ". Choose one of " + names + '.');
  }
  uint64_t vocabulary = 0;
  for (const ModelTensor& tensor : model.tensors()) {
    if (tensor.name == "token_embd.weight" && tensor.shape.size() == 2) vocabulary = tensor.shape[1];
  }
  const RuntimeMemory memory = runtime_memory(model.metadata(), vocabulary, context, format->type, no_mtp);
  return Json{{"context", memory.context}, {"cacheBytes", memory.cache}, {"workingBytes", memory.working}}.dump();
}

}  // namespace nibble::network
