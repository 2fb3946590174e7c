#include "model/layer_parts.h"

#include <algorithm>

#include "container/text.h"
#include "error.h"

namespace nibble {
namespace {

constexpr char damaged[] = " The file is damaged, or config.json is of another model.";

void expect_filled(const LayerPart& part) {
  if (part.tensor->weight_count == 0) {
    throw Error("The tensor " + in_quotes(part.name()) + " is empty, so the weights it belongs to cannot be made." +
                damaged);
  }
}

std::string size_text(uint64_t rows, uint64_t columns) {
  return rows == 1 ? std::to_string(columns) : std::to_string(rows) + " x " + std::to_string(columns);
}

}  // namespace

StoredMatrix matrix_of(const LayerPart& part) {
  expect_filled(part);
  const StoredTensor& tensor = *part.tensor;
  const uint64_t columns = tensor.shape.empty() ? 1 : tensor.shape[0];
  return {part.file, tensor.offset, tensor.type, tensor.weight_count / columns, columns};
}

StoredMatrix row_of(const LayerPart& part) {
  expect_filled(part);
  return {part.file, part.tensor->offset, part.tensor->type, 1, part.tensor->weight_count};
}

std::optional<std::string> without_end(std::string_view name, std::string_view end) {
  if (!name.ends_with(end)) return {};
  return std::string(name.substr(0, name.size() - end.size()));
}

LayerParts::LayerParts(std::span<const ModelFile> files, std::span<const uint32_t> weight_files) {
  for (const uint32_t file : weight_files) {
    for (const StoredTensor& tensor : files[file].contents->tensors) {
      by_name_.emplace(tensor.name, parts_.size());
      parts_.push_back({&tensor, file});
    }
    for (const auto& [name, bytes] : files[file].contents->settings) {
      settings_.emplace(name, std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
    }
  }
}

const LayerPart* LayerParts::find(const std::string& name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : &parts_[found->second];
}

const LayerPart& LayerParts::needed(const std::string& name, std::string_view of) const {
  if (const LayerPart* part = find(name)) return *part;
  throw Error("The quantized weights " + in_quotes(of) + " need the tensor " + in_quotes(name) +
              ", which none of the files holds. Are all files of the model there?");
}

std::string_view LayerParts::settings_of(const LayerPart& part) const {
  const auto found = settings_.find(part.name());
  return found == settings_.end() ? std::string_view() : found->second;
}

void expect_size(const LayerPart& part, uint64_t rows, uint64_t columns, const LayerPart& of, const std::string& why) {
  const StoredMatrix matrix = matrix_of(part);
  if (matrix.rows == rows && matrix.columns == columns) return;
  throw Error("The tensor " + in_quotes(part.name()) + " does not have the size that " + in_quotes(of.name()) +
              " calls for: it is " + size_text(matrix.rows, matrix.columns) + " where " + size_text(rows, columns) +
              " is needed " + why + '.' + damaged);
}

void expect_floats(const LayerPart& part) {
  constexpr Type floats[] = {Type::f32, Type::f16, Type::bf16, Type::f8_e4m3, Type::f8_e5m2};
  if (std::find(std::begin(floats), std::end(floats), part.tensor->type) != std::end(floats)) return;
  throw Error("The tensor " + in_quotes(part.name()) + " holds " + part.tensor->dtype +
              " where scales are needed, which are floats." + damaged);
}

void expect_type(const LayerPart& part, std::string_view dtype) {
  if (part.tensor->dtype == dtype) return;
  throw Error("The tensor " + in_quotes(part.name()) + " holds " + part.tensor->dtype + " where " + std::string(dtype) +
              " is needed." + damaged);
}

}  // namespace nibble
