#pragma once
#include <cstddef>
#include <cstdint>

#include "network/architectures.h"
#include "network/panels.h"
#include "numeric/kernel.h"

/// What is computed of panels, lane by lane: one set of functions per target (numeric/kernel.h), all of which give the
/// same bits. Everything else in this room decides what is computed of what.
namespace nibble::network {

/// Columns of a product, and channels of a sum, that are added by themselves before their sum joins the result: a
/// super-block of weights.
inline constexpr size_t block_columns = 256;

enum class Into : uint8_t { set, add };

/// `panel`, `values` and the like point at a panel's channels, `lanes` floats each.
struct PanelMath {
  Kernel kernel;

  /// One block of one panel: for each row r < `rows` and lane l, out[r][l] becomes, or has added to it, the sum over
  /// k < `columns` of weights[r * stride + k] * inputs[k][l]; `columns` <= block_columns.
  void (*multiply)(const float* weights, size_t stride, size_t rows, const float* inputs, size_t columns, float* out,
                   Into into);
  /// Of each lane: the mean of `channels` values (of a layer norm; `mean` is not touched otherwise), and one over the
  /// root of epsilon and the mean square of what is left without it.
  void (*statistics)(const float* panel, size_t channels, Norm norm, float epsilon, float* mean, float* factor);
  /// to[c] = (from[c] - mean) * factor * weights[c] + bias[c] for `count` channels; without `mean` or `bias` where they
  /// are null. `from` and `to` may be the same.
  void (*normalise)(const float* from, size_t count, const float* mean, const float* factor, const float* weights,
                    const float* bias, float* to);
  /// Attention: the scores of a panel of tokens, whose first stands at `position`, become the shares of the `count`
  /// tokens from `first` on; in each lane only those that its token sees. See Attention::run for window and sink.
  void (*share)(float* scores, size_t first, size_t count, size_t position, uint64_t window, float scale, float cap,
                const float* sink);
  /// One token of one head of a gated delta net (delta_net.h). `state` has `keys` rows of `values` floats, a multiple
  /// of `lanes`: all of it becomes `kept` of itself, gets `key` times `strength` times what `value` differs by from its
  /// product with `key`, and gives its product with `query`.
  void (*recur)(float* state, size_t keys, size_t values, const float* query, const float* key, const float* value,
                float kept, float strength, float* to);
  /// values[c] becomes its activation.
  void (*activate)(float* values, size_t count, Activation activation);
  /// values[c], which have been activated, *= what the activation makes of factors[c] + bias[c]; without bias where it
  /// is null.
  void (*multiply_into)(float* values, const float* factors, const float* bias, size_t count, Activation activation);
  /// Scores of tokens: values[c] += bias[c] where there is one; times `scale`; cap * tanh(values[c] / cap) where cap >
  /// 0.
  void (*finish_scores)(float* values, const float* bias, float scale, float cap, size_t count);
  /// squares[c] += values[c]^2.
  void (*add_squares)(const float* values, size_t count, float* squares);
  /// The largest of `count` channels.
  void (*largest)(const float* values, size_t count, float* to);
  /// sums = sum over c of e^(values[c] - largest).
  void (*sum_shares)(const float* values, size_t count, const float* largest, float* sums);
  /// The same of two models' scores, and differences = sum over c of e^(values[c] - largest) * (values[c] - others[c]).
  void (*compare_shares)(const float* values, const float* others, size_t count, const float* largest,
                         const float* other_largest, float* sums, float* other_sums, float* differences);
};

/// Those of a target, or of the only one there is.
NIBBLE_IN_TARGETS(const PanelMath& panel_math();)
inline const PanelMath& panel_math(Kernel kernel) { return NIBBLE_OF_TARGET(kernel, panel_math)(); }

}  // namespace nibble::network
