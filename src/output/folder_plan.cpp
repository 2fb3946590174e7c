#include "output/folder_plan.h"

#include <algorithm>
#include <cstdio>

#include "codec/methods.h"
#include "container/safetensors_writer.h"
#include "error.h"
#include "json/parse.h"
#include "packing/loader_config.h"
#include "plan/jobs.h"
#include "plan/model_notes.h"

namespace nibble {
namespace {

/// Safetensors' names of the types that a folder can have.
std::string_view dtype_of(Type type) {
  switch (type) {
    case Type::f32: return "F32";
    case Type::f16: return "F16";
    case Type::bf16: return "BF16";
    default: return {};
  }
}

/// What is taken when nobody says: the type of the first matrix where a folder can have it, and BF16 where it cannot.
Type usual_type(const Model& model) {
  for (const ModelTensor& tensor : model.tensors()) {
    if (tensor.shape.size() > 1) return dtype_of(tensor.stored).empty() ? Type::bf16 : tensor.stored;
  }
  return Type::f32;
}

Type chosen_type(const Model& model, const PlanOptions& options) {
  const RecipeOptions& recipe = options.recipe;
  if (recipe.pure || recipe.leave_output_tensor || recipe.output_type || recipe.token_embedding_type ||
      !recipe.rules.empty() || !options.overrides.empty() || options.keep_split || options.no_mtp ||
      !options.prune_layers.empty()) {
    throw Error(
        "A folder is written with one type for all tensors; rules, metadata and layers to leave out are options "
        "of GGUF files. Leave them out.");
  }
  if (recipe.file_type->automatic) return usual_type(model);
  const Type type = recipe.file_type->default_type;
  if (options.packing || recipe.file_type->copies || dtype_of(type).empty()) {
    throw Error("A folder is written as F32, F16 or BF16, not as " + std::string(recipe.file_type->name) +
                ". Quantize the folder afterwards.");
  }
  return type;
}

std::string weights_name(uint64_t number, uint64_t count) {
  if (count == 1) return "model.safetensors";
  char text[64];
  std::snprintf(text, sizeof text, "model-%05llu-of-%05llu.safetensors", static_cast<unsigned long long>(number + 1),
                static_cast<unsigned long long>(count));
  return text;
}

std::string sentence_on_origin(const ModelTensor& tensor, Type to) {
  if (!tensor.any_type) return "The family's class has it in F32 whatever the type of the others.";
  if (tensor.stored == to) return "It is of this type already.";
  return format_of(tensor.stored).quantized ? "Its blocks are decoded to the type asked for." : "The type asked for.";
}

class FolderPlanner {
 public:
  FolderPlanner(const Model& model, const PlanOptions& options)
      : model_(model), options_(options), type_(chosen_type(model, options)) {}

  Plan make() {
    plan_.file_type = find_file_type(dtype_of(type_));
    plan_.method = llama_cpp;
    plan_tensors();
    for (uint32_t file = 0; file < file_count_; ++file) add_weights(file);
    if (file_count_ > 1) add_file("model.safetensors.index.json", index().dump(2) + "\n");
    add_file("config.json", config());
    for (const auto& [name, text] : model_.reverted_tokenizer()) add_file(name, text);
    for (uint32_t i = 0; i < plan_.tensors.size(); ++i) {
      append_jobs(plan_.jobs, model_.tensors()[i], plan_.tensors[i], i, {options_.job_bytes, false, false});
    }
    for (Job& job : plan_.jobs) job.padding = 0;  // safetensors allows no holes
    finish();
    return std::move(plan_);
  }

 private:
  /// Tensors go into a file as long as they fit.
  void plan_tensors() {
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < model_.tensors().size(); ++i) {
      const ModelTensor& tensor = model_.tensors()[i];
      const Type to = tensor.any_type ? type_ : Type::f32;
      const uint64_t own = format_of(to).bytes_for(tensor.weight_count);
      if (bytes > 0 && bytes + own > options_.shard_bytes) {
        ++file_count_;
        bytes = 0;
      }
      plan_.tensors.push_back({i, tensor.name, tensor.stored, tensor.stored, to, std::nullopt,
                               sentence_on_origin(tensor, to), own, file_count_ - 1, bytes, std::nullopt, llama_cpp,
                               0});
      bytes += own;
      data_bytes_ += own;
      plan_.weight_count += tensor.weight_count;
    }
  }

  /// The header of a file of weights; its tensors' offsets, which count its data so far, become those of the file.
  void add_weights(uint32_t file) {
    std::vector<std::vector<uint64_t>> shapes;
    shapes.reserve(plan_.tensors.size());
    std::vector<SafetensorsTensor> entries;
    uint64_t bytes = 0;
    for (const PlannedTensor& tensor : plan_.tensors) {
      if (tensor.file != file) continue;
      const std::vector<uint64_t>& shape = model_.tensors()[tensor.source].shape;
      shapes.emplace_back(shape.rbegin(), shape.rend());
      entries.push_back(
          {tensor.name, dtype_of(tensor.to), shapes.back(), tensor.offset, tensor.offset + tensor.output_bytes});
      bytes += tensor.output_bytes;
    }
    const std::pair<std::string, std::string> metadata[] = {{"format", "pt"}};
    std::vector<uint8_t> header = write_safetensors_header(entries, metadata);
    const uint64_t length = header.size();
    for (PlannedTensor& tensor : plan_.tensors) {
      if (tensor.file == file) tensor.offset += length;
    }
    plan_.files.push_back({weights_name(file, file_count_), length + bytes, length, std::move(header), {}});
  }

  void add_file(const std::string& name, const std::string& text) {
    plan_.files.push_back({name, text.size(), text.size(), {text.begin(), text.end()}, {}});
  }

  Json index() const {
    Json map = Json::object();
    for (const PlannedTensor& tensor : plan_.tensors) map.add(tensor.name, weights_name(tensor.file, file_count_));
    Json index = {{"metadata", {{"total_size", data_bytes_}}}};
    index.add("weight_map", std::move(map));
    return index;
  }

  std::string config() const {
    Json config = parse_json(std::string(model_.reverted_config()));
    config.set("torch_dtype", torch_dtype(dtype_of(type_)));
    return config.dump(2) + "\n";
  }

  void finish() {
    for (const ModelFile& file : model_.files()) plan_.input_bytes += file.bytes;
    for (const OutputFile& file : plan_.files) {
      plan_.output_bytes += file.bytes;
      plan_.memory.shared_bytes += file.header_bytes;
    }
    if (plan_.weight_count > 0) {
      plan_.bits_per_weight = 8.0 * static_cast<double>(data_bytes_) / static_cast<double>(plan_.weight_count);
    }
    plan_.memory.shared_bytes += plan_.jobs.size() * sizeof(Job) + plan_.tensors.size() * sizeof(PlannedTensor);
    plan_.memory.per_worker_bytes = worker_bytes(plan_.jobs, model_.derived().bytes() > 0);
    plan_.notes = model_notes(model_);
    plan_.notes.add(
        "config.json says what the metadata of the GGUF file say; whatever they do not say is what loaders take for "
        "the family.");
    plan_.notes.put_warnings_first();
  }

  const Model& model_;
  const PlanOptions& options_;
  Type type_;
  Plan plan_{};
  uint32_t file_count_ = 1;
  uint64_t data_bytes_ = 0;
};

}  // namespace

Plan make_folder_plan(const Model& model, const PlanOptions& options) { return FolderPlanner(model, options).make(); }

}  // namespace nibble
