#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_map>

#include "container/text.h"
#include "error.h"
#include "json/parse.h"
#include "measure/measurement.h"
#include "measure/on_grids.h"
#include "recipe/tensor_kind.h"

namespace nibble {
namespace {

constexpr int format_version = 1;
/// The key that tells the file from any other JSON.
constexpr char version_key[] = "nibbleMeasurement";
/// Far beyond any model; keeps a damaged file from filling memory.
constexpr uint64_t most_rows_of_a_tensor = uint64_t{1} << 40;

Json finite(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json estimate_json(const Estimate& estimate) {
  return {{"value", finite(estimate.value)},
          {"standardError", finite(estimate.standard_error)},
          {"low", finite(estimate.low)},
          {"high", finite(estimate.high)}};
}

Json moments_json(const RowMoments& moments) { return Json::list({moments.sum, moments.squares, moments.cross}); }

Json type_json(const MeasuredTensor& tensor, const MeasuredType& type) {
  const Format& format = format_of(type.type);
  Json json = {{"type", format.name}, {"bytes", format.bytes_for(tensor.weight_count)}, {"possible", type.possible}};
  const bool known = type.possible && tensor.rows_measured > 0;
  json.add("squaredError", known ? estimate_json(estimated_sum(type.error, tensor.coverage())) : Json(nullptr));
  json.add("relativeSquaredError",
           known ? estimate_json(estimated_ratio(type.error, tensor.squares, tensor.coverage())) : Json(nullptr));
  json.add("weightedSquaredError", known && tensor.has_importance
                                       ? estimate_json(estimated_sum(type.weighted, tensor.coverage()))
                                       : Json(nullptr));
  json.add("outputError", type.output_error ? Json(*type.output_error) : Json(nullptr));
  json.add("sums", moments_json(type.error));
  json.add("weightedSums", moments_json(type.weighted));
  return json;
}

Json grids_json(const MeasuredTensor& tensor) {
  Json grids = Json::list();
  for (const GridBlocks& grid : tensor.grids) {
    grids.push_back({{"type", format_of(grid.type).name}, {"kept", grid.kept}, {"blocks", grid.blocks}});
  }
  return grids;
}

/// OnGrid of web/src/wasm/types.
Json on_grids_json(const Measurement& measurement) {
  Json list = Json::list();
  for (const OnGrid& one : on_grids(measurement)) {
    Json rules = Json::list();
    for (const TypeRule& rule : one.rules) {
      rules.push_back({{"pattern", rule.pattern}, {"type", format_of(rule.type).name}});
    }
    list.push_back({{"type", format_of(one.type).name},
                    {"method", one.method},
                    {"tensors", one.tensors},
                    {"kept", one.kept},
                    {"blocks", one.blocks},
                    {"tensorTypes", std::move(rules)}});
  }
  return list;
}

Json tensor_json(const MeasuredTensor& tensor) {
  const auto layer = block_number(tensor.name);
  Json types = Json::list();
  for (const MeasuredType& type : tensor.types) types.push_back(type_json(tensor, type));
  return {{"name", tensor.name},
          {"shape", tensor.shape},
          {"layer", layer ? Json(*layer) : Json(nullptr)},
          {"role", role_name(tensor.name)},
          {"from", format_of(tensor.from).name},
          {"weights", tensor.weight_count},
          {"rows", tensor.rows},
          {"rowsMeasured", tensor.rows_measured},
          {"importance", tensor.has_importance},
          {"squaredWeight", estimate_json(estimated_sum(tensor.squares, tensor.coverage()))},
          {"squaredOutput", tensor.squared_output > 0 ? Json(tensor.squared_output) : Json(nullptr)},
          {"sums", moments_json(tensor.squares)},
          {"weightedSums", moments_json(tensor.weighted_squares)},
          {"types", std::move(types)},
          {"grids", grids_json(tensor)}};
}

[[noreturn]] void not_one(const std::string& what) {
  throw Error("This is not a measurement that nibble wrote, or a damaged one: " + what + ".");
}

const Json& member(const Json& object, const char* name) {
  const Json* found = object.find(name);
  if (!found) not_one("it has no \"" + std::string(name) + "\"");
  return *found;
}

uint64_t count(const Json& object, const char* name) {
  const Json& value = member(object, name);
  if (!value.is_unsigned()) not_one("\"" + std::string(name) + "\" is not a whole number");
  return value.get<uint64_t>();
}

std::string text(const Json& object, const char* name) {
  const Json& value = member(object, name);
  if (!value.is_text()) not_one("\"" + std::string(name) + "\" is not a text");
  return value.get<std::string>();
}

bool flag(const Json& object, const char* name) {
  const Json& value = member(object, name);
  if (!value.is_bool()) not_one("\"" + std::string(name) + "\" is neither true nor false");
  return value.get<bool>();
}

std::optional<std::string> optional_text(const Json& object, const char* name) {
  if (member(object, name).is_null()) return std::nullopt;
  return text(object, name);
}

RowMoments moments(const Json& object, const char* name) {
  const Json::List& list = member(object, name).elements();
  const auto positive = [](const Json& value) { return value.is_number() && value.get<double>() >= 0; };
  if (list.size() != 3 || !std::all_of(list.begin(), list.end(), positive)) {
    not_one("\"" + std::string(name) + "\" is not a list of three sums");
  }
  return {list[0].get<double>(), list[1].get<double>(), list[2].get<double>()};
}

Type type_named(const Json& object, const char* name) {
  const Format* format = find_format(std::string_view(text(object, name)));
  if (format == nullptr) not_one("there is no tensor type " + in_quotes(text(object, name)));
  return format->type;
}

const Json::List& list(const Json& object, const char* name) {
  const Json& value = member(object, name);
  if (!value.is_list()) not_one("\"" + std::string(name) + "\" is not a list");
  return value.elements();
}

/// A number above or equal to zero; none where there is none, or null.
std::optional<double> optional_amount(const Json& object, const char* name) {
  const Json* value = object.find(name);
  if (value == nullptr || value->is_null()) return std::nullopt;
  if (!value->is_number() || !(value->get<double>() >= 0) || !std::isfinite(value->get<double>()))
    not_one("\"" + std::string(name) + "\" is not a number from zero on");
  return value->get<double>();
}

MeasuredTensor parse_tensor(const Json& json) {
  MeasuredTensor tensor;
  tensor.name = text(json, "name");
  uint64_t product = 1;
  for (const Json& size : list(json, "shape")) {
    if (!size.is_unsigned() || size.get<uint64_t>() == 0) not_one("a shape has a size that is none");
    tensor.shape.push_back(size.get<uint64_t>());
    product = product > most_rows_of_a_tensor ? product : product * tensor.shape.back();
  }
  tensor.from = type_named(json, "from");
  tensor.weight_count = count(json, "weights");
  tensor.rows = count(json, "rows");
  tensor.rows_measured = count(json, "rowsMeasured");
  if (tensor.shape.empty() || product != tensor.weight_count ||
      tensor.rows != tensor.weight_count / tensor.row_length() || tensor.rows_measured > tensor.rows) {
    not_one("the shape and the rows of " + in_quotes(tensor.name) + " contradict each other");
  }
  tensor.has_importance = flag(json, "importance");
  tensor.squares = moments(json, "sums");
  tensor.weighted_squares = moments(json, "weightedSums");
  tensor.squared_output = optional_amount(json, "squaredOutput").value_or(0);
  for (const Json& type : list(json, "types")) {
    tensor.types.push_back({type_named(type, "type"), moments(type, "sums"), moments(type, "weightedSums"),
                            flag(type, "possible"), optional_amount(type, "outputError")});
    if (tensor.row_length() % format_of(tensor.types.back().type).block_length != 0) {
      not_one("rows of " + in_quotes(tensor.name) + " do not fill blocks of type " + text(type, "type"));
    }
  }
  // Measurements from before have none.
  if (json.find("grids")) {
    for (const Json& grid : list(json, "grids")) {
      tensor.grids.push_back({type_named(grid, "type"), optional_amount(grid, "kept").value_or(0),
                              optional_amount(grid, "blocks").value_or(0)});
    }
  }
  return tensor;
}

}  // namespace

std::string measurement_json(const Measurement& measurement) {
  Json files = Json::list(), tensors = Json::list();
  for (const Measurement::File& file : measurement.files) files.push_back({{"name", file.name}, {"bytes", file.bytes}});
  for (const MeasuredTensor& tensor : measurement.tensors) tensors.push_back(tensor_json(tensor));
  const Json json = {
      {version_key, format_version},
      {"version", measurement.version},
      {"method", measurement.method},
      {"files", std::move(files)},
      {"architecture", measurement.architecture},
      {"importance", measurement.importance},
      {"text",
       measurement.text ? Json{{"name", measurement.text->name}, {"tokens", measurement.text->tokens}} : Json(nullptr)},
      {"precision", measurement.size.precision},
      {"allRows", measurement.size.all_rows},
      {"weights", measurement.weight_count},
      {"keptFileBytes", measurement.kept_file_bytes},
      {"keptTensorBytes", measurement.kept_tensor_bytes},
      {"quantizedSource", measurement.quantized_source},
      {"onGrids", on_grids_json(measurement)},
      {"tensors", std::move(tensors)}};
  return json.dump();
}

void add_outputs(Measurement& measurement, std::string_view json) {
  const Json root = parse_json_or_null(json);
  measurement.text = {text(root, "text"), count(root, "tokens")};
  std::unordered_map<std::string_view, MeasuredTensor*> tensors;
  for (MeasuredTensor& tensor : measurement.tensors) tensors.emplace(tensor.name, &tensor);
  for (const Json& outputs : list(root, "tensors")) {
    const std::string name = text(outputs, "name");
    const auto found = tensors.find(name);
    if (found == tensors.end()) not_one("it has no tensor " + in_quotes(name));
    MeasuredTensor& tensor = *found->second;
    tensor.squared_output = optional_amount(outputs, "squaredOutput").value_or(0);
    const Json& errors = member(outputs, "errors");
    for (MeasuredType& type : tensor.types)
      type.output_error = optional_amount(errors, std::string(format_of(type.type).name).c_str());
  }
}

Measurement parse_measurement(std::string_view json) {
  const Json root = parse_json_or_null(json);
  const Json* version = root.find(version_key);
  if (!version) not_one("it has no \"" + std::string(version_key) + "\"");
  if (!version->is_unsigned() || version->get<uint64_t>() != format_version) {
    throw Error(
        "This measurement was written by a version of nibble whose measurements this one does not know. Measure the "
        "model again.");
  }
  Measurement measurement;
  measurement.version = text(root, "version");
  measurement.method = text(root, "method");
  for (const Json& file : list(root, "files")) measurement.files.push_back({text(file, "name"), count(file, "bytes")});
  measurement.architecture = optional_text(root, "architecture");
  measurement.importance = optional_text(root, "importance");
  if (const Json* read = root.find("text"); read != nullptr && !read->is_null())
    measurement.text = {text(*read, "name"), count(*read, "tokens")};
  const Json& precision = member(root, "precision");
  if (!precision.is_number() || !(precision.get<double>() > 0)) not_one("\"precision\" is not a positive number");
  measurement.size = {precision.get<double>(), flag(root, "allRows")};
  measurement.weight_count = count(root, "weights");
  measurement.kept_file_bytes = count(root, "keptFileBytes");
  measurement.kept_tensor_bytes = count(root, "keptTensorBytes");
  measurement.quantized_source = flag(root, "quantizedSource");
  for (const Json& tensor : list(root, "tensors")) measurement.tensors.push_back(parse_tensor(tensor));
  return measurement;
}

}  // namespace nibble
