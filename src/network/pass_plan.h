#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "model/model.h"
#include "network/network.h"

/// What a pass over texts will do, computed from headers alone: which piece of which file is read when, what is done
/// with it, and what memory that takes. Nothing of it depends on the texts but their lengths.
namespace nibble::network {

/// One thing to do. Those with weights get them tile by tile.
enum class Op : uint8_t {
  embed,         ///< the residual stream becomes the tokens' rows of the embedding
  layer_embed,   ///< the numbers for each layer that belong to a token: its row of another embedding
  layer_inputs,  ///< projection of the embedding, which joins them
  vector,        ///< a small tensor is kept for the layer: see Vector
  query,         ///< projections of the normalised residual stream
  key,
  value,
  attend,            ///< no weights: biases, norms of heads, rotation, attention
  mix,               ///< projections of the normalised residual stream, in a layer with a delta net
  recur,             ///< no weights: the delta net, its norm and gate
  attention_output,  ///< projection of what attention, or the delta net, gave
  finish_attention,  ///< no weights: bias, norm; joins the residual stream
  router,            ///< chooses the experts of each token
  shared_router,     ///< the gate of the expert that all tokens share
  gate,              ///< of a part of the feed-forward network
  up,
  down,
  finish_feed_forward,  ///< no weights: as after attention
  layer_gate,           ///< projection of the residual stream, which a layer's own numbers are gated with
  layer_output,         ///< projection of those
  finish_layer_input,   ///< no weights: as after attention
  finish_layer,         ///< no weights: the layer's scale; its small tensors are forgotten
  logits,               ///< projection of the normalised residual stream to the vocabulary
};

/// Which network gate, up and down belong to.
enum class Part : uint8_t { dense, expert, shared };

/// The small tensors of a layer (and of the output, and of the rotary embedding, which stay).
enum class Vector : uint8_t {
  attention_norm,
  attention_norm_bias,
  query_bias,
  key_bias,
  value_bias,
  joined_bias,
  query_norm,
  key_norm,
  attention_output_bias,
  attention_after_norm,
  sinks,
  convolution,
  step_bias,
  decay,
  delta_norm,
  feed_forward_norm,
  feed_forward_norm_bias,
  gate_bias,
  up_bias,
  down_bias,
  feed_forward_after_norm,
  router_bias,
  choice_bias,       ///< of experts: see Routing::choose()
  expert_gate_bias,  ///< expert after expert; likewise the next two
  expert_up_bias,
  expert_down_bias,
  layer_input_norm,
  layer_scale,
  output_norm,
  output_norm_bias,
  output_bias,
  layer_projection_norm,
  rotary_factors,
};
inline constexpr size_t vector_count = static_cast<size_t>(Vector::rotary_factors) + 1;

/// Consecutive rows of a step's tensor, contiguous in a file.
struct Tile {
  uint32_t file;
  uint64_t offset, bytes;
  uint64_t first_row;  ///< counted from the step's first
  uint64_t rows;
};

struct Step {
  Op op;
  uint32_t layer = 0;
  Part part = Part::dense;
  Vector vector{};
  uint32_t expert = 0;
  uint32_t tensor = 0;                     ///< index into Model::tensors(), of steps with weights
  uint64_t first_row = 0, rows = 0;        ///< of the tensor, stacked matrices one after the other
  uint64_t first_column = 0, columns = 0;  ///< the window of the rows that counts
  /// The channel that the first row gives. gate, up: of the hidden layer; query, mix: of the work space.
  uint64_t first_output = 0;
  std::vector<uint32_t> observed{};  ///< tensors whose input is what this step's is
  std::vector<Tile> tiles{};

  bool has_weights() const { return !tiles.empty(); }
};

/// What is asked of a pass.
struct PassOptions {
  uint64_t tokens = 0;  ///< of all sequences
  uint64_t sequences = 1;
  uint64_t longest = 0;         ///< tokens of the longest sequence
  bool observe = false;         ///< of each matrix: the squares of its input, column by column
  bool observe_output = false;  ///< also of the output layer's
  bool logits = true;
  bool contrast = false;  ///< other weights are held against those of each layer's matrices: see Forward::begin()
  /// Channels of a dense hidden layer that are worked on at a time, at the least: statistics see no more at once.
  uint64_t least_window = 0;
};

/// Bytes. Of all workers together, and of each beside that.
struct PassMemory {
  uint64_t activations;  ///< residual stream and the widest intermediate of all sequences
  uint64_t per_worker;   ///< an idle worker, its tiles and tables
};

struct PassPlan {
  Network network;
  std::vector<Step> steps;
  PassMemory memory{};
  uint64_t reads = 0;     ///< bytes of all tiles but the embedding's, of which only those are read that a token needs
  double operations = 0;  ///< floating point operations of all products
  /// Floats per token of the work space behind the residual stream.
  uint64_t work_channels = 0;
};

/// Rows of a tile of the output layer: the same for every model, so that two can be compared tile by tile.
inline constexpr uint64_t logit_tile_rows = 64;

/// Throws Error when the network cannot be run: an unknown architecture, a tensor that is missing, has another shape
/// than the metadata say, or has no place in the network.
PassPlan plan_pass(const Model& model, const PassOptions& options);

}  // namespace nibble::network
