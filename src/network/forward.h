#pragma once
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "network/attention.h"
#include "network/column_magnitudes.h"
#include "network/column_sums.h"
#include "network/delta_net.h"
#include "network/norm.h"
#include "network/pass_plan.h"
#include "network/product_order.h"
#include "network/rotation.h"
#include "network/routing.h"
#include "network/weight_reader.h"

namespace nibble::network {

/// A text in tokens. Those from number `first_scored` on are to predict the one after them.
struct TokenSequence {
  std::vector<int32_t> tokens;
  size_t first_scored = 0;
};

/// What was seen of a step's input: for each sequence, the sums of squares of its columns and the number of tokens.
struct Observation {
  std::vector<double> sums;  ///< sequence after sequence
  std::vector<double> counts;
  /// Where other weights were held against the step's own (see begin()): for each sequence |(W - V) a|^2 and |W a|^2,
  /// summed over its tokens; W are the step's weights, V the others, a the step's input. Of a projection down that is
  /// done in windows, both are zero until the last.
  std::vector<double> contrast;
  /// Where a threshold was given: see magnitudes_of().
  ColumnMagnitudes magnitudes;
};

/// Scores of the next token: channel r of the view belongs to token first_row + r of the vocabulary.
struct LogitTile {
  PanelView view;
  uint64_t first_row = 0, rows = 0;
};

/// One worker's share of a pass: some sequences, taken through the steps of a plan. Holds their activations, never more
/// of the weights than a tile. What it computes for a sequence does not depend on the others.
class Forward {
 public:
  /// Throws Error when a token is not in the vocabulary.
  Forward(Network network, uint64_t work_channels, std::vector<TokenSequence> sequences, Kernel kernel = best_kernel());
  Forward(const Forward&) = delete;
  Forward& operator=(const Forward&) = delete;

  /// Begins a step (its tiles are not looked at). With `observe`, end() tells what its input was. With `other`, each
  /// tile is followed by the same rows of other weights, stored that way, and end() tells what they would change. With
  /// a `threshold` above 0, an input that is observed is also held against it.
  void begin(const Step& step, const WeightForm& form, bool observe, std::optional<WeightForm> other = {},
             float threshold = 0);
  /// Takes the rows `first_row` to `first_row` + `rows` of the step; `bytes` as stored. Throws Error when a weight is
  /// not finite.
  void take(const uint8_t* bytes, uint64_t first_row, uint64_t rows);
  /// take() in three parts, so that the product in the middle can be computed elsewhere: begin_tile() says which, in
  /// order(); fill() of product_order.h gets what others computed, and multiply() computes here what is left, from
  /// panel number `first_panel` on; end_tile() uses it.
  void begin_tile(const uint8_t* bytes, uint64_t first_row, uint64_t rows);
  void multiply(size_t first_panel = 0);
  void end_tile();
  /// Takes the other weights of the rows that were taken last; they change nothing. Throws Error as take() does. Also
  /// in three parts, of which the first is begin_contrast().
  void contrast(const uint8_t* bytes, uint64_t first_row, uint64_t rows);
  void begin_contrast(const uint8_t* bytes, uint64_t first_row, uint64_t rows);
  /// Without panels when the tile asks for no product. Valid until the next tile, or end().
  const ProductOrder& order() const { return order_; }
  /// Changes whenever the input of order() does.
  uint64_t input_number() const { return input_number_; }
  /// Ends the step. Throws Error when the residual stream is no longer finite.
  Observation end();

  /// Tells what the weights of the step that has begun are multiplied with: use(input, its channels, where its tokens
  /// lie). For steps that projections of one input begin with; until the step's end.
  template <class Use>
  void with_input(Use use) const {
    use(*step_input_, input_channels_, step_.part == Part::expert ? routed_places_ : places_);
  }

  /// What the last tile of the output layer gave, in the panels that hold a token to be scored.
  const LogitTile& logits() const { return logits_; }
  const std::vector<TokenSequence>& sequences() const { return sequences_; }
  const std::vector<SequencePanels>& places() const { return places_; }
  const Network& network() const { return network_; }
  /// The residual stream of a panel's tokens, between steps.
  const float* residual_at(size_t panel) const { return residual_.data() + panel * network_.embedding * lanes; }

