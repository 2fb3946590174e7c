#include "network/delta_net.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <random>

#include "network/functions.h"
#include "reference/delta_net_reference.h"

namespace nibble::network {
namespace {

/// A delta net of three value heads for each of two key heads, with sizes that fill no lanes, and sequences of which
/// one is shorter than the convolution and one fills no panel.
class DeltaNetCase {
 public:
  explicit DeltaNetCase(const char* architecture, float size = 1) {
    network_.architecture = find_architecture(architecture);
    network_.epsilon = 1e-3f;
    network_.taps = 4;
    network_.delta_key_heads = 2;
    network_.delta_heads = 6;
    network_.delta_key = 5;
    network_.delta_value = 11;
    sequences_ = place_sequences(std::vector<size_t>{3, 29, 16});
    panels_ = sequences_.back().first_panel + sequences_.back().panels();
    mixed_ = numbers(panels_ * network_.convolved() * lanes, size);
    strengths_ = numbers(panels_ * network_.delta_heads * lanes, 2 * size);
    steps_ = numbers(panels_ * network_.delta_heads * lanes, 2 * size);
    convolution_ = numbers(network_.convolved() * network_.taps, 1);
    decay_ = numbers(network_.delta_heads, 1);
    for (float& decay : decay_) decay = -std::fabs(decay);
    step_bias_ = numbers(network_.delta_heads, 1);
    // A query and a key shorter than what lengths count as at least.
    for (size_t channel = 0; channel < 2 * network_.delta_keys(); ++channel) {
      const size_t panel = sequences_[2].first_panel;
      for (size_t lane = 0; lane < lanes; ++lane)
        mixed_[(panel * network_.convolved() + channel) * lanes + lane] *= 1e-6f;
    }
  }

  const Network& network() const { return network_; }
  const std::vector<SequencePanels>& sequences() const { return sequences_; }

  /// The values that all sequences have afterwards, token after token.
  std::vector<float> run(Kernel kernel) {
    std::vector<float> mixed = mixed_;
    DeltaNet net(network_, kernel);
    const DeltaPanels panels{panels_of(mixed, network_.convolved()), panels_of(strengths_, network_.delta_heads),
                             panels_of(steps_, network_.delta_heads)};
    for (const SequencePanels& sequence : sequences_) net.run(panels, {convolution_, decay_, step_bias_}, sequence);
    std::vector<float> all;
    for (const SequencePanels& sequence : sequences_) {
      for (size_t token = 0; token < sequence.tokens; ++token) {
        for (size_t i = 0; i < network_.delta_values(); ++i) {
          const float* at = panels.mixed.at(sequence.first_panel + token / lanes, 2 * network_.delta_keys() + i);
          all.push_back(at[token % lanes]);
        }
      }
    }
    return all;
  }

  /// The same of one sequence and head, from the definition.
  std::vector<double> expected(const SequencePanels& sequence, size_t value_head, size_t key_head) {
    const size_t key = network_.delta_key, value = network_.delta_value, keys = network_.delta_keys();
    reference::DeltaHead head{sequence.tokens, key, value, {}, {}, {}, {}, {}, {}, {}, {}, 0, 0, 0};
    const auto take = [&](std::vector<float>& from, uint64_t channels, size_t first, size_t count) {
      std::vector<double> rows;
      for (size_t token = 0; token < sequence.tokens; ++token) {
        for (size_t i = 0; i < count; ++i)
          rows.push_back(
              double{panels_of(from, channels).at(sequence.first_panel + token / lanes, first + i)[token % lanes]});
      }
      return rows;
    };
    const auto weights = [&](size_t first, size_t count) {
      const float* from = &convolution_[first * network_.taps];
      return std::vector<double>(from, from + count * network_.taps);
    };
    head.queries = take(mixed_, network_.convolved(), key_head * key, key);
    head.keys = take(mixed_, network_.convolved(), keys + key_head * key, key);
    head.values = take(mixed_, network_.convolved(), 2 * keys + value_head * value, value);
    head.query_taps = weights(key_head * key, key);
    head.key_taps = weights(keys + key_head * key, key);
    head.value_taps = weights(2 * keys + value_head * value, value);
    head.strengths = take(strengths_, network_.delta_heads, value_head, 1);
    head.steps = take(steps_, network_.delta_heads, value_head, 1);
    head.decay = double{decay_[value_head]};
    head.step_bias = double{step_bias_[value_head]};
    head.least_length = double{network_.epsilon};
    return reference::delta_head(head);
  }

 private:
  std::vector<float> numbers(size_t count, float size) {
    std::normal_distribution<float> normal(0, size);
    std::vector<float> all(count);
    for (float& one : all) one = normal(random_);
    return all;
  }

  std::mt19937 random_{7};
  Network network_;
  std::vector<SequencePanels> sequences_;
  size_t panels_ = 0;
  std::vector<float> mixed_, strengths_, steps_, convolution_, decay_, step_bias_;
};

TEST(DeltaNet, GivesWhatItsDefinitionSays) {
  for (const char* architecture : {"qwen35", "qwen3next"}) {
    DeltaNetCase net(architecture);
    const std::vector<float> found = net.run(best_kernel());
    const size_t heads = net.network().delta_heads, value = net.network().delta_value;
    size_t first = 0;
    for (const SequencePanels& sequence : net.sequences()) {
      for (size_t h = 0; h < heads; ++h) {
        const size_t key_head = std::string(architecture) == "qwen35" ? h % 2 : h / 3;
        const std::vector<double> expected = net.expected(sequence, h, key_head);
        for (size_t token = 0; token < sequence.tokens; ++token) {
          for (size_t i = 0; i < value; ++i)
            ASSERT_NEAR(found[(first + token) * heads * value + h * value + i], expected[token * value + i], 2e-6)
                << architecture << ", sequence of " << sequence.tokens << ", head " << h << ", token " << token;
        }
      }
      first += sequence.tokens;
    }
  }
}

TEST(DeltaNet, DoesNotDependOnTheKernel) {
  // Numbers that make steps and strengths go to their limits as well.
  for (const float size : {1.0f, 60.0f}) {
    DeltaNetCase net("qwen35", size);
    const std::vector<float> one = net.run(best_kernel());
    for (const float value : one) ASSERT_TRUE(std::isfinite(value));
    for (const Kernel kernel : every_kernel()) {
      EXPECT_EQ(panel_math(kernel).kernel, kernel);
      const std::vector<float> other = net.run(kernel);
      EXPECT_EQ(std::memcmp(one.data(), other.data(), one.size() * sizeof(float)), 0);
    }
  }
}

TEST(DeltaNet, SoftplusIsExactEnough) {
  for (float x = -90; x < 90; x += 0.0137f) {
    const double expected = std::log1p(std::exp(-std::fabs(double{x}))) + std::max(0.0, double{x});
    ASSERT_NEAR(softplus(x), expected, 2.5e-7 * expected + 1e-37) << x;
  }
}

}  // namespace
}  // namespace nibble::network
