#pragma once
#include <span>
#include <vector>

#include "derived/derived_file.h"

namespace nibble::architecture {

/// A way through the weights of one source: axes of steps, innermost first, which can be cut, ordered anew and narrowed
/// without looking at a weight, as array libraries do it.
class View {
 public:
  /// All weights of a source, in order. `shape` is innermost first.
  View(uint32_t source, std::span<const uint64_t> shape) {
    part_.matrix = source;
    uint64_t stride = 1;
    for (const uint64_t count : shape) {
      part_.axes.push_back({count, stride});
      stride *= count;
    }
  }

  uint64_t size(size_t axis) const { return part_.axes[axis].count; }
  /// Cuts an axis in two: steps of `inner` (a divisor of its size) stay at this place, the outer axis follows.
  View& split(size_t axis, uint64_t inner) {
    Axis& one = part_.axes[axis];
    const Axis outer{one.count / inner, one.stride * inner};
    one.count = inner;
    part_.axes.insert(part_.axes.begin() + static_cast<std::ptrdiff_t>(axis) + 1, outer);
    return *this;
  }
  View& swap(size_t a, size_t b) {
    std::swap(part_.axes[a], part_.axes[b]);
    return *this;
  }
  /// Leaves `count` steps of an axis from step `begin` on.
  View& take(size_t axis, uint64_t begin, uint64_t count) {
    part_.first += begin * part_.axes[axis].stride;
    part_.axes[axis].count = count;
    return *this;
  }
  /// Multiplies by a factor, after those given before. One of 1 leaves every weight as it is.
  View& times(double factor) {
    if (const auto single = static_cast<float>(factor); single != 1) part_.factors.push_back(single);
    return *this;
  }
  View& minus_exp() {
    part_.minus_exp = true;
    return *this;
  }
  const DerivedPart& part() const { return part_; }

 private:
  DerivedPart part_;
};

}  // namespace nibble::architecture