 private:
  std::span<const float> vector(Vector vector) const { return vectors_[static_cast<size_t>(vector)]; }
  /// A bias of the part at work: `dense`, or what its expert has in `experts`, where each has `each`.
  std::span<const float> part_bias(Vector dense, Vector experts, uint64_t each) const;
  PanelView work(uint64_t channel) { return panels_of(work_, work_channels_, channel); }
  bool is_recurrent() const { return network_.recurrent[step_.layer] != 0; }
  /// What attention, or the delta net, gives: in place of the queries, or of the values.
  PanelView attended() { return work(is_recurrent() ? 2 * network_.delta_keys() : 0); }
  uint64_t attended_channels() const { return is_recurrent() ? network_.delta_values() : sizes().queries(); }
  HeadSizes sizes() const { return network_.heads_of(step_.layer); }
  PanelView residual() { return panels_of(residual_, network_.embedding); }
  /// What attention, or the feed-forward network, adds to the residual stream. Behind what attention gives, or at the
  /// start.
  PanelView out() {
    if (!in_attention_) return work(0);
    return work(is_recurrent() ? network_.convolved() : sizes().queries());
  }
  PanelView gathered() { return work(network_.embedding); }
  PanelView hidden() { return work(step_.part == Part::dense ? network_.embedding : 2 * network_.embedding); }

  void normalise(Vector weights, Vector bias);
  void begin_part();
  void gather();
  void set_input(const ProductInput& input, size_t columns);
  void observe_input(size_t columns);
  void embed(const uint8_t* bytes, uint64_t first_row, uint64_t rows, PanelView to, uint64_t channels, float scale);
  WeightRows decode(const WeightForm& form, const uint8_t* bytes, uint64_t first_row, uint64_t rows);
  void keep(const WeightRows& weights);
  /// Adds the squares of what weights gave for the tokens at work to number `which` of each sequence's contrast.
  void add_contrast(PanelView view, uint64_t rows, size_t which);
  bool is_dense_down() const { return step_.op == Op::down && step_.part == Part::dense; }
  bool is_last_window() const { return step_.first_column + step_.columns == form_.row_length; }
  void take_vector(const uint8_t* bytes);
  /// Room for the product of a tile, for all panels.
  PanelView tile_room(size_t rows);
  void order_scores();
  void gate_with_up();
  void add_down();
  void finish_scores();
  void activate();
  void add_bias(PanelView view, size_t panels, std::span<const float> bias);
  void attend();
  void gate_heads();
  void recur();
  void normalise_heads();
  void rotate_heads();
  void finish(std::span<const float> bias, std::span<const float> after_norm);
  void join_layer_inputs();
  void gate_layer_input();
  void finish_layer();

  Network network_;
  Kernel kernel_;
  std::vector<TokenSequence> sequences_;
  std::vector<SequencePanels> places_;
  size_t panels_ = 0;
  uint64_t work_channels_;
  std::vector<float> residual_, work_, tile_;
  std::vector<float> layer_inputs_;    // layer after layer
  std::vector<float> shared_keys_[2];  // keys and values for later layers: of those that see everything, and others

  struct TokenPlace {
    int32_t token;
    size_t panel, lane;
  };
  std::vector<TokenPlace> tokens_;  // by token

  Step step_{};
  WeightForm form_;
  std::optional<WeightForm> other_;
  std::vector<float> kept_;        // weights of the tile at work
  std::vector<float> difference_;  // what the other weights change in the output of the projection down, so far
  float threshold_ = 0;
  bool observing_ = false, in_attention_ = false, out_begun_ = false;
  Observation observation_;
  std::array<std::vector<float>, vector_count> vectors_;
  WeightReader reader_;
  std::optional<NormalisedInput> input_;
  std::optional<PlainInput> plain_input_;
  const ProductInput* step_input_ = nullptr;  // one of the two
  size_t input_channels_ = 0;
  uint64_t input_number_ = 0;
  ProductOrder order_;
  bool contrasting_ = false;  // with the tile at work
  uint64_t tile_row_ = 0;
  std::optional<Rotation> rotation_, sliding_rotation_;
  Attention attention_;
  DeltaNet delta_net_;
  Routing routing_;
  Routing::Tokens routed_;
  std::vector<SequencePanels> routed_places_;
  size_t part_panels_ = 0;  // of the part at work
  std::vector<float> shared_weights_;
  LogitTile logits_;
};

}  // namespace nibble::network
