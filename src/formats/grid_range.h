#pragma once

namespace nibble {

/// The interval in which no weight is clipped by the grid step * code + offset, given the lowest and highest code, each
/// already moved outwards by half of its step: low..high in code units, in whichever direction the step points.
inline void grid_range(float step, float offset, float lowest_code, float highest_code, float* low, float* high) {
  const float a = step * lowest_code + offset, b = step * highest_code + offset;
  *low = a < b ? a : b;
  *high = a < b ? b : a;
}

}  // namespace nibble
