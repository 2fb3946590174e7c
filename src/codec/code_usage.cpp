#include "codec/code_usage.h"

#include <cmath>

namespace nibble {

uint32_t CodeUsage::bits_of(Type type) {
  const Format* format = find_format(type);
  return format ? static_cast<uint32_t>(format->grammar.code_bits) : 0;
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
  format_of(type).grammar.count_codes(blocks, count, counts_.data());
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
