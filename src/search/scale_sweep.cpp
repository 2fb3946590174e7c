#include "search/scale_sweep.h"

#include <algorithm>
#include <cmath>
#include <limits>
namespace nibble {

void ScaleSweep::walk(const float* x, const float* importance, size_t n, Levels levels) {
  pieces_.clear();
  square_sum_ = 0;
  for (size_t i = 0; i < n; ++i) square_sum_ += (importance ? importance[i] : 1.0) * x[i] * x[i];
  walk_sign(x, importance, n, levels.value, levels.count, 1);
  mirrored_.resize(static_cast<size_t>(levels.count));
  for (int k = 0; k < levels.count; ++k) mirrored_[static_cast<size_t>(k)] = -levels.value[levels.count - 1 - k];
  walk_sign(x, importance, n, mirrored_.data(), levels.count, -1);
}

void ScaleSweep::walk_sign(const float* x, const float* importance, size_t n, const float* levels, int count,
                           int sign) {
  const auto middle = [&](int k) { return (static_cast<double>(levels[k]) + levels[k + 1]) / 2; };
  // The level nearest to a value that is just above zero, and just below.
  int above = 0, below = 0;
  while (above < count - 1 && middle(above) <= 0) ++above;
  while (below < count - 1 && middle(below) < 0) ++below;

  events_.clear();
  runs_.clear();
  codes_.resize(n);
  double A = 0, B = 0;
  for (size_t i = 0; i < n; ++i) {
    const double w = importance ? importance[i] : 1.0;
    const double value = x[i];
    int code = value < 0 ? below : above;
    codes_[i] = code;
    A += w * value * levels[code];
    B += w * levels[code] * levels[code];
    if (w == 0) continue;
    runs_.push_back(events_.size());
    if (value > 0) {
      for (; code < count - 1; ++code) events_.push_back({middle(code) / value, static_cast<int>(i), code + 1});
    } else if (value < 0) {
      for (; code > 0; --code) events_.push_back({middle(code - 1) / value, static_cast<int>(i), code - 1});
    }
  }
  merge_events();

  // Codes count from the caller's lowest level, also on the mirrored walk.
  const auto named = [&](int code) { return sign > 0 ? code : count - 1 - code; };
  ScalePiece piece{std::numeric_limits<double>::infinity(), 0, sign, sign * A, B, -1, -1, -1};
  for (const Event& event : events_) {
    piece.to = 1 / event.t;
    pieces_.push_back(piece);
    const size_t i = static_cast<size_t>(event.weight);
    const double w = importance ? importance[i] : 1.0;
    const double old_level = levels[codes_[i]], new_level = levels[event.code];
    A += w * x[i] * (new_level - old_level);
    B += w * (new_level * new_level - old_level * old_level);
    piece = {piece.to, 0, sign, sign * A, B, event.weight, named(codes_[i]), named(event.code)};
    codes_[i] = event.code;
  }
  pieces_.push_back(piece);
}

/// Every weight's events are in order: neighbouring runs are merged until one is left. What is equal stays in order.
void ScaleSweep::merge_events() {
  merged_.resize(events_.size());
  runs_.push_back(events_.size());
  while (runs_.size() > 2) {
    size_t kept = 0;
    for (size_t run = 0; run + 1 < runs_.size(); run += 2) {
      const size_t begin = runs_[run], middle = runs_[run + 1], end = run + 2 < runs_.size() ? runs_[run + 2] : middle;
      const Event *a = events_.data() + begin,
                  *b = events_.data() + middle, *const a_end = b, *const b_end = events_.data() + end;
      Event* to = merged_.data() + begin;
      while (a < a_end && b < b_end) {
        const bool second = b->t < a->t;  // chosen without a branch: which one it is nobody can predict
        *to++ = *(second ? b : a);
        a += !second;
        b += second;
      }
      to = std::copy(a, a_end, to);
      std::copy(b, b_end, to);
      runs_[kept++] = begin;
    }
    runs_[kept++] = events_.size();
    runs_.resize(kept);
    events_.swap(merged_);
  }
}

ScaleOptimum ScaleSweep::optimum(Storage storage) const {
  ScaleOptimum best{0, square_sum_, 0};
  for (const ScalePiece& piece : pieces_) {
    ++best.tried;
    // A vertex on the other side of zero belongs to the other sign's walk.
    if (piece.B <= 0 || piece.A * piece.sign <= 0) continue;
    const double vertex = piece.A / piece.B;
    if (piece.sign < 0 && !has_sign(storage)) continue;
    const double scale = storage == Storage::real ? vertex : nearest_stored_scale(vertex, storage);
    const double off = scale - vertex;
    const double error = square_sum_ - piece.A * vertex + piece.B * off * off;
    if (error < best.error) {
      best.error = error;
      best.scale = scale;
    }
  }
  if (best.error < 0) best.error = 0;
  return best;
}

}  // namespace nibble
