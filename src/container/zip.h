#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "container/byte_range.h"

/// Zip archives, as NumPy and PyTorch use them: a list of files at the end, each file's bytes somewhere before.
///
///   local header (30 bytes + name + extra) | bytes | ... | central directory | [zip64 end | zip64 locator] | end (22
///   bytes)
///
/// Only the list and local headers are read here. Sums of the bytes are not checked, for that would read all weights.
namespace nibble {

struct ZipEntry {
  std::string name;
  bool stored;             ///< not compressed and not encrypted
  uint64_t bytes;          ///< of the content
  uint64_t header_offset;  ///< of the local header
};

/// Bytes to read at ZipEntry::header_offset before the content's own offset is known.
constexpr uint64_t zip_local_header_bytes = 30;
/// Where an entry's content starts, from the start of its local header. Throws Error when there is no such header or
/// the content would not lie inside the file.
uint64_t zip_content_offset(const ZipEntry& entry, std::span<const uint8_t> local_header, uint64_t file_bytes);

/// Reads the list of an archive from its end.
class ZipReader {
 public:
  explicit ZipReader(uint64_t file_bytes);
  /// What to read next; no bytes when the list is complete.
  ByteRange wanted() const { return wanted_; }
  /// Takes the bytes wanted. Throws Error for what is no archive, or one in several parts.
  void take(std::span<const uint8_t> bytes);
  std::vector<ZipEntry> entries() { return std::move(entries_); }

 private:
  void read_end(std::span<const uint8_t> tail);
  void read_zip64_end(std::span<const uint8_t> record);
  void want_directory(uint64_t offset, uint64_t bytes, uint64_t count);
  void read_directory(std::span<const uint8_t> directory);

  enum class Part : uint8_t { end, zip64_end, directory } part_ = Part::end;
  uint64_t file_bytes_, count_ = 0;
  ByteRange wanted_;
  std::vector<ZipEntry> entries_;
};

}  // namespace nibble
