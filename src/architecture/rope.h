#pragma once
#include "architecture/family.h"

/// Rotary position embedding: its base, its stretching for long texts, and the factors some models need as a tensor.
namespace nibble::architecture {

/// The configuration's members of either spelling: "rope_parameters", or "rope_scaling" beside "rope_theta".
class RopeParameters {
 public:
  explicit RopeParameters(const HuggingFaceConfig& config);

  std::string type;                  ///< "default" when nothing is stretched
  std::optional<double> base;        ///< rope_theta; of the layers that see everything where there are two kinds
  std::optional<double> local_base;  ///< of layers with a sliding window, where theirs differs
  /// A member that either the parameters or the configuration itself may hold.
  std::optional<double> number(std::string_view key) const;
  std::vector<double> numbers(std::string_view key) const;

 private:
  HuggingFaceConfig config_;
  std::optional<HuggingFaceConfig> own_;
};

/// rope.freq_base, rope.freq_base_swa and rope.scaling.* of the kinds every architecture of llama.cpp understands.
/// Throws Error for a kind that neither llama.cpp nor the family knows.
void set_rope(const Family& family, const Conversion& conversion);

/// rope.dimension_count: the part of a head that partial_rotary_factor says.
void set_partial_rope(const Conversion& conversion);

/// Phi's: the context before stretching, the factor of attention, and two lists of factors as tensors where the model
/// has them; attention.sliding_window as well.
void set_long_rope(const Conversion& conversion);

/// Llama 3's stretching, which llama.cpp reads as a tensor "rope_freqs.weight"; nothing when the model has another.
void add_llama3_factors(const Conversion& conversion);

/// The ways back: members of the configuration.
void revert_partial_rope(const Reversion& reversion);
void revert_long_rope(const Reversion& reversion);
/// Of the factors, by what published models have: only how far they stretch differs.
void revert_llama3_factors(const Reversion& reversion);

}  // namespace nibble::architecture
