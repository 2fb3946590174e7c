#include "model/model.h"

#include <algorithm>

#include "container/shard_name.h"
#include "container/text.h"
#include "error.h"
#include "model/adapter.h"
#include "model/gguf_model.h"
#include "model/reverted_model.h"
#include "model/weight_files.h"
#include "numeric/stored_row.h"

namespace nibble {
namespace {

/// More files than any split model has.
constexpr size_t max_files = 65535;

}  // namespace

WeightPlace place_of(const ModelTensor& tensor, uint64_t first, uint64_t count) {
  uint64_t run = count;
  const uint64_t head_rows = tensor.transform.head_rows, row_length = tensor.row_length();
  if (head_rows > 0) {
    const uint64_t column = first % row_length;
    run = std::min(run, row_length - column);
    first = stored_row(first / row_length, head_rows) * row_length + column;
  }
  const uint64_t slice = first / tensor.slice_weights(), start = first % tensor.slice_weights();
  const TensorSlice& place = tensor.slices[slice];
  return {place.file, place.offset + format_of(tensor.stored).bytes_for(start),
          std::min(run, tensor.slice_weights() - start)};
}

ByteRange Model::offer(size_t file, std::string_view name, uint64_t file_bytes, uint64_t offset,
                       std::span<const uint8_t> bytes) {
  if (file >= max_files) throw Error("A model can have at most " + std::to_string(max_files) + " files.");
  if (file >= files_.size()) {
    files_.resize(file + 1);
    readers_.resize(file + 1);
  }
  assembly_ = {};
  std::unique_ptr<FileReader>& reader = readers_[file];
  if (!reader) {
    files_[file] = {std::string(name), file_bytes, {}};
    bytes = bytes.first(static_cast<size_t>(std::min<uint64_t>(bytes.size(), file_bytes)));
    reader = open_file_reader({name, file_bytes, bytes});
  }
  ByteRange wanted = reader->wanted();
  while (wanted.bytes > 0) {
    const bool offered = wanted.offset >= offset && wanted.offset - offset <= bytes.size() &&
                         wanted.bytes <= bytes.size() - (wanted.offset - offset);
    if (!offered) return wanted;
    reader->take(bytes.subspan(static_cast<size_t>(wanted.offset - offset), static_cast<size_t>(wanted.bytes)));
    wanted = reader->wanted();
  }
  files_[file].contents = reader->contents();
  reader.reset();
  return wanted;
}

std::vector<std::string> Model::shard_names(size_t file) const {
  if (file >= files_.size() || !files_[file].contents) throw Error("The header of the file has not been read.");
  const std::string& name = files_[file].name;
  const auto& header = files_[file].contents->header;
  const auto named = parse_shard_name(name);
  const uint64_t count = header ? header->number("split.count").value_or(1) : named ? named->count : 1;
  if (!named || named->count != count || count > max_files) return {name};
  std::vector<std::string> names;
  for (uint64_t number = 1; number <= count; ++number) names.push_back(named->name_of(number));
  return names;
}

std::vector<uint32_t> Model::needed_to_revert() const {
  std::vector<uint32_t> needed;
  if (container() != "GGUF") return needed;
  for (uint32_t i = 0; i < tensors().size(); ++i) {
    if (tells_of_config(tensors()[i].name) && tensors()[i].stored == Type::f32) needed.push_back(i);
  }
  return needed;
}

void Model::revert(const NamedValues& values) {
  complete();
  if (container() != "GGUF") {
    throw Error("The model is a " + assembly_.container + " already. Only a GGUF file is made a folder.");
  }
  assembly_ = reverted(assembly_, metadata(), files_, values);
}

void Model::take(const Model& other, std::span<const TakenTensor> tensors, std::optional<GgufHeader> metadata,
                 const Notes& notes) {
  const auto first = static_cast<uint32_t>(files_.size());
  for (const ModelFile& file : other.files_) files_.push_back({file.name, file.bytes, FileContents{}});
  readers_.resize(files_.size());
  for (const TakenTensor& taken : tensors) {
    ModelTensor tensor = other.tensors()[taken.tensor];
    tensor.name = taken.name;
    for (TensorSlice& slice : tensor.slices) slice.file += first;
    const auto own = std::find_if(assembly_.tensors.begin(), assembly_.tensors.end(),
                                  [&](const ModelTensor& one) { return one.name == taken.name; });
    if (own == assembly_.tensors.end()) {
      assembly_.tensors.push_back(std::move(tensor));
    } else {
      *own = std::move(tensor);
    }
  }
  if (metadata) assembly_.metadata = std::move(metadata);
  assembly_.notes.append(notes);
}

void Model::complete() {
  if (!assembly_.shards.empty()) return;
  if (files_.empty()) throw Error("No file was given. Choose a model in GGUF format.");
  for (const ModelFile& file : files_) {
    if (!file.contents) throw Error("The header of " + in_quotes(file.name) + " has not been read completely.");
  }
  const auto is_gguf = [](const ModelFile& file) { return file.contents->header.has_value(); };
  const auto of_adapter = [](const ModelFile& file) { return is_of_adapter(file.name); };
  if (std::any_of(files_.begin(), files_.end(), of_adapter) && std::any_of(files_.begin(), files_.end(), is_gguf)) {
    throw Error(
        "An adapter names layers as its model's folder does, and a GGUF file names them otherwise. Open the folder "
        "that "
        "the model was published in (config.json and safetensors files).");
  }
  if (std::all_of(files_.begin(), files_.end(), is_gguf)) {
    if (projector_) {
      throw Error(
          "A GGUF file has no image encoder in it to be made a file beside. Open the folder that the model was "
          "published in.");
    }
    assembly_ = assemble_gguf(files_);
    assembly_.notes.list.insert(assembly_.notes.list.begin(), notes_.list.begin(), notes_.list.end());
    return;
  }
  if (const auto gguf = std::find_if(files_.begin(), files_.end(), is_gguf); gguf != files_.end()) {
    throw Error(in_quotes(gguf->name) + " is a GGUF file, and other files came with it that are not. Choose either.");
  }
  assembly_ = assemble_weight_files(files_, name_, projector_);
  assembly_.notes.list.insert(assembly_.notes.list.begin(), notes_.list.begin(), notes_.list.end());
  // Texts beside the weights have served, and some are large; but an output in safetensors repeats the configuration.
  for (ModelFile& file : files_) {
    if (file.name != "config.json") file.contents->whole = {};
  }
}

}  // namespace nibble
