#include "measure/choose_json.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "container/text.h"
#include "error.h"
#include "formats/named_format.h"
#include "json/parse.h"
#include "recipe/tensor_kind.h"

namespace nibble {
namespace {

Json finite(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

/// `change` applied to the value and both ends.
template <class Change>
Json interval_json(const Estimate& estimate, Change&& change) {
  return {{"value", finite(change(estimate.value))},
          {"low", finite(change(estimate.low))},
          {"high", finite(change(estimate.high))}};
}

double same(double value) { return value; }
double root(double value) { return std::sqrt(value); }

/// Signal to noise of a relative squared error; the more error the fewer decibels, so the ends change places.
Json decibels_json(const Estimate& relative) {
  const auto decibels = [](double share) { return -10 * std::log10(share); };
  return {{"value", finite(decibels(relative.value))},
          {"low", finite(decibels(relative.high))},
          {"high", finite(decibels(relative.low))}};
}

Json prediction_value(const Prediction& prediction) {
  Json json = {{"squaredError", interval_json(prediction.squared_error, same)},
               {"relativeError", interval_json(prediction.relative_squared_error, root)},
               {"sqnrDb", decibels_json(prediction.relative_squared_error)}};
  const bool weighted = prediction.weighted_squared_error.has_value();
  json.add("weightedSquaredError", weighted ? interval_json(*prediction.weighted_squared_error, same) : Json());
  json.add("weightedRelativeError",
           weighted ? interval_json(*prediction.relative_weighted_squared_error, root) : Json(nullptr));
  json.add("weights", prediction.weight_count);
  json.add("weightsMeasured", prediction.weights_measured);
  json.add("tensors", prediction.tensors);
  json.add("missing", prediction.missing);
  return json;
}

Json rules_json(const Recipe& recipe) {
  Json rules = Json::list();
  for (const TypeRule& rule : recipe.rules)
    rules.push_back({{"pattern", rule.pattern}, {"type", format_of(rule.type).name}});
  return rules;
}

/// sqrt(sum (x-y)^2 / sum x^2) of a tensor as a type; null when it is not known.
Json relative_error(const MeasuredTensor& tensor, Type type) {
  if (tensor.rows_measured == 0) return nullptr;
  if (tensor.exact(type)) return 0;
  const MeasuredType* measured = tensor.find(type);
  if (measured == nullptr || !measured->possible) return nullptr;
  return finite(root(estimated_ratio(measured->error, tensor.squares, tensor.coverage()).value));
}

Json mix_value(const Measurement& measurement, const Assignment& assignment) {
  Json tensors = Json::list();
  for (size_t i = 0; i < assignment.size(); ++i) {
    const MeasuredTensor& tensor = measurement.tensors[i];
    const auto layer = block_number(tensor.name);
    Json relative = relative_error(tensor, assignment[i]);
    const bool known = !relative.is_null();
    tensors.push_back({{"name", tensor.name},
                       {"layer", layer ? Json(*layer) : Json(nullptr)},
                       {"role", role_name(tensor.name)},
                       {"from", format_of(tensor.from).name},
                       {"type", format_of(assignment[i]).name},
                       {"weights", tensor.weight_count},
                       {"bytes", format_of(assignment[i]).bytes_for(tensor.weight_count)},
                       {"squaredError", known ? finite(tensor.error(assignment[i]).value) : Json(nullptr)},
                       {"relativeError", std::move(relative)}});
  }
  const Recipe recipe = recipe_of(measurement, assignment);
  return {{"bytes", file_bytes(measurement, assignment)},
          {"bitsPerWeight", bits_per_weight(measurement, assignment)},
          {"prediction", prediction_value(predict(measurement, assignment))},
          {"tensors", std::move(tensors)},
          {"recipe", {{"type", recipe.file_type}, {"tensorTypes", rules_json(recipe)}}},
          {"command", llama_quantize_command(measurement, recipe)}};
}

Json parsed_object(std::string_view json) {
  Json root = parse_json_or_null(json);
  if (!root.is_object()) throw Error("The request is not a JSON object.");
  return root;
}

Type type_of(const Json& value) { return named_format(value.is_text() ? value.get<std::string>() : value.dump()).type; }

Assignment assignment_of(const Measurement& measurement, const Json& json) {
  if (!json.is_object()) throw Error("The types of the tensors are not a JSON object.");
  Assignment assignment = kept_as_they_are(measurement);
  for (size_t i = 0; i < assignment.size(); ++i) {
    if (const Json* type = json.find(measurement.tensors[i].name)) assignment[i] = type_of(*type);
  }
  return assignment;
}

constexpr std::pair<Objective, std::string_view> objectives[] = {
    {Objective::squared, "squared"}, {Objective::weighted, "weighted"}, {Objective::outputs, "outputs"}};

Objective objective_of(const Json& value) {
  for (const auto& [objective, name] : objectives) {
    if (value.is(name)) return objective;
  }
  throw Error("The error to make small must be \"squared\", \"weighted\" or \"outputs\".");
}

std::string_view objective_name(Objective objective) {
  return std::find_if(std::begin(objectives), std::end(objectives),
                      [&](const auto& one) { return one.first == objective; })
      ->second;
}

/// By outputs where they were measured: in answers that was best (docs/mixes.md).
Objective default_objective(const Measurement& measurement) {
  return measurement.text ? Objective::outputs : Objective::squared;
}

void check_objective(const Measurement& measurement, Objective objective) {
  if (objective == Objective::outputs && !measurement.text) {
    throw Error(
        "The model was measured without a text, so the errors of its outputs are not known. Measure it again with "
        "--from-calibration, or ask for the squared error.");
  }
  if (objective != Objective::weighted || measurement.importance) return;
  throw Error(
      "The model was measured without an importance matrix, so there is no weighted error to make small. Measure it "
      "again with --imatrix, or ask for the squared error.");
}

double positive(const Json& value, const char* name) {
  if (!value.is_number() || !(value.get<double>() > 0))
    throw Error("The option " + in_quotes(name) + " must be a number above zero.");
  return value.get<double>();
}

std::vector<TypeRule> rules_of(const Json& list) {
  std::vector<TypeRule> rules;
  if (!list.is_list()) throw Error("The option \"fixed\" must be a list of rules.");
  for (const Json& rule : list.elements()) {
    const Json *pattern = rule.find("pattern"), *type = rule.find("type");
    if (!pattern || !type || !pattern->is_text()) {
      throw Error("A rule needs a \"pattern\" and a \"type\".");
    }
    rules.push_back({pattern->text(), type_of(*type)});
  }
  return rules;
}

/// Note[]: of rules that speak of no measured tensor.
Json rule_notes(const Measurement& measurement, std::span<const TypeRule> rules) {
  std::vector<std::string> names;
  for (const MeasuredTensor& tensor : measurement.tensors) names.push_back(tensor.name);
  const std::string idle = note_on_idle_rules(rules, names);
  Json notes = Json::list();
  if (!idle.empty()) notes.push_back({{"level", "note"}, {"text", idle}});
  return notes;
}

SolveOptions solve_options(const Json& root) {
  SolveOptions options;
  for (const auto& [name, value] : root.members()) {
    if (value.is_null()) continue;
    if (name == "bytes")
      options.bytes = static_cast<uint64_t>(positive(value, "bytes"));
    else if (name == "bitsPerWeight")
      options.bits_per_weight = positive(value, "bitsPerWeight");
    else if (name == "objective")
      options.objective = objective_of(value);
    else if (name == "fixed")
      options.fixed = rules_of(value);
    else if (name == "assigned") {
      if (!value.is_object()) throw Error("The option \"assigned\" must be an object.");
      for (const auto& [tensor, type] : value.members()) options.assigned[tensor] = type_of(type);
    } else if (name == "types") {
      if (!value.is_list()) throw Error("The option \"types\" must be a list.");
      for (const Json& type : value.elements()) options.types.push_back(type_of(type));
    } else if (name == "roleWeights") {
      if (!value.is_object()) throw Error("The option \"roleWeights\" must be an object.");
      for (const auto& [role, weight] : value.members()) {
        if (!is_role(role)) {
          throw Error("There is no role " + in_quotes(role) +
                      ". Roles are q, k, v, qkv, o, gate, up, down, token_embd, output, norm and other.");
        }
        options.role_factors[role] = positive(weight, role.c_str());
      }
    } else {
      throw Error("There is no option " + in_quotes(name) + '.');
    }
  }
  if (options.bytes.has_value() == options.bits_per_weight.has_value()) {
    throw Error("Ask for a file size or for bits per weight, one of the two.");
  }
  const RuleMatcher understood(options.fixed);
  return options;
}

}  // namespace

std::string prediction_json(const Measurement& measurement, std::string_view assignment) {
  return prediction_value(predict(measurement, assignment_of(measurement, parsed_object(assignment)))).dump();
}

std::string mix_json(const Measurement& measurement, std::string_view assignment) {
  return mix_value(measurement, assignment_of(measurement, parsed_object(assignment))).dump();
}

std::string limits_json(const Measurement& measurement) {
  Assignment smallest = kept_as_they_are(measurement), largest = smallest;
  for (size_t i = 0; i < smallest.size(); ++i) {
    bool first = true;
    for (const MeasuredType& type : measurement.tensors[i].types) {
      if (!type.possible || !format_of(type.type).quantized) continue;
      const double bits = format_of(type.type).bits_per_weight();
      if (first || bits < format_of(smallest[i]).bits_per_weight()) smallest[i] = type.type;
      if (first || bits > format_of(largest[i]).bits_per_weight()) largest[i] = type.type;
      first = false;
    }
  }
  return Json{{"smallestBytes", file_bytes(measurement, smallest)}, {"largestBytes", file_bytes(measurement, largest)}}
      .dump();
}

std::string choices_json(const Measurement& measurement, std::string_view name) {
  const MeasuredTensor* tensor = measurement.find(name);
  if (tensor == nullptr) throw Error("No tensor " + in_quotes(name) + " was measured.");
  std::vector<Type> types = {tensor->from};
  for (const MeasuredType& type : tensor->types) {
    if (type.possible) types.push_back(type.type);
  }
  std::stable_sort(types.begin(), types.end(),
                   [](Type a, Type b) { return format_of(a).bits_per_weight() < format_of(b).bits_per_weight(); });
  Json list = Json::list();
  for (const Type type : types) {
    list.push_back({{"type", format_of(type).name},
                    {"bytes", format_of(type).bytes_for(tensor->weight_count)},
                    {"bitsPerWeight", format_of(type).bits_per_weight()},
                    {"relativeError", relative_error(*tensor, type)}});
  }
  return list.dump();
}

void check_solve_request(std::string_view request) { solve_options(parsed_object(request)); }

std::string solution_json(const Measurement& measurement, std::string_view request) {
  const Json root = parsed_object(request);
  SolveOptions options = solve_options(root);
  if (root.find("objective") == nullptr) options.objective = default_objective(measurement);
  check_objective(measurement, options.objective);
  const Solution solution = solve(measurement, options);
  Json json = mix_value(measurement, solution.assignment);
  json.add("objective", objective_name(options.objective));
  json.add("loss", solution.objective);
  json.add("bound", solution.bound);
  json.add("gap", solution.objective > 0 ? (solution.objective - solution.bound) / solution.objective : 0);
  json.add("notes", rule_notes(measurement, options.fixed));
  return json.dump();
}

std::string observation_json(const Measurement& measurement, std::string_view request) {
  const Json root = parsed_object(request);
  ObserveOptions options;
  options.objective = default_objective(measurement);
  Assignment start = kept_as_they_are(measurement);
  for (const auto& [name, value] : root.members()) {
    if (value.is_null()) continue;
    if (name == "start")
      start = assignment_of(measurement, value);
    else if (name == "worst")
      options.worst = static_cast<uint64_t>(positive(value, "worst"));
    else if (name == "objective")
      options.objective = objective_of(value);
    else
      throw Error("There is no option " + in_quotes(name) + '.');
  }
  check_objective(measurement, options.objective);
  const Observation observation = observe(measurement, start, options);
  Json steps = Json::list();
  for (const Observed& step : observation.steps) {
    const MeasuredTensor& tensor = measurement.tensors[step.tensor];
    Json tried = Json::list();
    for (const Type type : step.tried) tried.push_back(format_of(type).name);
    steps.push_back({{"name", tensor.name},
                     {"tried", std::move(tried)},
                     {"errorBefore", step.before},
                     {"errorAfter", step.after},
                     {"bytesBefore", format_of(step.tried.front()).bytes_for(tensor.weight_count)},
                     {"bytesAfter", format_of(step.tried.back()).bytes_for(tensor.weight_count)},
                     {"halved", step.reached}});
  }
  return Json{{"objective", objective_name(options.objective)},
              {"before", mix_value(measurement, start)},
              {"after", mix_value(measurement, observation.assignment)},
              {"steps", std::move(steps)}}
      .dump();
}

}  // namespace nibble
