#include "container/text.h"
#include "model/quantized_layers.h"

namespace nibble {
namespace {

uint64_t rounded_up(uint64_t value, uint64_t unit) { return (value + unit - 1) / unit; }

/// Rows and columns that share a scale, where there is more than one and less than one for each row.
std::pair<uint64_t, uint64_t> block_of(const QuantizationSettings& settings, const std::string& module) {
  const auto stated = settings.of_module(module);
  const std::vector<double> block = stated && !stated->block.empty() ? stated->block : settings.block();
  constexpr uint64_t usual = 128;
  if (block.size() != 2 || block[0] < 1 || block[1] < 1) return {usual, usual};
  return {static_cast<uint64_t>(block[0]), static_cast<uint64_t>(block[1])};
}

}  // namespace

StoredLayer scaled_layer(const LayerSources& sources, const std::string& module, const LayerPart& weight,
                         const LayerPart& scale) {
  const bool integers = weight.is_bytes();
  StoredLayer layer{{weight.name(), weight.tensor->shape, Type::f32}, nullptr, 0, {}, integers ? "INT8" : "FP8"};
  DerivedMatrix& matrix = layer.matrix;
  if (integers) expect_type(weight, "I8");
  expect_floats(scale);
  matrix.form = MatrixForm::scaled;
  matrix.data = matrix_of(weight);
  matrix.rows = matrix.data.rows;
  matrix.columns = matrix.data.columns;
  matrix.scales = matrix_of(scale);
  if (scale.tensor->weight_count == 1) {
    matrix.scales.rows = matrix.scales.columns = 1;
    matrix.scale_rows = matrix.rows;
    matrix.scale_columns = matrix.columns;
  } else if (scale.tensor->weight_count == matrix.rows) {
    matrix.scales.rows = matrix.rows;
    matrix.scales.columns = 1;
    matrix.scale_columns = matrix.columns;
  } else {
    std::tie(matrix.scale_rows, matrix.scale_columns) = block_of(sources.settings, module);
    // Of a stack of matrices, each has blocks of its own.
    const uint64_t matrix_rows = weight.tensor->shape.size() > 1 ? weight.tensor->shape[1] : 1;
    const uint64_t stack = matrix.rows / matrix_rows;
    const std::string why = "for " + std::to_string(matrix.rows) + " rows of " + std::to_string(matrix.columns) +
                            " weights in blocks of " + std::to_string(matrix.scale_rows) + " x " +
                            std::to_string(matrix.scale_columns);
    if (stack > 1 && matrix_rows % matrix.scale_rows != 0) {
      throw UnknownForm("The weights " + in_quotes(weight.name()) + " are a stack of matrices whose " +
                        std::to_string(matrix_rows) + " rows are no whole blocks of " +
                        std::to_string(matrix.scale_rows) + '.');
    }
    expect_size(scale, stack * rounded_up(matrix_rows, matrix.scale_rows),
                rounded_up(matrix.columns, matrix.scale_columns), weight, why);
  }
  const LayerPart* zeros = integers ? sources.parts.find(module + ".weight_zero_point") : nullptr;
  if (zeros) {
    expect_type(*zeros, "I8");
    if (zeros->tensor->weight_count != scale.tensor->weight_count) {
      expect_size(*zeros, matrix.scales.rows, matrix.scales.columns, weight, "for one zero with each scale");
    }
    matrix.zeros = {zeros->file, zeros->tensor->offset, Type::i8, matrix.scales.rows, matrix.scales.columns};
  }
  return layer;
}

StoredLayer nvfp4_layer(const LayerSources& sources, const std::string& module, const LayerPart& bytes) {
  const auto& [parts, settings] = sources;
  constexpr uint64_t codes_of_a_byte = 2, block = 16;
  const LayerPart& scale = parts.needed(module + ".weight_scale", bytes.name());
  if (parts.has(module + ".pre_quant_scale")) {
    throw UnknownForm("The weights " + in_quotes(bytes.name()) +
                      " go with inputs that are scaled first (\"pre_quant_scale\"), which no GGUF file says.");
  }
  expect_type(bytes, "U8");
  if (scale.tensor->dtype != "F8_E4M3") {
    throw UnknownForm("The weights " + in_quotes(bytes.name()) + " are bytes with scales of type " +
                      scale.tensor->dtype + "; of 4-bit floats, those with scales of type F8_E4M3 (NVFP4) are read.");
  }
  StoredLayer layer{{module + ".weight", bytes.tensor->shape, Type::f32}, nullptr, 0, {}, "NVFP4"};
  DerivedMatrix& matrix = layer.matrix;
  matrix.form = MatrixForm::levels_in_rows;
  matrix.data = matrix_of(bytes);
  matrix.rows = matrix.data.rows;
  matrix.columns = matrix.data.columns * codes_of_a_byte;
  if (layer.tensor.shape.empty()) layer.tensor.shape = {1};
  layer.tensor.shape[0] = matrix.columns;
  matrix.scale_columns = block;
  matrix.scales = matrix_of(scale);
  expect_size(scale, matrix.rows, rounded_up(matrix.columns, block), bytes,
              "for rows of " + std::to_string(matrix.columns) + " weights in blocks of " + std::to_string(block));
  for (const char* end : {".weight_scale_2", ".weight_global_scale"}) {
    const LayerPart* global = parts.find(module + end);
    if (!global) continue;
    expect_floats(*global);
    if (global->tensor->weight_count != 1) {
      throw UnknownForm("The weights " + in_quotes(bytes.name()) + " have " +
                        std::to_string(global->tensor->weight_count) + " global scales where one can be read.");
    }
    matrix.global = row_of(*global);
    // compressed-tensors stores what weights were multiplied by.
    matrix.divide = std::string_view(end) == ".weight_global_scale";
  }
  const uint64_t gguf_block = format_of(Type::nvfp4).block_length;
  if (matrix.columns % gguf_block == 0) {
    layer.blocks.emplace();
    layer.blocks->form = MatrixForm::nvfp4_pairs;
    layer.blocks->rows = matrix.rows;
    layer.blocks->columns = matrix.columns / gguf_block;
    layer.blocks->data = matrix.data;
    layer.blocks->data.type = Type::i8;
    layer.blocks->scales = matrix.scales;
    layer.blocks->scales.type = Type::i8;
  }
  return layer;
}

StoredLayer packed_mxfp4_layer(const LayerSources& sources, const std::string& module, const LayerPart& bytes) {
  const auto& [parts, settings] = sources;
  const LayerPart& scale = parts.needed(module + ".weight_scale", bytes.name());
  constexpr uint64_t codes_of_a_byte = 2, block = 32;
  expect_type(bytes, "U8");
  expect_type(scale, "U8");
  const auto stated = settings.of_module(module);
  const StoredMatrix data = matrix_of(bytes);
  const uint64_t columns = data.columns * codes_of_a_byte;
  if (columns % block != 0 || (stated && stated->group != 0 && stated->group != block)) {
    throw UnknownForm("The weights " + in_quotes(bytes.name()) + " are 4-bit floats in rows of " +
                      std::to_string(columns) + " with an exponent to " +
                      std::to_string(stated && stated->group ? stated->group : block) +
                      " of them; those with one to 32, in whole blocks, are read (MXFP4).");
  }
  StoredLayer layer{{module + ".weight", bytes.tensor->shape, Type::f32}, nullptr, 0, {}, "MXFP4"};
  if (layer.tensor.shape.empty()) layer.tensor.shape = {1};
  layer.tensor.shape[0] = columns;
  DerivedMatrix& matrix = layer.matrix;
  matrix.form = MatrixForm::mxfp4_pairs;
  matrix.rows = data.rows;
  matrix.columns = columns / block;
  expect_size(scale, matrix.rows, matrix.columns, bytes,
              "for rows of " + std::to_string(columns) + " weights in blocks of " + std::to_string(block));
  matrix.data = {bytes.file, bytes.tensor->offset, Type::i8, data.rows, data.columns};
  matrix.scales = {scale.file, scale.tensor->offset, Type::i8, matrix.rows, matrix.columns};
  return layer;
}

StoredLayer mxfp4_layer(const LayerSources& sources, const std::string& name, const LayerPart& blocks) {
  const LayerPart& scale = sources.parts.needed(name + "_scales", blocks.name());
  constexpr uint64_t block = 32, half_block = 16;
  expect_type(blocks, "U8");
  expect_type(scale, "U8");
  StoredLayer layer{{name, blocks.tensor->shape, Type::mxfp4}, nullptr, 0, {}, "MXFP4"};
  DerivedMatrix& matrix = layer.matrix;
  matrix.form = MatrixForm::mxfp4_pairs;
  std::vector<uint64_t>& shape = layer.tensor.shape;
  const StoredMatrix data = matrix_of(blocks);
  if (shape.size() < 2 || shape[0] != half_block) {
    throw Error("The tensor " + in_quotes(blocks.name()) + " does not hold blocks of " + std::to_string(half_block) +
                " bytes, as MXFP4 has them. The file is damaged, or of a kind that is not known.");
  }
  shape.erase(shape.begin());
  matrix.columns = shape[0];
  matrix.rows = data.rows / matrix.columns;
  expect_size(scale, matrix.rows, matrix.columns, blocks, "for one exponent with each block");
  shape[0] *= block;
  matrix.data = {blocks.file, blocks.tensor->offset, Type::i8, matrix.rows, matrix.columns * half_block};
  matrix.scales = {scale.file, scale.tensor->offset, Type::i8, matrix.rows, matrix.columns};
  return layer;
}

}  // namespace nibble
