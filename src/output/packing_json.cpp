#include "json/json.h"
#include "output/packing_plan.h"
#include "plan/json_parts.h"

namespace nibble {
namespace {

/// The first number that stands alone between dots: the layer, in every naming in use.
Json layer_of(std::string_view name) {
  while (!name.empty()) {
    const std::string_view part = name.substr(0, name.find('.'));
    const bool number =
        !part.empty() && part.size() < 10 && part.find_first_not_of("0123456789") == std::string_view::npos;
    if (number) return std::stoul(std::string(part));
    name.remove_prefix(std::min(name.size(), part.size() + 1));
  }
  return nullptr;
}

/// Role of web/src/wasm/types, as far as Hugging Face names tell.
const char* role_of(std::string_view name) {
  static constexpr std::pair<std::string_view, const char*> roles[] = {
      {"norm", "norm"}, {"ln_", "norm"},       {"embed", "token_embd"}, {"wte.", "token_embd"}, {"lm_head", "output"},
      {"q_proj", "q"},  {"k_proj", "k"},       {"v_proj", "v"},         {"qkv", "qkv"},         {"c_attn", "qkv"},
      {"o_proj", "o"},  {"gate_proj", "gate"}, {"up_proj", "up"},       {"c_fc", "up"},         {"down_proj", "down"}};
  for (const auto& [part, role] : roles) {
    if (name.find(part) != std::string_view::npos) return role;
  }
  return "other";
}

Json tensor_json(const PackedPlanTensor& tensor) {
  Json packing = nullptr;
  if (tensor.packing) {
    packing = {{"name", tensor.packing->name()}, {"part", tensor.part == PackedPart::codes ? "codes" : "scales"},
               {"dtype", tensor.dtype},          {"rows", tensor.shape[1]},
               {"columns", tensor.shape[0]},     {"pieceBytes", tensor.piece_bytes}};
  }
  const std::string_view from = format_of(tensor.type).name;
  return {{"source", tensor.source},
          {"name", tensor.name},
          {"shape", tensor.shape},
          {"layer", layer_of(tensor.name)},
          {"role", role_of(tensor.name)},
          {"from", from},
          {"to", tensor.packing ? tensor.packing->name() : from},
          {"wanted", nullptr},
          {"reason", tensor.reason},
          {"action", tensor.packing ? "convert" : "copy"},
          {"method", tensor.packing ? Json(tensor.method) : Json(nullptr)},
          {"measured", tensor.measured},
          {"weights", tensor.weight_count},
          {"rowLength", tensor.shape.empty() ? 1 : tensor.shape[0]},
          {"headRows", 0},
          {"add", 0},
          {"inputBytes", tensor.input_bytes},
          {"outputBytes", tensor.output_bytes},
          {"file", 0},
          {"offset", tensor.offset},
          {"importance", nullptr},
          {"packing", std::move(packing)}};
}

}  // namespace

std::string packed_plan_json(const PackedPlan& packed, const Model& model) {
  const Plan& plan = packed.plan;
  Json tensors = Json::list(), jobs = Json::list(), network = Json::list();
  for (const PackedPlanTensor& tensor : packed.tensors) tensors.push_back(tensor_json(tensor));
  for (const PlannedTensor& tensor : packed.network)
    network.push_back(planned_json(tensor, model.tensors()[tensor.source]));
  for (size_t i = 0; i < plan.jobs.size(); ++i) {
    const Job& job = plan.jobs[i];
    const PackedPlan::Run& run = packed.runs[i];
    const bool packs = packed.tensors[job.tensor].packing != nullptr;
    jobs.push_back(job_json(job, packs ? "pack" : "copy", packs ? Json::list({run.first, run.count}) : Json(nullptr)));
  }
  Json made = plan_object(plan, "safetensors", std::move(tensors), std::move(jobs));
  made.add("network", std::move(network));
  return made.dump();
}

}  // namespace nibble
