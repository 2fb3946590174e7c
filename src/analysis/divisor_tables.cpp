#include "analysis/divisor_tables.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace nibble {

double candidate_divisor(int candidate, double reach) { return std::fabs(reach) * (120 + candidate) / 160; }

void DivisorProfiles::add(const BlockProblem& problem, double reach, double best) {
  float largest = 0;
  double square_sum = 0;
  for (size_t i = 0; i < problem.n; ++i) {
    if (std::fabs(problem.x[i]) > std::fabs(largest)) largest = problem.x[i];
    square_sum += static_cast<double>(problem.x[i]) * problem.x[i];
  }
  const double at_end = largest / reach;
  for (int candidate = 0; candidate < divisor_candidates; ++candidate) {
    const double wanted = at_end * (std::fabs(reach) / candidate_divisor(candidate, reach));
    errors.push_back(static_cast<float>(block_error(problem, nearest_stored_scale(wanted, problem.storage))));
  }
  optimum.push_back(static_cast<float>(best));
  squares.push_back(static_cast<float>(square_sum));
  weight_count += problem.n;
}

void DivisorProfiles::append(const DivisorProfiles& other) {
  errors.insert(errors.end(), other.errors.begin(), other.errors.end());
  optimum.insert(optimum.end(), other.optimum.begin(), other.optimum.end());
  squares.insert(squares.end(), other.squares.begin(), other.squares.end());
  weight_count += other.weight_count;
}

DivisorTableSearch::DivisorTableSearch(const DivisorProfiles& profiles) : blocks_(profiles.blocks()) {
  errors_.resize(profiles.errors.size());
  for (size_t block = 0; block < blocks_; ++block) {
    for (size_t c = 0; c < divisor_candidates; ++c) {
      errors_[c * blocks_ + block] = profiles.errors[block * divisor_candidates + c];
    }
  }
  for (size_t block = 0; block < blocks_; ++block) {
    const float* from = profiles.errors.data() + block * divisor_candidates;
    own_best_.push_back(static_cast<int>(std::min_element(from, from + divisor_candidates) - from));
  }
  std::sort(own_best_.begin(), own_best_.end());
  first_.resize(blocks_);
  second_.resize(blocks_);
  owner_.resize(blocks_);
}

double DivisorTableSearch::squared_error(const std::vector<int>& candidates) const {
  double sum = 0;
  for (size_t block = 0; block < blocks_; ++block) {
    float best = std::numeric_limits<float>::infinity();
    for (const int candidate : candidates) best = std::min(best, of(candidate)[block]);
    sum += best;
  }
  return sum;
}

DivisorTable DivisorTableSearch::next() {
  for (;;) {
    if (auto table = step()) return *table;
  }
}

std::optional<DivisorTable> DivisorTableSearch::step() {
  if (table_.empty()) {
    best_single();
  } else if (table_.size() == 1) {
    if (!best_pair()) return std::nullopt;
  } else if (table_.size() < divisor_candidates) {
    if (trying_.empty()) trying_ = start_table(start_);
    if (exchange(trying_)) return std::nullopt;
    const double error = squared_error(trying_);
    if (start_ == 0 || error < best_error_) {
      best_ = trying_;
      best_error_ = error;
    }
    trying_.clear();
    if (++start_ < starts) return std::nullopt;
    start_ = 0;
    table_ = best_;
  }
  std::sort(table_.begin(), table_.end());
  return DivisorTable{table_, squared_error(table_), table_.size() <= 2};
}

std::vector<int> DivisorTableSearch::start_table(int start) {
  std::vector<int> table;
  const size_t size = table_.size() + 1;
  if (start == 0 || blocks_ == 0) {
    table = table_;
    add_best(table);
    return table;
  }
  for (size_t i = 0; i < size; ++i) {
    size_t at = (2 * i + 1) * blocks_ / (2 * size);
    if (start > 1) {
      random_ = random_ * 6364136223846793005u + 1442695040888963407u;
      at = static_cast<size_t>((random_ >> 33) % blocks_);
    }
    if (std::find(table.begin(), table.end(), own_best_[at]) == table.end()) table.push_back(own_best_[at]);
  }
  while (table.size() < size) add_best(table);
  return table;
}

