#include "network/predictions.h"

#include <cmath>
#include <limits>

#include "error.h"
#include "network/functions.h"

namespace nibble::network {
namespace {

constexpr float lowest = std::numeric_limits<float>::lowest();

/// Eight tokens' largest scores of a tile.
template <class V>
void largest_of(const float* scores, size_t rows, float* largest) {
  for (size_t lane = 0; lane < lanes; lane += lane_count<V>) {
    V most(lowest);
    for (size_t row = 0; row < rows; ++row) most = higher_of(most, load_run<V>(scores + row * lanes + lane));
    store_run(most, largest + lane);
  }
}

}  // namespace

Predictions::Predictions(const Forward& first, const Forward* second, Kernel kernel)
    : first_(first), second_(second), kernel_(kernel) {
  const auto& sequences = first.sequences();
  for (size_t s = 0; s < sequences.size(); ++s) {
    const auto& text = sequences[s].tokens;
    for (size_t i = sequences[s].first_scored; i + 1 < text.size(); ++i) {
      tokens_.push_back({text[i + 1], first.places()[s].first_panel + i / lanes, i % lanes, {}, {}, 0, 0});
    }
  }
  for (Token& token : tokens_) {
    if (panels_.empty() || panels_.back().panel != token.panel) panels_.push_back({token.panel, {}});
    panels_.back().tokens[token.lane] = &token;
  }
}

void Predictions::take() {
  if (second_ &&
      (first_.logits().rows != second_->logits().rows || first_.logits().first_row != second_->logits().first_row)) {
    throw Error("The two models were not scored side by side. This is a fault in the program.");
  }
  in_lanes(kernel_, [&](auto lane) {
    for (Panel& panel : panels_) take_panel<decltype(lane)>(panel);
  });
}

template <class V>
void Predictions::take_panel(Panel& panel) {
  const size_t rows = first_.logits().rows;
  const uint64_t first_row = first_.logits().first_row;
  const float* scores = first_.logits().view.at(panel.panel);
  const float* others = second_ ? second_->logits().view.at(panel.panel) : nullptr;

  // The new largest scores, and what came before scaled down to them.
  float largest[lanes] = {}, other_largest[lanes] = {};
  const auto raise = [&](const float* from, float* to, Total Token::* total, bool is_first) {
    largest_of<V>(from, rows, to);
    for (size_t lane = 0; lane < lanes; ++lane) {
      Token* token = panel.tokens[lane];
      if (!token) continue;
      Total& sum = token->*total;
      if (to[lane] > sum.largest()) {
        const double factor = std::exp(double{sum.largest()} - double{to[lane]});
        sum.sum *= factor;
        if (is_first) token->difference *= factor;
      }
      const auto& least = sum.likely[candidates - 1];
      for (size_t row = 0; row < rows && to[lane] > least.score; ++row) {
        const float score = from[row * lanes + lane];
        if (!(score > least.score)) continue;
        if (is_first && others && score > sum.largest()) token->top_in_second = others[row * lanes + lane];
        sum.insert({score, static_cast<int32_t>(first_row + row)});
      }
      to[lane] = sum.largest();
      const auto target = static_cast<uint64_t>(token->target);
      if (target >= first_row && target < first_row + rows) sum.target = from[(target - first_row) * lanes + lane];
    }
  };
  raise(scores, largest, &Token::first, true);
  if (others) raise(others, other_largest, &Token::second, false);

  for (size_t lane = 0; lane < lanes; lane += lane_count<V>) {
    V sum(0.0f), other_sum(0.0f), difference(0.0f);
    const V most = load_run<V>(largest + lane), other_most = load_run<V>(other_largest + lane);
    for (size_t row = 0; row < rows; ++row) {
      const V score = load_run<V>(scores + row * lanes + lane);
      const V share = exponential(score - most);
      sum = sum + share;
      if (!others) continue;
      const V other = load_run<V>(others + row * lanes + lane);
      other_sum = other_sum + exponential(other - other_most);
      difference = difference + share * (score - other);
    }
    float sums[lane_count<V>], other_sums[lane_count<V>], differences[lane_count<V>];
    store_run(sum, sums);
    store_run(other_sum, other_sums);
    store_run(difference, differences);
    for (size_t i = 0; i < lane_count<V>; ++i) {
      Token* token = panel.tokens[lane + i];
      if (!token) continue;
      token->first.sum += double{sums[i]};
      token->second.sum += double{other_sums[i]};
      token->difference += double{differences[i]};
    }
  }
}

void Predictions::Total::insert(Scored one) {
  size_t place = candidates - 1;
  for (; place > 0 && one.score > likely[place - 1].score; --place) likely[place] = likely[place - 1];
  likely[place] = one;
}

std::array<Candidate, candidates> Predictions::Total::likeliest(double total) const {
  std::array<Candidate, candidates> found;
  for (size_t i = 0; i < candidates && likely[i].token >= 0; ++i) {
    found[i] = {static_cast<double>(likely[i].token), std::exp(double{likely[i].score} - total)};
  }
  return found;
}

std::vector<TokenFigures> Predictions::figures() const {
  std::vector<TokenFigures> all;
  for (const Token& token : tokens_) {
    const double total = token.first.log_sum();
    TokenFigures figures;
    figures.log_probability = double{token.first.target} - total;
    figures.likely = token.first.likeliest(total);
    if (second_) {
      const double second_total = token.second.log_sum();
      figures.second_log_probability = double{token.second.target} - second_total;
      figures.second_likely = token.second.likeliest(second_total);
      figures.top_probability_in_second = std::exp(double{token.top_in_second} - second_total);
      figures.divergence = token.difference / token.first.sum - (total - second_total);
    }
    all.push_back(figures);
  }
  return all;
}

}  // namespace nibble::network
