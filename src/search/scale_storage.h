#pragma once
#include <cstdint>

/// The scales a format can store.
namespace nibble {

enum class Storage : uint8_t {
  real,   ///< any number
  f16,    ///< half float: Q4_0, Q5_0, Q8_0, IQ4_NL
  e8m0,   ///< powers of two from 2^-128 to 2^126 (halved, as MXFP4 uses them)
  ue4m3,  ///< unsigned float of 4 and 3 bits (halved, as NVFP4 uses it)
};

/// Whether negative scales exist. Where they do not, a method's scale counts by its magnitude.
constexpr bool has_sign(Storage storage) { return storage == Storage::real || storage == Storage::f16; }

/// The storable scale nearest to `scale`; what is too large saturates. For storage without a sign, of its magnitude.
float nearest_stored_scale(double scale, Storage storage);

/// The byte that stores a scale that nearest_stored_scale() gave, for e8m0 and ue4m3.
uint8_t scale_byte(float scale, Storage storage);

}  // namespace nibble
