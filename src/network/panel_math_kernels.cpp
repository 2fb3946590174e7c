#include <algorithm>
#include <limits>

#include "network/functions.h"
#include "network/panel_math.h"

namespace nibble::network::NIBBLE_TARGET {
namespace {

using V = Lanes;
constexpr size_t step = lane_count<V>;

inline float everywhere(const float* value, float) { return *value; }
inline Float4 everywhere(const float* value, Float4) { return Float4(wasm_v128_load32_splat(value)); }

/// `Rows` rows at once: their sums stay in registers, and each load of the inputs serves all of them.
template <size_t Rows>
inline void multiply_rows(const float* weights, size_t stride, const float* inputs, size_t columns, float* out,
                          Into into) {
  constexpr size_t vectors = lanes / step;
  V sums[Rows][vectors];
  NIBBLE_UNROLL
  for (size_t r = 0; r < Rows; ++r) {
    NIBBLE_UNROLL
    for (size_t v = 0; v < vectors; ++v) sums[r][v] = V(0.0f);
  }
  for (size_t k = 0; k < columns; ++k) {
    V input[vectors];
    NIBBLE_UNROLL
    for (size_t v = 0; v < vectors; ++v) input[v] = load_run<V>(inputs + k * lanes + v * step);
    NIBBLE_UNROLL
    for (size_t r = 0; r < Rows; ++r) {
      const V weight = everywhere(weights + r * stride + k, V());
      NIBBLE_UNROLL
      for (size_t v = 0; v < vectors; ++v) sums[r][v] = sums[r][v] + weight * input[v];
    }
  }
  NIBBLE_UNROLL
  for (size_t r = 0; r < Rows; ++r) {
    NIBBLE_UNROLL
    for (size_t v = 0; v < vectors; ++v) {
      float* to = out + r * lanes + v * step;
      store_run(into == Into::add ? load_run<V>(to) + sums[r][v] : sums[r][v], to);
    }
  }
}

void multiply(const float* weights, size_t stride, size_t rows, const float* inputs, size_t columns, float* out,
              Into into) {
  // Eight sums, two inputs, a weight and a product fit the sixteen registers of x86-64, of which engines keep one.
  constexpr size_t at_once = has_vectors ? 4 : 1;
  size_t r = 0;
  for (; r + at_once <= rows; r += at_once)
    multiply_rows<at_once>(weights + r * stride, stride, inputs, columns, out + r * lanes, into);
  for (; r < rows; ++r) multiply_rows<1>(weights + r * stride, stride, inputs, columns, out + r * lanes, into);
}

/// Sums of values (or of squares) of a panel's channels, per lane: in blocks, as products are, so that the sums of wide
/// models stay exact.
template <class Term>
V sum_of(const float* panel, size_t channels, Term term) {
  V total(0.0f);
  for (size_t first = 0; first < channels; first += block_columns) {
    const size_t end = std::min(channels, first + block_columns);
    V sum(0.0f);
    for (size_t channel = first; channel < end; ++channel) sum = sum + term(load_run<V>(panel + channel * lanes));
    total = total + sum;
  }
  return total;
}

void statistics(const float* panel, size_t channels, Norm norm, float epsilon, float* mean, float* factor) {
  const V count(static_cast<float>(channels));
  for (size_t lane = 0; lane < lanes; lane += step) {
    const float* from = panel + lane;
    V middle(0.0f);
    if (norm == Norm::layer) {
      middle = sum_of(from, channels, [](V x) { return x; }) / count;
      store_run(middle, mean + lane);
    }
    const V squares = sum_of(from, channels, [&](V x) { return (x - middle) * (x - middle); });
    store_run(V(1.0f) / square_root(squares / count + V(epsilon)), factor + lane);
  }
}

void normalise(const float* from, size_t count, const float* mean, const float* factor, const float* weights,
               const float* bias, float* to) {
  for (size_t lane = 0; lane < lanes; lane += step) {
    const V times = load_run<V>(factor + lane), middle = mean ? load_run<V>(mean + lane) : V(0.0f);
    for (size_t channel = 0; channel < count; ++channel) {
      V value = load_run<V>(from + channel * lanes + lane);
      if (mean) value = value - middle;
      value = value * times * V(weights[channel]);
      if (bias) value = value + V(bias[channel]);
      store_run(value, to + channel * lanes + lane);
    }
  }
}

/// Low enough to become 0, and no infinity.
constexpr float unseen = -1e30f;

void share(float* scores, size_t first, size_t count, size_t position, uint64_t window, float scale, float cap,
           const float* sink) {
  for (size_t j = 0; j < count; ++j) {
    float* score = scores + j * lanes;
    for (size_t lane = 0; lane < lanes; lane += step) {
      V value = load_run<V>(score + lane) * V(scale);
      if (cap > 0) value = V(cap) * hyperbolic_tangent(value * V(1.0f / cap));
      store_run(value, score + lane);
    }
    for (size_t lane = 0; lane < lanes; ++lane) {
      const size_t query = position + lane, key = first + j;
      if (key > query || (window > 0 && query - key >= window)) score[lane] = unseen;
    }
  }
  for (size_t lane = 0; lane < lanes; lane += step) {
    V largest(sink ? *sink : unseen);
    for (size_t j = 0; j < count; ++j) largest = higher_of(largest, load_run<V>(scores + j * lanes + lane));
    V sum(0.0f);
    if (sink) sum = exponential(V(*sink) - largest);
    for (size_t j = 0; j < count; ++j) {
      float* score = scores + j * lanes + lane;
      const V part = exponential(load_run<V>(score) - largest);
      sum = sum + part;
      store_run(part, score);
    }
    const V factor = V(1.0f) / sum;
    for (size_t j = 0; j < count; ++j) {
      float* score = scores + j * lanes + lane;
      store_run(load_run<V>(score) * factor, score);
    }
  }
}

void recur(float* state, size_t keys, size_t values, const float* query, const float* key, const float* value,
           float kept, float strength, float* to) {
  for (size_t j = 0; j < values; j += step) {
    V known(0.0f), sum(0.0f);
    for (size_t i = 0; i < keys; ++i) {
      float* at = state + i * values + j;
      const V left = load_run<V>(at) * V(kept);
      known = known + left * V(key[i]);
      store_run(left, at);
    }
    const V change = (load_run<V>(value + j) - known) * V(strength);
    for (size_t i = 0; i < keys; ++i) {
      float* at = state + i * values + j;
      const V changed = load_run<V>(at) + V(key[i]) * change;
      sum = sum + changed * V(query[i]);
      store_run(changed, at);
    }
    store_run(sum, to + j);
  }
}

void activate(float* values, size_t count, Activation activation) {
  for (size_t i = 0; i < count * lanes; i += step) {
    const V x = load_run<V>(values + i);
    switch (activation) {
      case Activation::silu: store_run(silu(x), values + i); break;
      case Activation::logistic: store_run(logistic(x), values + i); break;
      case Activation::gelu: store_run(gelu(x), values + i); break;
      case Activation::clamped: store_run(clamped_gate(x), values + i); break;
    }
  }
}

void multiply_into(float* values, const float* factors, const float* bias, size_t count, Activation activation) {
  const bool clamped = activation == Activation::clamped;
  for (size_t channel = 0; channel < count; ++channel) {
    const V add(bias ? bias[channel] : 0.0f);
    for (size_t i = channel * lanes; i < (channel + 1) * lanes; i += step) {
      const V factor = load_run<V>(factors + i) + add;
      store_run(load_run<V>(values + i) * (clamped ? clamped_factor(factor) : factor), values + i);
    }
  }
}

void finish_scores(float* values, const float* bias, float scale, float cap, size_t count) {
  for (size_t i = 0; i < count * lanes; i += step) {
    V score = load_run<V>(values + i);
    if (bias) score = score + V(bias[i / lanes]);
    score = score * V(scale);
    if (cap > 0) score = V(cap) * hyperbolic_tangent(score * V(1.0f / cap));
    store_run(score, values + i);
  }
}

void add_squares(const float* values, size_t count, float* squares) {
  for (size_t i = 0; i < count * lanes; i += step) {
    const V value = load_run<V>(values + i);
    store_run(load_run<V>(squares + i) + value * value, squares + i);
  }
}

void largest(const float* values, size_t count, float* to) {
  for (size_t lane = 0; lane < lanes; lane += step) {
    V most(std::numeric_limits<float>::lowest());
    for (size_t channel = 0; channel < count; ++channel)
      most = higher_of(most, load_run<V>(values + channel * lanes + lane));
    store_run(most, to + lane);
  }
}

void sum_shares(const float* values, size_t count, const float* largest, float* sums) {
  for (size_t lane = 0; lane < lanes; lane += step) {
    V sum(0.0f);
    const V most = load_run<V>(largest + lane);
    for (size_t channel = 0; channel < count; ++channel)
      sum = sum + exponential(load_run<V>(values + channel * lanes + lane) - most);
    store_run(sum, sums + lane);
  }
}

void compare_shares(const float* values, const float* others, size_t count, const float* largest,
                    const float* other_largest, float* sums, float* other_sums, float* differences) {
  for (size_t lane = 0; lane < lanes; lane += step) {
    V sum(0.0f), other_sum(0.0f), difference(0.0f);
    const V most = load_run<V>(largest + lane), other_most = load_run<V>(other_largest + lane);
    for (size_t channel = 0; channel < count; ++channel) {
      const V value = load_run<V>(values + channel * lanes + lane),
              other = load_run<V>(others + channel * lanes + lane);
      const V part = exponential(value - most);
      sum = sum + part;
      other_sum = other_sum + exponential(other - other_most);
      difference = difference + part * (value - other);
    }
    store_run(sum, sums + lane);
    store_run(other_sum, other_sums + lane);
    store_run(difference, differences + lane);
  }
}

}  // namespace

const PanelMath& panel_math() {
  static constexpr PanelMath functions = {target_kernel, multiply,   statistics,    normalise,     share,
                                          recur,         activate,   multiply_into, finish_scores, add_squares,
                                          largest,       sum_shares, compare_shares};
  return functions;
}

}  // namespace nibble::network::NIBBLE_TARGET
