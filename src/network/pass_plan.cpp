#include "network/pass_plan.h"

#include <algorithm>
#include <string>
#include <unordered_map>

#include "codec/codec.h"
#include "container/text.h"
#include "error.h"
#include "network/delta_net.h"
#include "network/panels.h"
#include "network/product.h"

namespace nibble::network {
namespace {

/// A tile of decoded weights, of which every worker holds a few: with twice as many, four workers would take more than
/// 300 MB for 8 192 tokens of a model with a billion weights.
constexpr uint64_t tile_weights = uint64_t{1} << 18;
/// More rows make the products of a tile, which are kept for all tokens, too large; fewer make too many messages.
constexpr uint64_t most_tile_rows = 256;
/// A hidden layer that takes more than this for all tokens is worked on in windows, each no wider than the embedding:
/// then the feed-forward network takes no more memory than attention. The price is that the weights of the down
/// projection are read once per window.
constexpr uint64_t whole_hidden_bytes = uint64_t{64} << 20;
/// As in plan/jobs.cpp: what a worker takes before it does anything.
constexpr uint64_t idle_worker_bytes = uint64_t{16} << 20;
/// A tile on its way, one waiting, and the one at work.
constexpr uint64_t copies_of_a_tile = 3;

uint64_t rounded_up(uint64_t value, uint64_t unit) { return (value + unit - 1) / unit * unit; }

/// A layer's vectors: their names after "blk.N.", and how long they are.
enum class Length : uint8_t {
  embedding,
  queries,
  keys,
  joined,
  query_norm,
  key_norm,
  heads,
  feed_forward,
  experts,
  expert_hidden,
  expert_embedding,
  convolution,
  delta_heads,
  delta_value,
  one
};
struct VectorRule {
  Vector vector;
  std::string_view name;
  Length length;
};
constexpr VectorRule attention_vectors[] = {
    {Vector::attention_norm, "attn_norm.weight", Length::embedding},
    {Vector::attention_norm_bias, "attn_norm.bias", Length::embedding},
    {Vector::query_bias, "attn_q.bias", Length::queries},
    {Vector::key_bias, "attn_k.bias", Length::keys},
    {Vector::value_bias, "attn_v.bias", Length::keys},
    {Vector::joined_bias, "attn_qkv.bias", Length::joined},
    {Vector::query_norm, "attn_q_norm.weight", Length::query_norm},
    {Vector::key_norm, "attn_k_norm.weight", Length::key_norm},
    {Vector::attention_output_bias, "attn_output.bias", Length::embedding},
    {Vector::attention_after_norm, "post_attention_norm.weight", Length::embedding},
    {Vector::sinks, "attn_sinks.weight", Length::heads},
};
constexpr VectorRule delta_vectors[] = {
    {Vector::attention_norm, "attn_norm.weight", Length::embedding},
    {Vector::convolution, "ssm_conv1d.weight", Length::convolution},
    {Vector::step_bias, "ssm_dt.bias", Length::delta_heads},
    {Vector::decay, "ssm_a", Length::delta_heads},
    {Vector::delta_norm, "ssm_norm.weight", Length::delta_value},
};
constexpr VectorRule feed_forward_vectors[] = {
    {Vector::feed_forward_norm_bias, "ffn_norm.bias", Length::embedding},
    {Vector::gate_bias, "ffn_gate.bias", Length::feed_forward},
    {Vector::up_bias, "ffn_up.bias", Length::feed_forward},
    {Vector::down_bias, "ffn_down.bias", Length::embedding},
    {Vector::feed_forward_after_norm, "post_ffw_norm.weight", Length::embedding},
    {Vector::router_bias, "ffn_gate_inp.bias", Length::experts},
    {Vector::choice_bias, "exp_probs_b.bias", Length::experts},
    {Vector::expert_gate_bias, "ffn_gate_exps.bias", Length::expert_hidden},
    {Vector::expert_up_bias, "ffn_up_exps.bias", Length::expert_hidden},
    {Vector::expert_down_bias, "ffn_down_exps.bias", Length::expert_embedding},
    {Vector::layer_input_norm, "post_norm.weight", Length::embedding},
    {Vector::layer_scale, "layer_output_scale.weight", Length::one},
};

class Planner {
 public:
  Planner(const Model& model, const PassOptions& options) : model_(model), options_(options) {
    for (uint32_t i = 0; i < model.tensors().size(); ++i) index_[model.tensors()[i].name] = i;
    used_.assign(model.tensors().size(), 0);
  }

