#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "error.h"
#include "numeric/bits.h"

/// The compact little-endian form in which figures travel from a worker to whoever merges them; both are the same
/// build.
namespace nibble {

template <class T>
void put(std::vector<uint8_t>& bytes, const T& value) {
  const size_t at = bytes.size();
  bytes.resize(at + sizeof(T));
  store(bytes.data() + at, value);
}

/// Seven bits a byte, the lowest first; the top bit says that more follow.
inline void put_varint(std::vector<uint8_t>& bytes, uint64_t value) {
  for (; value >= 0x80; value >>= 7) bytes.push_back(static_cast<uint8_t>(value | 0x80));
  bytes.push_back(static_cast<uint8_t>(value));
}

/// Reads what was put; throws Error when the bytes are not that.
class SavedReader {
 public:
  SavedReader(const uint8_t* bytes, size_t size) : next_(bytes), end_(bytes + size) {}

  template <class T>
  T get() {
    if (static_cast<size_t>(end_ - next_) < sizeof(T)) damaged();
    const T value = load<T>(next_);
    next_ += sizeof(T);
    return value;
  }
  uint64_t varint() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const uint8_t byte = get<uint8_t>();
      value |= static_cast<uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return value;
    }
    damaged();
  }
  bool at_end() const { return next_ == end_; }

  [[noreturn]] static void damaged() {
    throw Error("The error statistics of a piece arrived damaged. This is a fault in the program, not in the model.");
  }

 private:
  const uint8_t* next_;
  const uint8_t* end_;
};

}  // namespace nibble
