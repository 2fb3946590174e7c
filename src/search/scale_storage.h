#pragma once
#include <cstdint>

#include "numeric/scale_floats.h"

/// The scales a format can store.
namespace nibble {

/// Whether negative scales exist. Where they do not, a method's scale counts by its magnitude.
constexpr bool has_sign(Storage storage) { return storage == Storage::real || storage == Storage::f16; }

/// The storable scale nearest to `scale`; what is too large saturates. For storage without a sign, of its magnitude.
float nearest_stored_scale(double scale, Storage storage);

/// The byte that stores a scale that nearest_stored_scale() gave, for e8m0 and ue4m3.
uint8_t scale_byte(float scale, Storage storage);
/// The bits that store such a scale, for storages other than real.
int32_t stored_bits(float scale, Storage storage);

}  // namespace nibble
