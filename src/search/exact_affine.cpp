#include "search/exact_affine.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "numeric/half_order.h"

namespace nibble {
namespace {

/// A triangle with so few pairs of half floats around it is finished by trying them.
constexpr int few_pairs = 8;

}  // namespace

int affine_code(double x, double scale, double offset, int last) {
  if (!(scale > 0)) return 0;
  const double level = std::floor((x - offset) / scale + 0.5);
  return level >= last ? last : level > 0 ? static_cast<int>(level) : 0;
}

double affine_error(const AffineProblem& problem, double scale, double offset) {
  double error = 0;
  for (size_t i = 0; i < problem.n; ++i) {
    const double off = problem.x[i] - (scale * affine_code(problem.x[i], scale, offset, problem.last) + offset);
    error += problem.weight(i) * off * off;
  }
  return error;
}

void ExactAffine::load(const AffineProblem& problem) {
  problem_ = problem;
  y_.clear();
  w_.clear();
  corners_.clear();
  open_.clear();
  weight_sum_ = mean_ = square_sum_ = 0;
  triangles_ = evaluated_ = 0;
  double low = 0, high = 0;
  for (size_t i = 0; i < problem.n; ++i) {
    const double w = problem.weight(i), x = problem.x[i];
    if (!(w > 0)) continue;
    low = y_.empty() ? x : std::min(low, x);
    high = y_.empty() ? x : std::max(high, x);
    y_.push_back(x);
    w_.push_back(w);
    weight_sum_ += w;
    mean_ += w * x;
  }
  if (y_.empty()) return;
  mean_ /= weight_sum_;
  if (low == high) mean_ = low;
  unit_ = high > low ? high - low : 1;
  for (size_t i = 0; i < y_.size(); ++i) {
    y_[i] = (y_[i] - mean_) / unit_;
    square_sum_ += w_[i] * y_[i] * y_[i];
  }
  lowest_ = (low - mean_) / unit_;
  highest_ = (high - mean_) / unit_;
  highest_offset_ = problem.offset_at_most_zero ? -mean_ / unit_ : std::numeric_limits<double>::infinity();
}

/// The offset alone gives a constant block, or as near as a scale can bring it.
void ExactAffine::constant_block() {
  const double x = mean_;
  double least = std::numeric_limits<double>::infinity();
  const auto consider = [&](double scale, double offset, int q) {
    const double off = std::fabs(x - (scale * q + offset));
    if ((problem_.offset_at_most_zero && offset > 0) || !(off < least)) return;
    least = off;
    best_scale_ = scale;
    best_offset_ = offset;
  };
  if (real()) {
    consider(0, x, 0);
    consider(x, 0, 1);
  } else {
    consider(0, half_at(half_nearest(x)), 0);
    consider(0, 0, 0);
    // A scale beyond twice the largest magnitude is coarser than a smaller one.
    const int top = half_above(2 * std::fabs(x));
    for (int q = 1; q <= problem_.last && least > 0; ++q) {
      for (int index = 1; index <= top && least > 0; ++index) {
        const double scale = half_at(index);
        const int offset = half_nearest(x - q * scale);
        consider(scale, half_at(problem_.offset_at_most_zero ? std::min(offset, 0) : offset), q);
      }
    }
  }
  best_ = weight_sum_ * least * least;
}

uint32_t ExactAffine::evaluate(double d, double m) {
  ++evaluated_;
  const double last = problem_.last;
  Choice choice{0, 0, 0, 0, 0};
  const size_t n = y_.size();
  if (d > 0) {
    const double inverse = 1 / d;
    const auto code = [&](double y) { return std::min(last, std::max(0.0, std::floor((y - m) * inverse + 0.5))); };
    for (size_t i = 0; i < n; ++i) {
      const double q = code(y_[i]), wq = w_[i] * q;
      choice.A += wq * y_[i];
      choice.B += wq * q;
      choice.Q += wq;
    }
    choice.lowest = static_cast<int>(code(lowest_));
    choice.highest = static_cast<int>(code(highest_));
  } else {
    for (size_t i = 0; i < n; ++i) {
      const double wq = y_[i] > m ? w_[i] * last : 0.0;
      choice.A += wq * y_[i];
      choice.B += wq * last;
      choice.Q += wq;
    }
    choice.lowest = lowest_ > m ? problem_.last : 0;
    choice.highest = highest_ > m ? problem_.last : 0;
  }
  corners_.push_back({d, m, choice.A - m * choice.Q - d * choice.B / 2, choice});
  consider_fit(choice);
  return static_cast<uint32_t>(corners_.size() - 1);
}

/// Judges a choice of codes at its least-squares fit, or at pairs of half floats next to that.
void ExactAffine::consider_fit(const Choice& choice) {
  const double variance = choice.B - choice.Q * choice.Q / weight_sum_;
  double d = 0, m = 0;
  if (variance > 1e-12 * choice.B) {
    d = choice.A / variance;
    m = -d * choice.Q / weight_sum_;
  }
  if (m > highest_offset_) {
    m = highest_offset_;
    d = choice.B > 0 ? (choice.A - m * choice.Q) / choice.B : 0;
  }
  if (d < 0) return;
  const double error = error_of(d, m, choice);
  if (error >= best_) return;
  if (real()) {
    best_ = error;
    best_scale_ = d * unit_;
    best_offset_ = mean_ + m * unit_;
    return;
  }
  const int index = half_nearest(d * unit_);
  for (int near = std::max(0, index - 1); near <= std::min(index + 1, last_half); ++near)
    consider_offsets(choice, half_at(near));
}

/// The half-float offsets that suit these codes at this scale. Codes that leave room at the end may all be raised by
/// `moved`, with an offset that many scales lower: the same block but for that offset's rounding.
void ExactAffine::consider_offsets(const Choice& choice, double scale) {
  const double wanted = mean_ - scale * choice.Q / weight_sum_;
  evaluated_ += 1 + static_cast<uint32_t>(problem_.last - choice.highest + choice.lowest) / 8;
  for (int moved = -choice.lowest; moved <= problem_.last - choice.highest; ++moved) {
    consider_pair(scale, half_at(half_nearest(wanted - moved * scale)), moved, choice);
  }
}

void ExactAffine::consider_pair(double scale, double offset, int moved, const Choice& choice) {
  const double error = error_of(scale / unit_, (offset + moved * scale - mean_) / unit_, choice);
  if (error < best_) {
    best_ = error;
    best_scale_ = scale;
    best_offset_ = offset;
  }
}

/// Every pair of half floats at which this choice of codes is better than the best pair so far: for one scale the best
/// offset is the half float nearest to its parabola's minimum, and the scale cannot be farther from the fit than the
/// error allows.
void ExactAffine::try_pairs_of(const Choice& choice) {
  const double variance = choice.B - choice.Q * choice.Q / weight_sum_;
  if (!(variance > 1e-12 * choice.B)) return;  // one level for all, which was the first thing to be considered
  const double d = choice.A / variance, m = -d * choice.Q / weight_sum_;
  const double room = best_ - error_of(d, m, choice);
  if (!(room > 0)) return;
  const double reach = std::sqrt(room / variance);
  const int first = half_above(std::max(0.0, d - reach) * unit_), last = half_below((d + reach) * unit_);
  for (int index = first; index <= last && evaluated_ < most_evaluations; ++index)
    consider_offsets(choice, half_at(index));
}

/// Tries the pairs of half floats of a triangle that holds few; true when that was all of them.
bool ExactAffine::finish_small(const Triangle& triangle) {
  const Corner &a = corners_[triangle.corner[0]], &b = corners_[triangle.corner[1]], &c = corners_[triangle.corner[2]];
  const double high = std::max({a.d, b.d, c.d}) * unit_;
  const int first = half_above(std::min({a.d, b.d, c.d}) * unit_), last = half_below(high);
  if (last - first >= few_pairs) return false;
  const double low_m = mean_ + std::min({a.m, b.m, c.m}) * unit_, high_m = mean_ + std::max({a.m, b.m, c.m}) * unit_;
  // First count, then try.
  for (const bool trying : {false, true}) {
    int pairs = 0;
    for (int index = first; index <= last; ++index) {
      const double scale = half_at(index);
      for (int moved = 0; moved <= problem_.last; ++moved) {
        const int from = half_above(low_m - moved * scale), to = half_below(high_m - moved * scale);
        pairs += std::max(0, to - from + 1);
        if (pairs > few_pairs) return false;
        for (int at = from; trying && at <= to; ++at) {
          const Choice choice = corners_[evaluate(scale / unit_, (half_at(at) - mean_) / unit_)].choice;
          consider_pair(scale, half_at(at), 0, choice);
        }
      }
    }
  }
  return true;
}

/// The least value of Syy + W m^2 - 2 d plane(d, m) in the triangle, where the plane goes through phi at the corners.
double ExactAffine::lower_bound(const Corner& p, const Corner& q, const Corner& r) const {
  double least = std::numeric_limits<double>::infinity();
  const auto along_edge = [&](const Corner& from, const Corner& to) {
    const double start = square_sum_ + weight_sum_ * from.m * from.m - 2 * from.d * from.phi;
    const double dd = to.d - from.d, dm = to.m - from.m, dphi = to.phi - from.phi;
    const double slope = 2 * (weight_sum_ * from.m * dm - from.d * dphi - dd * from.phi);
    const double curvature = weight_sum_ * dm * dm - 2 * dd * dphi;
    least = std::min(least, start);
    if (curvature > 0 && slope < 0 && -slope < 2 * curvature)
      least = std::min(least, start - slope * slope / (4 * curvature));
  };
  along_edge(p, q);
  along_edge(q, r);
  along_edge(r, p);
  const double area = (q.d - p.d) * (r.m - p.m) - (r.d - p.d) * (q.m - p.m);
  if (area == 0) return least;
  const double along_d = ((q.phi - p.phi) * (r.m - p.m) - (r.phi - p.phi) * (q.m - p.m)) / area;
  const double along_m = ((q.d - p.d) * (r.phi - p.phi) - (r.d - p.d) * (q.phi - p.phi)) / area;
  const double constant = p.phi - along_d * p.d - along_m * p.m;
  const double bend = 2 * along_d + along_m * along_m / weight_sum_;
  if (!(bend < 0)) return least;  // no minimum inside
  const double d = -constant / bend, m = along_m * d / weight_sum_;
  const auto side = [&](const Corner& a, const Corner& b) { return (b.d - a.d) * (m - a.m) - (d - a.d) * (b.m - a.m); };
  const double s0 = side(p, q), s1 = side(q, r), s2 = side(r, p);
  const bool inside = area > 0 ? s0 >= 0 && s1 >= 0 && s2 >= 0 : s0 <= 0 && s1 <= 0 && s2 <= 0;
  return inside ? std::min(least, square_sum_ - d * constant) : least;
}

void ExactAffine::add(uint32_t a, uint32_t b, uint32_t c) {
  const Corner &p = corners_[a], &q = corners_[b], &r = corners_[c];
  const Triangle triangle{lower_bound(p, q, r), triangles_++, {a, b, c}};
  if (triangle.bound >= best_ - slack_) return;
  if (p.choice == q.choice && q.choice == r.choice) {
    if (!real()) try_pairs_of(Choice(p.choice));
    return;
  }
  open_.push_back(triangle);
  std::push_heap(open_.begin(), open_.end());
}

/// Cuts the side that moves the levels most.
void ExactAffine::halve(const Triangle& triangle) {
  int longest = 0;
  double length = -1;
  for (int i = 0; i < 3; ++i) {
    const Corner &from = corners_[triangle.corner[i]], &to = corners_[triangle.corner[(i + 1) % 3]];
    // The middle level moves by m + d * last / 2, the ends of the range against each other by d * last.
    const double spread = problem_.last * (to.d - from.d), middle = to.m - from.m + spread / 2;
    const double square = spread * spread / 4 + middle * middle;
    if (square > length) {
      length = square;
      longest = i;
    }
  }
  const uint32_t from = triangle.corner[longest], to = triangle.corner[(longest + 1) % 3],
                 other = triangle.corner[(longest + 2) % 3];
  const uint32_t middle = evaluate((corners_[from].d + corners_[to].d) / 2, (corners_[from].m + corners_[to].m) / 2);
  add(from, middle, other);
  add(middle, to, other);
}

/// With an offset above the largest weight all codes are 0. Codes that begin above 0 can all be lowered, with the
/// offset raised by as many scales; so the lowest code is 0 and the smallest weight lies at most half a scale above the
/// offset, unless the offset has a limit. Two neighbouring levels never need to be farther apart than the weights are,
/// unless the offset cannot be what it should.
AffineCover::Region ExactAffine::region() const {
  const double largest = std::max(std::fabs(mean_ + lowest_ * unit_), std::fabs(mean_ + highest_ * unit_)) / unit_;
  double bottom = lowest_, top = highest_, widest = 1, below = 0.5;
  if (problem_.offset_at_most_zero) below = problem_.last;
  if (problem_.offset_at_most_zero || !real()) widest = std::max(widest, 2 * largest);
  if (!real()) {
    const double farthest = half_at(last_half);
    widest = std::min(widest, farthest / unit_);
    if (mean_ + bottom * unit_ < -farthest) below = 0;
    bottom = (half_at(half_below(mean_ + bottom * unit_)) - mean_) / unit_;
    top = (half_at(half_above(mean_ + top * unit_)) - mean_) / unit_;
  }
  top = std::min(top, highest_offset_);
  return {widest, std::min(bottom, top), top, below};
}

/// Cuts the region into two triangles.
void ExactAffine::outline() {
  const auto [widest, bottom, top, below] = region();
  const uint32_t a = evaluate(0, bottom), b = evaluate(0, top);
  const uint32_t c = evaluate(widest, bottom - below * widest), d = evaluate(widest, top);
  // The optimum is mostly near the scale that spreads the levels over all weights.
  for (const double share : {0.85, 1.0, 1.15}) {
    evaluate(share / problem_.last, std::min(highest_offset_, lowest_ + (1 - share) / 2));
  }
  add(a, b, d);
  add(a, d, c);
}

/// Opens the triangles that single precision leaves of the region; false where it cannot tell.
bool ExactAffine::cover() {
  if (problem_.offset_at_most_zero) return false;
  const AffineCover::Block block{
      y_.data(),   w_.data(),  static_cast<int>(y_.size()), problem_.last, problem_.importance != nullptr,
      weight_sum_, square_sum_};
  const AffineCover::Point start = cover_->good_fit(block);
  if (!(start.d > 0)) return false;
  evaluate(start.d, start.m);
  if (best_ < AffineCover::least_limit * square_sum_ || best_ > AffineCover::most_limit * square_sum_) return false;
  const bool is_covered = cover_->cover(block, region(), best_);
  evaluated_ += cover_->evaluated();
  if (!is_covered) return false;
  const double center = AffineCover::center_of(problem_.last);
  constexpr uint32_t none = 0xFFFFFFFF;
  corner_of_cover_.assign(cover_->corner_count(), none);
  for (const AffineCover::Triangle& triangle : cover_->triangles()) {
    uint32_t corners[3];
    for (int i = 0; i < 3; ++i) {
      uint32_t& known = corner_of_cover_[triangle.corner[i]];
      if (known == none) {
        const AffineCover::Corner& at = cover_->corner(triangle.corner[i]);
        known = evaluate(at.d, at.m - center * at.d);
      }
      corners[i] = known;
    }
    add(corners[0], corners[1], corners[2]);
  }
  return true;
}

/// What comes before either search: one level for all, which every other choice must beat.
void ExactAffine::begin(const AffineProblem& problem) {
  load(problem);
  best_scale_ = best_offset_ = 0;
  best_ = std::numeric_limits<double>::infinity();
  slack_ = 1e-12 * square_sum_;
  if (square_sum_ > 0) consider_fit({0, 0, 0, 0, 0});
}

AffineOptimum ExactAffine::optimum(const AffineProblem& problem) {
  begin(problem);
  if (y_.empty()) return {};
  if (square_sum_ == 0) {
    constant_block();
    return {best_scale_, best_offset_, best_, 0, true};
  }
  if (!cover()) {
    begin(problem);
    outline();
  }
  bool proven = false;
  while (evaluated_ < most_evaluations) {
    proven = open_.empty() || open_.front().bound >= best_ - slack_;
    if (proven) break;
    std::pop_heap(open_.begin(), open_.end());
    const Triangle triangle = open_.back();
    open_.pop_back();
    if (real() || !finish_small(triangle)) halve(triangle);
  }
  return {best_scale_, best_offset_, affine_error(problem, best_scale_, best_offset_), evaluated_, proven};
}

}  // namespace nibble
