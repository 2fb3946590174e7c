#include "search/affine_methods.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "numeric/fifth_root.h"
#include "search/scale_methods.h"

namespace nibble {
namespace {

struct Range {
  double low, high;
};

/// The range of the weights; it begins at or below zero where offsets above zero cannot be stored.
Range range_of(const AffineProblem& problem) {
  const auto [low, high] = std::minmax_element(problem.x, problem.x + problem.n);
  Range range{*low, *high};
  if (problem.offset_at_most_zero) range.low = std::min(range.low, 0.0);
  return range;
}

void note(AffineScratch& scratch, double scale, double offset) {
  if (scratch.trace) scratch.trace->push_back({scale, offset});
}

AffineChoice stored(const AffineProblem& problem, double scale, double offset, uint32_t tried) {
  return {nearest_stored_scale(scale, problem.storage), nearest_stored_scale(offset, problem.storage), tried};
}

struct Fit {
  double scale = 0, offset = 0, error = std::numeric_limits<double>::infinity();
};

/// The least-squares scale and offset for the codes nearest at (scale, offset), and the squared error they leave.
Fit refit(const AffineProblem& problem, double scale, double offset) {
  double W = 0, X = 0, XX = 0, Q = 0, QQ = 0, QX = 0;
  for (size_t i = 0; i < problem.n; ++i) {
    const double w = problem.weight(i), x = problem.x[i], q = affine_code(x, scale, offset, problem.last);
    W += w;
    X += w * x;
    XX += w * x * x;
    Q += w * q;
    QQ += w * q * q;
    QX += w * q * x;
  }
  const double determinant = W * QQ - Q * Q;
  Fit fit;
  if (determinant > 1e-12 * W * QQ) {
    fit.scale = (W * QX - X * Q) / determinant;
    fit.offset = (QQ * X - Q * QX) / determinant;
  } else {
    fit.offset = W > 0 ? X / W : 0;
  }
  if (problem.offset_at_most_zero && fit.offset > 0) {
    fit.offset = 0;
    fit.scale = QQ > 0 ? QX / QQ : 0;
  }
  const auto& [d, m, error] = fit;
  fit.error = std::max(0.0, XX - 2 * d * QX - 2 * m * X + d * d * QQ + 2 * d * m * Q + m * m * W);
  return fit;
}

AffineChoice min_max(const AffineProblem& problem, AffineScratch& scratch) {
  const auto [low, high] = range_of(problem);
  const double scale = (high - low) / problem.last;
  note(scratch, scale, low);
  return stored(problem, scale, low, 1);
}

AffineChoice shrink(const AffineProblem& problem, AffineScratch& scratch) {
  const auto [low, high] = range_of(problem);
  if (low == high) return min_max(problem, scratch);
  double best_scale = 0, best_offset = 0, best_error = std::numeric_limits<double>::infinity();
  constexpr int steps = 80;
  for (int step = 0; step < steps; ++step) {
    const double share = 1 - step / 100.0, offset = low * share, scale = (high - low) * share / problem.last;
    note(scratch, scale, offset);
    double error = 0;
    for (size_t i = 0; i < problem.n && error < best_error; ++i) {
      const double off = problem.x[i] - (scale * affine_code(problem.x[i], scale, offset, problem.last) + offset);
      const double square = off * off;
      error += problem.weight(i) * square * fifth_root(square);
    }
    if (error < best_error) {
      best_error = error;
      best_scale = scale;
      best_offset = offset;
    }
  }
  return stored(problem, best_scale, best_offset, steps);
}

AffineChoice grid(const AffineProblem& problem, AffineScratch& scratch) {
  const auto [low, high] = range_of(problem);
  if (low == high) return min_max(problem, scratch);
  Fit best = refit(problem, (high - low) / problem.last, low);
  note(scratch, (high - low) / problem.last, low);
  constexpr int candidates = 37;
  for (int k = 0; k < candidates; ++k) {
    const double scale = (high - low) / (problem.last - 0.9 + 0.05 * k);
    note(scratch, scale, low);
    const Fit fit = refit(problem, scale, low);
    if (fit.error < best.error) best = fit;
  }
  return stored(problem, best.scale, best.offset, candidates + 1);
}

AffineChoice least_squares(const AffineProblem& problem, AffineScratch& scratch) {
  const auto [low, high] = range_of(problem);
  double scale = (high - low) / problem.last, offset = low;
  uint32_t tried = 0;
  // The error never rises and there are finitely many choices of codes, so this ends; 100 is far beyond what it takes.
  while (tried < 100 && scale > 0) {
    note(scratch, scale, offset);
    ++tried;
    const Fit next = refit(problem, scale, offset);
    if (!(next.scale > 0) || (next.scale == scale && next.offset == offset)) break;
    scale = next.scale;
    offset = next.offset;
  }
  return stored(problem, scale, offset, tried);
}

AffineChoice exact(const AffineProblem& problem, AffineScratch& scratch) {
  const AffineOptimum optimum = scratch.exact.optimum(problem);
  note(scratch, optimum.scale, optimum.offset);
  return {static_cast<float>(optimum.scale), static_cast<float>(optimum.offset), optimum.evaluated};
}

constexpr AffineMethod methods[affine_method_count] = {
    {"min-max", "Even steps from the smallest weight to the largest: the rule of llama.cpp for Q4_1 and Q5_1.",
     min_max},
    {"shrink-l2.4", "80 ranges from 100 % down to 21 % of the smallest and the largest weight, judged by |error|^2.4.",
     shrink},
    {"grid", "38 scales that begin at the smallest weight, each followed by a least-squares fit of scale and offset.",
     grid},
    {"lsq", "Rounds and fits scale and offset by least squares in turn until nothing changes.", least_squares},
    {exact_method, "The proven minimum of the squared error over every scale and offset that can be stored.", exact},
};

}  // namespace

std::span<const AffineMethod> all_affine_methods() { return methods; }

const AffineMethod* find_affine_method(std::string_view name) {
  for (const AffineMethod& method : methods) {
    if (method.name == name) return &method;
  }
  return nullptr;
}

}  // namespace nibble
