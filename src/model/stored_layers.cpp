#include "model/stored_layers.h"

#include <algorithm>
#include <unordered_map>

#include "container/text.h"
#include "model/unknown_model.h"

namespace nibble {
namespace {

/// A tensor of the shards, by its number among all of them.
struct Source {
  const StoredTensor* tensor;
  uint32_t file;
};

StoredMatrix matrix_of(const Source& source) {
  const std::vector<uint64_t>& shape = source.tensor->shape;
  uint64_t rows = 1;
  for (size_t i = 1; i < shape.size(); ++i) rows *= shape[i];
  return {source.file, source.tensor->offset, source.tensor->type, rows, shape.empty() ? 1 : shape[0]};
}

class Layers {
 public:
  Layers(std::span<const ModelFile> files, std::span<const uint32_t> weight_files, const HuggingFaceConfig& config) {
    for (const uint32_t file : weight_files) {
      for (const StoredTensor& tensor : files[file].contents->tensors) sources_.push_back({&tensor, file});
    }
    for (const Source& source : sources_) by_name_.emplace(source.tensor->name, &source);
    for (const char* member : {"quantization_config", "compression_config"}) {
      if (!quantization_) quantization_ = config.object(member);
    }
    if (quantization_) method_ = quantization_->text("quant_method").value_or("");
  }

  std::vector<StoredLayer> all() {
    constexpr std::string_view readable[] = {"", "fp8", "gptq", "compressed-tensors", "mxfp4"};
    if (std::find(std::begin(readable), std::end(readable), method_) == std::end(readable)) {
      throw UnknownForm("Weights quantized by " + in_quotes(method_) + " are not read yet.");
    }
    std::vector<StoredLayer> layers;
    for (const Source& source : sources_) {
      const std::string& name = source.tensor->name;
      const auto module = without(name, ".weight"), packed = without(name, ".weight_packed"),
                 words = without(name, ".qweight"), blocks = without(name, "_blocks");
      if (module && is_small_float(source.tensor->type) && (scale_of(*module) || method_ == "fp8")) {
        const Source* scale = scale_of(*module);
        layers.push_back(scaled(source, scale ? *scale : needed(*module + ".weight_scale_inv", name)));
      } else if (packed) {
        layers.push_back(codes_in_rows(*packed, source));
      } else if (words) {
        layers.push_back(codes_in_columns(*words, source));
      } else if (blocks && find(*blocks + "_scales")) {
        layers.push_back(mxfp4(*blocks, source));
      } else if (!is_part(name)) {
        layers.push_back(plain(source));
      }
    }
    std::vector<SourceTensor> tensors;
    for (const StoredLayer& layer : layers) {
      if (layer.plain) tensors.push_back(layer.tensor);
    }
    const Type type = auto_type(tensors);
    for (StoredLayer& layer : layers) {
      if (!layer.plain && layer.tensor.type == Type::f32) layer.tensor.type = type;
    }
    return layers;
  }

 private:
  static bool is_small_float(Type type) { return type == Type::f8_e4m3 || type == Type::f8_e5m2; }

  static std::optional<std::string> without(std::string_view name, std::string_view end) {
    if (!name.ends_with(end)) return {};
    return std::string(name.substr(0, name.size() - end.size()));
  }

  const Source* find(const std::string& name) const {
    const auto found = by_name_.find(name);
    return found == by_name_.end() ? nullptr : found->second;
  }

  const Source& needed(const std::string& name, std::string_view of) const {
    if (const Source* source = find(name)) return *source;
    throw Error("The quantized weights " + in_quotes(of) + " need the tensor " + in_quotes(name) +
                ", which none of the files holds. Are all files of the model there?");
  }

  const Source* scale_of(const std::string& base) const {
    for (const char* end : {".weight_scale_inv", ".weight_scale", ".qscale_weight"}) {
      if (const Source* source = find(base + end)) return source;
    }
    return nullptr;
  }

  /// True for a tensor that is a part of a quantized layer and nothing by itself.
  bool is_part(const std::string& name) const {
    for (const char* end : {".weight_scale_inv", ".weight_scale", ".qscale_weight"}) {
      if (const auto base = without(name, end)) return find(*base + ".weight") || find(*base + ".weight_packed");
    }
    for (const char* end : {".qzeros", ".scales", ".g_idx"}) {
      if (const auto base = without(name, end)) return find(*base + ".qweight") != nullptr;
    }
    if (const auto base = without(name, "_scales")) return find(*base + "_blocks") != nullptr;
    for (const std::string_view end : {".activation_scale", ".input_scale", ".qscale_act", ".weight_shape"}) {
      if (const auto base = without(name, end)) return find(*base + ".weight") || find(*base + ".weight_packed");
    }
    return false;
  }

