#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "search/affine_problem.h"
#include "search/scale_methods.h"

/// A block in the Lab, and the numbers it can store.
namespace nibble {

/// Which values a scale or an offset can have.
struct LabNumbers {
  Storage storage = Storage::real;
  /// Sub-blocks of K-quants store whole multiples of a number their super-block shares: fewest * step .. most * step.
  /// 0 while that number is not known; then the storage decides.
  double step = 0;
  int fewest = 0, most = 0;

  double nearest(double value) const;
  /// The value `steps` away in order of value; for any real number, a thousandth of it each.
  double next(double value, int steps) const;
  /// "real", "f16", "e8m0", "ue4m3" or "multiples".
  std::string_view name() const;
};

/// Levels and storage come from a format, or are the person's own.
struct LabBlock {
  std::vector<float> weights;     ///< 1..256 values, finite
  std::vector<float> importance;  ///< as many, not negative; empty: all one
  std::vector<float> levels;      ///< ascending, 2..256; 0, 1, 2, ... where there is an offset
  bool affine = false;            ///< x ~ scale * level + offset, not x ~ scale * level
  bool offset_at_most_zero = false;
  LabNumbers scale, offset;
  std::string format;  ///< the format's name when the levels are its own; empty otherwise

  const float* importance_or_null() const { return importance.empty() ? nullptr : importance.data(); }
  /// The search problem; with multiples, over real numbers, whose answers are rounded afterwards.
  BlockProblem one_scale() const;
  AffineProblem two_numbers() const;
};

/// Reads a request (JSON, see LabRequest in web/src/wasm/types); throws Error that names what is wrong with it.
LabBlock parse_lab_block(const std::string& json);

/// The numbers that llama.cpp's search gives the super-block of these 256 weights: JSON
/// `{ "superScale": d, "superMinimum": dmin or null }`. Throws Error for formats without super-blocks.
std::string super_block_numbers(const std::string& format, const float* weights);

}  // namespace nibble
