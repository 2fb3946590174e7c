#include "plan/options.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include "container/importance.h"
#include "container/text.h"
#include "error.h"
#include "formats/named_format.h"
#include "json/parse.h"
#include "names.h"
#include "packing/matrix_packer.h"

namespace nibble {
namespace {

/// llama-quantize keeps keys and texts of overrides in 128 bytes with a terminating zero.
constexpr size_t max_override_bytes = 127;
/// Below this a job would be mostly overhead.
constexpr uint64_t min_job_bytes = 256;

[[noreturn]] void wrong(const std::string& name, const char* expected) {
  throw Error("The option " + in_quotes(name) + " must be " + expected + '.');
}

std::string as_text(const std::string& name, const Json& value) {
  if (!value.is_text()) wrong(name, "a text");
  return value.get<std::string>();
}

bool as_bool(const std::string& name, const Json& value) {
  if (!value.is_bool()) wrong(name, "true or false");
  return value.get<bool>();
}

Type as_type(const std::string& name, const Json& value) { return named_format(as_text(name, value)).type; }

void set_type(PlanOptions& options, const Json& value) {
  const std::string text = value.is_unsigned() ? std::to_string(value.get<uint64_t>()) : as_text("type", value);
  options.packing = find_packing(text);
  options.recipe.file_type = options.packing ? &options.packing->type : find_file_type(text);
  if (options.recipe.file_type) return;
  if (same_name(text, "exl2")) {
    throw Error(
        "EXL2 files cannot be made from weights alone: their quantizer runs texts through the model to see which "
        "weights matter, layer by layer. Use exllamav2's convert.py for them, or choose nf4, gptq-4bit-128g or a "
        "GGUF type with an importance matrix.");
  }
  throw Error("There is no file type " + in_quotes(text) + ". Choose one such as Q4_K_M or Q8_0.");
}

/// The member `name` of an element of the list option `list`.
std::string member(const Json& element, const std::string& list, const char* name) {
  const Json* found = element.find(name);
  if (!found) wrong(list, "a list of objects with all their members");
  return as_text(list + "." + name, *found);
}

int64_t parse_integer(const std::string& text, const std::string& key) {
  int64_t value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  // The value is stored as the u32 of its magnitude.
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size() || std::llabs(value) > 0xFFFFFFFFll) {
    throw Error("The override of " + in_quotes(key) + " is not a whole number of at most 32 bits: " + in_quotes(text) +
                '.');
  }
  return value;
}

double parse_real(const std::string& text, const std::string& key) {
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != '\0')
    throw Error("The override of " + in_quotes(key) + " is not a number: " + in_quotes(text) + '.');
  return value;
}

KeyOverride parse_override(const Json& element) {
  KeyOverride result;
  result.key = member(element, "overrides", "key");
  const std::string type = member(element, "overrides", "type"), value = member(element, "overrides", "value");
  if (result.key.empty() || result.key.size() > max_override_bytes || result.key.find('\0') != std::string::npos) {
    throw Error("An overridden key must have 1 to " + std::to_string(max_override_bytes) +
                " bytes of text: " + in_quotes(result.key) + '.');
  }
  if (type == "int") {
    result.value = parse_integer(value, result.key);
  } else if (type == "float") {
    result.value = parse_real(value, result.key);
  } else if (type == "bool") {
    if (value != "true" && value != "false")
      throw Error("The override of " + in_quotes(result.key) + " must be true or false.");
    result.value = value == "true";
  } else if (type == "str") {
    if (value.size() > max_override_bytes || value.find('\0') != std::string::npos) {
      throw Error("The override of " + in_quotes(result.key) + " is longer than " + std::to_string(max_override_bytes) +
                  " bytes or holds a zero byte.");
    }
    result.value = value;
  } else {
    throw Error("The override of " + in_quotes(result.key) + " has the unknown type " + in_quotes(type) +
                "; int, float, bool and str can be set.");
  }
  return result;
}

const Json::List& as_list(const std::string& name, const Json& value) {
  if (!value.is_list()) wrong(name, "a list");
  return value.elements();
}