  PassPlan run() {
    const ModelTensor& embedding = tensor("token_embd.weight");
    plan_.network = read_network(model_.metadata(), embedding.shape.size() > 1 ? embedding.shape[1] : 1);
    if (network().longest > 0 && options_.longest > network().longest) {
      throw Error("In texts of more than " + counted(network().longest, "token") +
                  " this model's attention is another, which Nibble cannot run. Use shorter stretches.");
    }
    panels_ = options_.tokens / lanes + options_.sequences;
    plan_embedding();
    for (uint32_t layer = 0; layer < network().layers; ++layer) plan_layer(layer);
    plan_output();
    leave_out_layers_ahead();
    check_all_used();
    count();
    return std::move(plan_);
  }

 private:
  const Network& network() const { return plan_.network; }
  const Architecture& architecture() const { return *plan_.network.architecture; }

  bool has(const std::string& name) const { return index_.count(name) > 0; }
  const ModelTensor& tensor(const std::string& name) { return model_.tensors()[number(name)]; }
  uint32_t number(const std::string& name) {
    const auto found = index_.find(name);
    if (found == index_.end()) {
      throw UnfitFile(name,
                      "The model has no tensor " + in_quotes(name) + ", without which its network cannot be run.");
    }
    used_[found->second] = 1;
    return found->second;
  }

  uint64_t length(Length length, uint64_t layer) const {
    const HeadSizes heads = network().heads_of(layer);
    switch (length) {
      case Length::embedding: return network().embedding;
      case Length::queries: return heads.queries();
      case Length::keys: return heads.keys();
      case Length::joined: return heads.queries() + 2 * heads.keys();
      case Length::query_norm: return architecture().wide_norms ? heads.queries() : heads.size;
      case Length::key_norm: return architecture().wide_norms ? heads.keys() : heads.size;
      case Length::heads: return heads.heads;
      case Length::feed_forward: return network().feed_forward[layer];
      case Length::experts: return network().experts;
      case Length::expert_hidden: return network().experts * network().expert_feed_forward;
      case Length::expert_embedding: return network().experts * network().embedding;
      case Length::convolution: return network().convolved() * network().taps;
      case Length::delta_heads: return network().delta_heads;
      case Length::delta_value: return network().delta_value;
      case Length::one: return 1;
    }
    return 0;
  }

  void check_decodable(const ModelTensor& source) const {
    if (find_decoder(source.stored, Kernel::scalar) == nullptr) {
      throw Error("Tensor " + in_quotes(source.name) + " is of type " + std::string(format_of(source.stored).name) +
                  ", whose values cannot be read, so the network cannot be run.");
    }
  }

  void add_vector(Vector vector, const std::string& name, uint32_t layer, uint64_t expected) {
    const ModelTensor& source = tensor(name);
    if (source.weight_count != expected) {
      throw UnfitFile(name, "Tensor " + in_quotes(name) + " has " + counted(source.weight_count, "value") +
                                " where the network needs " + std::to_string(expected) +
                                ". The file is probably damaged.");
    }
    check_decodable(source);
    Step step{Op::vector, layer};
    step.vector = vector;
    step.tensor = number(name);
    step.rows = 1;
    step.columns = expected;
    step.tiles.push_back({source.slices[0].file, source.slices[0].offset, source.bytes, 0, 1});
    plan_.steps.push_back(std::move(step));
  }

