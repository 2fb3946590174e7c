#include "stats/block_errors.h"

#include <algorithm>
#include <cmath>

#include "stats/error_buckets.h"

namespace nibble {
namespace {

bool worse(const BlockErrors::Block& a, const BlockErrors::Block& b) {
  return a.squared_error != b.squared_error ? a.squared_error > b.squared_error : a.number < b.number;
}

}  // namespace

void BlockErrors::take_length(uint32_t length) {
  mixed_ = mixed_ || (length_ != 0 && length != 0 && length != length_);
  if (length_ == 0) length_ = length;
}

void BlockErrors::offer(const Block& block) {
  if (worst_.size() == worst_count && !worse(block, worst_.back())) return;
  worst_.insert(std::upper_bound(worst_.begin(), worst_.end(), block, worse), block);
  if (worst_.size() > worst_count) worst_.pop_back();
}

void BlockErrors::add(uint64_t first_block, std::span<const double> squared_errors, uint32_t length) {
  take_length(length);
  for (const double squared_error : squared_errors) {
    const Block block = {first_block++, squared_error};
    if (!std::isfinite(squared_error)) continue;
    counts_.count(error_buckets::of(static_cast<float>(std::sqrt(squared_error / length))));
    if (worst_.size() < worst_count || squared_error >= worst_.back().squared_error) offer(block);
  }
}

void BlockErrors::merge(const BlockErrors& other) {
  take_length(other.length_);
  counts_.merge(other.counts_);
  for (const Block& block : other.worst_) offer(block);
}

void BlockErrors::merge_tensor(const BlockErrors& other) {
  take_length(other.length_);
  mixed_ = mixed_ || other.mixed_;
  counts_.merge(other.counts_);
}

void BlockErrors::reset() { *this = {}; }

double BlockErrors::rmse(const Block& block) const {
  return length() == 0 ? 0.0 : std::sqrt(block.squared_error / length());
}

void BlockErrors::append_to(std::vector<uint8_t>& bytes) const {
  put(bytes, length_);
  counts_.save(bytes);
  put_varint(bytes, worst_.size());
  for (const Block& block : worst_) {
    put_varint(bytes, block.number);
    put(bytes, block.squared_error);
  }
}

BlockErrors BlockErrors::read_from(SavedReader& reader) {
  BlockErrors errors;
  errors.length_ = reader.get<uint32_t>();
  errors.counts_ = BucketCounts::restore(reader);
  const uint64_t worst = reader.varint();
  if (worst > worst_count) SavedReader::damaged();
  for (uint64_t i = 0; i < worst; ++i) {
    const uint64_t number = reader.varint();
    errors.worst_.push_back({number, reader.get<double>()});
  }
  return errors;
}

}  // namespace nibble
