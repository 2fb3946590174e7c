#include "network/attention.h"

#include <algorithm>

namespace nibble::network {
void Attention::run(PanelView queries, PanelView keys, PanelView values, const SequencePanels& sequence,
                    const HeadSizes& sizes, uint64_t window, const float* sinks) {
  const size_t size = sizes.size, panels = sequence.panels(), padded = panels * lanes;
  key_rows_.resize(padded * size);
  value_rows_.resize(padded * size);
  scores_.resize(padded * lanes);
  const size_t group = sizes.heads / sizes.key_heads;
  for (size_t key_head = 0; key_head < sizes.key_heads; ++key_head) {
    for (size_t panel = 0; panel < panels; ++panel) {
      const float* key = keys.at(sequence.first_panel + panel, key_head * size);
      const float* value = values.at(sequence.first_panel + panel, key_head * size);
      for (size_t i = 0; i < size; ++i) {
        for (size_t lane = 0; lane < lanes; ++lane) {
          key_rows_[(panel * lanes + lane) * size + i] = key[i * lanes + lane];
          value_rows_[i * padded + panel * lanes + lane] = value[i * lanes + lane];
        }
      }
    }
    for (size_t h = key_head * group; h < (key_head + 1) * group; ++h) {
      head({queries.at(0, h * size), queries.stride}, size, sequence.first_panel, sequence.tokens, window,
           sinks ? sinks + h : nullptr);
    }
  }
}

void Attention::head(PanelView queries, size_t size, size_t first_panel, size_t tokens, uint64_t window,
                     const float* sink) {
  const size_t panels = (tokens + lanes - 1) / lanes, padded = panels * lanes;
  const PanelView scores{scores_.data(), 0};
  for (size_t panel = 0; panel < panels; ++panel) {
    const size_t position = panel * lanes, end = std::min(tokens, position + lanes);
    const size_t first = window > 0 && position >= window ? position - (window - 1) : 0;
    const PanelView own{queries.at(first_panel + panel), 0};
    multiply({&key_rows_[first * size], end - first, size, size}, PlainInput(own), 0, 0, 1, scores, Into::set, kernel_);
    panel_math(kernel_).share(scores_.data(), first, end - first, position, window, network_.attention_scale,
                              network_.attention_cap, sink);
    multiply({&value_rows_[first], size, end - first, padded}, PlainInput(scores), 0, 0, 1, own, Into::set, kernel_);
  }
}

}  // namespace nibble::network
