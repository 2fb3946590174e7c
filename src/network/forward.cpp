#include "network/forward.h"

#include <algorithm>
#include <cmath>

#include "error.h"
#include "formats/group_formats.h"
#include "network/functions.h"

namespace nibble::network {

Forward::Forward(Network network, uint64_t work_channels, std::vector<TokenSequence> sequences, Kernel kernel)
    : network_(std::move(network)),
      kernel_(kernel),
      sequences_(std::move(sequences)),
      work_channels_(work_channels),
      reader_(kernel),
      attention_(network_, kernel),
      delta_net_(network_, kernel) {
  std::vector<size_t> lengths;
  for (const TokenSequence& sequence : sequences_) lengths.push_back(sequence.tokens.size());
  places_ = place_sequences(lengths);
  for (size_t s = 0; s < sequences_.size(); ++s) {
    panels_ += places_[s].panels();
    for (size_t i = 0; i < lengths[s]; ++i) {
      const int32_t token = sequences_[s].tokens[i];
      if (token < 0 || static_cast<uint64_t>(token) >= network_.vocabulary) {
        throw Error("The text has the token " + std::to_string(token) + ", but the model knows only tokens 0 to " +
                    std::to_string(network_.vocabulary - 1) + ". Its tokenizer does not fit its weights.");
      }
      tokens_.push_back({token, places_[s].first_panel + i / lanes, i % lanes});
    }
  }
  std::stable_sort(tokens_.begin(), tokens_.end(),
                   [](const TokenPlace& a, const TokenPlace& b) { return a.token < b.token; });
  residual_.resize(panels_ * network_.embedding * lanes);
  work_.resize(panels_ * work_channels_ * lanes);
  layer_inputs_.resize(panels_ * network_.layers * network_.layer_input * lanes);
}

void Forward::begin(const Step& step, const WeightForm& form, bool observe, std::optional<WeightForm> other,
                    float threshold) {
  threshold_ = threshold;
  step_ = step;
  form_ = form;
  other_ = std::move(other);
  observing_ = observe;
  observation_ = {};
  switch (step.op) {
    case Op::query:
    case Op::mix:
      if (step.first_output > 0) break;  // the input is that of the step before
      in_attention_ = true;
      normalise(Vector::attention_norm, Vector::attention_norm_bias);
      break;
    case Op::attention_output: set_input(plain_input_.emplace(attended()), attended_channels()); break;
    case Op::router:
      in_attention_ = false;
      normalise(Vector::feed_forward_norm, Vector::feed_forward_norm_bias);
      break;
    case Op::shared_router: set_input(*input_, network_.embedding); break;
    case Op::gate:
    case Op::up:
    case Op::down: begin_part(); break;
    case Op::layer_inputs: set_input(plain_input_.emplace(residual()), network_.embedding); break;
    case Op::layer_gate:
      in_attention_ = false;
      part_panels_ = panels_;
      set_input(plain_input_.emplace(residual()), network_.embedding);
      break;
    case Op::layer_output: set_input(plain_input_.emplace(hidden()), network_.layer_input); break;
    case Op::logits: normalise(Vector::output_norm, Vector::output_norm_bias); break;
    default: break;
  }
  const bool adds = step.op == Op::attention_output || step.op == Op::down || step.op == Op::layer_output;
  if (adds && !out_begun_) {
    for (size_t panel = 0; panel < panels_; ++panel) std::fill_n(out().at(panel), network_.embedding * lanes, 0.0f);
    out_begun_ = true;
  }
  if (!other_) return;
  observation_.contrast.assign(2 * sequences_.size(), 0);
  if (is_dense_down() && step_.first_column == 0) difference_.assign(panels_ * network_.embedding * lanes, 0);
}

/// The input of a part of the feed-forward network: normalised once, and for an expert gathered once.
void Forward::begin_part() {
  if (step_.op == Op::down) return set_input(plain_input_.emplace(hidden()), step_.columns);
  if (step_.op == Op::up && network_.architecture->feed_forward != FeedForward::plain)
    return observe_input(network_.embedding);  // the gate's
  part_panels_ = panels_;
  switch (step_.part) {
    case Part::dense:
      in_attention_ = false;
      normalise(Vector::feed_forward_norm, Vector::feed_forward_norm_bias);
      break;
    case Part::expert:
      gather();
      set_input(plain_input_.emplace(gathered()), network_.embedding);
      break;
    case Part::shared: set_input(*input_, network_.embedding); break;
  }
}

/// Where there are no weights, the input is the residual stream itself.
void Forward::normalise(Vector weights, Vector bias) {
  if (vector(weights).empty()) return set_input(plain_input_.emplace(residual()), network_.embedding);
  input_.emplace(residual(), panels_, network_.embedding, network_.architecture->norm, network_.epsilon,
                 vector(weights), vector(bias), kernel_);
  set_input(*input_, network_.embedding);
}

void Forward::set_input(const ProductInput& input, size_t columns) {
  step_input_ = &input;
  ++input_number_;
  observe_input(columns);
}

/// The tokens of an expert side by side, each sequence beginning a panel of its own.
void Forward::gather() {
  routed_ = routing_.tokens_of(step_.expert);
  routed_places_ = place_sequences(routed_.counts);
  part_panels_ = 0;
  for (const SequencePanels& place : routed_places_) part_panels_ += place.panels();
  const PanelView to = gathered();
  for (size_t panel = 0; panel < part_panels_; ++panel) std::fill_n(to.at(panel), network_.embedding * lanes, 0.0f);
  float scratch[block_columns * lanes];
  for (size_t first = 0; first < network_.embedding; first += block_columns) {
    const size_t count = std::min<size_t>(block_columns, network_.embedding - first);
    const float* block = nullptr;
    size_t block_panel = 0, at = 0;
    for (const SequencePanels& place : routed_places_) {
      for (size_t i = 0; i < place.tokens; ++i, ++at) {
        const Routing::Place& from = routed_.places[at];
        if (block == nullptr || block_panel != from.panel) block = input_->block(from.panel, first, count, scratch);
        block_panel = from.panel;
        float* column = to.at(place.first_panel + i / lanes, first) + i % lanes;
        for (size_t channel = 0; channel < count; ++channel)
          column[channel * lanes] = block[channel * lanes + from.lane];
      }
    }
  }
}

void Forward::observe_input(size_t columns) {
  input_channels_ = columns;
  if (!observing_) return;
  with_input([&](const ProductInput& input, size_t, const std::vector<SequencePanels>& places) {
    observation_.sums = sums_of_squares(input, columns, places, kernel_);
    if (threshold_ > 0) observation_.magnitudes = magnitudes_of(input, columns, places, threshold_);
    for (const SequencePanels& place : places) observation_.counts.push_back(static_cast<double>(place.tokens));
  });
}

WeightRows Forward::decode(const WeightForm& form, const uint8_t* bytes, uint64_t first_row, uint64_t rows) {
  const float* values = reader_.rows(form, bytes, step_.first_row + first_row, rows);
  return {values + step_.first_column, static_cast<size_t>(rows), static_cast<size_t>(step_.columns),
          static_cast<size_t>(form.row_length)};
}

void Forward::keep(const WeightRows& weights) {
  kept_.resize(weights.rows * weights.columns);
  for (size_t row = 0; row < weights.rows; ++row)
    std::copy_n(weights.data + row * weights.stride, weights.columns, kept_.data() + row * weights.columns);
}

void Forward::contrast(const uint8_t* bytes, uint64_t first_row, uint64_t rows) {
  begin_contrast(bytes, first_row, rows);
  multiply();
  end_tile();
}

/// The order is that of the tile before, with the difference of the weights, into a room of its own.
void Forward::begin_contrast(const uint8_t* bytes, uint64_t first_row, uint64_t rows) {
  if (!other_ || kept_.size() != rows * step_.columns) throw Error("There is nothing to contrast with. A fault.");
  const WeightRows theirs = decode(*other_, bytes, first_row, rows);
  for (size_t row = 0; row < rows; ++row) {
    for (size_t i = 0; i < theirs.columns; ++i) kept_[row * theirs.columns + i] -= theirs.data[row * theirs.stride + i];
  }
  contrasting_ = true;
  order_.weights = {kept_.data(), theirs.rows, theirs.columns, theirs.columns};
  if (is_dense_down()) {
    const PanelView to = panels_of(difference_, network_.embedding);
    order_.out = {to.at(0, first_row), to.stride};
    order_.into = Into::add;
  } else {
    order_.out = tile_room(rows);
    order_.into = Into::set;
  }
}

void Forward::add_contrast(PanelView view, uint64_t rows, size_t which) {
  const auto& places = step_.part == Part::expert ? routed_places_ : places_;
  for (size_t s = 0; s < places.size(); ++s) {
    double sum = 0;
    for (size_t panel = 0; panel < places[s].panels(); ++panel) {
      const float* values = view.at(places[s].first_panel + panel);
      const size_t tokens = places[s].tokens_in(panel);
      for (uint64_t row = 0; row < rows; ++row) {
        for (size_t lane = 0; lane < tokens; ++lane) {
          const double value = values[row * lanes + lane];
          sum += value * value;
        }
      }
    }
    observation_.contrast[2 * s + which] += sum;
  }
}

void Forward::take(const uint8_t* bytes, uint64_t first_row, uint64_t rows) {
  begin_tile(bytes, first_row, rows);
  multiply();
  end_tile();
}

void Forward::begin_tile(const uint8_t* bytes, uint64_t first_row, uint64_t rows) {
  order_ = {};
  tile_row_ = first_row;
  if (step_.op == Op::embed)
    return embed(bytes, first_row, rows, residual(), network_.embedding, network_.embedding_scale);
  if (step_.op == Op::layer_embed) {
    const uint64_t channels = network_.layers * network_.layer_input;
    return embed(bytes, first_row, rows, panels_of(layer_inputs_, channels), channels,
                 std::sqrt(static_cast<float>(network_.layer_input)));
  }
  if (step_.op == Op::vector) return take_vector(bytes);
  contrasting_ = false;
  order_.weights = decode(form_, bytes, first_row, rows);
  if (other_) keep(order_.weights);
  order_.input = step_input_;
  order_.panels.push_back({0, panels_});
  const auto project = [&](PanelView to) { order_.out = {to.at(0, first_row), to.stride}; };
  switch (step_.op) {
    case Op::query:
    case Op::mix: project(work(step_.first_output)); break;
    case Op::key: project(work(sizes().queries())); break;
    case Op::value: project(work(sizes().queries() + sizes().keys())); break;
    case Op::layer_inputs: order_.out = tile_room(rows); break;
    case Op::layer_gate: project(hidden()); break;
    case Op::layer_output:
    case Op::attention_output:
      project(out());
      order_.into = Into::add;
      break;
    case Op::router: project(gathered()); break;
    case Op::shared_router: order_.out = tile_room(rows); break;
    case Op::gate:
    case Op::up:
      order_.panels = {{0, part_panels_}};
      if (step_.op == Op::gate || network_.architecture->feed_forward == FeedForward::plain)
        project(hidden());
      else
        order_.out = tile_room(rows);
      break;
    case Op::down:
      order_.panels = {{0, part_panels_}};
      if (step_.part == Part::dense) {
        project(out());
        order_.into = Into::add;
      } else {
        order_.out = tile_room(rows);
      }
      break;
    case Op::logits: order_scores(); break;
    default: break;
  }
}

void Forward::multiply(size_t first_panel) {
  size_t passed = 0;
  for (const auto& [first, count] : order_.panels) {
    const size_t done = std::clamp(first_panel, passed, passed + count) - passed;
    network::multiply(order_.weights, *order_.input, 0, first + done, count - done, order_.out, order_.into, kernel_);
    passed += count;
  }
}

void Forward::end_tile() {
  if (other_ && !is_dense_down()) add_contrast(order_.out, order_.weights.rows, contrasting_ ? 0 : 1);
  if (contrasting_) return;
  switch (step_.op) {
    case Op::shared_router:
      shared_weights_.assign(order_.out.data, order_.out.data + panels_ * lanes);
      for (float& weight : shared_weights_) weight = logistic(weight);
      break;
    case Op::up:
      if (network_.architecture->feed_forward != FeedForward::plain) gate_with_up();
      break;
    case Op::down:
      if (step_.part != Part::dense) add_down();
      break;
    case Op::layer_inputs: join_layer_inputs(); break;
    case Op::logits: finish_scores(); break;
    default: break;
  }
}

void Forward::take_vector(const uint8_t* bytes) {
  // Of a tensor with one dimension whose rows change places, every value is a row.
  if (form_.head_rows > 0) form_.row_length = 1;
  const WeightRows values = decode(form_, bytes, 0, step_.columns / form_.row_length);
  vectors_[static_cast<size_t>(step_.vector)].assign(values.data, values.data + step_.columns);
}

void Forward::embed(const uint8_t* bytes, uint64_t first_row, uint64_t rows, PanelView to, uint64_t channels,
                    float scale) {
  const size_t row_bytes = planned_format(form_.type).bytes_for(form_.row_length);
  const auto by_token = [](const TokenPlace& place, uint64_t token) {
    return static_cast<uint64_t>(place.token) < token;
  };
  auto place = std::lower_bound(tokens_.begin(), tokens_.end(), first_row, by_token);
  while (place != tokens_.end() && static_cast<uint64_t>(place->token) < first_row + rows) {
    const int32_t token = place->token;
    const auto row = static_cast<uint64_t>(token) - first_row;
    const float* values = decode(form_, bytes + row * row_bytes, first_row + row, 1).data;
    for (; place != tokens_.end() && place->token == token; ++place) {
      float* at = to.at(place->panel) + place->lane;
      for (size_t i = 0; i < channels; ++i) at[i * lanes] = values[i] * scale;
    }
  }
}

PanelView Forward::tile_room(size_t rows) {
  const size_t panels = std::max(panels_, part_panels_);
  tile_.resize(std::max(tile_.size(), panels * rows * lanes));
  return {tile_.data(), rows * lanes};
}

std::span<const float> Forward::part_bias(Vector dense, Vector experts, uint64_t each) const {
  if (step_.part == Part::dense) return vector(dense);
  const std::span<const float> all = step_.part == Part::expert ? vector(experts) : std::span<const float>();
  return all.empty() ? all : all.subspan(step_.expert * each, each);
}

void Forward::gate_with_up() {
  const auto bias = part_bias(Vector::up_bias, Vector::expert_up_bias, network_.expert_feed_forward);
  for (size_t panel = 0; panel < part_panels_; ++panel) {
    panel_math(kernel_).multiply_into(hidden().at(panel, tile_row_), order_.out.at(panel),
                                      bias.empty() ? nullptr : &bias[step_.first_output + tile_row_],
                                      order_.weights.rows, network_.architecture->activation);
  }
}

/// Of an expert, to the tokens that were sent to it, each with its weight.
void Forward::add_down() {
  const auto bias = part_bias(Vector::down_bias, Vector::expert_down_bias, network_.embedding);
  const auto add = [&](size_t from_panel, size_t from_lane, size_t panel, size_t lane, float weight) {
    const float* from = order_.out.at(from_panel) + from_lane;
    float* to = out().at(panel, tile_row_) + lane;
    for (size_t row = 0; row < order_.weights.rows; ++row)
      to[row * lanes] += (from[row * lanes] + (bias.empty() ? 0.0f : bias[tile_row_ + row])) * weight;
  };
  if (step_.part == Part::shared) {
    for (size_t panel = 0; panel < panels_; ++panel) {
      for (size_t lane = 0; lane < lanes; ++lane)
        add(panel, lane, panel, lane, shared_weights_.empty() ? 1.0f : shared_weights_[panel * lanes + lane]);
    }
    return;
  }
  size_t at = 0;
  for (const SequencePanels& place : routed_places_) {
    for (size_t i = 0; i < place.tokens; ++i, ++at) {
      const Routing::Place& to = routed_.places[at];
      add(place.first_panel + i / lanes, i % lanes, to.panel, to.lane, to.weight);
    }
  }
}

/// Only panels with tokens to be scored.
void Forward::order_scores() {
  const size_t rows = order_.weights.rows;
  order_.out = tile_room(rows);
  logits_ = {order_.out, tile_row_, rows};
  order_.panels.clear();
  for (size_t s = 0; s < sequences_.size(); ++s) {
    const size_t tokens = sequences_[s].tokens.size(), first = sequences_[s].first_scored;
    if (first + 1 >= tokens) continue;
    const size_t first_panel = first / lanes, end = (tokens - 2) / lanes + 1;
    order_.panels.push_back({places_[s].first_panel + first_panel, end - first_panel});
  }
}

void Forward::finish_scores() {
  const std::span<const float> bias = vector(Vector::output_bias);
  if (network_.output_cap == 0 && network_.output_scale == 1 && bias.empty()) return;
  for (const auto& [first, count] : order_.panels) {
    for (size_t panel = first; panel < first + count; ++panel) {
      panel_math(kernel_).finish_scores(order_.out.at(panel), bias.empty() ? nullptr : &bias[tile_row_],
                                        network_.output_scale, network_.output_cap, order_.weights.rows);
    }
  }
}

void Forward::add_bias(PanelView view, size_t panels, std::span<const float> bias) {
  for (size_t panel = 0; panel < panels; ++panel) {
    for (size_t channel = 0; channel < bias.size(); ++channel) {
      float* values = view.at(panel, channel);
      for (size_t lane = 0; lane < lanes; ++lane) values[lane] += bias[channel];
    }
  }
}

/// The hidden layer's activation, after its bias.
void Forward::activate() {
  const bool gated = network_.architecture->feed_forward != FeedForward::plain;
  const auto bias =
      part_bias(gated ? Vector::gate_bias : Vector::up_bias, Vector::expert_gate_bias, network_.expert_feed_forward);
  if (!bias.empty()) add_bias(hidden(), part_panels_, bias.subspan(step_.first_output, step_.rows));
  for (size_t panel = 0; panel < part_panels_; ++panel)
    panel_math(kernel_).activate(hidden().at(panel), step_.rows, network_.architecture->activation);
}

void Forward::finish(std::span<const float> bias, std::span<const float> after_norm) {
  const PanelView added = out();
  add_bias(added, panels_, bias);
  std::optional<NormalisedInput> normalised;
  if (!after_norm.empty())
    normalised.emplace(added, panels_, network_.embedding, Norm::rms, network_.epsilon, after_norm,
                       std::span<const float>(), kernel_);
  float scratch[block_columns * lanes];
  for (size_t panel = 0; panel < panels_; ++panel) {
    for (size_t first = 0; first < network_.embedding; first += block_columns) {
      const size_t count = std::min<size_t>(block_columns, network_.embedding - first) * lanes;
      const float* from = normalised ? normalised->block(panel, first, count / lanes, scratch) : added.at(panel, first);
      float* to = residual().at(panel, first);
      for (size_t i = 0; i < count; ++i) to[i] += from[i] * network_.residual_scale;
      if (!all_finite(to, count)) {
        throw Error("After layer " + std::to_string(step_.layer) + "'s " +
                    (in_attention_ ? "attention" : "feed-forward network") +
                    " the activations are no longer finite numbers. The model's weights are damaged, or too large for "
                    "the type they are stored in.");
      }
    }
  }
  out_begun_ = false;
}

/// What the projection of the embedding gives for some layers is normalised layer by layer and joins the tokens' own.
void Forward::join_layer_inputs() {
  const uint64_t length = network_.layer_input, rows = order_.weights.rows;
  const float before = 1.0f / std::sqrt(static_cast<float>(network_.embedding)), after = std::sqrt(0.5f);
  const PanelView to = panels_of(layer_inputs_, network_.layers * length, tile_row_);
  for (size_t panel = 0; panel < panels_; ++panel) {
    float* from = order_.out.at(panel);
    for (size_t i = 0; i < rows * lanes; ++i) from[i] *= before;
  }
  normalise_runs(order_.out, panels_, rows / length, length, network_.epsilon, vector(Vector::layer_projection_norm),
                 kernel_);
  for (size_t panel = 0; panel < panels_; ++panel) {
    const float* from = order_.out.at(panel);
    float* sum = to.at(panel);
    for (size_t i = 0; i < rows * lanes; ++i) sum[i] = (sum[i] + from[i]) * after;
  }
}

void Forward::gate_layer_input() {
  const uint64_t length = network_.layer_input;
  const PanelView inputs = panels_of(layer_inputs_, network_.layers * length, step_.layer * length);
  const Activation activation = network_.architecture->activation;
  for (size_t panel = 0; panel < panels_; ++panel) {
    panel_math(kernel_).activate(hidden().at(panel), length, activation);
    panel_math(kernel_).multiply_into(hidden().at(panel), inputs.at(panel), nullptr, length, activation);
  }
}

void Forward::finish_layer() {
  if (const auto scale = vector(Vector::layer_scale); !scale.empty()) {
    for (float& value : residual_) value *= scale[0];
  }
  for (size_t i = 0; i < static_cast<size_t>(Vector::output_norm); ++i) vectors_[i].clear();
}

Observation Forward::end() {
  const bool plain = network_.architecture->feed_forward == FeedForward::plain;
  switch (step_.op) {
    case Op::attend: attend(); break;
    case Op::recur: recur(); break;
    case Op::finish_attention:
      finish(vector(Vector::attention_output_bias), vector(Vector::attention_after_norm));
      break;
    case Op::router:
      add_bias(gathered(), panels_, vector(Vector::router_bias));
      routing_.choose(network_, gathered(), vector(Vector::choice_bias), places_);
      break;
    case Op::gate: activate(); break;
    case Op::up:
      if (plain) activate();
      break;
    case Op::down:
      if (other_ && is_dense_down() && is_last_window()) {
        add_contrast(panels_of(difference_, network_.embedding), network_.embedding, 0);
        add_contrast(out(), network_.embedding, 1);
      }
      break;
    case Op::finish_feed_forward: finish(vector(Vector::down_bias), vector(Vector::feed_forward_after_norm)); break;
    case Op::layer_gate: gate_layer_input(); break;
    case Op::finish_layer_input: finish({}, vector(Vector::layer_input_norm)); break;
    case Op::finish_layer: finish_layer(); break;
    default: break;
  }
  return std::move(observation_);
}

}  // namespace nibble::network
