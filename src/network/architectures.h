#pragma once
#include <cstdint>
#include <span>
#include <string_view>

/// What the decoders that can be run are made of, one entry each, by the name a GGUF file has for them. The sizes are a
/// model's own (network.h); what follows from the tensors a file has (biases, a tied output layer, factors of the
/// rotary embedding) is not repeated here.
namespace nibble::network {

/// What is divided by the root mean square, or by the standard deviation around the mean.
enum class Norm : uint8_t { rms, layer };

/// Which dimensions of a head the rotary embedding turns together: 2 i and 2 i + 1, or i and i + half.
enum class Pairs : uint8_t { adjacent, halves };

/// clamped: gate' = min(gate, 7) becomes gate' times the logistic function of 1.702 gate', and what it is multiplied
/// with is bounded to -7 ... 7 and has 1 added. (gpt-oss; "swiglu_oai" in llama.cpp)
enum class Activation : uint8_t { silu, gelu, clamped, logistic };

/// Which key head a value head of a gated delta net works with: grouped: consecutive value heads share one; spread:
/// value head h has key head h modulo their number.
enum class DeltaHeads : uint8_t { none, grouped, spread };

/// One more expert for all tokens: none, behind a gate of its own, or as it is.
enum class SharedExpert : uint8_t { none, gated, plain };

/// down(activation(gate) * up); the same with gate and up as the two halves of one tensor's rows; down(activation(up)).
enum class FeedForward : uint8_t { gated, gated_in_one, plain };

struct Architecture {
  std::string_view name;   ///< general.architecture
  std::string_view title;  ///< for people
  Norm norm = Norm::rms;
  /// The norm before the feed-forward network, after "blk.N.".
  std::string_view feed_forward_norm = "ffn_norm.weight";
  Pairs pairs = Pairs::adjacent;
  Activation activation = Activation::silu;
  FeedForward feed_forward = FeedForward::gated;
  bool joined_attention = false;  ///< queries, keys and values are the rows of one tensor
  bool gated_attention = false;   ///< behind the queries of each head, its tensor has rows of a gate of its outputs
  bool head_norms = false;        ///< queries and keys of each head are normalised
  bool wide_norms = false;        ///< ... not each, but all together
  bool rotated_first = false;     ///< ... after the rotary embedding, not before
  bool norms_before = true;       ///< attention and feed-forward get the normalised residual stream, not itself
  bool norms_after = false;       ///< what attention and feed-forward give is normalised as well
  /// Values of each head are normalised, without weights; where a layer has none of its own, they are its keys.
  bool value_norm = false;
  bool unscaled_attention = false;  ///< queries are not divided by the root of their length
  bool scaled_embedding = false;    ///< by the square root of its length
  /// A model of so many layers divides queries by the root of embedding / heads, not of a head's size. 0: none.
  uint32_t layers_scaled_by_embedding = 0;
  /// Soft caps where the metadata does not say; 0: none.
  float attention_cap = 0, output_cap = 0;
  /// Tokens a sliding window sees where the metadata does not say (0: no window then), and how many layers make a
  /// group, of which the last sees everything (0: sliding windows are not used).
  uint32_t window = 0, window_period = 0;
  /// Base of the rotary embedding in layers with a sliding window where the metadata does not say, with nothing
  /// stretched and without the model's factors; 0: the same embedding as elsewhere.
  float sliding_base = 0;
  bool unstretched_windows = false;  ///< layers with a sliding window have the same base, with nothing stretched
  bool rotated_windows = false;      ///< where some layers have a sliding window, only those are rotated
  /// Every so many layers one does without the rotary embedding, the last of each group; 0: none.
  uint32_t unrotated_period = 0;
  /// Layers have gated delta nets (delta_net.h), but for every so many one, which has attention; the metadata says how
  /// many, or it is 4. The model's last layers may predict more tokens ahead (nextn_predict_layers): they are not run.
  DeltaHeads delta_heads = DeltaHeads::none;
  /// Where the metadata does not say: the weights of the experts chosen for a token are scaled to add up to 1; they are
  /// the logistic function of the router's scores, not their softmax.
  bool normalised_experts = true, logistic_experts = false;
  SharedExpert shared_expert = SharedExpert::none;
  bool sinks = false;  ///< each head has a score that takes its share and gives nothing
};

/// The one list.
std::span<const Architecture> architectures();
/// Null when there is none of this name.
const Architecture* find_architecture(std::string_view name);

}  // namespace nibble::network
