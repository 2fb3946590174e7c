#include "architecture/families.h"
#include "architecture/layers.h"
#include "architecture/rope.h"
#include "architecture/windows.h"

/// EXAONE 4: norms behind the parts of a layer; in larger models three of four layers see a window.
namespace nibble::architecture {
namespace {

using enum Size;

constexpr std::string_view names[] = {"Exaone4ForCausalLM"};
constexpr ConfigDefault defaults[] = {{"rms_norm_eps", 1e-5}, {"rope_theta", 1e6}};
constexpr Parameter parameters[] = {{"vocab_size", "vocab_size", ValueType::u32},
                                    {"attention.sliding_window", "sliding_window", ValueType::u32}};
constexpr std::string_view rope_types[] = {"llama3"};
constexpr auto layer = joined(layers::norms_behind, layers::attention, layers::head_norms, layers::gated_feed_forward);

void finish(const Conversion& conversion) {
  if (conversion.config.has("sliding_window")) set_windows(conversion);
  add_llama3_factors(conversion);
}

void complete(const Reversion& reversion) {
  revert_windows(reversion);
  revert_llama3_factors(reversion);
}

}  // namespace

const Family exaone4 = {.architecture = "exaone4",
                        .title = "EXAONE 4",
                        .hugging_face = names,
                        .defaults = defaults,
                        .parameters = parameters,
                        .globals = decoder_globals,
                        .layer = layer,
                        .rope_types = rope_types,
                        .finish = finish,
                        .origin = {"Exaone4ForCausalLM", "exaone4", complete}};

}  // namespace nibble::architecture
