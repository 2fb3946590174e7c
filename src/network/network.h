#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "container/gguf.h"
#include "error.h"
#include "network/architectures.h"

namespace nibble::network {

/// A tensor or an entry that a network of this architecture needs is missing, or has another size than it must have.
class UnfitFile : public Error {
 public:
  UnfitFile(const std::string& subject, const std::string& sentence) : Error(sentence), subject_(subject) {}
  /// The tensor's name, or the key.
  const std::string& subject() const { return subject_; }

 private:
  std::string subject_;
};

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

/// The heads of a layer's attention.
struct HeadSizes {
  uint64_t heads, key_heads, size;  ///< query heads, key and value heads, channels of one

  uint64_t queries() const { return heads * size; }
  uint64_t keys() const { return key_heads * size; }
};

/// A decoder's sizes and numbers.
struct Network {
  const Architecture* architecture = nullptr;
  uint64_t vocabulary = 0, embedding = 0, layers = 0;
  uint64_t layers_ahead = 0;                         ///< behind those: predict tokens further ahead, and are not run
  uint64_t heads = 0;                                ///< of queries
  uint64_t key_heads = 0, head = 0;                  ///< of keys and values; the size of one
  uint64_t sliding_key_heads = 0, sliding_head = 0;  ///< the same in layers with a sliding window
  std::vector<uint64_t> feed_forward;                ///< per layer: of a network without experts
  /// From this layer on keys and values are those of the last layer before it that attends alike.
  uint64_t first_sharing = 0;
  uint64_t layer_input = 0;  ///< numbers of a token that each layer gets beside the residual stream; 0: none
  uint64_t experts = 0, experts_used = 0, expert_feed_forward = 0, shared_feed_forward = 0;
  uint64_t normalised_experts = 0;  ///< 1: the weights of a token's experts are scaled to add up to 1
  uint64_t logistic_experts = 0;    ///< 1: they are logistic functions of scores, not their softmax
  float expert_scale = 1;           ///< of those weights in the end
  uint64_t longest = 0;             ///< tokens of a sequence, beyond which attention is another; 0: no end
  float epsilon = 0;                ///< of the norms
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

  HeadSizes heads_of(uint64_t layer) const {
    return sliding[layer] ? HeadSizes{heads, sliding_key_heads, sliding_head} : HeadSizes{heads, key_heads, head};
  }
  /// Whether later layers have the keys and values of this one.
  bool shares(uint64_t layer) const {
    uint64_t next = layer + 1;
    while (next < first_sharing && sliding[next] != sliding[layer]) ++next;
    return first_sharing < layers && next == first_sharing;
  }
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
