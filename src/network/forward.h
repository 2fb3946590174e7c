#pragma once
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "network/attention.h"
#include "network/column_magnitudes.h"
#include "network/column_sums.h"
#include "network/norm.h"
#include "network/pass_plan.h"
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
  /// Takes the other weights of the rows that take() had last; they change nothing. Throws Error as that does.
  void contrast(const uint8_t* bytes, uint64_t first_row, uint64_t rows);
  /// Ends the step. Throws Error when the residual stream is no longer finite.
  Observation end();

  /// Tells what the weights of the step that has begun are multiplied with: use(input, its channels, where its tokens
  /// lie). For steps that projections of one input begin with; until the step's end.
  template <class Use>
  void with_input(Use use) const {
    const ProductInput& input = own_input_ ? static_cast<const ProductInput&>(*own_input_) : *input_;
    use(input, input_channels_, step_.part == Part::expert ? routed_places_ : places_);
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
  PanelView work(uint64_t channel) { return panels_of(work_, work_channels_, channel); }
  PanelView residual() { return panels_of(residual_, network_.embedding); }
  /// What attention, or the feed-forward network, adds to the residual stream. Behind the queries, or at the start.
  PanelView out() { return work(in_attention_ ? network_.queries() : 0); }
  PanelView gathered() { return work(network_.embedding); }
  PanelView hidden() { return work(step_.part == Part::dense ? network_.embedding : 2 * network_.embedding); }

  void normalise(Vector weights, Vector bias);
  void begin_part();
  void gather();
  void observe_input(size_t columns);
  void observe_input(PanelView own, size_t columns);
  void embed(const uint8_t* bytes, uint64_t first_row, uint64_t rows);
  WeightRows decode(const WeightForm& form, const uint8_t* bytes, uint64_t first_row, uint64_t rows);
  void keep(const WeightRows& weights);
  /// Adds the squares of what weights gave for the tokens at work to number `which` of each sequence's contrast.
  void add_contrast(PanelView view, uint64_t rows, size_t which);
  bool is_dense_down() const { return step_.op == Op::down && step_.part == Part::dense; }
  bool is_last_window() const { return step_.first_column + step_.columns == form_.row_length; }
  /// The product of a tile for `panels` panels, in a space of its own.
  PanelView tile_product(const WeightRows& weights, const ProductInput& input, size_t panels);
  void multiply_up(const WeightRows& weights, uint64_t first_row);
  void add_down(const WeightRows& weights, uint64_t first_row);
  void score(const WeightRows& weights, uint64_t first_row);
  void activate();
  void add_bias(PanelView view, size_t panels, std::span<const float> bias);
  void attend();
  void finish(Vector bias, Vector after_norm);

  Network network_;
  Kernel kernel_;
  std::vector<TokenSequence> sequences_;
  std::vector<SequencePanels> places_;
  size_t panels_ = 0;
  uint64_t work_channels_;
  std::vector<float> residual_, work_, tile_;

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
  std::optional<PlainInput> own_input_;  // of the step, where that is not the normalised residual stream
  size_t input_channels_ = 0;
  std::optional<Rotation> rotation_, sliding_rotation_;
  Attention attention_;
  Routing routing_;
  Routing::Tokens routed_;
  std::vector<SequencePanels> routed_places_;
  size_t part_panels_ = 0;  // of the part at work
  std::vector<float> shared_weights_;
  LogitTile logits_;
};

}  // namespace nibble::network
