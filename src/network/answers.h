#pragma once
#include <span>
#include <string>
#include <vector>

#include "network/predictions.h"

namespace nibble::network {

/// A mean over scored tokens, and its standard error: the standard deviation over sqrt(count - 1). Both NaN when there
/// are too few tokens.
struct Estimate {
  double value, error;
};

/// What one model's, or two models', predictions of a text come to.
class Answers {
 public:
  /// Adds figures as figure_values() gives them; in the order of the texts, so that the sums are the same every time.
  /// Throws Error when they are incomplete.
  void add(std::span<const double> figures);

  size_t tokens() const { return figures_.size(); }
  /// Of the scored tokens, in the order they were added.
  std::span<const TokenFigures> figures() const { return figures_; }
  /// e^(mean of -ln p of the tokens that come next), as llama-perplexity defines it; the error is that of the mean
  /// times the perplexity.
  Estimate perplexity() const;
  Estimate second_perplexity() const;
  /// Mean Kullback-Leibler divergence of the second model's next-token distributions from the first's.
  Estimate divergence() const;
  /// The divergence that `share` of the tokens do not exceed: between the two nearest ones, linearly.
  double divergence_quantile(double share) const;
  /// Share of the tokens for which both models hold the same token most likely.
  Estimate same_top() const;
  /// Mean of the probability that the second model leaves to the token the first holds most likely, relative to the
  /// first's.
  Estimate kept() const;

 private:
  template <class Value>
  Estimate mean_of(Value value) const;
  std::vector<TokenFigures> figures_;
};

/// The numbers of each token, one after the other: how figures travel from the workers.
std::vector<double> figure_values(std::span<const TokenFigures> figures);
/// AnswerReport of web/src/wasm/types.
std::string answers_json(const Answers& answers);
/// A list of AnsweredToken of web/src/wasm/types, of `count` tokens from `first` on, or of those there are.
std::string answered_tokens_json(const Answers& answers, size_t first, size_t count);

}  // namespace nibble::network
