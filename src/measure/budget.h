#pragma once
#include <cstdint>
#include <span>
#include <vector>

/// One option for each item, so that the total loss is smallest and the bytes stay within a budget: the multiple-choice
/// knapsack problem.
namespace nibble {

struct BudgetOption {
  uint64_t bytes;
  double loss;  ///< at least 0
};

struct BudgetAnswer {
  std::vector<uint32_t> choice;  ///< for each item, the index of its option
  uint64_t bytes = 0;
  double loss = 0;
  /// No choice within the budget has a smaller loss than this. Equal to `loss` when the answer is proven to be best.
  double bound = 0;
};

/// The bytes of the smallest option of every item together.
uint64_t smallest_bytes(std::span<const std::vector<BudgetOption>> items);

/// Solves it in three steps. The lower convex hulls of the items and the Lagrangian price per byte at which the hulls
/// just fill the budget give the bound: sum_i min_j (loss + price * bytes) - price * budget. Filling by falling gain
/// per byte, going on past what does not fit, gives an answer. Then every option whose reduced cost alone exceeds the
/// gap between the two is out, and the rest is enumerated as states that no other state beats in bytes and loss, with
/// the same test on the sum of reduced costs; when there are too many states the most promising ones are kept, the
/// answer may then be short of the best, and the bound says by how much at most. Every item has an option, and the
/// smallest ones fit (else Error).
BudgetAnswer solve_budget(std::span<const std::vector<BudgetOption>> items, uint64_t budget);

}  // namespace nibble
