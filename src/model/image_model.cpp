#include "model/image_model.h"

#include <algorithm>
#include <limits>
#include <map>
#include <unordered_set>

#include "architecture/image_models.h"
#include "container/gguf_limits.h"
#include "container/gguf_writer.h"
#include "container/text.h"
#include "error.h"
#include "model/unknown_model.h"

namespace nibble {
namespace {

/// As ComfyUI-GGUF's converter has them: tensors of fewer weights stay F32, and get other rows from so many on.
constexpr uint64_t most_precise_weights = 1024, fewest_reshaped_weights = 512, reshaped_row = 256;

/// Signs of 8-bit floats with scales beside, which the models' loaders multiply by.
constexpr std::string_view scaled_ends[] = {".scale_weight", ".weight_scale", "scaled_fp8"};

bool contains_any(std::string_view name, std::span<const std::string_view> parts) {
  return std::any_of(parts.begin(), parts.end(),
                     [&](std::string_view part) { return name.find(part) != std::string_view::npos; });
}

bool is_float8(Type type) { return type == Type::f8_e4m3 || type == Type::f8_e5m2; }
bool is_float(Type type) { return type == Type::f32 || type == Type::f16 || type == Type::bf16 || is_float8(type); }

/// A tensor and its name within the model.
struct Named {
  std::string name;
  const StoredTensor* stored;
  uint32_t file;
};

class Builder {
 public:
  Builder(const ImageModel& image, Assembly& assembly) : image_(image), assembly_(assembly) {}

  void add(const Named& one) {
    const StoredTensor& stored = *one.stored;
    if (one.name.size() > gguf::max_read_name_bytes) {
      throw Error("The name of tensor " + in_quotes(one.name) + " has " + std::to_string(one.name.size()) +
                  " bytes; loaders of " + std::string(image_.title) + " take " +
                  std::to_string(gguf::max_read_name_bytes) + " at most.");
    }
    const std::vector<uint64_t> shape = gguf_shape(stored);
    if (shape != stored.shape) keep_shape(one.name, stored);
    const bool precise = stays_f32(one.name, stored);
    const Type half = stored.type == Type::bf16 ? Type::bf16 : Type::f16;
    const Type type = !is_float(stored.type) ? gguf_type(stored.type) : precise ? Type::f32 : half;
    ModelTensor tensor{
        one.name, shape,       type, stored.type, stored.weight_count, stored.bytes, {{one.file, stored.offset}},
        {},       stored.dtype};
    // Of models with tensors of both half types, one keeps the other type whatever is asked for.
    tensor.any_type = is_float(stored.type) && !precise && type == main_type_;
    assembly_.tensors.push_back(std::move(tensor));
  }

  /// What most tensors are stored as says what matrices become.
  void choose_type(std::span<const Named> tensors) {
    std::map<Type, size_t> counts;
    for (const Named& one : tensors) ++counts[one.stored->type];
    const auto most = std::max_element(counts.begin(), counts.end(),
                                       [](const auto& a, const auto& b) { return a.second < b.second; });
    main_type_ = most != counts.end() && most->first == Type::bf16 ? Type::bf16 : Type::f16;
    assembly_.auto_type = main_type_;
  }

  void finish() {
    values_.set_string("general.architecture", image_.architecture);
    assembly_.metadata = header_of(values_);
  }

 private:
  /// Where a model is loaded with convolutions of rows too short for blocks, they get rows of 256.
  std::vector<uint64_t> gguf_shape(const StoredTensor& stored) const {
    const uint64_t count = stored.weight_count;
    if (image_.reshaped && stored.shape.size() > 1 && count >= fewest_reshaped_weights && count % reshaped_row == 0 &&
        stored.shape.front() % reshaped_row != 0) {
      return {reshaped_row, count / reshaped_row};
    }
    return folded_shape(stored.shape);
  }

  /// The shape that the loader gives a tensor whose own a GGUF file has otherwise, outermost first.
  void keep_shape(const std::string& name, const StoredTensor& stored) {
    std::vector<int32_t> shape;
    for (auto size = stored.shape.rbegin(); size != stored.shape.rend(); ++size) {
      if (*size > static_cast<uint64_t>(std::numeric_limits<int32_t>::max())) {
        throw Error("The tensor " + in_quotes(name) + " is longer than a GGUF file can say.");
      }
      shape.push_back(static_cast<int32_t>(*size));
    }
    if (!shape.empty()) values_.set_array("comfy.gguf.orig_shape." + name, std::span<const int32_t>(shape));
  }

  bool stays_f32(std::string_view name, const StoredTensor& stored) const {
    if (stored.shape.size() > gguf::max_dimensions) return true;
    if (stored.type != Type::f32 && stored.type != Type::bf16) return false;
    return stored.shape.size() < 2 || stored.weight_count <= most_precise_weights || contains_any(name, image_.precise);
  }

  const ImageModel& image_;
  Assembly& assembly_;
  KeyValueList values_;
  Type main_type_ = Type::f16;
};

}  // namespace

bool assemble_image_model(std::span<const ModelFile> files, std::span<const uint32_t> weight_files,
                          Assembly& assembly) {
  std::vector<std::string> names;
  for (const uint32_t file : weight_files) {
    for (const StoredTensor& tensor : files[file].contents->tensors) names.push_back(tensor.name);
  }
  const std::string_view prefix = image_model_prefix(names);
  std::vector<Named> tensors;
  std::unordered_set<std::string> known;
  uint64_t others = 0;
  bool scaled = false;
  for (const uint32_t file : weight_files) {
    for (const StoredTensor& tensor : files[file].contents->tensors) {
      scaled = scaled || std::any_of(std::begin(scaled_ends), std::end(scaled_ends),
                                     [&](std::string_view end) { return tensor.name.ends_with(end); });
      if (!tensor.name.starts_with(prefix)) {
        ++others;
        continue;
      }
      std::string name = tensor.name.substr(prefix.size());
      if (!known.insert(name).second) {
        throw Error("Tensor " + in_quotes(tensor.name) + " is in two of the files. Choose the files of one model.");
      }
      tensors.push_back({std::move(name), &tensor, file});
    }
  }
  const ImageModel* image = find_image_model([&](std::string_view name) { return known.count(std::string(name)) > 0; });
  if (!image) return false;
  const std::string title(image->title);
  if (!image->other_layout.empty() && known.count(std::string(image->other_layout))) {
    assembly.notes.add("The tensors are those of " + title +
                       " in Diffusers' layout, which loaders of GGUF files do not take. Choose the file in the "
                       "publisher's own layout, as ComfyUI has it in diffusion_models.");
    return false;
  }
  if (scaled) {
    assembly.notes.add("The tensors are those of " + title +
                       ", stored as scaled 8-bit floats, which are not decoded. Choose a file of F16 or BF16.");
    return false;
  }
  Builder builder(*image, assembly);
  std::erase_if(tensors, [&](const Named& one) { return contains_any(one.name, image->left_out); });
  builder.choose_type(tensors);
  for (const Named& one : tensors) builder.add(one);
  builder.finish();
  assembly.notes.add("By the names of its tensors this is " + title +
                     ", a network for images or video. The output is for loaders such as ComfyUI-GGUF; llama.cpp does "
                     "not run it.");
  if (others > 0) {
    assembly.notes.add(counted(others, "tensor") +
                       " of other networks in the file (text encoders, the image decoder) " +
                       (others == 1 ? "is" : "are") + " left out: loaders take them from files of their own.");
  }
  return true;
}

}  // namespace nibble
