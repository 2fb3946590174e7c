#include "measure/assignment.h"

#include <algorithm>
#include <cctype>
#include <cmath>

#include "container/gguf_writer.h"
#include "recipe/file_types.h"
#include "recipe/tensor_kind.h"

namespace nibble {
namespace {

/// Adds up a ratio of two sums over tensors.
class Total {
 public:
  explicit Total(bool weighted) : weighted_(weighted) {}

  void add(const MeasuredTensor& tensor, const MeasuredType* type) {
    static constexpr RowMoments nothing;
    parts_.push_back({type == nullptr ? &nothing
                      : weighted_     ? &type->weighted
                                      : &type->error,
                      weighted_ ? &tensor.weighted_squares : &tensor.squares, tensor.coverage()});
  }

  Estimate error() const {
    double measured = 0, value = 0;
    VarianceSum variance;
    for (const Part& part : parts_) {
      measured += part.error->sum;
      value += part.coverage.scale() * part.error->sum;
      variance.add(residual_variance(*part.error, {}, 0, part.coverage), part.coverage);
    }
    return with_interval(value, variance, 1, measured);
  }

  Estimate relative() const {
    double error = 0, squares = 0;
    for (const Part& part : parts_) {
      error += part.coverage.scale() * part.error->sum;
      squares += part.coverage.scale() * part.squares->sum;
    }
    if (!(squares > 0)) return {};
    VarianceSum variance;
    for (const Part& part : parts_) {
      variance.add(residual_variance(*part.error, *part.squares, error / squares, part.coverage), part.coverage);
    }
    return with_interval(error / squares, variance, squares, 0);
  }

 private:
  struct Part {
    const RowMoments *error, *squares;
    Coverage coverage;
  };

  static Estimate with_interval(double value, const VarianceSum& variance, double divisor, double smallest) {
    const double half = variance.half_width() / divisor;
    return {value, std::sqrt(variance.variance()) / divisor, std::max(smallest, value - half), value + half};
  }

