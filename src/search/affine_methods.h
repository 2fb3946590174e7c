#pragma once
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "search/affine_problem.h"
#include "search/exact_affine.h"

/// Every known way to choose the scale and the offset of a block of its own, by name.
namespace nibble {

/// Keeps memory between blocks; `trace`, when set, receives every candidate (scale, offset) in the order tried.
struct AffineScratch {
  ExactAffine exact;
  std::vector<int> codes;
  std::vector<std::pair<double, double>>* trace = nullptr;
};

struct AffineMethod {
  std::string_view name;
  std::string_view summary;  ///< one sentence for a person
  AffineChoice (*choose)(const AffineProblem& problem, AffineScratch& scratch);
};

inline constexpr size_t affine_method_count = 5;
/// All methods, simplest first; "exact" is the last.
std::span<const AffineMethod> all_affine_methods();
const AffineMethod* find_affine_method(std::string_view name);

}  // namespace nibble
