#pragma once
#include <cstdint>
#include <cstring>

/// Reading and writing little-endian fields and the bit patterns of floats. Every supported host is little-endian.
namespace nibble {

template <class To, class From>
inline To bit_cast(const From& from) {
  static_assert(sizeof(To) == sizeof(From));
  To to;
  std::memcpy(&to, &from, sizeof(to));
  return to;
}

template <class T>
inline T load(const uint8_t* from) {
  T value;
  std::memcpy(&value, from, sizeof(value));
  return value;
}

template <class T>
inline void store(uint8_t* to, T value) {
  std::memcpy(to, &value, sizeof(value));
}

}  // namespace nibble
