#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "measure/assignment.h"

/// Choosing types from a measurement: the best mix for a size, and the step by step way of the GPTQ tools.
namespace nibble {

/// Which error is made small.
enum class Objective : uint8_t {
  squared,   ///< sum (x-y)^2
  weighted,  ///< sum q (x-y)^2 with the importance q; tensors without one count plainly
  outputs,   ///< sum over tensors of MeasuredTensor::output_change()
};

struct SolveOptions {
  std::optional<uint64_t> bytes;          ///< of the output file, at most
  std::optional<double> bits_per_weight;  ///< at most; one of the two is set
  Objective objective = Objective::squared;
  std::map<std::string, double> role_factors;  ///< factor of the error of a role's tensors; 1 where nothing is said
  std::vector<Type> types;  ///< that may be chosen; empty: the quantized ones that were measured, and each tensor's own
  std::map<std::string, Type> assigned;  ///< tensors by name that have their type already
  std::vector<TypeRule> fixed;           ///< the person's own: the first that finds a tensor's name decides its type
};

struct Solution {
  Assignment assignment;
  double objective = 0;  ///< what was made small: sum over tensors of role weight times error
  double bound = 0;      ///< no mix of these types within the size has less
};

/// The mix with the least error within the size. Throws Error for sizes below the smallest possible, which it names,
/// and for rules that ask for what was not measured.
Solution solve(const Measurement& measurement, const SolveOptions& options);

struct ObserveOptions {
  uint64_t worst = 40;  ///< tensors to look at
  double share = 0.5;   ///< of its error that a tensor may keep
  Objective objective = Objective::squared;
};

/// What became of one of the worst tensors.
struct Observed {
  uint32_t tensor;          ///< index into Measurement::tensors
  std::vector<Type> tried;  ///< from the first type to the last, which it gets
  double before, after;     ///< error, as the objective has it
  bool reached;             ///< the error is at most `share` of what it was
};

struct Observation {
  Assignment assignment;
  std::vector<Observed> steps;  ///< the worst tensor first
};

/// GPTQ-for-LLaMa's rule, with GGUF's types in place of its group sizes: takes the tensors with the largest error and
/// steps each through the types that have as many bits in smaller blocks, then more bits, until its error is at most
/// `share` of what it was. Types that were not measured are not tried, nor are steps that make the error larger taken.
Observation observe(const Measurement& measurement, const Assignment& start, const ObserveOptions& options);

}  // namespace nibble
