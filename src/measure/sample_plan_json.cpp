
#include "error.h"
#include "formats/named_format.h"
#include "json/parse.h"
#include "measure/sample_plan.h"
#include "plan/json_parts.h"
#include "plan/layout.h"
#include "quotes.h"

namespace nibble {
namespace {

std::vector<Type> types_of(const Json& value) {
  if (value.is("usual")) return usual_types();
  std::vector<Type> types;
  if (value.is("all")) {
    for (const Format& format : all_formats()) {
      if (format.type != Type::f32 && !codec_of(format.type).quantizers.empty()) types.push_back(format.type);
    }
    return types;
  }
  if (value.elements().empty()) throw Error("The types to measure must be a list of types, \"usual\" or \"all\".");
  for (const Json& element : value.elements()) {
    const std::string name = element.is_text() ? element.get<std::string>() : element.dump();
    const Type type = named_format(name).type;
    if (codec_of(type).quantizers.empty()) throw Error("Nibble can read type " + name + " but not write it.");
    types.push_back(type);
  }
  return types;
}

}  // namespace

MeasureOptions parse_measure_options(std::string_view json) {
  const Json root = parse_json_or_null(json);
  if (!root.is_object()) throw Error("The options of the measurement are not a JSON object.");
  MeasureOptions options;
  for (const auto& [name, value] : root.members()) {
    if (value.is_null()) continue;
    if (name == "types") {
      options.types = types_of(value);
    } else if (name == "allRows") {
      if (!value.is_bool()) throw Error("The option \"allRows\" must be true or false.");
      options.size.all_rows = value.get<bool>();
    } else if (name == "precision") {
      if (!value.is_number() || !(value.get<double>() > 0 && value.get<double>() < 1)) {
        throw Error("The precision must be a number between 0 and 1, for example 0.05 for ±5 %.");
      }
      options.size.precision = value.get<double>();
    } else {
      throw Error("There is no option " + in_quotes(name) + '.');
    }
  }
  return options;
}

std::string sample_plan_json(const SamplePlan& plan) {
  Json tensors = Json::list();
  for (size_t i = 0; i < plan.plan.tensors.size(); ++i) {
    const MeasuredTensor& tensor = plan.measurement.tensors[i];
    Json types = Json::list();
    for (const MeasuredType& type : tensor.types) types.push_back(format_of(type.type).name);
    tensors.push_back({{"source", plan.plan.tensors[i].source},
                       {"name", tensor.name},
                       {"shape", tensor.shape},
                       {"from", format_of(plan.plan.tensors[i].from).name},
                       {"rows", tensor.rows},
                       {"pilotRows", plan.measurement.size.pilot(tensor.rows)},
                       {"rowBytes", format_of(plan.plan.tensors[i].from).bytes_for(tensor.row_length())},
                       {"types", std::move(types)},
                       {"importance", importance_place(plan.plan.tensors[i].importance)}});
  }
  return Json{{"method", plan.measurement.method}, {"tensors", std::move(tensors)}}.dump();
}

std::string sample_jobs_json(const std::vector<SampleJob>& jobs) {
  Json list = Json::list();
  for (const SampleJob& job : jobs) {
    Json ranges = Json::list();
    for (const RowRange& range : job.ranges) {
      ranges.push_back({{"file", range.file},
                        {"offset", range.offset},
                        {"bytes", range.bytes},
                        {"firstRow", range.first_row},
                        {"rows", range.rows}});
    }
    list.push_back({{"matrix", job.matrix}, {"ranges", std::move(ranges)}});
  }
  return list.dump();
}

std::string assignment_json(const Model& model, const PlanOptions& options, const ImportanceFile* importance) {
  PlanOptions allowed = options;
  allowed.recipe.require_importance = false;
  Json types = Json::object();
  for (const PlannedTensor& tensor : make_layout(model, allowed, importance).tensors) {
    if (tensor.values == PlannedTensor::Values::scale) continue;
    types.add(model.tensors()[tensor.source].name, format_of(tensor.to).name);
  }
  return types.dump();
}

}  // namespace nibble
