#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "container/gguf.h"
#include "network/architectures.h"

namespace nibble::network {

/// A rotary position embedding. Pair i of position p turns by the angle p * base^(-2 i / dimensions), divided by the
/// model's own factor of the pair where it has such a tensor, and stretched as `scale` and YaRN say.
struct Rotary {
  uint32_t dimensions = 0;  ///< of each head, from its first on
  float base = 10000;
  float scale = 1;  ///< of all angles: 1 / rope.scaling.factor
  /// YaRN: how much fast pairs are spared the scale (0: no YaRN), and the turns within the original context that count
  /// as fast and as slow.
  float yarn = 0, fast_turns = 32, slow_turns = 1;
  float magnitude = 1;            ///< of the turned values
  uint32_t original_context = 0;  ///< tokens the model was trained for before it was stretched

  bool operator==(const Rotary&) const = default;
};

/// A decoder's sizes and numbers.
struct Network {
  const Architecture* architecture = nullptr;
  uint64_t vocabulary = 0, embedding = 0, layers = 0;
  uint64_t layers_ahead = 0;                    ///< behind those: predict tokens further ahead, and are not run
  uint64_t heads = 0, key_heads = 0, head = 0;  ///< query heads, key and value heads, the size of one
  uint64_t feed_forward = 0;                    ///< of layers without experts
  uint64_t experts = 0, experts_used = 0, expert_feed_forward = 0, shared_feed_forward = 0;
  float epsilon = 0;  ///< of the norms
  float embedding_scale = 1;
  float residual_scale = 1;  ///< of what attention and feed-forward add to the residual stream
  float output_scale = 1;    ///< of scores
  float attention_scale = 1;
  float attention_cap = 0, output_cap = 0;  ///< 0: none
  uint64_t window = 0;                      ///< tokens a sliding window sees, the newest included
  std::vector<uint8_t> sliding;             ///< per layer: 1 where attention sees only the window
  std::vector<uint8_t> recurrent;           ///< per layer: 1 where a gated delta net stands in place of attention
  uint64_t taps = 0;                        ///< tokens that the convolution of a delta net sees, the newest included
  uint64_t delta_heads = 0, delta_key_heads = 0;  ///< of a delta net: heads of values, and of keys and queries
  uint64_t delta_value = 0, delta_key = 0;        ///< the size of one
  Rotary rotary, sliding_rotary;

  uint64_t queries() const { return heads * head; }
  uint64_t keys() const { return key_heads * head; }
  uint64_t delta_keys() const { return delta_key_heads * delta_key; }
  uint64_t delta_values() const { return delta_heads * delta_value; }
  /// Queries, keys and values of a delta net, one after the other.
  uint64_t convolved() const { return 2 * delta_keys() + delta_values(); }
  const Rotary& rotary_of(uint64_t layer) const { return sliding[layer] ? sliding_rotary : rotary; }
};

/// The network that metadata describe. `vocabulary` is the number of rows of the token embedding. Throws Error when the
/// architecture cannot be run, or a number is missing or senseless.
Network read_network(const GgufHeader& metadata, uint64_t vocabulary);

}  // namespace nibble::network
