#include "network/answers.h"

#include <algorithm>
#include <cmath>

#include "error.h"
#include "json/json.h"

namespace nibble::network {
namespace {

constexpr double TokenFigures::* members[] = {&TokenFigures::log_probability,  &TokenFigures::top_token,
                                              &TokenFigures::top_probability,  &TokenFigures::second_log_probability,
                                              &TokenFigures::second_top_token, &TokenFigures::top_probability_in_second,
                                              &TokenFigures::divergence};
static_assert(sizeof(TokenFigures) == std::size(members) * sizeof(double));

Estimate exponential_of(Estimate mean) {
  const double value = std::exp(mean.value);
  return {value, mean.error * value};
}

}  // namespace

void Answers::add(std::span<const double> figures) {
  if (figures.size() % std::size(members) != 0) throw Error("Figures of tokens are incomplete. This is a fault.");
  for (size_t at = 0; at < figures.size(); at += std::size(members)) {
    TokenFigures one;
    for (size_t i = 0; i < std::size(members); ++i) one.*members[i] = figures[at + i];
    figures_.push_back(one);
  }
}

template <class Value>
Estimate Answers::mean_of(Value value) const {
  const auto count = static_cast<double>(figures_.size());
  double sum = 0, squares = 0;
  for (const TokenFigures& one : figures_) sum += value(one);
  const double mean = sum / count;
  for (const TokenFigures& one : figures_) squares += (value(one) - mean) * (value(one) - mean);
  return {mean, std::sqrt(squares / count / (count - 1))};
}

Estimate Answers::perplexity() const {
  return exponential_of(mean_of([](const TokenFigures& one) { return -one.log_probability; }));
}
Estimate Answers::second_perplexity() const {
  return exponential_of(mean_of([](const TokenFigures& one) { return -one.second_log_probability; }));
}
Estimate Answers::divergence() const {
  return mean_of([](const TokenFigures& one) { return one.divergence; });
}
Estimate Answers::same_top() const {
  return mean_of([](const TokenFigures& one) { return one.top_token == one.second_top_token ? 1.0 : 0.0; });
}
Estimate Answers::kept() const {
  return mean_of([](const TokenFigures& one) { return one.top_probability_in_second / one.top_probability; });
}

double Answers::divergence_quantile(double share) const {
  if (figures_.empty()) return std::nan("");
  std::vector<double> sorted;
  for (const TokenFigures& one : figures_) sorted.push_back(one.divergence);
  std::sort(sorted.begin(), sorted.end());
  const double at = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<size_t>(at);
  const size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (at - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

std::vector<double> figure_values(std::span<const TokenFigures> figures) {
  std::vector<double> values;
  values.reserve(figures.size() * std::size(members));
  for (const TokenFigures& one : figures) {
    for (const auto member : members) values.push_back(one.*member);
  }
  return values;
}

std::string answers_json(const Answers& answers) {
  const auto json = [](Estimate estimate) { return Json{{"value", estimate.value}, {"error", estimate.error}}; };
  return Json{{"tokens", answers.tokens()},
              {"perplexity", json(answers.perplexity())},
              {"secondPerplexity", json(answers.second_perplexity())},
              {"divergence", json(answers.divergence())},
              {"divergenceMedian", answers.divergence_quantile(0.5)},
              {"divergence99", answers.divergence_quantile(0.99)},
              {"sameTop", json(answers.same_top())},
              {"kept", json(answers.kept())}}
      .dump();
}

}  // namespace nibble::network
