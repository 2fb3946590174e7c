#include <algorithm>
#include <cmath>
#include <iterator>

#include "numeric/lanes.h"
#include "search/affine_cover.h"

namespace nibble::NIBBLE_TARGET {
namespace {

using V = Lanes;
constexpr int lanes = lane_count<V>;

/// Beyond this, the search in double precision does better alone.
constexpr size_t most_corners = 6000, most_kept = 1000;
/// A triangle whose longest edge moves no level by more than this is kept as it is.
constexpr float fine_enough = 0.3f;

struct Corners {
  V d, m, f, phi;
};

/// One corner per lane.
inline Corners load_corners(const AffineCover::Corner* const* corners) {
  const float* rows[lanes];
  for (int lane = 0; lane < lanes; ++lane) rows[lane] = &corners[lane]->d;
  V fields[4];
  load_rows<4>(rows, fields);
  return {fields[0], fields[1], fields[2], fields[3]};
}

template <class Mask>
inline Corners select_corners(Mask mask, const Corners& yes, const Corners& no) {
  return {select(mask, yes.d, no.d), select(mask, yes.m, no.m), select(mask, yes.f, no.f),
          select(mask, yes.phi, no.phi)};
}

/// The square of how far an edge moves the levels: the middle one by dm, those at the ends against it by half_range *
/// dd.
inline V length_of(const Corners& a, const Corners& b, V half_range) {
  const V dd = half_range * (a.d - b.d), dm = a.m - b.m;
  return dd * dd + dm * dm;
}

/// f at a point per lane, all scales above zero: d^2 times the squares of what the levels miss.
template <bool weighted>
inline V error_at(const V* y, const V* w, int n, float lowest, float highest, V d, V m) {
  const V inverse = V(1.0f) / d, start = -(m * inverse), anchor(rounding_anchor);
  const V bottom(rounding_anchor + lowest), top(rounding_anchor + highest);
  V sums[2] = {V(0.0f), V(0.0f)};
  for (int i = 0; i < n; i += 2) {
    for (int k = 0; k < 2; ++k) {
      const V level = y[i + k] * inverse + start;
      const V off = level - (lower_of(higher_of(level + anchor, bottom), top) - anchor);
      sums[k] += weighted ? w[i + k] * (off * off) : off * off;
    }
  }
  return (d * d) * (sums[0] + sums[1]);
}

/// What the quadratic takes off the corners' values at the middle of an edge, times four; how it bends along it.
inline V bend(const Corners& a, const Corners& b, V weight_sum) {
  const V dm = a.m - b.m, dd = a.d - b.d;
  return weight_sum * (dm * dm) - V(2.0f) * (dd * (a.phi - b.phi));
}

inline V least_on_edge(V a, V b, V bent) {
  const V difference = b - a, least = lower_of(a, b);
  const V inside = (a + b) * V(0.5f) - bent * V(0.25f) - difference * difference / (V(4.0f) * bent);
  return select(absolute(difference) < bent, inside, least);
}

/// The least value of the quadratic on a triangle per lane.
inline V least_value(const Corners& a, const Corners& b, const Corners& c, V weight_sum) {
  const V ab = bend(a, b, weight_sum), ac = bend(a, c, weight_sum), bc = bend(b, c, weight_sum);
  const V least =
      lower_of(lower_of(least_on_edge(a.f, b.f, ab), least_on_edge(a.f, c.f, ac)), least_on_edge(b.f, c.f, bc));
  // c.f + s ga + t gb + s^2 ac + t^2 bc + s t k for the weights s of a and t of b.
  const V ga = a.f - c.f - ac, gb = b.f - c.f - bc, k = ac + bc - ab, two(2.0f), zero(0.0f);
  const V determinant = V(4.0f) * (ac * bc) - k * k;
  const V s = (k * gb - two * (bc * ga)) / determinant, t = (k * ga - two * (ac * gb)) / determinant;
  const V value = c.f + V(0.5f) * (s * ga + t * gb);
  const auto inside = both(both(determinant > zero, ac > zero), both(both(s > zero, t > zero), s + t < V(1.0f)));
  return select(inside, lower_of(least, value), least);
}

/// Sums over the levels at a candidate per lane, and what their least-squares fit takes off Syy (the mean of y is 0).
struct LevelSums {
  V gain, slope, mean_level;
};
inline LevelSums fit_levels(const V* y, const V* w, int n, V inverse, V start, float last, float weight_sum) {
  const V anchor(rounding_anchor), top(rounding_anchor + last);
  V A(0.0f), B(0.0f), Q(0.0f);
  for (int i = 0; i < n; ++i) {
    const V p = lower_of(higher_of((y[i] * inverse + start) + anchor, anchor), top) - anchor;
    const V wp = w[i] * p;
    A += wp * y[i];
    B += wp * p;
    Q += wp;
  }
  const V mean = Q / V(weight_sum), variance = B - mean * Q, zero(0.0f);
  const V slope = select(both(variance > zero, A > zero), A / variance, zero);
  return {A * slope, slope, mean};
}

class LanesCover final : public AffineCover {
 public:
  Point good_fit(const Block& block) override;
  bool cover(const Block& block, const Region& region, double limit) override;

