#include "measure/budget.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "error.h"

namespace nibble {
namespace {

using Items = std::span<const std::vector<BudgetOption>>;

/// States kept per item while enumerating. With more the answer hardly improves, and a slider shall follow the hand.
constexpr size_t most_states = 1500;
/// Sums of losses in different orders differ by roundings; a gap below this share of the loss is none.
constexpr double rounding = 1e-12;

double as_double(uint64_t bytes) { return static_cast<double>(bytes); }

/// The indices of an item's options on its lower convex hull, bytes ascending, loss descending.
std::vector<uint32_t> lower_hull(const std::vector<BudgetOption>& options) {
  std::vector<uint32_t> order(options.size()), hull;
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
    return options[a].bytes != options[b].bytes ? options[a].bytes < options[b].bytes
                                                : options[a].loss < options[b].loss;
  });
  for (const uint32_t next : order) {
    if (!hull.empty() && options[next].loss >= options[hull.back()].loss) continue;
    while (hull.size() > 1) {
      const BudgetOption &a = options[hull[hull.size() - 2]], &b = options[hull.back()], &c = options[next];
      const double before = (a.loss - b.loss) * as_double(c.bytes - b.bytes);
      const double after = (b.loss - c.loss) * as_double(b.bytes - a.bytes);
      if (before > after) break;
      hull.pop_back();
    }
    hull.push_back(next);
  }
  return hull;
}

/// A step along an item's hull.
struct Step {
  uint32_t item, to;  ///< `to`: place on the hull
  uint64_t bytes;
  double gain;

  double per_byte() const { return gain / as_double(bytes); }
};

class Solver {
 public:
  Solver(Items items, uint64_t budget) : items_(items), budget_(budget) {}

  BudgetAnswer solve() {
    fill();
    if (!full_) {
      answer_.bound = answer_.loss;
      return answer_;
    }
    answer_.bound = std::min(lagrangian_bound(), answer_.loss);
    if (answer_.loss - answer_.bound > rounding * answer_.loss) enumerate();
    return answer_;
  }

 private:
  void choose(uint32_t item, uint32_t option) {
    const BudgetOption &before = items_[item][answer_.choice[item]], &after = items_[item][option];
    answer_.bytes = answer_.bytes - before.bytes + after.bytes;
    answer_.choice[item] = option;
  }

  void sum_loss() {
    answer_.loss = 0;
    for (size_t i = 0; i < items_.size(); ++i) answer_.loss += items_[i][answer_.choice[i]].loss;
  }

  /// Takes the steps of all hulls by falling gain per byte as long as they fit; price_ is the first that does not.
  void fill() {
    std::vector<std::vector<uint32_t>> hulls;
    std::vector<Step> steps;
    for (uint32_t i = 0; i < items_.size(); ++i) {
      hulls.push_back(lower_hull(items_[i]));
      const std::vector<uint32_t>& hull = hulls.back();
      answer_.choice.push_back(hull[0]);
      answer_.bytes += items_[i][hull[0]].bytes;
      for (uint32_t p = 1; p < hull.size(); ++p) {
        const BudgetOption &a = items_[i][hull[p - 1]], &b = items_[i][hull[p]];
        steps.push_back({i, p, b.bytes - a.bytes, a.loss - b.loss});
      }
    }
    std::stable_sort(steps.begin(), steps.end(),
                     [](const Step& a, const Step& b) { return a.per_byte() > b.per_byte(); });
    std::vector<bool> stuck(items_.size(), false);
    for (const Step& step : steps) {
      if (stuck[step.item]) continue;
      if (answer_.bytes + step.bytes <= budget_) {
        choose(step.item, hulls[step.item][step.to]);
        continue;
      }
      if (!full_) price_ = step.per_byte();
      full_ = true;
      stuck[step.item] = true;
    }
    sum_loss();
  }

  double priced(const BudgetOption& option) const { return option.loss + price_ * as_double(option.bytes); }

  double lagrangian_bound() {
    double sum = 0;
    for (const std::vector<BudgetOption>& options : items_) {
      double least = std::numeric_limits<double>::infinity();
      for (const BudgetOption& option : options) least = std::min(least, priced(option));
      least_.push_back(least);
      sum += least;
    }
    return sum - price_ * as_double(budget_);
  }

