#include "network/pass_json.h"

#include "container/text.h"
#include "error.h"
#include "json/parse.h"

namespace nibble::network {
namespace {

constexpr std::string_view op_names[] = {"embed",
                                         "layerEmbed",
                                         "layerInputs",
                                         "vector",
                                         "query",
                                         "key",
                                         "value",
                                         "attend",
                                         "mix",
                                         "recur",
                                         "attentionOutput",
                                         "finishAttention",
                                         "router",
                                         "sharedRouter",
                                         "gate",
                                         "up",
                                         "down",
                                         "finishFeedForward",
                                         "layerGate",
                                         "layerOutput",
                                         "finishLayerInput",
                                         "finishLayer",
                                         "logits"};
constexpr std::string_view part_names[] = {"dense", "expert", "shared"};
static_assert(std::size(op_names) == static_cast<size_t>(Op::logits) + 1);

template <class Enum, size_t Count>
Enum named(const std::string_view (&names)[Count], const std::string& name) {
  for (size_t i = 0; i < Count; ++i) {
    if (names[i] == name) return static_cast<Enum>(i);
  }
  throw Error("There is no step called " + in_quotes(name) + ". This is a fault in the program.");
}

Json parsed(std::string_view json) {
  Json root = parse_json(json);
  if (!root.is_object()) throw Error("A message about a network is no JSON object. This is a fault in the program.");
  return root;
}

Json rotary_json(const Rotary& rotary) {
  return {{"dimensions", rotary.dimensions}, {"base", rotary.base},
          {"scale", rotary.scale},           {"yarn", rotary.yarn},
          {"fastTurns", rotary.fast_turns},  {"slowTurns", rotary.slow_turns},
          {"magnitude", rotary.magnitude},   {"originalContext", rotary.original_context}};
}

Rotary rotary_of(const Json& json) {
  Rotary rotary;
  rotary.dimensions = json.at("dimensions").get<uint32_t>();
  rotary.base = json.at("base").get<float>();
  rotary.scale = json.at("scale").get<float>();
  rotary.yarn = json.at("yarn").get<float>();
  rotary.fast_turns = json.at("fastTurns").get<float>();
  rotary.slow_turns = json.at("slowTurns").get<float>();
  rotary.magnitude = json.at("magnitude").get<float>();
  rotary.original_context = json.at("originalContext").get<uint32_t>();
  return rotary;
}

/// The members that are plain numbers, by name: written and read by one list.
template <class Each>
void each_size(Each each) {
  each("vocabulary", &Network::vocabulary);
  each("embedding", &Network::embedding);
  each("layers", &Network::layers);
  each("layersAhead", &Network::layers_ahead);
  each("heads", &Network::heads);
  each("keyHeads", &Network::key_heads);
  each("head", &Network::head);
  each("slidingKeyHeads", &Network::sliding_key_heads);
  each("slidingHead", &Network::sliding_head);
  each("firstSharing", &Network::first_sharing);
  each("layerInput", &Network::layer_input);
  each("experts", &Network::experts);
  each("expertsUsed", &Network::experts_used);
  each("expertFeedForward", &Network::expert_feed_forward);
  each("sharedFeedForward", &Network::shared_feed_forward);
  each("window", &Network::window);
  each("normalisedExperts", &Network::normalised_experts);
  each("logisticExperts", &Network::logistic_experts);
  each("longest", &Network::longest);
  each("taps", &Network::taps);
  each("deltaHeads", &Network::delta_heads);
  each("deltaKeyHeads", &Network::delta_key_heads);
  each("deltaValue", &Network::delta_value);
  each("deltaKey", &Network::delta_key);
}
template <class Each>
void each_number(Each each) {
  each("epsilon", &Network::epsilon);
  each("embeddingScale", &Network::embedding_scale);
  each("residualScale", &Network::residual_scale);
  each("outputScale", &Network::output_scale);
  each("attentionScale", &Network::attention_scale);
  each("attentionCap", &Network::attention_cap);
  each("outputCap", &Network::output_cap);
  each("expertScale", &Network::expert_scale);
}

Json network_json(const Network& network) {
  Json json = {{"architecture", network.architecture->name}};
  const auto put = [&](const char* name, auto member) { json.add(name, network.*member); };
  each_size(put);
  each_number(put);
  json.add("sliding", network.sliding);
  json.add("recurrent", network.recurrent);
  json.add("feedForward", network.feed_forward);
  json.add("rotary", rotary_json(network.rotary));
  json.add("slidingRotary", rotary_json(network.sliding_rotary));
  return json;
}

Network network_of(const Json& json) {
  Network network;
  network.architecture = find_architecture(json.at("architecture").text());
  if (!network.architecture) throw Error("There is no such architecture. This is a fault in the program.");
  const auto take = [&](const char* name, auto member) {
    network.*member = json.at(name).get<std::decay_t<decltype(network.*member)>>();
  };
  each_size(take);
  each_number(take);
  network.sliding = json.at("sliding").get<std::vector<uint8_t>>();
  network.recurrent = json.at("recurrent").get<std::vector<uint8_t>>();
  network.feed_forward = json.at("feedForward").get<std::vector<uint64_t>>();
  network.rotary = rotary_of(json.at("rotary"));
  network.sliding_rotary = rotary_of(json.at("slidingRotary"));
  return network;
}

WeightForm form_of(const Json& json) {
  return {json.at("type").text(), json.at("rowLength").get<uint64_t>(), json.at("headRows").get<uint64_t>(),
          json.at("add").get<float>()};
}

}  // namespace

PassOptions parse_pass_options(std::string_view json) {
  const Json root = parsed(json);
  PassOptions options;
  const auto count = [&](const char* name, uint64_t& to) {
    const Json* found = root.find(name);
    if (!found || !found->is_unsigned()) throw Error("A pass over texts must know its " + std::string(name) + ".");
    to = found->get<uint64_t>();
  };
  count("tokens", options.tokens);
  count("sequences", options.sequences);
  count("longest", options.longest);
  options.observe = root.value("observe", false);
  options.observe_output = root.value("observeOutput", false);
  options.logits = root.value("logits", true);
  options.contrast = root.value("contrast", false);
  options.least_window = root.value("leastWindow", uint64_t{0});
  return options;
}

std::string pass_plan_json(const PassPlan& plan, const Model& model) {
  Json steps = Json::list();
  for (const Step& step : plan.steps) {
    Json json = {{"op", op_names[static_cast<size_t>(step.op)]}, {"layer", step.layer}};
    if (step.has_weights()) {
      const ModelTensor& source = model.tensors()[step.tensor];
      json.add("tensor", source.name);
      json.add("type", format_of(source.stored).name);
      json.add("rowLength", source.shape[0]);
      json.add("headRows", source.transform.head_rows);
      json.add("add", source.transform.add);
      json.add("part", part_names[static_cast<size_t>(step.part)]);
      json.add("vector", static_cast<uint32_t>(step.vector));
      json.add("expert", step.expert);
      json.add("firstRow", step.first_row);
      json.add("rows", step.rows);
      json.add("firstColumn", step.first_column);
      json.add("columns", step.columns);
      json.add("firstOutput", step.first_output);
      json.add("observed", step.observed);
      Json tiles = Json::list();
      for (const Tile& tile : step.tiles)
        tiles.push_back(std::array<uint64_t, 5>{tile.file, tile.offset, tile.bytes, tile.first_row, tile.rows});
      json.add("tiles", std::move(tiles));
    }
    steps.push_back(std::move(json));
  }
  return Json{
      {"network", network_json(plan.network)},
      {"workChannels", plan.work_channels},
      {"steps", std::move(steps)},
      {"memory", Json{{"activationsBytes", plan.memory.activations}, {"perWorkerBytes", plan.memory.per_worker}}},
      {"readBytes", plan.reads},
      {"operations", plan.operations}}
      .dump();
}

WeightForm parse_weight_form(std::string_view json) { return form_of(parsed(json)); }

StepOrder parse_step(std::string_view json) {
  const Json root = parsed(json);
  StepOrder order;
  Step& step = order.step;
  step.op = named<Op>(op_names, root.at("op").text());
  step.layer = root.at("layer").get<uint32_t>();
  if (!root.find("type")) return order;
  order.form = form_of(root);
  if (const Json* other = root.find("other")) order.other = form_of(*other);
  step.part = named<Part>(part_names, root.at("part").text());
  const auto vector = root.at("vector").get<size_t>();
  if (vector >= vector_count) throw Error("There is no such vector. This is a fault in the program.");
  step.vector = static_cast<Vector>(vector);
  step.expert = root.at("expert").get<uint32_t>();
  step.first_row = root.at("firstRow").get<uint64_t>();
  step.rows = root.at("rows").get<uint64_t>();
  step.first_column = root.at("firstColumn").get<uint64_t>();
  step.columns = root.at("columns").get<uint64_t>();
  step.first_output = root.at("firstOutput").get<uint64_t>();
  order.threshold = root.value("threshold", 0.0f);
  order.observe = !root.at("observed").elements().empty();
  return order;
}

std::string product_order_json(const ProductOrder& order, uint64_t input) {
  const WeightRows& weights = order.weights;
  return Json{{"panels", order.panel_count()},
              {"rows", weights.rows},
              {"columns", weights.columns},
              {"stride", weights.stride},
              {"weights", reinterpret_cast<uintptr_t>(weights.data)},
              {"input", input}}
      .dump();
}

PassRequest parse_pass_request(std::string_view json) {
  const Json root = parsed(json);
  PassRequest request;
  request.kernel = root.at("kernel").get<std::string>();
  for (const Json& one : root.at("networks").elements())
    request.networks.push_back({network_of(one.at("network")), one.at("workChannels").get<uint64_t>()});
  for (const Json& one : root.at("sequences").elements())
    request.sequences.push_back({one.at("tokens").get<std::vector<int32_t>>(), one.at("firstScored").get<size_t>()});
  return request;
}

}  // namespace nibble::network
