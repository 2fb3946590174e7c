#include "network/column_sums.h"

#include <algorithm>

namespace nibble::network {

std::vector<double> sums_of_squares(const ProductInput& input, size_t channels,
                                    std::span<const SequencePanels> sequences, Kernel kernel) {
  std::vector<double> sums(sequences.size() * channels);
  float scratch[block_columns * lanes], squares[block_columns * lanes];
  for (size_t s = 0; s < sequences.size(); ++s) {
    const SequencePanels& sequence = sequences[s];
    for (size_t first = 0; first < channels; first += block_columns) {
      const size_t count = std::min(block_columns, channels - first);
      std::fill_n(squares, count * lanes, 0.0f);
      for (size_t panel = 0; panel < sequence.panels(); ++panel) {
        const float* values = input.block(sequence.first_panel + panel, first, count, scratch);
        if (const size_t tokens = sequence.tokens_in(panel); tokens < lanes) {
          for (size_t i = 0; i < count; ++i) {
            for (size_t lane = 0; lane < tokens; ++lane)
              squares[i * lanes + lane] += values[i * lanes + lane] * values[i * lanes + lane];
          }
          continue;
        }
        panel_math(kernel).add_squares(values, count, squares);
      }
      for (size_t i = 0; i < count; ++i) {
        double& sum = sums[s * channels + first + i];
        for (size_t lane = 0; lane < lanes; ++lane) sum += double{squares[i * lanes + lane]};
      }
    }
  }
  return sums;
}

}  // namespace nibble::network
