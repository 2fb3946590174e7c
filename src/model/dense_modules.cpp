#include "model/dense_modules.h"

#include <algorithm>

#include "architecture/config.h"
#include "container/companion.h"
#include "container/text.h"
#include "error.h"
#include "model/file_named.h"
#include "tokenizer/json_file.h"

namespace nibble {
namespace {

constexpr std::string_view weights_end = "_Dense/model.safetensors", weight_name = "linear.weight";
/// What llama.cpp has places for: conversion/gemma.py.
constexpr std::pair<std::string_view, std::string_view> known[] = {{"2_Dense", "dense_2"}, {"3_Dense", "dense_3"}};

const ModelFile& needed(std::span<const ModelFile> files, const std::string& name) {
  if (const ModelFile* file = file_named(files, name)) return *file;
  throw Error("The modules behind the model's pooling were asked for, and " + in_quotes(name, 200) +
              " is missing. Download the whole folder.");
}

/// Paths of the modules of that kind.
std::vector<std::string> dense_paths(std::span<const ModelFile> files) {
  const ModelFile& list = needed(files, std::string(sentence_modules));
  std::vector<std::string> paths;
  const Json json = parse_json_file(list.contents->whole, list.name);
  for (const Json& one : json.elements()) {
    if (text_member(one, "type").ends_with("Dense")) paths.push_back(text_member(one, "path"));
  }
  return paths;
}

uint64_t size_of(const HuggingFaceConfig& config, std::string_view member, const std::string& file) {
  const auto size = config.whole(member);
  if (size && *size > 0) return *size;
  throw Error(in_quotes(file, 200) + " does not say " + in_quotes(member) + ". Is the file complete?");
}

DenseModule module_of(std::span<const ModelFile> files, const std::string& path) {
  const auto place =
      std::find_if(std::begin(known), std::end(known), [&](const auto& one) { return one.first == path; });
  if (place == std::end(known)) {
    throw Error("modules.json names a layer in " + in_quotes(path) +
                "; llama.cpp has places for those in 2_Dense and 3_Dense. Convert without these modules.");
  }
  const std::string settings_name = path + "/config.json";
  const ModelFile &settings = needed(files, settings_name), &weights = needed(files, path + "/model.safetensors");
  const std::vector<uint8_t>& text = settings.contents->whole;
  Json members = parse_json_file(text, settings_name);
  if (!members.is_object()) throw Error(in_quotes(settings_name) + " is not a JSON object. Download it again.");
  const HuggingFaceConfig config(std::move(members), settings.name);
  DenseModule module;
  module.name = place->second;
  module.in = size_of(config, "in_features", settings_name);
  module.out = size_of(config, "out_features", settings_name);
  const std::string function = config.text("activation_function").value_or("Identity");
  if (!function.ends_with("Identity")) {
    throw Error("The layer in " + in_quotes(path) + " goes through " + in_quotes(function) +
                ", which llama.cpp does not do. Convert without these modules.");
  }
  const StoredTensor* tensor = nullptr;
  for (const StoredTensor& one : weights.contents->tensors) {
    if (one.name == weight_name) {
      tensor = &one;
    } else {
      throw Error(in_quotes(weights.name) + " holds " + in_quotes(one.name) +
                  " beside its matrix, which llama.cpp has no place for. Convert without these modules.");
    }
  }
  const std::vector<uint64_t> shape = {module.in, module.out};
  if (!tensor || tensor->shape != shape) {
    throw Error(in_quotes(weights.name) + " holds no matrix " + in_quotes(weight_name) + " of " +
                std::to_string(module.out) + " x " + std::to_string(module.in) + " weights, which " +
                in_quotes(settings_name) + " calls for. The two files are of different models.");
  }
  const auto file = static_cast<uint32_t>(&weights - files.data());
  module.layer = {{module.name + ".weight", shape, tensor->type}, tensor, file, {}, ""};
  module.layer.matrix.data = {file, tensor->offset, tensor->type, module.out, module.in};
  module.layer.matrix.rows = module.out;
  module.layer.matrix.columns = module.in;
  return module;
}

}  // namespace

bool is_dense_weights(std::string_view file) {
  return file.ends_with(weights_end) && std::count(file.begin(), file.end(), '/') == 1;
}

std::vector<DenseModule> dense_modules(std::span<const ModelFile> files) {
  std::vector<DenseModule> modules;
  if (std::none_of(files.begin(), files.end(), [](const ModelFile& file) { return is_dense_weights(file.name); })) {
    return modules;
  }
  for (const std::string& path : dense_paths(files)) modules.push_back(module_of(files, path));
  return modules;
}

}  // namespace nibble
