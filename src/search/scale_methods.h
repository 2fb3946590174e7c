#pragma once
#include <span>
#include <string_view>
#include <vector>

#include "search/scale_sweep.h"

/// Every known way to choose the one scale of a block, by name. Each works for any sorted levels with a negative and a
/// positive end, and for any weights; "long end" and "short end" are the levels of larger and smaller magnitude
/// (-8 and 7 for the four-bit integers).
namespace nibble {

struct BlockProblem {
  const float* x;
  const float* importance;  ///< of each value; null: all one
  size_t n;                 ///< 1..256
  Levels levels;
  Storage storage;
};

struct ScaleChoice {
  float scale;     ///< as the format stores it; 0 for a block of zeros
  uint32_t tried;  ///< candidates looked at
};

/// Keeps memory between blocks; `trace`, when set, receives every candidate scale in the order tried.
struct ScaleScratch {
  ScaleSweep sweep;
  std::vector<int> codes;
  std::vector<double>* trace = nullptr;
};

struct ScaleMethod {
  std::string_view name;
  std::string_view summary;  ///< one sentence for a person
  ScaleChoice (*choose)(const BlockProblem& problem, ScaleScratch& scratch);
};

inline constexpr size_t scale_method_count = 8;
/// The name of the last one.
inline constexpr std::string_view exact_method = "exact";
/// All methods, simplest first; "exact" is the last.
std::span<const ScaleMethod> all_scale_methods();
const ScaleMethod* find_scale_method(std::string_view name);

/// Index of the level nearest to y; the upper one on a tie.
int nearest_code(Levels levels, double y);
/// sum w (x - s * nearest level)^2.
double block_error(const BlockProblem& problem, double scale);

}  // namespace nibble
