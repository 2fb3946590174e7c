#include "calibration/input_products.h"

#include <algorithm>

namespace nibble::calibration {
namespace {

using network::block_columns;
using network::lanes;
using network::SequencePanels;

/// Rows of the left side that meet all of the right one before the next ones' turn: they stay in the second cache.
constexpr size_t cached_rows = 128;

/// Tokens first .. first + count of a sequence, one at a time: take(channel, token, value).
template <class Take>
void each_value(const Channels& from, const SequencePanels& sequence, size_t first, size_t count, Take take) {
  float scratch[block_columns * lanes];
  for (size_t channel = 0; channel < from.count;) {
    // An input is normalised in blocks from its first channel on.
    const size_t in_block = (from.first + channel) % block_columns;
    const size_t channels = std::min(block_columns - in_block, from.count - channel);
    for (size_t token = 0; token < count; token += lanes) {
      const size_t panel = sequence.first_panel + (first + token) / lanes;
      const float* values = from.input->block(panel, from.first + channel, channels, scratch);
      for (size_t c = 0; c < channels; ++c) {
        for (size_t lane = 0; lane < std::min(lanes, count - token); ++lane)
          take(channel + c, token + lane, values[c * lanes + lane]);
      }
    }
    channel += channels;
  }
}

class Sums {
 public:
  Sums(const Channels& left, const Channels& right, Kernel kernel)
      : left_(left),
        right_(right),
        same_(left.input == right.input && left.first == right.first && left.count == right.count),
        panels_((right.count + lanes - 1) / lanes),
        multiply_(network::panel_math(kernel).multiply),
        rows_(left.count * block_columns),
        columns_(panels_ * block_columns * lanes),
        sums_(panels_ * left.count * lanes) {}

  void add(const SequencePanels& sequence) {
    for (size_t first = 0; first < sequence.tokens; first += block_columns)
      add(sequence, first, std::min(block_columns, sequence.tokens - first));
  }

  std::vector<float> matrix() const {
    std::vector<float> all(left_.count * right_.count);
    for (size_t row = 0; row < left_.count; ++row) {
      for (size_t column = 0; column < right_.count; ++column) {
        const bool mirrored = same_ && column > row;
        all[row * right_.count + column] = mirrored ? sum(column, row) : sum(row, column);
      }
    }
    return all;
  }

 private:
  float sum(size_t row, size_t column) const {
    return sums_[(column / lanes * left_.count + row) * lanes + column % lanes];
  }

  void add(const SequencePanels& sequence, size_t first, size_t tokens) {
    each_value(left_, sequence, first, tokens,
               [&](size_t channel, size_t token, float value) { rows_[channel * block_columns + token] = value; });
    each_value(right_, sequence, first, tokens, [&](size_t channel, size_t token, float value) {
      columns_[(channel / lanes * block_columns + token) * lanes + channel % lanes] = value;
    });
    for (size_t row = 0; row < left_.count; row += cached_rows) {
      const size_t end = std::min(left_.count, row + cached_rows);
      for (size_t panel = 0; panel < panels_; ++panel) {
        const size_t from = same_ ? std::max(row, panel * lanes) : row;
        if (from >= end) break;
        multiply_(&rows_[from * block_columns], block_columns, end - from, &columns_[panel * block_columns * lanes],
                  tokens, &sums_[(panel * left_.count + from) * lanes], network::Into::add);
      }
    }
  }

  Channels left_, right_;
  bool same_;
  size_t panels_;
  decltype(network::PanelMath::multiply) multiply_;
  std::vector<float> rows_, columns_;  // of the tokens at work: [channel][token], and [token] of eight channels
  std::vector<float> sums_;            // panels of eight columns
};

}  // namespace

std::vector<float> input_products(const Channels& left, const Channels& right,
                                  std::span<const SequencePanels> sequences, Kernel kernel) {
  Sums sums(left, right, kernel);
  for (const SequencePanels& sequence : sequences) sums.add(sequence);
  return sums.matrix();
}

ProductTerms product_terms(const Channels& left, const Channels& right, std::span<const SequencePanels> sequences) {
  ProductTerms terms;
  for (const SequencePanels& sequence : sequences) terms.tokens += sequence.tokens;
  terms.left.resize(left.count * terms.tokens);
  terms.right.resize((right.count + lanes - 1) / lanes * terms.tokens * lanes);
  size_t before = 0;
  for (const SequencePanels& sequence : sequences) {
    each_value(left, sequence, 0, sequence.tokens, [&](size_t channel, size_t token, float value) {
      terms.left[channel * terms.tokens + before + token] = value;
    });
    each_value(right, sequence, 0, sequence.tokens, [&](size_t channel, size_t token, float value) {
      terms.right[(channel / lanes * terms.tokens + before + token) * lanes + channel % lanes] = value;
    });
    before += sequence.tokens;
  }
  return terms;
}

}  // namespace nibble::calibration
