#include "container/gguf_model.h"

#include <algorithm>
#include <cstdio>
#include <unordered_set>

#include "container/gguf_limits.h"
#include "container/gguf_writer.h"
#include "container/text.h"
#include "error.h"

namespace nibble {
namespace {

/// More files than any split model has; a list of missing ones stays readable.
constexpr uint64_t max_shards = 65535;

const GgufHeader& header_of(const ModelFile& file) { return *file.contents->header; }

uint64_t shard_count(const GgufHeader& header) {
  return std::max<uint64_t>(1, header.number("split.count").value_or(1));
}

/// The name of shard `number`, made from the name of a shard that is there; a description when that name is irregular.
std::string shard_name(std::string_view sibling, uint64_t sibling_number, uint64_t number, uint64_t count) {
  const std::string suffix = shard_suffix(sibling_number, count);
  if (sibling.size() > suffix.size() && sibling.substr(sibling.size() - suffix.size()) == suffix) {
    return in_quotes(std::string(sibling.substr(0, sibling.size() - suffix.size())) + shard_suffix(number, count), 200);
  }
  return "part " + std::to_string(number + 1) + " of " + std::to_string(count);
}

std::vector<uint32_t> shard_order(std::span<const ModelFile> files) {
  const uint64_t count = shard_count(header_of(files[0]));
  if (count > max_shards) {
    throw Error("The model is said to be split into " + std::to_string(count) + " files; at most " +
                std::to_string(max_shards) + " are accepted. The file is probably damaged; download it again.");
  }
  if (count == 1 && files.size() > 1) {
    throw Error(in_quotes(files[0].name) + " is a whole model, but " + counted(files.size() - 1, "more file") +
                " came with it. Choose one model at a time.");
  }
  std::vector<bool> present(count);
  std::vector<std::pair<uint64_t, uint32_t>> numbered;
  for (uint32_t i = 0; i < files.size(); ++i) {
    const ModelFile& file = files[i];
    const uint64_t own_count = shard_count(header_of(file));
    const uint64_t number = own_count == 1 ? 0 : header_of(file).number("split.no").value_or(own_count);
    if (own_count != count || number >= count) {
      throw Error(in_quotes(file.name) + " does not belong to the same split model as " + in_quotes(files[0].name) +
                  ": the numbers in their headers do not agree. Choose the files of one model.");
    }
    if (present[number]) {
      throw Error(in_quotes(file.name) + " is part " + std::to_string(number + 1) +
                  " of the model, and so is another of " + "the files. Choose each part once.");
    }
    present[number] = true;
    numbered.emplace_back(number, i);
  }
  if (numbered.size() < count) {
    const uint64_t missing = static_cast<uint64_t>(std::find(present.begin(), present.end(), false) - present.begin());
    const auto [sibling_number, sibling] = numbered[0];
    const uint64_t others = count - numbered.size() - 1;
    throw Error("The model is split into " + std::to_string(count) + " files and " +
                shard_name(files[sibling].name, sibling_number, missing, count) + " is missing" +
                (others ? ", as well as " + std::to_string(others) + " more" : "") + ". Choose all of them together.");
  }
  std::sort(numbered.begin(), numbered.end());
  std::vector<uint32_t> shards;
  for (const auto& [number, file] : numbered) shards.push_back(file);
  return shards;
}

std::vector<ModelTensor> tensors_of(std::span<const ModelFile> files, std::span<const uint32_t> shards) {
  std::vector<ModelTensor> tensors;
  std::unordered_set<std::string_view> seen;
  for (const uint32_t file : shards) {
    for (const StoredTensor& tensor : files[file].contents->tensors) {
      if (!seen.insert(tensor.name).second) {
        throw Error("Tensor " + in_quotes(tensor.name) + " is in two of the files. Choose the files of one model.");
      }
      tensors.push_back({tensor.name,
                         trimmed_shape(tensor.shape),
                         tensor.type,
                         tensor.type,
                         tensor.weights,
                         tensor.bytes,
                         {{file, tensor.offset}},
                         {},
                         {}});
    }
  }
  const auto stated = header_of(files[shards[0]]).number("split.tensors.count");
  if (shards.size() > 1 && stated && *stated != tensors.size()) {
    throw Error("The model is said to have " + counted(*stated, "tensor") + ", but its files hold " +
                std::to_string(tensors.size()) + ". A file is probably damaged or of another model.");
  }
  return tensors;
}

}  // namespace

std::string shard_suffix(uint64_t number, uint64_t count) {
  char text[64];
  std::snprintf(text, sizeof text, "-%05llu-of-%05llu.gguf", static_cast<unsigned long long>(number + 1),
                static_cast<unsigned long long>(count));
  return text;
}

Assembly assemble_gguf(std::span<const ModelFile> files) {
  Assembly assembly;
  assembly.container = "GGUF";
  assembly.shards = shard_order(files);
  assembly.tensors = tensors_of(files, assembly.shards);
  for (const uint32_t file : assembly.shards) {
    const std::vector<std::string>& warnings = files[file].contents->warnings;
    assembly.warnings.insert(assembly.warnings.end(), warnings.begin(), warnings.end());
  }
  const auto is_quantized = [](const ModelTensor& tensor) { return format_of(tensor.type).quantized; };
  const auto version = header_of(files[assembly.shards[0]]).number("general.quantization_version");
  if (version && *version < gguf::quantization_version &&
      std::any_of(assembly.tensors.begin(), assembly.tensors.end(), is_quantized)) {
    assembly.warnings.push_back("The file says that its quantized blocks are of version " + std::to_string(*version) +
                                "; today's are of version " + std::to_string(gguf::quantization_version) +
                                ". They may be read wrongly. Make the file again from the original weights.");
  }
  return assembly;
}

}  // namespace nibble