  bool weighted_;
  std::vector<Part> parts_;
};

/// `text` as a regular expression that finds nothing else. Patterns are lower-cased before use, so a capital letter can
/// only be named as any character.
std::string escaped(std::string_view text) {
  std::string pattern;
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (std::isupper(code)) {
      pattern += '.';
    } else {
      if (!std::isalnum(code) && c != '_' && c != '-') pattern += '\\';
      pattern += c;
    }
  }
  return pattern;
}

/// What follows "blk.N" in a tensor's name, or nothing.
std::string_view part_in_layer(std::string_view name) {
  if (!block_number(name)) return {};
  const size_t dot = name.find('.', 4);
  return dot == std::string_view::npos ? std::string_view() : name.substr(dot);
}

/// The quantized type most weights have; none when nothing is quantized.
std::optional<Type> most_used(const Measurement& measurement, std::span<const Type> assignment) {
  std::map<Type, uint64_t> weight_counts;
  for (size_t i = 0; i < assignment.size(); ++i) {
    if (format_of(assignment[i]).quantized) weight_counts[assignment[i]] += measurement.tensors[i].weight_count;
  }
  const auto most = std::max_element(weight_counts.begin(), weight_counts.end(),
                                     [](const auto& a, const auto& b) { return a.second < b.second; });
  return most == weight_counts.end() ? std::nullopt : std::optional(most->first);
}

std::string shell_word(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

}  // namespace

Assignment kept_as_they_are(const Measurement& measurement) {
  Assignment assignment;
  for (const MeasuredTensor& tensor : measurement.tensors) assignment.push_back(tensor.from);
  return assignment;
}

uint64_t file_bytes(const Measurement& measurement, std::span<const Type> assignment) {
  uint64_t bytes = measurement.kept_file_bytes;
  for (size_t i = 0; i < assignment.size(); ++i) {
    bytes += padded_bytes(format_of(assignment[i]).bytes_for(measurement.tensors[i].weight_count));
  }
  return bytes;
}

double bits_per_weight(const Measurement& measurement, std::span<const Type> assignment) {
  uint64_t bytes = measurement.kept_tensor_bytes;
  for (size_t i = 0; i < assignment.size(); ++i)
    bytes += format_of(assignment[i]).bytes_for(measurement.tensors[i].weight_count);
  return measurement.weight_count ? 8.0 * static_cast<double>(bytes) / static_cast<double>(measurement.weight_count)
                                  : 0;
}

Prediction predict(const Measurement& measurement, std::span<const Type> assignment) {
  Prediction prediction;
  Total plain(false), weighted(true);
  bool any_weighted = false;
  for (size_t i = 0; i < assignment.size(); ++i) {
    const MeasuredTensor& tensor = measurement.tensors[i];
    const MeasuredType* type = tensor.exact(assignment[i]) ? nullptr : tensor.find(assignment[i]);
    const bool known = tensor.rows_measured > 0 && (tensor.exact(assignment[i]) || (type != nullptr && type->possible));
    if (!known) {
      ++prediction.missing;
      continue;
    }
    ++prediction.tensors;
    prediction.weight_count += tensor.weight_count;
    prediction.weights_measured += tensor.rows_measured * tensor.row_length();
    plain.add(tensor, type);
    if (!tensor.has_importance) continue;
    any_weighted = true;
    weighted.add(tensor, type);
  }
  prediction.squared_error = plain.error();
  prediction.relative_squared_error = plain.relative();
  if (any_weighted) {
    prediction.weighted_squared_error = weighted.error();
    prediction.relative_weighted_squared_error = weighted.relative();
  }
  return prediction;
}

Recipe recipe_of(const Measurement& measurement, std::span<const Type> assignment) {
  Recipe recipe{"Q8_0", {}};
  if (const auto most = most_used(measurement, assignment)) {
    for (const FileType& file_type : all_file_types()) {
      // Q2_K_S has rules of its own about importance.
      if (file_type.copies || file_type.default_type != *most || file_type.name == "Q2_K_S") continue;
      recipe.file_type = file_type.name;
      break;
    }
  }
  struct Group {
    std::string part;
    Type type;
    std::vector<uint64_t> layers;
  };
  std::vector<Group> groups;
  std::map<std::string, uint64_t, std::less<>> layers_of_part;
  for (size_t i = 0; i < assignment.size(); ++i) {
    const std::string& name = measurement.tensors[i].name;
    const std::string part(part_in_layer(name));
    if (part.empty()) {
      recipe.rules.push_back({'^' + escaped(name) + '$', assignment[i]});
      continue;
    }
    ++layers_of_part[part];
    const auto found = std::find_if(groups.begin(), groups.end(), [&](const Group& group) {
      return group.part == part && group.type == assignment[i];
    });
    Group& group = found != groups.end() ? *found : groups.emplace_back(Group{part, assignment[i], {}});
    group.layers.push_back(*block_number(name));
  }
  for (const Group& group : groups) {
    std::string layers;
    for (const uint64_t layer : group.layers) {
      if (!layers.empty()) layers += '|';
      layers += std::to_string(layer);
    }
    const bool all = group.layers.size() == layers_of_part[group.part];
    std::string pattern = "^blk\\.";
    pattern += all ? "\\d+" : group.layers.size() == 1 ? layers : '(' + layers + ')';
    pattern += escaped(group.part) + '$';
    recipe.rules.push_back({std::move(pattern), group.type});
  }
  return recipe;
}

std::string llama_quantize_command(const Measurement& measurement, const Recipe& recipe) {
  std::string command = "llama-quantize";
  if (measurement.quantized_source) command += " --allow-requantize";
  if (measurement.importance) command += " --imatrix " + shell_word(*measurement.importance);
  for (const TypeRule& rule : recipe.rules) {
    command += " --tensor-type " + shell_word(rule.pattern + "=" + std::string(format_of(rule.type).name));
  }
  return command + " IN.gguf OUT.gguf " + recipe.file_type;
}

}  // namespace nibble
