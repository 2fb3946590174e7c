#include "reference/importance_reference.h"

#include <algorithm>
#include <cmath>

namespace nibble::reference {
namespace {

/// The sum of term(v) over the values, from the smallest magnitude on.
template <class Term>
long double sum_of(const std::vector<float>& values, Term term) {
  std::vector<long double> terms;
  for (const float value : values) terms.push_back(term(static_cast<long double>(value)));
  std::sort(terms.begin(), terms.end(), [](long double a, long double b) { return std::fabs(a) < std::fabs(b); });
  long double sum = 0;
  for (const long double one : terms) sum += one;
  return sum;
}

}  // namespace

ImportanceFigures importance_figures(const std::vector<float>& values) {
  const auto n = static_cast<long double>(values.size());
  ImportanceFigures figures{};
  const long double sum = figures.sum = sum_of(values, [](long double v) { return v; });
  figures.min = *std::min_element(values.begin(), values.end());
  figures.max = *std::max_element(values.begin(), values.end());
  const long double mean = figures.mean = sum / n;
  // The variance by its other definition.
  const long double variance = sum_of(values, [&](long double v) { return (v - mean) * (v - mean); }) / n;
  const long double deviation = figures.deviation = std::sqrt(variance);
  figures.active = sum_of(values, [](long double v) { return v > 1e-5L ? 1.0L : 0.0L; }) / n;
  figures.entropy = sum_of(values, [&](long double v) { return v > 0 ? -(v / sum) * std::log2(v / sum) : 0.0L; });
  figures.normalised_entropy = figures.entropy / std::log2(n);
  figures.beyond = sum_of(values, [&](long double v) { return v > mean + deviation ? 1.0L : 0.0L; }) / n;
  return figures;
}

long double cosine(const std::vector<float>& one, const std::vector<float>& other) {
  long double product = 0;
  for (size_t i = 0; i < one.size(); ++i) product += static_cast<long double>(one[i]) * other[i];
  const auto length = [](const std::vector<float>& values) {
    return std::sqrt(sum_of(values, [](long double v) { return v * v; }));
  };
  return product / (length(one) * length(other));
}

}  // namespace nibble::reference
