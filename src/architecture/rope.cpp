#include "architecture/rope.h"

#include <algorithm>
#include <cmath>

#include "container/text.h"
#include "error.h"

namespace nibble::architecture {
namespace {

constexpr float pi_2 = 6.28318530717958647692f;

double needed(const RopeParameters& rope, std::string_view key) {
  const std::optional<double> value = rope.number(key);
  if (!value)
    throw Error("In config.json, the rope scaling " + in_quotes(rope.type) + " lacks " + in_quotes(key) + '.');
  return *value;
}

void add_factors(const Conversion& conversion, std::string_view name, const std::vector<double>& factors,
                 uint64_t count) {
  if (factors.size() != count) {
    throw Error("In config.json, the rope scaling lists " + std::to_string(factors.size()) +
                " factors where the model has " + std::to_string(count) +
                " pairs of rotary dimensions. Is the file from this model?");
  }
  conversion.add_computed(name, std::vector<float>(factors.begin(), factors.end()));
}

}  // namespace

RopeParameters::RopeParameters(const HuggingFaceConfig& config) : config_(config) {
  own_ = config.object("rope_parameters");
  if (!own_) own_ = config.object("rope_scaling");
  local_base = config.number("rope_local_base_freq");
  if (own_) {
    if (const auto sliding = own_->object("sliding_attention")) local_base = sliding->number("rope_theta");
    if (const auto full = own_->object("full_attention")) own_ = full;
  }
  base = number("rope_theta");
  const auto named = [&](const char* key) { return own_ ? own_->text(key) : std::nullopt; };
  type = named("rope_type").value_or(named("type").value_or("default"));
}

std::optional<double> RopeParameters::number(std::string_view key) const {
  if (own_) {
    if (const auto value = own_->number(key)) return value;
  }
  return config_.number(key);
}

std::vector<double> RopeParameters::numbers(std::string_view key) const {
  return own_ ? own_->numbers(key) : std::vector<double>{};
}

void set_rope(const Family& family, const Conversion& conversion) {
  const RopeParameters rope(conversion.config);
  if (rope.type == "linear" || rope.type == "yarn") {
    conversion.set_string("rope.scaling.type", rope.type);
    conversion.set_f32("rope.scaling.factor", needed(rope, "factor"));
  }
  if (rope.type == "yarn") {
    conversion.set_u32("rope.scaling.original_context_length",
                       static_cast<uint64_t>(needed(rope, "original_max_position_embeddings")));
    const std::pair<const char*, const char*> members[] = {{"yarn_ext_factor", "extrapolation_factor"},
                                                           {"yarn_attn_factor", "attention_factor"},
                                                           {"yarn_beta_fast", "beta_fast"},
                                                           {"yarn_beta_slow", "beta_slow"}};
    for (const auto& [key, member] : members) {
      if (const auto value = rope.number(member)) conversion.set_f32(std::string("rope.scaling.") + key, *value);
    }
  }
  const auto& own = family.rope_types;
  if (rope.type == "dynamic") {
    conversion.model.notes.add(
        "The model stretches its rotary embedding dynamically for long texts, which llama.cpp does not do: texts "
        "longer "
        "than its training context will go wrong.");
  } else if (rope.type != "default" && rope.type != "linear" && rope.type != "yarn" &&
             std::find(own.begin(), own.end(), rope.type) == own.end()) {
    throw Error("The model uses the rope scaling " + in_quotes(rope.type) + ", which llama.cpp does not have for " +
                std::string(family.title) + '.');
  }
  if (rope.base) conversion.set_f32("rope.freq_base", *rope.base);
  std::vector<int32_t> sections;
  for (const double one : rope.numbers("mrope_section")) sections.push_back(static_cast<int32_t>(one));
  if (!sections.empty()) {
    sections.resize(4);
    conversion.set_array("rope.dimension_sections", sections);
  }
  if (rope.local_base) conversion.set_f32("rope.freq_base_swa", *rope.local_base);
}

void add_llama3_factors(const Conversion& conversion) {
  const RopeParameters rope(conversion.config);
  if (rope.type != "llama3") return;
  const auto value = [&](const char* key, double otherwise) {
    return static_cast<float>(rope.number(key).value_or(otherwise));
  };
  const float factor = value("factor", 8), low = value("low_freq_factor", 1), high = value("high_freq_factor", 4);
  const float context = value("original_max_position_embeddings", 8192);
  const double base = rope.base.value_or(10000);
  const uint64_t size = conversion.sizes.head;
  std::vector<float> factors;
  for (uint64_t i = 0; i < size; i += 2) {
    // Single precision, step by step, as the conversion script computes it; the power alone is rounded once from double
    // precision, so that every machine gets the same.
    const float exponent = static_cast<float>(i) / static_cast<float>(size);
    const float frequency = 1.0f / static_cast<float>(std::pow(base, static_cast<double>(exponent)));
    const float wavelength = 1.0f / frequency * pi_2;
    if (wavelength < context / high) {
      factors.push_back(1);
    } else if (wavelength > context / low) {
      factors.push_back(factor);
    } else {
      const float smooth = (1.0f / wavelength * context - low) / (high - low);
      factors.push_back(1.0f / ((1.0f - smooth) / factor + smooth));
    }
  }
  conversion.add_computed("rope_freqs.weight", std::move(factors));
}

void set_partial_rope(const Conversion& conversion) {
  const double part = RopeParameters(conversion.config).number("partial_rotary_factor").value_or(1);
  conversion.set_u32("rope.dimension_count", static_cast<uint64_t>(part * static_cast<double>(conversion.sizes.head)));
}

void set_long_rope(const Conversion& conversion) {
  const RopeParameters rope(conversion.config);
  const double context = rope.number("max_position_embeddings").value_or(0);
  const double original = rope.number("original_max_position_embeddings").value_or(context);
  const uint64_t dimensions = static_cast<uint64_t>(rope.number("partial_rotary_factor").value_or(1) *
                                                    static_cast<double>(conversion.sizes.embedding)) /
                              conversion.sizes.heads;
  conversion.set_u32("rope.scaling.original_context_length", static_cast<uint64_t>(original));
  conversion.set_u32("rope.dimension_count", dimensions);
  // Without a window llama.cpp expects 0, not nothing.
  conversion.set_u32("attention.sliding_window", conversion.config.whole("sliding_window").value_or(0));

  const std::vector<double> long_factors = rope.numbers("long_factor");
  if (long_factors.empty()) return;
  const double stretch = context / original;
  double attention = 1;
  if (stretch > 1 && (rope.type == "longrope" || rope.type == "su")) {
    attention = std::sqrt(1 + std::log(stretch) / std::log(original));
  } else if (stretch > 1 && rope.type == "yarn") {
    attention = 0.1 * std::log(stretch) + 1;
  }
  conversion.set_f32("rope.scaling.attn_factor", attention);
  add_factors(conversion, "rope_factors_long.weight", long_factors, dimensions / 2);
  add_factors(conversion, "rope_factors_short.weight", rope.numbers("short_factor"), dimensions / 2);
}

void revert_partial_rope(const Reversion& reversion) {
  const auto rotated = reversion.number("rope.dimension_count");
  auto head = reversion.member("head_dim");
  const auto embedding = reversion.member("hidden_size"), heads = reversion.member("num_attention_heads");
  if (!head && embedding && heads && *heads > 0) head = *embedding / *heads;
  if (rotated && head && *head > 0) reversion.set("partial_rotary_factor", *rotated / *head);
}

void revert_long_rope(const Reversion& reversion) {
  const auto rotated = reversion.number("rope.dimension_count");
  const auto embedding = reversion.member("hidden_size"), heads = reversion.member("num_attention_heads");
  if (rotated && embedding && heads && *embedding > 0) {
    const double part = *rotated * *heads / *embedding;
    if (part != 1) reversion.set("partial_rotary_factor", part);
  }
  if (const auto context = reversion.whole("rope.scaling.original_context_length")) {
    reversion.set("original_max_position_embeddings", *context);
  }
  if (const auto window = reversion.whole("attention.sliding_window"); window && *window > 0) {
    reversion.set("sliding_window", *window);
  }
  const auto longer = reversion.values.find("rope_factors_long.weight");
  const auto shorter = reversion.values.find("rope_factors_short.weight");
  if (longer == reversion.values.end() || shorter == reversion.values.end()) return;
  Json scaling = Json::object();
  scaling.add("type", "longrope");
  scaling.add("long_factor", short_numbers(longer->second));
  scaling.add("short_factor", short_numbers(shorter->second));
  reversion.set("rope_scaling", std::move(scaling));
}

void revert_llama3_factors(const Reversion& reversion) {
  const auto factors = reversion.values.find("rope_freqs.weight");
  if (factors == reversion.values.end() || factors->second.empty()) return;
  const float factor = *std::max_element(factors->second.begin(), factors->second.end());
  Json scaling = {{"rope_type", "llama3"},
                  {"factor", short_number(factor)},
                  {"low_freq_factor", 1.0},
                  {"high_freq_factor", 4.0},
                  {"original_max_position_embeddings", 8192}};
  reversion.set("rope_scaling", std::move(scaling));
}

}  // namespace nibble::architecture