  StoredLayer plain(const Source& source) const {
    // llama.cpp's conversion knows no doubles.
    const Type type = source.tensor->type == Type::f64 ? Type::f32 : gguf_type(source.tensor->type);
    DerivedMatrix matrix;
    matrix.data = matrix_of(source);
    matrix.rows = matrix.data.rows;
    matrix.columns = matrix.data.columns;
    return {{source.tensor->name, source.tensor->shape, type}, source.tensor, source.file, matrix, ""};
  }

  [[noreturn]] static void mismatch(const StoredTensor& matrix, const StoredTensor& part) {
    throw Error("The tensor " + in_quotes(part.name) + " does not have the size that " + in_quotes(matrix.name) +
                " calls for. The file is damaged, or of a kind that is not known.");
  }

  StoredLayer scaled(const Source& source, const Source& scale) const {
    StoredLayer layer{{source.tensor->name, source.tensor->shape, Type::f32}, nullptr, 0, {}, "FP8"};
    DerivedMatrix& matrix = layer.matrix;
    matrix.form = MatrixForm::scaled;
    matrix.data = matrix_of(source);
    matrix.rows = matrix.data.rows;
    matrix.columns = matrix.data.columns;
    matrix.scales = matrix_of(scale);
    const uint64_t down = matrix.scales.rows, across = matrix.scales.columns;
    if (scale.tensor->weight_count == 1) {
      matrix.scale_rows = matrix.rows;
      matrix.scale_columns = matrix.columns;
    } else if (scale.tensor->weight_count == matrix.rows) {
      matrix.scales.rows = matrix.rows;
      matrix.scales.columns = 1;
      matrix.scale_columns = matrix.columns;
    } else {
      const std::vector<double> block =
          quantization_ ? quantization_->numbers("weight_block_size") : std::vector<double>();
      constexpr uint64_t usual = 128;
      matrix.scale_rows = block.size() == 2 && block[0] >= 1 ? static_cast<uint64_t>(block[0]) : usual;
      matrix.scale_columns = block.size() == 2 && block[1] >= 1 ? static_cast<uint64_t>(block[1]) : usual;
      // Of a stack of matrices, each has blocks of its own.
      const uint64_t matrix_rows = source.tensor->shape.size() > 1 ? source.tensor->shape[1] : 1;
      const uint64_t stack = matrix_rows ? matrix.rows / matrix_rows : 0;
      const bool whole = stack == 1 || matrix_rows % matrix.scale_rows == 0;
      if (!whole || down != stack * ((matrix_rows + matrix.scale_rows - 1) / matrix.scale_rows) ||
          across != (matrix.columns + matrix.scale_columns - 1) / matrix.scale_columns) {
        mismatch(*source.tensor, *scale.tensor);
      }
    }
    return layer;
  }

  StoredLayer codes_in_rows(const std::string& base, const Source& source) const {
    const Source& scale = needed(base + ".weight_scale", source.tensor->name);
    if (find(base + ".weight_zero_point")) {
      throw UnknownForm("The weights " + in_quotes(source.tensor->name) +
                        " have zero points (asymmetric compressed-tensors), which are not read yet.");
    }
    StoredLayer layer{{base + ".weight", {}, Type::f32}, nullptr, 0, {}, "compressed-tensors"};
    DerivedMatrix& matrix = layer.matrix;
    matrix.form = MatrixForm::codes_in_rows;
    matrix.data = matrix_of(source);
    matrix.scales = matrix_of(scale);
    matrix.rows = matrix.data.rows;
    const auto [bits, group] = bits_and_group(base);
    matrix.bits = bits;
    matrix.columns = matrix.data.columns * 32 / bits;
    matrix.scale_columns = matrix.scales.columns == 1 ? matrix.columns : group;
    if (source.tensor->type != Type::i32 || matrix.scales.rows != matrix.rows || matrix.scale_columns == 0 ||
        (matrix.columns + matrix.scale_columns - 1) / matrix.scale_columns != matrix.scales.columns) {
      mismatch(*source.tensor, *scale.tensor);
    }
    layer.tensor.shape = {matrix.columns, matrix.rows};
    return layer;
  }

