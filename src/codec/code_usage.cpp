#include "codec/code_usage.h"

#include <array>
#include <cmath>

#include "numeric/bits.h"

namespace nibble {
namespace {

using Counters = std::vector<uint64_t>;

/// Codes that lie side by side in whole bytes: `bytes` of them from byte `at` of each block on. Bytes are counted
/// first; one increment then stands for all codes of a byte.
template <uint32_t kBits>
void count_packed(const uint8_t* blocks, size_t count, size_t block_bytes, size_t at, size_t bytes,
                  Counters& counters) {
  std::array<uint32_t, 256> seen{};
  for (size_t b = 0; b < count; ++b) {
    for (size_t i = 0; i < bytes; ++i) ++seen[blocks[b * block_bytes + at + i]];
  }
  constexpr uint32_t mask = (1u << kBits) - 1;
  for (uint32_t byte = 0; byte < seen.size(); ++byte) {
    for (uint32_t shift = 0; shift < 8; shift += kBits) counters[byte >> shift & mask] += seen[byte];
  }
}

/// Q5_0 and Q5_1: fifth bits in a u32 before the nibbles.
void count_q5(const uint8_t* block, size_t high_at, Counters& counters) {
  const uint32_t high = load<uint32_t>(block + high_at);
  const uint8_t* codes = block + high_at + 4;
  for (int j = 0; j < 16; ++j) {
    ++counters[(codes[j] & 15) | (high >> j & 1) << 4];
    ++counters[(codes[j] >> 4) | (high >> (j + 16) & 1) << 4];
  }
}

void count_q5_k(const uint8_t* block, Counters& counters) {
  const uint8_t *high = block + 16, *codes = block + 48;
  for (int j = 0; j < 8; ++j) {
    for (int l = 0; l < 32; ++l) {
      ++counters[(codes[32 * (j / 2) + l] >> (4 * (j % 2)) & 15) | (high[l] >> j & 1) << 4];
    }
  }
}

void count_q3_k(const uint8_t* block, Counters& counters) {
  const uint8_t *high = block, *low = block + 32;
  for (int i = 0; i < 256; ++i) {
    const int two_bits = low[32 * (i / 128) + i % 32] >> (2 * (i / 32 % 4)) & 3;
    ++counters[static_cast<size_t>(two_bits | (high[i % 32] >> (i / 32) & 1) << 2)];
  }
}

void count_q6_k(const uint8_t* block, Counters& counters) {
  for (int half = 0; half < 2; ++half) {
    const uint8_t *low = block + 64 * half, *high = block + 128 + 32 * half;
    for (int i = 0; i < 128; ++i) {
      const int l = i % 32, quarter = i / 32;
      ++counters[static_cast<size_t>((low[l + 32 * (quarter % 2)] >> (4 * (quarter / 2)) & 15) |
                                     (high[l] >> (2 * quarter) & 3) << 4)];
    }
  }
}

}  // namespace

uint32_t CodeUsage::bits_of(Type type) {
  switch (type) {
    case Type::q1_0: return 1;
    case Type::q2_K:
    case Type::q2_0:
    case Type::tq2_0: return 2;
    case Type::q3_K: return 3;
    case Type::q4_0:
    case Type::q4_1:
    case Type::q4_K:
    case Type::iq4_nl:
    case Type::iq4_xs:
    case Type::mxfp4:
    case Type::nvfp4: return 4;
    case Type::q5_0:
    case Type::q5_1:
    case Type::q5_K: return 5;
    case Type::q6_K: return 6;
    case Type::q8_0: return 8;
    default: return 0;
  }
}

void CodeUsage::take_type(uint32_t type, uint32_t bits) {
  if (type == no_type) return;
  mixed_ = mixed_ || (type_ != no_type && type_ != type);
  type_ = type;
  bits_ = bits;
  if (mixed_)
    counts_.clear();
  else
    counts_.resize(bits == 0 ? 0 : size_t{1} << bits, 0);
}

void CodeUsage::add(Type type, const uint8_t* blocks, size_t count) {
  take_type(static_cast<uint32_t>(type), bits_of(type));
  if (bits() == 0) return;
  const size_t size = format_of(type).block_bytes;
  const auto each = [&](auto&& count_block) {
    for (size_t b = 0; b < count; ++b) count_block(blocks + b * size);
  };
  switch (type) {
    case Type::q1_0: count_packed<1>(blocks, count, size, 2, 16, counts_); break;
    case Type::q2_K: count_packed<2>(blocks, count, size, 16, 64, counts_); break;
    case Type::q2_0: count_packed<2>(blocks, count, size, 2, size - 2, counts_); break;
    case Type::tq2_0: count_packed<2>(blocks, count, size, 0, 64, counts_); break;
    case Type::q4_0:
    case Type::iq4_nl: count_packed<4>(blocks, count, size, 2, 16, counts_); break;
    case Type::q4_1: count_packed<4>(blocks, count, size, 4, 16, counts_); break;
    case Type::q4_K: count_packed<4>(blocks, count, size, 16, 128, counts_); break;
    case Type::iq4_xs: count_packed<4>(blocks, count, size, 8, 128, counts_); break;
    case Type::mxfp4: count_packed<4>(blocks, count, size, 1, 16, counts_); break;
    case Type::nvfp4: count_packed<4>(blocks, count, size, 4, 32, counts_); break;
    case Type::q8_0: count_packed<8>(blocks, count, size, 2, 32, counts_); break;
    case Type::q5_0: each([&](const uint8_t* block) { count_q5(block, 2, counts_); }); break;
    case Type::q5_1: each([&](const uint8_t* block) { count_q5(block, 4, counts_); }); break;
    case Type::q5_K: each([&](const uint8_t* block) { count_q5_k(block, counts_); }); break;
    case Type::q3_K: each([&](const uint8_t* block) { count_q3_k(block, counts_); }); break;
    case Type::q6_K: each([&](const uint8_t* block) { count_q6_k(block, counts_); }); break;
    default: break;
  }
}

void CodeUsage::merge(const CodeUsage& other) {
  take_type(other.type_, other.bits_);
  mixed_ = mixed_ || other.mixed_;
  if (mixed_) {
    counts_.clear();
    return;
  }
  for (size_t code = 0; code < other.counts_.size(); ++code) counts_[code] += other.counts_[code];
}

void CodeUsage::reset() { *this = {}; }

double CodeUsage::entropy() const {
  uint64_t total = 0;
  for (const uint64_t count : counts_) total += count;
  double bits = 0;
  for (const uint64_t count : counts_) {
    if (count == 0) continue;
    const double share = static_cast<double>(count) / static_cast<double>(total);
    bits -= share * std::log2(share);
  }
  return bits;
}

void CodeUsage::append_to(std::vector<uint8_t>& bytes) const {
  put(bytes, type_);
  for (const uint64_t count : counts_) put_varint(bytes, count);
}

CodeUsage CodeUsage::read_from(SavedReader& reader) {
  CodeUsage usage;
  const uint32_t type = reader.get<uint32_t>();
  if (type == no_type) return usage;
  usage.take_type(type, bits_of(static_cast<Type>(type)));
  for (uint64_t& count : usage.counts_) count = reader.varint();
  return usage;
}

}  // namespace nibble
