#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "formats/format.h"
#include "stats/saved_bytes.h"

namespace nibble {

/// How often each code of a type was written: whether the bits that were spent are used. Counted for types whose
/// weights have a code of their own; not for floats, and not where groups of weights share an entry of a codebook.
class CodeUsage {
 public:
  /// The bits of a code of this type; 0 when its codes are not counted.
  static uint32_t bits_of(Type type);

  /// Adds `count` consecutive blocks of a type, always the same one.
  void add(Type type, const uint8_t* blocks, size_t count);
  void merge(const CodeUsage& other);
  void reset();

  uint32_t bits() const { return mixed_ ? 0 : bits_; }  ///< of a code; 0: not counted, or codes of several types
  /// How often each code, 0 to 2^bits() - 1, as the bits that are stored; empty when bits() is 0.
  const std::vector<uint64_t>& counts() const { return counts_; }
  /// The Shannon entropy of the codes, - sum p log2 p: bits a code would need on average if codes were compressed one
  /// by one.
  double entropy() const;

  void append_to(std::vector<uint8_t>& bytes) const;
  static CodeUsage read_from(SavedReader& reader);

 private:
  void take_type(uint32_t type, uint32_t bits);

  uint32_t type_ = no_type;
  uint32_t bits_ = 0;
  bool mixed_ = false;
  std::vector<uint64_t> counts_;

  static constexpr uint32_t no_type = 0xFFFFFFFFu;
};

}  // namespace nibble