  template <size_t Count>
  void add_vectors(const VectorRule (&rules)[Count], const std::string& prefix, uint32_t layer) {
    for (const VectorRule& rule : rules) {
      const std::string name = prefix + std::string(rule.name);
      if (rule.name != architecture().feed_forward_norm && has(name))
        add_vector(rule.vector, name, layer, length(rule.length, layer));
    }
  }

  /// The tensor of matrices of `columns` columns; throws Error when it has other sizes.
  uint32_t matrix(const std::string& name, uint64_t columns, uint64_t rows) {
    const ModelTensor& source = tensor(name);
    if (source.shape[0] != columns || source.weight_count != columns * rows) {
      throw UnfitFile(name, "Tensor " + in_quotes(name) + " has rows of " + std::to_string(source.shape[0]) + " and " +
                                counted(source.weight_count, "weight") + " where the network needs " +
                                std::to_string(rows) + " rows of " + std::to_string(columns) +
                                ". The file is probably damaged.");
    }
    check_decodable(source);
    return number(name);
  }

  /// Cuts the rows of a step into tiles.
  void cut(Step& step, uint64_t most_rows) const {
    const ModelTensor& source = model_.tensors()[step.tensor];
    const uint64_t row = source.shape[0], slice_rows = source.slice_weights() / row;
    // Where rows of a head may have to be put in order, every model has whole heads in a tile: two models of one
    // network are cut alike.
    const bool heads = step.op == Op::query || step.op == Op::key;
    const uint64_t together = heads                         ? network().heads_of(step.layer).size
                              : step.op == Op::layer_inputs ? network().layer_input
                                                            : 1;
    const uint64_t unit = std::max(together, source.transform.head_rows);
    const uint64_t rows = std::max(unit, std::min(most_rows, std::max<uint64_t>(1, tile_weights / row)) / unit * unit);
    const uint64_t row_bytes = format_of(source.stored).bytes_for(row);
    for (uint64_t done = 0; done < step.rows;) {
      const uint64_t at = step.first_row + done, in_slice = at % slice_rows;
      const uint64_t count = std::min({rows, step.rows - done, slice_rows - in_slice});
      const TensorSlice& slice = source.slices[at / slice_rows];
      step.tiles.push_back({slice.file, slice.offset + in_slice * row_bytes, count * row_bytes, done, count});
      done += count;
    }
  }

  Step& add(Op op, uint32_t layer, uint32_t source, uint64_t first_row, uint64_t rows,
            uint64_t most_rows = most_tile_rows) {
    Step step{op, layer};
    step.tensor = source;
    step.first_row = first_row;
    step.rows = rows;
    step.columns = model_.tensors()[source].shape[0];
    cut(step, most_rows);
    plan_.steps.push_back(std::move(step));
    return plan_.steps.back();
  }

  void add_plain(Op op, uint32_t layer) { plan_.steps.push_back(Step{op, layer}); }

  void observe(Step& step, std::initializer_list<uint32_t> tensors) const {
    if (options_.observe) step.observed = tensors;
  }

  void plan_embedding() {
    const uint32_t source = matrix("token_embd.weight", network().embedding, network().vocabulary);
    // Small tiles, because only those are read that hold the row of a token.
    add(Op::embed, 0, source, 0, network().vocabulary, 16);
    if (network().layer_input > 0) plan_layer_inputs();
    for (const char* name : {"rope_freqs.weight", "rope_factors_short.weight"}) {
      if (has(name)) add_vector(Vector::rotary_factors, name, 0, network().rotary.dimensions / 2);
    }
    // For texts longer than the context the model was first trained for, there are other factors.
    const bool longer = options_.longest > network().rotary.original_context;
    if (has("rope_factors_long.weight")) {
      if (longer) plan_.steps.pop_back();
      if (longer) add_vector(Vector::rotary_factors, "rope_factors_long.weight", 0, network().rotary.dimensions / 2);
      number("rope_factors_long.weight");
    }
  }

