#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "search/scale_methods.h"

/// The best table of k divisors, when every block takes the one of the table that gives it the least error.
namespace nibble {

/// Candidates are divisors at equal distances around the reach of the levels: reach * (0.75 .. 1.25), 6 to 10 in steps
/// of 0.05 for -8..7.
inline constexpr int divisor_candidates = 81;
double candidate_divisor(int candidate, double reach);

/// The squared error of some blocks under every candidate.
struct DivisorProfiles {
  std::vector<float> errors;   ///< divisor_candidates for each block
  std::vector<float> optimum;  ///< the squared error of the best storable scale of each block
  std::vector<float> squares;  ///< sum of squared weights of each block
  uint64_t weight_count = 0;

  size_t blocks() const { return optimum.size(); }
  /// Adds a block. `reach` is the level of largest magnitude, with its sign; `best` the error at the best scale.
  void add(const BlockProblem& problem, double reach, double best);
  void append(const DivisorProfiles& other);
};

struct DivisorTable {
  std::vector<int> candidates;  ///< ascending
  double squared_error = 0;     ///< over the blocks of the profiles
  bool proven = false;          ///< every table of this size was tried
};

/// Finds tables of 1, 2, 3 ... divisors, one after the other. Tables of one or two are proven best among the
/// candidates: all are tried. Larger ones are the best of several starts, each improved by exchanging single divisors
/// while that lowers the error (the vertex substitution of Teitz and Bart). Starts: the table before with the divisor
/// that helps most, the quantiles of the blocks' own best candidates, and tables drawn from those by a fixed sequence.
class DivisorTableSearch {
 public:
  static constexpr int starts = 6;
  explicit DivisorTableSearch(const DivisorProfiles& profiles);
  /// Does a part of the work (a few milliseconds for 8192 blocks): the next table when it is finished, or none.
  std::optional<DivisorTable> step();
  DivisorTable next();
  /// The error of any table.
  double squared_error(const std::vector<int>& candidates) const;

 private:
  const float* of(int candidate) const { return errors_.data() + static_cast<size_t>(candidate) * blocks_; }
  void best_single();
  bool best_pair();
  std::vector<int> start_table(int start);
  void add_best(std::vector<int>& table);
  bool exchange(std::vector<int>& table);
  void rank(const std::vector<int>& table);

  size_t blocks_;
  std::vector<float> errors_;  // candidate by candidate
  std::vector<int> own_best_;  // of every block, ascending
  std::vector<int> table_, best_, trying_;
  int pair_from_ = 0;
  double best_error_ = 0;
  int start_ = 0;
  uint64_t random_ = 1;
  // Of every block: the lowest and second lowest error in the table, and which member gives the lowest.
  std::vector<float> first_, second_;
  std::vector<int> owner_;
};

}  // namespace nibble
