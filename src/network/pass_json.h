#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "network/forward.h"
#include "network/pass_plan.h"

/// The JSON forms of web/src/wasm/types: how a plan travels to whoever reads the weights, and from there, step by
/// step, to the workers.
namespace nibble::network {

/// PassOptions. Throws Error for anything it does not understand.
PassOptions parse_pass_options(std::string_view json);
/// PassPlan. `model` is the one that was planned for.
std::string pass_plan_json(const PassPlan& plan, const Model& model);

/// A step without its tiles, and how its weights are stored.
struct StepOrder {
  Step step;
  WeightForm form;
  std::optional<WeightForm> other{};  ///< of weights that are held against these
  bool observe = false;
  float threshold = 0;  ///< of magnitudes of what is observed; 0: none
};
/// WeightForm. Throws Error.
WeightForm parse_weight_form(std::string_view json);
/// PassStep. Throws Error.
StepOrder parse_step(std::string_view json);

/// ProductOrder. `input` is the number of its input: see Forward::input_number().
std::string product_order_json(const ProductOrder& order, uint64_t input);

/// What a worker is to do: PassRequest.
struct PassRequest {
  struct One {
    Network network;
    uint64_t work_channels;
  };
  std::vector<One> networks;  ///< one, or two to be compared
  std::vector<TokenSequence> sequences;
  std::string kernel;
};
/// Throws Error.
PassRequest parse_pass_request(std::string_view json);

}  // namespace nibble::network