  /// What each layer gets beside the residual stream is known from the tokens alone.
  void plan_layer_inputs() {
    const uint64_t all = network().layers * network().layer_input;
    add(Op::layer_embed, 0, matrix("per_layer_token_embd.weight", all, network().vocabulary), 0, network().vocabulary,
        16);
    add_vector(Vector::layer_projection_norm, "per_layer_proj_norm.weight", 0, network().layer_input);
    add(Op::layer_inputs, 0, matrix("per_layer_model_proj.weight", network().embedding, all), 0, all);
  }

  void plan_layer(uint32_t layer) {
    const std::string prefix = "blk." + std::to_string(layer) + ".";
    if (network().recurrent[layer])
      plan_delta_net(prefix, layer);
    else
      plan_attention(prefix, layer);
    add_plain(Op::finish_attention, layer);
    if (architecture().norms_before)
      add_vector(Vector::feed_forward_norm, prefix + std::string(architecture().feed_forward_norm), layer,
                 network().embedding);
    add_vectors(feed_forward_vectors, prefix, layer);
    if (has(prefix + "ffn_gate_inp.weight")) {
      plan_experts(prefix, layer);
    } else {
      plan_dense(prefix, layer);
    }
    add_plain(Op::finish_feed_forward, layer);
    if (network().layer_input > 0) plan_layer_input(prefix, layer);
    add_plain(Op::finish_layer, layer);
  }

  void plan_layer_input(const std::string& prefix, uint32_t layer) {
    const uint64_t embedding = network().embedding, input = network().layer_input;
    number(prefix + "post_norm.weight");
    const uint32_t gate = matrix(prefix + "inp_gate.weight", embedding, input);
    observe(add(Op::layer_gate, layer, gate, 0, input), {gate});
    const uint32_t output = matrix(prefix + "proj.weight", input, embedding);
    observe(add(Op::layer_output, layer, output, 0, embedding), {output});
    add_plain(Op::finish_layer_input, layer);
    plan_.work_channels = std::max(plan_.work_channels, embedding + input);
  }

  void plan_attention(const std::string& prefix, uint32_t layer) {
    add_vectors(attention_vectors, prefix, layer);
    if (architecture().head_norms) {
      number(prefix + "attn_q_norm.weight");
      if (layer < network().first_sharing) number(prefix + "attn_k_norm.weight");
    }
    if (architecture().norms_after) {
      number(prefix + "post_attention_norm.weight");
      number(prefix + "post_ffw_norm.weight");
    }
    if (architecture().sinks) number(prefix + "attn_sinks.weight");
    if (architecture().norms_before) number(prefix + "attn_norm.weight");
    const HeadSizes heads = network().heads_of(layer);
    const uint64_t queries = heads.queries(), keys = heads.keys(), embedding = network().embedding;
    if (architecture().joined_attention) {
      const uint32_t joined = matrix(prefix + "attn_qkv.weight", embedding, queries + 2 * keys);
      observe(add(Op::query, layer, joined, 0, queries), {joined});
      add(Op::key, layer, joined, queries, keys);
      add(Op::value, layer, joined, queries + keys, keys);
    } else if (layer >= network().first_sharing) {
      const uint32_t q = matrix(prefix + "attn_q.weight", embedding, queries);
      observe(add(Op::query, layer, q, 0, queries), {q});
      // Files have keys and values here as well, which nobody uses.
      for (const char* unused : {"attn_k.weight", "attn_v.weight"}) {
        if (has(prefix + unused)) number(prefix + unused);
      }
    } else {
      const bool gated = architecture().gated_attention;
      const uint32_t q = matrix(prefix + "attn_q.weight", embedding, gated ? 2 * queries : queries);
      const uint32_t k = matrix(prefix + "attn_k.weight", embedding, keys);
      // Where there are no values of their own, they are the keys before the norm and the rotation.
      const bool own = !architecture().value_norm || has(prefix + "attn_v.weight");
      const uint32_t v = own ? matrix(prefix + "attn_v.weight", embedding, keys) : k;
      Step& first = add(Op::query, layer, q, 0, gated ? heads.size : queries);
      if (own)
        observe(first, {q, k, v});
      else
        observe(first, {q, k});
      if (gated) plan_gates(layer, q);
      add(Op::key, layer, k, 0, keys);
      add(Op::value, layer, v, 0, keys);
    }
    add_plain(Op::attend, layer);
    const uint32_t output = matrix(prefix + "attn_output.weight", queries, embedding);
    observe(add(Op::attention_output, layer, output, 0, embedding), {output});
  }