  /// A choice for the items so far.
  struct State {
    uint64_t bytes;
    double reduced;  ///< sum of (priced - least priced): what the choice costs beyond the bound
    double loss;
    uint32_t parent, option;
  };

  void enumerate() {
    const double gap = answer_.loss - answer_.bound;
    std::vector<uint64_t> smallest_after(items_.size() + 1, 0);
    for (size_t i = items_.size(); i-- > 0;) {
      uint64_t least = std::numeric_limits<uint64_t>::max();
      for (const BudgetOption& option : items_[i]) least = std::min(least, option.bytes);
      smallest_after[i] = smallest_after[i + 1] + least;
    }
    std::vector<std::vector<State>> layers = {{{0, 0, 0, 0, 0}}};
    bool all_kept = true;
    for (size_t i = 0; i < items_.size(); ++i) {
      std::vector<State> next;
      for (uint32_t p = 0; p < layers.back().size(); ++p) {
        const State& state = layers.back()[p];
        for (uint32_t o = 0; o < items_[i].size(); ++o) {
          const BudgetOption& option = items_[i][o];
          const uint64_t bytes = state.bytes + option.bytes;
          const double reduced = state.reduced + priced(option) - least_[i];
          if (reduced > gap || bytes + smallest_after[i + 1] > budget_) continue;
          next.push_back({bytes, reduced, state.loss + option.loss, p, o});
        }
      }
      all_kept = reduce(next) && all_kept;
      if (next.empty()) return;  // roundings: the answer is as good as the bound
      layers.push_back(std::move(next));
    }
    take(layers, all_kept);
  }

  /// Drops states that another beats, and the least promising of too many. False when it did the latter.
  static bool reduce(std::vector<State>& states) {
    std::sort(states.begin(), states.end(),
              [](const State& a, const State& b) { return a.bytes != b.bytes ? a.bytes < b.bytes : a.loss < b.loss; });
    double best = std::numeric_limits<double>::infinity();
    std::erase_if(states, [&](const State& state) {
      const bool beaten = state.loss >= best;
      best = std::min(best, state.loss);
      return beaten;
    });
    if (states.size() <= most_states) return true;
    std::nth_element(states.begin(), states.begin() + most_states, states.end(), [](const State& a, const State& b) {
      return a.reduced != b.reduced ? a.reduced < b.reduced : a.bytes < b.bytes;
    });
    states.resize(most_states);
    return false;
  }

  void take(const std::vector<std::vector<State>>& layers, bool all_kept) {
    const std::vector<State>& last = layers.back();
    const auto best =
        std::min_element(last.begin(), last.end(), [](const State& a, const State& b) { return a.loss < b.loss; });
    if (best->loss < answer_.loss) {
      uint32_t at = static_cast<uint32_t>(best - last.begin());
      for (size_t i = items_.size(); i-- > 0;) {
        const State& state = layers[i + 1][at];
        choose(static_cast<uint32_t>(i), state.option);
        at = state.parent;
      }
      sum_loss();
    }
    if (all_kept) answer_.bound = answer_.loss;
    answer_.bound = std::min(answer_.bound, answer_.loss);
  }

  Items items_;
  uint64_t budget_;
  BudgetAnswer answer_;
  bool full_ = false;  ///< the budget does not take every item's best option
  double price_ = 0;   ///< loss per byte
  std::vector<double> least_;
};

}  // namespace

uint64_t smallest_bytes(Items items) {
  uint64_t sum = 0;
  for (const std::vector<BudgetOption>& options : items) {
    uint64_t least = std::numeric_limits<uint64_t>::max();
    for (const BudgetOption& option : options) least = std::min(least, option.bytes);
    sum += least;
  }
  return sum;
}

BudgetAnswer solve_budget(Items items, uint64_t budget) {
  for (const std::vector<BudgetOption>& options : items) {
    if (options.empty()) throw Error("An item without options cannot be chosen for. This is a fault in the program.");
  }
  if (smallest_bytes(items) > budget)
    throw Error("Not even the smallest options fit the budget. This is a fault in the program.");
  return Solver(items, budget).solve();
}

}  // namespace nibble
