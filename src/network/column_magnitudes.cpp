#include "network/column_magnitudes.h"

#include <algorithm>
#include <cmath>

namespace nibble::network {

ColumnMagnitudes magnitudes_of(const ProductInput& input, size_t channels, std::span<const SequencePanels> sequences,
                               float threshold) {
  ColumnMagnitudes found;
  found.beyond.resize(sequences.size() * channels);
  found.largest.resize(sequences.size() * channels);
  float scratch[block_columns * lanes];
  for (size_t s = 0; s < sequences.size(); ++s) {
    for (size_t panel = 0; panel < sequences[s].panels(); ++panel) {
      const size_t tokens = sequences[s].tokens_in(panel);
      for (size_t first = 0; first < channels; first += block_columns) {
        const size_t count = std::min(block_columns, channels - first);
        const float* values = input.block(sequences[s].first_panel + panel, first, count, scratch);
        for (size_t i = 0; i < count; ++i) {
          const size_t at = s * channels + first + i;
          for (size_t lane = 0; lane < tokens; ++lane) {
            const float magnitude = std::fabs(values[i * lanes + lane]);
            if (magnitude >= threshold) found.beyond[at] += 1;
            found.largest[at] = std::max(found.largest[at], double{magnitude});
          }
        }
      }
    }
  }
  return found;
}

}  // namespace nibble::network
