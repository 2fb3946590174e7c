#include <algorithm>
#include <cmath>

#include "container/text.h"
#include "json/parse.h"
#include "model/quantized_layers.h"
#include "numeric/int8_step.h"

namespace nibble {
namespace {

constexpr uint64_t codes_of_a_byte = 2;

/// What the text of a quantization state says.
struct State {
  uint64_t block = 0, rows = 0, columns = 0, nested_block = 0;
  float nested_offset = 0;
  bool nested = false;
  std::vector<uint64_t> shape;  ///< outermost first
};

[[noreturn]] void unreadable(const LayerPart& state) {
  throw Error("The tensor " + in_quotes(state.name()) +
              " does not say how its weights are quantized, as bitsandbytes writes it (\"blocksize\", \"shape\"). The "
              "file is damaged; get it again.");
}

State read_state(std::string_view text, const LayerPart& part) {
  State state;
  try {
    const Json json = parse_json(text);
    state.block = json.at("blocksize").get<uint64_t>();
    state.shape = json.at("shape").get<std::vector<uint64_t>>();
    state.nested = json.find("nested_offset") != nullptr;
    if (state.nested) {
      state.nested_block = json.at("nested_blocksize").get<uint64_t>();
      state.nested_offset = static_cast<float>(json.at("nested_offset").get<double>());
    }
  } catch (const Error&) {
    unreadable(part);
  }
  if (state.block == 0 || state.shape.empty() || (state.nested && state.nested_block == 0) ||
      !std::isfinite(state.nested_offset) || state.shape.back() == 0) {
    unreadable(part);
  }
  state.columns = state.shape.back();
  return state;
}

}  // namespace

const LayerPart* four_bit_state(const LayerSources& sources, const std::string& weight) {
  for (const char* kind : {"nf4", "fp4"}) {
    if (const LayerPart* state = sources.parts.find(weight + ".quant_state.bitsandbytes__" + kind)) return state;
  }
  return nullptr;
}

StoredLayer four_bit_layer(const LayerSources& sources, const LayerPart& weight, const LayerPart& state_part) {
  const LayerParts& parts = sources.parts;
  const std::string& name = weight.name();
  const State state = read_state(parts.settings_of(state_part), state_part);
  const LayerPart &scales = parts.needed(name + ".absmax", name), &levels = parts.needed(name + ".quant_map", name);
  const uint64_t bytes = weight.tensor->bytes, columns = state.columns;
  uint64_t rows = 1;
  for (size_t i = 0; i + 1 < state.shape.size(); ++i) {
    if (state.shape[i] == 0 || state.shape[i] > bytes * codes_of_a_byte / rows)
      rows = bytes * codes_of_a_byte + 1;
    else
      rows *= state.shape[i];
  }
  if (columns > bytes * codes_of_a_byte / rows || rows * columns + 1 < bytes * codes_of_a_byte) {
    throw Error("The tensor " + in_quotes(name) + " has " + std::to_string(bytes) +
                " bytes, which is not what the shape in " + in_quotes(state_part.name()) +
                " calls for. The file is damaged; get it again.");
  }
  const uint64_t count = rows * columns;
  StoredLayer layer{{name, {}, Type::f32}, nullptr, 0, {}, state_part.name().ends_with("nf4") ? "NF4" : "FP4"};
  layer.tensor.shape.assign(state.shape.rbegin(), state.shape.rend());
  DerivedMatrix& matrix = layer.matrix;
  matrix.form = MatrixForm::levels_in_rows;
  matrix.high_first = true;
  matrix.rows = rows;
  matrix.columns = columns;
  // Blocks run through all rows; where rows are no whole blocks, the matrix is one long row.
  if (columns % state.block != 0 || columns % codes_of_a_byte != 0) {
    matrix.rows = 1;
    matrix.columns = count;
  }
  matrix.scale_columns = state.block;
  const uint64_t blocks = (count + state.block - 1) / state.block;
  const std::string why = "for " + std::to_string(count) + " weights in blocks of " + std::to_string(state.block);
  const auto stored = [&](const LayerPart& part, Type type, uint64_t down, uint64_t across) {
    return StoredMatrix{part.file, part.tensor->offset, type, down, across};
  };
  const auto expect_count = [&](const LayerPart& part, uint64_t needed) {
    if (part.tensor->weight_count != needed) expect_size(part, 1, needed, weight, why);
  };
  matrix.data = stored(weight, Type::i8, matrix.rows, (matrix.columns + 1) / codes_of_a_byte);
  expect_count(scales, blocks);
  matrix.scales = stored(scales, scales.tensor->type, matrix.rows, blocks / matrix.rows);
  expect_floats(levels);
  expect_count(levels, 16);
  matrix.levels = row_of(levels);
  if (!state.nested) {
    expect_floats(scales);
    return layer;
  }
  const LayerPart &nested = parts.needed(name + ".nested_absmax", name),
                  &nested_levels = parts.needed(name + ".nested_quant_map", name);
  expect_type(scales, "U8");
  expect_floats(nested);
  expect_floats(nested_levels);
  expect_count(nested, (blocks + state.nested_block - 1) / state.nested_block);
  expect_count(nested_levels, 256);
  matrix.nested = {row_of(nested), row_of(nested_levels), state.nested_block, state.nested_offset};
  return layer;
}

StoredLayer int8_layer(const LayerSources& sources, const std::string& module, const LayerPart& weight) {
  const LayerPart& scale = sources.parts.needed(module + ".SCB", weight.name());
  expect_type(weight, "I8");
  expect_floats(scale);
  StoredLayer layer{{weight.name(), weight.tensor->shape, Type::f32}, nullptr, 0, {}, "INT8"};
  DerivedMatrix& matrix = layer.matrix;
  matrix.form = MatrixForm::scaled;
  matrix.data = matrix_of(weight);
  matrix.rows = matrix.data.rows;
  matrix.columns = matrix.data.columns;
  if (scale.tensor->weight_count != matrix.rows)
    expect_size(scale, 1, matrix.rows, weight, "for one scale with each row");
  matrix.scales = {scale.file, scale.tensor->offset, scale.tensor->type, matrix.rows, 1};
  matrix.scale_columns = matrix.columns;
  matrix.factor = int8_step;
  return layer;
}

}  // namespace nibble
