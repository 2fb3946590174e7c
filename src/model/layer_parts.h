#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "derived/derived_file.h"
#include "model/model.h"

/// The tensors of a folder's files, looked up by name: layers whose weights come quantized consist of several.
namespace nibble {

/// A stored tensor and the file it is in, by its number among all files.
struct LayerPart {
  const StoredTensor* tensor;
  uint32_t file;

  const std::string& name() const { return tensor->name; }
  bool is_bytes() const { return tensor->dtype == "U8" || tensor->dtype == "I8"; }
};

/// As a matrix: the first dimension along the rows, all others down. Throws Error when it is empty.
StoredMatrix matrix_of(const LayerPart& part);
/// All its weights in one row.
StoredMatrix row_of(const LayerPart& part);

/// The start of a name that ends so; nothing when it does not.
std::optional<std::string> without_end(std::string_view name, std::string_view end);

class LayerParts {
 public:
  /// `files` must outlive it.
  LayerParts(std::span<const ModelFile> files, std::span<const uint32_t> weight_files);

  std::span<const LayerPart> all() const { return parts_; }
  /// Null when no file has a tensor of the name.
  const LayerPart* find(const std::string& name) const;
  bool has(const std::string& name) const { return find(name) != nullptr; }
  /// Throws Error when no file has it: the quantized weights `of` need it.
  const LayerPart& needed(const std::string& name, std::string_view of) const;
  /// What was read of a tensor that says how others are quantized; empty when nothing was.
  std::string_view settings_of(const LayerPart& part) const;

 private:
  std::vector<LayerPart> parts_;
  std::unordered_map<std::string_view, size_t> by_name_;
  std::unordered_map<std::string_view, std::string_view> settings_;
};

/// Throws Error unless the part has the size that the weights `of` call for. `why` says what does, as in "for rows of
/// 128 weights in groups of 48, as config.json says".
void expect_size(const LayerPart& part, uint64_t rows, uint64_t columns, const LayerPart& of, const std::string& why);
/// Throws Error unless its values are floats.
void expect_floats(const LayerPart& part);
/// Throws Error unless it has the data type, as the file spells it.
void expect_type(const LayerPart& part, std::string_view dtype);

}  // namespace nibble
