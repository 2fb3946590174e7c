#pragma once
#include <cstring>

#include "codec/keep_better.h"
#include "search/integer_searches.h"

/// From a search to rows of blocks, where several kinds of formats do it the same way.
namespace nibble::NIBBLE_TARGET {

/// What a search of four blocks of 32 reads where there are `count`, up to four: the missing ones are zero, in `room`.
template <int count>
inline const float* filled_to_four(const float* x, float (&room)[4 * 32]) {
  if (count == 4 || !x) return x;
  std::memset(room, 0, sizeof room);
  std::memcpy(room, x, count * 32 * sizeof(float));
  return room;
}

}  // namespace nibble::NIBBLE_TARGET
