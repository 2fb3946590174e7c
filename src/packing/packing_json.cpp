#include <nlohmann/json.hpp>

#include "packing/packing_plan.h"

namespace nibble {
namespace {

using Json = nlohmann::ordered_json;

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

/// Role of web/src/core/types.ts, as far as Hugging Face names tell.
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

Json tensor_json(const PackedPlanTensor& tensor, const Plan& plan) {
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
          {"method", tensor.packing ? Json(plan.method) : Json(nullptr)},
          {"measured", tensor.measured},
          {"weights", tensor.weights},
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

Json job_json(const Job& job, const PackedPlan::Run& run) {
  return {{"tensor", job.tensor},
          {"inputFile", job.input_file},
          {"inputOffset", job.input_offset},
          {"inputBytes", job.input_bytes},
          {"outputFile", 0},
          {"outputOffset", job.output_offset},
          {"outputBytes", job.output_bytes},
          {"padding", 0},
          {"firstWeight", job.first_weight},
          {"weights", job.weights},
          {"run", {run.first, run.count}}};
}

}  // namespace

std::string packed_plan_json(const PackedPlan& packed) {
  const Plan& plan = packed.plan;
  Json files = Json::array(), tensors = Json::array(), jobs = Json::array();
  for (const OutputFile& file : plan.files) {
    files.push_back({{"name", file.suffix}, {"bytes", file.bytes}, {"headerBytes", file.header_bytes}});
  }
  for (const PackedPlanTensor& tensor : packed.tensors) tensors.push_back(tensor_json(tensor, plan));
  for (size_t i = 0; i < plan.jobs.size(); ++i) jobs.push_back(job_json(plan.jobs[i], packed.runs[i]));
  const Json json = {
      {"fileType", plan.file_type->name},
      {"method", plan.method},
      {"container", "safetensors"},
      {"inputBytes", plan.input_bytes},
      {"outputBytes", plan.output_bytes},
      {"outputFiles", std::move(files)},
      {"bitsPerWeight", plan.bits_per_weight},
      {"weights", plan.weights},
      {"tensors", std::move(tensors)},
      {"jobs", std::move(jobs)},
      {"notes", plan.notes},
      {"memory", {{"sharedBytes", plan.memory.shared_bytes}, {"perWorkerBytes", plan.memory.per_worker_bytes}}}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace nibble
