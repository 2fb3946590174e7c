#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "measure/measurement.h"
#include "recipe/type_rules.h"

/// One type for each measured tensor: what it weighs, what error it will have, and how to say it to llama-quantize.
namespace nibble {

/// Types in the order of Measurement::tensors.
using Assignment = std::vector<Type>;

/// Every tensor keeps its type.
Assignment kept_as_they_are(const Measurement& measurement);

/// The exact length of the output file: header and kept tensors, then each tensor padded to the alignment.
uint64_t file_bytes(const Measurement& measurement, std::span<const Type> assignment);
/// Tensor data x 8 / weights of the model, as Plan has it.
double bits_per_weight(const Measurement& measurement, std::span<const Type> assignment);

/// The error of an assignment over all measured tensors together, those that keep their type included.
struct Prediction {
  Estimate squared_error;           ///< sum (x-y)^2
  Estimate relative_squared_error;  ///< sum (x-y)^2 / sum x^2
  /// The same two with each weight counted by its importance, over the tensors that have one; none without.
  std::optional<Estimate> weighted_squared_error, relative_weighted_squared_error;
  uint64_t weight_count = 0, weights_measured = 0;  ///< of the tensors below
  uint64_t tensors = 0;                             ///< that the figures are about
  uint64_t missing = 0;                             ///< tensors left out: not measured as their type
};

/// Sums up what is known. Tensors are independent, so variances add.
Prediction predict(const Measurement& measurement, std::span<const Type> assignment);

/// What makes quantizing give this assignment: a file type to name the output after (the one of the type most weights
/// have) and a rule for every tensor, those of one name part and one type together. Works in llama-quantize, too.
struct Recipe {
  std::string file_type;
  std::vector<TypeRule> rules;
};

Recipe recipe_of(const Measurement& measurement, std::span<const Type> assignment);
/// The same as a command line of llama-quantize for a POSIX shell.
std::string llama_quantize_command(const Measurement& measurement, const Recipe& recipe);

}  // namespace nibble
