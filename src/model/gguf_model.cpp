#include "model/gguf_model.h"

#include <algorithm>
#include <cstdio>
#include <unordered_set>

#include "container/gguf_limits.h"
#include "container/gguf_writer.h"
#include "container/shard_name.h"
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

/// "part 2 of 3", counted from 1.
std::string part_text(uint64_t number, uint64_t count) {
  return "part " + std::to_string(number + 1) + " of " + std::to_string(count);
}

/// A sentence, with a space before it, when a file's name says another number than its header; nothing otherwise.
std::string contradiction(const ModelFile& file, uint64_t number, uint64_t count) {
  const auto named = parse_shard_name(file.name);
  if (!named || (named->number == number + 1 && named->count == count)) return "";
  return " The name of " + in_quotes(file.name, 200) + " says part " + std::to_string(named->number) + " of " +
         std::to_string(named->count) + ", its header " + part_text(number, count) + ": it was probably renamed.";
}

/// Which parts are missing, by the names they should have where those of the others tell, and what to do.
[[noreturn]] void refuse_missing(std::span<const ModelFile> files, const std::vector<bool>& present,
                                 std::span<const std::pair<uint64_t, uint32_t>> numbered) {
  const uint64_t count = present.size(), absent = count - numbered.size();
  const auto [sibling_number, sibling] = numbered[0];
  const auto named = parse_shard_name(files[sibling].name);
  const bool regular = named && contradiction(files[sibling], sibling_number, count).empty();
  std::vector<std::string> names;
  std::string renamed;
  for (uint64_t number = 0; number < count && names.size() < 3; ++number) {
    if (!present[number])
      names.push_back(regular ? in_quotes(named->name_of(number + 1), 200) : part_text(number, count));
  }
  for (const auto& [number, file] : numbered) {
    if (renamed.empty()) renamed = contradiction(files[file], number, count);
  }
  throw Error("The model is split into " + counted(count, "file") + " and " + listed(names, absent) +
              (absent == 1 ? " is" : " are") + " missing. Choose all of them together." + renamed);
}

std::vector<uint32_t> shard_order(std::span<const ModelFile> files, Notes& notes) {
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
  std::vector<std::pair<uint64_t, uint32_t>> numbered;  // a part's number, and which of the files it is
  for (uint32_t i = 0; i < files.size(); ++i) {
    const ModelFile& file = files[i];
    const uint64_t own_count = shard_count(header_of(file));
    const uint64_t number = own_count == 1 ? 0 : header_of(file).number("split.no").value_or(own_count);
    if (own_count != count || number >= count) {
      throw Error(in_quotes(file.name) + " does not belong to the same split model as " + in_quotes(files[0].name) +
                  ": the numbers in their headers do not agree. Choose the files of one model.");
    }
    if (present[number]) {
      const auto same = [&](const auto& one) { return one.first == number; };
      const ModelFile& other = files[std::find_if(numbered.begin(), numbered.end(), same)->second];
      const std::string wrong = contradiction(file, number, count);
      throw Error("By their headers, " + in_quotes(other.name, 200) + " and " + in_quotes(file.name, 200) +
                  " are both " + part_text(number, count) + ". Choose each part once." +
                  (wrong.empty() ? contradiction(other, number, count) : wrong));
    }
    present[number] = true;
    numbered.emplace_back(number, i);
  }
  if (numbered.size() < count) refuse_missing(files, present, numbered);
  std::sort(numbered.begin(), numbered.end());
  std::vector<uint32_t> shards;
  for (const auto& [number, file] : numbered) {
    shards.push_back(file);
    const std::string wrong = count > 1 ? contradiction(files[file], number, count) : "";
    if (!wrong.empty()) notes.add(wrong.substr(1) + " The header was followed.");
  }
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
      tensors.push_back(gguf_tensor(tensor, file));
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

ModelTensor gguf_tensor(const StoredTensor& tensor, uint32_t file) {
  return {tensor.name,  trimmed_shape(tensor.shape), tensor.type, tensor.type, tensor.weight_count,
          tensor.bytes, {{file, tensor.offset}},     {},          {}};
}

std::string shard_suffix(uint64_t number, uint64_t count) {
  char text[64];
  std::snprintf(text, sizeof text, "-%05llu-of-%05llu.gguf", static_cast<unsigned long long>(number + 1),
                static_cast<unsigned long long>(count));
  return text;
}

Assembly assemble_gguf(std::span<const ModelFile> files) {
  Assembly assembly;
  assembly.container = "GGUF";
  assembly.shards = shard_order(files, assembly.notes);
  assembly.tensors = tensors_of(files, assembly.shards);
  for (const uint32_t file : assembly.shards) {
    assembly.notes.append(files[file].contents->notes);
  }
  const auto is_quantized = [](const ModelTensor& tensor) { return format_of(tensor.type).quantized; };
  const auto version = header_of(files[assembly.shards[0]]).number("general.quantization_version");
  if (version && *version < gguf::quantization_version &&
      std::any_of(assembly.tensors.begin(), assembly.tensors.end(), is_quantized)) {
    assembly.notes.warn("The file says that its quantized blocks are of version " + std::to_string(*version) +
                        "; today's are of version " + std::to_string(gguf::quantization_version) +
                        ". They may be read wrongly. Make the file again from the original weights.");
  }
  return assembly;
}

}  // namespace nibble