void DivisorTableSearch::best_single() {
  double best = std::numeric_limits<double>::infinity();
  for (int candidate = 0; candidate < divisor_candidates; ++candidate) {
    const double error = squared_error({candidate});
    if (error < best) {
      best = error;
      table_ = {candidate};
    }
  }
}

/// Tries the pairs of the next few candidates; true when all were tried.
bool DivisorTableSearch::best_pair() {
  constexpr int at_once = 6;
  if (pair_from_ == 0) best_error_ = std::numeric_limits<double>::infinity();
  const int end = std::min(pair_from_ + at_once, divisor_candidates);
  for (int a = pair_from_; a < end; ++a) {
    for (int b = a + 1; b < divisor_candidates; ++b) {
      const float *ea = of(a), *eb = of(b);
      double error = 0;
      for (size_t block = 0; block < blocks_; ++block) error += std::min(ea[block], eb[block]);
      if (error < best_error_) {
        best_error_ = error;
        best_ = {a, b};
      }
    }
  }
  pair_from_ = end;
  if (end < divisor_candidates) return false;
  table_ = best_;
  return true;
}

void DivisorTableSearch::rank(const std::vector<int>& table) {
  for (size_t block = 0; block < blocks_; ++block) {
    float first = std::numeric_limits<float>::infinity(), second = first;
    int owner = 0;
    for (size_t member = 0; member < table.size(); ++member) {
      const float error = of(table[member])[block];
      if (error < first) {
        second = first;
        first = error;
        owner = static_cast<int>(member);
      } else if (error < second) {
        second = error;
      }
    }
    first_[block] = first;
    second_[block] = second;
    owner_[block] = owner;
  }
}

void DivisorTableSearch::add_best(std::vector<int>& table) {
  rank(table);
  double best = -1;
  int added = -1;
  for (int candidate = 0; candidate < divisor_candidates; ++candidate) {
    if (std::find(table.begin(), table.end(), candidate) != table.end()) continue;
    const float* errors = of(candidate);
    double gain = 0;
    for (size_t block = 0; block < blocks_; ++block) gain += std::max(0.0f, first_[block] - errors[block]);
    if (gain > best) {
      best = gain;
      added = candidate;
    }
  }
  if (added >= 0) table.push_back(added);
}

/// Makes the exchange that helps most; false when none does.
bool DivisorTableSearch::exchange(std::vector<int>& table) {
  std::vector<double> change(table.size());
  rank(table);
  double best = 0;
  int in = -1;
  size_t out = 0;
  for (int candidate = 0; candidate < divisor_candidates; ++candidate) {
    if (std::find(table.begin(), table.end(), candidate) != table.end()) continue;
    // With the candidate in and nothing out the error falls by `gain`; member m out costs change[m].
    const float* errors = of(candidate);
    double gain = 0;
    std::fill(change.begin(), change.end(), 0.0);
    for (size_t block = 0; block < blocks_; ++block) {
      const float with = std::min(errors[block], first_[block]);
      gain += first_[block] - with;
      change[static_cast<size_t>(owner_[block])] += std::min(errors[block], second_[block]) - with;
    }
    for (size_t member = 0; member < table.size(); ++member) {
      if (gain - change[member] > best) {
        best = gain - change[member];
        in = candidate;
        out = member;
      }
    }
  }
  // What is left to win lies below the rounding of the sums.
  double sum = 0;
  for (const float error : first_) sum += error;
  if (in < 0 || best <= sum * 1e-9) return false;
  table[out] = in;
  return true;
}

}  // namespace nibble
