#pragma once
#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <vector>

#include "derived/derived_reader.h"

/// A derived file and the bytes it is made of, for tests.
namespace nibble {

using Bytes = std::vector<uint8_t>;

/// Files and the tensors derived from them.
struct Source {
  DerivedFile file;
  std::vector<Bytes> files;

  Bytes read(uint64_t offset, uint64_t length) const {
    DerivedReader reader(DerivedFile::restore(file.save()), best_kernel());
    Bytes result(length);
    for (uint64_t done = 0; done < length;) {
      const uint64_t made = reader.plan(offset + done, length - done);
      Bytes input;
      for (const StridedRead& read : reader.reads()) {
        for (uint64_t i = 0; i < read.count; ++i) {
          const Bytes& from = files[read.file];
          EXPECT_LE(read.offset + i * read.stride + read.bytes, from.size());
          const auto start = from.begin() + static_cast<std::ptrdiff_t>(read.offset + i * read.stride);
          input.insert(input.end(), start, start + static_cast<std::ptrdiff_t>(read.bytes));
        }
      }
      EXPECT_EQ(input.size(), reader.input_bytes());
      EXPECT_LE(input.size(), DerivedReader::scratch_bytes);
      reader.make(input.data(), result.data() + done);
      done += made;
    }
    return result;
  }

  std::vector<float> floats(uint64_t first, uint64_t count) const {
    const Bytes bytes = read(file.offsets[0] + 4 * first, 4 * count);
    std::vector<float> values(count);
    std::memcpy(values.data(), bytes.data(), bytes.size());
    return values;
  }
};

inline Bytes random_bytes(size_t count, uint32_t seed) {
  std::mt19937 random(seed);
  Bytes bytes(count);
  for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random());
  return bytes;
}

inline void append(Bytes& bytes, const void* data, size_t size) {
  const auto* start = static_cast<const uint8_t*>(data);
  bytes.insert(bytes.end(), start, start + size);
}

}  // namespace nibble