  /// What is left of a tensor with the queries of each head and the gate of its outputs: all queries lie together, and
  /// the gates behind the values.
  void plan_gates(uint32_t layer, uint32_t q) {
    const HeadSizes heads = network().heads_of(layer);
    const uint64_t head = heads.size, gates = heads.queries() + 2 * heads.keys();
    for (uint64_t h = 0; h < heads.heads; ++h) {
      if (h > 0) add(Op::query, layer, q, 2 * h * head, head).first_output = h * head;
      add(Op::query, layer, q, (2 * h + 1) * head, head).first_output = gates + h * head;
    }
  }

  void plan_delta_net(const std::string& prefix, uint32_t layer) {
    for (const VectorRule& rule : delta_vectors) number(prefix + std::string(rule.name));
    add_vectors(delta_vectors, prefix, layer);
    const uint64_t embedding = network().embedding, convolved = network().convolved(),
                   values = network().delta_values(), heads = network().delta_heads;
    const uint32_t mixed = matrix(prefix + "attn_qkv.weight", embedding, convolved);
    const uint32_t gate = matrix(prefix + "attn_gate.weight", embedding, values);
    // Behind those: the strength and the step of each head, of which some models have the rows of a key head's value
    // heads together.
    const uint64_t strengths = convolved + values, steps = strengths + heads;
    const bool together = has(prefix + "ssm_ba.weight");
    const uint32_t strength = together ? matrix(prefix + "ssm_ba.weight", embedding, 2 * heads)
                                       : matrix(prefix + "ssm_beta.weight", embedding, heads);
    const uint32_t step = together ? strength : matrix(prefix + "ssm_alpha.weight", embedding, heads);
    Step& first = add(Op::mix, layer, mixed, 0, convolved);
    if (together)
      observe(first, {mixed, gate, strength});
    else
      observe(first, {mixed, gate, strength, step});
    add(Op::mix, layer, gate, 0, values).first_output = convolved;
    const uint64_t group = together ? heads / network().delta_key_heads : heads;
    for (uint64_t done = 0; done < heads; done += group) {
      add(Op::mix, layer, strength, together ? 2 * done : 0, group).first_output = strengths + done;
      add(Op::mix, layer, step, together ? 2 * done + group : 0, group).first_output = steps + done;
    }
    add_plain(Op::recur, layer);
    const uint32_t output = matrix(prefix + "ssm_out.weight", values, embedding);
    observe(add(Op::attention_output, layer, output, 0, embedding), {output});
  }

  /// Channels of the hidden layer that are worked on at a time.
  uint64_t hidden_window(uint64_t channels) const {
    const uint64_t fitting = whole_hidden_bytes / (panels_ * lanes * sizeof(float)) / block_columns * block_columns;
    const uint64_t least = std::max(options_.least_window, rounded_up(network().embedding, block_columns));
    return std::min(channels, std::max(fitting, least));
  }

  void plan_dense(const std::string& prefix, uint32_t layer) {
    const uint64_t hidden = network().feed_forward[layer], embedding = network().embedding;
    if (hidden == 0) {
      throw Error("The metadata do not say how wide the feed-forward network is. The file is probably damaged.");
    }
    const bool in_one = architecture().feed_forward == FeedForward::gated_in_one;
    const bool gated = architecture().feed_forward != FeedForward::plain;
    const uint32_t up = matrix(prefix + "ffn_up.weight", embedding, in_one ? 2 * hidden : hidden);
    const uint32_t gate = gated && !in_one ? matrix(prefix + "ffn_gate.weight", embedding, hidden) : up;
    const uint32_t down = matrix(prefix + "ffn_down.weight", hidden, embedding);
    const uint64_t window = hidden_window(hidden);
    plan_.work_channels = std::max(plan_.work_channels, embedding + window);
    for (uint64_t first = 0; first < hidden; first += window) {
      const uint64_t width = std::min(window, hidden - first);
      if (gated) {
        Step& step = add(Op::gate, layer, gate, first, width);
        step.first_output = first;
        if (first == 0) {
          if (gate == up)
            observe(step, {up});
          else
            observe(step, {gate, up});
        }
      }
      Step& step = add(Op::up, layer, up, in_one ? hidden + first : first, width);
      step.first_output = first;
      if (!gated && first == 0) observe(step, {up});
      Step& last = add(Op::down, layer, down, 0, embedding);
      last.first_column = first;
      last.columns = width;
      observe(last, {down});
    }
  }