void read_option(PlanOptions& options, const std::string& name, const Json& value) {
  RecipeOptions& recipe = options.recipe;
  if (name == "type") {
    set_type(options, value);
  } else if (name == "method") {
    options.method = as_text(name, value);
  } else if (name == "pure") {
    recipe.pure = as_bool(name, value);
  } else if (name == "leaveOutputTensor") {
    recipe.leave_output_tensor = as_bool(name, value);
  } else if (name == "outputTensorType") {
    recipe.output_type = as_type(name, value);
  } else if (name == "tokenEmbeddingType") {
    recipe.token_embedding_type = as_type(name, value);
  } else if (name == "tensorTypes") {
    for (const Json& rule : as_list(name, value)) {
      recipe.rules.push_back({member(rule, name, "pattern"), as_type(name, member(rule, name, "type"))});
    }
  } else if (name == "tinyTensors") {
    for (const Json& tensor : as_list(name, value)) recipe.tiny.insert(as_text(name, tensor));
  } else if (name == "overrides") {
    for (const Json& element : as_list(name, value)) options.overrides.push_back(parse_override(element));
  } else if (name == "allowRequantize") {
    recipe.allow_requantize = as_bool(name, value);
  } else if (name == "keepSplit") {
    options.keep_split = as_bool(name, value);
  } else if (name == "noMtp") {
    options.no_mtp = as_bool(name, value);
  } else if (name == "mtpOnly") {
    options.mtp_only = as_bool(name, value);
  } else if (name == "pruneLayers") {
    for (const Json& layer : as_list(name, value)) {
      if (!layer.is_unsigned()) wrong(name, "a list of whole numbers");
      options.prune_layers.push_back(layer.get<uint64_t>());
    }
  } else if (name == "useImportance") {
    options.use_importance = as_bool(name, value);
  } else if (name == "includeWeights") {
    for (const Json& part : as_list(name, value)) options.include_weights.push_back(as_text(name, part));
  } else if (name == "excludeWeights") {
    for (const Json& part : as_list(name, value)) options.exclude_weights.push_back(as_text(name, part));
  } else if (name == "edit") {
    options.edit = parse_edit_options(value);
  } else if (name == "shardBytes") {
    if (!value.is_unsigned() || value.get<uint64_t>() == 0) wrong(name, "a whole number, 1 or more");
    options.shard_bytes = value.get<uint64_t>();
  } else if (name == "jobBytes") {
    if (!value.is_unsigned() || value.get<uint64_t>() < min_job_bytes) wrong(name, "a whole number, 256 or more");
    options.job_bytes = value.get<uint64_t>();
  } else {
    throw Error("There is no option " + in_quotes(name) + '.');
  }
}

/// Refuses what means nothing whatever the model is.
void check_options(const PlanOptions& options) {
  if (!options.recipe.file_type) throw Error("No file type was chosen. Choose one such as Q4_K_M or Q8_0.");
  if (options.mtp_only && (options.no_mtp || !options.prune_layers.empty())) {
    throw Error(
        "--mtp writes the layers that predict further tokens alone, with the numbers they have; --no-mtp and "
        "--prune-layers leave layers out of a whole model. Choose one of them.");
  }
  if ((!options.prune_layers.empty() || options.no_mtp || options.mtp_only) && options.method == calibrated_method) {
    throw Error(
        "The method \"calibrated\" runs the model with all its layers, so that it cannot choose codes for one that "
        "lacks some. Write the model without these layers first (COPY with --prune-layers or --no-mtp), and calibrate "
        "that file.");
  }
  if (options.packing) {
    packing_method(*options.packing, options.method);
  } else {
    check_method(options.method);
  }
  const RuleMatcher understood(options.recipe.rules);
  ImportanceIndex none;
  filter_importance(none, options.include_weights, options.exclude_weights);
}

}  // namespace

void check_method(const std::string& method) {
  if (method == calibrated_method) return;
  std::vector<std::string> known{std::string(calibrated_method)};
  for (const Format& format : all_formats()) {
    for (const Quantizer& quantizer : codec_of(format.type).quantizers) {
      if (quantizer.method == method) return;
      const std::string name(quantizer.method);
      if (std::find(known.begin(), known.end(), name) == known.end()) known.push_back(name);
    }
  }
  std::string list;
  for (const std::string& name : known) list += (list.empty() ? "" : ", ") + name;
  throw Error("There is no method " + in_quotes(method) + ". Choose one of: " + list + ".");
}

PlanOptions parse_plan_options(std::string_view json) {
  const Json root = parse_json_or_null(json);
  if (!root.is_object()) throw Error("The plan's options are not a JSON object.");
  PlanOptions options;
  for (const auto& [name, value] : root.members()) {
    if (!value.is_null()) read_option(options, name, value);
  }
  check_options(options);
  return options;
}

}  // namespace nibble
