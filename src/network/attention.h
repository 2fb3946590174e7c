#pragma once
#include <vector>

#include "network/network.h"
#include "network/product.h"

namespace nibble::network {

/// Causal attention of sequences that know nothing of one another. The scratch, floats for a longest sequence of n
/// tokens: n * (2 * head + lanes), is kept.
class Attention {
 public:
  Attention(const Network& network, Kernel kernel) : network_(network), kernel_(kernel) {}

  /// Replaces the queries of a sequence by what attention gives, head by head, of these sizes. `sinks` is a score per
  /// head that takes its share and gives nothing, or null. `window`: tokens that each token sees, itself included; 0:
  /// all before it.
  void run(PanelView queries, PanelView keys, PanelView values, const SequencePanels& sequence, const HeadSizes& sizes,
           uint64_t window, const float* sinks);

 private:
  void head(PanelView queries, size_t size, size_t first_panel, size_t tokens, uint64_t window, const float* sink);

  const Network& network_;
  Kernel kernel_;
  std::vector<float> key_rows_;    // token after token
  std::vector<float> value_rows_;  // dimension after dimension, a row of all tokens each
  std::vector<float> scores_;      // a panel's, token after token
};

}  // namespace nibble::network