 private:
  void load(const Block& block);
  void evaluate(V d, V m, V& f, V& phi) const;
  Corner corner_of_no_scale(const Block& block, float m) const;
  void mesh(const Block& block, const Region& region);
  void drop_dead(float limit);
  void refine(float limit);

  std::vector<Triangle> open_, next_;
  std::vector<double> rows_;
  V y_[256], w_[256];  ///< each in every lane
  int n_ = 0;
  float last_ = 0, center_ = 0, weight_sum_ = 0, square_sum_ = 0;
  double unit_ = 1, lowest_ = 0;
  bool weighted_ = false;
};

void LanesCover::load(const Block& block) {
  n_ = block.n;
  // Weights of a mean of 1, whatever their unit.
  unit_ = block.weighted ? n_ / block.weight_sum : 1;
  for (int i = 0; i < n_; ++i) {
    y_[i] = V(static_cast<float>(block.y[i]));
    w_[i] = V(static_cast<float>(block.w[i] * unit_));
  }
  weighted_ = block.weighted;
  if (n_ % 2 != 0) {
    y_[n_] = w_[n_] = V(0.0f);
    weighted_ = true;
  }
  last_ = static_cast<float>(block.last);
  center_ = static_cast<float>(center_of(block.last));
  weight_sum_ = static_cast<float>(block.weight_sum * unit_);
  square_sum_ = static_cast<float>(block.square_sum * unit_);
  lowest_ = *std::min_element(block.y, block.y + n_);
}

AffineCover::Point LanesCover::good_fit(const Block& block) {
  load(block);
  constexpr int rows = 20, shifts = 4, batches = shifts / lanes;
  const float lowest = static_cast<float>(lowest_), first_span = last_ + 1.2f, step = (0.3f * last_ + 1.5f) / rows;
  LevelSums best[batches];
  for (LevelSums& of_shift : best) of_shift = {V(0.0f), V(0.0f), V(0.0f)};
  for (int row = 0; row < rows; ++row) {
    // Levels the range spans; the middle of the levels lies on the middle of the range, but for the shift.
    const float span = first_span - step * static_cast<float>(row), middle = (last_ - span) / 2 - lowest * span;
    for (int batch = 0; batch < batches; ++batch) {
      float starts[lanes];
      for (int lane = 0; lane < lanes; ++lane) {
        const float shift =
            0.25f * static_cast<float>(batch * lanes + lane) - 0.5f + 0.0625f * static_cast<float>(row % 3);
        starts[lane] = middle + shift;
      }
      const LevelSums fit = fit_levels(y_, w_, n_, V(span), load_run<V>(starts), last_, weight_sum_);
      const auto better = fit.gain > best[batch].gain;
      best[batch] = {select(better, fit.gain, best[batch].gain), select(better, fit.slope, best[batch].slope),
                     select(better, fit.mean_level, best[batch].mean_level)};
    }
  }
  float gain = 0;
  Point point{0, 0};
  for (LevelSums& of_shift : best) {
    for (int round = 0; round < 2; ++round) {
      const V inverse = V(1.0f) / higher_of(of_shift.slope, V(1e-6f));
      const LevelSums fit = fit_levels(y_, w_, n_, inverse, of_shift.mean_level, last_, weight_sum_);
      const auto better = fit.gain > of_shift.gain;
      of_shift = {select(better, fit.gain, of_shift.gain), select(better, fit.slope, of_shift.slope),
                  select(better, fit.mean_level, of_shift.mean_level)};
    }
    float gains[lanes], slopes[lanes], means[lanes];
    store_run(of_shift.gain, gains);
    store_run(of_shift.slope, slopes);
    store_run(of_shift.mean_level, means);
    for (int lane = 0; lane < lanes; ++lane) {
      if (!(gains[lane] > gain)) continue;
      gain = gains[lane];
      point = {slopes[lane], -static_cast<double>(slopes[lane]) * means[lane]};
    }
  }
  return point;
}

/// Cuts every open triangle at its longest edge and keeps the halves that can hold something below the limit.
void LanesCover::refine(float limit) {
  next_.clear();
  const V weight_sum(weight_sum_);
  const V half_range(last_ / 2), finest(fine_enough / 3);
  for (size_t first = 0; first < open_.size(); first += lanes) {
    const int count = static_cast<int>(std::min<size_t>(lanes, open_.size() - first));
    const Corner* loaded[3][lanes];
    for (int lane = 0; lane < lanes; ++lane) {
      for (int i = 0; i < 3; ++i) loaded[i][lane] = &corners_[open_[first + std::min(lane, count - 1)].corner[i]];
    }
    const Corners a = load_corners(loaded[0]), b = load_corners(loaded[1]), c = load_corners(loaded[2]);
    // Turned, so that the longest edge comes first.
    const V ab = length_of(a, b, half_range), bc = length_of(b, c, half_range), ca = length_of(c, a, half_range);
    const V longer = higher_of(ab, bc), longest = higher_of(longer, ca), small = finest * (a.d + b.d + c.d);
    const auto bc_first = bc > ab, ca_first = ca > longer;
    const Corners at[3] = {select_corners(ca_first, c, select_corners(bc_first, b, a)),
                           select_corners(ca_first, a, select_corners(bc_first, c, b)),
                           select_corners(ca_first, b, select_corners(bc_first, a, c))};
    float turns[lanes], is_fine[lanes];
    store_run(select(ca_first, V(2.0f), select(bc_first, V(1.0f), V(0.0f))), turns);
    store_run(select(longest < small * small, V(1.0f), V(0.0f)), is_fine);
    Corners middle;
    const V half(0.5f);
    middle.d = (at[0].d + at[1].d) * half;
    middle.m = (at[0].m + at[1].m) * half;
    evaluate(middle.d, middle.m, middle.f, middle.phi);
    evaluated_ += static_cast<uint32_t>(count);
    float d[lanes], m[lanes], f[lanes], phi[lanes], low[2][lanes], inexact[lanes];
    store_run(middle.d, d);
    store_run(middle.m, m);
    store_run(middle.f, f);
    store_run(middle.phi, phi);
    store_run(least_value(at[0], middle, at[2], weight_sum), low[0]);
    store_run(least_value(middle, at[1], at[2], weight_sum), low[1]);
    store_run(
        absolute((middle.d - at[0].d) - (at[1].d - middle.d)) + absolute((middle.m - at[0].m) - (at[1].m - middle.m)),
        inexact);
    for (int lane = 0; lane < count; ++lane) {
      const Triangle& triangle = open_[first + lane];
      if (is_fine[lane] != 0 || inexact[lane] != 0) {
        kept_.push_back(triangle);
        continue;
      }
      const int turn = static_cast<int>(turns[lane]);
      const uint32_t from = triangle.corner[turn], to = triangle.corner[turn == 2 ? 0 : turn + 1];
      const uint32_t other = triangle.corner[turn == 0 ? 2 : turn - 1];
      const uint32_t between = static_cast<uint32_t>(corners_.size());
      const bool first_stays = !(low[0][lane] > limit), second_stays = !(low[1][lane] > limit);
      if (first_stays || second_stays) corners_.push_back({d[lane], m[lane], f[lane], phi[lane]});
      if (first_stays) next_.push_back({{from, between, other}});
      if (second_stays) next_.push_back({{between, to, other}});
    }
  }
  open_.swap(next_);
}

/// Single precision finds Phi from f: what that loses, at most 2^-22 Syy / d, enters the bounds times differences of
/// scales that are not above d.
inline void LanesCover::evaluate(V d, V m, V& f, V& phi) const {
  f = weighted_ ? error_at<true>(y_, w_, n_, -center_, last_ - center_, d, m)
                : error_at<false>(y_, w_, n_, -center_, last_ - center_, d, m);
  phi = (V(square_sum_) + V(weight_sum_) * (m * m) - f) / (d + d);
}

/// The corners at scale 0, where all levels are at the ends.
AffineCover::Corner LanesCover::corner_of_no_scale(const Block& block, float m) const {
  double f = 0, phi = 0;
  for (int i = 0; i < n_; ++i) {
    const double v = block.y[i] - m, p = v > 0 ? last_ - center_ : -center_;
    f += unit_ * block.w[i] * v * v;
    phi += unit_ * block.w[i] * p * v;
  }
  return {0, m, static_cast<float>(f), static_cast<float>(phi)};
}

/// A mesh over the region: rows of one scale each, closer where the levels about span the range, and the same number of
/// points in each, closer where the offset is near the smallest weight.
void LanesCover::mesh(const Block& block, const Region& region) {
  // To so few bits that halves are exact many times over.
  constexpr double grain = 4096, cell = 0.5;
  const auto below = [](double v) { return std::floor(v * grain) / grain; };
  const auto above = [](double v) { return std::ceil(v * grain) / grain; };
  const double last = block.last, center = center_of(block.last), first_close = 1 / (1.15 * last),
               last_close = 1 / (0.6 * last);
  rows_.clear();
  for (const double share : {0.0, 0.3, 0.55, 0.8, 1.0}) rows_.push_back(first_close * share);
  while (rows_.back() < region.widest) {
    const double d = rows_.back();
    rows_.push_back(d * (d < last_close ? 1 + 2 * cell / last : d < 3 * last_close ? 1.25 : 2));
  }
  for (double& d : rows_) d = std::min(above(d), above(region.widest));
  rows_.erase(std::unique(rows_.begin(), rows_.end()), rows_.end());

  constexpr double columns[] = {cell - 0.5, 2 * cell - 0.5, 3 * cell - 0.5, 4 * cell - 0.5, 3.0, 4.5, 8.0};
  constexpr uint32_t width = std::size(columns) + 2;
  for (const double d : rows_) {
    const double left = below(region.bottom + (center - region.below) * d), right = above(region.top + center * d);
    const auto place = [&](uint32_t column) {
      if (column == 0) return left;
      if (column == width - 1) return right;
      return std::clamp(below(lowest_ + (center + columns[column - 1]) * d), left, right);
    };
    if (d == 0) {
      for (uint32_t column = 0; column < width; ++column) {
        corners_.push_back(corner_of_no_scale(block, static_cast<float>(place(column))));
      }
      continue;
    }
    for (uint32_t column = 0; column < width; ++column) {
      corners_.push_back({static_cast<float>(d), static_cast<float>(place(column)), 0, 0});
    }
  }
  for (size_t first = width; first < corners_.size(); first += lanes) {
    const int count = static_cast<int>(std::min<size_t>(lanes, corners_.size() - first));
    float d[lanes], m[lanes], f[lanes], phi[lanes];
    for (int lane = 0; lane < lanes; ++lane) {
      d[lane] = corners_[first + std::min(lane, count - 1)].d;
      m[lane] = corners_[first + std::min(lane, count - 1)].m;
    }
    V of_f, of_phi;
    evaluate(load_run<V>(d), load_run<V>(m), of_f, of_phi);
    store_run(of_f, f);
    store_run(of_phi, phi);
    for (int lane = 0; lane < count; ++lane) {
      corners_[first + lane].f = f[lane];
      corners_[first + lane].phi = phi[lane];
    }
  }
  evaluated_ += static_cast<uint32_t>(corners_.size());
  for (uint32_t row = 0; row + 1 < rows_.size(); ++row) {
    for (uint32_t column = 0; column + 1 < width; ++column) {
      // The quadrangle is cut along its shorter diagonal.
      const uint32_t a = row * width + column, b = a + 1, c = a + width, d = c + 1;
      if (std::fabs(corners_[a].m - corners_[d].m) < std::fabs(corners_[b].m - corners_[c].m)) {
        open_.push_back({{a, b, d}});
        open_.push_back({{a, d, c}});
      } else {
        open_.push_back({{a, b, c}});
        open_.push_back({{b, d, c}});
      }
    }
  }
}

/// Drops the open triangles that hold nothing below the limit.
void LanesCover::drop_dead(float limit) {
  next_.clear();
  for (size_t first = 0; first < open_.size(); first += lanes) {
    const size_t count = std::min<size_t>(lanes, open_.size() - first);
    const Corner* loaded[3][lanes];
    for (size_t lane = 0; lane < lanes; ++lane) {
      for (int i = 0; i < 3; ++i) loaded[i][lane] = &corners_[open_[first + std::min(lane, count - 1)].corner[i]];
    }
    float low[lanes];
    const Corners at[3] = {load_corners(loaded[0]), load_corners(loaded[1]), load_corners(loaded[2])};
    store_run(least_value(at[0], at[1], at[2], V(weight_sum_)), low);
    for (size_t lane = 0; lane < count; ++lane) {
      if (!(low[lane] > limit)) next_.push_back(open_[first + lane]);
    }
  }
  open_.swap(next_);
}

bool LanesCover::cover(const Block& block, const Region& region, double limit) {
  load(block);
  corners_.clear();
  open_.clear();
  kept_.clear();
  evaluated_ = 0;
  mesh(block, region);
  const float threshold = static_cast<float>(limit * unit_ * 1.001);
  drop_dead(threshold);
  while (!open_.empty()) {
    if (corners_.size() > most_corners || kept_.size() > most_kept) return false;
    refine(threshold);
  }
  return true;
}

}  // namespace

std::unique_ptr<AffineCover> make_affine_cover() { return std::make_unique<LanesCover>(); }

}  // namespace nibble::NIBBLE_TARGET
