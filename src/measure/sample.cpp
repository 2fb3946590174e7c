#include "measure/sample.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace nibble {
namespace {

/// Fewer rows give no interval worth stating; with these, normally distributed weights are known to a few per cent.
constexpr uint64_t pilot_rows = 48;
/// A sample stays a sample: twelve types measured on a sixteenth of the rows cost half of quantizing once to Q4_K.
constexpr uint64_t most_rows = 256, smallest_share = 16;

constexpr double golden_section = 0.6180339887498949;

/// FNV-1a.
uint64_t hash_of(std::string_view text) {
  uint64_t hash = 1469598103934665603u;
  for (const unsigned char byte : text) hash = (hash ^ byte) * 1099511628211u;
  return hash;
}

}  // namespace

RowOrder::RowOrder(uint64_t rows, std::string_view tensor)
    : rows_(rows), step_(1), start_(rows ? hash_of(tensor) % rows : 0) {
  if (rows < 3) return;
  const auto wanted = static_cast<uint64_t>(static_cast<double>(rows) * golden_section);
  for (uint64_t distance = 0;; ++distance) {
    if (std::gcd(wanted + distance, rows) == 1) {
      step_ = wanted + distance;
      return;
    }
    if (distance < wanted && std::gcd(wanted - distance, rows) == 1) {
      step_ = wanted - distance;
      return;
    }
  }
}

uint64_t RowOrder::operator[](uint64_t k) const {
  // Rows are counted in 2^32 at most in any model there is, so the product fits.
  return (start_ + k % rows_ * step_) % rows_;
}

uint64_t SampleSize::pilot(uint64_t rows) const { return all_rows ? rows : std::min(rows, pilot_rows); }

uint64_t SampleSize::enough(uint64_t rows, uint64_t measured, double reached) const {
  if (measured >= rows || reached <= precision) return measured;
  const uint64_t most = std::max(measured, std::min(most_rows, rows / smallest_share));
  const double ratio = reached / precision;
  const double wanted = std::ceil(static_cast<double>(measured) * ratio * ratio);
  return wanted >= static_cast<double>(most) ? most : static_cast<uint64_t>(wanted);
}

}  // namespace nibble