  /// Bits of a code and weights that share a scale, by the configuration of compressed-tensors.
  std::pair<uint32_t, uint64_t> bits_and_group(const std::string& base) const {
    const auto groups = quantization_ ? quantization_->object("config_groups") : std::nullopt;
    const auto first = groups ? groups->object("group_0") : std::nullopt;
    const auto settings = first ? first->object("weights") : std::nullopt;
    const uint64_t bits = settings ? settings->whole("num_bits").value_or(0) : 0;
    if (bits != 4 && bits != 8) {
      throw UnknownForm("config.json does not say that " + in_quotes(base) + " has codes of 4 or 8 bits.");
    }
    return {static_cast<uint32_t>(bits), settings->whole("group_size").value_or(0)};
  }

  StoredLayer codes_in_columns(const std::string& base, const Source& source) const {
    if (method_ != "gptq" && !(method_.empty() && find(base + ".g_idx"))) {
      throw UnknownForm("The weights " + in_quotes(source.tensor->name) +
                        " are quantized in a form that is not read yet (" +
                        (method_.empty() ? std::string("config.json does not say which") : method_) + ").");
    }
    const Source &scale = needed(base + ".scales", source.tensor->name),
                 &zeros = needed(base + ".qzeros", source.tensor->name);
    StoredLayer layer{{base + ".weight", {}, Type::f32}, nullptr, 0, {}, "GPTQ"};
    DerivedMatrix& matrix = layer.matrix;
    matrix.form = MatrixForm::codes_in_columns;
    matrix.data = matrix_of(source);
    matrix.scales = matrix_of(scale);
    matrix.zeros = matrix_of(zeros);
    const uint64_t bits = quantization_ ? quantization_->whole("bits").value_or(4) : 4;
    if (bits != 2 && bits != 4 && bits != 8) {
      throw UnknownForm("The weights " + in_quotes(source.tensor->name) + " have codes of " + std::to_string(bits) +
                        " bits, which are not read yet.");
    }
    matrix.bits = static_cast<uint32_t>(bits);
    matrix.rows = matrix.data.columns;
    matrix.columns = matrix.data.rows * 32 / bits;
    const int64_t group = quantization_ ? static_cast<int64_t>(quantization_->number("group_size").value_or(128)) : 128;
    matrix.scale_columns = group <= 0 ? matrix.columns : static_cast<uint64_t>(group);
    const std::string format = quantization_ ? quantization_->text("checkpoint_format").value_or("gptq") : "gptq";
    matrix.zero_plus = format == "gptq_v2" ? 0 : 1;
    if (const Source* order = find(base + ".g_idx")) matrix.groups = matrix_of(*order);
    if (source.tensor->type != Type::i32 || matrix.scales.columns != matrix.rows ||
        matrix.zeros.rows != matrix.scales.rows || matrix.zeros.columns * 32 / bits != matrix.rows ||
        (matrix.groups.rows > 0 && matrix.groups.columns != matrix.columns) ||
        (matrix.columns + matrix.scale_columns - 1) / matrix.scale_columns > matrix.scales.rows) {
      mismatch(*source.tensor, *scale.tensor);
    }
    layer.tensor.shape = {matrix.columns, matrix.rows};
    return layer;
  }

  StoredLayer mxfp4(const std::string& base, const Source& source) const {
    const Source& scale = needed(base + "_scales", source.tensor->name);
    constexpr uint64_t block = 32, half_block = 16;
    StoredLayer layer{{base, source.tensor->shape, Type::mxfp4}, nullptr, 0, {}, "MXFP4"};
    DerivedMatrix& matrix = layer.matrix;
    matrix.form = MatrixForm::mxfp4_pairs;
    std::vector<uint64_t>& shape = layer.tensor.shape;
    if (shape.size() < 2 || shape[0] != half_block ||
        scale.tensor->weight_count * half_block != source.tensor->weight_count) {
      mismatch(*source.tensor, *scale.tensor);
    }
    shape.erase(shape.begin());
    matrix.columns = shape[0];
    matrix.rows = scale.tensor->weight_count / matrix.columns;
    shape[0] *= block;
    matrix.data = {source.file, source.tensor->offset, Type::i8, matrix.rows, matrix.columns * half_block};
    matrix.scales = {scale.file, scale.tensor->offset, Type::i8, matrix.rows, matrix.columns};
    return layer;
  }

  std::optional<HuggingFaceConfig> quantization_;
  std::string method_;
  std::vector<Source> sources_;
  std::unordered_map<std::string, const Source*> by_name_;
};

}  // namespace

std::vector<StoredLayer> stored_layers(std::span<const ModelFile> files, std::span<const uint32_t> weight_files,
                                       const HuggingFaceConfig& config) {
  return Layers(files, weight_files, config).all();
}

}  // namespace nibble
