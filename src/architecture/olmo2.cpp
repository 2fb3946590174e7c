#include "architecture/families.h"
#include "architecture/layers.h"
#include "architecture/windows.h"

/// OLMo 2 and 3: norms behind the parts of a layer, queries and keys normalised over all heads.
namespace nibble::architecture {
namespace {

using enum Size;

constexpr std::string_view names[] = {"Olmo2ForCausalLM", "Olmo3ForCausalLM"};
constexpr ConfigDefault defaults[] = {{"rms_norm_eps", 1e-5}, {"rope_theta", 10000}};
constexpr Parameter parameters[] = {{"attention.sliding_window", "sliding_window", ValueType::u32}};
constexpr TensorRule norms[] = {
    {"self_attn.q_norm.weight", "attn_q_norm.weight", queries},
    {"self_attn.k_norm.weight", "attn_k_norm.weight", keys},
};
constexpr auto layer = joined(layers::norms_behind, layers::attention, norms, layers::gated_feed_forward);

void finish(const Conversion& conversion) {
  if (conversion.config.has("sliding_window")) set_windows(conversion);
}

/// OLMo 3 is the one whose layers see windows.
void complete(const Reversion& reversion) {
  if (!reversion.whole("attention.sliding_window")) return;
  reversion.set("architectures", Json::list({names[1]}));
  reversion.set("model_type", "olmo3");
  revert_windows(reversion);
}

}  // namespace

const Family olmo2 = {.architecture = "olmo2",
                      .title = "OLMo 2 and 3",
                      .hugging_face = names,
                      .defaults = defaults,
                      .parameters = parameters,
                      .globals = decoder_globals,
                      .layer = layer,
                      .finish = finish,
                      .origin = {"Olmo2ForCausalLM", "olmo2", complete}};

}  // namespace nibble::architecture
