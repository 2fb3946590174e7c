#include "measure/choose.h"

#include <algorithm>
#include <cctype>
#include <cmath>

#include "container/gguf_writer.h"
#include "container/text.h"
#include "error.h"
#include "measure/budget.h"
#include "recipe/recipe.h"
#include "recipe/tensor_kind.h"

namespace nibble {
namespace {

double error_of(const MeasuredTensor& tensor, Type type, Objective objective) {
  switch (objective) {
    case Objective::squared: return tensor.error(type).value;
    case Objective::weighted: return tensor.weighted_error(type).value;
    case Objective::outputs: return tensor.output_change(type);
  }
  return 0;
}

/// What can be chosen for one tensor.
struct Candidates {
  std::vector<Type> types;
  std::vector<BudgetOption> options;
};

class Chooser {
 public:
  Chooser(const Measurement& measurement, const SolveOptions& options)
      : measurement_(measurement), options_(options), rules_(options.fixed) {}

  Solution choose() {
    std::vector<std::vector<BudgetOption>> items;
    std::vector<Candidates> candidates;
    for (const MeasuredTensor& tensor : measurement_.tensors) {
      candidates.push_back(candidates_of(tensor));
      items.push_back(candidates.back().options);
    }
    const BudgetAnswer answer = solve_budget(items, budget(smallest_bytes(items)));
    Solution solution{{}, answer.loss, answer.bound};
    for (size_t i = 0; i < items.size(); ++i) solution.assignment.push_back(candidates[i].types[answer.choice[i]]);
    return solution;
  }

 private:
  bool by_size() const { return options_.bytes.has_value(); }

  Candidates candidates_of(const MeasuredTensor& tensor) const {
    Candidates candidates;
    if (const auto own = options_.assigned.find(tensor.name); own != options_.assigned.end()) {
      add(candidates, tensor, own->second);
      return candidates;
    }
    if (const TypeRule* rule = rules_.find(tensor.name)) {
      add(candidates, tensor, rule->type);
      return candidates;
    }
    const auto allowed = [&](Type type) {
      if (options_.types.empty()) return format_of(type).quantized || type == tensor.from;
      return std::find(options_.types.begin(), options_.types.end(), type) != options_.types.end();
    };
    for (const MeasuredType& type : tensor.types) {
      if (type.possible && type.type != tensor.from && allowed(type.type)) add(candidates, tensor, type.type);
    }
    if (allowed(tensor.from) || candidates.types.empty()) add(candidates, tensor, tensor.from);
    return candidates;
  }

  void add(Candidates& candidates, const MeasuredTensor& tensor, Type type) const {
    if (tensor.row_length() % format_of(type).block_length != 0) {
      throw Error("The rows of " + in_quotes(tensor.name) + ", " + std::to_string(tensor.row_length()) +
                  " weights long, do not fill blocks of " + display_name(type) + ". Ask for another type.");
    }
    const uint64_t bytes = format_of(type).bytes_for(tensor.weight_count);
    const auto weight = options_.role_factors.find(std::string(role_name(tensor.name)));
    const double factor = weight == options_.role_factors.end() ? 1 : weight->second;
    candidates.types.push_back(type);
    candidates.options.push_back(
        {by_size() ? padded_bytes(bytes) : bytes, factor * error_of(tensor, type, options_.objective)});
  }

  /// What the measured tensors may take.
  uint64_t budget(uint64_t smallest) const {
    if (by_size()) {
      const uint64_t least = measurement_.kept_file_bytes + smallest;
      if (*options_.bytes < least) {
        throw Error("The smallest file with these types and rules has " + std::to_string(least) +
                    " bytes. Ask for at least that, or allow smaller types.");
      }
      return *options_.bytes - measurement_.kept_file_bytes;
    }
    const double weight_count = static_cast<double>(measurement_.weight_count);
    const double bytes =
        std::floor(*options_.bits_per_weight * weight_count / 8) - static_cast<double>(measurement_.kept_tensor_bytes);
    if (bytes < static_cast<double>(smallest)) {
      char least[32];
      // Rounded up, so that asking for it works.
      const double bits = 8 * static_cast<double>(smallest + measurement_.kept_tensor_bytes) / weight_count;
      std::snprintf(least, sizeof least, "%.4f", std::ceil(bits * 1e4) / 1e4);
      throw Error("The smallest mix of these types and rules takes " + std::string(least) +
                  " bits per weight. Ask for at least that, or allow smaller types.");
    }
    return static_cast<uint64_t>(bytes);
  }

  const Measurement& measurement_;
  const SolveOptions& options_;
  RuleMatcher rules_;
};

/// The number in a type's name: the bits of a code, as people count them. 16 and 32 for floats.
int named_bits(const Format& format) {
  const auto digit =
      std::find_if(format.name.begin(), format.name.end(), [](unsigned char c) { return std::isdigit(c); });
  int bits = 0;
  for (auto at = digit; at != format.name.end() && std::isdigit(static_cast<unsigned char>(*at)); ++at)
    bits = 10 * bits + (*at - '0');
  return bits;
}

/// The types to step through after `type`: as many bits with a scale for fewer weights, then more bits; among as many
/// bits first those with the larger blocks, then those that take less.
std::vector<Type> ladder(const MeasuredTensor& tensor, Type type) {
  const Format& start = format_of(type);
  std::vector<const Format*> steps;
  for (const MeasuredType& measured : tensor.types) {
    const Format& format = format_of(measured.type);
    if (!measured.possible || measured.type == type) continue;
    const bool smaller_blocks = named_bits(format) == named_bits(start) && format.scale_length < start.scale_length;
    const bool more_bits = named_bits(format) > named_bits(start) && format.bits_per_weight() > start.bits_per_weight();
    if (smaller_blocks || more_bits) steps.push_back(&format);
  }
  std::stable_sort(steps.begin(), steps.end(), [](const Format* a, const Format* b) {
    if (named_bits(*a) != named_bits(*b)) return named_bits(*a) < named_bits(*b);
    if (a->scale_length != b->scale_length) return a->scale_length > b->scale_length;
    return a->bits_per_weight() < b->bits_per_weight();
  });
  std::vector<Type> types;
  for (const Format* format : steps) types.push_back(format->type);
  return types;
}

}  // namespace

Solution solve(const Measurement& measurement, const SolveOptions& options) {
  if (measurement.tensors.empty())
    throw Error("The measurement holds no tensor that can be quantized, so there is nothing to choose.");
  return Chooser(measurement, options).choose();
}

Observation observe(const Measurement& measurement, const Assignment& start, const ObserveOptions& options) {
  std::vector<Observed> steps;
  for (uint32_t i = 0; i < start.size(); ++i) {
    const double error = error_of(measurement.tensors[i], start[i], options.objective);
    if (error > 0) steps.push_back({i, {start[i]}, error, error, false});
  }
  std::stable_sort(steps.begin(), steps.end(),
                   [](const Observed& a, const Observed& b) { return a.before > b.before; });
  if (steps.size() > options.worst) steps.resize(options.worst);
  Observation observation{start, {}};
  for (Observed& step : steps) {
    const MeasuredTensor& tensor = measurement.tensors[step.tensor];
    for (const Type next : ladder(tensor, start[step.tensor])) {
      const double error = error_of(tensor, next, options.objective);
      if (error >= step.after) continue;
      step.tried.push_back(next);
      step.after = error;
      step.reached = error <= options.share * step.before;
      if (step.reached) break;
    }
    observation.assignment[step.tensor] = step.tried.back();
  }
  observation.steps = std::move(steps);
  return observation;
}

}  // namespace nibble
