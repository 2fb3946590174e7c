#include "container/text.h"
#include "derived/codes.h"
#include "model/quantized_layers.h"

namespace nibble {
namespace {

constexpr uint64_t word_bits = 32;

uint64_t rounded_up(uint64_t value, uint64_t unit) { return (value + unit - 1) / unit; }

std::string of_bits(uint64_t bits) { return "for codes of " + std::to_string(bits) + " bits"; }

std::string for_groups(uint64_t columns, uint64_t group) {
  const std::string rows = "for rows of " + std::to_string(columns) + " weights";
  return group == columns ? rows + " with one scale each" : rows + " in groups of " + std::to_string(group);
}

/// Whole units of codes, that no words are left over.
void expect_whole(const LayerPart& words, uint64_t count, uint64_t bits) {
  const CodeUnit unit = unit_of(static_cast<uint32_t>(bits));
  if (count % unit.words == 0) return;
  throw Error("The tensor " + in_quotes(words.name()) + " has " + std::to_string(count) +
              " words along its packed side, which codes of " + std::to_string(bits) +
              " bits do not fill: they take a multiple of " + std::to_string(unit.words) +
              ". The file is damaged, or config.json is of another model.");
}

[[noreturn]] void unknown_bits(const LayerPart& words, uint64_t bits) {
  throw UnknownForm("The weights " + in_quotes(words.name()) + " have codes of " + std::to_string(bits) +
                    " bits, which are not read.");
}

/// One of a matrix's scales for each group; `columns` of a row.
uint64_t group_length(std::optional<uint64_t> group, uint64_t otherwise, uint64_t columns) {
  const uint64_t length = group.value_or(otherwise);
  return length == 0 || length > columns ? columns : length;
}

StoredLayer layer_of(const std::string& module, MatrixForm form, uint64_t rows, uint64_t columns, const char* name) {
  StoredLayer layer{{module + ".weight", {columns, rows}, Type::f32}, nullptr, 0, {}, name};
  layer.matrix.form = form;
  layer.matrix.rows = rows;
  layer.matrix.columns = columns;
  return layer;
}

}  // namespace

StoredLayer gptq_layer(const LayerSources& sources, const std::string& module, const LayerPart& words) {
  const auto& [parts, settings] = sources;
  const LayerPart &scales = parts.needed(module + ".scales", words.name()),
                  &zeros = parts.needed(module + ".qzeros", words.name());
  const LayerPart* order = parts.find(module + ".g_idx");
  expect_type(words, "I32");
  expect_type(zeros, "I32");
  expect_floats(scales);
  const StoredMatrix data = matrix_of(words);
  const uint64_t rows = data.columns;
  // GPTQModel's "dynamic" gives layers bits and groups of their own; the zeros tell both.
  const bool dynamic = settings.has("dynamic");
  const uint64_t bits = dynamic ? matrix_of(zeros).columns * word_bits / rows : settings.whole("bits").value_or(4);
  if (bits != 2 && bits != 3 && bits != 4 && bits != 8) unknown_bits(words, bits);
  expect_whole(words, data.rows, bits);
  const uint64_t columns = data.rows * word_bits / bits, groups = matrix_of(scales).rows;
  constexpr uint64_t usual_group = 128;
  const uint64_t group = dynamic ? rounded_up(columns, groups) : group_length(settings.group(), usual_group, columns);
  StoredLayer layer = layer_of(module, MatrixForm::codes_in_columns, rows, columns, "GPTQ");
  DerivedMatrix& matrix = layer.matrix;
  matrix.data = data;
  matrix.scales = matrix_of(scales);
  matrix.zeros = matrix_of(zeros);
  matrix.bits = static_cast<uint32_t>(bits);
  matrix.scale_columns = group;
  matrix.zero_plus = settings.text("checkpoint_format", "gptq") == "gptq_v2" ? 0 : 1;
  // Where columns name their groups, there may be more of them than the size of groups says.
  if (order && groups >= rounded_up(columns, group)) {
    expect_size(scales, groups, rows, words, of_bits(bits));
  } else {
    expect_size(scales, rounded_up(columns, group), rows, words, for_groups(columns, group));
  }
  expect_size(zeros, groups, rounded_up(rows * bits, word_bits), words, of_bits(bits));
  if (order) {
    expect_type(*order, "I32");
    expect_size(*order, 1, columns, words, of_bits(bits));
    matrix.groups = matrix_of(*order);
  }
  return layer;
}

StoredLayer awq_layer(const LayerSources& sources, const std::string& module, const LayerPart& words) {
  const auto& [parts, settings] = sources;
  const std::string version = settings.text("version", "gemm");
  if (version != "gemm" && version != "GEMM") {
    throw UnknownForm("The weights " + in_quotes(words.name()) + " are packed for the AWQ kernel " +
                      in_quotes(version) + "; the layout \"gemm\" is the one that is read.");
  }
  const LayerPart &scales = parts.needed(module + ".scales", words.name()),
                  &zeros = parts.needed(module + ".qzeros", words.name());
  expect_type(words, "I32");
  expect_type(zeros, "I32");
  expect_floats(scales);
  constexpr uint64_t known_bits = 4, codes_of_a_word = word_bits / known_bits, usual_group = 128;
  const uint64_t bits = settings.whole("bits").value_or(settings.whole("w_bit").value_or(known_bits));
  if (bits != known_bits) unknown_bits(words, bits);
  const StoredMatrix data = matrix_of(words);
  const uint64_t rows = data.columns * codes_of_a_word, columns = data.rows;
  const uint64_t group = group_length(settings.group(), usual_group, columns);
  StoredLayer layer = layer_of(module, MatrixForm::codes_across, rows, columns, "AWQ");
  DerivedMatrix& matrix = layer.matrix;
  matrix.data = data;
  matrix.scales = matrix_of(scales);
  matrix.zeros = matrix_of(zeros);
  matrix.scale_columns = group;
  expect_size(scales, rounded_up(columns, group), rows, words, for_groups(columns, group));
  expect_size(zeros, rounded_up(columns, group), data.columns, words, for_groups(columns, group));
  return layer;
}

StoredLayer packed_layer(const LayerSources& sources, const std::string& module, const LayerPart& words) {
  const auto& [parts, settings] = sources;
  const auto stated = settings.of_module(module);
  if (!stated || stated->bits == 0) {
    throw UnknownForm("config.json does not say how many bits the codes of " + in_quotes(module) + " have.");
  }
  if (stated->bits != 2 && stated->bits != 4 && stated->bits != 8) unknown_bits(words, stated->bits);
  if (parts.has(module + ".meta") || settings.text("format", "") == "marlin-24") {
    throw UnknownForm("The weights " + in_quotes(words.name()) +
                      " are sparse and in the order of a kernel (marlin-24).");
  }
  const LayerPart& scales = parts.needed(module + ".weight_scale", words.name());
  expect_type(words, "I32");
  expect_floats(scales);
  const StoredMatrix data = matrix_of(words);
  const uint64_t columns = data.columns * word_bits / stated->bits;
  const uint64_t group = group_length(stated->group, 0, columns), groups = rounded_up(columns, group);
  StoredLayer layer = layer_of(module, MatrixForm::codes_in_rows, data.rows, columns, "compressed-tensors");
  DerivedMatrix& matrix = layer.matrix;
  matrix.data = data;
  matrix.scales = matrix_of(scales);
  matrix.bits = static_cast<uint32_t>(stated->bits);
  matrix.scale_columns = group;
  if (scales.tensor->weight_count == 1) {
    matrix.scale_rows = matrix.rows;
    matrix.scale_columns = columns;
  } else {
    expect_size(scales, data.rows, groups, words, for_groups(columns, group));
  }
  if (const LayerPart* zeros = parts.find(module + ".weight_zero_point")) {
    expect_type(*zeros, "I32");
    expect_size(*zeros, rounded_up(data.rows * stated->bits, word_bits), groups, words, for_groups(columns, group));
    matrix.zeros = matrix_of(*zeros);
  }
  if (const LayerPart* order = parts.find(module + ".weight_g_idx")) {
    expect_type(*order, "I32");
    expect_size(*order, 1, columns, words, for_groups(columns, group));
    matrix.groups = matrix_of(*order);
  }
  return layer;
}

}  // namespace nibble
