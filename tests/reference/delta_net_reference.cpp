#include "reference/delta_net_reference.h"

#include <algorithm>
#include <cmath>

namespace nibble::reference {
namespace {

double logistic(double x) { return 1 / (1 + std::exp(-x)); }

/// The silu of the causal convolution of each channel.
std::vector<double> convolved(const std::vector<double>& rows, size_t tokens, size_t channels,
                              const std::vector<double>& weights) {
  const size_t taps = weights.size() / channels;
  std::vector<double> all(rows.size());
  for (size_t token = 0; token < tokens; ++token) {
    for (size_t channel = 0; channel < channels; ++channel) {
      double sum = 0;
      for (size_t back = 0; back < taps && back <= token; ++back)
        sum += weights[channel * taps + taps - 1 - back] * rows[(token - back) * channels + channel];
      all[token * channels + channel] = sum * logistic(sum);
    }
  }
  return all;
}

void divide_by_length(std::vector<double>& rows, size_t length, double least) {
  for (size_t first = 0; first < rows.size(); first += length) {
    double squares = 0;
    for (size_t i = 0; i < length; ++i) squares += rows[first + i] * rows[first + i];
    for (size_t i = 0; i < length; ++i) rows[first + i] /= std::max(std::sqrt(squares), least);
  }
}

}  // namespace

std::vector<double> delta_head(const DeltaHead& head) {
  const size_t tokens = head.tokens, keys = head.key, values = head.value;
  std::vector<double> q = convolved(head.queries, tokens, keys, head.query_taps);
  std::vector<double> k = convolved(head.keys, tokens, keys, head.key_taps);
  const std::vector<double> v = convolved(head.values, tokens, values, head.value_taps);
  divide_by_length(q, keys, head.least_length);
  divide_by_length(k, keys, head.least_length);
  std::vector<double> state(values * keys), out;
  for (size_t t = 0; t < tokens; ++t) {
    const double softplus = std::log1p(std::exp(head.steps[t] + head.step_bias));
    const double a = std::exp(head.decay * softplus), b = logistic(head.strengths[t]);
    std::vector<double> next(values * keys);
    for (size_t row = 0; row < values; ++row) {
      for (size_t column = 0; column < keys; ++column) {
        double sum = 0;
        for (size_t i = 0; i < keys; ++i) {
          const double identity = i == column ? 1 : 0;
          sum += state[row * keys + i] * (identity - b * k[t * keys + i] * k[t * keys + column]);
        }
        next[row * keys + column] = a * sum + b * v[t * values + row] * k[t * keys + column];
      }
    }
    state = next;
    for (size_t row = 0; row < values; ++row) {
      double sum = 0;
      for (size_t i = 0; i < keys; ++i)
        sum += state[row * keys + i] * q[t * keys + i] / std::sqrt(static_cast<double>(keys));
      out.push_back(sum);
    }
  }
  return out;
}

}  // namespace nibble::reference