  void plan_expert(uint32_t layer, Part part, uint32_t expert, uint32_t gate, uint32_t up, uint32_t down,
                   uint64_t hidden) {
    const uint64_t embedding = network().embedding;
    const auto of = [&](Op op, uint32_t source, uint64_t rows) -> Step& {
      Step& step = add(op, layer, source, expert * rows, rows);
      step.part = part;
      step.expert = expert;
      return step;
    };
    observe(of(Op::gate, gate, hidden), {gate, up});
    of(Op::up, up, hidden);
    observe(of(Op::down, down, embedding), {down});
    plan_.work_channels = std::max(plan_.work_channels, 2 * embedding + hidden);
  }

  void plan_experts(const std::string& prefix, uint32_t layer) {
    const uint64_t embedding = network().embedding, experts = network().experts;
    if (experts == 0) throw Error("The model has experts, but its metadata do not say how many.");
    const uint64_t hidden = network().expert_feed_forward;
    plan_.work_channels = std::max(plan_.work_channels, embedding + experts);
    const uint32_t router = matrix(prefix + "ffn_gate_inp.weight", embedding, experts);
    observe(add(Op::router, layer, router, 0, experts), {router});
    const uint32_t gate = matrix(prefix + "ffn_gate_exps.weight", embedding, hidden * experts);
    const uint32_t up = matrix(prefix + "ffn_up_exps.weight", embedding, hidden * experts);
    const uint32_t down = matrix(prefix + "ffn_down_exps.weight", hidden, embedding * experts);
    for (uint32_t expert = 0; expert < experts; ++expert)
      plan_expert(layer, Part::expert, expert, gate, up, down, hidden);
    const SharedExpert kind = architecture().shared_expert;
    if (kind == SharedExpert::none || (kind == SharedExpert::plain && !has(prefix + "ffn_up_shexp.weight"))) return;
    if (kind == SharedExpert::gated) {
      const uint32_t shared_router = matrix(prefix + "ffn_gate_inp_shexp.weight", embedding, 1);
      observe(add(Op::shared_router, layer, shared_router, 0, 1), {shared_router});
    }
    const uint64_t shared = network().shared_feed_forward;
    plan_expert(layer, Part::shared, 0, matrix(prefix + "ffn_gate_shexp.weight", embedding, shared),
                matrix(prefix + "ffn_up_shexp.weight", embedding, shared),
                matrix(prefix + "ffn_down_shexp.weight", shared, embedding), shared);
  }

  void plan_output() {
    const auto last = static_cast<uint32_t>(network().layers);
    add_vector(Vector::output_norm, "output_norm.weight", last, network().embedding);
    if (has("output_norm.bias")) add_vector(Vector::output_norm_bias, "output_norm.bias", last, network().embedding);
    if (has("output.bias")) add_vector(Vector::output_bias, "output.bias", last, network().vocabulary);
    // Without an output layer of its own, a model uses the embedding as one.
    const uint32_t output =
        matrix(has("output.weight") ? "output.weight" : "token_embd.weight", network().embedding, network().vocabulary);
    if (!options_.logits && !options_.observe_output) return;
    Step& step = add(Op::logits, last, output, 0, network().vocabulary, logit_tile_rows);
    // As llama-imatrix: an embedding that is used as the output layer is not observed.
    if (options_.observe_output && has("output.weight")) step.observed = {output};
  }

