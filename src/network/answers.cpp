#include "network/answers.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "error.h"
#include "json/json.h"

namespace nibble::network {
namespace {

/// How many numbers a token's figures are; nothing lies between them.
constexpr size_t numbers = sizeof(TokenFigures) / sizeof(double);
static_assert(std::is_trivially_copyable_v<TokenFigures> && numbers == 4 + 2 * 2 * candidates);

Estimate exponential_of(Estimate mean) {
  const double value = std::exp(mean.value);
  return {value, mean.error * value};
}

}  // namespace

void Answers::add(std::span<const double> figures) {
  if (figures.size() % numbers != 0) throw Error("Figures of tokens are incomplete. This is a fault.");
  for (size_t at = 0; at < figures.size(); at += numbers) {
    std::memcpy(static_cast<void*>(&figures_.emplace_back()), &figures[at], sizeof(TokenFigures));
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
  return mean_of([](const TokenFigures& one) { return one.likely[0].token == one.second_likely[0].token ? 1.0 : 0.0; });
}
Estimate Answers::kept() const {
  return mean_of([](const TokenFigures& one) { return one.top_probability_in_second / one.likely[0].probability; });
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
  std::vector<double> values(figures.size() * numbers);
  if (!figures.empty()) std::memcpy(values.data(), figures.data(), figures.size_bytes());
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

std::string answered_tokens_json(const Answers& answers, size_t first, size_t count) {
  const auto likely = [](std::span<const Candidate> all) {
    Json list = Json::list();
    for (const auto& [token, probability] : all) {
      if (token >= 0) list.push_back(Json{{"token", static_cast<int64_t>(token)}, {"probability", probability}});
    }
    return list;
  };
  Json list = Json::list();
  const std::span<const TokenFigures> all = answers.figures().subspan(std::min(first, answers.tokens()));
  for (const TokenFigures& one : all.first(std::min(count, all.size()))) {
    list.push_back(Json{{"probability", std::exp(one.log_probability)},
                        {"secondProbability", std::exp(one.second_log_probability)},
                        {"divergence", one.divergence},
                        {"likely", likely(one.likely)},
                        {"secondLikely", likely(one.second_likely)}});
  }
  return list.dump();
}

}  // namespace nibble::network
