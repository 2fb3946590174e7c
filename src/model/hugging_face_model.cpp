#include "model/hugging_face_model.h"

#include <algorithm>
#include <cstring>

#include "architecture/architecture.h"
#include "container/companion.h"
#include "container/text.h"
#include "error.h"
#include "model/unknown_model.h"
#include "tokenizer/tokenizer.h"

namespace nibble {
namespace {

/// The bytes of the file of that name; none when there is no such file.
std::span<const uint8_t> bytes_of(std::span<const ModelFile> files, std::string_view name) {
  for (const ModelFile& file : files) {
    if (file.name == name) return file.contents->whole;
  }
  return {};
}

/// What config.json calls the model ("meta-llama/Llama-3.2-1B"), without the organization; empty when it does not, or
/// names a place on somebody's disk. As gguf-py/gguf/metadata.py takes it.
std::string name_in(const HuggingFaceConfig& config) {
  const std::string id = config.text("_name_or_path").value_or("");
  const bool is_path = std::count(id.begin(), id.end(), '/') > 1 || id.find_first_of("\\:") != std::string::npos ||
                       id.find_first_of("./~") == 0;
  return is_path ? std::string() : id.substr(id.find('/') + 1);
}

/// A tensor of the shards, by its number among all of them.
struct Source {
  const StoredTensor* tensor;
  uint32_t file;
};

std::vector<Source> sources_of(std::span<const ModelFile> files, std::span<const uint32_t> weights) {
  std::vector<Source> sources;
  for (const uint32_t file : weights) {
    for (const StoredTensor& tensor : files[file].contents->tensors) sources.push_back({&tensor, file});
  }
  return sources;
}

ModelTensor computed_tensor(ConvertedTensor&& tensor, uint32_t file, std::vector<uint8_t>& computed) {
  const uint64_t bytes = tensor.computed.size() * sizeof(float), offset = computed.size();
  computed.resize(offset + bytes);
  std::memcpy(computed.data() + offset, tensor.computed.data(), bytes);
  return {std::move(tensor.name),
          std::move(tensor.shape),
          tensor.type,
          Type::f32,
          tensor.computed.size(),
          bytes,
          {{file, offset}},
          {},
          {}};
}

ModelTensor stored_tensor(ConvertedTensor&& tensor, std::span<const Source> sources) {
  const StoredTensor& first = *sources[tensor.sources[0]].tensor;
  ModelTensor result{
      std::move(tensor.name), std::move(tensor.shape), tensor.type, first.type, 0, 0, {}, {}, first.dtype};
  for (const uint32_t i : tensor.sources) {
    const auto& [stored, file] = sources[i];
    if (stored->type != first.type) {
      throw Error("The parts of " + in_quotes(result.name) +
                  " are stored in different types. Save the model with one.");
    }
    result.weights += stored->weights;
    result.bytes += stored->bytes;
    result.slices.push_back({file, stored->offset});
  }
  const uint64_t rows = result.shape.size() == 1 ? result.shape[0] : result.shape[1];
  result.transform = {tensor.heads ? rows / tensor.heads : 0, tensor.add};
  return result;
}

void add_tokenizer(std::span<const ModelFile> files, ConvertedModel& model, Notes& notes) {
  for (const ModelFile& file : files) {
    if (file.bytes == 0 && file.contents->container.empty()) {
      notes.add(in_quotes(file.name) + " is empty and counts as missing. Download or copy it again.");
    }
  }
  TokenizerFiles tokenizer;
  tokenizer.tokenizer_model = bytes_of(files, "tokenizer.model");
  tokenizer.tokenizer_json = bytes_of(files, "tokenizer.json");
  tokenizer.tokenizer_config = bytes_of(files, "tokenizer_config.json");
  tokenizer.special_tokens_map = bytes_of(files, "special_tokens_map.json");
  tokenizer.added_tokens = bytes_of(files, "added_tokens.json");
  tokenizer.config = bytes_of(files, "config.json");
  tokenizer.generation_config = bytes_of(files, "generation_config.json");
  tokenizer.chat_template = bytes_of(files, "chat_template.jinja");
  tokenizer.chat_template_json = bytes_of(files, "chat_template.json");
  for (const ModelFile& file : files) {
    const std::string name(named_template(file.name));
    if (!name.empty()) tokenizer.named_templates.emplace_back(name, file.contents->whole);
  }
  std::sort(tokenizer.named_templates.begin(), tokenizer.named_templates.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  try {
    append_tokenizer(model.values, tokenizer, model.vocabulary, notes);
  } catch (const Error& problem) {
    notes.warn(std::string(problem.what()) +
               " The output will have no tokenizer, and llama.cpp does not run such files.");
  }
}

}  // namespace

std::optional<std::string> assemble_hugging_face(std::span<const ModelFile> files, std::span<const uint32_t> weights,
                                                 bool quantized, std::string_view title, Assembly& assembly) {
  const std::span<const uint8_t> text = bytes_of(files, "config.json");
  if (text.empty()) {
    return "Without a config.json nothing says what network these weights belong to; of a language model, choose the "
           "whole folder.";
  }
  const HuggingFaceConfig config({reinterpret_cast<const char*>(text.data()), text.size()});
  if (const auto reason = reason_not_convertible(config)) return reason;
  if (quantized) return "A model that llama.cpp runs cannot be made of them.";

  const std::vector<Source> sources = sources_of(files, weights);
  std::vector<SourceTensor> list;
  for (const auto& [tensor, file] : sources) {
    // llama.cpp's conversion knows no doubles.
    const Type type = tensor->type == Type::f64 ? Type::f32 : gguf_type(tensor->type);
    list.push_back({tensor->name, tensor->shape, type});
  }
  const std::string name = name_in(config);
  ConvertedModel model = convert_hugging_face(config, name.empty() ? title : name, list);
  for (ConvertedTensor& tensor : model.tensors) {
    assembly.tensors.push_back(
        tensor.sources.empty()
            ? computed_tensor(std::move(tensor), static_cast<uint32_t>(files.size()), assembly.computed)
            : stored_tensor(std::move(tensor), sources));
  }
  assembly.container = "Hugging Face folder";
  assembly.notes.append(model.notes);
  add_tokenizer(files, model, assembly.notes);
  assembly.metadata = header_of(model.values);
  return {};
}

}  // namespace nibble