  /// Layers that predict tokens further ahead have no part in the next token's scores.
  void leave_out_layers_ahead() {
    for (uint64_t layer = network().layers; layer < network().layers + network().layers_ahead; ++layer) {
      const std::string prefix = "blk." + std::to_string(layer) + ".";
      for (size_t i = 0; i < used_.size(); ++i) {
        if (model_.tensors()[i].name.compare(0, prefix.size(), prefix) == 0) used_[i] = 1;
      }
    }
  }

  /// A tensor that is left over would change the answers in a way that nobody here knows of.
  void check_all_used() const {
    for (size_t i = 0; i < used_.size(); ++i) {
      if (used_[i]) continue;
      throw Error("Tensor " + in_quotes(model_.tensors()[i].name) + " has no place in a network of the architecture " +
                  in_quotes(architecture().name) +
                  " as Nibble knows it. Its answers would be wrong, so it is not run. Everything else works.");
    }
  }

  void count() {
    const Network& n = network();
    uint64_t attention = 0, shared = 0, head = 0;
    for (uint64_t layer = 0; layer < n.layers; ++layer) {
      const HeadSizes heads = n.heads_of(layer);
      const uint64_t gates = architecture().gated_attention ? heads.queries() : 0;
      attention = std::max(attention, heads.queries() + std::max(2 * heads.keys() + gates, n.embedding));
      head = std::max(head, heads.size);
      if (n.shares(layer)) shared += 2 * heads.keys();
    }
    const uint64_t delta = n.convolved() + std::max(n.delta_values() + 2 * n.delta_heads, n.embedding);
    plan_.work_channels = std::max({plan_.work_channels, attention, n.delta_heads > 0 ? delta : 0});
    uint64_t tile_bytes = 0, tile_values = 0, tile_rows = 0;
    for (const Step& step : plan_.steps) {
      for (const Tile& tile : step.tiles) {
        tile_bytes = std::max(tile_bytes, tile.bytes);
        tile_values = std::max(tile_values, tile.bytes / format_of(model_.tensors()[step.tensor].stored).block_bytes *
                                                format_of(model_.tensors()[step.tensor].stored).block_length);
        if (step.op != Op::embed && step.op != Op::layer_embed) {
          plan_.reads += tile.bytes;
          tile_rows = std::max(tile_rows, tile.rows);
        }
      }
      const bool product = step.op != Op::embed && step.op != Op::layer_embed && step.op != Op::vector;
      // Each token meets as many experts as it uses.
      const double share =
          step.part == Part::expert ? static_cast<double>(n.experts_used) / static_cast<double>(n.experts) : 1;
      if (product) plan_.operations += 2.0 * static_cast<double>(step.rows * step.columns * options_.tokens) * share;
    }
    const uint64_t tokens = panels_ * lanes, rotations = n.sliding_rotary == n.rotary ? 1 : 2;
    // The other weights' products are a third to those of two networks side by side.
    const uint64_t differences = options_.contrast ? n.embedding : 0;
    const uint64_t kept = n.embedding + n.layers * n.layer_input + shared;
    plan_.memory.activations = tokens * (kept + plan_.work_channels + tile_rows + differences) * sizeof(float);
    plan_.memory.per_worker =
        idle_worker_bytes + copies_of_a_tile * tile_bytes + (options_.contrast ? 4 : 2) * tile_values * sizeof(float) +
        rounded_up(options_.longest, lanes) * sizeof(float) *
            (2 * head + lanes + n.rotary.dimensions + (rotations - 1) * n.sliding_rotary.dimensions) +
        DeltaNet::scratch_bytes(n);
  }

  const Model& model_;
  const PassOptions& options_;
  std::unordered_map<std::string, uint32_t> index_;
  std::vector<uint8_t> used_;
  uint64_t panels_ = 0;
  PassPlan plan_;
};

}  // namespace

PassPlan plan_pass(const Model& model, const PassOptions& options) { return Planner(model, options).run(); }

}  // namespace nibble::network
