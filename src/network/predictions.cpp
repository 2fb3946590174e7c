#include "network/predictions.h"

#include <cmath>

#include "error.h"

namespace nibble::network {

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
  for (Panel& panel : panels_) take_panel(panel);
}

void Predictions::take_panel(Panel& panel) {
  const PanelMath& math = panel_math(kernel_);
  const size_t rows = first_.logits().rows;
  const uint64_t first_row = first_.logits().first_row;
  const float* scores = first_.logits().view.at(panel.panel);
  const float* others = second_ ? second_->logits().view.at(panel.panel) : nullptr;

  // The new largest scores, and what came before scaled down to them.
  float largest[lanes] = {}, other_largest[lanes] = {};
  const auto raise = [&](const float* from, float* to, Total Token::* total, bool is_first) {
    math.largest(from, rows, to);
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

  float sums[lanes], other_sums[lanes] = {}, differences[lanes] = {};
  if (others) {
    math.compare_shares(scores, others, rows, largest, other_largest, sums, other_sums, differences);
  } else {
    math.sum_shares(scores, rows, largest, sums);
  }
  for (size_t lane = 0; lane < lanes; ++lane) {
    Token* token = panel.tokens[lane];
    if (!token) continue;
    token->first.sum += double{sums[lane]};
    token->second.sum += double{other_sums[lane]};
    token->difference += double{differences[lane]};
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
